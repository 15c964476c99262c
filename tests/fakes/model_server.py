"""A language model's server on loopback, as OpenAI's: it answers as scripted and remembers what it was sent."""

import json
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final

_USAGE: Final = {"prompt_tokens": 100, "completion_tokens": 20, "total_tokens": 120}


@dataclass(frozen=True)
class Pace:
    """How an answer comes that is asked for piece by piece. After so many of its characters the line stays open and
    nothing comes (`stalls_at`), it ends as if all had been said (`ends_at`), or the connection breaks (`dies_at`).
    """

    tokens_a_second: float = 0  # 0: at once
    piece: int = 4  # characters of a token
    stalls_at: int | None = None
    ends_at: int | None = None
    dies_at: int | None = None
    faults_at: int | None = None  # an error comes in place of the next piece
    without_usage: bool = False
    refused: bool = False  # the server takes no such request
    ignored: bool = False  # it answers as if it had been asked for the whole
    on_piece: Callable[[str], object] = lambda _: None

    def all_of(self, text: str) -> str:
        stops = [at for at in (self.stalls_at, self.ends_at, self.dies_at, self.faults_at) if at is not None]
        return text[: min(stops, default=len(text))]


@dataclass(frozen=True)
class Reply:
    """One answer to one request. `body` as it stands, or what `to` makes of what was asked; without them, a completion
    that says `text`.
    """

    text: str | None = ""
    status: int = 200
    body: bytes | None = None
    to: Callable[[Any], object] | None = None
    says: Callable[[Any], str] | None = None  # the text, by what was asked
    headers: Mapping[str, str] = field(default_factory=dict)
    after_s: float = 0
    dripping_s: float = 0  # between single bytes of white space, before anything else: as a proxy keeps a line open
    ends: str = "stop"
    refusal: str | None = None
    hangs_up: bool = False
    cut: bool = False  # the connection ends in the middle of the body
    pace: Pace = field(default_factory=Pace)

    @property
    def streams(self) -> bool:
        return self.status == 200 and self.body is None and not self.pace.ignored and not self.dripping_s


def said(value: object) -> Reply:
    return Reply(json.dumps(value))


def embedded(vector: Callable[[str], Sequence[float]] = lambda text: (len(text), 1.0, 0.0)) -> Reply:
    """Each text by itself, and in no order but that of `index`."""

    def to(body: Any) -> object:
        data = [
            {"object": "embedding", "index": index, "embedding": list(vector(text))}
            for index, text in enumerate(body["input"])
        ]
        return {"object": "list", "model": "scripted", "data": data[::-1], "usage": {"prompt_tokens": 1}}

    return Reply(to=to)


def reranked(score: Callable[[str], float]) -> Reply:
    """Each document by itself."""

    def to(body: Any) -> object:
        scored = [{"index": at, "relevance_score": score(text)} for at, text in enumerate(body["documents"])]
        return {"id": "r1", "results": sorted(scored, key=lambda one: -one["relevance_score"])}

    return Reply(to=to)


def error(status: int, message: str = "no", **headers: str) -> Reply:
    body = json.dumps({"error": {"message": message, "type": "x", "code": None}}).encode()
    return Reply(status=status, body=body, headers={name.replace("_", "-"): value for name, value in headers.items()})


def data_of(body: Any) -> Any:
    """What a model is given as data: the first thing in what it reads from us after our words."""
    return json.JSONDecoder().raw_decode(body["messages"][1]["content"])[0]


@dataclass(frozen=True)
class Asked:
    path: str
    headers: Mapping[str, str]
    body: Any

    @property
    def streams(self) -> bool:
        return bool(self.body.get("stream"))

    @property
    def data(self) -> Any:
        return data_of(self.body)

    @property
    def text(self) -> str:
        """Everything that the model gets to read."""
        return "\n".join(message["content"] for message in self.body["messages"])


class ModelServer:
    """The last of the script stands for every request after it."""

    def __init__(self, *script: Reply) -> None:
        self.script = list(script)
        self.asked: list[Asked] = []
        self.answered_as = "scripted-2026-11-01"
        self._one_at_a_time = threading.Lock()
        self._over = threading.Event()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._server.daemon_threads = True

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}/v1"

    @property
    def environment(self) -> dict[str, str]:
        """Of OpenAI, and of vLLM, which reranks too."""
        return {"OPENAI_BASE_URL": self.url, "OPENAI_API_KEY": "sk-of-nobody", "HOSTED_VLLM_API_BASE": self.url}

    def next(self, asked: Asked) -> Reply:
        with self._one_at_a_time:
            self.asked.append(asked)
            reply = self.script[min(len(self.asked), len(self.script)) - 1]
        if reply.pace.refused and asked.streams:
            return error(400, "stream is not supported")
        return replace(reply, text=reply.says(asked.body)) if reply.says is not None else reply

    def waits(self, seconds: float) -> None:
        """No longer than the test."""
        self._over.wait(seconds)

    @property
    def is_over(self) -> bool:
        return self._over.is_set()

    def serve(self) -> None:
        self._server.serve_forever(poll_interval=0.01)

    def close(self) -> None:
        self._over.set()
        self._server.shutdown()
        self._server.server_close()


