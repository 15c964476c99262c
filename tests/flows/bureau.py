"""Three members, some of whom are admins, and what they type: in a real store, told by a fake voice."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from bot import worker
from bot.app import packaged_rules
from bot.core.admin import (
    Filled,
    Member,
    Pressed,
    Reply,
    Typed,
)
from bot.core.nouns import ReceiptId, SlackUser, new_receipt_id
from bot.flows.admin import Administration
from bot.flows.policy import Governing, refusal_of_form
from bot.stores.commands import Commands
from bot.stores.config import Config
from bot.stores.database import Database
from bot.stores.embedders import Embedders
from bot.stores.evaluations import EvaluationStore
from bot.stores.halts import MODEL, Halts
from bot.stores.identities import StoredIdentities
from bot.stores.inbox import Inbox
from bot.stores.ledger.book import Ledger
from bot.stores.overview import StoredOverview
from bot.stores.pauses import Pauses
from bot.stores.reviews import ReviewStore
from bot.stores.spending import Spending
from policies.people import Principal, email_address
from tests.fakes.admin import FakeArchive, FakeEvaluations, FakeMembers, FakeModels, FakeVoice
from tests.stores.ledgers import KEY

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
LEASE = timedelta(seconds=30)
PACKAGED = packaged_rules()
LINES = "answers.answer.max_lines"
WIDER = 'policy set audience.full_members.principals ["wiki/group:all"]'


def member(name: str) -> Member:
    return Member(user=SlackUser(team="T1", user=f"U{name.upper()}"), email=email_address(f"{name}@acme.test"))


ANA, BEN, ZOE = map(member, ("ana", "ben", "zoe"))


class Died(BaseException):
    """As by `kill -9`, in this process."""


@dataclass
class Desk:
    """Three members, of whom the settings name one or two, and their commands in a real store."""

    database: Database
    first: tuple[str, ...] = ("ana@acme.test",)
    now: datetime = NOON
    voice: FakeVoice = field(default_factory=FakeVoice)
    dies_at: str | None = None
    reread: list[str] = field(default_factory=list)
    ends: list[tuple[str, datetime]] = field(default_factory=list)

    def __post_init__(self) -> None:
        ledger, self.config = Ledger(self.database, KEY), Config(self.database)
        self.ledger = ledger
        self.inbox = Inbox(self.database, owner="here", length=LEASE)
        self.commands = Commands(
            self.database,
            ledger,
            self.inbox,
            self.config,
            lambda: self.now,
            sync=lambda _session, name, _now: name == "wiki",
            people=lambda _session, name, _now: self.reread.append(name),
            end=lambda _session, change, at: self.ends.append((change, at)),
        )
        self.reviews = ReviewStore(self.database, ledger, lambda: self.now, owner="here", length=LEASE)
        self.evaluations = FakeEvaluations(EvaluationStore(self.database, ledger, lambda: self.now))
        self.archive = FakeArchive()
        self.models = FakeModels(lambda: Halts(self.database).of(MODEL))
        self.members = FakeMembers({one.user.user: one for one in (ANA, BEN, ZOE)})
        with self.database.writing() as session:
            self.config.adopt(session, PACKAGED, NOON)

    @property
    def overview(self) -> StoredOverview:
        embedders = Embedders(self.database, self.ledger, lambda: self.now)
        spending = Spending(self.database, lambda: self.now)
        return StoredOverview(
            self.database, self.ledger, lambda: (KEY.public,), self.config, embedders, spending, lambda: self.now
        )

    @property
    def house(self) -> Administration:
        governing = Governing(
            configuration=self.config,
            changes=self.commands,
            members=self.members,
            identities=StoredIdentities(self.database, lambda: self.held_by_all),
            voice=self.voice,
            first=self.first,
            anew=lambda: f"c_{new_receipt_id()}",
            clock=lambda: self.now,
        )
        paused = Pauses(self.database).now
        return Administration(
            governing=governing,
            opened=self.commands.opened,
            paused=paused,
            overview=self.overview,
            removals=self.commands,
            models=self.models,
            reviews=self.reviews,
            evaluations=self.evaluations,
            archive=self.archive,
            reach=self._reach,
        )

    def _reach(self, point: str) -> None:
        if point == self.dies_at:
            self.dies_at = None
            raise Died

    def says(self, by: Member, text: str) -> Reply:
        return self.does(by, text=text)

    def does(self, by: Member, **what: Any) -> Reply:
        self.takes(by, **what)
        assert worker.heed_next(self.commands, self.house)
        return self.voice.told[-1]

    def takes(self, by: Member, **what: Any) -> ReceiptId:
        receipt = new_receipt_id()
        assert self.commands.take(Typed(receipt=receipt, by=by.user, key=receipt, at=self.now, **what))
        return receipt

    def edits(self, by: Member, path: str) -> ReceiptId:
        receipt = self.takes(by, text=f"policy set {path}")
        assert worker.heed_next(self.commands, self.house)
        return receipt

    def sends(self, by: Member, opened: ReceiptId, text: str) -> Reply:
        return self.does(by, filled=Filled(opened=opened, view="V1", text=text))

    def wrong(self, by: Member, opened: ReceiptId, text: str) -> object:
        filled = Filled(opened=opened, view="V1", text=text)
        return refusal_of_form(filled, str(by.user), self.house.governing, self.commands.opened(opened))

    def presses(self, by: Member, change: str, *, approve: bool = True) -> Reply:
        return self.does(by, pressed=Pressed(change=change, approve=approve, channel="D1", message="1.1"))

    def confirms(self, by: Member, removal: str, *, approve: bool = True) -> Reply:
        pressed = Pressed(about="removal", change=removal, approve=approve, channel="D1", message="1.1")
        return self.does(by, pressed=pressed)

    def kinds(self, receipt: ReceiptId | None = None) -> list[str]:
        with self.database.reading() as session:
            events = [*self.ledger.events(session, receipt)] if receipt else []
        return [event.kind for event in events]

    @property
    def happened(self) -> list[str]:
        """To everything, by kind."""
        with self.database.reading() as session:
            receipts = [opened.receipt for opened in self.ledger.receipts(session, 100)]
        return [kind for receipt in receipts for kind in self.kinds(ReceiptId(receipt))]

    @property
    def lines(self) -> int:
        return self.config.rules().answers.answer.max_lines

    @property
    def held_by_all(self) -> frozenset[Principal]:
        return frozenset(self.config.rules().audience.full_members.principals)
