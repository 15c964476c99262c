"""Remembers what was shown."""

from collections.abc import Callable, Mapping
from typing import NamedTuple

from bot.core.nouns import Checked, Part, Question, Shortfall
from bot.core.ports import Poster
from policies.evidence import Evidence, Reply
from policies.intents import Offer


class Posted(NamedTuple):
    question: Question
    reply: Reply
    evidence: Evidence
    aside: bool = False
    again: bool = False
    shortfall: Shortfall | None = None
    offer: Offer | None = None
    checked: Checked | None = None


class FakePoster(Poster):
    """`when_posted` happens after a part is shown; `grows`: and so are parts that are not whole, `when_grown` after each."""

    def __init__(self, log: list[str] | None = None) -> None:
        self.posted: list[Posted] = []
        self.failed: list[Question] = []
        self.left: list[Question] = []
        self.held: list[Question] = []
        self.grows = False
        self.grown: list[Reply] = []  # of what was posted or is still seen
        self.taken_back = 0
        self._is_whole = True
        self.when_grown: Callable[[Reply], object] = lambda _: None
        self.when_posted: Callable[[Posted], object] = lambda _: None
        self._log = log if log is not None else []

    def post(self, question: Question, part: Part, *, again: bool) -> Mapping[str, str]:
        self._log.append("post")
        self._is_whole = True
        self.posted.append(
            Posted(
                question,
                part.reply,
                part.evidence,
                part.aside,
                again,
                part.shortfall,
                part.offer,
                part.checked,
            )
        )
        number = str(len(self.posted))
        self.when_posted(self.posted[-1])
        return {"surface": "fake", "number": number}

    def hold(self, question: Question, *, again: bool) -> Mapping[str, str]:  # noqa: ARG002
        self._log.append("hold")
        self.held.append(question)
        return {"surface": "fake", "channel": "C1", "message": f"held {len(self.held)}"}

    def unhold(self, question: Question) -> None:
        self.held = [one for one in self.held if one.receipt != question.receipt]

    def is_shown(self, question: Question) -> bool:
        return any(one.question.receipt == question.receipt and not one.aside for one in self.posted)

    def may_grow(self, question: Question) -> bool:  # noqa: ARG002
        return self.grows

    def grow(self, question: Question, part: Part) -> None:  # noqa: ARG002
        self._log.append("grow")
        self._is_whole = False
        self.grown.append(part.reply)
        self.when_grown(part.reply)

    def take_back(self, question: Question, *, again: bool) -> None:  # noqa: ARG002
        self.held = [] if again else self.held
        if again or not self._is_whole:
            self._log.append("take_back")
            self.taken_back += 1
            self.grown, self._is_whole = [], True

    def leave(self, question: Question, *, again: bool) -> None:  # noqa: ARG002
        self.left.append(question)

    def fail(self, question: Question, *, aside: bool, again: bool) -> None:  # noqa: ARG002
        self.failed.append(question)
