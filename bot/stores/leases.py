"""Who may work on what: one worker at a time holds a row, and a late one is recognised by its fence.

The inbox and the jobs are both queues of leased rows; they differ only in what lies in them.
"""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Final, Generic, NamedTuple, TypeVar

from sqlalchemy import ColumnElement, bindparam, case, func, literal_column, or_, update
from sqlmodel import Session, col, select

from bot.core.errors import LostLease
from bot.stores.database import Database, changed
from bot.stores.tables import Leased, Moment

Table = TypeVar("Table", bound=Leased)
OPEN: Final = ("waiting", "claimed")


class Claim(NamedTuple):
    """The right to work on one row until the lease ends, unless it is renewed."""

    id: str
    kind: str
    key: str
    payload: str
    attempts: int
    fence: int


class Leases(Generic[Table]):
    """`owner` names this process in the rows that it holds, for people; the fence is what decides."""

    def __init__(self, database: Database, table: type[Table], *, owner: str, length: timedelta) -> None:
        self._database, self._table = database, table
        self._owner, self.length = owner, length
        due = or_(
            (col(table.state) == "waiting") & (col(table.due_at) <= bindparam("now", type_=Moment)),
            (col(table.state) == "claimed") & (col(table.lease_until) < bindparam("now", type_=Moment)),
        )
        # Put together once, because it is asked all the time; in the words of the indexes.
        oldest = col(table.due_at), col(table.id)
        self._due = select(table.id).where(is_open(table), due).order_by(*oldest).limit(1)
        self._due_of = self._due.where(col(table.kind).in_(bindparam("kinds", expanding=True)))

    def claim(self, now: datetime, *, kinds: Collection[str] | None = None) -> Claim | None:
        """The row that has waited longest, of these kinds if any are named; one whose lease ran out waits again."""
        if not self.is_any_due(now, kinds=kinds):
            return None
        with self._database.writing() as session:
            return self._take(session, now, *self._of(kinds))

    def is_any_due(self, now: datetime, *, kinds: Collection[str] | None = None) -> bool:
        """Whoever looks for nothing keeps nobody from writing. Whatever comes a moment later calls for somebody."""
        asked = {"now": now} if kinds is None else {"now": now, "kinds": list(kinds)}
        with self._database.reading() as session:
            return session.exec(self._due if kinds is None else self._due_of, params=asked).first() is not None

    def claim_one(self, session: Session, now: datetime, *, id: str) -> Claim | None:  # noqa: A002 - it is the row's id
        """The row named, in the caller's transaction: what is put in so is never there for anybody else to claim."""
        return self._take(session, now, col(self._table.id) == id)

    def renew(self, claim: Claim, now: datetime) -> None:
        with self._database.writing() as session:
            self._set(session, claim, lease_until=now + self.length)

    def hold(self, session: Session, claim: Claim) -> None:
        """Locks the row in the caller's transaction: what it commits is committed by the one who holds the lease."""
        self._set(session, claim, lease_owner=self._owner)

    def check(self, claim: Claim) -> None:
        """Whether it is held at this moment. Locks nothing: what follows is no write of ours."""
        with self._database.reading() as session:
            if session.exec(select(self._table.id).where(self._held(claim))).first() is None:
                raise _lost(claim)

    def finish(self, session: Session, claim: Claim, now: datetime, *, error: str | None = None) -> None:
        state = "failed" if error else "done"
        self._set(session, claim, state=state, finished_at=now, lease_until=None, error=error)

    def again(self, session: Session, claim: Claim, due_at: datetime, *, error: str) -> None:
        self._set(session, claim, state="waiting", due_at=due_at, lease_until=None, error=error)

    def fail(self, claim: Claim, now: datetime, *, error: str) -> None:
        with self._database.writing() as session:
            self.finish(session, claim, now, error=error)

    def end_all(self, session: Session) -> int:
        """Every lease ends now. Only for the one owner of a home: whoever held them is dead."""
        table = self._table
        ended = update(table).where(col(table.state) == "claimed").values(state="waiting", lease_until=None)
        return changed(session, ended)

    def states(self) -> Sequence[tuple[str, str]]:
        """Each row's id and state, oldest first."""
        with self._database.reading() as session:
            table = self._table
            return session.exec(select(table.id, table.state).order_by(col(table.due_at), col(table.id))).all()

    def still_to_do(self) -> Sequence[tuple[str, str, int, datetime]]:
        """By kind and state: how many rows, and since when the oldest has been due."""
        table = self._table
        counted = select(table.kind, table.state, func.count(col(table.id)), func.min(col(table.due_at)))
        with self._database.reading() as session:
            open_ones = counted.where(col(table.state).in_(("waiting", "claimed")))
            return session.exec(open_ones.group_by(col(table.kind), col(table.state))).all()

    def _of(self, kinds: Collection[str] | None) -> list[ColumnElement[bool]]:
        return [] if kinds is None else [col(self._table.kind).in_(kinds)]

    def _take(self, session: Session, now: datetime, *wanted: ColumnElement[bool]) -> Claim | None:
        table = self._table
        choice = select(table).where(self._free(now), *wanted).order_by(col(table.due_at), col(table.id)).limit(1)
        row = session.exec(choice.with_for_update(skip_locked=True)).first()
        if row is None:
            return None
        row.state, row.attempts, row.fence = "claimed", row.attempts + 1, row.fence + 1
        row.lease_owner, row.lease_until = self._owner, now + self.length
        return Claim(row.id, row.kind, row.key, row.payload, row.attempts, row.fence)

    def _free(self, now: datetime) -> ColumnElement[bool]:
        table = self._table
        return or_(
            (col(table.state) == "waiting") & (col(table.due_at) <= now),
            (col(table.state) == "claimed") & (col(table.lease_until) < now),
        )

    def _set(self, session: Session, claim: Claim, **values: object) -> None:
        if changed(session, update(self._table).where(self._held(claim)).values(**values)) != 1:
            raise _lost(claim)

    def _held(self, claim: Claim) -> ColumnElement[bool]:
        table = self._table
        return (col(table.id) == claim.id) & (col(table.fence) == claim.fence) & (col(table.state) == "claimed")


def is_open(rows: type[Leased]) -> ColumnElement[bool]:
    """In the words of the partial indexes, which know no parameters."""
    return col(rows.state).in_([literal_column(f"'{state}'") for state in OPEN])


def take_away(session: Session, table: type[Leased], *wanted: ColumnElement[bool]) -> None:
    """Whoever works on these does so no longer, and it was no attempt of theirs. Never the first one again: what the one
    before has shown is looked for.
    """
    attempts = case((col(table.attempts) > 1, col(table.attempts) - 1), else_=1)
    taken = update(table).where(*wanted, col(table.state) == "claimed")
    waits = {"state": "waiting", "lease_until": None, "fence": col(table.fence) + 1, "attempts": attempts}
    session.execute(taken.values(**waits))


def _lost(claim: Claim) -> LostLease:
    return LostLease(f"{claim.id} is no longer held under fence {claim.fence}")
