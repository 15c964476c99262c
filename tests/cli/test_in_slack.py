"""`footnote serve` and `manifest`, as a person meets them."""

import json
import os
import re
import signal
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from bot.playground.slack import BOT_EVENTS, RateLimits, SlackEmulator
from bot.slack import heard
from bot.slack.words import SHORTFALLS
from tests import company
from tests.console import Console, Running
from tests.fakes.model_server import Reply, error, model_server
from tests.slack.office import ANSWER, QUESTION, a_slack_world, until
from tests.world import console, synced

LEAVE_PROVES = {"passage": 1, "quote": "27 days of paid annual leave"}
WRITTEN = Reply(
    json.dumps({"claims": [{"text": "so it is: 27 days of paid annual leave", "citations": [LEAVE_PROVES]}]})
)
WORDS_ALONE = {"FOOTNOTE_EMBEDDER": "none"}


@pytest.fixture
def slack() -> Iterator[SlackEmulator]:
    with SlackEmulator(a_slack_world(), rates=RateLimits.off()) as running:
        yield running


def tokens(slack: SlackEmulator) -> dict[str, str]:
    return {"SLACK_BOT_TOKEN": slack.bot_token(), "SLACK_APP_TOKEN": slack.app_token(), "SLACK_API_URL": slack.url}


def at_work(acme: Console, slack: SlackEmulator, **variables: str) -> Running:
    """What is said before it is connected comes a minute later, as with Slack."""
    serving = acme.start("serve", **tokens(slack), **variables)
    until(slack.hub.count)
    return serving


# --- serve -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def acme(tmp_path: Path, database_url: str) -> Console:
    """Words alone: what is tested here is not what is found."""
    made = console(tmp_path, database_url)
    return synced(Console(made.home, {**made.environment, **WORDS_ALONE}), company.write(tmp_path / "company"))


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_serve_answers_until_it_is_told_to_stop(acme: Console, slack: SlackEmulator, number: signal.Signals) -> None:
    serving = at_work(acme, slack)
    direct = slack.world.im("ana", next(iter(slack.world.apps.values())))
    slack.as_user("ana").post(direct, QUESTION)
    until(lambda: any(ANSWER in message.text for message in direct.messages.values()))
    os.kill(serving.pid, number)
    said = serving.wait(20)
    assert (said.code, said.out) == (0, "")
    assert "Footnote is in Slack" in said.err
    assert "Traceback" not in said.err
    assert acme.run("audit", "verify").code == 0


@pytest.mark.parametrize("over", ["http", "socket"])
def test_serve_listens_where_it_is_told(acme: Console, slack: SlackEmulator, over: str) -> None:
    """Over HTTP Slack calls there; on a socket it is there for whoever asks how we are. What is counted names nobody."""
    given = tokens(slack)
    if over == "http":
        given["SLACK_SIGNING_SECRET"] = slack.signing_secret()
        del given["SLACK_APP_TOKEN"]
    serving = acme.start("serve", "--port", "0", **given)
    origin = f"http://{listens(serving)}"
    if over == "http":
        slack.deliver_to(f"{origin}/slack/events")
    with httpx.Client(base_url=origin, trust_env=False, timeout=30) as http:
        until(lambda: http.get("/readyz").status_code == 200)
        assert set(http.get("/readyz").json()) == {"ready", "database", "slack", "index", *{"socket"} & {over}}
        direct = slack.world.im("ana", next(iter(slack.world.apps.values())))
        slack.as_user("ana").post(direct, QUESTION)
        until(lambda: any(ANSWER in message.text for message in direct.messages.values()))
        until(lambda: 'footnote_questions_ended_total{end="posted"} 1.0' in http.get("/metrics").text)
        counted = http.get("/metrics").text
        is_taken = http.post("/slack/events", json={}).status_code
    assert 'footnote_replies_total{kind="answer"} 1.0' in counted
    assert 'footnote_source_age_seconds{loop="content",source="acme"}' in counted
    assert not [name for name in (direct.id, slack.world.user("ana").id, "ana@", "annual") if name in counted]
    assert is_taken == (401 if over == "http" else 404)
    os.kill(serving.pid, signal.SIGTERM)
    said = serving.wait(20)
    assert (said.code, said.out) == (0, "")
    assert "Traceback" not in said.err


