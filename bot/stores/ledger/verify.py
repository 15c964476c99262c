"""Is the ledger what was written? Reads every row and trusts none; damage is a finding and never an exception."""

import sqlite3
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from pydantic import ValidationError
from sqlalchemy import Connection
from sqlalchemy.exc import DatabaseError

from bot.core.merkle import Frontier, root
from bot.core.ranges import merged
from bot.stores.database import Database
from bot.stores.ledger import leaf
from bot.stores.ledger.checkpoints import Checkpoint
from bot.stores.ledger.findings import Finding, Kind, Origin, Report, Witness
from bot.stores.ledger.raw import RawCheckpoint, RawHead, RawLedger, one_moment
from bot.stores.ledger.texts import Texts
from bot.stores.ledger.walk import Pin, Walk

Progress = Callable[[int, int], None]
"""Events read so far, and about how many there are."""

_EVERY = 1000
_ORDER = list(Kind)


def verify(
    database: Database,
    *,
    keys: Collection[str],
    against: Sequence[Checkpoint] = (),
    progress: Progress | None = None,
) -> Report:
    """`keys` are the public keys, in hex, that may sign; `against` are checkpoints that were kept elsewhere."""
    with one_moment(database) as connection:
        return examine(connection, database.workspace, keys=keys, against=against, progress=progress)


def examine(
    connection: Connection,
    workspace: str,
    *,
    keys: Collection[str],
    against: Sequence[Checkpoint] = (),
    progress: Progress | None = None,
) -> Report:
    raw = RawLedger(connection, workspace)
    audit = _Audit(workspace, frozenset(keys))
    try:
        audit.run(raw, against, progress or _silently)
    except DatabaseError as error:
        if not _is_corruption(error):
            raise
        audit.note(Kind.STORAGE_DAMAGED, detail=str(error.orig))
    return audit.report()


