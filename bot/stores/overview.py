"""How it all stands, for an operator: counted from rows at one moment. No content of anybody's question or page is in it."""

from collections.abc import Callable, Collection
from datetime import timedelta
from typing import Final

from sqlalchemy import func
from sqlmodel import Session, col, select

from bot.core.admin import Audited, Happening, SourceStanding, Spent, Standing, Verified
from bot.core.clock import Clock
from bot.core.nouns import ReceiptId
from bot.stores.config import Config
from bot.stores.database import Database
from bot.stores.embedders import Embedders
from bot.stores.executions import outstanding
from bot.stores.inbox import CLI_QUESTION, SLACK_QUESTION
from bot.stores.ledger.book import Ledger
from bot.stores.ledger.verify import verify
from bot.stores.pauses import paused
from bot.stores.sources import Source, Sources
from bot.stores.spending import Spending
from bot.stores.tables import InboxRow, JobRow
from policies.access import oldest

_RECENT: Final = timedelta(days=1)


class StoredOverview:
    """The `Overview` port."""

    def __init__(
        self,
        database: Database,
        ledger: Ledger,
        keys: Callable[[], Collection[str]],
        config: Config,
        embedders: Embedders,
        spending: Spending,
        clock: Clock,
    ) -> None:
        self._database, self._ledger, self._keys, self._config = database, ledger, keys, config
        self._embedders, self._spending, self._clock = embedders, spending, clock

    def standing(self) -> Standing:
        serving = self._embedders.serving()
        with self._database.reading() as session:
            owed = outstanding(session)
            return Standing(
                version=self._config.newest().version,
                paused=paused(session),
                waiting=self._questions(session, "waiting"),
                in_hand=self._questions(session, "claimed"),
                failed=self._questions(session, "failed", recent=True),
                failed_jobs=self._failed_jobs(session),
                untold=owed.untold,
                unknown=owed.unknown,
                embedder=serving.name if serving is not None else None,
                sources=self.sources(),
                spent=self.spent(),
            )

    def sources(self) -> tuple[SourceStanding, ...]:
        return tuple(map(_standing, Sources(self._database).active()))

    def spent(self) -> Spent:
        return self._spending.spent()

    def verified(self) -> Verified:
        report = verify(self._database, keys=self._keys())
        return Verified(report.is_clean, report.events, report.checkpoints, len(report.findings), report.unsigned_tail)

    def audited(self, receipt: ReceiptId) -> Audited | None:
        with self._database.reading() as session:
            events = self._ledger.events(session, receipt)
        if not events:
            return None
        first = events[0].body or {}
        happened = tuple(Happening(event.kind, event.at, event.body is None) for event in events)
        return Audited(receipt, _who(first.get("asker") or first.get("by")), happened)

    def _questions(self, session: Session, state: str, *, recent: bool = False) -> int:
        ours = col(InboxRow.kind).in_((CLI_QUESTION, SLACK_QUESTION)) & (col(InboxRow.state) == state)
        since = [col(InboxRow.finished_at) >= self._clock() - _RECENT] if recent else []
        return session.exec(select(func.count(col(InboxRow.id))).where(ours, *since)).one()

    def _failed_jobs(self, session: Session) -> int:
        failed = (col(JobRow.state) == "failed") & (col(JobRow.finished_at) >= self._clock() - _RECENT)
        return session.exec(select(func.count(col(JobRow.id))).where(failed)).one()


def _standing(source: Source) -> SourceStanding:
    stopped = next((one.stopped for one in source.loops.values() if one.stopped is not None), None)
    return SourceStanding(
        name=source.name,
        kind=source.kind,
        documents=source.documents,
        people=source.people,
        read_at=oldest([one.read_at for one in source.loops.values()]) if source.loops else None,
        stopped=stopped,
        problems=len(source.problems),
        paused=source.paused,
        added_at=source.added_at,
    )


def _who(asker: object) -> str | None:
    match asker:
        case str():
            return asker
        case {"team": team, "user": user}:
            return f"slack:{team}/{user}"
        case _:
            return None
