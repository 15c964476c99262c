"""What does the evidence say against an answer? Of what the answer quotes, where another passage says otherwise or has
taken that document's place. Pure; each is quoted as it stands, and what was erased is not quoted at all.
"""

from collections.abc import Iterator
from typing import NamedTuple

from bot.core.record import ERASED
from policies.contract import fold
from policies.evidence import Answer, Disagreement, Evidence, Found, Passage, Span

_MOST = 2  # more are no help to whoever reads an answer; the receipt has them all
_MOST_CHARACTERS = 200


class Otherwise(NamedTuple):
    """`says` is empty where the passage takes the place of what is cited, as a whole."""

    passage: Passage
    newer: bool | None
    says: str


def otherwise(answer: Answer, evidence: Evidence) -> tuple[Otherwise, ...]:
    found = {one.passage.handle: one for one in evidence.found}
    quotes: dict[int, list[str]] = {}
    for claim in answer.claims:
        for citation in claim.citations:
            quotes.setdefault(citation.passage, []).append(fold(citation.quote))
    told = {
        (other.passage.document, other.says): other
        for handle, said in quotes.items()
        if handle in found
        for other in _against(found[handle], said, found, frozenset(quotes))
    }
    return tuple(told.values())[:_MOST]


def overtaken(passage: Found, words: str) -> bool:
    """Whether these words of a passage are what a newer one says otherwise."""
    return any(one.newer and _touches(fold(words), _said(passage.passage, one.here)) for one in passage.disagreements)


def _against(
    cited: Found, quotes: list[str], found: dict[int, Found], cited_handles: frozenset[int]
) -> Iterator[Otherwise]:
    for one in cited.disagreements:
        other = found.get(one.passage)
        if other is None:
            continue
        if one.about == "superseded":
            if one.newer and one.passage not in cited_handles:
                yield Otherwise(other.passage, one.newer, "")
        elif any(_touches(quote, _said(cited.passage, one.here)) for quote in quotes):
            yield from _quoted(other.passage, one)


def _quoted(other: Passage, one: Disagreement) -> Iterator[Otherwise]:
    says = _said(other, one.there)
    if says:
        yield Otherwise(other, one.newer, says if len(says) <= _MOST_CHARACTERS else f"{says[: _MOST_CHARACTERS - 1]}…")


def _said(passage: Passage, span: Span) -> str:
    return "" if passage.text == ERASED else fold(passage.text[span.first : span.end])


def _touches(quote: str, statement: str) -> bool:
    return bool(quote and statement) and (quote in statement or statement in quote)
