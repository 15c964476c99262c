"""What an answer may be made of, and what it is made into. Each stage is its own type, so a signature shows how far
a question has come.
"""

from collections.abc import Collection
from datetime import datetime
from enum import StrEnum
from typing import Literal, NamedTuple

from pydantic import Field

from policies.people import Noun


class Passage(Noun):
    """A retrieved piece of one version of one document, under the handle by which this answer cites it."""

    handle: int = Field(ge=1)
    id: str
    document: str
    source: str
    title: str
    url: str | None
    place: str
    updated: datetime | None
    version: str
    ordinal: int
    heading_path: tuple[str, ...]
    text: str


class Ranks(Noun):
    """Where each retriever put a passage, counting only what the audience may read. Absent: it did not find it."""

    keywords: int | None = None
    vectors: int | None = None


class Standing(Noun):
    """What the retrievers made of a passage for one wording of the question."""

    keywords_score: float | None = None
    vectors_score: float | None = None
    ranks: Ranks


class Worth(NamedTuple):
    """Of what a score is made: what it is worth by itself and by the rest of its document, times two small factors."""

    own: float
    document: float
    recency: float
    authority: float
    score: float


class Span(NamedTuple):
    """Characters of a passage's text, from `first` up to, not including, `end`."""

    first: int
    end: int


class Disagreement(Noun):
    """Another passage of the same evidence says otherwise (`number`, `date`, `name`), or its document takes this one's
    place (`superseded`). Of both the words are named by where they stand, so that an erased text tells nothing.
    """

    about: Literal["number", "date", "name", "superseded"]
    passage: int  # the handle of the other
    newer: bool | None  # whether the other was changed later; None: that is not known
    here: Span
    there: Span


class Found(Noun):
    """A passage with the reasons why it was found. `whole`: for the whole question, where this one follows up on others.

    `pieces`: those that were found, and that it was put together from. Its standing is that of the best of them.
    `reranked` is a reranker's score, which no other is comparable with.
    """

    passage: Passage
    list_id: str  # the access list that its document carried
    score: float
    keywords_score: float | None = None
    vectors_score: float | None = None
    ranks: Ranks
    whole: Standing | None = None
    reranked: float | None = None
    worth: Worth | None = None  # None: written before it was kept
    pieces: tuple[str, ...] = ()
    disagreements: tuple[Disagreement, ...] = ()

    @property
    def nearness(self) -> float | None:
        """Its cosine, for the wording to which it is nearer. None: the vectors did not find it."""
        known = (self.vectors_score, self.whole.vectors_score if self.whole else None)
        return max((score for score in known if score is not None), default=None)

    def knowing_only(self, handles: Collection[int]) -> "Found":
        known = tuple(one for one in self.disagreements if one.passage in handles)
        return self if known == self.disagreements else self.model_copy(update={"disagreements": known})


class Evidence(Noun):
    """Everything one answer may use, best first."""

    found: tuple[Found, ...] = ()

    @property
    def passages(self) -> tuple[Passage, ...]:
        return tuple(found.passage for found in self.found)

    def passage(self, handle: int) -> Passage | None:
        return next((passage for passage in self.passages if passage.handle == handle), None)

    def without(self, documents: frozenset[str]) -> "Evidence":
        """What is left knows nothing of what is gone."""
        left = [found for found in self.found if found.passage.document not in documents]
        handles = {found.passage.handle for found in left}
        return Evidence(found=tuple(found.knowing_only(handles) for found in left))


class Citation(Noun):
    """A quote that stands, word for word, in the passage with this handle."""

    passage: int
    quote: str


class Claim(Noun):
    """One statement with the citations that prove it."""

    text: str
    citations: tuple[Citation, ...] = ()


class Draft(Noun):
    """What a composer proposes; nothing in it is believed before it is verified."""

    claims: tuple[Claim, ...] = ()
    answerable: bool = True
    clarify: str | None = None


class Answer(Noun):
    """Claims that were all verified against the evidence."""

    kind: Literal["answer"] = "answer"
    claims: tuple[Claim, ...] = Field(min_length=1)


class RefusalReason(StrEnum):
    """Why there is no answer. None of them depends on anything that the audience may not read."""

    UNANSWERED = "unanswered"  # nothing that the audience may read answers it
    UNKNOWN_PERSON = "unknown_person"  # no source knows the asker
    NOT_A_MEMBER = "not_a_member"  # the asker is a guest, or of another company
    UNKNOWN_AUDIENCE = "unknown_audience"  # who reads this place could not be found out
    UNPROVEN = "unproven"  # claims were drafted, none could be proven
    TOO_MANY = "too_many"  # the asker has asked as often as one person may within this minute
    TOO_MANY_BY_ALL = "too_many_by_all"  # the same of everybody together


class Refusal(Noun):
    """`unknown_at`: the sources that do not know the one person who reads this, and hence can have given nothing."""

    kind: Literal["refusal"] = "refusal"
    reason: RefusalReason
    unknown_at: tuple[str, ...] = ()


class Clarification(Noun):
    """A question back: the asker's own words do not say enough."""

    kind: Literal["clarification"] = "clarification"
    reason: Literal["empty", "too_long", "composer"]
    question: str | None = None


Reply = Answer | Refusal | Clarification
