"""The words of the assistant, as values. See DESIGN: one idea, one word."""

import secrets
from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Final, Literal, NamedTuple, NewType, Self

from pydantic import Field

from policies.contract import Violation
from policies.evidence import Answer, Evidence, Reply
from policies.intents import Offer
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
    """One message in Slack. Everything is named by its id: names of channels and people change. `alone`: its reply is for
    the asker alone, in their direct conversation, and nothing of it is seen here. `unnamed`: it did not name us.
    """

    surface: Literal["slack"] = "slack"
    team: str
    channel: str
    message: str
    thread: str | None = (
        None  # the message under which the reply goes; without one it goes into the conversation itself
    )
    edited: str | None = None  # when the message got this wording
    alone: bool = False
    unnamed: bool = False

    @property
    def subject(self) -> str:
        """The message, whatever its wording."""
        return f"slack:{self.team}:{self.channel}:{self.message}"

    @property
    def lane(self) -> str:
        return f"slack:{self.team}:{self.channel}:{self.thread or ''}"


Place = Annotated[CommandLine | SlackPlace, Field(discriminator="surface")]
"""Where a question was put, and hence where its reply goes."""


class SlackUser(Noun):
    """An account. Who that is, and whether they may be answered at all, is found out when the question is taken up."""

    team: str
    user: str

    def __str__(self) -> str:
        return f"slack:{self.team}/{self.user}"


class Chosen(Noun):
    """What the asker meant, of the options that they were asked back with in this receipt."""

    receipt: ReceiptId
    option: str


Beside = Literal["file", "forwarded"]
"""What stood with a message and is not read: files, and a message that was passed on with it."""


class Question(Noun):
    """What was asked, by whom, where. `operator` is who used `--as` to ask in the asker's name. One for which an option was
    `chosen` is another wording of the question that was asked back. `beside`: its words alone are read. `written`: as the surface
    has it, while something that it names by an id is still to be called by its name.
    """

    receipt: ReceiptId
    text: str
    asker: Email | SlackUser
    place: Place
    asked_at: datetime
    operator: str | None = None
    chosen: Chosen | None = None
    beside: tuple[Beside, ...] = ()
    written: str | None = None


class Said(Noun):
    """One thing said earlier in the thread in which a question is put."""

    by: Literal["person", "assistant"]
    text: str


SAID: Final = "slack"
"""The source of what people say to each other. No source that is read may be called so."""


class Stretch(Noun):
    """A part of a conversation: of the thread under this message or, without one, of the conversation itself, what was said
    before a moment, since another, and at most the last so many.
    """

    channel: str
    thread: str | None = None
    before: str | None = None
    since: datetime | None = None
    last: int | None = None


class Message(Noun):
    """What somebody said in a conversation, as it stands there now, in words that a person reads."""

    ts: str
    author: str
    at: datetime
    text: str
    link: str | None = None


class Talk(Noun):
    """What was said in a stretch of a conversation, oldest first. `left_out`: so many messages more were said before."""

    messages: tuple[Message, ...] = ()
    left_out: int = 0


HeldTo = Literal["schema", "json", "words"]
"""What a model was held to while it wrote: our schema, JSON of any shape, or nothing but what it was told. Whatever it
was, what came back was validated.
"""


class Call(Noun):
    """One answered call to a model. `model` is what the server calls itself. What is not known is None, and never 0."""

    model: str
    tokens_in: int | None
    tokens_out: int | None
    ms: float
    dollars: float | None = None
    held_to: HeldTo | None = None  # None: written before it was kept


class Sent(Noun):
    """What left for a model: what was asked and, of documents, so many passages of these sources. `host` and `region` are
    as the operator declared them; None: nothing was declared. It was sent whether or not an answer came, but for what was
    `removed`, so often of each kind: it was masked.
    """

    model: str
    host: str | None = None
    region: str | None = None
    passages: int = 0
    sources: tuple[str, ...] = ()
    removed: Mapping[str, int] = {}


Budget = Literal["dollars_by_one", "dollars_by_all", "tokens_by_one", "tokens_by_all"]


class Passed(Noun):
    """A model that gave no answer, or was not asked for one, and why, by kind. `budget`: the one that was spent."""

    model: str
    because: str
    budget: Budget | None = None


