"""What does the evidence say against an answer? Of what the answer quotes, where another passage says otherwise or has
taken that document's place. Pure; each side is quoted as it stands.
"""

from collections.abc import Iterator

from policies.evidence import Answer, Citation, Conflict, Disagreement, Evidence, Found, Passage, Span, Superseded
from policies.verbatim import fold

_MOST = 2  # more are no help to whoever reads an answer; the receipt has them all


def otherwise(answer: Answer, evidence: Evidence) -> tuple[Conflict | Superseded, ...]:
    found = {one.passage.handle: one for one in evidence.found}
    quotes: dict[int, list[str]] = {}
    for claim in answer.claims:
        for citation in claim.citations:
            quotes.setdefault(citation.passage, []).append(fold(citation.quote))
    told = {
        (found[other].passage.document, says): caveat
        for handle, said in quotes.items()
        if handle in found
        for other, says, caveat in _against(found[handle], said, found, frozenset(quotes))
    }
    return tuple(told.values())[:_MOST]


def overtaken(passage: Found, words: str) -> bool:
    """Whether these words of a passage are what a newer one says otherwise."""
    return any(one.newer and _touches(fold(words), _said(passage.passage, one.here)) for one in passage.disagreements)


def _against(
    cited: Found, quotes: list[str], found: dict[int, Found], cited_handles: frozenset[int]
) -> Iterator[tuple[int, str, Conflict | Superseded]]:
    """Each with the handle of the other and what that says."""
    for one in cited.disagreements:
        other = found.get(one.passage)
        if other is None:
            continue
        if one.about == "superseded":
            if one.newer and one.passage not in cited_handles:
                yield one.passage, "", Superseded(cited=cited.passage.handle, by=one.passage)
        elif any(_touches(quote, _said(cited.passage, one.here)) for quote in quotes):
            says = _said(other.passage, one.there)
            if says:
                yield one.passage, says, _conflict(cited.passage, one, says)


def _conflict(cited: Passage, one: Disagreement, says: str) -> Conflict:
    return Conflict(
        here=Citation(passage=cited.handle, quote=_said(cited, one.here)),
        there=Citation(passage=one.passage, quote=says),
        newer=None if one.newer is None else "there" if one.newer else "here",
    )


def _said(passage: Passage, span: Span) -> str:
    return fold(passage.text[span.first : span.end])


def _touches(quote: str, statement: str) -> bool:
    return bool(quote and statement) and (quote in statement or statement in quote)