def listens(serving: Running) -> str:
    said = Path(f"{serving.prefix}.err")

    def where() -> re.Match[str] | None:
        return re.search(r"listens on (127\.0\.0\.1:\d+)\.", said.read_text()) if said.exists() else None

    until(where)
    found = where()
    assert found is not None
    return found.group(1)


def test_with_both_an_apps_token_and_a_signing_secret_it_is_a_socket(acme: Console, slack: SlackEmulator) -> None:
    serving = at_work(acme, slack, SLACK_SIGNING_SECRET=slack.signing_secret())
    os.kill(serving.pid, signal.SIGTERM)
    assert "listens" not in serving.wait(20).err


def test_serve_says_that_its_port_is_taken(acme: Console, slack: SlackEmulator) -> None:
    given = {**tokens(slack), "SLACK_SIGNING_SECRET": slack.signing_secret(), "FOOTNOTE_PORT": str(slack.port)}
    del given["SLACK_APP_TOKEN"]
    done = acme.run("serve", **given)
    assert done.code == 1
    assert "Set FOOTNOTE_HOST or FOOTNOTE_PORT" in done.err
    assert len(done.err.splitlines()) == 1


def says(text: str, answer: str) -> bool:
    """Each part of it, whatever stands between."""
    return all(part in text for part in answer.split(" … "))


@pytest.mark.parametrize(
    ("reply", "answer", "logged"),
    [
        (WRITTEN, "so it is: 27 days", ""),
        (error(401), f"{SHORTFALLS['away']} … {ANSWER}", "look_at='the key of openai'"),
    ],
    ids=["the model writes", "its key is wrong"],
)
def test_serve_answers_with_a_model_or_without(
    acme: Console, slack: SlackEmulator, reply: Reply, answer: str, logged: str
) -> None:
    with model_server(reply) as server:
        serving = at_work(acme, slack, FOOTNOTE_MODEL="openai/some", **server.environment)
        direct = slack.world.im("ana", next(iter(slack.world.apps.values())))
        slack.as_user("ana").post(direct, QUESTION)
        until(lambda: any(says(message.text, answer) for message in direct.messages.values()))
        os.kill(serving.pid, signal.SIGTERM)
        ended = serving.wait(20)
    assert ended.code == 0
    assert logged in ended.err
    assert ended.err.count("[warning") == (1 if logged else 0)


def test_serve_reads_the_sources_by_itself(acme: Console, slack: SlackEmulator, tmp_path: Path) -> None:
    company.write(tmp_path / "company", {"hr/leave.md": company.DOCUMENTS["hr/leave.md"].replace("27", "31")})
    serving = at_work(acme, slack, FOOTNOTE_SYNC_EVERY_MINUTES="0.02")
    direct = slack.world.im("ana", next(iter(slack.world.apps.values())))

    def asked_again() -> bool:
        slack.as_user("ana").post(direct, QUESTION)
        until(lambda: slack.world.channels[direct.id].messages[max(direct.messages)].app_id)
        return "31 days" in direct.messages[max(direct.messages)].text

    until(asked_again)
    os.kill(serving.pid, signal.SIGTERM)
    assert serving.wait(20).code == 0


