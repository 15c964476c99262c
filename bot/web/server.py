"""Listens on one port, in a thread of its own, from `open` to `close`. What is in hand is finished first."""

import socket
from threading import Thread
from typing import Final

import uvicorn
from starlette.types import ASGIApp

from bot.core.errors import Unready

_BACKLOG: Final = 512
_MOST_CONNECTIONS: Final = 512  # whoever comes then is told to come again
_FINISHING_S: Final = 10  # what is in hand when it is closed
_LOOK_S: Final = 0.005


class Server:
    """`port` 0: any that is free; it is known once it is open."""

    def __init__(self, app: ASGIApp, *, host: str, port: int) -> None:
        self._host, self.port = host, port
        self._server = uvicorn.Server(
            uvicorn.Config(
                app,
                http="h11",
                ws="none",
                lifespan="off",
                loop="asyncio",
                log_config=None,
                access_log=False,
                server_header=False,
                proxy_headers=False,
                limit_concurrency=_MOST_CONNECTIONS,
                timeout_graceful_shutdown=_FINISHING_S,
            )
        )
        self._thread: Thread | None = None

    def open(self) -> None:
        listening = self._listening()
        self.port = listening.getsockname()[1]
        self._thread = Thread(target=self._serve, args=(listening,), name="web")
        self._thread.start()
        while not self._server.started and self._thread.is_alive():
            self._thread.join(_LOOK_S)
        if not self._server.started:
            raise Unready(f"Nothing can listen on {self._host}:{self.port}. The log has the details.")

    def close(self) -> None:
        self._server.should_exit = True
        if self._thread is not None:
            self._thread.join()

    def _serve(self, listening: socket.socket) -> None:
        with listening:
            self._server.run(sockets=[listening])

    def _listening(self) -> socket.socket:
        """With its protocol named: else asyncio leaves Nagle's algorithm on, and each kept-alive request takes 40 ms."""
        try:
            family, kind, protocol, _, address = socket.getaddrinfo(
                self._host, self.port, type=socket.SOCK_STREAM, proto=socket.IPPROTO_TCP
            )[0]
            listening = socket.socket(family, kind, protocol)
        except OSError as error:
            raise self._unusable(error) from error
        try:
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listening.bind(address)
            listening.listen(_BACKLOG)
        except OSError as error:
            listening.close()
            raise self._unusable(error) from error
        return listening

    def _unusable(self, error: OSError) -> Unready:
        return Unready(
            f"Nothing can listen on {self._host}:{self.port} ({error.strerror}). Set FOOTNOTE_HOST or FOOTNOTE_PORT, or "
            "stop what is there."
        )
