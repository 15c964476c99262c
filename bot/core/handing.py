"""What is kept of a question that was handed over to people, of their replies, and of what they saved; and what the flows
need to know and to do for it. No words of a reply are kept before its author has saved it.
"""

import hashlib
import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Literal, NamedTuple, Protocol

from bot.core.clock import as_text
from bot.core.nouns import ReceiptId, SlackPlace, SlackUser
from connectors.model import OwnedLayer, SourceDocument
from policies.access import AccessList, Grant, Layer
from policies.evidence import Refusal
from policies.experts import Saved, Told, held_by_readers_of
from policies.people import Email, Noun


def new_hand_over_id() -> str:
    return "h_" + secrets.token_hex(12)


def new_reply_id() -> str:
    return "e_" + secrets.token_hex(12)


class HandOver(Noun):
    """A question, as whoever asked it put it to people. `posted`: as which message of the experts' channel."""

    id: str
    receipt: ReceiptId
    asker: SlackUser
    place: SlackPlace
    experts: str
    text: str
    state: Literal["waiting", "posted", "refused"] = "waiting"
    posted: str | None = None


class ToldThere(Noun):
    """The message in which the asker was told of a reply."""

    channel: str
    message: str
    how: Told


class ExpertReply(Noun):
    """A message under a question that was handed over. `is_released`: its author has it sent to whoever asked. `offered`: the
    message in which they may do that, and save it.
    """

    id: str
    hand_over: str
    channel: str
    thread: str
    message: str
    author: str
    is_gone: bool = False
    is_released: bool = False
    told: ToldThere | None = None
    offered: str | None = None


class SavedAnswer(Noun):
    """A reply that its author saved. Its text, name and link are those of when it was kept; empty before."""

    id: str  # of the reply
    receipt: ReceiptId
    channel: str
    thread: str
    message: str
    author: str
    question: str
    saved_at: datetime
    until: datetime
    state: Saved = "wanted"
    name: str = ""
    text: str = ""
    link: str = ""

    @property
    def layer(self) -> Layer:
        """Open to whoever reads the channel at this moment, and to the end."""
        return Layer(grants=frozenset({Grant(principal=held_by_readers_of(self.channel), valid_until=self.until)}))

    @property
    def access(self) -> AccessList:
        return AccessList(layers=(self.layer,))

    @property
    def document(self) -> SourceDocument:
        return SourceDocument(
            id=self.id,
            title=self.question,
            url=self.link,
            updated=self.saved_at,
            place=self.name,
            kind="saved",
            version=_digest(self.question, self.text, self.name, self.link),
            text=self.text,
            access=(OwnedLayer(node=f"{self.channel}:{as_text(self.until)}", layer=self.layer),),
        )


def _digest(*parts: str) -> str:
    return hashlib.sha256("\x00".join(parts).encode()).hexdigest()


class Handing(NamedTuple):
    """What whoever asked confirms before it is posted: the text may be another by then."""

    experts: str
    text: str
    place: SlackPlace


class Saving(NamedTuple):
    """What the author of a reply confirms before it is saved."""

    question: str
    text: str
    days: int
    most_days: int


class Message(NamedTuple):
    """As it stands in Slack at this moment. `text` is as a reader sees it."""

    message: str
    author: str
    text: str


class HandOvers(Protocol):
    """What is written down of all this. Each change is on record with it, in one transaction."""

    def take(self, handed: HandOver) -> bool:
        """Whether it is new: a question is handed over once, unless Slack refused it."""
        ...

    def of_receipt(self, receipt: ReceiptId) -> HandOver | None: ...

    def hand_over(self, id_: str) -> HandOver | None: ...

    def asked(self, id_: str, message: str | None) -> None:
        """As this message; None: it could not be, and whoever asked is to be told so."""
        ...

    def hear(self, channel: str, thread: str, message: str, author: str) -> bool:
        """Whether it is a reply to a question that was handed over, and new."""
        ...

    def gone(self, channel: str, message: str, *, is_deleted: bool) -> bool:
        """What was saved of it is found by nobody from here on. Whether anything was known of it."""
        ...

    def reply(self, id_: str) -> ExpertReply | None: ...

    def release(self, id_: str) -> bool:
        """Whether that is new."""
        ...

    def told(self, id_: str, told: ToldThere) -> None: ...

    def offered(self, id_: str, message: str) -> None: ...

    def saved(self, id_: str) -> SavedAnswer | None: ...

    def want(self, wanted: SavedAnswer) -> bool:
        """Whether that is new."""
        ...

    def keep(self, answer: SavedAnswer) -> bool:
        """With its text. Not if it was taken back since it was wanted."""
        ...

    def refuse(self, id_: str) -> None:
        """The line under the reply is to say so."""
        ...


class Experts(Protocol):
    """The people and the places of all this, as Slack has them at this moment, and what is said to them there: each
    message once, however often it is asked for.
    """

    def readers(self, channel: str) -> frozenset[str] | None:
        """Everyone who reads there, guests and companies too; None: that could not be found out."""
        ...

    def reads(self, user: str, channel: str) -> bool:
        """Whether they are a full member who reads there."""
        ...

    def name(self, user: str) -> str: ...

    def said(self, channel: str, thread: str, message: str) -> Message | None:
        """None: it is not there. `AccessUnknown`: it cannot be read by us, and nothing is to be concluded."""
        ...

    def replies(self, channel: str, thread: str) -> Sequence[Message]: ...

    def link(self, channel: str, message: str) -> str | None: ...

    def ask(self, handed: HandOver, text: str, *, name: str, link: str | None) -> str | None:
        """As which message. None: Slack refuses it."""
        ...

    def show_asked(self, handed: HandOver, refused: Refusal, shown: Mapping[str, str], *, link: str | None) -> None:
        """In the message with the button."""
        ...

    def show_not_asked(self, handed: HandOver, attempt: int) -> None:
        """Once for each attempt."""
        ...

    def tell(
        self, handed: HandOver, reply: ExpertReply, how: Told, said: Message, *, name: str, link: str | None
    ) -> ToldThere | None:
        """Of a reply; in the message that there is, if there is one. None: nobody can write to them any more."""
        ...

    def take_back(self, told: ToldThere) -> None: ...

    def withhold(self, told: ToldThere) -> None:
        """Its words, where they cannot be read any more."""
        ...

    def offer(self, reply: ExpertReply, saved: SavedAnswer | None) -> str:
        """Under the reply, to its author; in the message that there is, if there is one."""
        ...


class Sayings(Protocol):
    """What a live check of saved answers asks of Slack."""

    def said(self, channel: str, thread: str, message: str) -> Message | None: ...

    def person_reads(self, email: Email, channel: str) -> bool: ...
