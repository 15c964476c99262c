"""Who may read what in synced sources: is anybody ever shown too much, and what does a change cost?

python -m tests.bench.access [--quick] [--json]

1. A long story by the die over a folder, a wiki and a Drive, in the real stores and flows: people change things, requests
   go wrong, processes die.
   `over_grants` are documents that the oracle forbids whoever was shown them; `mismatches_after_settling` what somebody
   finds otherwise than the oracle says, once nothing changes any more.
2. A large wiki in a process of its own: what one edit, one restriction and one membership cost, at two sizes.
3. A first sync beside the embedder alone on the same pieces, with the memory as it grows.
4. A revocation: until when it is still found, and whether it is shown meanwhile.
5. `kill -9` in a loop during first syncs: how many of them end as one that was left alone.

The emulator's share of the machine is in all of these times; its pace is not limited, as a site's own would be.
"""

import argparse
import itertools
import json
import random
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from bot import settings
from bot.stores.database import Database
from bot.stores.schema import migrate
from tests.bench import wiki
from tests.bench.figures import show
from tests.flows.story import a_site, shelter, story, wanders
from tests.flows.synced_home import WORKSPACE, quick_folder

STORY = 100  # steps; then another begins, at another site
KINDS = ("folder", "confluence", "drive")  # of the sources of a story


def measure_stories(steps: int, *, seed: int) -> dict[str, object]:
    """Ends each story with a settling that is compared for everybody."""
    over_grants: list[str] = []
    mismatches: list[str] = []
    done, told, began = 0, 0, time.perf_counter()
    with quick_folder() as folder:
        migrated = folder / "migrated.db"
        made = Database(f"sqlite:///{migrated}", WORKSPACE)
        migrate(made)
        made.close()
        with shelter(migrated) as found:
            for number in itertools.count(seed):
                if done >= steps:
                    break
                die = random.Random(number)
                with story(found, a_site(die)) as ours:
                    done += wanders(ours, die, min(STORY, steps - done))
                    over_grants += [f"{number}: {one}" for one in ours.over_grants]
                    mismatches += [f"{number}: {one}" for one in ours.mismatches]
                told += 1
    return {
        "steps": done,
        "stories": told,
        "over_grants": len(over_grants),
        "mismatches_after_settling": len(mismatches),
        "found": [*over_grants[:5], *mismatches[:5]],
        "stories_took_s": round(time.perf_counter() - began, 1),
    }


class Size(NamedTuple):
    steps: int
    wikis: Sequence[int]  # pages
    first_sync: int  # pages
    kills: int
    killed: int  # pages


WHOLE = Size(steps=20_000, wikis=(1_000, 20_000), first_sync=300, kills=50, killed=200)
QUICK = Size(steps=200, wikis=(100, 600), first_sync=20, kills=2, killed=20)


def measure(folder: Path, size: Size, *, seed: int) -> dict[str, object]:
    return {
        "sources": list(KINDS),
        **measure_stories(size.steps, seed=seed),
        **wiki.cost_of_changes(folder / "changes", size.wikis),
        **wiki.first_sync(folder / "first", size.first_sync),
        **wiki.killed(folder / "killed", size.kills, size.killed),
    }


def main() -> None:
    began = time.perf_counter()
    settings.quiet_libraries()
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="a short story and small wikis; ends within 45 s")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("--steps", type=int, help="of the stories")
    parser.add_argument("--stories-only", action="store_true", help="nothing large")
    parser.add_argument("--seed", type=int, default=0, help="of the first story; each further one has the next")
    chosen = parser.parse_args()
    size = QUICK if chosen.quick else WHOLE
    size = size._replace(steps=chosen.steps or size.steps)
    if chosen.stories_only:
        figures = measure_stories(size.steps, seed=chosen.seed)
    else:
        with tempfile.TemporaryDirectory() as folder:
            figures = measure(Path(folder), size, seed=chosen.seed)
    figures["took_s"] = round(time.perf_counter() - began, 1)
    if chosen.json:
        sys.stdout.write(json.dumps(figures) + "\n")
    else:
        show(figures)


if __name__ == "__main__":
    main()
