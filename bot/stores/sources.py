"""Which sources there are, and how far and how fresh our knowledge of each is."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final, NamedTuple

from sqlalchemy import Executable, delete, func
from sqlmodel import Session, col, select

from bot.core.admin import Paused
from bot.core.errors import BadUse
from bot.core.nouns import SAID, PassageId, source_of
from bot.stores import changes, halts, jobs
from bot.stores.database import Database
from bot.stores.generations import ACCESS, advance
from bot.stores.loops import Checkpoint, checkpoints
from bot.stores.passages import IS_NOT_LIVE, LIVE, purge, retire_documents
from bot.stores.tables import (
    AccessListRow,
    DocumentRow,
    LayerRow,
    LinkRow,
    LoopRow,
    MembershipRow,
    NodeRow,
    PassageRow,
    SourceRow,
    TakenBackRow,
)
from connectors.model import Loop, Problem
from policies.experts import SAVED
from policies.people import Email, is_source_name

ACTIVE, REMOVED = "active", "removed"
OAUTH: Final = "oauth_"  # with which client people sign in at a source, as its settings have it
SAVED_KIND: Final = "saved"  # of the source that is there once anything was saved


class Listed(NamedTuple):
    """A source as it was added, and how fresh what we know of it is. Added again, it is another one."""

    name: str
    kind: str
    settings: Mapping[str, str]
    added_at: datetime
    read_at: Mapping[Loop, datetime | None]
    links: Mapping[Email, str]
    paused: Paused | None = None

    @property
    def identity(self) -> tuple[str, str, Mapping[str, str], datetime, Mapping[Email, str]]:
        return self.name, self.kind, self.settings, self.added_at, self.links


class Source(NamedTuple):
    """With what is in it, which has to be counted."""

    name: str
    kind: str
    settings: Mapping[str, str]
    documents: int
    passages: int
    people: int
    loops: Mapping[Loop, Checkpoint]
    paused: Paused | None = None
    added_at: datetime | None = None

    @property
    def problems(self) -> tuple[Problem, ...]:
        return tuple(problem for checkpoint in self.loops.values() for problem in checkpoint.problems)


class Sources:
    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, session: Session, name: str, kind: str, settings: Mapping[str, str], now: datetime) -> bool:
        """Whether it is new: adding the very same source twice is adding it once."""
        if not is_source_name(name):
            raise BadUse(f"{name!r} cannot name a source: use small letters, digits and hyphens, such as `handbook`.")
        if name == SAID:
            raise BadUse(f"{name} is what people say in Slack. Choose another --name.")
        if name == SAVED and kind != SAVED_KIND:
            raise BadUse(f"{name} are replies that people saved in Slack. Choose another --name.")
        row = session.get(SourceRow, (self._database.workspace, name))
        if row is not None and row.state == ACTIVE and row.kind == kind and _is_same(row.settings, settings):
            return False
        if row is not None and row.state == ACTIVE:
            raise BadUse(f"There is a source named {name} already. Choose another --name, or remove that one first.")
        halts.go_on(session, halts.SOURCE, name)
        if row is not None:
            session.delete(row)
            session.flush()
        session.add(
            SourceRow(
                workspace=self._database.workspace,
                name=name,
                kind=kind,
                settings=dict(settings),
                state=ACTIVE,
                added_at=now,
            )
        )
        return True

    def readdress(self, session: Session, name: str, settings: Mapping[str, str]) -> None:
        """The very same source, reached in another way: all that is known of it stays known. That it is the same is the
        caller's word.
        """
        self._there(session, name).settings = dict(settings)

    def remove(self, session: Session, name: str) -> int:
        """Hides everything of it at once; how many documents that were. The vectors go with the next sync, or before:
        see `clear`.
        """
        row = self._there(session, name)
        row.state = REMOVED
        halts.go_on(session, halts.SOURCE, name)
        documents = session.exec(select(DocumentRow.id).where(col(DocumentRow.source) == name)).all()
        retire_documents(session, documents)
        for table in (MembershipRow, LayerRow, AccessListRow, LoopRow, NodeRow, LinkRow, TakenBackRow):
            session.execute(delete(table).where(col(table.source) == name))
        advance(session, ACCESS)
        changes.note(session, documents)
        return len(documents)

    def clear(self, session: Session, name: str, now: datetime) -> None:
        """What is left of it, where there are vectors too, goes as soon as somebody who has them has time for it."""
        jobs.drop(session, jobs.SYNC, name, now)
        jobs.enqueue(session, jobs.CLEAR, jobs.REMOVED, {}, now=now)

    def pause(self, session: Session, name: str, by: str, now: datetime) -> bool:
        """It is not read from now on, not even by whoever is reading it; what was read stays, and ages. Whether that is new.

        What people saved cannot be paused: its loop is what takes away an answer whose time is over.
        """
        if self._there(session, name).kind == SAVED_KIND:
            raise BadUse(
                f"{name} are replies that people saved in Slack. They cannot be paused: they end by themselves."
            )
        if not halts.halt(session, halts.SOURCE, name, by, now):
            return False
        jobs.drop(session, jobs.SYNC, name, now)
        return True

    def resume(self, session: Session, name: str) -> bool:
        """Whether it was paused. It is read again when its time comes."""
        self._there(session, name)
        return halts.go_on(session, halts.SOURCE, name)

    def is_still(self, session: Session, name: str, added_at: datetime | None) -> bool:
        """Whether the source of this name is the one that was added then. It is no other's until the caller is done."""
        row = session.get(SourceRow, (self._database.workspace, name), with_for_update=True)
        return row is not None and row.state == ACTIVE and row.added_at == added_at

    def _there(self, session: Session, name: str) -> SourceRow:
        row = session.get(SourceRow, (self._database.workspace, name), with_for_update=True)
        if row is None or row.state != ACTIVE:
            raise BadUse(f"There is no source named {name}. `footnote sources` lists them.")
        return row

    def listed(self) -> Sequence[Listed]:
        with self._database.reading() as session:
            gone, paused = checkpoints(session), halts.halted(session, halts.SOURCE)
            links: dict[str, dict[Email, str]] = {}
            for link in session.exec(select(LinkRow)):
                links.setdefault(link.source, {})[Email(link.email)] = link.account
            return [
                Listed(
                    row.name,
                    row.kind,
                    row.settings,
                    row.added_at,
                    {loop: checkpoint.read_at for loop, checkpoint in gone.get(row.name, {}).items()},
                    links.get(row.name, {}),
                    paused.get(row.name),
                )
                for row in _active(session)
            ]

    def link(
        self,
        session: Session,
        name: str,
        email: Email,
        account: str | None,
        *,
        by: str | None = None,
        at: datetime | None = None,
    ) -> bool:
        """Whom an operator says somebody is there; without an account, what was said is taken back. Whether that is new."""
        if not any(row.name == name for row in _active(session)):
            raise BadUse(f"There is no source named {name}. `footnote sources` lists them.")
        row = session.get(LinkRow, (self._database.workspace, name, email))
        if (row.account if row is not None else None) == account:
            return False
        if row is not None:
            session.delete(row)
            session.flush()
        take_back(session, name, email, is_taken_back=account is None)
        if account is not None:
            session.add(
                LinkRow(workspace=self._database.workspace, source=name, email=email, account=account, by=by, at=at)
            )
        return True

    def active(self) -> Sequence[Source]:
        with self._database.reading() as session:
            rows, gone, paused = _active(session), checkpoints(session), halts.halted(session, halts.SOURCE)
            documents = _counts(session, select(DocumentRow.source, func.count()).group_by(col(DocumentRow.source)))
            people = _counts(
                session,
                select(MembershipRow.source, func.count(func.distinct(MembershipRow.email))).group_by(
                    col(MembershipRow.source)
                ),
            )
            passages = _counts(
                session,
                select(DocumentRow.source, func.count())
                .join(PassageRow, col(PassageRow.document) == col(DocumentRow.id))
                .where(col(PassageRow.state) == LIVE)
                .group_by(col(DocumentRow.source)),
            )
            return [
                Source(
                    name=row.name,
                    kind=row.kind,
                    settings=row.settings,
                    documents=documents.get(row.name, 0),
                    passages=passages.get(row.name, 0),
                    people=people.get(row.name, 0),
                    loops=gone.get(row.name, {}),
                    paused=paused.get(row.name),
                    added_at=row.added_at,
                )
                for row in rows
            ]

    def leftovers(self) -> Sequence[PassageId]:
        """What is left of sources that were removed: nobody finds it, and its vectors are still to go."""
        with self._database.reading() as session:
            return _leftovers(session)

    def purge_leftovers(self, ids: Sequence[PassageId]) -> None:
        """Those of `ids` whose source is still removed."""
        with self._database.writing() as session:
            still = frozenset(_leftovers(session))
            purge(session, [id_ for id_ in ids if id_ in still])


