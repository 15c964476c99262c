"""Who speaks on Slack's port: Slack, signed just now, or nobody. Whatever else comes gets a plain no and changes nothing."""

import json
import socket
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from urllib.parse import urlencode

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core.nouns import SlackPlace
from bot.web import slack as door
from bot.web.server import _MOST_CONNECTIONS
from tests.slack.office import until
from tests.web.line import FORM, JSON, SECRET, Line, line, now_signed

RECEIPT = "r_" + "0" * 24
TWO_MEGABYTES = 2 * 1024 * 1024


@pytest.fixture(scope="module")
def shared() -> Iterator[Line]:
    with line() as opened:
        yield opened


@pytest.fixture
def slack(shared: Line) -> Line:
    shared.desk.taken.clear()
    shared.rated.clear()
    return shared


@pytest.fixture
def own() -> Iterator[Line]:
    """For what is blocked or closed."""
    with line() as opened:
        yield opened


# --- who is not heard ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        pytest.param({"x_slack_signature": "v0=" + "0" * 64}, 401, id="another signature"),
        pytest.param({"x_slack_signature": ""}, 401, id="an empty signature"),
        pytest.param({"x_slack_signature": "v0"}, 401, id="half a signature"),
        pytest.param({"x_slack_signature": "v0=\u00e9"}, 401, id="a signature that is no ASCII"),
        pytest.param({"x_slack_request_timestamp": ""}, 401, id="no moment"),
        pytest.param({"x_slack_request_timestamp": "soon"}, 401, id="a moment that is no number"),
        pytest.param({"x_slack_request_timestamp": "1e9"}, 401, id="a moment in other digits"),
        pytest.param({"x_slack_request_timestamp": "9" * 5000}, 401, id="a moment without end"),
        pytest.param({"x_slack_request_timestamp": "1"}, 401, id="a moment that was not signed"),
        pytest.param({"content_type": ""}, 415, id="no content type"),
        pytest.param({"content_type": "text/plain"}, 415, id="plain text"),
        pytest.param({"content_type": "multipart/form-data; boundary=x"}, 415, id="a form of files"),
        pytest.param({"content_type": "application/jsonx"}, 415, id="nearly JSON"),
    ],
)
def test_a_request_that_is_not_slacks_is_refused(slack: Line, changes: dict[str, str], status: int) -> None:
    raw = {name: value.encode("latin-1") for name, value in changes.items()}  # as bytes: a header may hold any
    body = slack.event()
    headers = {"content-type": JSON, **now_signed(body)}
    given = {**{k: v.encode() for k, v in headers.items()}, **{k.replace("_", "-"): v for k, v in raw.items()}}
    answer = slack.client.post(slack.url, content=body, headers=given)  # type: ignore[arg-type]
    assert answer.status_code == status
    assert slack.desk.taken == []


@pytest.mark.parametrize("ago_s", [301 + 5, -301 - 5], ids=["old", "of the future"])
def test_a_signature_holds_five_minutes(slack: Line, ago_s: float) -> None:
    body = slack.event()
    answer = slack.post(body, {"content-type": JSON, **now_signed(body, ago_s=ago_s)})
    assert (answer.status_code, slack.desk.taken) == (401, [])
    within = slack.post(body, {"content-type": JSON, **now_signed(body, ago_s=ago_s * 0.9)})
    assert (within.status_code, len(slack.desk.taken)) == (200, 1)


def test_whoever_does_not_know_the_secret_is_not_heard(slack: Line) -> None:
    body = slack.event()
    assert slack.post(body, {"content-type": JSON}).status_code == 401
    assert slack.post(body, {"content-type": JSON, **now_signed(body, "a guess")}).status_code == 401
    assert slack.post(body + b" ", {"content-type": JSON, **now_signed(body)}).status_code == 401
    assert slack.desk.taken == []


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "PATCH", "OPTIONS"])
def test_slack_only_ever_posts(slack: Line, method: str) -> None:
    body = slack.event()
    answer = slack.client.request(method, slack.url, content=body, headers={"content-type": JSON, **now_signed(body)})
    assert (answer.status_code, slack.desk.taken) == (405, [])


