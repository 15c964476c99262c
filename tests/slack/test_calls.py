"""What goes wrong is named by what to do next, and never repeats what Slack said."""

import threading
import traceback
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from slack_sdk import WebClient
from slack_sdk.http_retry.builtin_handlers import RateLimitErrorRetryHandler

from bot.slack import wire
from bot.slack.calls import ask, ask_all
from connectors.model import AccessUnknown, Retryable

Serve = Callable[..., WebClient]


@pytest.fixture
def serve() -> Iterator[Serve]:
    """A client of something that answers with these bodies in turn, the last one again and again."""
    opened: list[HTTPServer] = []

    def answering(*bodies: bytes, status: int = 200, promised: int = 0) -> WebClient:
        waiting = list(bodies)

        class Answer(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                self.rfile.read(int(self.headers["content-length"]))
                body = waiting.pop(0) if len(waiting) > 1 else waiting[0]
                self.send_response(status)
                self.send_header("content-length", str(len(body) + promised))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                pass

        opened.append(HTTPServer(("127.0.0.1", 0), Answer))
        threading.Thread(target=opened[-1].serve_forever, args=(0.01,), daemon=True).start()
        return WebClient(token="xoxb-1", base_url=f"http://127.0.0.1:{opened[-1].server_port}/api/")

    yield answering
    for server in opened:
        server.shutdown()
        server.server_close()


def refusal(client: WebClient) -> str:
    with pytest.raises(AccessUnknown) as refused:
        ask(client, "users.info", wire.OneUser, user="U1")
    assert "private" not in "".join(traceback.format_exception(refused.value))
    return str(refused.value)


def trouble(client: WebClient) -> str:
    with pytest.raises(Retryable) as troubled:
        ask(client, "users.info", wire.OneUser, user="U1")
    assert "private" not in "".join(traceback.format_exception(troubled.value))
    return str(troubled.value)


@pytest.mark.parametrize(
    ("body", "why"),
    [
        pytest.param(b'{"ok": false, "error": "user_not_found", "user": "private"}', "user_not_found", id="a refusal"),
        pytest.param(b'{"ok": false, "error": "never_heard_of"}', "never_heard_of", id="an unknown refusal"),
        pytest.param(b'{"ok": true, "user": {"id": "private"}}', "not understood", id="too little"),
        pytest.param(b'{"ok": true}', "not understood", id="nothing"),
        pytest.param(b'[{"private": 1}]', "not understood", id="a list"),
        pytest.param(b'"private"', "not understood", id="a word"),
    ],
)
def test_what_slack_will_not_say_or_we_do_not_understand_is_unknown(serve: Serve, body: bytes, why: str) -> None:
    assert refusal(serve(body)) == f"users.info: {why}"


@pytest.mark.parametrize(
    ("body", "status"),
    [
        pytest.param(b'{"ok": false, "error": "internal_error"}', 200, id="Slack's own fault"),
        pytest.param(b'{"ok": false, "error": "ratelimited"}', 200, id="too often, with 200"),
        pytest.param(b'{"ok": false, "error": "ratelimited"}', 429, id="too often"),
        pytest.param(b'{"ok": false, "error": "never_heard_of"}', 429, id="too often, in other words"),
        pytest.param(b'{"ok": false, "error": "never_heard_of"}', 503, id="unavailable"),
        pytest.param(b"<html>private</html>", 502, id="a proxy's error"),
        pytest.param(b"<html>private</html>", 200, id="a proxy's page"),
        pytest.param(b'{"ok": true, "private', 200, id="half an answer"),
        pytest.param(b"\xff\xfe", 200, id="no text"),
        pytest.param(b"", 200, id="nothing at all"),
        pytest.param(b"null", 200, id="null"),
    ],
)
def test_what_is_likely_to_pass_is_tried_again_later(serve: Serve, body: bytes, status: int) -> None:
    assert trouble(serve(body, status=status)).startswith("users.info: ")


def test_an_answer_that_breaks_off_is_tried_again_later(serve: Serve) -> None:
    assert trouble(serve(b'{"ok": true}', promised=10)) == "users.info: IncompleteRead"


def test_half_an_answer_is_tried_again_later_by_a_client_that_retries_too(serve: Serve) -> None:
    client = serve(b'{"ok": true, "private')
    client.retry_handlers.append(RateLimitErrorRetryHandler())
    trouble(client)


def test_without_a_connection_it_is_tried_again_later() -> None:
    client = WebClient(token="xoxb-1", base_url="http://127.0.0.1:9/api/", retry_handlers=[])
    assert trouble(client) == "users.info: URLError"


def a_page(*members: str, cursor: str | None) -> bytes:
    following = "null" if cursor is None else f'{{"next_cursor": "{cursor}"}}'
    names = ", ".join(f'"{member}"' for member in members)
    return f'{{"ok": true, "members": [{names}], "response_metadata": {following}}}'.encode()


def members(client: WebClient) -> list[str]:
    found = ask_all(client, "conversations.members", wire.MembersPage, channel="C1")
    return [member for page in found for member in page.members]


@pytest.mark.parametrize("last", ["", None], ids=["empty", "null"])
def test_every_page_is_read_to_the_last(serve: Serve, last: str | None) -> None:
    assert members(serve(a_page("U1", cursor="a"), a_page(cursor="b"), a_page("U2", cursor=last))) == ["U1", "U2"]


@pytest.mark.parametrize(
    "bodies",
    [
        pytest.param([a_page("U1", cursor="a")], id="the same cursor again"),
        pytest.param([a_page("U1", cursor="a"), a_page(cursor="b"), a_page(cursor="a")], id="a round"),
        pytest.param(
            [*(a_page(cursor=str(at)) for at in range(500)), a_page(cursor="")], id="more than anybody can have"
        ),
        pytest.param([b'{"ok": true, "members": [], "response_metadata": "x"}'], id="no metadata"),
        pytest.param([b'{"ok": true, "members": [], "response_metadata": {"next_cursor": 7}}'], id="a number"),
        pytest.param([b'{"ok": true, "members": [null]}'], id="nobody as a member"),
    ],
)
def test_pages_without_a_last_one_are_unknown(serve: Serve, bodies: list[bytes]) -> None:
    with pytest.raises(AccessUnknown):
        members(serve(*bodies))