@dataclass
class _Audit:
    """What was found so far; it survives a database that breaks off in the middle."""

    workspace: str
    keys: frozenset[str]
    findings: list[Finding] = field(default_factory=list)
    stored: list[Pin] = field(default_factory=list)
    head: Frontier | None = None
    walk: Walk | None = None
    texts: Texts = field(default_factory=Texts)

    def note(self, kind: Kind, first: int | None = None, **details: object) -> None:
        self.findings.append(Finding.model_validate({"kind": kind, "first": first, "last": first, **details}))

    def run(self, raw: RawLedger, against: Sequence[Checkpoint], progress: Progress) -> None:
        """The order matters: only who vouches for how much can say where the events should end.

        (1) the database's own word; (2) the head, by itself; (3) the checkpoints, by their signatures and their chain;
        (4) the texts, against their digests; (5) the events, against their hashes and all of those, which also say who
        names the changed texts; (6) content that has no event; (7) the end.
        """
        for line in raw.missing():
            self.note(Kind.STORAGE_DAMAGED, detail=f"{line}, so nothing more was examined")
        if self.findings:
            return
        for line in raw.storage_damage():
            self.note(Kind.STORAGE_DAMAGED, detail=line)
        row = raw.head()
        self.head = self._judged_head(row)
        self._read_checkpoints(raw.checkpoints(), row)
        given = [pin for checkpoint in against if (pin := self._judged_given(checkpoint)) is not None]
        pins = [*self.stored, *given, *self._head_pin()]
        for text in raw.texts():
            self.texts.take(text)
        self.walk = Walk(self.workspace, pins)
        expected = max((pin.witness.size for pin in pins), default=0)
        for number, event in enumerate(raw.events(), start=1):
            self.walk.take(event)
            self.texts.see(event)
            if number % _EVERY == 0:
                progress(number, max(number, expected))
        progress(self.walk.size, max(self.walk.size, expected))
        if raw.content_count() != self.walk.contents:
            self._note_foreign(raw.contents_without_event())
        self._note_end(self.walk, [*self.stored, *given], has_head=row is not None)

    def report(self) -> Report:
        walk = self.walk or Walk(self.workspace, ())
        found = [*self.findings, *walk.findings(), *self.texts.findings()]
        return Report(
            events=walk.size,
            checkpoints=len(self.stored),
            root=walk.root.hex(),
            unsigned_tail=walk.size - walk.agreed.get("stored", 0),
            findings=tuple(sorted(found, key=_rank)),
        )

    def _judged_head(self, row: RawHead | None) -> Frontier | None:
        """A head that contradicts itself vouches for nothing."""
        if row is None:
            return None
        frontier = leaf.frontier(row.size, row.peaks)
        told = leaf.from_hex(row.root, leaf.HASH_BYTES)
        if not row.is_typed or frontier is None or told != root(frontier):
            self.note(Kind.HEAD_CHANGED)
            return None
        return frontier

    def _head_pin(self) -> list[Pin]:
        if self.head is None:
            return []
        return [Pin(Witness(origin="head", size=self.head.size), root(self.head))]

    def _read_checkpoints(self, rows: Iterable[RawCheckpoint], head: RawHead | None) -> None:
        """Each names the one before it, and the head the newest: so one that was taken out is missed."""
        before: int | None = None
        damaged: set[int | None] = set()
        for row in rows:
            checkpoint = self._judged_row(row)
            if checkpoint is None:
                damaged.add(row.size)
                continue
            witness = Witness(origin="stored", size=checkpoint.size)
            self._note_break(checkpoint.previous, before, damaged, witness)
            before, damaged = checkpoint.size, set()
        if head is not None:
            self._note_break(head.signed, before, damaged, Witness(origin="head", size=head.size or 0))

    def _note_break(self, named: int | None, before: int | None, damaged: set[int | None], witness: Witness) -> None:
        if named == before or (named is not None and named in damaged):
            return
        if named is not None and (before is None or named > before):
            self.note(Kind.CHECKPOINT_MISSING, named, witness=witness)
        elif witness.origin == "head":
            self.note(Kind.HEAD_CHANGED, columns=("signed",))
        else:
            self.note(Kind.CHECKPOINT_CHANGED, before)

    def _judged_row(self, row: RawCheckpoint) -> Checkpoint | None:
        """Nothing, where the row is not what was signed."""
        checkpoint = _as_checkpoint(self.workspace, row)
        if checkpoint is None or not checkpoint.is_authentic:
            self.note(Kind.CHECKPOINT_CHANGED, row.size)
            return None
        pin = self._judged_key(checkpoint, "stored")
        if pin is not None:
            self.stored.append(pin)
        return checkpoint

    def _judged_given(self, checkpoint: Checkpoint) -> Pin | None:
        witness = Witness(origin="given", size=checkpoint.size)
        if checkpoint.workspace != self.workspace:
            self.note(Kind.CHECKPOINT_FOREIGN, checkpoint.size, witness=witness, detail=checkpoint.workspace)
            return None
        if not checkpoint.is_authentic:
            self.note(Kind.CHECKPOINT_CHANGED, checkpoint.size, witness=witness)
            return None
        return self._judged_key(checkpoint, "given")

    def _judged_key(self, checkpoint: Checkpoint, origin: Origin) -> Pin | None:
        witness = Witness(origin=origin, size=checkpoint.size)
        if checkpoint.key not in self.keys:
            self.note(Kind.KEY_UNKNOWN, checkpoint.size, witness=witness, detail=checkpoint.key)
            return None
        return Pin(witness, bytes.fromhex(checkpoint.root))

    def _note_foreign(self, seqs: Iterator[int | None]) -> None:
        known = list(seqs)
        for each in merged((seq, seq) for seq in known if seq is not None):
            self.findings.append(Finding(kind=Kind.CONTENT_FOREIGN, first=each.first, last=each.last))
        if None in known:
            self.note(Kind.CONTENT_FOREIGN, columns=("seq",))

    def _note_end(self, walk: Walk, pins: Sequence[Pin], *, has_head: bool) -> None:
        """Where the events stop, and where those who vouch for them say that they do."""
        witnesses = [pin.witness for pin in pins]
        if not has_head and (walk.size or witnesses):
            self.note(Kind.HEAD_MISSING)
        if self.head is not None and self.head.size != walk.size:
            is_beyond = self.head.size > walk.size
            if root(self.head) in walk.roots or (walk.last_signed == walk.size and not is_beyond):
                self.note(Kind.HEAD_CHANGED, columns=("size",))
            elif is_beyond:
                witnesses.insert(0, Witness(origin="head", size=self.head.size))
            else:
                self.note(Kind.EVENT_FOREIGN, self.head.size, last=walk.size - 1)
        last = max(witnesses, key=lambda witness: witness.size, default=None)
        if last is not None and last.size > walk.size:
            self.note(Kind.TRUNCATED, walk.size, last=last.size - 1, witness=last)


def _as_checkpoint(workspace: str, row: RawCheckpoint) -> Checkpoint | None:
    if not row.is_typed:
        return None
    texts = {name: getattr(row, name) for name in ("root", "at", "key", "signature")}
    try:
        named = {name: value.decode() for name, value in texts.items() if value is not None}
        return Checkpoint.model_validate({"workspace": workspace, "size": row.size, "previous": row.previous, **named})
    except (ValidationError, UnicodeDecodeError):
        return None


def _is_corruption(error: DatabaseError) -> bool:
    """SQLite's word for a damaged file is the general class itself; a lock or a full disk has a class of its own."""
    return type(error.orig) is sqlite3.DatabaseError


def _rank(finding: Finding) -> tuple[int, int]:
    return _ORDER.index(finding.kind), -1 if finding.first is None else finding.first


def _silently(_done: int, _expected: int) -> None: ...
