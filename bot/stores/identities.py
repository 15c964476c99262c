"""Who people are at the sources: whom an admin says they are, and whom the source says, as it was last read."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, delete
from sqlmodel import Session, col, select

from bot.core.identities import Coverage, How, Identity, Relink
from bot.core.portions import portions
from bot.stores.config import Taken
from bot.stores.database import MOST_PARAMETERS, Database
from bot.stores.generations import ACCESS, advance
from bot.stores.loops import Checkpoint, checkpoints
from bot.stores.sources import ACTIVE, SAVED_KIND, take_back
from bot.stores.tables import LinkRow, MembershipRow, SourceRow, TakenBackRow
from connectors.confluence import access as confluence
from connectors.drive import access as drive
from connectors.drive import people as directory
from connectors.model import Loop
from policies.people import Email, Principal, principal

AskForPeople = Callable[[Session, str, datetime], None]
"""Who is who at this source is read again, from the start if it is being read; in the caller's transaction."""


class StoredIdentities:
    """The `Identities` port. `declared`: what the rules say that every full member counts as having."""

    def __init__(self, database: Database, declared: Callable[[], Collection[Principal]]) -> None:
        self._database, self._declared = database, declared

    def kinds(self) -> Mapping[str, str]:
        with self._database.reading() as session:
            return {row.name: row.kind for row in _sources(session)}

    def covered(self, emails: Sequence[Email]) -> tuple[Coverage, ...]:
        ours = frozenset(emails)
        declared = {one.partition("/")[0] for one in self._declared()}
        with self._database.reading() as session:
            gone = checkpoints(session)
            return tuple(_coverage(session, row, ours, declared, gone.get(row.name, {})) for row in _sources(session))

    def of(self, email: Email) -> tuple[Identity, ...]:
        with self._database.reading() as session:
            gone = checkpoints(session)
            return tuple(_identity(session, row, email, gone.get(row.name, {})) for row in _sources(session))

    def account(self, email: Email, source: str) -> str | None:
        return self.links().get((email, source))

    def is_taken_back(self, email: Email, source: str) -> bool:
        with self._database.reading() as session:
            return session.get(TakenBackRow, (self._database.workspace, source, email)) is not None

    def links(self) -> Mapping[tuple[Email, str], str]:
        with self._database.reading() as session:
            return {(Email(row.email), row.source): row.account for row in session.exec(select(LinkRow))}

    def holders(self, source: str, account: str) -> tuple[frozenset[Email], frozenset[Email]]:
        with self._database.reading() as session:
            told = select(LinkRow.email).where(col(LinkRow.source) == source, col(LinkRow.account) == account)
            held = select(MembershipRow.email).where(
                col(MembershipRow.source) == source,
                col(MembershipRow.principal).in_(_held_by(source, account)),
            )
            return _emails(session.exec(told)), _emails(session.exec(held))


def relink(
    session: Session,
    links: Sequence[Relink],
    now: datetime,
    *,
    by: str,
    agreed_by: str | None,
    reread: AskForPeople,
    asked_at: datetime | None = None,
) -> None:
    """From now on. What somebody held at the source before is theirs no longer, at once; what they hold instead is known
    when it has been read. Raises `Taken`: it is not as it was any more; a source that was added since it was asked for is
    another one.
    """
    sources = sorted({link.source for link in links})
    for source in sources:  # whoever reads it locks its job first, too
        reread(session, source, now)
    for source in sources:
        row = session.get(SourceRow, (session.info["workspace"], source), with_for_update=True)
        if row is None or row.state != ACTIVE or (asked_at is not None and row.added_at > asked_at):
            raise _moved()
        row.groups_digest = None  # whatever is read next counts as new
    for link in links:
        _replace(session, link, now, by=by, agreed_by=agreed_by)
    session.flush()
    for link in links:
        session.execute(delete(MembershipRow).where(_is_at(link.source), col(MembershipRow.email) == link.email))
    advance(session, ACCESS)


