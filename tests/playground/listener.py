"""A bare Socket Mode client for tests: it keeps what arrives and acknowledges only what it is told to."""

import json
import socket
import time
from collections.abc import Callable
from contextlib import suppress
from threading import Thread
from typing import Any

import websocket
from slack_sdk import WebClient

from bot.playground.slack import App, SlackEmulator

Json = dict[str, Any]


class Listener:
    def __init__(
        self, slack: SlackEmulator, *, app: App | None = None, answer: Callable[[Json], Any] | None = None
    ) -> None:
        """``answer`` gives the payload of the acknowledgement; ``None`` acknowledges nothing."""
        opened = WebClient(base_url=slack.url).apps_connections_open(app_token=slack.app_token(app))
        self.answer = answer
        self.received: list[Json] = []
        self.closed = False
        self._socket = websocket.create_connection(opened["url"], timeout=30)
        self.hello: Json = json.loads(self._socket.recv())
        self._thread = Thread(target=self._read, daemon=True)
        self._thread.start()

    @property
    def envelopes(self) -> list[Json]:
        return [m for m in self.received if "envelope_id" in m]

    @property
    def events(self) -> list[Json]:
        return [e["payload"]["event"] for e in self.envelopes if e["type"] == "events_api"]

    @property
    def interactions(self) -> list[Json]:
        """The payloads of clicks and submissions; events may arrive in between."""
        return [e["payload"] for e in self.envelopes if e["type"] == "interactive"]

    def types(self) -> list[str]:
        return [e["type"] for e in self.events]

    def ack(self, envelope: Json, payload: Json | None = None) -> None:
        body: Json = {"envelope_id": envelope["envelope_id"]}
        self._socket.send(json.dumps(body | ({"payload": payload} if payload is not None else {})))

    def wait(self, count: int, *, within_s: float = 5.0) -> list[Json]:
        until(lambda: len(self.envelopes) >= count, within_s=within_s)
        return self.envelopes

    def close(self) -> None:
        self.closed = True
        if self._socket.sock:
            with suppress(OSError):  # the other side may have gone first
                self._socket.sock.shutdown(socket.SHUT_RDWR)
        self._thread.join(5)
        self._socket.shutdown()  # type: ignore[no-untyped-call]

    def _read(self) -> None:
        with suppress(websocket.WebSocketException, OSError):
            while not self.closed:
                raw = self._socket.recv()
                if not raw:
                    break
                message = json.loads(raw)
                self.received.append(message)
                if self.answer and "envelope_id" in message:
                    self.ack(message, self.answer(message))
        self.closed = True


def ack_all(_: Json) -> None:
    """Acknowledges everything, with nothing to say."""
    return


def until(true: Callable[[], Any], *, within_s: float = 5.0) -> None:
    end = time.monotonic() + within_s
    while not true():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.005)
