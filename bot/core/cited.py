"""Which documents does an answer cite, under which numbers, and how is each called?

A citation of a passage that is not in the evidence names no document; it is never guessed.
"""

from collections.abc import Mapping
from datetime import UTC, datetime

from connectors.files import places
from policies.evidence import Answer, Claim, Evidence, Passage
from policies.experts import SAVED


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
    """Where a person would look for the document; of a saved answer, who says so. A conversation has an id alone, which tells a
    person nothing.
    """
    if passage.source == SAVED:
        return passage.place
    return full_place(passage.source, passage.place if passage.author is None else "")


def address(passage: Passage, quote: str = "") -> str | None:
    """Where its document is read: at the page of what is quoted, where an address can say that."""
    return None if passage.url is None else places.at(passage.url, passage.heading_path, passage.text, quote)


def full_place(source: str, place: str) -> str:
    return f"{source}/{place}" if place not in ("", source) else source


def updated(passage: Passage) -> str | None:
    """When the document was last changed, or a reply saved, in words: `updated 2 June 2026`. A message's name says when it was
    said.
    """
    how = "saved" if passage.source == SAVED else "updated"
    return None if passage.updated is None or passage.author is not None else f"{how} {day(passage.updated)}"


def moment(at: datetime) -> str:
    at = at.astimezone(UTC)
    return f"{day(at)}, {at:%H:%M} UTC"


def day(at: datetime) -> str:
    return f"{at.day} {month(at)}"


def month(at: datetime) -> str:
    return f"{_MONTHS[at.month - 1]} {at.year}"


_MONTHS = (  # not the locale's
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
