"""Which documents does an answer cite, under which numbers, and how is each called?

A citation of a passage that is not in the evidence names no document; it is never guessed.
"""

from collections.abc import Mapping

from policies.evidence import Answer, Claim, Evidence, Passage


def cited(answer: Answer, evidence: Evidence) -> tuple[Passage, ...]:
    """Of each cited document the passage that is cited first, in the order of the claims. Its place is its number."""
    passages = {passage.handle: passage for passage in reversed(evidence.passages)}
    found: dict[str, Passage] = {}
    for claim in answer.claims:
        for citation in claim.citations:
            if (passage := passages.get(citation.passage)) is not None:
                found.setdefault(passage.document, passage)
    return tuple(found.values())


def numbers(answer: Answer, evidence: Evidence) -> Mapping[int, int]:
    """The number of its document, from 1, for the handle of every passage of a cited document."""
    by_document = {passage.document: number for number, passage in enumerate(cited(answer, evidence), start=1)}
    return {
        passage.handle: by_document[passage.document]
        for passage in reversed(evidence.passages)
        if passage.document in by_document
    }


def marks(claim: Claim, numbers_: Mapping[int, int]) -> tuple[int, ...]:
    """Which numbers stand behind a claim: each once, rising."""
    return tuple(sorted({numbers_[one.passage] for one in claim.citations if one.passage in numbers_}))


def where(passage: Passage) -> str:
    """Where a person would look for the document."""
    return full_place(passage.source, passage.place)


def full_place(source: str, place: str) -> str:
    return f"{source}/{place}" if place not in ("", source) else source


def updated(passage: Passage) -> str | None:
    """When the document was last changed, in words: `updated 2 June 2026`."""
    if passage.updated is None:
        return None
    return f"updated {passage.updated.day} {_MONTHS[passage.updated.month - 1]} {passage.updated.year}"


_MONTHS = (  # not the locale's
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
