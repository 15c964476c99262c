"""Remembers what was shown."""

from collections.abc import Mapping
from typing import NamedTuple

from bot.core.nouns import Question
from bot.core.ports import Poster
from policies.evidence import Evidence, Reply


class Posted(NamedTuple):
    question: Question
    reply: Reply
    evidence: Evidence


class FakePoster(Poster):
    def __init__(self, log: list[str] | None = None) -> None:
        self.posted: list[Posted] = []
        self._log = log if log is not None else []

    def post(self, question: Question, reply: Reply, evidence: Evidence) -> Mapping[str, str]:
        self._log.append("post")
        self.posted.append(Posted(question, reply, evidence))
        return {"surface": "fake", "number": str(len(self.posted))}