def test_nothing_is_anywhere_else(slack: Line) -> None:
    body = slack.event()
    for path in ("/", "/slack", "/slack/events/", "/slack/events/x", "/slack/install", "/docs"):
        answer = slack.client.post(
            slack.url.removesuffix(door.EVENTS) + path,
            content=body,
            headers={"content-type": JSON, **now_signed(body)},
        )
        assert answer.status_code in {404, 307}, path
    assert slack.desk.taken == []


# --- what is too much, or no sense -----------------------------------------------------------------------------------


def test_a_body_that_says_it_is_too_large_is_refused_unread(slack: Line) -> None:
    body = slack.event("x" * TWO_MEGABYTES)
    assert slack.post(body).status_code == 413
    assert slack.desk.taken == []


def test_a_body_that_does_not_say_how_large_it_is_is_read_no_further(slack: Line) -> None:
    body = slack.event("x" * TWO_MEGABYTES)
    pieces = (body[at : at + 65_536] for at in range(0, len(body), 65_536))
    answer = slack.client.post(slack.url, content=pieces, headers={"content-type": JSON, **now_signed(body)})
    assert (answer.status_code, slack.desk.taken) == (413, [])


def test_a_large_message_is_taken(slack: Line) -> None:
    assert slack.post(slack.event("ä" * 40_000)).status_code == 200
    assert len(slack.desk.taken) == 1


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        pytest.param(b"{", JSON, id="broken JSON"),
        pytest.param(b"[]", JSON, id="a list"),
        pytest.param(b"1", JSON, id="a number"),
        pytest.param(b"null", JSON, id="null"),
        pytest.param(b'"x"', JSON, id="a word"),
        pytest.param(b'{"a":' * 100_000 + b"1" + b"}" * 100_000, JSON, id="depth"),
        pytest.param(b"[" * 100_000, JSON, id="only depth"),
        pytest.param(b'{"authorizations": 1, "event": 2}', JSON, id="an event of other shapes"),
        pytest.param(b"payload=[", FORM, id="a broken payload"),
        pytest.param(b"payload=[]", FORM, id="a list as payload"),
        pytest.param(b"payload=null", FORM, id="null as payload"),
    ],
)
def test_what_makes_no_sense_is_refused_though_it_is_signed(slack: Line, body: bytes, kind: str) -> None:
    answer = slack.post(body, {"content-type": kind, **now_signed(body)})
    assert (answer.status_code, slack.desk.taken) == (400, [])


def test_what_is_no_text_is_not_signed(slack: Line) -> None:
    body = b'{"x": "\xff\xfe"}'
    assert slack.post(body).status_code == 401


def test_what_nobody_here_knows_is_not_acknowledged(slack: Line) -> None:
    body = urlencode({"command": "/unknown", "text": "x", "team_id": slack.slack.world.home.id}).encode()
    assert slack.post(body, {"content-type": FORM, **now_signed(body)}).status_code == 404


@pytest.mark.parametrize("signed", [False, True], ids=["unsigned", "signed"])
@given(
    body=st.binary(max_size=300)
    | st.text(max_size=200).map(str.encode)
    | st.text(max_size=50).map(json.dumps).map(str.encode),
    kind=st.sampled_from([JSON, FORM, "application/json; charset=utf-8", "text/xml", ""]),
    retry=st.none() | st.text(st.characters(min_codepoint=33, max_codepoint=126), max_size=20),
)
@settings(max_examples=40)
def test_whatever_comes_has_a_plain_end(
    shared: Line, *, signed: bool, body: bytes, kind: str, retry: str | None
) -> None:
    shared.desk.taken.clear()
    headers = {"content-type": kind, **(now_signed(body) if signed else {})}
    if retry is not None:
        headers["x-slack-retry-num"] = retry
    answer = shared.post(body, headers)
    assert answer.status_code in ({400, 401, 404, 415} if signed else {401, 415})
    assert shared.desk.taken == []


# --- a line that does not end ----------------------------------------------------------------------------------------


HALF = b"POST /slack/events HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 100\r\n"


