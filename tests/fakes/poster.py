"""Remembers what was shown."""

from collections.abc import Mapping
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
    def __init__(self, log: list[str] | None = None) -> None:
        self.posted: list[Posted] = []
        self.failed: list[Question] = []
        self._log = log if log is not None else []

    def post(self, question: Question, part: Part, *, again: bool) -> Mapping[str, str]:
        self._log.append("post")
        self.posted.append(Posted(question, part.reply, part.evidence, part.aside, again))
        return {"surface": "fake", "number": str(len(self.posted))}

    def fail(self, question: Question, *, again: bool) -> None:  # noqa: ARG002
        self.failed.append(question)
