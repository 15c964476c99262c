"""What a set came to: figures with their intervals, for all questions and for those that nothing was fitted to; and the
ranking itself, as a TREC run file, so that others can count again.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple
from urllib.parse import quote

import numpy as np

from bot.evals.metrics import NAMES, Interval, Worth, auroc, auroc_interval, intervals, mean, worth

_DECIMALS = 4
_UNANSWERABLE = frozenset({"UNANSWERABLE", "IMPOSSIBLE"})
_RUN = "footnote"


class Outcome(NamedTuple):
    """One question with the documents found for it, best first."""

    question: str
    documents: Sequence[tuple[str, float]]
    answerable: float
    refused: bool
    facts: Mapping[str, object]


def is_odd(question: str) -> bool:
    """Weights are fitted to the others."""
    return int(hashlib.sha256(question.encode("utf-8", errors="surrogatepass")).hexdigest(), 16) % 2 == 1


def figures(outcomes: Sequence[Outcome], grades: Mapping[str, Mapping[str, int]]) -> dict[str, object]:
    """Only questions with a relevant document count; they are what `n` counts."""
    judged = [outcome for outcome in outcomes if grades.get(outcome.question)]
    odd = [outcome for outcome in judged if is_odd(outcome.question)]
    return {
        **_figures(judged, grades),
        **({"odd": _figures(odd, grades)} if odd else {}),
        "without_relevant": len(outcomes) - len(judged),
        **_answerability(outcomes),
    }


def _figures(outcomes: Sequence[Outcome], grades: Mapping[str, Mapping[str, int]]) -> dict[str, object]:
    worths = list(_worths(outcomes, grades).values())
    means = {name: round(value, _DECIMALS) for name, value in zip(NAMES, mean(worths), strict=True)}
    between = {
        name: [round(edge, _DECIMALS) for edge in each] for name, each in zip(NAMES, intervals(worths), strict=True)
    }
    return {**means, "n": len(worths), "intervals": between}


class Side(NamedTuple):
    """One of two embedders in a comparison, with what it costs to ask it."""

    embedder: str
    dimensions: int | None
    ms_per_question: float | None
    ms_per_passage: float | None
    outcomes: Sequence[Outcome]


def compared(one: Side, other: Side, grades: Mapping[str, Mapping[str, int]]) -> dict[str, object]:
    """The same questions to both: what differs is looked at question by question, which shows far less than it takes
    for two means to lie apart.
    """
    worths = [_worths(side.outcomes, grades) for side in (one, other)]
    differences = [Worth(*np.subtract(worths[0][id_], worths[1][id_]).tolist()) for id_ in worths[0]]
    gained = [difference.ndcg_10 for difference in differences]
    by = {
        name: {"mean": round(value, _DECIMALS), "interval": [round(edge, _DECIMALS) for edge in between]}
        for name, value, between in zip(NAMES, mean(differences), intervals(differences), strict=True)
    }
    return {
        "sides": [_side(side, grades) for side in (one, other)],
        "difference": by,
        "better_in": sum(gain > 0 for gain in gained),
        "worse_in": sum(gain < 0 for gain in gained),
        "alike_in": sum(gain == 0 for gain in gained),
        "n": len(gained),
        "verdict": verdict(intervals(differences)[0]),
    }


def verdict(difference: Interval) -> str:
    """By the interval of the difference in nDCG@10, in which 95 of 100 resamples lie."""
    if difference.low > 0:
        return "first"
    return "second" if difference.high < 0 else "neither"


def _side(side: Side, grades: Mapping[str, Mapping[str, int]]) -> dict[str, object]:
    return {
        "embedder": side.embedder,
        "dimensions": side.dimensions,
        "ms_per_question": side.ms_per_question,
        "ms_per_passage": side.ms_per_passage,
        **figures(side.outcomes, grades),
    }


def _worths(outcomes: Sequence[Outcome], grades: Mapping[str, Mapping[str, int]]) -> dict[str, Worth]:
    """Of each judged question, in one order for everybody."""
    return {
        outcome.question: worth([document for document, _ in outcome.documents], grades[outcome.question])
        for outcome in outcomes
        if grades.get(outcome.question)
    }


def _answerability(outcomes: Sequence[Outcome]) -> dict[str, object]:
    """Of a set that says which of its questions have no answer in it."""
    answerable = [one for one in outcomes if one.facts.get("answerability") == "ANSWERABLE"]
    unanswerable = [one for one in outcomes if one.facts.get("answerability") in _UNANSWERABLE]
    if not answerable or not unanswerable:
        return {}
    body = {"all": (answerable, unanswerable)}
    odd = [[one for one in part if is_odd(one.question)] for part in (answerable, unanswerable)]
    if all(odd):
        body["odd"] = (odd[0], odd[1])
    return {"answerability": {name: _told_apart(*parts) for name, parts in body.items()}}


def _told_apart(answerable: Sequence[Outcome], unanswerable: Sequence[Outcome]) -> dict[str, object]:
    scores = [one.answerable for one in answerable], [one.answerable for one in unanswerable]
    return {
        "auroc": round(auroc(*scores), _DECIMALS),
        "interval": [round(edge, _DECIMALS) for edge in auroc_interval(*scores)],
        "wrongly_refused": round(sum(one.refused for one in answerable) / len(answerable), _DECIMALS),
        "rightly_refused": round(sum(one.refused for one in unanswerable) / len(unanswerable), _DECIMALS),
        "n": [len(answerable), len(unanswerable)],
    }


def trec(outcomes: Iterable[Outcome]) -> str:
    """A line has its parts between blanks, so ids with blanks in them are written as in an address.

    trec_eval orders by score and, where two are alike, by id: so each score is kept below the one before it.
    """
    lines = []
    for outcome in outcomes:
        before = float("inf")
        for rank, (document, score) in enumerate(outcome.documents, start=1):
            before = min(score, before - 1e-7)
            lines.append(f"{_id(outcome.question)} Q0 {_id(document)} {rank} {before:.7f} {_RUN}\n")
    return "".join(lines)


def _id(id_: str) -> str:
    if id_.isprintable() and " " not in id_:
        return id_
    return quote(id_, safe="/:#<>@!$&'()*+,;=?[]", errors="replace")
