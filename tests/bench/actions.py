"""`kill -9` at every point between a request to do something and the receipt of what was done: is it done twice, or lost?

An emulated Slack and an emulated Jira live in this process, and `footnote serve` in one of its own. Each life of that process
ends at one of its failpoints, or while Jira is writing; what it left in hand is gone on with by the next one, which dies as
well. In every second round Jira's search is behind, so that nobody can be told by it what was done. A person asks for one
ticket after the other, and confirms each card once; everything else follows from that.

What was done is counted at Jira, without asking the bot: by what it holds, and by its log of requests. `loops`: lives ended by
a kill. `silent_losses`: what was asked for whose card does not say truly what became of it; where that is not known, the card
asks a person, by two buttons. What killed its process again and again is given up before there is a card, and a reply says so. `effects_before_confirm`: tickets made before anybody pressed. Before all that, in a life that nobody
ends, how long after a click the ticket arrives at Jira: `click_to_effect_p95_ms` is without what Jira took to answer.
"""

import argparse
import itertools
import os
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, NamedTuple

from bot.core.failpoints import FAILPOINTS
from bot.playground.slack import Delivery
from tests.bench.figures import percentile, tell
from tests.console import Running
from tests.slack.office import until
from tests.slack.tracker import CREATED, Tracker, request, tracker

WHILE_WRITING: Final = "while Jira writes"
POINTS: Final = (*(name for name in FAILPOINTS if name.startswith("act.")), WHILE_WRITING)
PEOPLE: Final = ("ana", "ben", "zoe")
PATIENCE_S: Final = 60.0
REDELIVERY: Final = Delivery(ack_s=1.0, redelivery_s=(0.5,) * 400)  # as Slack's, with shorter pauses
ENDS_S: Final = 1_000.0  # what was in hand at many deaths is set apart, for a quarter of an hour at most
LONGEST_LIFE_S: Final = 60.0
ASKS_AGAIN_S: Final = 15.0  # for something else, whatever became of the last
NOT_THERE: Final = "somewhere else"  # whoever has not come to its failpoint by then
PACE_S: Final = 1.2  # between two requests that are timed: nobody is told to ask less often
SLOW_S: Final = 10.0  # longer than whoever is killed meanwhile lives


class Size(NamedTuple):
    """`most_s`: no further life is begun after it."""

    a_point: int
    clicks: int
    most_s: float


FULL: Final = Size(a_point=23, clicks=100, most_s=3_600)
QUICK: Final = Size(a_point=1, clicks=10, most_s=18)


@dataclass
class Story:
    """Who asked for what, and what they pressed. `heard`: of which Slack was told that it arrived."""

    desk: Tracker
    asked: dict[str, str] = field(default_factory=dict)
    pressed: set[str] = field(default_factory=set)
    heard: set[str] = field(default_factory=set)
    before: int = 0  # tickets that were there when nobody had pressed yet

    def asks(self) -> str:
        number = len(self.asked)
        name, summary = PEOPLE[number % len(PEOPLE)], f"Ticket number {number}"
        self.asked[summary] = name
        self.desk.acme.asks(name, request(summary))
        return summary

    @property
    def open(self) -> list[str]:
        """Whoever was not told that their click arrived presses again, while there is something to press."""
        return [summary for summary in self.asked if summary not in self.heard and self._may_wait(summary)]

    def presses_what_waits(self) -> None:
        for summary in self.open:
            if not self.desk.waits(summary):
                continue
            if summary not in self.pressed:
                self.before += self.desk.effects[summary]
                self.pressed.add(summary)
            if self.desk.presses(self.asked[summary], summary):
                self.heard.add(summary)

    def _may_wait(self, summary: str) -> bool:
        card = self.desk.card(summary)
        return card is None or card.waits


def measure(folder: Path, size: Size) -> dict[str, Any]:
    began = time.monotonic()
    with tracker(folder, "sqlite", delivery=REDELIVERY) as desk:
        story, lives = Story(desk), Counter[str]()
        with _serving(desk):
            times = _timed(story, size.clicks)  # before anything is left over that it would wait for
        for round_, point in itertools.product(range(size.a_point), POINTS):
            if time.monotonic() - began > size.most_s:
                break
            _jira_is(desk, behind=round_ % 2 == 1)
            lives[_lives(story, point)] += 1
        _jira_is(desk, behind=False)
        with _serving(desk):
            _ends(story)
        counted = _counted(story)
        verified = desk.console().run("audit", "verify").code == 0
    return {
        "loops": lives.total(),
        **counted,
        **times,
        "lives": dict(lives),
        "verified": verified,
        "load": round(os.getloadavg()[0], 1),
        "took_s": round(time.monotonic() - began, 1),
    }


def _jira_is(desk: Tracker, *, behind: bool) -> None:
    """What its search does not find then, it may find later; what it has found already, it finds."""
    site = desk.jira.world.jira
    if behind:
        site.fall_behind()
    else:
        site.catch_up()


