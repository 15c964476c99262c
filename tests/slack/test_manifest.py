"""The manifest keeps the rules that Slack publishes for one, and asks for what is used: each event and each method that the
code calls has its scope, and no scope is there for nothing.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from slack_sdk import WebClient

import bot.slack
from bot.core.errors import BadUse
from bot.slack import heard
from bot.slack.manifest import manifest, scopes

HTTP = "https://footnote.acme.test/slack/events"


def text(most: int, least: int = 1, **more: Any) -> dict[str, Any]:
    return {"type": "string", "minLength": least, "maxLength": most, **more}


def closed(required: tuple[str, ...] = (), **properties: Any) -> dict[str, Any]:
    return {"type": "object", "additionalProperties": False, "required": list(required), "properties": properties}


YES_OR_NO = {"type": "boolean"}
ADDRESS = text(3000, pattern="^https://")
NAMES = {"type": "array", "items": text(50), "uniqueItems": True}
COMMAND = closed(
    ("command", "description"),
    command=text(32, 2, pattern="^/"),
    url=ADDRESS,
    description=text(2000),
    usage_hint=text(1000),
    should_escape=YES_OR_NO,
)
RULES = closed(
    ("display_information",),
    display_information=closed(
        ("name",),
        name=text(35),
        description=text(140),
        long_description=text(4000, 175),
        background_color=text(7, pattern="^#([0-9a-fA-F]{3}){1,2}$"),
    ),
    features=closed(
        agent_view=closed(("agent_description",), agent_description=text(300), suggested_prompts={"type": "array"}),
        app_home=closed(
            home_tab_enabled=YES_OR_NO, messages_tab_enabled=YES_OR_NO, messages_tab_read_only_enabled=YES_OR_NO
        ),
        bot_user=closed(("display_name",), display_name=text(80), always_online=YES_OR_NO),
        slash_commands={"type": "array", "items": COMMAND, "minItems": 1, "maxItems": 50},
    ),
    oauth_config=closed(
        redirect_urls={"type": "array", "items": text(2500)}, scopes=closed(bot={**NAMES, "maxItems": 255})
    ),
    settings=closed(
        event_subscriptions=closed(request_url=ADDRESS, bot_events={**NAMES, "maxItems": 100}),
        interactivity=closed(("is_enabled",), is_enabled=YES_OR_NO, request_url=ADDRESS),
        org_deploy_enabled=YES_OR_NO,
        socket_mode_enabled=YES_OR_NO,
        token_rotation_enabled=YES_OR_NO,
    ),
)
ROOMS = ("channels", "groups", "im", "mpim")
EVENTS: dict[str, set[str]] = {
    "app_home_opened": set(),
    "app_mention": {"app_mentions:read"},
    "app_uninstalled": set(),
    "tokens_revoked": set(),
    "message.channels": {"channels:history"},
    "message.groups": {"groups:history"},
    "message.im": {"im:history"},
    "message.mpim": {"mpim:history"},
    "member_joined_channel": {"channels:read", "groups:read"},
    "member_left_channel": {"channels:read", "groups:read"},
    "team_join": {"users:read"},
    "user_change": {"users:read"},
    **{f"channel_{what}": {"channels:read"} for what in ("archive", "left", "rename", "unarchive")},
    **{f"channel_{what}": {"channels:read", "groups:read"} for what in ("shared", "unshared")},
    **{f"group_{what}": {"groups:read"} for what in ("archive", "left", "rename", "unarchive")},
}
METHODS: dict[str, set[str]] = {
    "chat.getPermalink": set(),
    "assistant.threads.setStatus": {"assistant:write"},
    "assistant.threads.setSuggestedPrompts": {"assistant:write"},
    "auth.test": set(),
    **{f"chat.{what}": {"chat:write"} for what in ("appendStream", "startStream", "stopStream")},
    **{f"chat.{what}": {"chat:write"} for what in ("delete", "postEphemeral", "postMessage", "update")},
    "conversations.history": {f"{room}:history" for room in ROOMS},
    "conversations.replies": {f"{room}:history" for room in ROOMS},
    "conversations.info": {f"{room}:read" for room in ROOMS},
    "conversations.list": {"channels:read", "groups:read"},
    "conversations.members": {f"{room}:read" for room in ROOMS},
    "conversations.open": {"im:write"},
    "usergroups.list": {"usergroups:read"},
    "usergroups.users.list": {"usergroups:read"},
    "users.info": {"users:read", "users:read.email"},
    "users.list": {"users:read", "users:read.email"},
    "users.lookupByEmail": {"users:read.email"},
    **{f"views.{what}": set() for what in ("open", "publish", "push", "update")},
}
FAMILY = "apps|assistant|auth|bots|chat|conversations|files|pins|reactions|team|usergroups|users|views"
NAMED = re.compile(rf"/?((?:{FAMILY})\.[a-zA-Z.]+)(?::.*)?")
CALLED = re.compile(rf"(?:{FAMILY})_[a-zA-Z_]+")


@pytest.mark.parametrize("url", [None, HTTP], ids=["socket", "http"])
def test_it_keeps_the_rules_that_slack_publishes(url: str | None) -> None:
    for by_oauth in (False, True):
        jsonschema.validate(manifest(url, by_oauth=by_oauth), RULES)


@pytest.mark.parametrize(
    ("url", "back"),
    [
        ("https://footnote.acme.test", "https://footnote.acme.test/slack/oauth_redirect"),
        ("https://footnote.acme.test:8443/", "https://footnote.acme.test:8443/slack/oauth_redirect"),
        ("https://acme.test/bot/slack/events", "https://acme.test/bot/slack/oauth_redirect"),
        ("https://acme.test/hooks/42", "https://acme.test/slack/oauth_redirect"),
    ],
)
def test_whoever_installs_it_by_oauth_comes_back_beside_the_request_url(url: str, back: str) -> None:
    described = manifest(url, by_oauth=True)
    assert described["oauth_config"]["redirect_urls"] == [back]
    assert described["settings"]["token_rotation_enabled"] is True
    plain = manifest(url)
    assert "redirect_urls" not in plain["oauth_config"]
    assert plain["oauth_config"]["scopes"] == described["oauth_config"]["scopes"]
    assert plain["settings"]["token_rotation_enabled"] is False


@pytest.mark.parametrize(
    ("part", "name", "value"),
    [
        ("display_information", "name", "x" * 36),
        ("display_information", "description", "x" * 141),
        ("display_information", "background_color", "blue"),
        ("features", "assistant", {}),
        ("settings", "socket_mode_enabled", "yes"),
    ],
)
def test_the_rules_forbid_something(part: str, name: str, value: object) -> None:
    described = manifest()
    described[part][name] = value
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(described, RULES)


def test_each_event_has_its_scope() -> None:
    missing = {event: EVENTS[event] - scopes() for event in events() if EVENTS[event] - scopes()}
    assert missing == {}


def test_each_method_that_we_call_has_its_scope() -> None:
    called = methods()
    assert called >= {"auth.test", "chat.postMessage", "conversations.members", "users.info", "views.update"}
    missing = {method: METHODS[method] - scopes() for method in called if METHODS[method] - scopes()}
    assert missing == {}


def test_no_scope_is_asked_for_that_nothing_needs() -> None:
    needed = {scope for event in events() for scope in EVENTS[event]}
    needed |= {scope for method in methods() for scope in METHODS[method]}
    needed |= {"commands"} if "slash_commands" in manifest()["features"] else set()
    assert scopes() == needed


def test_whoever_hears_of_a_message_hears_of_what_is_sent_in_every_kind_of_room() -> None:
    assert events() >= {"message.channels", "message.groups", "message.im", "message.mpim"} | heard.ENDS


def test_with_a_url_slack_calls_there_and_all_else_is_the_same() -> None:
    by_socket, by_url = manifest(), manifest("https://footnote.acme.test")
    settings = by_url["settings"]
    assert not settings["socket_mode_enabled"]
    assert settings["event_subscriptions"].pop("request_url") == HTTP
    assert settings["interactivity"].pop("request_url") == HTTP
    for command in by_url["features"].get("slash_commands", ()):
        assert command.pop("url") == HTTP
    settings["socket_mode_enabled"] = True
    assert by_url == by_socket


@pytest.mark.parametrize(
    ("given", "there"),
    [
        ("https://footnote.acme.test", HTTP),
        ("https://footnote.acme.test/", HTTP),
        ("https://footnote.acme.test:8443", "https://footnote.acme.test:8443/slack/events"),
        ("https://acme.test/bots/footnote", "https://acme.test/bots/footnote"),
    ],
)
def test_an_address_without_a_path_gets_ours(given: str, there: str) -> None:
    assert manifest(given)["settings"]["event_subscriptions"]["request_url"] == there


@pytest.mark.parametrize(
    "given",
    [
        "",
        "footnote.acme.test",
        "http://footnote.acme.test",
        "https://",
        "https:///slack/events",
        "https://ana:secret@footnote.acme.test",
        "https://footnote.acme.test:port",
        "https://footnote.acme.test?x=1",
        "https://footnote.acme.test#x",
        "https://footnote.acme test",
        "https://footnote.acme.test/\x1b[31m",
        "https://footnote.acme.test/" + "x" * 300,
        "ftp://footnote.acme.test",
    ],
)
def test_what_slack_could_not_call_is_refused(given: str) -> None:
    with pytest.raises(BadUse, match="--url"):
        manifest(given)


def events() -> set[str]:
    return set(manifest()["settings"]["event_subscriptions"]["bot_events"])


def methods() -> set[str]:
    """Of Slack's, those that the code of the bot's room names, as a word or as the client's method."""
    folder = Path(bot.slack.__file__).parent
    found = {method for path in folder.rglob("*.py") for method in _named(ast.parse(path.read_text(encoding="utf-8")))}
    assert found <= METHODS.keys(), "a method is called of which it is not said here what it needs"
    return found


def _named(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        match node:
            case ast.Constant(value=str(value)) if (named := NAMED.fullmatch(value)) is not None:
                yield named.group(1)
            case ast.Attribute(attr=attr) if CALLED.fullmatch(attr) and hasattr(WebClient, attr):
                yield attr.replace("_", ".")
            case _:
                pass
