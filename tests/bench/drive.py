"""A large Drive in a process of its own: what one edit, one share, a moved folder and a changed group cost, at two sizes.

python -m tests.bench.drive [--quick] [--json]

Of each: requests, embeddings, vectors written, seconds of the pass that sees it; and for how long whoever may not read it
any more still finds it, by what is kept, once that pass has begun (it is shown to nobody from the first moment, which
`shown` counts). The emulator's share of the machine is in these times, and its pace is not limited, as Google's would be.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, NamedTuple

import httpx

from bot import settings
from bot.stores.database import Database
from bot.stores.schema import migrate
from connectors.drive.settings import Settings
from connectors.model import Loop
from tests.bench.figures import percentile, show
from tests.fakes.embedder import CountingEmbedder
from tests.flows.synced_home import WORKSPACE, KeptVectors, SyncedHome, moment
from tests.flows.synced_sources import DRIVE, a_drive

EDITS: Final = 7
LOOKED_EVERY_S: Final = 0.02
SOMEBODY: Final = "somebody@crowd.test"  # is in one group, and reads what it reads
GROUP: Final = "bench@crowd.test"
RULE: Final = "The heliotrope rule of {name}."


class Size(NamedTuple):
    files: Sequence[int]
    below: int  # files below the folder that is moved


WHOLE: Final = Size((1_000, 10_000), 5_000)
QUICK: Final = Size((50, 200), 100)


@dataclass
class Elsewhere:
    """The emulator's levers, over HTTP."""

    url: str
    key: Mapping[str, str]
    admin: str
    domain: str
    drives: Sequence[str]
    http: httpx.Client

    def do(self, name: str, *given: str, **named: object) -> str:
        said = self.http.post(
            f"{self.url}/_world/control/do", json={"do": name, "with": list(given), "and": named}, timeout=60
        ).json()
        assert said["ok"], said
        return str(said["made"] or "")

    def requests(self) -> int:
        return int(self.http.get(f"{self.url}/_world/log", timeout=60).json()["total"])


@contextmanager
def elsewhere(files: int) -> Iterator[Elsewhere]:
    command = [sys.executable, "-m", "bot.playground.google", "--files", str(files), "--drives", "1"]
    with (
        subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process,
        httpx.Client(limits=httpx.Limits(max_keepalive_connections=8)) as http,
    ):
        try:
            assert process.stdout is not None
            line = json.loads(process.stdout.readline())
            yield Elsewhere(line["url"], line["key"], line["admin"], line["domain"], line["drives"], http)
        finally:
            process.terminate()


@contextmanager
def synced(folder: Path, google: Elsewhere, drives: Sequence[str]) -> Iterator[SyncedHome]:
    """Nothing is synced yet."""
    folder.mkdir(parents=True)
    database = Database(f"sqlite:///{folder / 'footnote.db'}", WORKSPACE)
    migrate(database)
    given = {
        "mode": "delegation",
        "key": "env:KEY",
        "admin": google.admin,
        "domains": google.domain,
        "drives": ",".join(drives),
        "drive_api": f"{google.url}/drive/v3",
        "directory_api": f"{google.url}/admin/directory/v1",
        "token_url": f"{google.url}/token",
        "exports": google.url,
    }
    try:
        yield SyncedHome(
            [a_drive(Settings.model_validate(given), http=google.http, key=google.key)],
            database,
            lambda: moment(time.time()),  # noqa: TID251 - the emulator's clock is the wall's
            folder,
        )
    finally:
        database.close()


@dataclass
class Cost:
    requests: int
    embeddings: int
    vector_writes: int
    seconds: float
    found_for_s: float | None = None  # by whoever may not any more, since the pass began
    shown: int | None = None  # to them, before and after

    def said(self) -> dict[str, Any]:
        return {name: value for name, value in vars(self).items() if value is not None}


@dataclass
class Bench:
    google: Elsewhere
    home: SyncedHome
    top: str
    files: dict[str, str]  # by name

    def cost(self, *loops: Loop) -> Cost:
        embedder, vectors = self.home.embedder, self.home.vectors
        assert isinstance(embedder, CountingEmbedder)
        assert isinstance(vectors, KeptVectors)
        requests, texts, written, at = self.google.requests(), len(embedder.texts), vectors.written, time.perf_counter()
        self.home.sync(DRIVE, *loops)
        took = time.perf_counter() - at
        return Cost(
            self.google.requests() - requests, len(embedder.texts) - texts, vectors.written - written, round(took, 3)
        )

    def revoked(self, at_google: str, question: str, take: Callable[[], object], *loops: Loop) -> Cost:
        """`take` has it taken from somebody who finds it, and is shown it."""
        file = f"{DRIVE}:{at_google}"
        assert file in self.home.shown(question, SOMEBODY)
        take()
        shown = int(file in self.home.shown(question, SOMEBODY))
        watch = Watch(lambda: file in self.home.retrievable(SOMEBODY))
        with watch:
            cost = self.cost(*loops)
        cost.shown, cost.found_for_s = shown + int(file in self.home.shown(question, SOMEBODY)), watch.until_s()
        return cost


