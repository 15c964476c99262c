"""When does Slack send something again, and what has become of each sending? Facts and records; the sockets do the sending."""

from collections import deque
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Literal

from bot.playground.slack import limits
from bot.playground.slack.nouns import Json

EnvelopeKind = Literal["events_api", "slash_commands", "interactive"]
KEPT = 200_000


@dataclass
class Delivery:
    """How events reach the app; a test may change it while everything runs."""

    ack_s: float = limits.ACK_S
    redelivery_s: tuple[float, ...] = limits.REDELIVERY_S
    scale: float = 1.0  # of both: 0.01 makes five minutes three seconds
    copies: int = 1  # each event arrives this many times, under other envelope ids
    new_event_ids: bool = False  # …and the copies under other event ids
    new_envelopes: bool = True  # a redelivery comes under another envelope id
    paused: bool = False  # events wait until it is lifted


@dataclass(frozen=True)
class Ack:
    """What came back on the socket: nothing in time, or an answer with or without a payload."""

    acked: bool
    payload: Json | None = None
    error: str | None = None  # "operation_timeout", "dispatch_failed"


@dataclass
class Sent:
    """One envelope on one socket."""

    envelope_id: str
    event_id: str
    kind: EnvelopeKind
    app_id: str
    attempt: int
    at: float
    acked_at: float | None = None


@dataclass
class Parcel:
    """Something an app has to acknowledge."""

    app_id: str
    kind: EnvelopeKind
    payload: Json
    accepts_response: bool = False
    attempt: int = 0
    reason: str = ""
    due: float = 0.0
    deadline: float = 0.0
    envelope_id: str = ""
    answer: Future[Ack] | None = None

    @property
    def event_id(self) -> str:
        return str(self.payload.get("event_id", ""))


@dataclass
class Post:
    """The parcels under way, and the book of what was sent."""

    due: list[Parcel] = field(default_factory=list)
    waiting: dict[str, Parcel] = field(default_factory=dict)  # envelope id -> parcel
    lost: list[Parcel] = field(default_factory=list)  # Slack gave up
    sent: deque[Sent] = field(default_factory=lambda: deque(maxlen=KEPT))
    book: dict[str, Sent] = field(default_factory=dict)  # the unacknowledged ones, by envelope id
