"""Socket Mode: tickets, connections, envelopes, acknowledgements, redelivery; and redelivery over HTTP, to an app with a request URL. It runs on the server's loop; other threads only hand in parcels."""

import asyncio
import json
import secrets
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from threading import Event, Lock

import httpx
from starlette.websockets import WebSocket, WebSocketDisconnect

from bot.playground.slack import limits, requests
from bot.playground.slack.changes import Change
from bot.playground.slack.delivery import Ack, Delivery, EnvelopeKind, Parcel, Post, Sent
from bot.playground.slack.envelopes import Connection, envelope, goodbye, hello
from bot.playground.slack.events import callback, events_for
from bot.playground.slack.nouns import App, Json
from bot.playground.slack.world import SlackWorld

TICK_S = 0.01
GOING_AWAY = 1001


@dataclass
class Hub:
    world: SlackWorld
    origin: Callable[[], str]  # ws://127.0.0.1:port
    delivery: Delivery = field(default_factory=Delivery)
    post: Post = field(default_factory=Post)
    connections: list[Connection] = field(default_factory=list)
    _tickets: dict[str, tuple[str, float]] = field(default_factory=dict)
    _loop: asyncio.AbstractEventLoop | None = None
    _early: list[Parcel] = field(default_factory=list)
    _lock: Lock = field(default_factory=Lock)
    _line: httpx.AsyncClient | None = None
    _sending: set[asyncio.Task[None]] = field(default_factory=set)  # else nobody holds them while they run

    # -- from any thread

    def hear(self, change: Change) -> None:
        """The world calls this under its lock, so that events leave in the order in which things happened."""
        for app, event in events_for(self.world, change):
            self.send_event(app, event)

    def send_event(self, app: App, event: Json) -> None:
        payload = callback(self.world, app, event, self.world.new_id("Ev"))
        for copy in range(self.delivery.copies):
            again = {"event_id": self.world.new_id("Ev")} if copy and self.delivery.new_event_ids else {}
            self._hand_in(Parcel(app.id, "events_api", {**payload, **again}))

    def send_again(self, payload: Json, *, new_event_id: bool = False) -> None:
        """The same event once more, under another envelope."""
        again = {"event_id": self.world.new_id("Ev")} if new_event_id else {}
        known, team = self.world.apps[payload["api_app_id"]], payload["team_id"]
        app = self.world.app_in(known, team) or known
        self._hand_in(Parcel(app.id, "events_api", {**payload, **again}))

    def ask(self, app: App, kind: EnvelopeKind, payload: Json, *, accepts_response: bool) -> "Future[Ack]":
        """A command, a click or a submission: delivered once, never again."""
        answer: Future[Ack] = Future()
        self._hand_in(Parcel(app.id, kind, payload, accepts_response, answer=answer))
        return answer

    def ticket_url(self, app: App) -> str:
        ticket = secrets.token_hex(16)
        with self._lock:
            self._tickets[ticket] = (app.id, self.world.clock.now())
        return f"{self.origin()}/link/?ticket={ticket}&app_id={app.id}"

    def count(self, app_id: str | None = None) -> int:
        return sum(app_id in (None, c.app_id) for c in list(self.connections))

    def accepted(self, patience_s: float = 10.0) -> None:
        """Returns once everything that was handed in before is on its way, or waits for its turn."""
        done = Event()
        self._on_loop(done.set)
        if not done.wait(patience_s):
            raise RuntimeError("the emulator does not keep up")

    def add_ghost(self, app: App) -> None:
        """A connection that Slack believes in and nobody reads: it swallows its share."""
        self._on_loop(self.connections.append, Connection(app.id, None))

    def lay_ghosts(self) -> None:
        def lay() -> None:
            self.connections[:] = [c for c in self.connections if c.outbox]

        self._on_loop(lay)

    def disconnect(self, reason: str = "refresh_requested", *, close_after_s: float = 2.0) -> None:
        """Slack asks to come again on another socket, and closes this one a little later."""

        def ask() -> None:
            for connection in self.connections:
                if connection.outbox and not connection.leaving:
                    connection.leaving = True
                    connection.outbox.put_nowait(goodbye(reason))
                    asyncio.get_running_loop().call_later(close_after_s, connection.outbox.put_nowait, None)

        self._on_loop(ask)

    def drop(self) -> None:
        """The sockets close without a word."""

        def close() -> None:
            for connection in self.connections:
                if connection.outbox:
                    connection.outbox.put_nowait(None)

        self._on_loop(close)

    def _hand_in(self, parcel: Parcel) -> None:
        with self._lock:
            if self._loop is None:
                self._early.append(parcel)
                return
            self._loop.call_soon_threadsafe(self._accept, parcel)

    def _on_loop(self, step: Callable[..., None], *args: object) -> None:
        with self._lock:
            if self._loop is None:
                raise RuntimeError("the emulator is not running")
            self._loop.call_soon_threadsafe(step, *args)

    # -- on the loop

    def start(self, loop: asyncio.AbstractEventLoop) -> None:
        with self._lock:
            self._loop = loop
            early, self._early = self._early, []
        for parcel in early:
            self._accept(parcel)

    def stop(self) -> None:
        with self._lock:
            self._loop = None
        for connection in self.connections:
            if connection.outbox:
                connection.outbox.put_nowait(None)
        for parcel in [*self.post.due, *self.post.waiting.values()]:
            if parcel.answer and not parcel.answer.done():
                parcel.answer.set_result(Ack(acked=False, error="dispatch_failed"))

    async def hang_up(self) -> None:
        for sending in self._sending:
            sending.cancel()
        if self._line is not None:
            await self._line.aclose()

    async def run(self) -> None:
        while True:
            await asyncio.sleep(TICK_S)
            self.tick()

    def tick(self) -> None:
        now = self.world.clock.now()
        for parcel in [p for p in self.post.waiting.values() if p.deadline <= now]:
            del self.post.waiting[parcel.envelope_id]
            self._failed(parcel, "timeout")
        if self.post.due and not self.delivery.paused:
            ready = [p for p in self.post.due if p.due <= now]
            self.post.due = [p for p in self.post.due if p.due > now]
            for parcel in ready:
                self._attempt(parcel)

    async def serve(self, socket: WebSocket) -> None:
        """One connection, from its ticket to its end."""
        app_id = self._redeem(socket.query_params.get("ticket", ""))
        if app_id is None:
            await socket.close()
            return
        await socket.accept()
        if self.count(app_id) >= limits.SOCKETS_PER_APP:
            await socket.send_text(goodbye("too_many_websockets"))
            await socket.close(GOING_AWAY)
            return
        connection = Connection(app_id, asyncio.Queue())
        self.connections.append(connection)
        writer = asyncio.create_task(_write(socket, connection))
        try:
            await socket.send_text(hello(app_id, self.count(app_id)))
            while True:
                self._answered(await socket.receive_text())
        except (WebSocketDisconnect, RuntimeError):  # RuntimeError: our own side had closed it already
            pass
        finally:
            if connection in self.connections:
                self.connections.remove(connection)
            writer.cancel()

    def _redeem(self, ticket: str) -> str | None:
        with self._lock:
            app_id, made_at = self._tickets.pop(ticket, (None, 0.0))
        return app_id if self.world.clock.now() - made_at <= limits.TICKET_S else None

    def _accept(self, parcel: Parcel) -> None:
        if self.delivery.paused and parcel.kind == "events_api":
            self.post.due.append(parcel)
        else:
            self._attempt(parcel)

    def _attempt(self, parcel: Parcel) -> None:
        app = self.world.apps[parcel.app_id]
        if app.request_url is not None:
            self._underway(parcel)
            sending = asyncio.create_task(self._request(app, app.request_url, parcel))
            self._sending.add(sending)
            sending.add_done_callback(self._sending.discard)
            return
        connection = self._next(parcel.app_id)
        if connection is None:
            self._failed(parcel, "connection_failed")
            return
        self._underway(parcel)
        if connection.outbox:
            connection.outbox.put_nowait(envelope(parcel))

    def _underway(self, parcel: Parcel) -> None:
        now = self.world.clock.now()
        if not parcel.envelope_id or self.delivery.new_envelopes:
            parcel.envelope_id = f"{secrets.token_hex(4)}-{secrets.token_hex(8)}"
        parcel.deadline = now + self.delivery.ack_s * (self.delivery.scale if parcel.answer is None else 1.0)
        self.post.waiting[parcel.envelope_id] = parcel
        record = Sent(parcel.envelope_id, parcel.event_id, parcel.kind, parcel.app_id, parcel.attempt, now)
        self.post.sent.append(record)
        self.post.book[parcel.envelope_id] = record

    async def _request(self, app: App, url: str, parcel: Parcel) -> None:
        self._line = self._line or requests.client()
        name = parcel.envelope_id
        answer = await requests.send(self._line, url, requests.envelope(app, parcel, self.world.clock.now()))
        if answer.acked:
            self._acked(name, answer.payload)
        elif self.post.waiting.pop(name, None) is not None:
            self._failed(parcel, answer.error or "http_error")

    def _next(self, app_id: str) -> Connection | None:
        """Round robin over the app's sockets."""
        for connection in self.connections:
            if connection.app_id == app_id and not connection.leaving:
                self.connections.remove(connection)
                self.connections.append(connection)
                return connection
        return None

    def _answered(self, raw: str) -> None:
        try:
            message = json.loads(raw)
        except json.JSONDecodeError:
            return
        envelope_id = message.get("envelope_id") if isinstance(message, dict) else None
        if isinstance(envelope_id, str):
            self._acked(envelope_id, message.get("payload") or None)

    def _acked(self, envelope_id: str, payload: Json | None) -> None:
        parcel = self.post.waiting.pop(envelope_id, None)
        if parcel is None:  # unknown, or too late to count
            return
        self.post.book.pop(parcel.envelope_id).acked_at = self.world.clock.now()
        if parcel.answer and not parcel.answer.done():
            parcel.answer.set_result(Ack(acked=True, payload=payload))

    def _failed(self, parcel: Parcel, reason: str) -> None:
        self.post.book.pop(parcel.envelope_id, None)
        if parcel.answer:
            error = "operation_timeout" if reason == "timeout" else "dispatch_failed"
            if not parcel.answer.done():
                parcel.answer.set_result(Ack(acked=False, error=error))
            return
        if parcel.attempt >= len(self.delivery.redelivery_s):
            self.post.lost.append(parcel)
            return
        wait_s = self.delivery.redelivery_s[parcel.attempt] * self.delivery.scale
        parcel.attempt, parcel.reason = parcel.attempt + 1, reason
        parcel.due = self.world.clock.now() + wait_s
        self.post.due.append(parcel)


async def _write(socket: WebSocket, connection: Connection) -> None:
    assert connection.outbox is not None
    while (text := await connection.outbox.get()) is not None:
        await socket.send_text(text)
    connection.leaving = True
    await socket.close(GOING_AWAY)
