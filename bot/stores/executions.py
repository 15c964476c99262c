"""What was proposed to be done, and what became of it. Whatever moves is moved by one conditional update, with its event in
the same transaction; what may have reached a target is on record as that before it does.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple

from sqlalchemy import ColumnElement, update
from sqlmodel import Session, col, func, select
from sqlmodel.sql.expression import SelectOfScalar

from bot.core.acting import Done
from bot.core.clock import Clock
from bot.core.nouns import Event, ReceiptId, SlackUser
from bot.core.proposals import BY_AN_ADMIN, TRANSITIONS, Began, Card, Proposal, ProposalId, Spread, Stage, Standing
from bot.core.tooling import Act
from bot.stores.database import Database, changed, insert_new
from bot.stores.in_hand import InHand
from bot.stores.leases import Claim, Leases
from bot.stores.ledger.book import Ledger
from bot.stores.pauses import paused
from bot.stores.tables import ExecutionRow

KIND: Final = "act"
_OPEN: Final = ("waiting", "claimed")
_MAY_HAVE_HAPPENED: Final[tuple[Stage, ...]] = ("claimed", "done", "unknown")

_OUTCOMES: Final[tuple[Stage, ...]] = ("done", "failed", "unknown")


class _TooMany(Exception):  # noqa: N818 - it ends a transaction, and nobody sees it
    """Of a day."""


class ExecutionStore(Leases[ExecutionRow]):
    """The `Executions` port, and the queue of what is to be done for any of them."""

    def __init__(self, database: Database, ledger: Ledger, clock: Clock, *, owner: str, length: timedelta) -> None:
        super().__init__(database, ExecutionRow, owner=owner, length=length)
        self._ledger, self._clock = ledger, clock

    def open(self, claim: Claim) -> "OpenExecution":
        with self._database.reading() as session:
            receipt = session.get_one(ExecutionRow, (self._database.workspace, claim.id)).receipt
        return OpenExecution(self, self._database, self._ledger, self._clock, claim, ReceiptId(receipt))

    def propose(self, proposal: Proposal, *, after: ProposalId | None = None) -> Proposal:
        key, now = after or _key(proposal.receipt), self._clock()
        with self._database.writing() as session:
            if insert_new(session, ExecutionRow, [_row(proposal, key, now)]) == 1:
                self._ledger.append(session, [_proposed(proposal)], now)
                return proposal
            found = session.exec(_by_key(key)).one()
            return Proposal.model_validate_json(found.payload)

    def newest(self, receipt: ReceiptId) -> Standing | None:
        row, key = None, _key(receipt)
        with self._database.reading() as session:
            while found := session.exec(_by_key(key)).one_or_none():
                row, key = found, found.id
            return _standing(row) if row is not None else None

    def standing(self, id: ProposalId) -> Standing | None:  # noqa: A002 - it is the proposal's
        with self._database.reading() as session:
            row = session.get(ExecutionRow, (self._database.workspace, id))
            return _standing(row) if row is not None else None

    def is_paused(self) -> bool:
        with self._database.reading() as session:
            return paused(session) is not None

    def used(self, actor: SlackUser, tool: str, since: datetime) -> int:
        with self._database.reading() as session:
            return _used(session, actor, tool, since)

    def recent(self, most: int) -> Sequence[Act]:
        """What was begun, the newest first; nothing of what it was about."""
        return self._begun(most, col(ExecutionRow.began_at).desc())

    def open_acts(self, most: int) -> Sequence[Act]:
        """Of which somebody has to say whether it was done, the oldest first; likewise."""
        return self._begun(most, col(ExecutionRow.began_at), col(ExecutionRow.stage) == "unknown")

    def _begun(self, most: int, first: Any, *which: ColumnElement[bool]) -> Sequence[Act]:
        row = ExecutionRow
        wanted = (
            select(row)
            .where(col(row.workspace) == self._database.workspace, col(row.began_at).is_not(None), *which)
            .order_by(first, col(row.id))
            .limit(most)
        )
        with self._database.reading() as session:
            return [_act(found) for found in session.exec(wanted)]

    def move(self, id: ProposalId, stage: Stage, event: Event, **values: Any) -> bool:  # noqa: A002
        """Whoever has it in hand looks again, at once."""
        now = self._clock()
        moved = update(ExecutionRow).where(col(ExecutionRow.id) == id, *_may_become(stage))
        with self._database.writing(ahead=True) as session:
            is_ours = changed(session, moved.values(stage=stage, due_at=now, **_stored(values))) == 1
            if is_ours:
                self._ledger.append(session, [_about(event, id, session, self._database)], now)
        return is_ours

    def instead(self, old: ProposalId, new: Proposal, event: Event) -> bool:
        now = self._clock()
        gone = update(ExecutionRow).where(col(ExecutionRow.id) == old, *_may_become("declined"))
        waits = col(ExecutionRow.stage) == "proposed"
        with self._database.writing(ahead=True) as session:
            if changed(session, gone.where(waits).values(stage="declined", because="edited", due_at=now)) != 1:
                return False
            assert insert_new(session, ExecutionRow, [_row(new, old, now)]) == 1, "only one takes its place"
            told = _about(event, old, session, self._database)
            self._ledger.append(session, [told, _proposed(new)], now)
            return True

    def rest(self, session: Session, claim: Claim, until: datetime, now: datetime, stage: Stage) -> None:
        """Until then; or not at all, if somebody has moved it from this stage meanwhile."""
        waits = {"state": "waiting", "lease_until": None, "attempts": 0, "error": None}
        same = update(ExecutionRow).where(self._held(claim), col(ExecutionRow.stage) == stage)
        if changed(session, same.values(due_at=until, **waits)) == 0:
            self._set(session, claim, due_at=now, **waits)

    def move_held(self, session: Session, claim: Claim, stage: Stage, **values: Any) -> bool:
        here = update(ExecutionRow).where(self._held(claim), *_may_become(stage))
        return changed(session, here.values(stage=stage, **values)) == 1

    def set_held(self, session: Session, claim: Claim, **values: Any) -> None:
        self._set(session, claim, **values)


class OpenExecution(InHand[ExecutionStore]):
    """The `Execution` port."""

    @property
    def id(self) -> ProposalId:
        return ProposalId(self._claim.id)

    def standing(self) -> Standing:
        found = self._queue.standing(self.id)
        assert found is not None, "what is held is there"
        return found

    def happened(self) -> Sequence[Event]:
        with self._database.reading() as session:
            events = self._ledger.events(session, self.receipt)
        return [Event(kind=one.kind, receipt=self.receipt, body=one.body or {}) for one in events]

    def move(self, stage: Stage, event: Event, **values: Any) -> bool:
        def write(session: Session, now: datetime) -> bool:
            is_moved = self._queue.move_held(session, self._claim, stage, **_stored(values))
            if is_moved:
                self._append(session, (event,), now)
            return is_moved

        return self._held(write)

    def begin(self, spread: Spread, event: Event) -> Began:
        """The head of the ledger is locked from its event on: of several that begin at once, each counts those before."""

        def write(session: Session, now: datetime) -> Began:
            if paused(session) is not None:
                return "paused"
            if not self._queue.move_held(session, self._claim, "claimed", began_at=now):
                return "moved"
            self._append(session, (event,), now)
            proposal = self.standing_in(session).proposal
            if _used(session, proposal.actor, proposal.tool, spread.since) > spread.most:
                raise _TooMany
            return "begun"

        try:
            return self._held(write)
        except _TooMany:
            return "too_many"

    def standing_in(self, session: Session) -> Standing:
        return _standing(session.get_one(ExecutionRow, (self._database.workspace, self.id)))

    def located(self, card: Card) -> None:
        self._set(channel=card.channel, message=card.message)

    def shown(self, stage: Stage, event: Event) -> None:
        def write(session: Session, now: datetime) -> None:
            self._queue.set_held(session, self._claim, shows=stage)
            self._append(session, (event,), now)

        self._held(write)

    def asked(self, approvals: Mapping[str, str]) -> None:
        self._set(approvals=dict(approvals))

    def _set(self, **values: Any) -> None:
        self._held(lambda session, _: self._queue.set_held(session, self._claim, **values))

    def rest(self, until: datetime, *, stage: Stage) -> None:
        with self._database.writing() as session:
            self._queue.rest(session, self._claim, until, self._clock(), stage)

    def finish(self) -> None:
        """Signed, too: what became of it is nobody's to change."""

        def write(session: Session, now: datetime) -> None:
            self._queue.finish(session, self._claim, now)
            self._ledger.checkpoint(session, now)

        self._held(write)

    def _append(self, session: Session, events: Sequence[Event], now: datetime) -> None:
        self._ledger.append(session, [_about(event, self.id, session, self._database) for event in events], now)


