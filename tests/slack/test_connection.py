"""What may go wrong while a connection is given up."""

import pytest

from bot.slack.connection import _shut


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
