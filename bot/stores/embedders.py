"""Which embedder serves, which one is to, and which have gone. Two never serve; one that serves lacks no vector.

wanted → preparing: its vectors are being made → settling: an index of them is being made → serving
       → retired: another serves, or it is not wanted any more → gone: its vectors are cleared away
"""

from collections.abc import Callable, Sequence
from typing import Final, NamedTuple

from sqlalchemy import delete, func, update
from sqlmodel import Session, col, select

from bot.core.clock import Clock
from bot.core.nouns import Event
from bot.stores.database import Database, changed, insert_new
from bot.stores.generations import INDEX, advance
from bot.stores.ledger.book import Ledger
from bot.stores.passages import LIVE, PREPARING, lacks_vector
from bot.stores.tables import EmbedderRow, PassageRow, VectorRow
from connectors.model import Gone

SETTLING: Final = "settling"
SERVING: Final = "serving"
RETIRED: Final = "retired"
GONE: Final = "gone"
_COMING = (PREPARING, SETTLING)
_AT_ONCE = 5_000  # rows deleted in one transaction: others want to write too


class Recorded(NamedTuple):
    """An embedder, and what it is built from."""

    name: str
    setting: str
    dimensions: int


class Standing(NamedTuple):
    """Who serves, who is to, and how far that is: `made` of `passages`."""

    serving: Recorded | None
    coming: Recorded | None
    made: int
    passages: int


def nobody_else(_: Session) -> None:
    """Where one process owns the home, it needs no lease to do as it likes."""


