"""In which workspaces of Slack are we installed, and with which tokens? The list is the operator's; what is kept of each
workspace lies under that one's own id, and nobody who reads the one can reach the other.

Tokens are sealed, each bound to its row and column. A pair is stored before it is used. One renews at a time, whichever
process it is: a conditional UPDATE decides.
"""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Final, NamedTuple

import structlog
from pydantic import SecretStr
from sqlalchemy import ColumnElement, delete, or_, update
from sqlmodel import Session, col, select

from bot.core.errors import Unready
from bot.core.installing import Granted, Installed, Tokens
from bot.stores.database import Database, changed, insert_new
from bot.stores.seal import Seal
from bot.stores.tables import InstallationRow

_RENEWING: Final = timedelta(seconds=60)  # whoever has not come back by then never will
_NAME_BYTES: Final = 8

log = structlog.get_logger()


class Renewal(NamedTuple):
    """The right to renew this pair of tokens."""

    id: str
    fence: int
    refresh: SecretStr


class Installations:
    def __init__(self, database: Database, seal: Seal) -> None:
        self._database, self._seal = database, seal

    def open(self) -> None:
        """Fails now where the key is missing that opens what is there; and makes one where nothing is. Where only some do not
        open, the others are there all the same.
        """
        with self._database.reading() as session:
            sealed = session.exec(select(InstallationRow).where(col(InstallationRow.bot_token).is_not(None))).all()
        self._seal.open_or_make(may_make=not sealed)
        if sealed and not any(self._opens(row) for row in sealed[1:]):
            self._tokens(sealed[0])

    def all(self) -> tuple[Installed, ...]:
        """The oldest first."""
        with self._database.reading() as session:
            rows = session.exec(select(InstallationRow).order_by(col(InstallationRow.installed_at))).all()
            return tuple(_as_listed(row) for row in rows)

    def of_team(self, team: str) -> Installed | None:
        with self._database.reading() as session:
            row = session.exec(select(InstallationRow).where(col(InstallationRow.team) == team)).first()
            return _as_listed(row) if row is not None else None

    def tokens(self, id_: str) -> Tokens | None:
        """None: it has ended."""
        with self._database.reading() as session:
            row = session.get(InstallationRow, (self._database.workspace, id_))
        return self._tokens(row) if row is not None and row.bot_token is not None else None

    def install(self, granted: Granted, now: datetime) -> Installed:
        """For the first time, or anew: then it keeps its id, and what lies under that; and its first admin."""
        with self._database.writing() as session:
            insert_new(session, InstallationRow, [_new(granted, now)])
            with self._locked(session, col(InstallationRow.team) == granted.team) as row:
                assert row is not None
                row.state, row.installed_at, row.ended_at, row.ended_by = "live", now, None, None
                row.enterprise, row.app, row.scopes = granted.enterprise, granted.app, granted.scopes
                row.is_cleared = False
                self._put(row, granted.tokens)
                return _as_listed(row)

    def end(self, id_: str, why: str, now: datetime) -> bool:
        """Whether it was live. Its tokens are gone with it."""
        with (
            self._database.writing() as session,
            self._locked(session, col(InstallationRow.id) == id_) as row,
        ):
            if row is None or row.state != "live":
                return False
            row.state, row.ended_at, row.ended_by = "ended", now, why
            row.bot_token = row.refresh_token = row.expires_at = row.renewing_until = row.trouble = None
            row.version, row.fence = row.version + 1, row.fence + 1
            return True

    def forget(self, id_: str) -> None:
        """Only one that has ended: installed again, it is another."""
        over = (col(InstallationRow.id) == id_) & (col(InstallationRow.state) == "ended")
        with self._database.writing() as session:
            session.execute(delete(InstallationRow).where(over))

    def uncleared(self) -> tuple[Installed, ...]:
        """Those that ended, and whose work nobody has put away yet."""
        with self._database.reading() as session:
            ended = (col(InstallationRow.state) == "ended") & ~col(InstallationRow.is_cleared)
            return tuple(_as_listed(row) for row in session.exec(select(InstallationRow).where(ended)).all())

    def cleared(self, id_: str) -> None:
        ended = (col(InstallationRow.id) == id_) & (col(InstallationRow.state) == "ended")
        with self._database.writing() as session:
            session.execute(update(InstallationRow).where(ended).values(is_cleared=True))

    def claim_renewal(self, one: Installed, now: datetime) -> Renewal | None:
        """None: somebody else renews it, or has."""
        table = InstallationRow
        free = or_(col(table.renewing_until).is_(None), col(table.renewing_until) < now)
        same = (col(table.id) == one.id) & (col(table.version) == one.version) & (col(table.state) == "live")
        taken = update(table).where(same, free, col(table.refresh_token).is_not(None))
        values = {"renewing_until": now + _RENEWING, "fence": col(table.fence) + 1}
        with self._database.writing() as session:
            if changed(session, taken.values(**values)) != 1:
                return None
            row = session.exec(select(table).where(col(table.id) == one.id)).one()
            refresh = self._tokens(row).refresh
            assert refresh is not None
            return Renewal(row.id, row.fence, refresh)

    def renewed(self, renewal: Renewal, tokens: Tokens) -> bool:
        """Whether the pair is in force. If not, another one came meanwhile, or the workspace has ended."""
        with self._database.writing() as session, self._held(session, renewal) as row:
            if row is not None:
                self._put(row, tokens)
            return row is not None

    def put_off(self, renewal: Renewal, trouble: str, until: datetime) -> None:
        """The pair holds as long as it does; nobody tries again before this moment."""
        with self._database.writing() as session, self._held(session, renewal) as row:
            if row is not None:
                row.renewing_until, row.trouble = until, trouble

    def seal_anew(self) -> int:
        """With the first key, what was sealed with another; how many rows that was."""
        done = 0
        with self._database.writing() as session:
            rows = session.exec(select(InstallationRow).where(col(InstallationRow.bot_token).is_not(None)))
            for row in rows.all():
                if row.bot_token is not None and not self._seal.is_of_first_key(row.bot_token):
                    try:
                        self._write(row, self._tokens(row))
                    except Unready as trouble:
                        log.warning("a token was not sealed anew", workspace=row.id, because=str(trouble))
                    else:
                        done += 1
        return done

    def _opens(self, row: InstallationRow) -> bool:
        try:
            self._tokens(row)
        except Unready:
            return False
        return True

    @contextmanager
    def _locked(self, session: Session, wanted: ColumnElement[bool]) -> Iterator[InstallationRow | None]:
        choice = select(InstallationRow).where(wanted).with_for_update()
        yield session.exec(choice.execution_options(populate_existing=True)).first()
        session.flush()

    @contextmanager
    def _held(self, session: Session, renewal: Renewal) -> Iterator[InstallationRow | None]:
        ours = (col(InstallationRow.id) == renewal.id) & (col(InstallationRow.fence) == renewal.fence)
        with self._locked(session, ours & (col(InstallationRow.state) == "live")) as row:
            yield row

    def _put(self, row: InstallationRow, tokens: Tokens) -> None:
        self._write(row, tokens)
        row.expires_at, row.renewing_until, row.trouble = tokens.expires_at, None, None
        row.version, row.fence = row.version + 1, row.fence + 1

    def _write(self, row: InstallationRow, tokens: Tokens) -> None:
        row.bot_token = self._seal.close(tokens.bot.get_secret_value(), _place(row, "bot"))
        refresh = tokens.refresh.get_secret_value() if tokens.refresh is not None else None
        row.refresh_token = self._seal.close(refresh, _place(row, "refresh")) if refresh is not None else None

    def _tokens(self, row: InstallationRow) -> Tokens:
        assert row.bot_token is not None
        refresh = (
            self._seal.reveal(row.refresh_token, _place(row, "refresh")) if row.refresh_token is not None else None
        )
        return Tokens(
            bot=SecretStr(self._seal.reveal(row.bot_token, _place(row, "bot"))),
            refresh=SecretStr(refresh) if refresh is not None else None,
            expires_at=row.expires_at,
        )


def _place(row: InstallationRow, column: str) -> str:
    return f"{row.workspace}/{row.id}/{row.team}/{column}"


def _new(granted: Granted, now: datetime) -> dict[str, object]:
    """Without tokens: those are put in once it is locked."""
    return {
        "id": f"w_{secrets.token_hex(_NAME_BYTES)}",
        "team": granted.team,
        "app": granted.app,
        "scopes": granted.scopes,
        "first_admin": granted.by,
        "state": "live",
        "installed_at": now,
        "is_cleared": False,
        "version": 0,
        "fence": 0,
    }


def _as_listed(row: InstallationRow) -> Installed:
    return Installed.model_validate(row.model_dump(include=set(Installed.model_fields)))