def test_two_processes_on_one_home_the_second_says_who_holds_it(acme: Console, slack: SlackEmulator) -> None:
    if "DATABASE_URL" in acme.environment and "CHROMA_URL" in acme.environment:
        return  # there, several may serve
    serving = at_work(acme, slack)
    second = acme.run("serve", **tokens(slack))
    assert second.code == 1
    assert "footnote serve" in second.err
    assert acme.run("sources").code == acme.run("audit", "verify").code == 0
    os.kill(serving.pid, signal.SIGTERM)
    serving.wait(20)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        pytest.param({}, "needs SLACK_BOT_TOKEN (xoxb-…) and SLACK_APP_TOKEN (xapp-…)", id="no tokens"),
        pytest.param({"SLACK_BOT_TOKEN": "xoxb-1"}, "needs SLACK_APP_TOKEN (xapp-…)", id="no app token"),
        pytest.param(
            {"SLACK_BOT_TOKEN": "xoxb-1", "SLACK_APP_TOKEN": "xapp-1"},
            "does not accept SLACK_BOT_TOKEN (invalid_auth)",
            id="a wrong bot token",
        ),
    ],
)
def test_serve_says_what_it_needs(acme: Console, slack: SlackEmulator, given: dict[str, str], said: str) -> None:
    done = acme.run("serve", **given, SLACK_API_URL=slack.url)
    assert (done.code, done.out) == (2, "")
    assert said in done.err
    assert len(done.err.splitlines()) == 1
    assert "xoxb-1" not in done.err


def test_serve_says_which_token_is_wrong(acme: Console, slack: SlackEmulator) -> None:
    done = acme.run("serve", **{**tokens(slack), "SLACK_APP_TOKEN": "xapp-1"})
    assert done.code == 2
    assert "does not accept SLACK_APP_TOKEN" in done.err
    assert "Traceback" not in done.err


def test_serve_says_that_slack_is_not_there(acme: Console) -> None:
    nowhere = {"SLACK_BOT_TOKEN": "xoxb-1", "SLACK_APP_TOKEN": "xapp-1", "SLACK_API_URL": "http://127.0.0.1:9/api/"}
    done = acme.run("serve", **nowhere)
    assert done.code == 1
    assert "Slack cannot be reached" in done.err
    assert len(done.err.splitlines()) == 1


# --- the manifest -------------------------------------------------------------------------------------------------------


def test_manifest_asks_for_what_is_used_and_no_more(acme: Console) -> None:
    printed = acme.run("manifest")
    assert printed.code == 0
    manifest = json.loads(printed.out)
    events = set(manifest["settings"]["event_subscriptions"]["bot_events"])
    spoken = {"app_mention", "message.im", "message.mpim", "message.channels", "message.groups"}
    assert events == spoken | heard.COMINGS | heard.TURNS | heard.CHANGES | heard.ENDS | {"app_home_opened"}
    assert set(manifest["oauth_config"]["scopes"]["bot"]) == {
        "app_mentions:read",
        "assistant:write",
        "channels:history",
        "channels:read",
        "chat:write",
        "commands",
        "groups:history",
        "groups:read",
        "im:history",
        "im:read",
        "im:write",
        "mpim:history",
        "mpim:read",
        "users:read",
        "users:read.email",
    }
    assert manifest["settings"]["socket_mode_enabled"]
    assert "agent_view" in manifest["features"]


def test_a_manifest_needs_no_home_and_makes_none(tmp_path: Path) -> None:
    home = tmp_path / "home"
    assert Console(home, {}).run("manifest").code == 0
    assert list(home.iterdir()) == []


def test_the_bot_works_with_the_scopes_and_events_of_its_manifest_alone(acme: Console) -> None:
    manifest = json.loads(acme.run("manifest").out)
    world = a_slack_world()
    footnote = next(iter(world.apps.values()))
    scopes = frozenset(manifest["oauth_config"]["scopes"]["bot"])
    footnote.events = frozenset(manifest["settings"]["event_subscriptions"]["bot_events"]) & BOT_EVENTS
    for token in [token for token in world.tokens.values() if token.kind == "bot"]:
        token.scopes = scopes
    with SlackEmulator(world, rates=RateLimits.off()) as slack:
        serving = at_work(acme, slack)
        slack.as_user("ana").post("general", f"{slack.mention('footnote')} {QUESTION}")
        channel = world.channel("general")
        until(lambda: any(ANSWER in message.text for message in channel.messages.values()))
        os.kill(serving.pid, signal.SIGTERM)
        serving.wait(20)
        assert {request.outcome for request in slack.requests.all()} == {"ok"}
