"""What is said of a source that is paused, goes on, or is removed; and of a model that is looked at, asked, or paused."""

from datetime import datetime
from typing import Literal, NamedTuple, Protocol

from bot.core.nouns import ReceiptId, SlackUser
from policies.people import Noun

RemovalState = Literal["pending", "confirmed", "kept", "expired", "outdated"]


class Removal(Noun):
    """That an admin wants a source removed. It is done once the same admin has said so again; `added_at`: of the source that
    was looked at, for one that is added again under this name is another.
    """

    id: str
    receipt: ReceiptId
    by: SlackUser
    name: str
    source: str
    added_at: datetime | None
    documents: int
    asked_at: datetime
    expires_at: datetime
    state: RemovalState = "pending"


class SourcePaused(NamedTuple):
    """`anew`: by this command; else it was so before."""

    name: str
    by: str
    at: datetime
    anew: bool


class SourceGoesOn(NamedTuple):
    name: str
    anew: bool


class NotPausable(NamedTuple):
    """Its loop is what keeps it true."""

    name: str


class SyncPaused(NamedTuple):
    """It is not read again while it is paused."""

    name: str


class RemovalAsked(NamedTuple):
    """`reached`: whether the card on which it is confirmed could be sent."""

    removal: Removal
    reached: bool


class RemovalDecided(NamedTuple):
    removal: Removal


class NotYours(NamedTuple):
    """Who asked for it is who says so again, and nobody else."""


Does = Literal["writes", "writes quickly", "judges", "ranks", "embeds"]


class ModelStanding(NamedTuple):
    """A model that a setting names. `at` and `region`: as an operator has declared them. `sources`: of which passages it may
    be sent; None: of all.
    """

    name: str
    does: tuple[Does, ...]
    setting: str
    at: str | None = None
    region: str | None = None
    is_local: bool = False
    sources: tuple[str, ...] | None = None
    may_be_sent: bool = True
    answered_at: datetime | None = None
    failed_at: datetime | None = None
    because: str | None = None
    paused_by: str | None = None
    paused_at: datetime | None = None

    @property
    def is_pausable(self) -> bool:
        """What was embedded is found by whoever embedded it."""
        return "embeds" not in self.does

    @property
    def can_be_asked(self) -> bool:
        return bool(set(self.does) - {"ranks", "embeds"})


class ModelsListed(NamedTuple):
    """In the order in which they are asked. `spent`: by everybody today; None: nothing is counted."""

    models: tuple[ModelStanding, ...]
    spent: tuple[float, int] | None  # in dollars, and in tokens


class NoSuchModel(NamedTuple):
    name: str
    there_are: tuple[str, ...]


class ModelTested(NamedTuple):
    """`because`: why it gave no answer, by kind; None: it did. `look_at`: which settings, where one of them is the reason."""

    name: str
    because: str | None = None
    look_at: tuple[str, ...] = ()


class NotByAWord(NamedTuple):
    """It writes nothing, so no word can be asked of it."""

    name: str


class ModelPaused(NamedTuple):
    """`anew`: by this command; else it was so before. `then`: who is asked in its place."""

    name: str
    by: str
    at: datetime
    anew: bool
    then: tuple[str, ...]


class ModelGoesOn(NamedTuple):
    name: str
    anew: bool


class NotToBePaused(NamedTuple):
    """Of a model without which nothing would be found by its meaning."""

    name: str
    setting: str


class ModelDesk(Protocol):
    """Those that the settings name."""

    def standing(self) -> tuple[ModelStanding, ...]: ...

    def ask_a_word(self, model: ModelStanding) -> ModelTested:
        """With nobody's words in what it is asked."""
        ...


ModelReply = ModelsListed | NoSuchModel | ModelTested | NotByAWord | ModelPaused | ModelGoesOn | NotToBePaused
KeepingReply = SourcePaused | SourceGoesOn | NotPausable | SyncPaused | RemovalAsked | RemovalDecided | NotYours
