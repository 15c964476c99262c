"""A large wiki in a process of its own: what a change of it costs, how fast it is read first, how soon a right is gone, and
what is left of a first sync that is killed again and again.
"""

import json
import random
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from bot.core.ports import NOBODYS, Embedder, Errand, Vector
from bot.models.embedder import MiniLM
from bot.models.weights import locate
from bot.playground.confluence.callers import Caller
from bot.settings import load
from bot.stores.database import Database
from bot.stores.schema import migrate
from bot.stores.vectors import Vectors, close, embedded_client
from connectors.confluence import Settings
from connectors.model import Loop
from tests.bench.figures import percentile
from tests.fakes.embedder import CountingEmbedder
from tests.faults.first_sync import wiki_to_kill
from tests.flows.synced_home import WORKSPACE, KeptVectors, SyncedHome, moment
from tests.flows.synced_sources import WIKI, a_wiki

EDITS = 7
WORDS = 400  # of a page that is read first
SAMPLED_EVERY_S = 0.1


@dataclass
class Elsewhere:
    """The emulator's levers, over HTTP."""

    url: str
    spaces: Sequence[str]
    authorization: str
    http: httpx.Client

    def do(self, name: str, *given: str, **named: object) -> None:
        said = self.http.post(
            f"{self.url}/_world/control/do", json={"do": name, "with": list(given), "and": named}, timeout=60
        )
        assert said.json()["ok"], said.text

    def requests(self) -> int:
        return int(self.http.get(f"{self.url}/_world/log", timeout=60).json()["total"])

    def pages(self) -> list[str]:
        found: list[str] = self.http.get(f"{self.url}/_world/content?kind=page", timeout=60).json()["ids"]
        return found

    def people(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.http.get(f"{self.url}/_world/people", timeout=60).json()["people"]
        return [person for person in found if not person["app"]]

    def readable(self, account: str) -> set[str]:
        return set(self.http.get(f"{self.url}/_world/readable", params={"account": account}, timeout=300).json()["ids"])

    def group_of(self, account: str) -> str:
        """Some group that this account is not in."""
        asked = {"authorization": self.authorization}
        found = self.http.get(f"{self.url}/wiki/rest/api/group", headers=asked, timeout=60).json()["results"]
        for group in found:
            members = self.http.get(
                f"{self.url}/wiki/rest/api/group/{group['id']}/membersByGroupId", headers=asked, timeout=60
            ).json()["results"]
            if group["name"].startswith("team-") and account not in {one["accountId"] for one in members}:
                return str(group["id"])
        raise AssertionError("this account is in every group")


@contextmanager
def elsewhere(pages: int, *, words: int = 120) -> Iterator[Elsewhere]:
    command = [sys.executable, "-m", "bot.playground.confluence", "--sees-everything"]
    command += ["--pages", str(pages), "--words", str(words)]
    with (
        subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process,
        httpx.Client(limits=httpx.Limits(max_keepalive_connections=8)) as http,
    ):
        try:
            assert process.stdout is not None
            line = json.loads(process.stdout.readline())
            token = Caller(account_id="", email=line["email"], token=line["token"])
            yield Elsewhere(line["url"], line["spaces"], token.basic, http)
        finally:
            process.terminate()


@contextmanager
def synced(folder: Path, site: Elsewhere, embedder: Embedder, vectors: KeptVectors | Vectors) -> Iterator[SyncedHome]:
    """Nothing is synced yet."""
    folder.mkdir(parents=True)
    database = Database(f"sqlite:///{folder / 'footnote.db'}", WORKSPACE)
    migrate(database)
    settings = Settings.model_validate(
        {"site": f"{site.url}/wiki", "api": site.url, "secret": "env:TOKEN", "spaces": ",".join(site.spaces)}
    )
    try:
        yield SyncedHome(
            sources=[a_wiki(settings, http=site.http, authorization=site.authorization)],
            database=database,
            now=lambda: moment(time.time()),  # noqa: TID251 - the emulator's clock is the wall's
            folder=folder,
            embedder=embedder,
            vectors=vectors,
        )
    finally:
        database.close()


# -- what a change costs -----------------------------------------------------------------------------------------------


@dataclass
class Cost:
    requests: int
    embeddings: int
    vector_writes: int
    seconds: float


def cost_of_changes(folder: Path, sizes: Sequence[int]) -> dict[str, object]:
    """At each size; the figures that bear no size are of the largest."""
    found = {size: _changes(folder / str(size), size) for size in sizes}
    largest = found[max(sizes)]
    return {
        "requests_for_one_edit": largest["edit"]["requests"],
        "embeddings_for_one_edit": largest["edit"]["embeddings"],
        "seconds_for_one_edit": largest["edit"]["seconds"],
        "embeddings_for_access_change": sum(largest[change]["embeddings"] for change in ("restriction", "membership")),
        "vector_writes_for_access_change": sum(
            largest[change]["vector_writes"] for change in ("restriction", "membership")
        ),
        "revoked_shown": sum(each["revocation"]["shown"] for each in found.values()),
        "revoked_found_after_a_sweep": sum(each["revocation"]["found_after"] for each in found.values()),
        "at_sizes": {str(size): each for size, each in found.items()},
    }


def _changes(folder: Path, size: int) -> dict[str, Any]:
    embedder, vectors = CountingEmbedder(), KeptVectors()
    with elsewhere(size) as site, synced(folder, site, embedder, vectors) as wiki:
        began = time.perf_counter()
        tally = wiki.sync(WIKI)
        first_s = round(time.perf_counter() - began, 1)
        assert tally.changed == size, tally

        def cost(loop: Loop) -> Cost:
            requests, texts, written = site.requests(), len(embedder.texts), vectors.written
            at = time.perf_counter()
            wiki.sync(WIKI, loop)
            took = time.perf_counter() - at
            return Cost(
                site.requests() - requests, len(embedder.texts) - texts, vectors.written - written, round(took, 3)
            )

        pages, someone = site.pages(), site.people()[0]["account_id"]
        die = random.Random(size)
        idle = cost(Loop.CONTENT)
        edits = [_edit(site, page, cost) for page in die.sample(pages, EDITS)]
        revocation = _revoked(site, wiki, pages, die, cost)
        site.do("add_members", site.group_of(someone), someone)
        membership = cost(Loop.GROUPS)
        return {
            "first_sync_s": first_s,
            "nothing": vars(idle),
            "edit": {
                "requests": max(each.requests for each in edits),
                "embeddings": max(each.embeddings for each in edits),
                "seconds": percentile([each.seconds for each in edits], 50),
            },
            **revocation,
            "membership": vars(membership),
        }


def _edit(site: Elsewhere, page: str, cost: Any) -> Cost:
    site.do("edit", page, body=f"<p>Page {page} says something else now.</p>")
    found: Cost = cost(Loop.CONTENT)
    return found


def _revoked(site: Elsewhere, wiki: SyncedHome, pages: Sequence[str], die: random.Random, cost: Any) -> dict[str, Any]:
    """A page that somebody is shown is restricted to a group that they are not in."""
    person = site.people()[1]
    address, account = person["email"], person["account_id"]
    page = die.choice(sorted(site.readable(account) & set(pages)))
    site.do("edit", page, body=f"<p>The heliotrope rule of {page}.</p>")
    wiki.sync(WIKI, Loop.CONTENT)
    assert f"{WIKI}:{page}" in wiki.shown(f"heliotrope rule {page}", address)
    site.do("restrict", page, groups=[site.group_of(account)])
    shown = f"{WIKI}:{page}" in wiki.shown(f"heliotrope rule {page}", address)
    found_before = f"{WIKI}:{page}" in wiki.retrievable(address)
    sweep: Cost = cost(Loop.ACCESS)
    found_after = f"{WIKI}:{page}" in wiki.retrievable(address)
    return {
        "restriction": vars(sweep),
        "revocation": {"shown": int(shown), "found_before": int(found_before), "found_after": int(found_after)},
    }


# -- a first sync ------------------------------------------------------------------------------------------------------


class Watched(Embedder):
    """Passes everything on, and then once more: what the embedder takes alone, under the load of that moment."""

    def __init__(self, inner: Embedder) -> None:
        self._inner = inner
        self.pieces = 0
        self.alone_s = 0.0

    @property
    def name(self) -> str:
        return self._inner.name

    @property
    def dimensions(self) -> int:
        return self._inner.dimensions

    def embed(self, texts: Sequence[str], *, errand: Errand = NOBODYS) -> Vector:
        made = self._inner.embed(texts, errand=errand)
        began = time.perf_counter()
        self._inner.embed(texts, errand=errand)
        self.alone_s += time.perf_counter() - began
        self.pieces += len(texts)
        return made


@dataclass
class Memory:
    """What this process holds, as often as one looks."""

    seen: list[float] = field(default_factory=list)
    stop: threading.Event = field(default_factory=threading.Event)

    def watch(self) -> None:
        while not self.stop.wait(SAMPLED_EVERY_S):
            self.seen.append(_resident_mb())


def first_sync(folder: Path, pages: int) -> dict[str, object]:
    """With the built-in embedder, beside that embedder alone on the same pieces; nothing, where it is not here."""
    weights = locate(load().models)
    if weights is None:
        return {"first_sync": None}
    with MiniLM(weights) as real, elsewhere(pages, words=WORDS) as site:
        real.embed(["warm"])
        embedder, client = Watched(real), embedded_client(folder.parent / "chroma")
        vectors = Vectors(client, workspace=WORKSPACE, embedder=real.name, dimensions=real.dimensions)
        memory = Memory()
        watching = threading.Thread(target=memory.watch)
        try:
            with synced(folder, site, embedder, vectors) as wiki:
                watching.start()
                began = time.perf_counter()
                wiki.sync(WIKI, Loop.GROUPS, Loop.STRUCTURE, Loop.ACCESS)
                before_s = time.perf_counter() - began
                wiki.sync(WIKI, Loop.CONTENT)
                whole_s = time.perf_counter() - began
                memory.stop.set()
                watching.join()
        finally:
            memory.stop.set()
            close(client)
    whole_s, pieces, alone_s = whole_s - embedder.alone_s, embedder.pieces, embedder.alone_s
    return {
        "first_sync": {
            "pages": pages,
            "pieces": pieces,
            "pieces_per_s": round(pieces / whole_s, 1),
            "pieces_per_s_alone": round(pieces / alone_s, 1),
            "share_of_the_embedders_rate": round(alone_s / whole_s, 3),
            "share_in_content": round(alone_s / (whole_s - before_s), 3),
            **_grown(memory.seen),
        }
    }


def _grown(seen: Sequence[float]) -> dict[str, float]:
    """By the medians of the second quarter and of the last."""
    quarter = max(1, len(seen) // 4)
    early, late = statistics.median(seen[quarter : 2 * quarter] or seen), statistics.median(seen[-quarter:])
    return {"resident_mb_early": round(early, 1), "resident_mb_late": round(late, 1)}


def _resident_mb() -> float:
    """Linux only."""
    lines = Path("/proc/self/status").read_text(encoding="utf-8").splitlines()
    return int(next(line for line in lines if line.startswith("VmRSS")).split()[1]) / 1024


# -- kill -9 -----------------------------------------------------------------------------------------------------------


def killed(folder: Path, kills: int, pages: int) -> dict[str, object]:
    folder.mkdir(parents=True)
    with wiki_to_kill(folder, "sqlite:///of-its-own", pages=pages, seed=kills) as killing:
        ended = killing.until(kills)
    return {
        "kills": ended.kills,
        "kills_after_texts_were_kept": ended.with_texts,
        "first_syncs_killed": ended.homes,
        "ended_as_uninterrupted": ended.as_uninterrupted,
        "duplicate_passages": ended.duplicates,
    }
