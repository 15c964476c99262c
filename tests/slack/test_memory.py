import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from bot.slack.memory import Memory


class Finding:
    """Counts, and stops in the middle when it is told to."""

    def __init__(self) -> None:
        self.now = 0.0
        self.found: list[str] = []
        self.meanwhile: Callable[[], object] = lambda: None
        self.memory: Memory[str, str] = Memory(self.find, for_s=10, most=2, timer=lambda: self.now)

    def find(self, key: str) -> str:
        self.found.append(key)
        answer = f"{key}{len(self.found)}"
        meanwhile, self.meanwhile = self.meanwhile, lambda: None
        meanwhile()
        return answer


@pytest.fixture
def finding() -> Finding:
    return Finding()


def test_a_value_ends_with_its_time(finding: Finding) -> None:
    assert finding.memory.get("a") == "a1"
    finding.now = 9.9
    assert finding.memory.get("a") == "a1"
    finding.now = 10
    assert finding.memory.get("a") == "a2"


def test_its_time_begins_before_it_is_found_out(finding: Finding) -> None:
    def slowly() -> None:
        finding.now = 9

    finding.meanwhile = slowly
    finding.memory.get("a")
    finding.now = 10
    assert finding.memory.get("a") == "a2"


def test_what_is_forgotten_is_found_out_again_and_the_rest_stays(finding: Finding) -> None:
    finding.memory.get("a")
    finding.memory.get("b")
    finding.memory.forget("a")
    assert (finding.memory.get("a"), finding.memory.get("b")) == ("a3", "b2")
    finding.memory.forget_all()
    assert (finding.memory.get("a"), finding.memory.get("b")) == ("a4", "b5")


@pytest.mark.parametrize("forget", [lambda m: m.forget("a"), lambda m: m.forget_all()], ids=["one", "all"])
def test_what_began_before_it_was_forgotten_is_not_remembered(
    finding: Finding, forget: Callable[[Memory[str, str]], None]
) -> None:
    finding.meanwhile = lambda: forget(finding.memory)
    assert finding.memory.get("a") == "a1"
    assert finding.memory.get("a") == "a2"
    assert finding.memory.get("a") == "a2"


def test_whoever_asks_after_it_was_forgotten_does_not_get_what_began_before(finding: Finding) -> None:
    later: list[str] = []

    def forgotten_and_asked_for() -> None:
        finding.memory.forget("a")
        later.append(finding.memory.get("a"))

    finding.meanwhile = forgotten_and_asked_for
    assert finding.memory.get("a") == "a1"
    assert later == ["a2"]
    assert finding.memory.get("a") == "a2"


def test_a_newer_value_is_not_forgotten_for_an_older_one(finding: Finding) -> None:
    old = finding.memory.get("a")
    finding.memory.forget("a", only=old)
    new = finding.memory.get("a")
    finding.memory.forget("a", only=old)
    assert finding.memory.get("a") is new


def test_the_one_used_longest_ago_makes_room(finding: Finding) -> None:
    for key in "abc":
        finding.memory.get(key)
    assert finding.memory.get("c") == "c3"
    assert finding.memory.get("a") == "a4"


def test_many_who_ask_at_once_ask_once(finding: Finding) -> None:
    going = threading.Event()
    finding.meanwhile = lambda: going.wait(5)
    with ThreadPoolExecutor(5) as threads:
        asked = [threads.submit(finding.memory.get, "a") for _ in range(4)]
        until_waiting(finding, 3)
        assert threads.submit(finding.memory.get, "b").result(5) == "b2"  # nobody waits for another key
        going.set()
        assert {each.result(5) for each in asked} == {"a1"}
    assert finding.found == ["a", "b"]


def test_an_error_reaches_all_who_wait_and_is_not_remembered(finding: Finding) -> None:
    going = threading.Event()

    def fail() -> None:
        going.wait(5)
        raise LookupError("no")

    finding.meanwhile = fail
    with ThreadPoolExecutor(4) as threads:
        asked = [threads.submit(finding.memory.get, "a") for _ in range(4)]
        until_waiting(finding, 3)
        going.set()
        assert all(isinstance(each.exception(5), LookupError) for each in asked)
    assert finding.found == ["a"]
    assert finding.memory.get("a") == "a2"


def until_waiting(finding: Finding, how_many: int) -> None:
    """The memory does not say who waits; what they wait for does."""
    for _ in range(500):
        ours: Any = finding.memory._finding.get("a")
        if ours is not None and len(ours._condition._waiters) == how_many:
            return
        time.sleep(0.01)
    raise AssertionError("nobody waits")