class Account(Noun):
    """What asking models came to, in order: who was passed over, what was sent where, and which calls were answered."""

    passed: tuple[Passed, ...] = ()
    sent: tuple[Sent, ...] = ()
    calls: tuple[Call, ...] = ()


class Rewriting(Noun):
    """Which model was asked to make a question whole. `because`: why its words are not searched, by the kind of error or
    the rule that they broke.
    """

    by: str
    because: str | None = None
    calls: tuple[Call, ...] = ()
    passed: tuple[Passed, ...] = ()
    sent: tuple[Sent, ...] = ()


class Wording(Noun):
    """What is searched for a question: as it was `asked` and, if it follows up on others, as a `whole`: with those before
    it, or in the words of a model. Of a text that is to be written, the whole is what it is to be about.

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

    @classmethod
    def at(cls, place: SlackPlace, question: Question) -> Self:
        """One that is put there, and may be changed and taken back."""
        subject, revision = place.subject, place.edited or ""
        return cls(question=question, key=f"{subject}:{revision}", subject=subject, lane=place.lane, revision=revision)


Shortfall = Literal["smaller", "spent", "kept", "away", "rest"]
"""Why something less than the best model wrote: a smaller one, for a budget is spent; or none, for it is spent, for none
may see these documents, or for none could be had; or none wrote the rest of what one had begun.
"""


class Byline(Noun):
    """Who really wrote a draft. `instead_of` did not, `because` of an error of this kind. `without_vectors`: why its
    composer compared words alone, though it can do better. `examples`: the sets of them that a model was shown.
    """

    composer: str
    instead_of: str | None = None
    because: str | None = None
    without_vectors: str | None = None
    calls: tuple[Call, ...] = ()
    passed: tuple[Passed, ...] = ()
    sent: tuple[Sent, ...] = ()
    shortfall: Shortfall | None = None
    examples: tuple[str, ...] = ()


class Verdict(Noun):
    """Of one claim of a draft, by its number: do its quotes support it?"""

    claim: int
    supported: Literal["yes", "no", "unclear"]


class Judging(Noun):
    """What a judge said of the claims of one draft that kept the contract. `because`: why it said nothing, by kind of error;
    then they stand as if there were no judge.
    """

    by: str
    verdicts: tuple[Verdict, ...] = ()
    because: str | None = None
    calls: tuple[Call, ...] = ()
    passed: tuple[Passed, ...] = ()
    sent: tuple[Sent, ...] = ()


class Reordering(Noun):
    """Who was asked to put the best of what was found in order. `because`: why it stayed as it was, by kind of error."""

    by: str
    passages: int
    because: str | None = None
    sent: Sent | None = None


class Checked(Noun):
    """By whom an answer was approved before anybody saw it, and whether in words of theirs."""

    by: SlackUser
    edited: bool = False


class Part(Noun):
    """A reply, and for whom: everyone at the place, or (`aside`) the asker alone. `model` is the composer that wrote it."""

    reply: Reply
    evidence: Evidence
    aside: bool = False
    model: str | None = None
    shortfall: Shortfall | None = None
    offer: Offer | None = None  # of the message's route: what else it may have wanted
    checked: Checked | None = None
    asks_in: str | None = None  # where people may be asked, by rule


Shows = Literal["approved", "declined", "passed", "over", "withdrawn"]
"""What a card says once there is nothing more to press on it."""


Meanwhile = Literal["next", "approved", "over", "withdrawn"]
"""What is said at a place where somebody checks an answer, or did."""


class Turn(Noun):
    """One person asked to check one answer. `id` is opaque, and all that a click says of it; `channel` and `message`: where
    their card is; `shows`: what it says, if nothing can be pressed on it any more.
    """

    id: str
    receipt: ReceiptId
    number: int
    reviewer: SlackUser
    until: datetime
    channel: str | None = None
    message: str | None = None
    shows: Shows | None = None


class Ruled(NamedTuple):
    """What a click on a card came to. `by`: who has decided; `broken`: what words put in break, by the contract; `empty`:
    that there are none.
    """

    outcome: Literal["taken", "unknown", "not_yours", "passed", "approved", "declined", "over", "withdrawn"]
    by: SlackUser | None = None
    broken: tuple[Violation, ...] = ()
    empty: bool = False


def new_turn_id() -> str:
    return "v_" + secrets.token_hex(12)


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
