"""A company that was read, with what its people ask in Slack, and the Home of each: real stores and flows, and no Slack."""

from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bot import app, worker
from bot.core.admin import Member
from bot.core.clock import utc_now
from bot.core.home import ForMember, Home
from bot.core.nouns import Event, Explained, Incoming, Part, Question, ReceiptId, SlackPlace, SlackUser, new_receipt_id
from bot.core.ports import People
from bot.flows import home as flow
from bot.flows.policy import Governing
from bot.stores.commands import Commands
from bot.stores.identities import StoredIdentities
from bot.stores.library import StoredLibrary
from bot.stores.overview import StoredOverview
from bot.stores.pauses import Pauses
from policies.people import Audience, Email, Person, Principal
from tests import company, inside
from tests.conftest import MakeDatabaseUrl
from tests.fakes.admin import FakeMembers, FakeVoice
from tests.world import console, settings_of

TEAM = "T1"


def user(name: str) -> SlackUser:
    return SlackUser(team=TEAM, user=f"U{name.upper()}")


@dataclass
class _People(People):
    """By their addresses; in a channel everybody of `beside` reads along."""

    records: app.Records
    outsiders: Collection[str] = ("guest",)
    beside: tuple[str, ...] = ()

    def person(self, who: SlackUser) -> Person:
        name = who.user.removeprefix("U").lower()
        if name in self.outsiders:
            return Person(actor=str(who), outsider=True)
        return self.records.access.person(Email(f"{name}@acme.test")).model_copy(update={"actor": str(who)})

    def asker(self, question: Question) -> Person:
        assert isinstance(question.asker, SlackUser)
        return self.person(question.asker)

    def as_of(self, question: Question) -> None:  # noqa: ARG002
        return None

    def readers(self, question: Question, asker: Person, *, declared: frozenset[Principal]) -> Audience:  # noqa: ARG002
        assert isinstance(question.place, SlackPlace)
        others = () if question.place.channel.startswith("D") else tuple(map(self.person, map(user, self.beside)))
        return Audience(people=(asker, *others), complete=True)


class _Posted(inside.Nowhere):
    """In the place, or in the asker's direct conversation."""

    def post(self, question: Question, part: Part, *, again: bool) -> Mapping[str, str]:  # noqa: ARG002
        assert isinstance(question.place, SlackPlace)
        channel = "DASIDE" if part.aside else question.place.channel
        return {"surface": "slack", "channel": channel, "message": f"9{question.place.message}"}


@dataclass
class Parlour:
    assistant: app.Assistant
    people: _People
    folder: Path
    admins: list[str] = field(default_factory=lambda: ["ana@acme.test"])
    members: dict[str, Member] = field(default_factory=dict)
    asked: int = 0

    def __post_init__(self) -> None:
        for name in ("ana", "ben", "zoe"):
            self.members[user(name).user] = Member(user=user(name), email=Email(f"{name}@acme.test"))

    @property
    def records(self) -> app.Records:
        return self.assistant.records

    @property
    def commands(self) -> Commands:
        records = self.records
        return Commands(
            records.database, records.ledger, records.inbox, records.config, records.clock, sync=lambda *_: False
        )

    @property
    def house(self) -> flow.House:
        records = self.records
        governing = Governing(
            configuration=records.config,
            changes=self.commands,
            members=FakeMembers(self.members),
            identities=StoredIdentities(records.database, tuple),
            voice=FakeVoice(),
            first=tuple(self.admins),
            anew=lambda: "c_1",
            clock=records.clock,
        )
        purse = app.purse(records)
        overview = StoredOverview(
            records.database, records.ledger, lambda: (), records.config, records.embedders, purse, records.clock
        )
        return flow.House(
            reading=self.assistant.answering.reading,
            governing=governing,
            person=self.people.person,
            asked=records.receipts,
            library=StoredLibrary(records.database),
            link=lambda channel, message: f"https://acme.slack.com/archives/{channel}/p{message}",
            spent=purse.spent_by,
            paused=Pauses(records.database).now,
            overview=overview,
            pending=self.commands.pending,
            health=lambda: {"database": True},
        )

    def home(self, name: str) -> Home:
        return flow.home(user(name), self.house)

    def of(self, name: str) -> ForMember:
        found = self.home(name)
        assert isinstance(found, ForMember)
        return found

    def asks(self, name: str, text: str, channel: str = "D1", *, edits: str | None = None) -> ReceiptId:
        """`edits`: the message of which this is another wording."""
        self.asked += 1
        message = edits or f"{1_000 + self.asked}.1"
        place = SlackPlace(team=TEAM, channel=channel, message=message, edited="2000.1" if edits else None)
        question = Question(receipt=new_receipt_id(), text=text, asker=user(name), place=place, asked_at=utc_now())
        claim = self.records.receipts.take_and_claim(Incoming.at(place, question))
        assert claim is not None
        worker.answer_one(self.records.inbox, self.records.receipts, self.assistant.answering, _Posted(), claim)
        return question.receipt

    def takes_back(self, message: str, channel: str = "D1") -> None:
        self.records.receipts.forget(f"slack:{TEAM}:{channel}:{message}")

    def writes(self, path: str, text: str) -> None:
        """At the source; nothing of it is read yet."""
        company.write(self.folder, {path: text}, people=None)

    def reads(self) -> None:
        inside.synced(self.assistant, "acme")

    def why(self, name: str, receipt: ReceiptId) -> Explained | None:
        records = self.records
        return flow.why_of_own(
            receipt,
            user(name),
            asked=records.receipts,
            history=records.receipts,
            reading=self.assistant.answering.reading,
        )

    def erase(self, receipt: ReceiptId, *kinds: str) -> None:
        seqs = [one.seq for one in self.records.receipts.events(receipt) if one.kind in kinds]
        with self.records.database.writing() as session:
            self.records.ledger.erase(session, seqs, "asked to", utc_now())

    def note(self, event: Event) -> None:
        self.records.receipts.note(event)


@contextmanager
def parlour(
    folder: Path,
    make_database_url: MakeDatabaseUrl,
    documents: Mapping[str, str] = company.DOCUMENTS,
    **changes: Any,
) -> Iterator[Parlour]:
    settings = settings_of(console(folder, make_database_url())).model_copy(update={"answers_kept_mb": 0, **changes})
    with app.records(settings) as records:
        people = _People(records, beside=("zoe",))
        with app.assistant(records, None, command="test", slack=people) as assistant:
            written = company.write(folder / "company", documents)
            inside.sync(assistant, written)
            yield Parlour(assistant, people, written)
