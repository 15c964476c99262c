"""What somebody sees on our Home in Slack, as values, and what its flow needs of the world. What only an admin sees is a part
of its own, which nobody else's Home has.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple, Protocol

from bot.core.admin import Change, NoMember, Standing
from bot.core.nouns import ListId, ReceiptId, SlackUser
from bot.core.receipt import Happened, State
from policies.evidence import Evidence
from policies.people import Email


class Shelf(NamedTuple):
    """A source, and how many of its documents one person may read, as far as we know."""

    source: str
    documents: int


class Known(NamedTuple):
    """Whether a source knows somebody. `may_sign_in`: and so link themselves. `by_address`: nobody is linked there."""

    source: str
    is_known: bool
    may_sign_in: bool = False
    by_address: bool = False


class Recent(NamedTuple):
    """Something that they asked. `text` is None once it was erased. `link`: to what they were answered; `has_why`: and there
    is more to be shown of it.
    """

    receipt: ReceiptId
    at: str
    text: str | None
    outcome: State
    link: str | None = None
    has_why: bool = False


class SpentByOne(NamedTuple):
    """Of today's budgets, by one person. None: there is no such limit. `is_over`: theirs is spent, or everybody's is."""

    tokens: int
    dollars: float
    most_tokens: int | None
    most_dollars: float | None
    is_over: bool

    @property
    def is_limited(self) -> bool:
        return self.most_tokens is not None or self.most_dollars is not None


class Office(NamedTuple):
    """What an admin sees besides. `health`: what is well by its name; `pending`: what waits for a second admin."""

    standing: Standing
    health: Mapping[str, bool]
    pending: tuple[Change, ...]


class ForMember(NamedTuple):
    """`office`: they are an admin at this moment. `address`: as Slack has confirmed it."""

    address: Email | None
    shelves: tuple[Shelf, ...]
    known: tuple[Known, ...]
    recent: tuple[Recent, ...]
    is_paused: bool
    spent: SpentByOne
    admins: tuple[str, ...]
    office: Office | None = None


Home = ForMember | NoMember


class Library(Protocol):
    def documents(self, lists: Collection[ListId]) -> Mapping[str, int]:
        """How many carry one of these lists, by source. A list of which nobody is sure who reads it does not count."""
        ...


class Asked(Protocol):
    """What people asked, and what the ledger says of it."""

    def lately(self, asker: SlackUser, most: int) -> Sequence[ReceiptId]:
        """The newest first, each in its newest wording; what was taken back is left out."""
        ...

    def events(self, receipt: ReceiptId) -> Sequence[Happened]: ...

    def evidence(self, named: Sequence[Mapping[str, object]]) -> Evidence: ...
