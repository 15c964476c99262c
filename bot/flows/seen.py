"""What is shown to people, as it may be seen where they are: whoever posts gets nothing else."""

from collections.abc import Callable, Mapping
from typing import Any

from bot.core.nouns import Chosen, Part, Question
from bot.core.ports import Poster
from policies.evidence import Clarification, Evidence, Reply
from policies.redaction.kinds import Redaction
from policies.redaction.view import Removed, View


def as_seen(reply: Reply, evidence: Evidence, rules: Redaction) -> tuple[Reply, Evidence, Removed]:
    view = View(evidence, rules, "channel")
    seen = view.masked(reply)
    return seen, view.evidence, view.removed_from(seen)


def choice_as_seen(reply: Clarification, chosen: Chosen, rules: Redaction) -> tuple[Clarification, Chosen]:
    view = View(Evidence(), rules, "channel")
    seen = view.masked(reply)
    assert isinstance(seen, Clarification), "what is masked is what it was"
    return seen, chosen.model_copy(update={"option": view.text(chosen.option)})


class AsSeen(Poster):
    """A poster before which everything is masked that the rules of that moment mask."""

    def __init__(self, poster: Poster, redaction: Callable[[], Redaction]) -> None:
        self._poster, self._redaction = poster, redaction

    def post(self, question: Question, part: Part, *, again: bool) -> Mapping[str, Any]:
        seen, removed = self._seen(part)
        return {**self._poster.post(question, seen, again=again), **({"removed": removed} if removed else {})}

    def hold(self, question: Question, *, again: bool) -> Mapping[str, Any]:
        return self._poster.hold(question, again=again)

    def unhold(self, question: Question) -> None:
        self._poster.unhold(question)

    def is_shown(self, question: Question) -> bool:
        return self._poster.is_shown(question)

    def may_grow(self, question: Question) -> bool:
        return self._poster.may_grow(question)

    def grow(self, question: Question, part: Part) -> None:
        """Claim by claim under the same masks: those before are the same, and so is the evidence."""
        self._poster.grow(question, self._seen(part)[0])

    def take_back(self, question: Question, *, again: bool) -> None:
        self._poster.take_back(question, again=again)

    def leave(self, question: Question, *, again: bool) -> None:
        self._poster.leave(question, again=again)

    def fail(self, question: Question, *, aside: bool, again: bool) -> None:
        self._poster.fail(question, aside=aside, again=again)

    def _seen(self, part: Part) -> tuple[Part, Removed]:
        reply, evidence, removed = as_seen(part.reply, part.evidence, self._redaction())
        return part.model_copy(update={"reply": reply, "evidence": evidence}), removed
