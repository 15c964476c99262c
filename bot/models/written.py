"""Answers in a model's words, each claim with the quotes that prove it. What the model says is a draft, and nothing more:
a passage that gives orders can at most have claims drafted, which are compared with the passages like all others.
"""

from collections.abc import Sequence

from bot.core.nouns import Byline, Call
from bot.core.ports import Composed
from bot.models import drafted
from bot.models.drafted import Unreadable
from bot.models.gateway.completion import Completion, Gateway
from bot.models.gateway.faults import Kind, NoReply
from bot.models.prompt import Message, Prompt
from policies.contract import Violation
from policies.evidence import Draft, Evidence
from policies.rules import AnswerRules


class Unwritten(Exception):  # noqa: N818 - named by recovery: somebody else has to write it
    """The model wrote no draft. `because` is a kind of error; `look_at` names settings, where one is the reason."""

    def __init__(self, because: Kind, calls: Sequence[Call], look_at: Sequence[str] = ()) -> None:
        super().__init__(because)
        self.because, self.calls, self.look_at = because, tuple(calls), tuple(look_at)


class Written:
    """The port `Composer` with a model, but for one thing: it raises `Unwritten`."""

    def __init__(self, gateway: Gateway, prompt: Prompt) -> None:
        self._gateway, self._prompt = gateway, prompt

    @property
    def name(self) -> str:
        """The model with the version of what it is told."""
        return f"{self._gateway.model}+prompt:{self._prompt.digest}"

    def compose(
        self, question: str, evidence: Evidence, rules: AnswerRules, *, violations: Sequence[Violation] = ()
    ) -> Composed:
        if not evidence.found:  # nothing could be proven, so there is nothing to ask
            return Composed(Draft(answerable=False), Byline(composer=self.name))
        messages = self._prompt.messages(question, evidence, rules, violations)
        calls: list[Call] = []
        draft = self._drafted(messages, rules, calls)
        return Composed(draft, Byline(composer=self.name, calls=tuple(calls)))

    def _drafted(self, messages: Sequence[Message], rules: AnswerRules, calls: list[Call]) -> Draft:
        """What cannot be read is asked for once more."""
        most = rules.answer.max_lines
        first = self._asked(messages, calls)
        draft = drafted.draft_from(first.text, max_claims=most)
        if isinstance(draft, Unreadable):
            again = (*messages, *self._prompt.repair(first.text, str(draft)))
            draft = drafted.draft_from(self._asked(again, calls).text, max_claims=most)
        if isinstance(draft, Unreadable):
            raise Unwritten(Kind.MALFORMED, calls)
        return draft

    def _asked(self, messages: Sequence[Message], calls: list[Call]) -> Completion:
        try:
            said = self._gateway.ask(messages, drafted.SCHEMA)
        except NoReply as error:
            raise Unwritten(error.kind, calls, self._gateway.settings_of(error)) from None
        calls.append(said.call)
        return said
