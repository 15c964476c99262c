"""How long does an embedder take? For one question, whose asker waits, and for each passage of many."""

import time
from collections.abc import Callable, Sequence
from statistics import median
from typing import NamedTuple

from bot.core.ports import Vector

_QUESTIONS = 16
_PASSAGES = 32
_CHARACTERS = 1_000  # of a passage; pieces have up to about two thousand


class Pace(NamedTuple):
    question_ms: float
    passage_ms: float


def paces(embed: Callable[[Sequence[str]], Vector], questions: Sequence[str], texts: Sequence[str]) -> Pace:
    """Nothing may be remembered from before: that would be the pace of the memory."""
    embed(questions[:1])  # whatever is made ready by the first one
    single = [_ms(embed, [question]) for question in questions[:_QUESTIONS]]
    passages = [text[:_CHARACTERS] for text in texts[:_PASSAGES]]
    return Pace(round(median(single), 1), round(_ms(embed, passages) / len(passages), 1))


def _ms(embed: Callable[[Sequence[str]], Vector], texts: Sequence[str]) -> float:
    began = time.perf_counter()
    embed(texts)
    return (time.perf_counter() - began) * 1000
