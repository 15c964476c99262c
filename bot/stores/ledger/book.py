"""What happened, in order, so that it can be shown that nothing was changed since. Appends; never edits.

The head is locked last in a transaction (whoever holds it makes every other writer wait), so nothing may be locked
after `append`, `erase` or `checkpoint`. Reading trusts the rows; `bot.stores.ledger.verify` does not.
"""

import json
import secrets
from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import datetime
from functools import partial
from typing import Any, NamedTuple

from sqlalchemy import Connection, and_, delete, insert, select, text, update
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, SQLModel

from bot.core.clock import as_text
from bot.core.errors import BadUse, Broken
from bot.core.merkle import Frontier, grown, root
from bot.core.nouns import Event, ReceiptId
from bot.core.ranges import Range, of_numbers
from bot.stores.database import Database, once_committed
from bot.stores.ledger import leaf
from bot.stores.ledger.checkpoints import Checkpoint, signed
from bot.stores.ledger.key import Signer
from bot.stores.tables import CheckpointRow, ContentRow, EventRow, HeadRow, Row

ERASED = "erased"


def _table_of(row: type[Row]) -> Any:
    return SQLModel.metadata.tables[str(row.__tablename__)]


# Core tables and not the mapped classes: a session must never answer from what it remembers of the head.
_EVENTS, _CONTENTS = _table_of(EventRow), _table_of(ContentRow)
_HEADS, _CHECKPOINTS = _table_of(HeadRow), _table_of(CheckpointRow)


class Recorded(NamedTuple):
    """An event as the ledger holds it. No body: erased, and only its hash is left."""

    seq: int
    at: str
    kind: str
    receipt: ReceiptId | None
    body: dict[str, Any] | None


class Opened(NamedTuple):
    """A receipt and its first event."""

    receipt: ReceiptId
    seq: int
    at: str


class Standing(NamedTuple):
    """An event's leaf, and the tree in which it stands: whether a signed head covers it."""

    leaf: str
    size: int
    root: str
    is_signed: bool


class _Head(NamedTuple):
    frontier: Frontier
    signed: int | None


