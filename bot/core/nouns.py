"""The words of the assistant, as values. See DESIGN: one idea, one word."""

import secrets
from datetime import datetime
from typing import Annotated, Any, Literal, NewType, Self

from pydantic import Field

from policies.evidence import Answer, Evidence, Reply
from policies.people import Email, Noun

ReceiptId = NewType("ReceiptId", str)
DocumentId = NewType("DocumentId", str)  # source + the source's stable id
PassageId = NewType("PassageId", str)
ListId = NewType("ListId", str)  # an interned access list


def new_receipt_id() -> ReceiptId:
    """Opaque: not a count, so that it tells nothing about how much others ask."""
    return ReceiptId("r_" + secrets.token_hex(12))


def document_id(source: str, id_at_source: str) -> DocumentId:
    return DocumentId(f"{source}:{id_at_source}")


def source_of(id_of_document_or_list: str) -> str:
    return id_of_document_or_list.partition(":")[0]


class CommandLine(Noun):
    """A terminal: whoever asks there is the only one who reads the reply."""

    surface: Literal["cli"] = "cli"


class SlackPlace(Noun):
    """One message in Slack. Everything is named by its id: names of channels and people change."""

    surface: Literal["slack"] = "slack"
    team: str
    channel: str
    message: str
    thread: str | None = (
        None  # the message under which the reply goes; without one it goes into the conversation itself
    )
    edited: str | None = None  # when the message got this wording


Place = Annotated[CommandLine | SlackPlace, Field(discriminator="surface")]
"""Where a question was put, and hence where its reply goes."""


class SlackUser(Noun):
    """An account. Who that is, and whether they may be answered at all, is found out when the question is taken up."""

    team: str
    user: str

    def __str__(self) -> str:
        return f"slack:{self.team}/{self.user}"


class Question(Noun):
    """What was asked, by whom, where. `operator` is who used `--as` to ask in the asker's name."""

    receipt: ReceiptId
    text: str
    asker: Email | SlackUser
    place: Place
    asked_at: datetime
    operator: str | None = None


class Said(Noun):
    """One thing said earlier in the thread in which a question is put."""

    by: Literal["person", "assistant"]
    text: str


class Call(Noun):
    """One answered call to a model. `model` is what the server calls itself."""

    model: str
    tokens_in: int
    tokens_out: int
    ms: float


class Rewriting(Noun):
    """Which model was asked to make a question whole. `because`: why its words are not searched, by the kind of error or
    the rule that they broke.
    """

    by: str
    because: str | None = None
    calls: tuple[Call, ...] = ()


class Wording(Noun):
    """What is searched for a question: as it was `asked` and, if it follows up on others, as a `whole`: with those before
    it, or in the words of a model.

    `leans`: by itself it cannot be understood, so an answer is judged by the whole.
    """

    asked: str
    whole: str | None = None
    leans: bool = False
    rewriting: Rewriting | None = None  # None: no model was asked

    @property
    def understood(self) -> str:
        return self.whole if self.whole is not None and self.leans else self.asked


class Incoming(Noun):
    """A question as it came in. `key` is the same whatever way it comes; it is one `revision` of its `subject`, of which
    the newest counts; what shares a `lane` is answered in the order of its subjects.
    """

    question: Question
    key: str
    subject: str
    lane: str
    revision: str = ""

    @classmethod
    def once(cls, question: Question) -> Self:
        """One that can neither come again nor be changed."""
        key = f"cli:{question.receipt}"
        return cls(question=question, key=key, subject=key, lane=key)


class Byline(Noun):
    """Who really wrote a draft. `instead_of` did not, `because` of an error of this kind. `without_vectors`: why its
    composer compared words alone, though it can do better.
    """

    composer: str
    instead_of: str | None = None
    because: str | None = None
    without_vectors: str | None = None
    calls: tuple[Call, ...] = ()


class Reordering(Noun):
    """Who was asked to put the best of what was found in order. `because`: why it stayed as it was, by kind of error."""

    by: str
    passages: int
    because: str | None = None


class Part(Noun):
    """A reply, and for whom: everyone at the place, or (`aside`) the asker alone. `model` is the composer that wrote it."""

    reply: Reply
    evidence: Evidence
    aside: bool = False
    model: str | None = None


class Explained(Noun):
    """An answer with what it was made of, as far as one person may read that now. `hidden`: some of it they may not."""

    answer: Answer
    evidence: Evidence
    hidden: bool


class Piece(Noun):
    """A part of a document, cut where its own structure cuts it. Once retrieved it is a Passage."""

    ordinal: int
    heading_path: tuple[str, ...]
    text: str

    @property
    def embedded_text(self) -> str:
        """What stands for this piece in the vector space: where it stands and what it says."""
        return "\n".join((" › ".join(self.heading_path), self.text)) if self.heading_path else self.text


class Event(Noun):
    """Something that happened, to be appended to the ledger."""

    kind: str
    receipt: ReceiptId | None = None
    body: dict[str, Any] = Field(default_factory=dict)