class Watch:
    """How long something goes on."""

    def __init__(self, goes_on: Callable[[], bool]) -> None:
        self._goes_on, self._stop, self._ended_s = goes_on, threading.Event(), float("inf")
        self._thread = threading.Thread(target=self._look)

    def __enter__(self) -> None:
        self._began = time.perf_counter()
        self._thread.start()

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def until_s(self) -> float:
        return round(self._ended_s, 3)

    def _look(self) -> None:
        while self._goes_on():
            if self._stop.wait(LOOKED_EVERY_S):
                if not self._goes_on():
                    break
                return
        self._ended_s = time.perf_counter() - self._began


def measured(folder: Path, files: int, below: int) -> dict[str, Any]:
    with elsewhere(files) as google:
        top = _drive(google)
        big, vault = google.do("add_folder", "Big", parent=top), google.do("add_folder", "Vault", parent=top)
        google.do("limit", vault)
        made = {name: google.do("add_doc", name, RULE.format(name=name), parent=top) for name in ("shared", "grouped")}
        for number in range(below):
            made[f"low{number}"] = google.do("add_doc", f"low{number}", RULE.format(name=f"low{number}"), parent=big)
        with synced(folder, google, [top, *google.drives]) as home:
            at = time.perf_counter()
            tally = home.sync(DRIVE)
            bench = Bench(google, home, top, made)
            return {
                "documents": tally.changed,
                "first_sync_s": round(time.perf_counter() - at, 1),
                "nothing": bench.cost(Loop.CONTENT).said(),
                "edit": _edits(bench),
                "share": _share(bench).said(),
                "unshare": _unshare(bench).said(),
                "moved_folder": {"below": below, **_moved(bench, big, vault).said()},
                "group": _group(bench).said(),
            }


def _drive(google: Elsewhere) -> str:
    google.do("add_user", SOMEBODY)
    google.do("add_group", GROUP, members=[SOMEBODY])
    return google.do("add_drive", "Bench", members={google.admin: "organizer", GROUP: "reader"})


def _edits(bench: Bench) -> dict[str, Any]:
    found = []
    for number in range(EDITS):
        bench.google.do("edit", bench.files[f"low{number}"], f"It says something else now, {number}.")
        found.append(bench.cost(Loop.CONTENT))
    return {
        "requests": max(each.requests for each in found),
        "embeddings": max(each.embeddings for each in found),
        "vector_writes": max(each.vector_writes for each in found),
        "seconds": percentile([each.seconds for each in found], 50),
    }


def _share(bench: Bench) -> Cost:
    bench.google.do("share", bench.files["shared"], "person-0@crowd.test")
    return bench.cost(Loop.CONTENT)


def _unshare(bench: Bench) -> Cost:
    """A file leaves for a folder that is limited."""
    file = bench.files["shared"]
    vault = bench.google.do("add_folder", "Small vault", parent=bench.top)
    bench.google.do("limit", vault)
    bench.home.sync(DRIVE, Loop.CONTENT)
    return bench.revoked(file, "heliotrope rule of shared", lambda: bench.google.do("move", file, vault), Loop.CONTENT)


def _moved(bench: Bench, folder: str, into: str) -> Cost:
    last = list(bench.files)[-1]
    take = lambda: bench.google.do("move", folder, into)  # noqa: E731 - said where it is done
    # What is below a large folder stays in doubt, shown by Drive's own word alone, until the loop of access comes by.
    loops = (Loop.CONTENT, Loop.ACCESS)
    return bench.revoked(bench.files[last], f"heliotrope rule of {last}", take, *loops)


def _group(bench: Bench) -> Cost:
    take = lambda: bench.google.do("remove_members", GROUP, SOMEBODY)  # noqa: E731
    return bench.revoked(bench.files["grouped"], "heliotrope rule of grouped", take, Loop.GROUPS)


def main() -> None:
    settings.quiet_libraries()
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="small Drives; ends within 45 s")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    chosen = parser.parse_args()
    size = QUICK if chosen.quick else WHOLE
    began = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        found = {files: measured(Path(folder) / str(files), files, size.below) for files in size.files}
    largest = found[max(size.files)]
    figures: dict[str, Any] = {
        "requests_for_one_edit": largest["edit"]["requests"],
        "embeddings_for_one_edit": largest["edit"]["embeddings"],
        "embeddings_for_access_change": sum(largest[one]["embeddings"] for one in ("share", "moved_folder", "group")),
        "vector_writes_for_access_change": sum(
            largest[one]["vector_writes"] for one in ("share", "moved_folder", "group")
        ),
        "revoked_shown": sum(
            each[one]["shown"] for each in found.values() for one in ("unshare", "moved_folder", "group")
        ),
        "at_sizes": {str(files): each for files, each in found.items()},
        "took_s": round(time.perf_counter() - began, 1),
    }
    if chosen.json:
        sys.stdout.write(json.dumps(figures) + "\n")
    else:
        show(figures)


if __name__ == "__main__":
    main()
