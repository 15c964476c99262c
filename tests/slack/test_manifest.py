"""The manifest keeps the rules that Slack publishes for one, and asks for what is used: each event and each method that the
code calls has its scope, each scope its feature, and what is not switched on asks for nothing.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from slack_sdk import WebClient

import bot
from bot.app import packaged_rules
from bot.core.errors import BadUse
from bot.slack import features, heard
from bot.slack.features import FEATURES, Feature, lacking, switched_on
from bot.slack.manifest import manifest as described
from policies.overrides import path_of, with_all
from policies.rules import Rules, parse

PACKAGED = packaged_rules()
AS_PACKAGED = parse(PACKAGED)
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
    "api.test": set(),
    "apps.connections.open": set(),  # of the app's own token
    "assistant.threads.setStatus": {"chat:write"},  # assistant:write no longer, one day
    "auth.test": set(),
    "chat.getPermalink": set(),
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
    "oauth.v2.access": set(),
    **{f"views.{what}": set() for what in ("open", "publish", "update")},
}
PARTS = {"/footnote": {"commands"}, "agent_view": {"assistant:write"}}
FAMILY = "api|apps|assistant|auth|bots|chat|conversations|files|oauth|pins|reactions|team|usergroups|users|views"
NAMED = re.compile(rf"/?((?:{FAMILY})\.[a-zA-Z0-9.]+)(?::.*)?")
CALLED = re.compile(rf"(?:{FAMILY})_[a-zA-Z_]+")


@pytest.mark.parametrize("url", [None, HTTP], ids=["socket", "http"])
def test_it_keeps_the_rules_that_slack_publishes(url: str | None) -> None:
    for by_oauth in (False, True):
        jsonschema.validate(manifest(url=url, by_oauth=by_oauth), RULES)


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
    described = manifest(url=url, by_oauth=True)
    assert described["oauth_config"]["redirect_urls"] == [back]
    assert described["settings"]["token_rotation_enabled"] is True
    plain = manifest(url=url)
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


def test_each_method_and_event_has_the_scopes_that_slack_documents() -> None:
    assert {method: set(taken) for method, taken in features.METHODS.items()} == METHODS
    assert {event: set(taken) for event, taken in features.EVENTS.items()} == EVENTS


def test_each_method_that_we_call_stands_there_and_none_that_we_do_not() -> None:
    called = methods()
    assert called >= {"auth.test", "chat.postMessage", "conversations.members", "users.info", "views.update"}
    assert called == features.METHODS.keys()


def test_each_event_stands_there_that_we_understand_and_none_that_we_do_not() -> None:
    spoken = {"app_mention", "app_home_opened", *(f"message.{room}" for room in ROOMS)}
    assert spoken | heard.COMINGS | heard.TURNS | heard.CHANGES | heard.ENDS == features.EVENTS.keys()


def test_each_part_of_the_manifest_stands_there_that_takes_a_scope() -> None:
    described = manifest()["features"]
    commands = {one["command"] for one in described["slash_commands"]}
    assert commands | {"agent_view"} & described.keys() == PARTS.keys()
    assert {part: set(taken) for part, taken in features.PARTS.items()} == PARTS


def test_whatever_stands_there_is_used_by_a_feature_and_features_use_nothing_else() -> None:
    used = {each for one in FEATURES for each in one.uses}
    assert used == {*features.METHODS, *features.EVENTS, *features.PARTS}
    assert len({one.name for one in FEATURES}) == len(FEATURES)


def test_no_scope_is_asked_for_that_nothing_needs_and_none_is_missing() -> None:
    for rules in (None, AS_PACKAGED):
        uses = {each for one in switched_on(rules) for each in one.uses}
        needed = {scope for each in uses for scope in {**METHODS, **EVENTS, **PARTS}[each]}
        assert set(manifest(rules)["oauth_config"]["scopes"]["bot"]) == needed
        assert events(rules) == uses & EVENTS.keys()


OFF = {"following up without a mention", "answers that a colleague checks", "asking people, and answers that they save",
       "having something done", "messages in channels (slack.post_message)", "approval by a user group"}  # fmt: skip


def test_what_packaged_rules_do_not_switch_on_is_off() -> None:
    assert {one.name for one in FEATURES} - {one.name for one in switched_on(AS_PACKAGED)} == OFF


@pytest.mark.parametrize(
    ("path", "value", "on"),
    [
        ("channels.C0HR.mode", "follow_ups", {"following up without a mention"}),
        ("channels.C0HR.mode", "private", set()),
        ("channels.C0HR.profile.experts", "C0EXPERTS", {"asking people, and answers that they save"}),
        ("experts.channel", "C0EXPERTS", {"asking people, and answers that they save"}),
        ("tools.jira.comment.enabled", True, {"having something done"}),
        ("tools.drive.share_file.approvers", ["S0OFFICE"], {"approval by a user group"}),
        (
            "tools.slack.post_message.enabled",
            True,
            {"having something done", "messages in channels (slack.post_message)"},
        ),
        (
            "intents.question",
            {"review": True, "reviewers": ["U0MEI"], "review_within_minutes": 5},
            {"answers that a colleague checks"},
        ),
    ],
)
def test_a_rule_switches_its_features_on(path: str, value: object, on: set[str]) -> None:
    rules = parse(with_all(PACKAGED, path_of(path), value))
    assert {one.name for one in switched_on(rules)} == {one.name for one in switched_on(AS_PACKAGED)} | on


def test_what_is_off_asks_for_nothing_and_what_is_on_is_named_where_its_scope_is_missing() -> None:
    alone = Feature("talking", frozenset({"chat.postMessage", "message.im"}))
    off = Feature("listing", frozenset({"users.list", "team_join"}), is_on=lambda _: False)
    on = switched_on(AS_PACKAGED, (alone, off))
    assert features.scopes(on) == {"chat:write", "im:history"}
    assert features.events(on) == {"message.im"}
    assert features.events(switched_on(None, (alone, off))) == {"message.im", "team_join"}
    assert lacking(["im:history"], on) == {"chat:write": ("talking",)}
    assert lacking(["chat:write", "im:history", "pins:read"], on) == {}


def test_whoever_hears_of_a_message_hears_of_what_is_sent_in_every_kind_of_room() -> None:
    assert events() >= {"message.channels", "message.groups", "message.im", "message.mpim"} | heard.ENDS


def test_with_a_url_slack_calls_there_and_all_else_is_the_same() -> None:
    by_socket, by_url = manifest(), manifest(url="https://footnote.acme.test")
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
    assert manifest(url=given)["settings"]["event_subscriptions"]["request_url"] == there


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
        manifest(url=given)


def manifest(rules: Rules | None = AS_PACKAGED, url: str | None = None, *, by_oauth: bool = False) -> dict[str, Any]:
    return described(rules, url, by_oauth=by_oauth)


def events(rules: Rules | None = AS_PACKAGED) -> set[str]:
    return set(manifest(rules)["settings"]["event_subscriptions"]["bot_events"])


def methods() -> set[str]:
    """Of Slack's, those that the bot's code names, as a word or as the client's method."""
    folder = Path(bot.__file__).parent
    paths = [path for path in folder.rglob("*.py") if path.relative_to(folder).parts[0] != "playground"]
    tables = Path(str(features.__file__))
    return {
        method for path in paths if path != tables for method in _named(ast.parse(path.read_text(encoding="utf-8")))
    }


def _named(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        match node:
            case ast.Constant(value=str(value)) if (named := NAMED.fullmatch(value)) is not None:
                yield named.group(1)
            case ast.Attribute(attr=attr) if attr != "api_call" and CALLED.fullmatch(attr) and hasattr(WebClient, attr):
                yield attr.replace("_", ".")
            case _:
                pass
