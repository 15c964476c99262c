"""What a set came to: figures with their intervals, for all questions and for those that nothing was fitted to; and the
ranking itself, as a TREC run file, so that others can count again.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple
from urllib.parse import quote

from bot.evals.metrics import NAMES, Worth, auroc, auroc_interval, intervals, mean, worth

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
    worths: list[Worth] = [
        worth([document for document, _ in outcome.documents], grades[outcome.question]) for outcome in outcomes
    ]
    means = {name: round(value, _DECIMALS) for name, value in zip(NAMES, mean(worths), strict=True)}
    between = {
        name: [round(edge, _DECIMALS) for edge in each] for name, each in zip(NAMES, intervals(worths), strict=True)
    }
    return {**means, "n": len(worths), "intervals": between}


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
