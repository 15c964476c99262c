"""What may go wrong between an app and Slack; above all, that it happened and nobody was told."""

import logging
import socket
from http.client import RemoteDisconnected
from urllib.error import URLError
from urllib.parse import urlsplit

import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from slack_sdk.http_retry.builtin_handlers import ServerErrorRetryHandler

from bot.playground.slack import RateLimits, SlackEmulator
from tests.playground.company import a_company
from tests.playground.test_web_api import refusal


def said(slack: SlackEmulator) -> list[str]:
    return [m["text"] for m in slack.as_user("ana").visible_messages("general")]


@pytest.fixture
def once(slack: SlackEmulator) -> WebClient:
    """A client that never tries again by itself."""
    return WebClient(token=slack.bot_token(), base_url=slack.url, retry_handlers=[], timeout=5)


def test_the_message_is_there_though_the_reply_was_lost(slack: SlackEmulator, once: WebClient) -> None:
    slack.faults.fail("chat.postMessage", "lost_reply")
    with pytest.raises((RemoteDisconnected, URLError, ConnectionError)):
        once.chat_postMessage(channel="#general", text="hello")
    assert said(slack) == ["hello"]
    assert slack.requests.of("chat.postMessage")[0].outcome == "fault:lost_reply"


def test_slack_sdks_default_client_posts_twice_when_the_reply_is_lost(slack: SlackEmulator, client: WebClient) -> None:
    """A trap for every app: slack_sdk retries a connection error once, and chat.postMessage is not idempotent."""
    slack.faults.fail("chat.postMessage", "lost_reply")
    client.chat_postMessage(channel="#general", text="hello")
    assert said(slack) == ["hello", "hello"]


def test_half_a_reply(slack: SlackEmulator, once: WebClient) -> None:
    slack.faults.fail("chat.postMessage", "truncated")
    with pytest.raises(Exception, match=r"IncompleteRead|Received a response in a non-JSON format"):
        once.chat_postMessage(channel="#general", text="hello")
    assert said(slack) == ["hello"]


def test_slack_is_down_and_comes_back(slack: SlackEmulator, client: WebClient) -> None:
    client.retry_handlers.append(ServerErrorRetryHandler(max_retry_count=2))
    slack.faults.fail("chat.postMessage", "error_500", times=2)
    client.chat_postMessage(channel="#general", text="hello")
    assert said(slack) == ["hello"]
    assert [r.status for r in slack.requests.of("chat.postMessage")] == [500, 500, 200]


def test_a_forced_rate_limit_has_its_own_wait(slack: SlackEmulator, once: WebClient) -> None:
    slack.faults.fail("users.info", "rate_limited", seconds=30)
    with pytest.raises(SlackApiError) as caught:
        once.users_info(user=slack.world.user("ana").id)
    assert caught.value.response.headers["Retry-After"] == "30"


def test_a_page_of_a_proxy_is_not_json(slack: SlackEmulator, once: WebClient) -> None:
    slack.faults.fail("auth.test", "html")
    with pytest.raises(SlackApiError, match="non-JSON format"):
        once.auth_test()


def test_silence_then_a_closed_connection(slack: SlackEmulator) -> None:
    slack.faults.fail("chat.postMessage", "timeout", seconds=3)
    impatient = WebClient(token=slack.bot_token(), base_url=slack.url, retry_handlers=[], timeout=1)
    with pytest.raises(TimeoutError):
        impatient.chat_postMessage(channel="#general", text="hello")
    assert said(slack) == []


def test_a_slow_reply_is_a_reply(slack: SlackEmulator, once: WebClient) -> None:
    slack.faults.fail("chat.postMessage", "slow", seconds=0.2)
    assert once.chat_postMessage(channel="#general", text="hello")["ok"]


def test_faults_hit_the_call_they_were_meant_for(slack: SlackEmulator, once: WebClient) -> None:
    slack.faults.fail("chat.postMessage", "slack_error", code="fatal_error", skip=1)
    once.auth_test()
    once.chat_postMessage(channel="#general", text="1")
    assert refusal(lambda: once.chat_postMessage(channel="#general", text="2"))["error"] == "fatal_error"
    once.chat_postMessage(channel="#general", text="3")
    assert said(slack) == ["1", "3"]


def test_a_star_hits_any_method_and_faults_can_be_called_off(slack: SlackEmulator, once: WebClient) -> None:
    slack.faults.fail("*", "slack_error", times=5)
    assert refusal(once.auth_test)["error"] == "internal_error"
    slack.faults.clear()
    assert once.auth_test()["ok"]


def test_who_leaves_in_the_middle_of_a_request_has_said_nothing_and_is_no_fault(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """As a process does that is killed."""
    with SlackEmulator(a_company(), rates=RateLimits.off()) as slack, caplog.at_level(logging.WARNING):
        at = urlsplit(slack.url)
        assert at.hostname is not None
        with socket.create_connection((at.hostname, at.port or 80)) as leaving:
            leaving.sendall(
                f"POST {at.path}chat.postMessage HTTP/1.1\r\nHost: {at.netloc}\r\nAuthorization: Bearer {slack.bot_token()}\r\n"
                "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 1000\r\n\r\nchannel=general&text=hel".encode()
            )
        WebClient(token=slack.bot_token(), base_url=slack.url).chat_postMessage(channel="#general", text="hello")
        assert said(slack) == ["hello"]
    assert [one.getMessage() for one in caplog.records] == []