def half(slack: Line, **changes: str) -> socket.socket:
    """A request whose body does not come, as whoever does not know the secret can send it."""
    headers = {**now_signed(b"", "a guess"), **{name.replace("_", "-"): value for name, value in changes.items()}}
    opened = socket.create_connection(("127.0.0.1", slack.server.port), timeout=10)
    opened.sendall(HALF + "".join(f"{name}: {value}\r\n" for name, value in headers.items()).encode() + b"\r\n{")
    return opened


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"x_slack_signature": ""}, id="no signature"),
        pytest.param({"x_slack_signature": "v1=" + "0" * 64}, id="another kind of signature"),
        pytest.param({"x_slack_request_timestamp": ""}, id="no moment"),
        pytest.param({"x_slack_request_timestamp": "1"}, id="a moment long ago"),
    ],
)
def test_of_what_does_not_even_say_that_it_is_signed_nothing_is_waited_for(
    slack: Line, changes: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(door, "_BODY_S", 60)
    with half(slack, **changes) as opened:
        assert b" 401 " in opened.recv(4096)


def test_those_who_are_slow_and_unsigned_keep_slack_from_nothing(own: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(door, "_BODY_S", 60)
    monkeypatch.setattr(door, "_MOST_IN_HAND", 4)
    with ExitStack() as slow:
        for _ in range(8):
            slow.enter_context(half(own))
        until(lambda: len(own.requests._reading) == 8)
        assert own.post(own.event()).status_code == 200
    until(lambda: not own.requests._reading)
    assert own.post(own.event()).status_code == 200


def test_forged_headers_that_hold_all_the_room_there_is_give_it_up_to_whoever_comes(
    own: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(door, "_BODY_S", 60)
    monkeypatch.setattr(door, "_MOST_READ", 8)
    with ExitStack() as slow:
        forged = []
        for number in range(8):
            forged.append(slow.enter_context(half(own)))
            until(lambda: len(own.requests._reading) == number + 1)  # noqa: B023 - it is asked at once
        for _ in range(3):
            assert own.post(own.event()).status_code == 200
        assert b" 408 " in forged[0].recv(4096)
        assert len(own.requests._reading) == 7
        more = [slow.enter_context(half(own)) for _ in range(20)]
        until(lambda: len(own.requests._reading) == 8)
        assert own.post(own.event()).status_code == 200
        assert len(more) == 20
    until(lambda: not own.requests._reading)


def test_there_is_room_for_more_lines_than_are_read_from() -> None:
    """Else whoever holds all that is read from would keep Slack from a line."""
    assert 2 * door._MOST_READ <= _MOST_CONNECTIONS


def test_a_body_that_never_comes_is_not_waited_for(slack: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(door, "_BODY_S", 0.2)
    with half(slack) as opened:
        assert b" 408 " in opened.recv(4096)
    assert slack.post(slack.event()).status_code == 200


def test_who_hangs_up_leaves_nothing(slack: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(door, "_MOST_READ", 8)
    for _ in range(20):
        half(slack).close()
    until(lambda: slack.post(slack.event()).status_code == 200)
    until(lambda: not slack.requests._reading and slack.requests._in_hand == 0)


# --- what Slack says -------------------------------------------------------------------------------------------------


def test_slack_is_given_its_challenge_back_and_nobody_else(slack: Line) -> None:
    body = json.dumps({"type": "url_verification", "challenge": "sesame"}).encode()
    answer = slack.post(body)
    assert (answer.status_code, answer.json()) == (200, {"challenge": "sesame"})
    assert slack.post(body, {"content-type": JSON}).status_code == 401


def test_an_event_is_taken_in_and_then_acknowledged_with_nothing_said(slack: Line) -> None:
    answer = slack.post(slack.event("How many days?"))
    assert (answer.status_code, answer.content) == (200, b"")
    (taken,) = slack.desk.taken
    assert (taken.question.text, isinstance(taken.question.place, SlackPlace)) == ("How many days?", True)
    assert "server" not in answer.headers


def test_nothing_is_acknowledged_before_it_is_durable(own: Line) -> None:
    own.desk.open.clear()
    with ThreadPoolExecutor(1) as sending:
        answer = sending.submit(own.post, own.event())
        assert own.desk.at.wait(20)
        time.sleep(0.1)
        assert not answer.done()
        own.desk.open.set()
        assert answer.result().status_code == 200


def test_what_could_not_be_kept_is_not_acknowledged_and_is_taken_when_it_comes_again(own: Line) -> None:
    body, own.desk.broken = own.event(), True
    headers = {"content-type": JSON, **now_signed(body)}
    assert own.post(body, headers).status_code == 500
    own.desk.broken = False
    assert own.post(body, headers).status_code == 200
    assert len(own.desk.taken) == 1


def test_a_replay_gets_its_plain_acknowledgement_and_changes_nothing(slack: Line) -> None:
    body = slack.event()
    headers = {"content-type": JSON, **now_signed(body)}
    answers = [slack.post(body, headers) for _ in range(3)]
    assert [(answer.status_code, answer.content) for answer in answers] == [(200, b"")] * 3
    assert len(slack.desk.taken) == 1


def test_a_replayed_click_is_no_second_click(slack: Line) -> None:
    """Nothing else would tell it from another one of the same person."""
    pressed = {
        "type": "block_actions",
        "team": {"id": slack.slack.world.home.id},
        "user": {"id": slack.slack.world.user("ana").id},
        "container": {"type": "message", "message_ts": "1.1", "channel_id": "C1"},
        "actions": [
            {
                "type": "button",
                "action_id": "feedback",
                "block_id": "b",
                "value": f"{RECEIPT}:useful",
                "action_ts": "2.1",
            }
        ],
        "trigger_id": "1",
    }
    body = urlencode({"payload": json.dumps(pressed)}).encode()
    headers = {"content-type": FORM, **now_signed(body)}
    answers = [slack.post(body, headers) for _ in range(3)]
    assert [(answer.status_code, answer.content) for answer in answers] == [(200, b"")] * 3
    until(lambda: slack.rated)
    assert len(slack.rated) == 1


def test_what_slack_sends_again_is_its_own_word_and_reaches_the_desk(slack: Line) -> None:
    """It is signed anew, so that it is no replay; whether it is new is the desk's to say."""
    body = slack.event()
    first = slack.post(body, {"content-type": JSON, **now_signed(body, ago_s=60)})
    again = slack.post(body, x_slack_retry_num="1", x_slack_retry_reason="http_timeout")
    assert (first.status_code, again.status_code) == (200, 200)
    assert [taken.key for taken in slack.desk.taken] == [slack.desk.taken[0].key] * 2


# --- how much at once ------------------------------------------------------------------------------------------------


def test_while_one_waits_for_its_place_the_others_are_let_in_up_to_a_number(
    own: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(door, "_MOST_IN_HAND", 20)
    own.desk.open.clear()
    body = [own.event(str(number)) for number in range(door._MOST_IN_HAND + 1)]
    with ThreadPoolExecutor(door._MOST_IN_HAND) as sending:
        answers = [sending.submit(own.post, each) for each in body[:-1]]
        until(lambda: own.requests._in_hand == door._MOST_IN_HAND)
        one_more = own.post(body[-1])
        assert (one_more.status_code, one_more.headers["retry-after"]) == (503, "1")
        own.desk.open.set()
        assert {answer.result().status_code for answer in answers} == {200}
    assert own.post(body[-1]).status_code == 200
    assert len(own.desk.taken) == len(body)


def test_what_is_in_hand_is_finished_before_the_door_is_shut(own: Line) -> None:
    own.desk.open.clear()
    with ThreadPoolExecutor(2) as doing:
        answer = doing.submit(own.post, own.event())
        assert own.desk.at.wait(20)
        closing = doing.submit(own.server.close)
        time.sleep(0.1)
        assert not closing.done()
        own.desk.open.set()
        assert answer.result().status_code == 200
        closing.result()
    with pytest.raises(httpx.ConnectError):
        own.post(own.event())
    assert len(own.desk.taken) == 1


def test_two_cannot_listen_on_one_port(slack: Line) -> None:
    from starlette.applications import Starlette

    from bot.core.errors import Unready
    from bot.web.server import Server

    with pytest.raises(Unready, match="FOOTNOTE_PORT"):
        Server(Starlette(), host="127.0.0.1", port=slack.server.port).open()
    with pytest.raises(Unready, match="FOOTNOTE_HOST"):
        Server(Starlette(), host="192.0.2.1", port=0).open()


def test_the_secret_stands_nowhere_in_an_answer(slack: Line) -> None:
    answers = [slack.post(slack.event(), {"content-type": JSON}), slack.post(b"{"), slack.post(slack.event())]
    assert all(SECRET not in answer.text + str(answer.headers) for answer in answers)
