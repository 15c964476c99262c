"""An emulator that runs, a client that calls it, and sockets that listen."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from slack_sdk import WebClient

from bot.playground.slack import ManualClock, RateLimits, SlackEmulator
from tests.playground.company import a_company
from tests.playground.listener import Listener


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def slack() -> Iterator[SlackEmulator]:
    with SlackEmulator(a_company(), rates=RateLimits.off()) as running:
        yield running


@pytest.fixture
def still(clock: ManualClock) -> Iterator[SlackEmulator]:
    """The same, while time stands still until the test moves it."""
    with SlackEmulator(a_company(clock), rates=RateLimits.off()) as running:
        yield running


@pytest.fixture
def client(slack: SlackEmulator) -> WebClient:
    return WebClient(token=slack.bot_token(), base_url=slack.url)


@pytest.fixture
def listen() -> Iterator[Callable[..., Listener]]:
    opened: list[Listener] = []

    def make(slack: SlackEmulator, **how: Any) -> Listener:
        opened.append(Listener(slack, **how))
        return opened[-1]

    yield make
    for listener in opened:
        listener.close()
