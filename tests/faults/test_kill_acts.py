"""`kill -9` at every point between a request and the receipt of what was done: it is done once, or it is said that nobody knows.

Slack and Jira are in the test's process, `footnote serve` in one of its own. What was done is counted at Jira. Jira takes no
key by which it would tell a second attempt, so that nothing is ever run again there.
"""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import pytest

from bot.core.failpoints import FAILPOINTS
from bot.playground.slack import Delivery
from bot.slack.render.cards import DID_NOT, HAPPENED
from tests.faults.test_kill_slack import dies, is_signed, serving
from tests.slack.office import until
from tests.slack.tracker import CREATED, Tracker, request, tracker
from tests.world import CHROMA

BEFORE_A_CLICK = {"act.after_propose", "act.after_card"}
NOT_KNOWN = {"act.after_claim"}  # whether it was sent cannot be told from here, and Jira's search may be behind
POINTS = [name for name in FAILPOINTS if name.startswith("act.")]
IT = "The projector is broken"
START_S = 120.0


@pytest.fixture
def desk(tmp_path: Path, database_url: str) -> Iterator[Tracker]:
    delivery = Delivery(ack_s=1.0, redelivery_s=(0.3,) * 60)
    with tracker(tmp_path, database_url, delivery=delivery) as opened:
        yield opened


def is_there(desk: Tracker, processes: int = 1) -> None:
    """The first start of a busy machine takes long."""
    until(lambda: len(desk.acme.slack.hub.connections) == processes, START_S)


def is_told(desk: Tracker, *, done: bool) -> None:
    """On the card; and of what nobody knows, a person is asked."""
    expected = "done" if done else "unknown"
    until(lambda: desk.stages().get(IT) == expected)
    until(lambda: (card := desk.card(IT)) is not None and card.asks_what_happened != done and not card.waits)


@pytest.mark.parametrize("failpoint", POINTS)
def test_what_was_confirmed_is_done_once_by_the_next_process_or_a_person_is_asked(
    desk: Tracker, failpoint: str
) -> None:
    console = desk.console()
    with serving(console, FOOTNOTE_FAILPOINT=failpoint) as first:
        is_there(desk)
        desk.acme.asks("ana", request(IT))
        if failpoint not in BEFORE_A_CLICK:
            until(lambda: desk.waits(IT))
            assert not desk.effects
            desk.presses("ana", IT)
        dies(first)
    assert desk.effects[IT] == (POINTS.index(failpoint) >= POINTS.index("act.after_run"))
    with serving(console):
        is_there(desk)
        if failpoint in BEFORE_A_CLICK:
            until(lambda: desk.waits(IT))
            assert not desk.effects
            assert desk.presses("ana", IT)
        is_told(desk, done=failpoint not in NOT_KNOWN)
        desk.acme.settled()
    assert dict(desk.effects) == ({} if failpoint in NOT_KNOWN else {IT: 1})
    is_signed(desk.acme)


@pytest.mark.parametrize("behind", [False, True], ids=["finds it", "does not find it yet"])
def test_what_jira_was_doing_when_we_died_is_looked_for_there_or_a_person_says_it(
    desk: Tracker,
    behind: bool,  # noqa: FBT001 - it is the case
) -> None:
    console = desk.console()
    if behind:
        desk.jira.world.jira.fall_behind()
    desk.jira.faults.fail(CREATED, "slow", seconds=5.0)
    with serving(console) as first:
        is_there(desk)
        desk.acme.asks("ana", request(IT))
        until(lambda: desk.waits(IT))
        assert desk.presses("ana", IT)
        until(desk.writes)
        first.kill()
        dies(first)
    with serving(console):
        is_there(desk)
        is_told(desk, done=not behind)
        if behind:
            assert desk.presses("ana", IT, HAPPENED)
            assert desk.presses_late("ana", IT, DID_NOT)
            is_told(desk, done=True)
        desk.acme.settled()
    assert dict(desk.effects) == {IT: 1}


@pytest.mark.parametrize(
    "processes",
    [1, pytest.param(2, marks=pytest.mark.skipif(CHROMA is None, reason="on one machine, one process has the home"))],
)
def test_of_many_clicks_at_once_by_many_people_one_is_done(desk: Tracker, processes: int) -> None:
    console = desk.console()
    with ExitStack() as running:
        for _ in range(processes):
            running.enter_context(serving(console))
        is_there(desk, processes)
        desk.acme.asks("ana", request(IT), channel="general")
        until(lambda: desk.waits(IT))
        with ThreadPoolExecutor(12) as hands:
            clicks = [hands.submit(desk.presses_late, name, IT) for name in ("ana", "ben", "zoe") * 4]
            assert all(click.result() for click in clicks)
        is_told(desk, done=True)
        desk.acme.settled()
    assert dict(desk.effects) == {IT: 1}
    (confirmed,) = desk.acme.events("act_confirmed")
    assert confirmed["by"].endswith(f"/{desk.acme.person('ana').id}")