def _about(event: Event, id_: ProposalId, session: Session, database: Database) -> Event:
    row = session.get_one(ExecutionRow, (database.workspace, id_))
    said = {"proposal": id_, "digest": row.digest, **event.body}
    return event.model_copy(update={"receipt": ReceiptId(row.receipt), "body": said})


def _proposed(proposal: Proposal) -> Event:
    body = proposal.model_dump(mode="json", exclude={"id", "receipt"})
    said = {"proposal": proposal.id, "digest": proposal.digest, **body}
    return Event(kind="act_proposed", receipt=proposal.receipt, body=said)


def _key(receipt: ReceiptId) -> str:
    """Of the first; each that takes the place of another has that one's id."""
    return f"{receipt}:0"


def _by_key(key: str) -> SelectOfScalar[ExecutionRow]:
    return select(ExecutionRow).where(col(ExecutionRow.kind) == KIND, col(ExecutionRow.key) == key)


def _row(proposal: Proposal, key: str, now: datetime) -> dict[str, object]:
    return {
        "id": proposal.id,
        "kind": KIND,
        "key": key,
        "payload": proposal.model_dump_json(),
        "state": "waiting",
        "due_at": now,
        "attempts": 0,
        "fence": 0,
        "receipt": proposal.receipt,
        "tool": proposal.tool,
        "actor": str(proposal.actor),
        "digest": proposal.digest,
        "stage": "proposed",
    }