@contextmanager
def model_server(*script: Reply) -> Iterator[ModelServer]:
    server = ModelServer(*script)
    thread = threading.Thread(target=server.serve, name="model-server", daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.close()
        thread.join()


def _handler(server: ModelServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            reply = server.next(Asked(self.path, dict(self.headers), body))
            server.waits(reply.after_s)
            try:
                self._send(reply, body)
            except OSError:  # whoever asked has given up
                self.close_connection = True

        def _send(self, reply: Reply, asked: Any) -> None:
            if reply.hangs_up:
                self.close_connection = True
                return
            if asked.get("stream") and reply.streams:
                _stream(self, server, reply)
            else:
                _whole(self, server, reply, _body(server, reply, asked))

        def log_message(self, *_: object) -> None: ...

    return Handler


def _body(server: ModelServer, reply: Reply, asked: Any) -> bytes:
    if reply.body is not None:
        return reply.body
    return json.dumps(reply.to(asked)).encode() if reply.to is not None else _completion(server, reply)


def _whole(handler: BaseHTTPRequestHandler, server: ModelServer, reply: Reply, body: bytes) -> None:
    handler.send_response(reply.status)
    for name, value in {"Content-Type": "application/json", **reply.headers}.items():
        handler.send_header(name, value)
    if not reply.dripping_s:
        handler.send_header("Content-Length", str(len(body)))
    handler.end_headers()
    while reply.dripping_s and not server.is_over:
        handler.wfile.write(b" ")
        handler.wfile.flush()
        time.sleep(reply.dripping_s)
    handler.wfile.write(body[: len(body) // 2] if reply.cut else body)
    handler.close_connection = handler.close_connection or reply.cut


def _stream(handler: BaseHTTPRequestHandler, server: ModelServer, reply: Reply) -> None:
    handler.close_connection = True
    handler.send_response(200)
    handler.send_header("Content-Type", "text/event-stream")
    handler.end_headers()
    for event in _events(server, reply):
        handler.wfile.write(b"data: " + event + b"\n\n")
        handler.wfile.flush()


def _events(server: ModelServer, reply: Reply) -> Iterator[bytes]:
    pace = reply.pace
    coming, began = pace.all_of(reply.text or ""), time.monotonic()
    for number, at in enumerate(range(0, len(coming), pace.piece)):
        if pace.tokens_a_second:
            server.waits(max(0.0, began + number / pace.tokens_a_second - time.monotonic()))
        yield _chunk(server, {"content": coming[at : at + pace.piece]})
        pace.on_piece(coming[: at + pace.piece])
    if pace.stalls_at is not None:
        server.waits(60)
    elif pace.faults_at is not None:
        yield json.dumps({"error": {"message": "overloaded", "type": "server_error", "code": "overloaded"}}).encode()
    elif pace.dies_at is None:
        if pace.ends_at is None:
            yield _chunk(server, {}, ends=reply.ends)
            if not pace.without_usage:
                yield _chunk(server, None)
        yield b"[DONE]"


def _chunk(server: ModelServer, delta: Any, *, ends: str | None = None) -> bytes:
    """Without a delta: what it cost."""
    choices = [] if delta is None else [{"index": 0, "delta": delta, "finish_reason": ends}]
    head = {"id": "c1", "object": "chat.completion.chunk", "created": 1, "model": server.answered_as}
    return json.dumps({**head, "choices": choices, **({"usage": _USAGE} if delta is None else {})}).encode()


def _completion(server: ModelServer, reply: Reply) -> bytes:
    message = {"role": "assistant", "content": reply.text, "refusal": reply.refusal}
    return json.dumps(
        {
            "id": "c1",
            "object": "chat.completion",
            "created": 1,
            "model": server.answered_as,
            "choices": [{"index": 0, "finish_reason": reply.ends, "message": message}],
            "usage": _USAGE,
        }
    ).encode()
