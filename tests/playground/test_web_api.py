"""Who may call what: tokens, scopes, unknown methods, and every form in which arguments may come."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot.playground.slack import RateLimits, SlackEmulator
from bot.playground.slack.methods import METHODS
from tests.playground.company import a_company

Json = dict[str, Any]


def refusal(call: Callable[[], Any]) -> Json:
    with pytest.raises(SlackApiError) as caught:
        call()
    body: Json = caught.value.response.data
    return body


def post(slack: SlackEmulator, method: str, **how: Any) -> Json:
    headers = {"authorization": f"Bearer {slack.bot_token()}"} | how.pop("headers", {})
    body: Json = httpx.post(slack.url + method, headers=headers, **how).json()
    return body


def test_unknown_method_is_refused_by_name(client: WebClient) -> None:
    assert refusal(lambda: client.api_call("chat.shout")) == {
        "ok": False,
        "error": "unknown_method",
        "req_method": "chat.shout",
    }


def test_without_a_token_nobody_is_authed(slack: SlackEmulator) -> None:
    assert refusal(WebClient(base_url=slack.url).auth_test)["error"] == "not_authed"


def test_a_wrong_token_is_invalid_auth(slack: SlackEmulator) -> None:
    assert refusal(WebClient(token="xoxb-wrong", base_url=slack.url).auth_test)["error"] == "invalid_auth"


def test_an_app_token_may_not_post(slack: SlackEmulator) -> None:
    client = WebClient(token=slack.app_token(), base_url=slack.url)
    assert refusal(lambda: client.chat_postMessage(channel="C1", text="x"))["error"] == "not_allowed_token_type"


def test_a_bot_token_may_not_open_a_socket(slack: SlackEmulator) -> None:
    client = WebClient(base_url=slack.url)
    said = refusal(lambda: client.apps_connections_open(app_token=slack.bot_token()))
    assert said["error"] == "not_allowed_token_type"


def test_tokens_of_a_removed_app_are_dead(slack: SlackEmulator, client: WebClient) -> None:
    from bot.playground.slack.membership import uninstall

    uninstall(slack.world, next(iter(slack.world.apps.values())))
    assert refusal(client.auth_test)["error"] == "account_inactive"


@pytest.fixture
def poor() -> Iterator[SlackEmulator]:
    with SlackEmulator(a_company(scopes=["chat:write", "users:read"]), rates=RateLimits.off()) as running:
        yield running


def test_missing_scope_says_what_is_needed_and_what_there_is(poor: SlackEmulator) -> None:
    client = WebClient(token=poor.bot_token(), base_url=poor.url)
    assert refusal(lambda: client.users_lookupByEmail(email="ana@acme.test")) == {
        "ok": False,
        "error": "missing_scope",
        "needed": "users:read.email",
        "provided": "chat:write,users:read",
    }


def test_addresses_need_their_own_scope(poor: SlackEmulator) -> None:
    client = WebClient(token=poor.bot_token(), base_url=poor.url)
    ana = poor.world.user("ana")
    assert "email" not in client.users_info(user=ana.id)["user"]["profile"]


def test_each_kind_of_conversation_needs_its_own_scope() -> None:
    with SlackEmulator(a_company(scopes=["channels:read"]), rates=RateLimits.off()) as slack:
        client = WebClient(token=slack.bot_token(), base_url=slack.url)
        assert client.conversations_info(channel=slack.world.channel("general").id)["ok"]
        secret = slack.world.channel("secret").id
        assert refusal(lambda: client.conversations_members(channel=secret))["needed"] == "groups:read"
        assert refusal(lambda: client.conversations_list(types="public_channel,im"))["needed"] == "im:read"


def test_scopes_are_told_in_the_headers(client: WebClient) -> None:
    assert "chat:write" in client.auth_test().headers["x-oauth-scopes"]


@pytest.mark.parametrize(
    "how",
    [
        {"json": {"text": "hello"}},
        {"data": {"text": "hello"}},
        {"files": {"text": (None, "hello")}},
        {"params": {"text": "hello"}},
        {"data": {"text": "hello", "blocks": json.dumps([{"type": "divider"}])}},
    ],
    ids=["json", "form", "multipart", "query", "json inside a form"],
)
def test_arguments_come_in_any_form(slack: SlackEmulator, how: Json) -> None:
    general = slack.world.channel("general").id
    for name in ("json", "data", "params"):
        if name in how:
            how = how | {name: how[name] | {"channel": general}}
    if "files" in how:
        how = {"files": how["files"] | {"channel": (None, general)}}
    assert post(slack, "chat.postMessage", **how)["message"]["text"] == "hello"


def test_a_token_may_be_an_argument(slack: SlackEmulator) -> None:
    assert httpx.post(slack.url + "auth.test", data={"token": slack.bot_token()}).json()["ok"]


def test_an_empty_body_of_json_is_no_arguments(slack: SlackEmulator) -> None:
    assert post(slack, "auth.test", headers={"content-type": "application/json"})["ok"]


@pytest.mark.parametrize(
    ("content", "kind", "error"),
    [
        (b"{", "application/json", "invalid_json"),
        (b"[1]", "application/json", "json_not_object"),
        (b"a=b", "application/xml", "invalid_post_type"),
        (b"a=b", "", "missing_post_type"),
    ],
)
def test_broken_bodies_are_refused(slack: SlackEmulator, content: bytes, kind: str, error: str) -> None:
    headers = {"content-type": kind} if kind else {}
    assert post(slack, "auth.test", content=content, headers=headers)["error"] == error


def test_a_missing_argument_is_named(client: WebClient) -> None:
    said = refusal(lambda: client.api_call("chat.update", json={"text": "x", "channel": "C000000001"}))
    assert said["response_metadata"]["messages"] == ["[ERROR] missing required field: ts"]


def test_every_call_is_in_the_log_without_its_token(slack: SlackEmulator, client: WebClient) -> None:
    client.chat_postMessage(channel="#general", text="hi")
    refusal(lambda: client.chat_postMessage(channel="#nowhere", text="hi"))
    good, bad = slack.requests.of("chat.postMessage")
    assert (good.outcome, bad.outcome) == ("ok", "channel_not_found")
    assert good.args == {"channel": "#general", "text": "hi"}
    assert good.token == slack.bot_token()


def test_another_site_cannot_talk_to_it_under_its_own_name(slack: SlackEmulator) -> None:
    assert httpx.get(slack.origin + "/_world/people", headers={"host": "evil.test"}).status_code == 400


def test_each_claimed_method_is_one_that_slack_sdk_knows() -> None:
    unknown = [m for m in METHODS if not hasattr(WebClient, m.replace(".", "_"))]
    assert unknown == []
