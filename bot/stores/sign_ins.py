"""Who is on their way to sign in at a source? Once, from one browser, within ten minutes. What lies here is digests: whoever
reads it can go on in nobody's place.
"""

import hashlib
import secrets
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import ColumnElement, delete, update
from sqlmodel import col, select

from bot.core.nouns import SlackUser
from bot.core.signing_in import Back, Leaving, SignIn
from bot.stores.database import Database, changed
from bot.stores.tables import SignInRow

HOLDS: Final = timedelta(minutes=10)


class StoredSignIns:
    """The `SignIns` port."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def issue(self, by: SlackUser, source: str, added_at: datetime, now: datetime) -> tuple[SignIn, str]:
        held = secrets.token_urlsafe(32)
        theirs = (col(SignInRow.team) == by.team) & (col(SignInRow.user) == by.user) & (col(SignInRow.source) == source)
        row = SignInRow(
            workspace=self._database.workspace,
            id=_digest("link", held),
            team=by.team,
            user=by.user,
            source=source,
            added_at=added_at,
            until=now + HOLDS,
        )
        with self._database.writing() as session:
            session.execute(delete(SignInRow).where((col(SignInRow.until) <= now) | theirs))
            session.add(row)
            return _sign_in(row), held

    def look(self, held: str, now: datetime) -> SignIn | None:
        with self._database.reading() as session:
            found = session.exec(select(SignInRow).where(_is_here(held, now))).first()
            return _sign_in(found) if found is not None else None

    def leave(self, held: str, browser: str, now: datetime) -> Leaving | None:
        """Of two at the same moment, one."""
        state = secrets.token_urlsafe(32)
        with self._database.writing() as session:
            goes = update(SignInRow).where(_is_here(held, now)).values(away=_away(state, browser))
            if changed(session, goes) != 1:
                return None
            row = session.exec(select(SignInRow).where(col(SignInRow.away) == _away(state, browser))).one()
            return Leaving(_sign_in(row), state, _proof(state, browser))

    def come_back(self, state: str, browser: str, now: datetime) -> Back | None:
        is_theirs = (
            (col(SignInRow.away) == _away(state, browser))
            & col(SignInRow.is_used).is_(False)
            & (col(SignInRow.until) > now)
        )
        with self._database.reading() as session:  # anybody asks; a writer waits for none of them
            if session.exec(select(SignInRow.id).where(is_theirs)).first() is None:
                return None
        with self._database.writing() as session:
            if changed(session, update(SignInRow).where(is_theirs).values(is_used=True)) != 1:
                return None
            row = session.exec(select(SignInRow).where(col(SignInRow.away) == _away(state, browser))).one()
            return Back(_sign_in(row), _proof(state, browser))


def _is_here(held: str, now: datetime) -> ColumnElement[bool]:
    return (col(SignInRow.id) == _digest("link", held)) & col(SignInRow.away).is_(None) & (col(SignInRow.until) > now)


def _away(state: str, browser: str) -> str:
    return _digest("away", state, browser)


def _proof(state: str, browser: str) -> str:
    """PKCE's verifier: of what the browser alone holds, so that it need not lie anywhere."""
    return _digest("proof", state, browser)


def _digest(*parts: str) -> str:
    return hashlib.sha256("\n".join(parts).encode("utf-8", errors="replace")).hexdigest()


def _sign_in(row: SignInRow) -> SignIn:
    by = SlackUser(team=row.team, user=row.user)
    return SignIn(id=row.id, by=by, source=row.source, added_at=row.added_at, until=row.until)
