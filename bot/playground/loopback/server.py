"""An application on one port of this machine, in a thread of its own, until it is told to stop."""

import asyncio
import socket
from collections.abc import Callable
from contextlib import suppress
from threading import Thread
from typing import Any, Final, Self

import uvicorn
from starlette.requests import ClientDisconnect, Request
from starlette.types import ASGIApp, Receive, Scope, Send

HOST: Final = "127.0.0.1"
OTHER_NAME: Final = "localhost"  # the same machine, though no client can tell
OURS: Final = [HOST, OTHER_NAME]  # no web page of another site may talk to it under a name of its own
PATIENCE_S: Final = 10.0
GRACE_S: Final = 1.0  # for what is being answered when it is told to stop
LOOK_S: Final = 0.001


class _Uvicorn(uvicorn.Server):
    """It waits to be told to stop, and stops at once, where uvicorn sleeps a tenth of a second: tests have hundreds."""

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        self._loop = asyncio.get_running_loop()
        self._left = asyncio.Event()
        await super().startup(sockets=sockets)

    async def main_loop(self) -> None:
        await self._left.wait()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        for listening in (*self.servers, *(sockets or ())):
            listening.close()
        for connection in list(self.server_state.connections):
            connection.shutdown()
        try:
            async with asyncio.timeout(GRACE_S):
                while self.server_state.connections or self.server_state.tasks:  # noqa: ASYNC110 - nobody is told when they are empty
                    await asyncio.sleep(LOOK_S)
        except TimeoutError:
            for task in self.server_state.tasks:
                task.cancel()
        await self.lifespan.shutdown()

    def soon(self, do: Callable[[], object]) -> None:
        self._loop.call_soon_threadsafe(do)

    def leave(self) -> None:
        self.soon(self._left.set)


class Server:
    """`port` 0: any that is free; it is known once it runs. `options`: uvicorn's own."""

    def __init__(self, app: Callable[[], ASGIApp], *, name: str, port: int = 0, **options: Any) -> None:
        self.port = port
        self._app = app
        self._name = name
        self._options = options
        self._server: _Uvicorn | None = None
        self._thread: Thread | None = None

    @property
    def url(self) -> str:
        return f"http://{HOST}:{self.port}"

    def start(self) -> Self:
        listener = _listener(self.port)
        self.port = listener.getsockname()[1]
        options: dict[str, Any] = {
            "log_config": None,
            "log_level": "warning",
            "access_log": False,
            "date_header": False,
            "server_header": False,
            "loop": "asyncio",  # one way everywhere, whatever else is installed
        }
        self._server = _Uvicorn(uvicorn.Config(_whoever_leaves(self._app()), **options | self._options))
        self._thread = Thread(target=self._serve, args=(self._server, listener), name=self._name, daemon=True)
        self._thread.start()
        while not self._server.started:
            if not self._thread.is_alive():
                raise RuntimeError("the emulator did not start")
            self._thread.join(0.005)
        return self

    def stop(self, farewell: Callable[[], None] | None = None) -> None:
        """`farewell` is said on the server's own thread, before it waits for open connections."""
        if self._server and self._thread:
            if farewell:
                self._server.soon(farewell)
            self._server.leave()
            self._thread.join(PATIENCE_S)
        self._server = self._thread = None

    def soon(self, do: Callable[[], object]) -> None:
        """On its own thread."""
        if self._server:
            self._server.soon(do)

    def hang_up(self, request: Request) -> None:
        """Closes the connection under the request: the client learns nothing of what became of it."""
        if self._server is None or request.client is None:
            return
        wanted = (request.client.host, request.client.port)
        for connection in list(self._server.server_state.connections):
            transport = getattr(connection, "transport", None)
            if transport is not None and transport.get_extra_info("peername")[:2] == wanted:
                transport.abort()

    def _serve(self, server: uvicorn.Server, listener: socket.socket) -> None:
        with listener:
            server.run(sockets=[listener])


def _whoever_leaves(app: ASGIApp) -> ASGIApp:
    """In the middle of what they say, as a process that is killed does, has done nothing that anybody has to look into."""

    async def served(scope: Scope, receive: Receive, send: Send) -> None:
        with suppress(ClientDisconnect):
            await app(scope, receive, send)

    return served


def _listener(port: int) -> socket.socket:
    """With its protocol named: else asyncio leaves Nagle's algorithm on, and each kept-alive request takes 40 ms."""
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind((HOST, port))
    listener.listen(256)
    return listener
