"""The human side over HTTP, and the stream of what one person sees."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from queue import Queue
from threading import Thread
from typing import Any

import httpx
import pytest
from slack_sdk import WebClient

from bot.playground.slack import SlackEmulator, membership
from tests.playground.listener import Listener, ack_all

Json = dict[str, Any]
Listen = Callable[..., Listener]


def do(slack: SlackEmulator, action: str, user: str, **args: Any) -> Json:
    body: Json = httpx.post(f"{slack.origin}/_world/do/{action}", json={"user": user, **args}).json()
    return body


def get(slack: SlackEmulator, what: str, **params: str) -> Json:
    body: Json = httpx.get(f"{slack.origin}/_world/{what}", params=params).json()
    return body


@contextmanager
def watching(slack: SlackEmulator, user: str) -> Iterator[Callable[[], tuple[str, Json]]]:
    """The next thing that this person sees."""
    seen: Queue[tuple[str, Json]] = Queue()
    ready: Queue[None] = Queue()

    def read(response: httpx.Response) -> None:
        kind = ""
        try:
            for line in response.iter_lines():
                if line.startswith(":"):
                    ready.put(None)
                elif line.startswith("event: "):
                    kind = line.removeprefix("event: ")
                elif line.startswith("data: "):
                    seen.put((kind, json.loads(line.removeprefix("data: "))))
        except httpx.HTTPError:
            return

    with (
        httpx.Client(timeout=10) as client,
        client.stream("GET", f"{slack.origin}/_world/stream", params={"user": user}) as response,
    ):
        thread = Thread(target=read, args=(response,), daemon=True)
        thread.start()
        ready.get(timeout=5)
        yield lambda: seen.get(timeout=5)
        slack.lose_lines()
        thread.join(5)


def test_people_channels_and_commands(slack: SlackEmulator) -> None:
    assert {p["name"] for p in get(slack, "people")["people"]} >= {"ana", "ben", "footnote"}
    assert {c["name"] for c in get(slack, "channels", user="gus")["channels"] if c["name"]} == {"secret"}
    (command,) = get(slack, "commands")["commands"]
    assert (command["command"], command["app"], command["description"]) == ("/footnote", "Footnote", "")


def test_apps_are_told_from_people_and_strangers_from_colleagues(slack: SlackEmulator) -> None:
    answer = get(slack, "people")
    assert answer["team"]["name"] == "Acme"
    people = {p["name"]: p for p in answer["people"]}
    app = next(iter(slack.world.apps.values()))
    assert (people["footnote"]["is_bot"], people["footnote"]["app_id"]) == (True, app.id)
    assert (people["footnote"]["home_tab"], people["footnote"]["installed"]) == (True, True)
    assert (people["ana"]["app_id"], people["ana"]["home_tab"]) == (None, False)
    assert (people["ana"]["team"], people["eve"]["team"]) == ("Acme", "Globex")


def test_a_place_says_what_it_is_for_who_is_at_the_other_end_and_which_apps_are_in(slack: SlackEmulator) -> None:
    app = next(iter(slack.world.apps.values()))
    do(slack, "create", "ana", name="plans")
    slack.world.channel("plans").purpose = "What comes next"
    direct = do(slack, "dm", "ana", **{"with": "footnote"})["channel"]
    seen = {c["id"]: c for c in get(slack, "channels", user="ana")["channels"]}
    plans, general = seen[slack.world.channel("plans").id], seen[slack.world.channel("general").id]
    assert (plans["purpose"], plans["apps"], plans["with"]) == ("What comes next", [], None)
    assert (general["apps"], general["general"], general["visible"]) == ([app.id], True, True)
    assert (seen[direct]["with"], seen[direct]["with_name"]) == (app.user_id, "Footnote")


@pytest.mark.parametrize("what", ["channels", "views", "stream", "messages"])
def test_a_person_who_does_not_exist_is_an_answer(slack: SlackEmulator, what: str) -> None:
    answer = httpx.get(f"{slack.origin}/_world/{what}", params={"user": "nobody", "channel": "general"})
    assert (answer.status_code, answer.json()["ok"]) == (400, False)


def test_everything_a_person_does_can_be_done_over_http(
    slack: SlackEmulator, client: WebClient, listen: Listen
) -> None:
    listener = listen(slack, answer=ack_all)
    ts = do(slack, "post", "ana", channel="general", text="hi")["ts"]
    assert do(slack, "edit", "ana", channel="general", ts=ts, text="hello")["ok"]
    assert do(slack, "react", "ben", channel="general", ts=ts, name="eyes") == {"ok": True, "changed": True}
    assert get(slack, "messages", user="ben", channel="general")["messages"][0]["text"] == "hello"
    assert do(slack, "slash", "ana", command="/footnote", text="x", channel="general")["acked"]
    assert do(slack, "join", "ana", channel="quiet")["changed"]
    assert do(slack, "invite", "ana", channel="quiet", who="gus")["changed"]
    assert do(slack, "remove", "ana", channel="quiet", who="gus")["changed"]
    assert do(slack, "leave", "ana", channel="quiet")["changed"]
    assert do(slack, "rename", "ana", channel="general", name="all")["ok"]
    assert do(slack, "create", "ana", name="new")["channel"].startswith("C")
    assert do(slack, "dm", "ana", **{"with": "footnote"})["channel"].startswith("D")
    assert do(slack, "post", "ana", channel="@footnote", files=["a.png"])["ok"]
    assert do(slack, "open_home", "ana")["ok"]
    assert do(slack, "delete", "ana", channel="all", ts=ts)["ok"]
    assert do(slack, "reload", "ana")["ok"]
    assert do(slack, "stop", "ana", channel="all", thread_ts=ts)["ok"]
    assert {"app_home_opened", "message"} <= set(listener.types())


def test_a_modal_over_http(slack: SlackEmulator, client: WebClient, listen: Listen) -> None:
    answers: list[Any] = [{"response_action": "errors", "errors": {"b": "No."}}, None]
    listener = listen(slack, answer=lambda e: answers.pop(0) if e["type"] == "interactive" else None)
    do(slack, "slash", "ana", command="/footnote", channel="general")
    view: Json = {
        "type": "modal",
        "title": {"type": "plain_text", "text": "T"},
        "submit": {"type": "plain_text", "text": "S"},
        "blocks": [
            {
                "type": "input",
                "block_id": "b",
                "label": {"type": "plain_text", "text": "L"},
                "element": {"type": "plain_text_input", "action_id": "a"},
            }
        ],
    }
    client.views_open(trigger_id=listener.wait(1)[0]["payload"]["trigger_id"], view=view)
    shown = get(slack, "views", user="ana")["stack"][0]
    assert do(slack, "submit", "ana", values={"a": "x"}, view_id=shown["id"])["errors"] == {"b": "No."}
    assert do(slack, "submit", "ana", values={"a": "y"})["view"] is None
    assert do(slack, "close", "ana")["error"] == "no modal is open"


@pytest.mark.parametrize(
    ("action", "args"),
    [
        ("post", {"channel": "secret", "text": "x"}),
        ("dance", {}),
        ("post", {"channel": "nowhere"}),
        ("edit", {"nonsense": 1}),
    ],
)
def test_what_cannot_be_done_is_an_answer(slack: SlackEmulator, action: str, args: Json) -> None:
    answer = httpx.post(f"{slack.origin}/_world/do/{action}", json={"user": "ben", **args})
    assert (answer.status_code, answer.json()["ok"]) == (400, False)


def test_only_json_is_taken(slack: SlackEmulator) -> None:
    assert httpx.post(f"{slack.origin}/_world/do/post", data={"user": "ana"}).status_code == 400


def test_a_stream_shows_what_this_person_sees(slack: SlackEmulator, client: WebClient) -> None:
    general, ben = slack.world.channel("general").id, slack.world.user("ben").id
    with watching(slack, "ana") as following:
        slack.as_user("ben").post("hidden", "psst")
        slack.as_user("gus").post("@footnote", "not for ana")
        client.chat_postEphemeral(channel=general, user=ben, text="not for ana")
        client.chat_postEphemeral(channel=general, user=slack.world.user("ana").id, text="for ana")
        posted = client.chat_postMessage(channel=general, text="1")
        client.chat_update(channel=general, ts=posted["ts"], text="2")
        client.assistant_threads_setStatus(channel_id=general, thread_ts=str(posted["ts"]), status="is thinking…")
        client.chat_delete(channel=general, ts=str(posted["ts"]))
        client.views_publish(user_id=slack.world.user("ana").id, view={"type": "home", "blocks": []})
        slack.as_user("ana").invite("general", "gus")
        seen = [following() for _ in range(9)]
    assert [kind for kind, _ in seen] == [
        "message",
        "ephemeral",
        "message",
        "message_changed",
        "thread",
        "message_deleted",
        "view",
        "channel",
        "message",
    ]
    assert [body["message"]["text"] for _, body in seen[:4]] == ["psst", "for ana", "1", "2"]
    assert seen[4][1]["status"] == "is thinking…"
    assert len(seen[7][1]["detail"]["members"]) == 4


def test_a_stream_shows_who_came_and_an_app_that_went(slack: SlackEmulator) -> None:
    app = next(iter(slack.world.apps.values()))
    with watching(slack, "ana") as following:
        membership.hire(slack.world, "kim")
        membership.uninstall(slack.world, app)
        came, went = following(), following()
    assert (came[0], came[1]["user"]["name"]) == ("user", "kim")
    assert (went[0], went[1]["user"]["name"], went[1]["user"]["installed"]) == ("user", "footnote", False)
    assert get(slack, "commands")["commands"] == []


def test_a_stream_tells_who_has_left_that_they_see_the_place_no_longer(slack: SlackEmulator) -> None:
    with watching(slack, "ana") as following:
        slack.as_user("ana").leave("hidden")
        kind, body = following()
    assert (kind, body["detail"]["name"], body["detail"]["visible"]) == ("channel", "hidden", False)


def test_a_reaction_does_not_end_a_stream(slack: SlackEmulator, client: WebClient) -> None:
    asked = slack.as_user("ana").post("@footnote", "hi")
    im = slack.world.im("ana", "footnote").id
    stream = client.chat_stream(channel=im, thread_ts=asked.ts, buffer_size=1)
    stream.append(markdown_text="one ")
    written = slack.as_user("ana").visible_messages(im)[-1]
    with watching(slack, "ana") as following:
        slack.as_user("ana").react(im, written["ts"], "eyes")
        assert following()[1]["message"]["streaming"] is True


def test_a_stream_shows_a_message_being_written(slack: SlackEmulator, client: WebClient) -> None:
    asked = slack.as_user("ana").post("@footnote", "hi")
    im = slack.world.im("ana", "footnote").id
    with watching(slack, "ana") as following:
        stream = client.chat_stream(channel=im, thread_ts=asked.ts, buffer_size=1)
        stream.append(markdown_text="one ")
        stream.append(markdown_text="two")
        stream.stop()
        seen = [following()[1]["message"] for _ in range(4)]
    assert [(m["text"], m["streaming"]) for m in seen] == [
        ("", True),
        ("one ", True),
        ("one two", True),
        ("one two", False),
    ]
