"""A site on loopback that answers as scripted and remembers what it was asked, credentials included."""

import json
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit


@dataclass(frozen=True)
class Asked:
    method: str
    path: str
    parameters: Mapping[str, str]
    authorization: str | None
    body: Any = None


@dataclass(frozen=True)
class Reply:
    """`cut`: it promises this many bytes more than it sends."""

    body: bytes = b"{}"
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    cut: int = 0


def said(value: object, status: int = 200, **headers: str) -> Reply:
    named = {name.replace("_", "-"): text for name, text in headers.items()}
    return Reply(json.dumps(value).encode(), status, {"content-type": "application/json", **named})


def no(status: int, **headers: str) -> Reply:
    return said({"message": "no"}, status, **headers)


def sent_on(url: str) -> Reply:
    return Reply(b"", 302, {"location": url})


Answer = Callable[[Asked], Reply]


@dataclass
class Site:
    """`answers` by path; a list is used up one by one, and its last stays. Everything else is not found."""

    url: str
    answers: dict[str, Reply | Answer | list[Reply]] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def answer(self, asked: Asked) -> Reply:
        with self.lock:
            self.asked.append(asked)
            found = self.answers.get(asked.path, no(404))
            if isinstance(found, list):
                found = found.pop(0) if len(found) > 1 else found[0]
        return found if isinstance(found, Reply) else found(asked)

    @property
    def paths(self) -> list[str]:
        return [asked.path for asked in self.asked]


def _read(kind: str, body: bytes) -> Any:
    """JSON, or a form."""
    if kind == "application/x-www-form-urlencoded":
        return {name: values[-1] for name, values in parse_qs(body.decode()).items()}
    return json.loads(body)


@contextmanager
def site() -> Iterator[Site]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            length = int(self.headers.get("content-length") or 0)
            asked = Asked(
                method=self.command,
                path=parts.path,
                parameters={name: values[-1] for name, values in parse_qs(parts.query).items()},
                authorization=self.headers.get("authorization"),
                body=_read(self.headers.get("content-type", ""), self.rfile.read(length)) if length else None,
            )
            reply = here.answer(asked)
            self.send_response_only(reply.status)  # no date that the script does not say
            for name, value in reply.headers.items():
                self.send_header(name, value)
            self.send_header("content-length", str(len(reply.body) + reply.cut))
            self.end_headers()
            self.wfile.write(reply.body)
            self.close_connection = reply.cut > 0

        do_POST = do_GET  # noqa: N815 - likewise

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - likewise
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    here = Site(f"http://127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield here
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