def _standing(row: ExecutionRow) -> Standing:
    return Standing(
        proposal=Proposal.model_validate_json(row.payload),
        stage=next(stage for stage in TRANSITIONS if stage == row.stage),
        digest=row.digest,
        shows=next((stage for stage in TRANSITIONS if stage == row.shows), None),
        confirmed_by=_user(row.confirmed_by),
        approved_by=_user(row.approved_by),
        card=Card(channel=row.channel, message=row.message) if row.channel and row.message else None,
        approvals=row.approvals or {},
        because=row.because,
        said=row.said,
        outcome=Done.model_validate_json(row.outcome) if row.outcome else None,
    )


def _act(row: ExecutionRow) -> Act:
    assert row.began_at is not None, "it was begun"
    stage = next(stage for stage in TRANSITIONS if stage == row.stage)
    return Act(row.tool, row.actor, stage, row.began_at, ReceiptId(row.receipt))


def _stored(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _as_text(one) for name, one in values.items()}


def _as_text(value: Any) -> Any:
    match value:
        case SlackUser():
            return value.model_dump_json()
        case Done():
            return value.model_dump_json()
        case _:
            return value


def _user(text: str | None) -> SlackUser | None:
    return SlackUser.model_validate_json(text) if text else None


def _used(session: Session, actor: SlackUser, tool: str, since: datetime) -> int:
    theirs = (col(ExecutionRow.actor) == str(actor)) & (col(ExecutionRow.tool) == tool)
    counts = theirs & (col(ExecutionRow.began_at) >= since) & col(ExecutionRow.stage).in_(_MAY_HAVE_HAPPENED)
    return _count(session, counts)


def settle(
    session: Session, database: Database, receipt: ReceiptId, now: datetime, *, happened: bool
) -> Mapping[str, str] | None:
    """Of what was asked for there, if it is open still: which that is, for its event. Whoever has it in hand looks again, at once."""
    stage: Stage = "done" if happened else "failed"
    here = (col(ExecutionRow.workspace) == database.workspace) & (col(ExecutionRow.receipt) == receipt)
    ends = update(ExecutionRow).where(here, col(ExecutionRow.stage) == "unknown")
    if changed(session, ends.values(stage=stage, because=BY_AN_ADMIN, due_at=now)) != 1:
        return None
    row = session.exec(select(ExecutionRow).where(here, col(ExecutionRow.because) == BY_AN_ADMIN)).one()
    return {"proposal": row.id, "digest": row.digest}


class Outstanding(NamedTuple):
    """`untold`: what became of so many could not be told yet; `unknown`: so many wait for a person to say it."""

    untold: int
    unknown: int


def outstanding(session: Session) -> Outstanding:
    """Of what may have happened; what is being done is no outcome yet."""
    row = ExecutionRow
    is_shown = col(row.shows).is_not(None) & (col(row.shows) == col(row.stage))
    untold = col(row.state).in_(_OPEN) & col(row.stage).in_(_OUTCOMES) & ~is_shown
    return Outstanding(_count(session, untold), _count(session, col(row.stage) == "unknown"))


def _count(session: Session, which: ColumnElement[bool]) -> int:
    return session.exec(select(func.count(col(ExecutionRow.id))).where(which)).one()


def _may_become(stage: Stage) -> tuple[ColumnElement[bool], ...]:
    before = [one for one, after in TRANSITIONS.items() if stage in after]
    return (col(ExecutionRow.stage).in_(before),)
