"""Slack over HTTP: what an app's request URL gets, signed; and what is sent again when it does not take it."""

import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from urllib.parse import parse_qs

import pytest
from slack_sdk.signature import Clock, SignatureVerifier
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from bot.playground.loopback.server import Server
from bot.playground.slack import CannotDo, Delivery, ManualClock, RateLimits, SlackEmulator
from tests.playground.company import a_company
from tests.playground.listener import Listener, ack_all, until


@dataclass
class AnApp:
    """Keeps what it gets, and answers what it is told to."""

    got: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    answer: Callable[[int], Response] = lambda _: Response()
    challenge: bool = True

    async def take(self, request: Request) -> Response:
        body = await request.body()
        if b"url_verification" in body:
            return JSONResponse({"challenge": json.loads(body)["challenge"] if self.challenge else "?"})
        self.got.append((dict(request.headers), body))
        return self.answer(len(self.got))

    def is_signed(self, slack: SlackEmulator) -> bool:
        class Then(Clock):
            def now(self) -> float:
                return slack.world.clock.now()

        verifier = SignatureVerifier(slack.signing_secret(), Then())
        return all(verifier.is_valid_request(body, headers) for headers, body in self.got)


@pytest.fixture
def app() -> AnApp:
    return AnApp()


@pytest.fixture
def url(app: AnApp) -> Iterator[str]:
    server = Server(lambda: Starlette(routes=[Route("/slack/events", app.take, methods=["POST"])]), name="app")
    server.start()
    yield f"{server.url}/slack/events"
    server.stop()


def test_an_event_is_json_and_signed(slack: SlackEmulator, app: AnApp, url: str) -> None:
    slack.deliver_to(url)
    slack.as_user("ana").post("general", "hi")
    until(lambda: app.got and slack.sent[0].acked_at)
    ((headers, body),) = app.got
    assert headers["content-type"] == "application/json"
    assert "x-slack-retry-num" not in headers
    assert json.loads(body)["event"]["text"] == "hi"
    assert app.is_signed(slack)


def test_a_url_that_does_not_give_the_challenge_back_is_not_taken(slack: SlackEmulator, app: AnApp, url: str) -> None:
    app.challenge = False
    for wrong in (url, "http://127.0.0.1:9/slack/events"):
        with pytest.raises(CannotDo):
            slack.deliver_to(wrong)
    slack.as_user("ana").post("general", "hi")
    slack.hub.accepted()
    assert app.got == []


def test_what_is_not_taken_comes_again_and_says_so(app: AnApp, url: str) -> None:
    with SlackEmulator(a_company(), rates=RateLimits.off(), delivery=Delivery(redelivery_s=(0, 0, 0))) as slack:
        slack.deliver_to(url)
        app.answer = lambda number: Response(status_code=500 if number < 3 else 200)
        slack.as_user("ana").post("general", "hi")
        until(lambda: not slack.hub.post.due and not slack.hub.post.waiting and len(app.got) == 3)
        said = [(h.get("x-slack-retry-num"), h.get("x-slack-retry-reason")) for h, _ in app.got]
        assert said == [(None, None), ("1", "http_error"), ("2", "http_error")]
        assert len({body for _, body in app.got}) == 1
        assert app.is_signed(slack)
        assert not slack.lost


def test_what_is_answered_too_late_comes_again(app: AnApp, url: str) -> None:
    clock = ManualClock()
    with SlackEmulator(a_company(clock), rates=RateLimits.off()) as slack:
        slack.deliver_to(url)

        def slowly(number: int) -> Response:
            if number == 1:
                clock.advance(3.1)
                time.sleep(0.1)  # Slack looks at its clock
            return Response()

        app.answer = slowly
        slack.as_user("ana").post("general", "hi")
        until(lambda: len(app.got) == 2 and not slack.hub.post.waiting)
        assert app.got[1][0]["x-slack-retry-reason"] == "http_timeout"


def test_what_is_said_while_nobody_listens_is_lost_in_the_end(app: AnApp, url: str) -> None:
    with SlackEmulator(a_company(), rates=RateLimits.off(), delivery=Delivery(redelivery_s=(0,))) as slack:
        slack.deliver_to(url)
        next(iter(slack.world.apps.values())).request_url = "http://127.0.0.1:9/slack/events"
        slack.as_user("ana").post("general", "hi")
        until(lambda: slack.lost)


@pytest.mark.parametrize(
    ("answer", "payload"),
    [
        pytest.param(Response(), None, id="nothing"),
        pytest.param(JSONResponse({"text": "done"}), {"text": "done"}, id="JSON"),
        pytest.param(PlainTextResponse("done"), {"text": "done"}, id="plain text"),
    ],
)
def test_a_command_is_a_form_and_may_be_answered(
    slack: SlackEmulator, app: AnApp, url: str, answer: Response, payload: dict[str, str] | None
) -> None:
    slack.deliver_to(url)
    app.answer = lambda _: answer
    outcome = slack.as_user("ana").slash("/footnote", "why?", channel="general")
    assert (outcome.acked, outcome.payload) == (True, payload)
    headers, body = app.got[0]
    assert headers["content-type"] == "application/x-www-form-urlencoded"
    assert parse_qs(body.decode())["text"] == ["why?"]


def test_without_a_url_it_is_sockets_again(slack: SlackEmulator, app: AnApp, url: str) -> None:
    slack.deliver_to(url)
    slack.deliver_to(None)
    listener = Listener(slack, answer=ack_all)
    slack.as_user("ana").post("general", "hi")
    listener.wait(1)
    listener.close()
    assert app.got == []