def _lives(story: Story, point: str) -> str:
    """Until it is dead, with a request in hand and whatever the lives before have left."""
    desk = story.desk
    armed = {} if point == WHILE_WRITING else {"FOOTNOTE_FAILPOINT": point}
    if point == WHILE_WRITING:
        desk.jira.faults.fail(CREATED, "slow", seconds=SLOW_S)
    written = len(desk.writes())
    process = desk.console().start("serve", **armed)
    begun = asked_at = time.monotonic()
    while process.is_alive and time.monotonic() < begun + LONGEST_LIFE_S:
        if point == WHILE_WRITING and len(desk.writes()) > written:
            break
        story.presses_what_waits()
        if not story.open or time.monotonic() > asked_at + ASKS_AGAIN_S:
            story.asks()
            asked_at = time.monotonic()
        time.sleep(0.02)
    else:
        point = point if not process.is_alive else NOT_THERE
    _is_dead(desk, process)
    return point


def _is_dead(desk: Tracker, process: Running) -> None:
    process.kill()
    process.process.join()
    desk.jira.faults.clear()
    until(lambda: not desk.acme.slack.hub.connections, PATIENCE_S)


@contextmanager
def _serving(desk: Tracker) -> Iterator[None]:
    process = desk.console().start("serve")
    try:
        until(lambda: desk.acme.slack.hub.connections, PATIENCE_S)
        yield
    finally:
        process.terminate()
        process.wait()


def _ends(story: Story) -> None:
    """Whatever is still to be confirmed is, and of each there is an end, or a question."""
    left = list(story.asked)

    def all_said() -> bool:
        story.presses_what_waits()
        left[:] = [summary for summary in left if _said(story.desk, summary) is None]
        return not left

    try:
        until(all_said, ENDS_S)
    except AssertionError:
        sys.stderr.write(f"never told: {left}\n")


def _counted(story: Story) -> dict[str, Any]:
    effects, said = story.desk.effects, {summary: _said(story.desk, summary) for summary in story.asked}
    true: dict[str, Callable[[int], bool]] = {
        "done": lambda count: count >= 1,
        "not done": lambda count: count == 0,
        "unknown": lambda _: True,
        "given up": lambda count: count == 0,
    }
    lost = [summary for summary, one in said.items() if one is None or not true[one](effects[summary])]
    return {
        "double_effects": sum(count - 1 for count in effects.values() if count > 1),
        "silent_losses": len(lost),
        "effects_before_confirm": story.before + sum(summary not in story.pressed for summary in effects),
        "asked": len(story.asked),
        "confirmed": len(story.pressed),
        "effects": effects.total(),
        "said": dict(Counter(one or "nothing" for one in said.values())),
        "unknown_and_done": sum(one == "unknown" and effects[summary] == 1 for summary, one in said.items()),
    }


def _said(desk: Tracker, summary: str) -> str | None:
    if desk.card(summary) is not None:
        return desk.says(summary)
    return "given up" if desk.is_given_up(summary) else None


def _timed(story: Story, clicks: int) -> dict[str, float]:
    desk, waits, own = story.desk, [], []
    for _ in range(clicks):
        next_at = time.monotonic() + PACE_S
        summary = story.asks()
        until(lambda summary=summary: desk.waits(summary), PATIENCE_S)  # type: ignore[misc]
        before, clicked = len(desk.writes()), time.time()  # noqa: TID251 - as the emulators' clocks
        story.presses_what_waits()
        until(lambda before=before: len(desk.writes()) > before, PATIENCE_S)  # type: ignore[misc]
        write = desk.writes()[-1]
        arrived = write.at - write.took_ms / 1000
        waits.append((arrived - clicked) * 1000)
        own.append(waits[-1] - _answering_ms(desk, clicked, arrived))
        until(lambda summary=summary: desk.says(summary) == "done", PATIENCE_S)  # type: ignore[misc]
        time.sleep(max(0.0, next_at - time.monotonic()))
    return {
        "click_to_effect_p50_ms": percentile(own, 50),
        "click_to_effect_p95_ms": percentile(own, 95),
        "with_their_answers_p95_ms": percentile(waits, 95),
        "clicks_timed": clicks,
    }


def _answering_ms(desk: Tracker, since: float, until_: float) -> float:
    asked: Sequence[Any] = desk.jira.requests.all()
    return float(sum(one.took_ms for one in asked if since <= one.at <= until_))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="each point once; ends within 45 s on two cores")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("--a-point", type=int, help=f"lives that end at each point, of which there are {len(POINTS)}")
    chosen = parser.parse_args()
    size = QUICK if chosen.quick else FULL
    if chosen.a_point is not None:
        size = size._replace(a_point=chosen.a_point)
    with tempfile.TemporaryDirectory() as folder:
        figures = measure(Path(folder), size)
    tell(figures, as_json=chosen.json)


if __name__ == "__main__":
    main()
