"""How often an app may call, and how slack_sdk's own retry handler gets through."""

import time

from slack_sdk import WebClient
from slack_sdk.http_retry.builtin_handlers import RateLimitErrorRetryHandler

from bot.playground.slack import ManualClock, RateLimits, SlackEmulator
from tests.playground.company import a_company
from tests.playground.test_web_api import refusal


def limited(clock: ManualClock | None = None, *, scale: float = 1.0) -> SlackEmulator:
    return SlackEmulator(a_company(clock), rates=RateLimits(scale=scale))


def test_one_message_a_second_in_each_channel(clock: ManualClock) -> None:
    with limited(clock) as slack:
        client = WebClient(token=slack.bot_token(), base_url=slack.url)
        general, secret = slack.world.channel("general").id, slack.world.channel("secret").id
        client.chat_postMessage(channel=general, text="1")
        client.chat_postMessage(channel=secret, text="1")
        assert refusal(lambda: client.chat_postMessage(channel=general, text="2")) == {
            "ok": False,
            "error": "ratelimited",
        }
        clock.advance(1.01)
        client.chat_postMessage(channel=general, text="2")
        assert len(slack.as_user("ana").visible_messages("general")) == 2


def test_too_many_is_429_with_whole_seconds_to_wait(clock: ManualClock) -> None:
    with limited(clock) as slack:
        client = WebClient(token=slack.bot_token(), base_url=slack.url)
        for _ in range(20):
            client.users_list()
            clock.advance(1)
        last = slack.requests.all()
        assert refusal(client.users_list)["error"] == "ratelimited"
        assert slack.requests.all()[-1].status == 429
        assert len(slack.requests.all()) == len(last) + 1
        clock.advance(39)
        refusal(client.users_list)
        clock.advance(1)
        assert client.users_list()["ok"]


def test_slack_sdks_retry_handler_waits_and_gets_through() -> None:
    with limited() as slack:
        client = WebClient(token=slack.bot_token(), base_url=slack.url)
        client.retry_handlers.append(RateLimitErrorRetryHandler(max_retry_count=2))
        started = time.monotonic()
        for text in ("1", "2"):
            client.chat_postMessage(channel="#general", text=text)
        assert time.monotonic() - started >= 1
        assert [m["text"] for m in slack.as_user("ana").visible_messages("general")] == ["1", "2"]
        assert [r.status for r in slack.requests.of("chat.postMessage")] == [200, 429, 200]


def test_limits_can_be_scaled_and_lifted(clock: ManualClock) -> None:
    with limited(clock, scale=0.1) as slack:
        client = WebClient(token=slack.bot_token(), base_url=slack.url)
        client.chat_postMessage(channel="#general", text="1")
        clock.advance(0.11)
        client.chat_postMessage(channel="#general", text="2")
        slack.rates.enabled = False
        for _ in range(5):
            client.chat_postMessage(channel="#general", text="3")


def test_apps_do_not_use_up_each_others_calls(clock: ManualClock) -> None:
    with limited(clock) as slack:
        other = slack.world.add_app("Other")
        slack.as_user("ana").invite("general", other)
        for token in (slack.bot_token(), slack.bot_token(other)):
            WebClient(token=token, base_url=slack.url).chat_postMessage(channel="#general", text="x")
