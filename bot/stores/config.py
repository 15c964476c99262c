"""Versions of the configuration. Each is whole, has a digest, and is never changed; the newest is the current one."""

import json
from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import datetime
from functools import lru_cache

from sqlmodel import Session, col, select

from bot.core.admin import Texts, Version
from bot.stores.database import Database, insert_new
from bot.stores.tables import ConfigRow
from policies import rules
from policies.overrides import carried
from policies.rules import OVERRIDES, Rules


@lru_cache(maxsize=64)
def _parsed(texts: str) -> Rules:
    """Which takes longer than most questions. Key: the texts themselves, whosever they are. Rules never change."""
    return rules.parse(json.loads(texts))


class Config:
    """The port `Configuration`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def rules(self, digest: str | None = None) -> Rules:
        """The rules of this digest; without one, those in force."""
        newest = select(ConfigRow).order_by(col(ConfigRow.number).desc())
        with self._database.reading() as session:
            row = session.exec(newest.where(col(ConfigRow.digest) == digest) if digest else newest).first()
        if row is None:
            raise rules.RulesError("configuration", None, f"there is no version {digest or 'yet'}")
        return _parsed(row.texts)

    def adopt(self, session: Session, packaged: Mapping[str, str], now: datetime) -> Version | None:
        """Makes the packaged rules a version if the newest packaged one differs, with what admins have set in place of some
        of them. None: nothing was new.
        """
        while (
            True
        ):  # of several processes that start at once, one makes it: look first where the end is, then what is there
            last = self._last(session)
            if self._newest_packaged(session) == dict(packaged):
                return None
            with suppress(Taken):
                texts = carried(self._texts(session, last), packaged)
                return self._add(session, texts, last + 1, author=PACKAGE, note="packaged", now=now)

    def save(
        self,
        session: Session,
        texts: Mapping[str, str],
        *,
        author: str,
        note: str,
        now: datetime,
        base: int | None = None,
    ) -> Version:
        """Refuses what cannot be parsed; the version before stays in force. `base`: the version from which it was made,
        which has to be the newest still.
        """
        last = self._last(session)
        if base is not None and base != last:
            raise Taken("configuration", None, "somebody else saved a version meanwhile; look at it first")
        return self._add(session, texts, last + 1, author=author, note=note, now=now)

    def roll_back(self, session: Session, number: int, *, author: str, now: datetime) -> Version:
        """An old version in force again, as a new version: nothing is ever taken back out of the history."""
        texts = session.get_one(ConfigRow, (self._database.workspace, number)).texts
        return self.save(session, json.loads(texts), author=author, note=f"rolled back to {number}", now=now)

    def history(self) -> list[Version]:
        with self._database.reading() as session:
            rows = session.exec(select(ConfigRow).order_by(col(ConfigRow.number)))
            return [Version(row.number, row.digest, row.author, row.note, row.at) for row in rows]

    def newest(self) -> Texts:
        """Raises `RulesError`, where there is none yet."""
        with self._database.reading() as session:
            found = self._whole(session, self._last(session))
        if found is None:
            raise rules.RulesError("configuration", None, "there is no version yet")
        return found

    def version(self, number: int) -> Texts | None:
        with self._database.reading() as session:
            return self._whole(session, number)

    def backwards(self) -> Iterator[Texts]:
        """Every version, the newest first."""
        with self._database.reading() as session:
            for row in session.exec(select(ConfigRow).order_by(col(ConfigRow.number).desc())):
                yield _whole(row)

    def _whole(self, session: Session, number: int) -> Texts | None:
        row = session.get(ConfigRow, (self._database.workspace, number))
        return _whole(row) if row is not None else None

    def _texts(self, session: Session, number: int) -> Mapping[str, str]:
        found = self._whole(session, number)
        return found.texts if found is not None else {}

    def _add(
        self, session: Session, texts: Mapping[str, str], number: int, *, author: str, note: str, now: datetime
    ) -> Version:
        written = json.dumps(dict(texts), sort_keys=True)
        parsed = _parsed(written)
        row = {
            "number": number,
            "digest": parsed.digest,
            "texts": written,
            "author": author,
            "note": note,
            "at": now,
        }
        if insert_new(session, ConfigRow, [row]) == 0:
            raise Taken("configuration", None, "somebody else saved a version just now; look at it first")
        return Version(number, parsed.digest, author, note, now)

    def _last(self, session: Session) -> int:
        return session.exec(select(ConfigRow.number).order_by(col(ConfigRow.number).desc())).first() or 0

    def _newest_packaged(self, session: Session) -> Mapping[str, str] | None:
        """Without what was set in place of it."""
        packaged = select(ConfigRow.texts).where(col(ConfigRow.author) == PACKAGE)
        found = session.exec(packaged.order_by(col(ConfigRow.number).desc())).first()
        return None if found is None else {name: text for name, text in json.loads(found).items() if name != OVERRIDES}


def _whole(row: ConfigRow) -> Texts:
    return Texts(Version(row.number, row.digest, row.author, row.note, row.at), json.loads(row.texts))


class Taken(rules.RulesError):
    """Somebody else was first with this number."""


PACKAGE = "package"
