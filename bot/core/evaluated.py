"""Runs of the golden set, as an admin sees them: figures, and how they differ from those before."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final, Literal, NamedTuple, Protocol

from bot.core.nouns import SlackUser

SHOWN: Final = ("ndcg@10", "recall@5", "recall@10", "hit@1")
"""The figures that are kept of a run; all of them are between 0 and 1."""

EvaluationState = Literal["asked", "done", "failed"]


class Evaluation(NamedTuple):
    """`figures`, with `n`, the number of questions that count; None: it is not over, or failed."""

    id: str
    user: SlackUser
    by: str
    asked_at: datetime
    state: EvaluationState
    finished_at: datetime | None = None
    figures: Mapping[str, float] | None = None


class NoGoldenSet(NamedTuple):
    """No setting names one."""


class EvaluationsListed(NamedTuple):
    """The newest first."""

    runs: tuple[Evaluation, ...]


class EvaluationAsked(NamedTuple):
    """`anew`: by this command; else that one was asked for before, and is not over."""

    run: Evaluation
    anew: bool


class Evaluations(Protocol):
    """What was measured, and whether anything can be."""

    @property
    def is_there(self) -> bool:
        """A golden set."""
        ...

    def runs(self) -> tuple[Evaluation, ...]:
        """The newest first."""
        ...


EvaluationReply = NoGoldenSet | EvaluationsListed | EvaluationAsked
