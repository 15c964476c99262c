"""Answers in a model's words, each claim with the quotes that prove it. What the model says is a draft, and nothing more:
a passage that gives orders can at most have claims drafted, which are compared with the passages like all others.

It sees masks in the place of what it is not to see. What it quotes has to stand in what it saw, and is led back from there.
"""

from collections.abc import Callable, Mapping, Sequence
from itertools import count
from typing import Any, NamedTuple

from bot.core.nouns import Account, Byline, Passed, Shortfall
from bot.core.ports import NOBODYS, Composed, Errand, Hear
from bot.models import drafted
from bot.models.classes import Matter, Models, Nobody, Turn
from bot.models.drafted import Unreadable
from bot.models.gateway.faults import AskOtherwise, BrokenOff, Kind
from bot.models.heard import Heard
from bot.models.prompt import Message, Prompt
from bot.models.said import going_on, is_said
from policies.contract import Violation
from policies.evidence import Claim, Draft, Evidence
from policies.redaction.kinds import InForce, Redaction
from policies.redaction.view import View
from policies.rules import AnswerRules


class Unwritten(Exception):  # noqa: N818 - named by recovery: somebody else has to write it
    """No model wrote a whole draft; `said` of one that was begun is seen by readers. `because` is a kind of error, of the
    model that should have.
    """

    def __init__(self, because: Kind, account: Account, said: tuple[Claim, ...]) -> None:
        super().__init__(because)
        self.because, self.account, self.said = because, account, said


class Written:
    """The port `Composer` with models, but for one thing: it raises `Unwritten`."""

    def __init__(
        self, models: Models, prompt: Prompt, redaction: InForce = Redaction, schema: Mapping[str, Any] = drafted.SCHEMA
    ) -> None:
        self._models, self._prompt, self._redaction, self._schema = models, prompt, redaction, schema

    @property
    def name(self) -> str:
        """The model with the version of what it is told, but for examples."""
        return _named(self._models.name, self._prompt)

    def compose(
        self,
        question: str,
        evidence: Evidence,
        rules: AnswerRules,
        *,
        violations: Sequence[Violation] = (),
        said: Sequence[Claim] = (),
        errand: Errand = NOBODYS,
        hear: Hear | None = None,
    ) -> Composed:
        if not evidence.found:  # nothing could be proven, so there is nothing to ask
            return Composed(Draft(answerable=False), Byline(composer=self.name))
        view = View(evidence, self._redaction(), "model", question=question)
        told = [violation.model_copy(update={"detail": view.told(violation.detail)}) for violation in violations]
        prompt = self._prompt.showing(rules.examples, question, evidence)
        task = _Task(prompt, self._schema, view, rules, told)
        writing = _Writing(
            task,
            [view.masked_claim(claim) for claim in said],
            lambda claim, model: hear is not None and hear(view.restored_claim(claim), _named(model, prompt)),
        )
        by_one = writing.told if hear is not None else writing.drafted
        try:
            draft, model, account = self._models.first(errand, _matter(view), by_one)
        except Nobody as nobody:
            raise Unwritten(nobody.kind, nobody.account, tuple(map(view.restored_claim, writing.said))) from None
        by = Byline(
            composer=_named(model.name, prompt),
            instead_of=_named(self._models.name, prompt) if account.passed else None,
            because=account.passed[0].because if account.passed else None,
            calls=account.calls,
            passed=account.passed,
            sent=account.sent,
            shortfall=_of_a_smaller(account.passed),
            examples=prompt.examples,
        )
        return Composed(view.restored(draft), by)


def _named(model: str, prompt: Prompt) -> str:
    return f"{model}+prompt:{prompt.digest}"


class _Task(NamedTuple):
    prompt: Prompt
    schema: Mapping[str, Any]
    view: View
    rules: AnswerRules
    violations: Sequence[Violation]

    @property
    def most(self) -> int:
        return self.rules.answer.max_lines

    def messages(self, said: Sequence[Claim]) -> tuple[Message, ...]:
        view = self.view
        return self.prompt.messages(view.question, view.evidence, self.rules, self.violations, said, seen=view.text)


class _Writing:
    """One draft, by whichever model's turn it is: each goes on after what readers have seen of those before it."""

    def __init__(self, task: _Task, said: Sequence[Claim], hear: Hear) -> None:
        self._task, self._hear = task, hear
        self.said = list(said)

    def drafted(self, turn: Turn) -> Draft:
        return self._draft(turn, None)

    def told(self, turn: Turn) -> Draft:
        """Claim by claim. Whoever has said all that an answer may hold need not come to an end."""
        before, heard, claims = tuple(self.said), Heard(), count()

        def listen(piece: str) -> None:
            for claim in heard.more(piece):
                if next(claims) < self._task.most - len(before) and not is_said(claim, before):
                    self._say(claim, turn.model.name)

        try:
            return self._draft(turn, listen)
        except BrokenOff:
            if len(self.said) < self._task.most:
                raise
            return Draft(claims=tuple(self.said))

    def _say(self, claim: Claim, model: str) -> None:
        if self._hear(claim, model):
            self.said.append(claim)

    def _draft(self, turn: Turn, listen: Callable[[str], None] | None) -> Draft:
        """What cannot be read is asked for once more."""
        messages, most, schema = self._task.messages(self.said), self._task.most, self._task.schema
        first = turn.ask(messages, schema, listen)
        draft = drafted.draft_from(first.text, max_claims=most)
        if isinstance(draft, Unreadable):
            again = (*messages, *self._task.prompt.repair(first.text, str(draft)))
            draft = drafted.draft_from(turn.ask(again, schema).text, max_claims=most)
        if isinstance(draft, Unreadable):
            raise AskOtherwise(Kind.MALFORMED)
        return going_on(self.said, draft, most=most)


def _matter(view: View) -> Matter:
    passages = view.evidence.passages
    return Matter(len(passages), frozenset(passage.source for passage in passages), view.removed)


def _of_a_smaller(passed: Sequence[Passed]) -> Shortfall | None:
    """The next model of a class writes as well; the class below it only does since a budget is spent."""
    return "smaller" if any(one.because == Kind.SPENT for one in passed) else None
