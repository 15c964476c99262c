"""`kill -9` at random moments while people keep asking: what is lost, what is said twice, and how soon it goes on.

An emulated Slack lives in this process, and `footnote serve` in one of its own, that is killed and started again. People
ask in channels and direct conversations all the time; one of the channels leads to an aside with every question. What
was answered is counted in Slack, without asking the bot; then Slack and the ledger are compared, and the ledger is
verified. `recovery_s`: from a kill to the next message in Slack; each process is forked with its imports done, which is what a
start from nothing takes longer. There are no effects yet.
"""

import argparse
import json
import random
import statistics
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from bot.playground.slack import Channel, Delivery, Message
from tests.slack.office import QUESTION, SECRET, Office, office, until

KILLS, QUICK_KILLS = 100, 10
LONGEST_LIFE_S = 2.0  # once it is in Slack
KILLED_WHILE_STARTING = 0.1  # of the processes
UNANSWERED_AT_ONCE = 3  # by each of those who ask
PATIENCE_S = 120.0
REDELIVERY = Delivery(ack_s=1.0, redelivery_s=(0.5,) * 400)  # as Slack's, with shorter pauses


@dataclass
class Asker:
    """Somebody who asks in one place, again and again, each time a moment after being answered."""

    acme: Office
    name: str
    channel: str | None
    text: str = QUESTION
    asked: list[Message] = field(default_factory=list)

    @property
    def place(self) -> str | Channel:
        return self.channel or self.acme.direct(self.name)

    def asks_until(self, stop: threading.Event, chance: random.Random) -> None:
        while not stop.wait(chance.uniform(0.02, 0.4)):
            if self._unanswered() < UNANSWERED_AT_ONCE:
                self.asked.append(self.acme.asks(self.name, self.text, channel=self.channel))

    def _unanswered(self) -> int:
        if self.channel is None:
            return len(self.asked) - len(self.acme.replies(self.place))
        return sum(not self.acme.replies(self.place, message.ts) for message in self.asked[-UNANSWERED_AT_ONCE:])


def measure(folder: Path, *, kills: int, seed: int = 7) -> dict[str, object]:
    chance = random.Random(seed)
    with office(folder, "sqlite", delivery=REDELIVERY) as acme:
        askers = [
            *(Asker(acme, name, None) for name in ("ana", "zoe")),
            *(Asker(acme, name, "general") for name in ("ana", "ben", "zoe")),
            Asker(acme, "ben", "eng-hr", SECRET),
        ]
        died: list[float] = []
        with _asking(askers, chance):
            while len(died) < kills:
                died.append(_dies(acme, chance))
        last = acme.console().start("serve")
        try:
            acme.settled(PATIENCE_S)
        finally:
            last.terminate()
            last.wait()
        verified = acme.console().run("audit", "verify")
        return {
            "kills": len(died),
            **_counted(acme, askers),
            **_recovery(acme, askers, died),
            "verified": verified.code == 0,
        }


@contextmanager
def _asking(askers: Sequence[Asker], chance: random.Random) -> Iterator[None]:
    stop = threading.Event()
    threads = [
        threading.Thread(target=asker.asks_until, args=(stop, random.Random(chance.random()))) for asker in askers
    ]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        stop.set()
        for thread in threads:
            thread.join()


def _dies(acme: Office, chance: random.Random) -> float:
    """One life of the process, of whatever length, and when it ended."""
    process = acme.console().start("serve")
    if chance.random() < KILLED_WHILE_STARTING:
        time.sleep(chance.uniform(0, 1.0))
    else:
        until(lambda: acme.slack.hub.connections, PATIENCE_S)
        time.sleep(chance.uniform(0, LONGEST_LIFE_S))
    assert process.is_alive, "it ended by itself"
    died = acme.slack.world.clock.now()
    process.kill()
    process.process.join()
    until(lambda: not acme.slack.hub.connections)
    return died


def _counted(acme: Office, askers: Sequence[Asker]) -> dict[str, object]:
    """What was asked against what is in Slack, and both against the receipts."""
    lost = doubled = 0
    for asker in askers:
        for message in asker.asked if asker.channel else ():
            found = len(acme.replies(asker.place, message.ts))
            lost, doubled = lost + (found == 0), doubled + max(found - 1, 0)
    for name in ("ana", "ben", "zoe"):
        due = sum(len(asker.asked) for asker in askers if asker.name == name and asker.channel in (None, "eng-hr"))
        found = len(acme.replies(acme.direct(name)))
        lost, doubled = lost + max(due - found, 0), doubled + max(found - due, 0)
    receipts = acme.receipts(100_000)
    ended = Counter(events[-1].kind for events in receipts)
    shown = Counter(one["message"] for events in receipts for one in (events[-1].body or {}).get("to", ()))
    said = [message.ts for place in _places(acme, askers) for message in acme.replies(place)]
    questions = sum(len(asker.asked) for asker in askers)
    return {
        "asked": questions,
        "said": len(said),
        "lost": lost + ended["failed"],
        "double_answers": doubled,
        "double_effects": 0,
        "unlogged": sum(shown[ts] != 1 for ts in said) + abs(questions - len(receipts)) + abs(len(shown) - len(said)),
        "ended": dict(ended),
        "most_attempts": max((events[-1].body or {}).get("attempt", 0) for events in receipts),
    }


def _places(acme: Office, askers: Sequence[Asker]) -> list[str | Channel]:
    return [*{asker.channel for asker in askers if asker.channel}, *map(acme.direct, ("ana", "ben", "zoe"))]


def _recovery(acme: Office, askers: Sequence[Asker], died: Sequence[float]) -> dict[str, float]:
    said = sorted(float(message.ts) for place in _places(acme, askers) for message in acme.replies(place))
    waits = [next(at for at in said if at > moment) - moment for moment in died if said[-1] > moment]
    cuts = statistics.quantiles(waits, n=100, method="inclusive")
    return {"recovery_s_p50": round(cuts[49], 2), "recovery_s_p95": round(cuts[94], 2)}


def main() -> None:
    began = time.perf_counter()
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help=f"{QUICK_KILLS} kills, not {KILLS}; ends within 45 s")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("--seed", type=int, default=7, help="of the moments")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        figures = measure(Path(folder), kills=QUICK_KILLS if chosen.quick else KILLS, seed=chosen.seed)
    figures["took_s"] = round(time.perf_counter() - began, 1)
    sys.stdout.write(json.dumps(figures) + "\n" if chosen.json else _table(figures))


def _table(figures: Mapping[str, object]) -> str:
    return "".join(f"{name:20} {json.dumps(value)}\n" for name, value in figures.items())


if __name__ == "__main__":
    main()