class Ledger:
    """The ledger of one workspace. Each call works inside the caller's transaction, and commits with it."""

    def __init__(self, database: Database, key: Signer) -> None:
        self._workspace = database.workspace
        self._key = key
        self._hearers: list[Callable[[Event], object]] = []

    def hear(self, hearer: Callable[[Event], object]) -> None:
        """From now on they are told of each event of this process, once it is committed."""
        self._hearers.append(hearer)

    def append(self, session: Session, events: Sequence[Event], now: datetime) -> tuple[int, ...]:
        """Their numbers, which follow one another."""
        if not events:
            return ()
        connection = _settled(session)
        head = self._locked_head(connection)
        first = head.frontier.size
        rows = [self._rows(first + n, event, as_text(now)) for n, event in enumerate(events)]
        try:
            connection.execute(insert(_EVENTS), [event for event, _ in rows])
            connection.execute(insert(_CONTENTS), [content for _, content in rows])
        except IntegrityError as error:
            raise Broken(f"The ledger already holds event {first}. See: footnote audit verify") from error
        frontier = head.frontier
        for event, _ in rows:
            frontier = grown(frontier, bytes.fromhex(event["leaf"]))
        self._move_head(connection, frontier)
        if self._hearers:
            once_committed(session, partial(self._tell, tuple(events)))
        return tuple(range(first, frontier.size))

    def append_once(self, session: Session, event: Event, now: datetime) -> bool:
        """Whether its receipt does not say so already. Of several at once, each waits for the one before to be committed."""
        assert event.receipt is not None, "what is of no receipt is not looked for"
        self._locked_head(_settled(session))
        if any(one.kind == event.kind and one.body == event.body for one in self.events(session, event.receipt)):
            return False
        self.append(session, [event], now)
        return True

    def _tell(self, events: Sequence[Event]) -> None:
        for hear in self._hearers:
            for event in events:
                hear(event)

    def erase(self, session: Session, seqs: Iterable[int], reason: str, now: datetime) -> int | None:
        """Forgets what these events said, and records that. The number of that record; none: all were erased before."""
        connection = _settled(session)
        size = self._locked_head(connection).frontier.size
        wanted = of_numbers(seqs)
        if wanted and (wanted[0].first < 0 or wanted[-1].last >= size):
            raise BadUse(f"The ledger has {size} events, and no others can be erased.")
        gone = of_numbers(seq for each in wanted for seq in self._erasable(connection, each))
        if not gone:
            return None
        if connection.dialect.name == "sqlite":  # otherwise the text would stay in the file's free pages
            connection.execute(text("PRAGMA secure_delete = ON"))
        for each in gone:
            connection.execute(delete(_CONTENTS).where(self._between(_CONTENTS, each)))
        body = {"events": [list(each) for each in gone], "reason": reason}
        return self.append(session, [Event(kind=ERASED, body=body)], now)[0]

    def checkpoint(self, session: Session, now: datetime) -> Checkpoint:
        """Signs the head. Where nothing was appended since, the newest checkpoint again."""
        connection = _settled(session)
        head = self._locked_head(connection)
        size = head.frontier.size
        if head.signed == size:
            return self._checkpoint_at(connection, size)
        made = signed(
            self._key,
            workspace=self._workspace,
            size=size,
            previous=head.signed,
            root=root(head.frontier).hex(),
            at=as_text(now),
        )
        connection.execute(insert(_CHECKPOINTS), made.model_dump())
        connection.execute(update(_HEADS).where(_HEADS.c.workspace == self._workspace).values(signed=size))
        return made

    def events(self, session: Session, receipt: ReceiptId) -> tuple[Recorded, ...]:
        """Everything of one receipt, in order."""
        e, c = _EVENTS.c, _CONTENTS.c
        statement = (
            select(e.seq, e.at, e.kind, e.receipt, c.body)
            .select_from(_EVENTS.outerjoin(_CONTENTS, and_(c.workspace == e.workspace, c.seq == e.seq)))
            .where(e.workspace == self._workspace, e.receipt == receipt)
            .order_by(e.seq)
        )
        rows = session.connection().execute(statement)
        return tuple(Recorded(*row[:4], _parsed(row.seq, row.body)) for row in rows)

    def since(self, session: Session, first: int, kinds: Collection[str]) -> tuple[Recorded, ...]:
        """Everything of these kinds from this number on, in order. Who remembers how far they read, reads on from there:
        the head is locked by whoever appends, so nothing appears later before what was seen.
        """
        e, c = _EVENTS.c, _CONTENTS.c
        statement = (
            select(e.seq, e.at, e.kind, e.receipt, c.body)
            .select_from(_EVENTS.outerjoin(_CONTENTS, and_(c.workspace == e.workspace, c.seq == e.seq)))
            .where(e.workspace == self._workspace, e.seq >= first, e.kind.in_(sorted(kinds)))
            .order_by(e.seq)
        )
        rows = session.connection().execute(statement)
        return tuple(Recorded(*row[:4], _parsed(row.seq, row.body)) for row in rows)

    def size(self, session: Session) -> int:
        """How many events there are."""
        found = session.connection().execute(select(_HEADS.c.size).where(_HEADS.c.workspace == self._workspace))
        return found.scalar_one_or_none() or 0

    def standing(self, session: Session, seq: int) -> Standing | None:
        """Of this event, if there is one."""
        e, h = _EVENTS.c, _HEADS.c
        statement = (
            select(e.leaf, h.size, h.root, h.signed)
            .select_from(_EVENTS.join(_HEADS, h.workspace == e.workspace))
            .where(e.workspace == self._workspace, e.seq == seq)
        )
        row = session.connection().execute(statement).one_or_none()
        if row is None:
            return None
        return Standing(row.leaf, row.size, row.root, is_signed=row.signed is not None and seq < row.signed)

    def receipts(self, session: Session, limit: int, before: int | None = None) -> tuple[Opened, ...]:
        """The newest first; `before` is the number of the last one of the page before."""
        e, earlier = _EVENTS.c, _EVENTS.alias().c
        has_earlier = (
            select(earlier.seq)
            .where(earlier.workspace == e.workspace, earlier.receipt == e.receipt, earlier.seq < e.seq)
            .exists()
        )
        statement = (
            select(e.receipt, e.seq, e.at)
            .where(e.workspace == self._workspace, e.receipt.is_not(None), ~has_earlier)
            .order_by(e.seq.desc())
            .limit(limit)
        )
        if before is not None:
            statement = statement.where(e.seq < before)
        return tuple(Opened(*row) for row in session.connection().execute(statement))

    def _rows(self, seq: int, event: Event, at: str) -> tuple[dict[str, Any], dict[str, Any]]:
        body, salt = leaf.canonical_json(event.body), secrets.token_bytes(leaf.SALT_BYTES)
        content = leaf.content_hash(salt, body.encode()).hex()
        receipt = None if event.receipt is None else event.receipt.encode()
        hashed = leaf.event_leaf(
            self._workspace.encode(), seq, at.encode(), event.kind.encode(), receipt, content.encode()
        )
        place = {"workspace": self._workspace, "seq": seq}
        recorded = {"at": at, "kind": event.kind, "receipt": event.receipt, "content": content, "leaf": hashed.hex()}
        return {**place, **recorded}, {**place, "salt": salt.hex(), "body": body}

    def _locked_head(self, connection: Connection) -> _Head:
        head = self._read_head(connection)
        if head is None:  # of two that come first, one inserts and the other waits for it and inserts nothing
            connection.execute(
                text(
                    "INSERT INTO ledger_head (workspace, size, root, peaks) VALUES (:workspace, 0, :root, '') "
                    "ON CONFLICT DO NOTHING"
                ),
                {"workspace": self._workspace, "root": root(Frontier()).hex()},
            )
            head = self._read_head(connection)
        if head is None:
            raise Broken("The ledger's head cannot be made.")
        return head

    def _read_head(self, connection: Connection) -> _Head | None:
        row = connection.execute(
            select(_HEADS).where(_HEADS.c.workspace == self._workspace).with_for_update()
        ).one_or_none()
        return None if row is None else _Head(_frontier(row.size, row.root, row.peaks), row.signed)

    def _move_head(self, connection: Connection, frontier: Frontier) -> None:
        peaks = ",".join(peak.hex() for peak in frontier.peaks)
        connection.execute(
            update(_HEADS)
            .where(_HEADS.c.workspace == self._workspace)
            .values(size=frontier.size, root=root(frontier).hex(), peaks=peaks)
        )

    def _between(self, table: Any, each: Range) -> Any:
        return and_(table.c.workspace == self._workspace, table.c.seq.between(each.first, each.last))

    def _erasable(self, connection: Connection, each: Range) -> list[int]:
        """Those whose content is still here. What says that others were erased stays: it is their proof."""
        e, c = _EVENTS.c, _CONTENTS.c
        statement = (
            select(c.seq)
            .select_from(_CONTENTS.join(_EVENTS, and_(c.workspace == e.workspace, c.seq == e.seq)))
            .where(self._between(_CONTENTS, each), e.kind != ERASED)
        )
        return list(connection.execute(statement).scalars())

    def _checkpoint_at(self, connection: Connection, size: int) -> Checkpoint:
        c = _CHECKPOINTS.c
        row = connection.execute(
            select(_CHECKPOINTS).where(c.workspace == self._workspace, c.size == size)
        ).one_or_none()
        if row is None:
            raise Broken(f"The checkpoint of {size} events is gone. See: footnote audit verify")
        return Checkpoint.model_validate(row._asdict())


def _settled(session: Session) -> Connection:
    """What the caller has not written yet is written before the head is locked, since that comes last."""
    session.flush()
    return session.connection()


def _frontier(size: Any, root_text: Any, peaks_text: Any) -> Frontier:
    frontier = leaf.frontier(size, str(peaks_text).encode())
    if frontier is None or root(frontier).hex() != root_text:
        raise Broken("The ledger's head contradicts itself, so nothing can be appended. See: footnote audit verify")
    return frontier


def _parsed(seq: int, body: str | None) -> dict[str, Any] | None:
    if body is None:
        return None
    try:
        parsed = json.loads(body)
    except ValueError as error:
        raise Broken(f"Event {seq} cannot be read. See: footnote audit verify") from error
    if not isinstance(parsed, dict):
        raise Broken(f"Event {seq} cannot be read. See: footnote audit verify")
    return parsed