def _is_same(there: Mapping[str, str], wanted: Mapping[str, str]) -> bool:
    """With which OAuth client people sign in may have been said later. One that is named again has to be that one."""
    names_client = any(key.startswith(OAUTH) for key in wanted)
    compared = {key: value for key, value in there.items() if names_client or not key.startswith(OAUTH)}
    return compared == dict(wanted)


def take_back(session: Session, source: str, email: Email, *, is_taken_back: bool) -> None:
    """Remembered until something is said of them again: who links themselves does not undo it alone."""
    row = session.get(TakenBackRow, (session.info["workspace"], source, email), with_for_update=True)
    if is_taken_back and row is None:
        session.add(TakenBackRow(workspace=session.info["workspace"], source=source, email=email))
    elif not is_taken_back and row is not None:
        session.delete(row)


def _active(session: Session) -> Sequence[SourceRow]:
    return session.exec(select(SourceRow).where(col(SourceRow.state) == ACTIVE).order_by(col(SourceRow.name))).all()


def _leftovers(session: Session) -> Sequence[PassageId]:
    here = {row.name for row in _active(session)}
    found = session.exec(select(PassageRow.id, PassageRow.document).where(IS_NOT_LIVE))
    return [PassageId(id_) for id_, document in found if source_of(document) not in here]


def _counts(session: Session, statement: Executable) -> dict[str, int]:
    return {name: count for name, count in session.execute(statement)}  # noqa: C416 - rows are not pairs to mypy
