"""Messages between two processes: a length, then so many bytes. Waiting ends at a moment, whatever the other does."""

import os
import selectors
import struct
import time
from typing import Final

_LENGTH: Final = struct.Struct(">Q")
_PART: Final = 1 << 20


class Ended(Exception):  # noqa: N818 - an end is no error by itself
    """The other process closed its end."""


class Late(Exception):  # noqa: N818
    """It said nothing in time."""


class TooLong(Exception):  # noqa: N818
    """It says more than it may."""


def send(pipe: int, message: bytes, until: float | None) -> None:
    """`until`: a moment of `time.monotonic`, or never. Unless the pipe does not block, it may be later."""
    _written(pipe, _LENGTH.pack(len(message)), until)
    _written(pipe, message, until)


def receive(pipe: int, most: int, until: float | None) -> bytes:
    (length,) = _LENGTH.unpack(_read(pipe, _LENGTH.size, until))
    if length > most:
        raise TooLong
    return _read(pipe, length, until)


def _written(pipe: int, message: bytes, until: float | None) -> None:
    rest = memoryview(message)
    while rest:
        _wait(pipe, selectors.EVENT_WRITE, until)
        try:
            rest = rest[os.write(pipe, rest[:_PART]) :]
        except BlockingIOError:
            continue
        except BrokenPipeError as error:
            raise Ended from error


def _read(pipe: int, length: int, until: float | None) -> bytes:
    found = bytearray()
    while len(found) < length:
        _wait(pipe, selectors.EVENT_READ, until)
        part = os.read(pipe, min(_PART, length - len(found)))
        if not part:
            raise Ended
        found += part
    return bytes(found)


def _wait(pipe: int, event: int, until: float | None) -> None:
    with selectors.DefaultSelector() as selector:
        selector.register(pipe, event)
        if not selector.select(None if until is None else max(0.0, until - time.monotonic())):
            raise Late
