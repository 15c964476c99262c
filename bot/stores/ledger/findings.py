"""What an audit of the ledger can find, as values: which record, and what is wrong with it. Words are the caller's."""

from enum import StrEnum
from typing import Literal

from policies.people import Noun

Origin = Literal["given", "head", "stored"]


class Kind(StrEnum):
    """In the order in which they are reported."""

    STORAGE_DAMAGED = "storage_damaged"  # the database says so itself; `detail` quotes it
    MISSING = "missing"  # these events are gone
    TRUNCATED = "truncated"  # these events, the last ones, are gone; `witness` knows of them
    OUT_OF_PLACE = "out_of_place"  # this event belongs at `belongs_at`
    EVENT_CHANGED = "event_changed"  # these events are not what their leaves say
    EVENT_FOREIGN = "event_foreign"  # these rows are at numbers that the ledger does not have
    CONTENT_CHANGED = "content_changed"  # salt or body is not what the event says
    CONTENT_OUT_OF_PLACE = "content_out_of_place"  # this content belongs at `belongs_at`
    CONTENT_MISSING = "content_missing"  # gone, and no event says that it was erased
    CONTENT_RESTORED = "content_restored"  # there, and an event says that it was erased
    CONTENT_FOREIGN = "content_foreign"  # content without its event
    TEXT_CHANGED = "text_changed"  # the evidence text `digest` is not what it was; without one, `detail` says how many
    REWRITTEN = "rewritten"  # each event agrees with itself, but somewhere among these is not what `witness` signed
    HEAD_MISSING = "head_missing"
    HEAD_CHANGED = "head_changed"  # with a range: the head, or else somewhere among these events
    CHECKPOINT_CHANGED = "checkpoint_changed"  # the checkpoint of `first` events is not what was signed
    CHECKPOINT_MISSING = "checkpoint_missing"  # the one of `first` events is named by another row, and gone
    CHECKPOINT_FOREIGN = "checkpoint_foreign"  # one that was given speaks of another workspace
    KEY_UNKNOWN = "key_unknown"  # properly signed, but with another key than ours


class Witness(Noun):
    """Who says how the ledger was: the head, a checkpoint in the database, or one that was kept elsewhere."""

    origin: Origin
    size: int


class Finding(Noun):
    """`first` and `last` are event numbers, or the size of a checkpoint; none where the number itself is unreadable.

    A text of the evidence has a `digest` instead, and `receipts` are some of those that name it.
    """

    kind: Kind
    first: int | None = None
    last: int | None = None
    columns: tuple[str, ...] = ()
    belongs_at: int | None = None
    witness: Witness | None = None
    digest: str | None = None
    receipts: tuple[str, ...] = ()
    detail: str | None = None


class Report(Noun):
    """The outcome. `unsigned_tail` is no damage: so many of the last events no checkpoint vouches for yet."""

    events: int
    checkpoints: int
    root: str
    unsigned_tail: int
    findings: tuple[Finding, ...]

    @property
    def is_clean(self) -> bool:
        return not self.findings
