"""A first sync of a wiki whose process is killed again and again, and what is in the stores when one has come through."""

import random
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from sqlmodel import col, select

from bot import app
from bot.models.downloads import MINILM
from bot.models.graph import DIMENSIONS
from bot.playground.confluence.call import Habits
from bot.playground.confluence.crowd import BOT, crowd
from bot.playground.confluence.server import ConfluenceEmulator
from bot.stores.tables import AccessListRow, DocumentRow, LayerRow, MembershipRow, NodeRow, PassageRow
from tests.console import KILLED, Console, Running
from tests.world import SHORT_LEASE, console, outlive_leases, settings_of

PATIENCE_S = 60.0
AT_ONCE = 10  # pages that the site gives, so that a sync has many ends and beginnings


class Kept(NamedTuple):
    """All that a sync leaves behind, without what tells when it was."""

    documents: frozenset[tuple[str, str, str | None, tuple[str, ...]]]
    passages: tuple[tuple[str, int, str, str], ...]
    people: frozenset[tuple[str, str]]
    nodes: frozenset[tuple[str, str | None, bool]]
    layers: frozenset[tuple[str, str, bool]]
    vectors: tuple[str, ...]


class Ended(NamedTuple):
    kills: int
    with_texts: int  # of these, after which some passages were there
    homes: int  # each with a first sync of its own
    as_uninterrupted: int  # of these homes
    duplicates: int  # passages


@dataclass
class Killing:
    """`lives` are as long as `longest_s` at most, once the process has asked the site for something."""

    folder: Path
    database_url: str
    site: ConfluenceEmulator
    die: random.Random
    longest_s: float = 1.2
    homes: int = 0

    def until(self, kills: int) -> Ended:
        """As many homes as it takes. The last one, too, comes to its end."""
        whole = self._synced(self._home())
        right, duplicates, homes, killed, with_texts = 0, 0, 0, 0, 0
        while killed < kills:
            home = self._home()
            while killed < kills and self._dies(home):
                killed += 1
                with_texts += _has_texts(home)
            kept = self._synced(home)
            homes, right = homes + 1, right + (kept == whole)
            duplicates += len(kept.passages) - len({each[:3] for each in kept.passages})
        return Ended(killed, with_texts, homes, right, duplicates)

    def _home(self) -> Console:
        self.homes += 1
        made = console(self.folder, self.database_url, f"home-{self.homes}")
        home = Console(made.home, {**made.environment, "FOOTNOTE_TEST_TOKEN": self.site.caller.token})
        added = home.run(
            *("sources", "add", "confluence", "--name", "wiki", "--site", f"{self.site.url}/wiki"),
            *("--user", BOT, "--secret", "env:FOOTNOTE_TEST_TOKEN", "--requests-per-second", "1000"),
            *("--spaces", ",".join(space.key for space in self.site.world.confluence.spaces.values())),
        )
        assert added.code == 0, added.err
        return home

    def _dies(self, home: Console) -> bool:
        """One life; False, if it came through first."""
        before = len(self.site.requests)
        process = home.start("sync", **SHORT_LEASE)
        until = time.monotonic() + PATIENCE_S
        while process.is_alive and len(self.site.requests) == before and time.monotonic() < until:
            time.sleep(0.005)
        _outlives(process, self.die.uniform(0, self.longest_s))
        process.kill()
        died = process.wait().code == KILLED
        outlive_leases(home)
        return died

    def _synced(self, home: Console) -> Kept:
        done = home.run("sync", **SHORT_LEASE)
        assert done.code == 0, done.err
        assert home.run("audit", "verify").code == 0
        return kept(home)


@contextmanager
def wiki_to_kill(folder: Path, database_url: str, *, pages: int, seed: int) -> Iterator[Killing]:
    world = crowd(pages, spaces=2, people=8, groups=3, words=60, restricted=0.1, attachments=5, comments=5)
    habits = Habits(most_at_once=AT_ONCE)
    with ConfluenceEmulator(world, caller=BOT, sees_everything=True, habits=habits) as site:
        yield Killing(folder, database_url, site, random.Random(seed))


def _has_texts(home: Console) -> bool:
    with app.records(settings_of(home)) as records, records.database.reading() as session:
        return session.exec(select(PassageRow).limit(1)).first() is not None


def kept(home: Console) -> Kept:
    settings = settings_of(home)
    with app.records(settings) as records:
        with records.database.reading() as session:
            nodes_of = {row.id: tuple(row.nodes) for row in session.exec(select(AccessListRow))}
            found = Kept(
                documents=frozenset(
                    (row.id, row.version, row.label, nodes_of[row.list_id]) for row in session.exec(select(DocumentRow))
                ),
                passages=tuple(
                    session.exec(
                        select(
                            PassageRow.document, PassageRow.ordinal, PassageRow.content_hash, PassageRow.state
                        ).order_by(col(PassageRow.document), col(PassageRow.ordinal))
                    ).all()
                ),
                people=frozenset(session.exec(select(MembershipRow.email, MembershipRow.principal)).all()),
                nodes=frozenset(session.exec(select(NodeRow.id, NodeRow.parent, NodeRow.missing)).all()),
                layers=frozenset((row.node, str(row.grants), row.unsure) for row in session.exec(select(LayerRow))),
                vectors=(),
            )
        vectors = app.vectors(settings, f"{MINILM.name}@{MINILM.model_sha256[:8]}", DIMENSIONS)
        try:
            return found._replace(vectors=tuple(sorted(vectors.ids())))
        finally:
            vectors.close()


def _outlives(process: Running, seconds: float) -> None:
    process.process.join(seconds)