class Embedders:
    """The port `Succession`. `hold`: in each transaction that decides, whether the work is still ours."""

    def __init__(
        self, database: Database, ledger: Ledger, clock: Clock, *, hold: Callable[[Session], None] = nobody_else
    ) -> None:
        self._database, self._ledger, self._clock, self._hold = database, ledger, clock, hold

    def held(self, hold: Callable[[Session], None]) -> "Embedders":
        return Embedders(self._database, self._ledger, self._clock, hold=hold)

    def serving(self) -> Recorded | None:
        return self._first(SERVING)

    def coming(self) -> Recorded | None:
        return self._first(*_COMING)

    def retired(self) -> Sequence[Recorded]:
        """Whose vectors are still to be cleared away."""
        return self._all(RETIRED)

    def past(self) -> Sequence[Recorded]:
        return self._all(RETIRED, GONE)

    def is_work_left(self) -> bool:
        return bool(self._all(*_COMING, RETIRED))

    def built_from(self, setting: str) -> Recorded | None:
        """What was once built from this setting, so that nobody has to ask how many dimensions it has."""
        with self._database.reading() as session:
            rows = session.exec(select(EmbedderRow).where(col(EmbedderRow.setting) == setting)).all()
            best = min(rows, key=lambda row: (row.state != SERVING, row.state not in _COMING, row.name), default=None)
            return _recorded(best) if best is not None else None

    def standing(self) -> Standing:
        with self._database.reading() as session:
            coming = _one(session, *_COMING)
            passages = _count(session)
            made = passages - _count(session, lacking=coming.name) if coming is not None else 0
            return Standing(_one(session, SERVING), coming, made, passages)

    def want(self, wanted: Recorded) -> None:
        """The first to be wanted serves at once; another prepares itself beside it. Whoever was on its way before is
        not wanted any more.
        """
        with self._database.writing() as session:
            _lock(session)
            row = {**wanted._asdict(), "state": SERVING}
            if insert_new(session, EmbedderRow, [row]):
                return  # no embedder served
            others = col(EmbedderRow.state).in_(_COMING) & (col(EmbedderRow.name) != wanted.name)
            session.execute(update(EmbedderRow).where(others).values(state=RETIRED))
            insert_new(session, EmbedderRow, [{**row, "state": PREPARING}])
            again = (col(EmbedderRow.name) == wanted.name) & col(EmbedderRow.state).in_((RETIRED, GONE))
            session.execute(update(EmbedderRow).where(again).values(state=PREPARING))
            _set(session, wanted.name, setting=wanted.setting)

    def check_wanted(self, embedder: str) -> None:
        with self._database.reading() as session:
            _check(session, embedder, *_COMING)

    def settle(self, embedder: str) -> None:
        with self._database.writing() as session:
            self._lock(session)
            _check(session, embedder, *_COMING)
            _set(session, embedder, state=SETTLING)

    def switch(self, embedder: str) -> bool:
        with self._database.writing() as session:
            self._lock(session)
            advance(
                session, INDEX
            )  # whoever brings something in holds this to their end: they come before us, or after
            _check(session, embedder, SETTLING)
            if session.exec(select(PassageRow.id).where(lacks_vector(embedder)).limit(1)).first() is not None:
                return False
            before = _one(session, SERVING)
            if before is not None:
                _set(session, before.name, state=RETIRED)
            _set(session, embedder, state=SERVING)
            body = {
                "from": before.name if before is not None else None,
                "to": embedder,
                "passages": _count(session),
            }
            self._ledger.append(session, [Event(kind="embedder_switched", body=body)], self._clock())
            return True

    def forget(self, embedder: str) -> None:
        """What is known of its vectors, before they are cleared away themselves: they may then be wanted again at any
        time, and are made again. In portions, and only as long as it is not wanted again meanwhile.
        """
        last: str | None = ""
        while last is not None:
            with self._database.writing() as session:
                self._lock(session)
                _check(session, embedder, RETIRED)
                theirs = col(VectorRow.embedder) == embedder
                some = select(VectorRow.passage).where(theirs, col(VectorRow.passage) > last)
                ids = session.exec(some.order_by(col(VectorRow.passage)).limit(_AT_ONCE)).all()
                if ids:
                    within = col(VectorRow.passage).between(ids[0], ids[-1])
                    session.execute(delete(VectorRow).where(theirs & within))
                last = ids[-1] if ids else None

    def cleared(self, embedder: str) -> None:
        with self._database.writing() as session:
            self._lock(session)
            gone = (col(EmbedderRow.name) == embedder) & (col(EmbedderRow.state) == RETIRED)
            session.execute(update(EmbedderRow).where(gone).values(state=GONE))

    def _lock(self, session: Session) -> None:
        self._hold(session)
        _lock(session)

    def _first(self, *states: str) -> Recorded | None:
        with self._database.reading() as session:
            return _one(session, *states)

    def _all(self, *states: str) -> Sequence[Recorded]:
        with self._database.reading() as session:
            rows = session.exec(select(EmbedderRow).where(col(EmbedderRow.state).in_(states)))
            return [_recorded(row) for row in rows]


def _lock(session: Session) -> None:
    """What others decide about embedders comes before this, or after it."""
    session.exec(select(EmbedderRow.name).with_for_update()).all()


def _one(session: Session, *states: str) -> Recorded | None:
    row = session.exec(select(EmbedderRow).where(col(EmbedderRow.state).in_(states))).first()
    return _recorded(row) if row is not None else None


def _recorded(row: EmbedderRow) -> Recorded:
    return Recorded(row.name, row.setting, row.dimensions)


def _set(session: Session, embedder: str, **values: str) -> None:
    changed(session, update(EmbedderRow).where(col(EmbedderRow.name) == embedder).values(**values))


def _check(session: Session, embedder: str, *states: str) -> None:
    """Whoever decides by it locks all of it first: `_lock`."""
    if session.exec(select(EmbedderRow.state).where(col(EmbedderRow.name) == embedder)).first() not in states:
        raise Gone(f"{embedder} is not wanted any more")


def _count(session: Session, *, lacking: str | None = None) -> int:
    which = col(PassageRow.state) == LIVE if lacking is None else lacks_vector(lacking)
    return int(session.execute(select(func.count()).select_from(PassageRow).where(which)).scalar_one())
