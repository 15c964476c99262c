"""What does a process that starts now pay for an index that is on the disk already: how long, and how much memory?

python -m tests.bench.started HOME     (Linux: it reads /proc)
"""

import json
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np

from bot.core.nouns import PassageId
from bot.core.ports import Vector
from bot.stores.database import Database
from bot.stores.index import Index
from bot.stores.vectors import collection_name
from tests.bench.large import DIMENSIONS, EMBEDDER, LISTS, WORKSPACE, scope_of, word

_SEARCHES = 20


class Elsewhere:
    """Chroma has one owner, and that is the bench. A process that starts asks it for nothing."""

    name, dimensions = collection_name(WORKSPACE, EMBEDDER), DIMENSIONS

    def get(self, ids: list[PassageId]) -> tuple[list[PassageId], Vector]:
        raise AssertionError(f"{len(ids)} vectors were asked for that should be on the disk")


def main() -> None:
    home = Path(sys.argv[1])
    database = Database(f"sqlite:///{home / 'footnote.db'}", WORKSPACE)
    before = _memory_mb()
    began, cpu = time.perf_counter(), time.process_time()
    index = Index(database, Elsewhere(), home / "index")  # type: ignore[arg-type]
    moment = index.newest()
    ready = {"start_s": round(time.perf_counter() - began, 3), "start_cpu_s": round(time.process_time() - cpu, 3)}
    dice, scope = np.random.default_rng(31), scope_of(range(LISTS))
    for _ in range(_SEARCHES):
        moment.keywords(" ".join(word(int(rank)) for rank in dice.integers(20, 3_000, 6)), scope, 150)
        moment.vectors(dice.standard_normal(DIMENSIONS).astype(np.float32), scope, 150)
    after = _memory_mb()
    grown = {name: round(after[name] - before[name]) for name in after}
    sys.stdout.write(json.dumps({**ready, **grown}) + "\n")


def _memory_mb() -> dict[str, Any]:
    """Its own, and what it has mapped, which all processes share and the system may take back."""
    lines = Path("/proc/self/status").read_text(encoding="utf-8").splitlines()
    found = dict(line.split(":", 1) for line in lines)
    return {"own_mb": int(found["RssAnon"].split()[0]) / 1024, "mapped_mb": int(found["RssFile"].split()[0]) / 1024}


if __name__ == "__main__":
    main()
