"""What people in Slack wait for: the real bot in its own process, the emulated Slack with Slack's limits in this one.

    rush     mentions within a few seconds over twenty channels, some of them in one thread: how long until each is
             answered, beside what Slack alone would make them wait (one message a second a channel)
    mixed    50 things a second: chatter, edits, reactions, people who come and go, and one in ten asks
    all_ask  50 questions a second: is each acknowledged, and is each answered in the end

`ack_p99_ms` is the worse of mixed and all_ask, by the emulator's own record of each envelope (a question is two:
`message` and `app_mention`). `asked`, `lost` and `doubled` are of all three together; `wait_p95_s` is of the rush.
Before each part Slack's windows of a minute are emptied, as if a minute had passed.
"""

import argparse
import json
import os
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any, Final

from tests.bench.figures import percentile, show
from tests.bench.served import Asked, Town, embedder_here, floor_waits_s, out_of_order, stages, town

A_SECOND: Final = 50
MIX: Final = {"chats": 60, "edits": 10, "reacts": 15, "moves": 5, "asks": 10}


@dataclass(frozen=True)
class Size:
    rush: int
    rush_s: float
    mixed_s: float
    all_ask_s: float
    patience_s: float


FULL: Final = Size(rush=200, rush_s=10, mixed_s=30, all_ask_s=30, patience_s=120)
QUICK: Final = Size(rush=60, rush_s=3, mixed_s=6, all_ask_s=1, patience_s=12)


def measure(folder: Path, size: Size, *, embedder: str) -> dict[str, Any]:
    with town(folder, embedder=embedder) as here:
        rush = _rush(here, size, Random(1))
        some_ask = _burst(here, size.mixed_s, size.patience_s, Random(2), MIX)
        all_ask = _burst(here, size.all_ask_s, size.patience_s, Random(3), {"asks": 1})
        cpu_s = here.cpu_s()
    parts = (rush, some_ask, all_ask)
    return {
        "asked": sum(part["asked"] for part in parts),
        "lost": sum(part["lost"] for part in parts),
        "doubled": sum(part["doubled"] for part in parts),
        "out_of_order": sum(part["out_of_order"] for part in parts),
        "left": sum(part["left"] for part in parts),
        "ack_p99_ms": max(some_ask["ack_p99_ms"], all_ask["ack_p99_ms"]),
        "wait_p95_s": rush["wait_p95_s"],
        "floor_wait_p95_s": rush["floor_wait_p95_s"],
        "own_wait_p95_s": rush["own_wait_p95_s"],
        "mix": MIX,
        "answers_from": "words and meaning" if embedder == "builtin" else "words alone",
        "bot_cpu_s": round(cpu_s, 1),
        "rush": rush,
        "mixed": some_ask,
        "all_ask": all_ask,
    }


def mixed(folder: Path, *, seconds: float) -> dict[str, Any]:
    """That part alone."""
    with town(folder, embedder=embedder_here()) as here:
        return _burst(here, seconds, FULL.patience_s, Random(2), MIX)


def _rush(here: Town, size: Size, chance: Random) -> dict[str, Any]:
    """Of five questions one is a further one in a thread where somebody has asked already."""
    since = _a_minute_later(here)
    asked: list[Asked] = []

    def ask() -> None:
        if asked and chance.random() < 0.2:
            before = chance.choice(asked[-10:])
            asked.append(here.asks(here.slack.world.channels[before.channel], chance, before.thread))
        else:
            asked.append(here.asks(chance.choice(here.channels), chance))

    cpu_before = here.cpu_s()
    _paced(ask, size.rush, size.rush_s)
    return _outcome(here, asked, since, here.now(), size.patience_s, cpu_before)


def _burst(here: Town, seconds: float, patience_s: float, chance: Random, mix: dict[str, int]) -> dict[str, Any]:
    since, already = _a_minute_later(here), len(here.asked)
    acts = chance.choices(list(mix), list(mix.values()), k=int(seconds * A_SECOND))
    turn = iter(acts)
    cpu_before = here.cpu_s()
    _paced(lambda: getattr(here, next(turn))(chance.choice(here.channels), chance), len(acts), seconds)
    ended = here.now()
    found = _outcome(here, here.asked[already:], since, ended, patience_s, cpu_before)
    return {"things": dict(Counter(acts)), "seconds": round(ended - since, 1), **found}


def _outcome(
    here: Town, asked: Sequence[Asked], since: float, ended: float, patience_s: float, cpu_before: float
) -> dict[str, Any]:
    settled_s = here.settle(patience_s)
    cpu_s = here.cpu_s() - cpu_before
    acks = here.acks_ms(since, ended)
    fates = here.fates(asked)
    answered = [fate for fate in fates if fate.here]
    waits = [fate.wait_s for fate in answered]
    floor = dict(zip([one.ts for one in sorted(asked, key=lambda one: one.at)], floor_waits_s(asked), strict=True))
    return {
        "asked": len(asked),
        "answered_once": sum(len(fate.here) == 1 for fate in fates),
        "lost": sum(not fate.here and not fate.is_open for fate in fates),
        "doubled": sum(len(fate.here) > 1 for fate in fates),
        "out_of_order": out_of_order(fates),
        "left": sum(not fate.here and fate.is_open for fate in fates),
        "replies": dict(Counter(fate.kind for fate in answered)),
        "settled_s": round(settled_s, 1),
        "envelopes": len(acks),
        "ack_p50_ms": percentile(acks, 50),
        "ack_p99_ms": percentile(acks, 99),
        "ack_max_ms": round(max(acks), 1),
        "sent_again": here.sent_again(since),
        "wait_p50_s": percentile(waits, 50),
        "wait_p95_s": percentile(waits, 95),
        "floor_wait_p95_s": percentile(list(floor.values()), 95),
        "own_wait_p95_s": percentile([max(0.0, fate.wait_s - floor[fate.asked.ts]) for fate in answered], 95),
        "cpu_ms_a_question": round(cpu_s / max(1, len(answered)) * 1000),
        "stages_s": stages(fates),
        "calls": here.calls(since),
        "load": round(os.getloadavg()[0], 1),
    }


def _a_minute_later(here: Town) -> float:
    here.slack.rates._calls.clear()
    return here.now()


def _paced(act: Callable[[], object], times: int, seconds: float) -> None:
    """Evenly, and as many as were to be: one that comes late is not left out."""
    began = time.monotonic()
    for number in range(times):
        time.sleep(max(0.0, began + number * seconds / times - time.monotonic()))
        act()


def main() -> None:
    began = time.perf_counter()
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="fewer of everything; ends within 45 s")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        figures = measure(Path(folder), QUICK if chosen.quick else FULL, embedder=embedder_here())
    figures |= {"took_s": round(time.perf_counter() - began, 1), "load": [round(one, 1) for one in os.getloadavg()]}
    if chosen.json:
        sys.stdout.write(json.dumps(figures) + "\n")
    else:
        show(figures)


if __name__ == "__main__":
    main()
