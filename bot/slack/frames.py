"""How is one frame read from the socket on which Slack speaks? The SDK's own reader calls itself for every piece and for
every frame that follows at once: a burst of some hundred events ends it in a RecursionError, and whatever it had read by
then is lost. This one reads one frame and no byte more.
"""

import errno
import struct
from collections.abc import Iterator
from socket import socket
from threading import Lock
from typing import Any, Final

from slack_sdk.socket_mode.builtin import connection
from slack_sdk.socket_mode.builtin.frame_header import FrameHeader

_PIECE: Final = 65_536
_SHORT, _LONG = 126, 127  # these lengths say that the length follows
_PATIENCE: Final = 5  # so many times the socket's own
_CLOSED: Final = (errno.EBADF, errno.ENOTSOCK)
_LINE_END: Final = 10  # what may be left of the handshake


def install() -> None:
    """It is theirs, and no argument of theirs takes another; the lock pins their version."""
    vars(connection)["_receive_messages"] = received


def received(*, sock: socket, sock_receive_lock: Lock, **_: Any) -> list[tuple[FrameHeader | None, bytes]]:
    """Nothing: the connection has ended. A `TimeoutError` passes through as long as no frame has begun."""
    with sock_receive_lock:
        try:
            return _received(sock)
        except EOFError:
            return []
        except OSError as error:
            if error.errno in _CLOSED:
                return []  # by ourselves, meanwhile
            raise


def _received(sock: socket) -> list[tuple[FrameHeader | None, bytes]]:
    first = sock.recv(1)
    if not first:
        return []
    if first[0] == _LINE_END:
        return [(None, first)]
    header = _header(sock, first[0])
    return [(header, _exactly(sock, header.length))]


def _header(sock: socket, first: int) -> FrameHeader:
    (second,) = _exactly(sock, 1)
    length = second & 0b01111111
    if length == _SHORT:
        (length,) = struct.unpack("!H", _exactly(sock, 2))
    elif length == _LONG:
        (length,) = struct.unpack("!Q", _exactly(sock, 8))
    bits = {name: first & bit for name, bit in (("fin", 0x80), ("rsv1", 0x40), ("rsv2", 0x20), ("rsv3", 0x10))}
    return FrameHeader(**bits, opcode=first & 0x0F, masked=second & 0x80, length=length)


def _exactly(sock: socket, size: int) -> bytes:
    return b"".join(_pieces(sock, size))


def _pieces(sock: socket, left: int) -> Iterator[bytes]:
    patience = _PATIENCE
    while left:
        try:
            piece = sock.recv(min(left, _PIECE))
        except TimeoutError:  # the rest of a frame is on its way
            patience -= 1
            if patience:
                continue
            raise EOFError from None
        if not piece:
            raise EOFError
        yield piece
        left -= len(piece)
