"""Versions of the configuration. Each is whole, has a digest, and is never changed; the newest is the current one."""

import json
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from typing import NamedTuple

from cachetools import LRUCache
from sqlmodel import Session, col, select

from bot.stores.database import Database, insert_new
from bot.stores.tables import ConfigRow
from policies import rules
from policies.rules import Rules


class Version(NamedTuple):
    number: int
    digest: str
    author: str
    note: str
    at: datetime


class Config:
    def __init__(self, database: Database) -> None:
        self._database = database
        self._parsed: LRUCache[str, Rules] = LRUCache(16)  # key: the digest, which names the exact texts for ever

    def rules(self, digest: str | None = None) -> Rules:
        """The rules of this digest; without one, those in force. Parsed once for each digest."""
        newest = select(ConfigRow).order_by(col(ConfigRow.number).desc())
        with self._database.reading() as session:
            row = session.exec(newest.where(col(ConfigRow.digest) == digest) if digest else newest).first()
        if row is None:
            raise rules.RulesError("configuration", None, f"there is no version {digest or 'yet'}")
        if row.digest not in self._parsed:
            self._parsed[row.digest] = rules.parse(json.loads(row.texts))
        return self._parsed[row.digest]

    def adopt(self, session: Session, packaged: Mapping[str, str], now: datetime) -> Version | None:
        """Makes the packaged rules a version if the newest packaged one differs. None: nothing was new."""
        digest = rules.digest(packaged)
        while (
            True
        ):  # of several processes that start at once, one makes it: look first where the end is, then what is there
            last = self._last(session)
            if self._newest_packaged(session) == digest:
                return None
            with suppress(_Taken):
                return self._add(session, packaged, last + 1, author=PACKAGE, note="packaged", now=now)

    def save(self, session: Session, texts: Mapping[str, str], *, author: str, note: str, now: datetime) -> Version:
        """Refuses what cannot be parsed; the version before stays in force."""
        return self._add(session, texts, self._last(session) + 1, author=author, note=note, now=now)

    def roll_back(self, session: Session, number: int, *, author: str, now: datetime) -> Version:
        """An old version in force again, as a new version: nothing is ever taken back out of the history."""
        texts = session.get_one(ConfigRow, (self._database.workspace, number)).texts
        return self.save(session, json.loads(texts), author=author, note=f"rolled back to {number}", now=now)

    def history(self) -> list[Version]:
        with self._database.reading() as session:
            rows = session.exec(select(ConfigRow).order_by(col(ConfigRow.number)))
            return [Version(row.number, row.digest, row.author, row.note, row.at) for row in rows]

    def _add(
        self, session: Session, texts: Mapping[str, str], number: int, *, author: str, note: str, now: datetime
    ) -> Version:
        parsed = rules.parse(texts)
        row = {
            "number": number,
            "digest": parsed.digest,
            "texts": json.dumps(dict(texts), sort_keys=True),
            "author": author,
            "note": note,
            "at": now,
        }
        if insert_new(session, ConfigRow, [row]) == 0:
            raise _Taken("configuration", None, "somebody else saved a version just now; look at it first")
        return Version(number, parsed.digest, author, note, now)

    def _last(self, session: Session) -> int:
        return session.exec(select(ConfigRow.number).order_by(col(ConfigRow.number).desc())).first() or 0

    def _newest_packaged(self, session: Session) -> str | None:
        packaged = select(ConfigRow.digest).where(col(ConfigRow.author) == PACKAGE)
        return session.exec(packaged.order_by(col(ConfigRow.number).desc())).first()


class _Taken(rules.RulesError):
    """Somebody else was first with this number."""


PACKAGE = "package"
