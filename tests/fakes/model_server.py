"""A language model's server on loopback, as OpenAI's: it answers as scripted and remembers what it was sent."""

import json
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass(frozen=True)
class Reply:
    """One answer to one request. `body` as it stands, or what `to` makes of what was asked; without them, a completion
    that says `text`.
    """

    text: str | None = ""
    status: int = 200
    body: bytes | None = None
    to: Callable[[Any], object] | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    after_s: float = 0
    dripping_s: float = 0  # between single bytes of white space, before anything else: as a proxy keeps a line open
    ends: str = "stop"
    refusal: str | None = None
    hangs_up: bool = False


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


@dataclass(frozen=True)
class Asked:
    path: str
    headers: Mapping[str, str]
    body: Any

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
            return self.script[min(len(self.asked), len(self.script)) - 1]

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
            body = _body(server, reply, asked)
            self.send_response(reply.status)
            for name, value in {"Content-Type": "application/json", **reply.headers}.items():
                self.send_header(name, value)
            if not reply.dripping_s:
                self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            while reply.dripping_s and not server.is_over:
                self.wfile.write(b" ")
                self.wfile.flush()
                time.sleep(reply.dripping_s)
            self.wfile.write(body)

        def log_message(self, *_: object) -> None: ...

    return Handler


def _body(server: ModelServer, reply: Reply, asked: Any) -> bytes:
    if reply.body is not None:
        return reply.body
    return json.dumps(reply.to(asked)).encode() if reply.to is not None else _completion(server, reply)


def _completion(server: ModelServer, reply: Reply) -> bytes:
    message = {"role": "assistant", "content": reply.text, "refusal": reply.refusal}
    return json.dumps(
        {
            "id": "c1",
            "object": "chat.completion",
            "created": 1,
            "model": server.answered_as,
            "choices": [{"index": 0, "finish_reason": reply.ends, "message": message}],
            "usage": {"prompt_tokens": 100, "completion_tokens": 20, "total_tokens": 120},
        }
    ).encode()
