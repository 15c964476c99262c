"""What may go wrong while a connection is given up."""

import pytest

from bot.playground.slack import RateLimits, SlackEmulator, SlackWorld
from bot.slack.connection import _shut, client, is_accepted


class _Raced:
    """The SDK's `close`, whose reader let go of the socket between its look and its lock, so many times."""

    def __init__(self, times: int) -> None:
        self._times, self.closed = times, False

    def close(self) -> None:
        if self._times:
            self._times -= 1
            raise AttributeError("'NoneType' object has no attribute 'close'")
        self.closed = True


def test_what_its_reader_has_let_go_of_meanwhile_is_closed_all_the_same() -> None:
    handler = _Raced(1)
    _shut(handler.close)
    assert handler.closed


def test_what_cannot_be_closed_is_no_secret() -> None:
    with pytest.raises(AttributeError):
        _shut(_Raced(2).close)


def test_each_answer_that_we_ask_too_often_is_told_of_by_its_method() -> None:
    world, limited = SlackWorld(), list[str]()
    world.add_app()
    with SlackEmulator(world, rates=RateLimits.off()) as slack:
        web = client(slack.bot_token(), slack.url, limited.append)
        slack.faults.fail("auth.test", "rate_limited", seconds=0, times=2)
        assert web.auth_test()["ok"]
        assert limited == ["auth.test"] * 2


def test_whether_slack_takes_our_token_is_asked_of_slack() -> None:
    world = SlackWorld()
    world.add_app()
    with SlackEmulator(world, rates=RateLimits.off()) as slack:
        assert is_accepted(client(slack.bot_token(), slack.url))
        assert not is_accepted(client("xoxb-1", slack.url))
        slack.faults.fail("auth.test", "rate_limited", seconds=60)
        assert is_accepted(client(slack.bot_token(), slack.url))
    assert not is_accepted(client("xoxb-1", "http://127.0.0.1:9/api/"))
