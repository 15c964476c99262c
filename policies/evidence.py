"""What an answer may be made of, and what it is made into. Each stage is its own type, so a signature shows how far
a question has come.
"""

from collections.abc import Collection
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Literal, NamedTuple

from pydantic import Field

from policies.people import Noun


class Passage(Noun):
    """A retrieved piece of one version of one document, under the handle by which this answer cites it. `author`: of a message,
    whoever wrote it; a document is nobody's in particular.
    """

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
    author: str | None = None


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
    """One statement with the citations that prove it. `paragraph`: of a text that is written, in which it stands."""

    text: str
    citations: tuple[Citation, ...] = ()
    paragraph: int | None = None


class Draft(Noun):
    """What a composer proposes; nothing in it is believed before it is verified. `options` without a question of its own,
    in `clarify`, are asked about in our words.
    """

    claims: tuple[Claim, ...] = ()
    answerable: bool = True
    clarify: str | None = None
    options: tuple[str, ...] = ()

    @property
    def asks_back(self) -> bool:
        return self.clarify is not None or bool(self.options)


class Conflict(Noun):
    """Two pages disagree: what the answer quotes, and what another passage of its evidence says. Both are quotes."""

    kind: Literal["conflict"] = "conflict"
    here: Citation
    there: Citation
    newer: Literal["here", "there"] | None  # None: that is not known


class Superseded(Noun):
    """A page that is cited has given its place to another. Both by their handles."""

    kind: Literal["superseded"] = "superseded"
    cited: int
    by: int


class Old(Noun):
    """A page that is cited was edited so long ago that it may not hold any more."""

    kind: Literal["old"] = "old"
    passage: int
    edited: datetime


class Unread(Noun):
    """What a source says has not been read for long: what was changed there since is not in the answer."""

    kind: Literal["unread"] = "unread"
    source: str
    read: datetime


class Shortened(Noun):
    """A conversation was longer than what is read of it: so many earlier messages were left out."""

    kind: Literal["shortened"] = "shortened"
    left_out: int = Field(ge=1)


Caveat = Annotated[Conflict | Superseded | Old | Unread | Shortened, Field(discriminator="kind")]
"""What whoever reads an answer should know of what it stands on."""


class RefusalReason(StrEnum):
    """Why there is no answer. None of them depends on anything that the audience may not read."""

    UNANSWERED = "unanswered"  # nothing that the audience may read answers it
    UNKNOWN_PERSON = "unknown_person"  # no source knows the asker
    NOT_A_MEMBER = "not_a_member"  # the asker is a guest, or of another company
    UNKNOWN_AUDIENCE = "unknown_audience"  # who reads this place could not be found out
    UNPROVEN = "unproven"  # claims were drafted, none could be proven
    TOO_MANY = "too_many"  # the asker has asked as often as one person may within this minute
    TOO_MANY_BY_ALL = "too_many_by_all"  # the same of everybody together
    PAUSED = "paused"  # an admin has stopped all answers for now
    RESTRICTED = "restricted"  # an admin has ruled that nothing is said on the subject
    OUT_OF_SCOPE = "out_of_scope"  # no company's documents are for this
    NO_TOOL = "no_tool"  # something was to be done, and there is nothing to do it with
    NO_SUMMARY = "no_summary"  # a thread was to be summarised, and where that was asked there is none
    SUMMARY_BESIDE = "summary_beside"  # the same, beside questions of another kind
    LINK_ELSEWHERE = "link_elsewhere"  # another conversation was to be summarised where others read along
    UNREADABLE_LINK = (
        "unreadable_link"  # there is no such conversation, or not for the asker, or not for us: never which
    )
    EMPTY_CONVERSATION = "empty_conversation"  # nothing was said in it that could be summarised
    UNPROVEN_SUMMARY = "unproven_summary"  # of a summary, nothing could be proven
    NOT_REVIEWED = "not_reviewed"  # it has to be checked by a person, and nobody could in time
    DECLINED = "declined"  # whoever checked it would not have it shown
    OUTDATED = "outdated"  # while it was checked, what it was made from changed, or who reads along
    NOT_ADDRESSED = "not_addressed"  # it did not name us, and was said to somebody else: nobody is told
    NEEDS_SLACK = "needs_slack"  # it has to be checked by a person, whom only Slack reaches


class Refusal(Noun):
    """`unknown_at`: the sources that do not know the one person who reads this, and hence can have given nothing; at those of
    `sign_in_at` they may link themselves, at those of `by_address` nobody is linked. `says` are
    an admin's words instead of ours, `ask_in` the channel to go to. `hand_over`: a rule lets people be asked all the same.
    `can`: what else whoever asks may have done here.
    """

    kind: Literal["refusal"] = "refusal"
    reason: RefusalReason
    unknown_at: tuple[str, ...] = ()
    sign_in_at: tuple[str, ...] = ()
    by_address: tuple[str, ...] = ()
    says: str | None = None
    ask_in: str | None = None
    hand_over: bool = False
    can: tuple[str, ...] = ()


class Section(Noun):
    """One of several questions of a message: how many of the claims are its answer, in their order; none: why."""

    question: str
    claims: int = Field(ge=0)
    refusal: Refusal | None = None


class Put(Noun):
    """A text that was also to be put somewhere: that is proposed, or not, `because` of this rule. `is_part`: nor is what else was
    asked for.
    """

    because: str | None = None
    is_part: bool = False


class Answer(Noun):
    """Claims that were all verified against the evidence. Notes are an admin's, caveats ours; neither are claims. `left_out`:
    questions of the same message that nobody has answered. `is_draft`: they are a text for the asker to use;
    `put`: somewhere, as they have said.
    """

    kind: Literal["answer"] = "answer"
    claims: tuple[Claim, ...] = Field(min_length=1)
    notes: tuple[str, ...] = ()  # what an admin has laid down to stand under it
    caveats: tuple[Caveat, ...] = ()
    sections: tuple[Section, ...] = ()  # none: it was one question
    left_out: int = Field(default=0, ge=0)
    is_draft: bool = False
    put: Put | None = None


class Clarification(Noun):
    """A question back: the asker's own words do not say enough. `options` are what they may have meant, in the words of
    headings that they may read, or in their own.
    """

    kind: Literal["clarification"] = "clarification"
    reason: Literal["empty", "too_long", "composer", "which"]
    question: str | None = None
    options: tuple[str, ...] = ()


class Known(Noun):
    """What somebody is at one source. Nothing: it does not know them. `by_address`: and nobody is linked there."""

    source: str
    principals: tuple[str, ...]
    by_address: bool = False


class Notice(Noun):
    """A reply by rule: no question was put, so nothing was looked up. `says` are an admin's words. What is `known` of the asker
    is for a conversation in which nobody else reads; None: it is another. `because`: the rule by which something is not done;
    `is_part`: nor is what else was asked for.
    """

    kind: Literal["notice"] = "notice"
    about: Literal["greet", "thank", "talk", "help", "about_me", "proposed", "denied"]
    because: str | None = None
    is_part: bool = False
    says: str | None = None
    name: str | None = None
    known: tuple[Known, ...] | None = None


Reply = Answer | Refusal | Clarification | Notice
