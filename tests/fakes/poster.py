"""Remembers what was shown."""

from collections.abc import Callable, Mapping
from typing import NamedTuple

from bot.core.nouns import Part, Question
from bot.core.ports import Poster
from policies.evidence import Evidence, Reply


class Posted(NamedTuple):
    question: Question
    reply: Reply
    evidence: Evidence
    aside: bool = False
    again: bool = False


class FakePoster(Poster):
    """`when_posted` happens after a part is shown."""

    def __init__(self, log: list[str] | None = None) -> None:
        self.posted: list[Posted] = []
        self.failed: list[Question] = []
        self.left: list[Question] = []
        self.when_posted: Callable[[Posted], object] = lambda _: None
        self._log = log if log is not None else []

    def post(self, question: Question, part: Part, *, again: bool) -> Mapping[str, str]:
        self._log.append("post")
        self.posted.append(Posted(question, part.reply, part.evidence, part.aside, again))
        number = str(len(self.posted))
        self.when_posted(self.posted[-1])
        return {"surface": "fake", "number": number}

    def leave(self, question: Question, *, again: bool) -> None:  # noqa: ARG002
        self.left.append(question)

    def fail(self, question: Question, *, aside: bool, again: bool) -> None:  # noqa: ARG002
        self.failed.append(question)
