"""Something that is to be done, from its proposal to its end, over the real stores: what a test drives."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from importlib import resources
from typing import Any

from bot import worker
from bot.core.admin import Member
from bot.core.nouns import Event, Incoming, Question, ReceiptId, SlackPlace, SlackUser
from bot.core.proposals import Acting, AnyTool, Proposal, ProposalId, Stage, Value, canonical, new_proposal_id
from bot.flows.case import House
from bot.stores.database import Database
from bot.stores.executions import ExecutionStore
from bot.stores.inbox import Inbox
from bot.stores.ledger.book import Ledger
from bot.stores.receipts import Receipts
from policies.people import Email
from policies.rules import FILES, OVERRIDES, Rules, parse
from tests.fakes.cards import FakeCards
from tests.fakes.groups import FakeGroups
from tests.fakes.tool import FakeTool
from tests.stores.ledgers import KEY

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
LENGTH = timedelta(seconds=30)
ANA, BEN, ZOE = (SlackUser(team="T1", user=f"U0{name}") for name in ("ANA", "BEN", "ZOE"))
VALUES = {"project": "ENG", "summary": "The projector is broken", "text": "", "kind": "Task", "watcher": None}
_FOLDER = resources.files("policies") / "rules"
_TEXTS = {file: (_FOLDER / file).read_text(encoding="utf-8") for file in FILES}


def packaged() -> dict[str, str]:
    return dict(_TEXTS)


def rules(**changes: str) -> Rules:
    """The tool is enabled for everybody in this project, but for what is said otherwise, in TOML."""
    said = {"enabled": "true", "targets": '["ENG"]', **changes}
    over = "\n".join(("[tools.jira.create_issue]", *(f"{name} = {value}" for name, value in said.items())))
    return parse({**_TEXTS, OVERRIDES: over})


class Died(BaseException):
    """As if the process had been killed there."""


class Acts:
    """`reached`: what happens at a failpoint."""

    def __init__(self, database: Database, tool: AnyTool | None = None, *, owner: str = "first") -> None:
        self.now = NOON
        ledger = Ledger(database, KEY)
        self.database, self.ledger = database, ledger
        inbox = Inbox(database, owner=owner, length=LENGTH)
        self.receipts = Receipts(database, ledger, inbox, lambda: self.now)
        self.executions = ExecutionStore(database, ledger, lambda: self.now, owner=owner, length=LENGTH)
        self.tool: Any = tool or FakeTool()
        self.cards, self.groups, self.rules = FakeCards(), FakeGroups(), rules()
        self.members = {one: Member(user=one, email=Email(f"{one.user.lower()}@acme.test")) for one in (ANA, BEN, ZOE)}
        self.admins: list[Member] = []
        self.dies_at: str | None = None
        self.meanwhile: dict[str, Callable[[], object]] = {}
        self.house = House(
            acting=Acting({self.tool.name: self.tool}, self.executions),
            history=self.receipts,
            rules=lambda: self.rules,
            member=self._member,
            groups=self.groups,
            admins=lambda: self.admins,
            cards=self.cards,
            clock=lambda: self.now,
            reach=self._reach,
        )

    def _member(self, user: SlackUser) -> Member | None:
        return self.members.get(user)

    def _reach(self, here: str) -> None:
        self.meanwhile.pop(here, _nothing)()
        if here == self.dies_at:
            self.dies_at = None
            raise Died(here)

    def proposes(self, *, channel: str = "DANA", posted: bool = True, number: int = 1, **changes: Any) -> Proposal:
        """Asked by ana, and announced by a reply."""
        receipt, message = ReceiptId(f"r_{number:024x}"), f"17.{number:06}"
        place = SlackPlace(team="T1", channel=channel, message=message)
        question = Question(receipt=receipt, text="?", asker=ANA, place=place, asked_at=self.now)
        self.receipts.take(Incoming.at(place, question))
        fields: dict[str, Any] = {
            "id": new_proposal_id(),
            "receipt": receipt,
            "tool": "jira.create_issue",
            "arguments": canonical(VALUES),
            "actor": ANA,
            "place": place,
            "intent": "act",
            "origins": {name: Value(origin="words") for name in VALUES},
            "made_at": self.now,
            "expires_at": self.now + timedelta(hours=1),
        }
        proposal = self.executions.propose(Proposal(**{**fields, **changes}))
        if posted:
            self.posts(proposal)
        return proposal

    def posts(self, proposal: Proposal) -> None:
        to = [{"surface": "slack", "channel": proposal.place.channel, "message": f"reply {proposal.receipt}"}]
        self.receipts.note(Event(kind="posted", receipt=proposal.receipt, body={"to": to}))

    def works(self) -> None:
        """Whatever is due at this moment is done."""
        for _ in range(50):
            if not worker.act_next(self.executions, self.house):
                return
        raise AssertionError("it never comes to rest")

    def takes_over(self) -> None:
        """Once the lease of whoever died has run out."""
        self.now += LENGTH + timedelta(seconds=1)
        self.works()

    def stage(self, id_: ProposalId) -> Stage:
        found = self.executions.standing(id_)
        assert found is not None
        return found.stage

    def because(self, id_: ProposalId) -> str | None:
        found = self.executions.standing(id_)
        return found.because if found is not None else None

    def told(self, proposal: Proposal) -> list[str]:
        """The kinds of what the ledger says of it."""
        events = self.receipts.happened(proposal.receipt)
        return [event.kind.removeprefix("act_") for event in events if event.kind.startswith("act_")]

    def says(self, proposal: Proposal) -> str:
        return str(self.cards.says.get(f"reply {proposal.receipt}"))


def _nothing() -> None: ...