def _replace(session: Session, link: Relink, now: datetime, *, by: str, agreed_by: str | None) -> None:
    workspace = session.info["workspace"]
    row = session.get(LinkRow, (workspace, link.source, link.email), with_for_update=True)
    if (row.account if row is not None else None) != link.before:
        raise _moved()
    if row is not None:
        session.delete(row)
        session.flush()
    take_back(session, link.source, link.email, is_taken_back=link.after is None)
    if link.after is None:
        return
    same = select(LinkRow.email).where(col(LinkRow.source) == link.source, col(LinkRow.account) == link.after)
    if session.exec(same).first() is not None:
        raise _moved()
    session.add(
        LinkRow(
            workspace=workspace,
            source=link.source,
            email=link.email,
            account=link.after,
            by=by,
            agreed_by=agreed_by,
            at=now,
        )
    )


def _moved() -> Taken:
    return Taken("people", None, "somebody was linked otherwise meanwhile")


def _sources(session: Session) -> Sequence[SourceRow]:
    there = select(SourceRow).where(col(SourceRow.state) == ACTIVE, col(SourceRow.kind) != SAVED_KIND)
    return session.exec(there.order_by(col(SourceRow.name))).all()


def _coverage(
    session: Session,
    row: SourceRow,
    ours: frozenset[Email],
    declared: Collection[str],
    gone: Mapping[Loop, Checkpoint],
) -> Coverage:
    said = {Email(one.email): one for one in session.exec(select(LinkRow).where(col(LinkRow.source) == row.name))}
    linked, own = frozenset(said) & ours, frozenset(email for email, one in said.items() if _said(one) == "themselves")
    here = ours if row.open else _known(session, row.name, ours)
    return Coverage(
        source=row.name,
        kind=row.kind,
        by_address=len(here - linked),
        by_admin=len(linked & here - own),
        by_themselves=len(linked & here & own),
        absent=len(linked - here),
        unknown=len(ours - here - linked),
        counted_as_members=row.name in declared,
        is_read=_read_at(gone) is not None,
    )


def _known(session: Session, source: str, ours: Collection[Email]) -> frozenset[Email]:
    whose = select(MembershipRow.email).where(_is_at(source)).distinct()
    found: set[Email] = set()
    for some in portions(sorted(ours), MOST_PARAMETERS // 2):
        found |= _emails(session.exec(whose.where(col(MembershipRow.email).in_(some))))
    return frozenset(found)


def _identity(session: Session, row: SourceRow, email: Email, gone: Mapping[Loop, Checkpoint]) -> Identity:
    link = session.get(LinkRow, (row.workspace, row.name, email))
    held = session.exec(
        select(MembershipRow.principal).where(_is_at(row.name), col(MembershipRow.email) == email)
    ).all()
    names = [one.removeprefix(f"{row.name}/") for one in held]
    is_known = bool(names) or row.open
    how: How = "address" if is_known else "unknown"
    if link is not None:
        how = _said(link) if is_known else "absent"
    return Identity(
        source=row.name,
        kind=row.kind,
        how=how,
        account=link.account if link is not None else _account(row.kind, names),
        groups=sum(name.startswith("group:") for name in names),
        since=link.at if link is not None else None,
        by=link.by if link is not None else None,
        agreed_by=link.agreed_by if link is not None else None,
        read_at=_read_at(gone),
    )


def _said(link: LinkRow) -> How:
    return "themselves" if link.by == link.email else "admin"


def _read_at(gone: Mapping[Loop, Checkpoint]) -> datetime | None:
    """When the source last told who is who; one that has no loop for that tells it with its content."""
    return (gone.get(Loop.GROUPS) or gone.get(Loop.CONTENT) or Checkpoint()).read_at


def _account(kind: str, names: Sequence[str]) -> str | None:
    prefix = directory.account("") if kind == "drive" else "user:"
    found = [name.removeprefix(prefix) for name in names if name.startswith(prefix)]
    return found[0] if len(found) == 1 else None


def _held_by(source: str, account: str) -> list[Principal]:
    """What only who is this account holds. Of Drive, under any address of theirs."""
    names = {confluence.user(account), drive.user(account), directory.account(account)}
    return [principal(source, name) for name in sorted(names)]


def _is_at(source: str) -> ColumnElement[bool]:
    return col(MembershipRow.source) == source


def _emails(found: Iterable[str]) -> frozenset[Email]:
    return frozenset(map(Email, found))
