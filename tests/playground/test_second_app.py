"""A second real app, using of Slack what Footnote does not: everything a page needs to show it comes over HTTP."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from bot.playground.slack import RateLimits, SlackEmulator
from tests.browser import forms
from tests.browser.gallery import gallery
from tests.browser.second_app import DRAFT, PROMPTS, Sketchpad, install
from tests.playground.company import a_company
from tests.playground.listener import until
from tests.playground.test_page import do, get, watching

Json = dict[str, Any]


@pytest.fixture(scope="module")
def running() -> Iterator[Sketchpad]:
    world = a_company()
    install(world, "general", "secret")
    with SlackEmulator(world, rates=RateLimits.off()) as slack, Sketchpad(slack) as pad:
        yield pad


@pytest.fixture
def pad(running: Sketchpad) -> Sketchpad:
    running.heard.clear()
    return running


@pytest.fixture
def slack(pad: Sketchpad) -> SlackEmulator:
    for name in ("ana", "ben"):
        pad.slack.as_user(name).reload()
    return pad.slack


def said(slack: SlackEmulator, who: str, channel: str = "general") -> list[Json]:
    found: list[Json] = get(slack, "messages", user=who, channel=channel)["messages"]
    return found


def last(slack: SlackEmulator, who: str, text: str) -> Json:
    """The newest message that says so, once it is there."""
    until(lambda: any(m["text"] == text for m in said(slack, who)))
    return next(m for m in reversed(said(slack, who)) if m["text"] == text)


def poll(slack: SlackEmulator, text: str) -> None:
    assert do(slack, "slash", "ana", command="/poll", text=text, channel="general")["acked"]


def top(slack: SlackEmulator, who: str = "ana") -> Json | None:
    stack: list[Json] = get(slack, "views", user=who)["stack"]
    return stack[-1] if stack else None


def the_form(slack: SlackEmulator) -> Json:
    poll(slack, "new")
    until(lambda: top(slack))
    shown = top(slack)
    assert shown is not None
    return shown


def complete(slack: SlackEmulator, **other: Any) -> Json:
    ana = slack.world.user("ana").id
    filled: Json = {
        "name": "Drinks",
        "about": "What we drink\nat eleven",
        "drink": "tea",
        "extras": ["coffee", "water"],
        "owner": ana,
        "rules": ["secret"],
        "size": "large",
        "day": "2026-12-24",
        "votes": "2",
        "mail": "ana@acme.test",
    }
    return filled | other


def test_commands_say_what_they_do_and_how(slack: SlackEmulator) -> None:
    offered = {c["command"]: c for c in get(slack, "commands")["commands"]}
    assert offered["/poll"]["app"] == "Sketchpad"
    assert offered["/poll"]["description"] == "Ask everybody here"
    assert offered["/draft"]["usage_hint"] == "[what about]"
    assert offered["/footnote"]["app"] == "Footnote"


def test_help_is_for_who_asked_and_a_poll_for_all(slack: SlackEmulator) -> None:
    poll(slack, "")
    usage = last(slack, "ana", "Usage: `/poll question`, or `/poll new` for more to choose from.")
    assert usage["is_ephemeral"]
    assert usage["user"] == slack.world.app("Sketchpad").user_id
    poll(slack, "Tea or coffee?")
    assert last(slack, "ben", "Tea or coffee?")["blocks"][0]["accessory"]["type"] == "static_select"
    assert not any(m["ts"] == usage["ts"] for m in said(slack, "ben"))


def test_a_menu_in_a_message_tells_the_app_and_answers_one_person(slack: SlackEmulator, pad: Sketchpad) -> None:
    poll(slack, "Again?")
    ballot = last(slack, "ben", "Again?")
    assert do(slack, "click", "ben", channel="general", ts=ballot["ts"], action_id="vote", value="coffee")["acked"]
    assert last(slack, "ben", "You chose coffee.")["is_ephemeral"]
    assert do(slack, "click", "ben", channel="general", ts=ballot["ts"], action_id="more", value="copy")["acked"]
    assert do(slack, "click", "ben", channel="general", ts=ballot["ts"], action_id="close")["acked"]
    last(slack, "ana", "This poll is closed.")
    assert pad.heard == [("voted", "coffee"), ("more", "copy"), ("closed", None)]


def test_a_form_with_every_field_arrives_as_it_was_filled_in(slack: SlackEmulator, pad: Sketchpad) -> None:
    shown = the_form(slack)
    done = do(slack, "submit", "ana", values=complete(slack), view_id=shown["id"])
    assert (done["errors"], done["view"]) == ({}, None)
    last(slack, "ben", f"<@{slack.world.user('ana').id}> asks: Drinks")
    ((what, entries),) = pad.heard
    assert what == "filled in"
    assert entries["drink"]["value"] == "tea"
    assert [o["value"] for o in entries["extras"]] == ["coffee", "water"]
    assert [o["value"] for o in entries["rules"]] == ["secret"]
    assert entries["size"]["value"] == "large"
    assert {n: entries[n] for n in ("owner", "day", "votes", "mail", "about")} == {
        n: complete(slack)[n] for n in ("owner", "day", "votes", "mail", "about")
    }


def test_a_field_that_is_emptied_holds_nothing(slack: SlackEmulator, pad: Sketchpad) -> None:
    shown = the_form(slack)
    emptied = complete(slack, about="", mail=None, extras=[], rules=[])
    assert do(slack, "submit", "ana", values=emptied, view_id=shown["id"])["errors"] == {}
    entries = pad.heard[0][1]
    assert (entries["about"], entries["mail"], entries["extras"], entries["rules"]) == (None, None, [], [])


def test_the_client_complains_before_the_app_does(slack: SlackEmulator) -> None:
    the_form(slack)
    wanting = do(
        slack, "submit", "ana", values=complete(slack, name="", drink="", day=None, votes="0", mail="ana at acme")
    )
    assert wanting["errors"] == {
        "name": "Please complete this required field.",
        "drink": "Please complete this required field.",
        "day": "Please complete this required field.",
        "votes": "Must be at least 1.",
        "mail": "Enter a valid email address.",
    }
    assert do(slack, "submit", "ana", values=complete(slack, votes="two"))["errors"] == {"votes": "Enter a number."}
    assert do(slack, "submit", "ana", values=complete(slack, votes="1.5"))["errors"] == {
        "votes": "Enter a whole number."
    }


def test_what_the_app_refuses_stands_beside_its_field_and_the_entries_stay(slack: SlackEmulator) -> None:
    shown = the_form(slack)
    refused = do(slack, "submit", "ana", values=complete(slack, name="taken", day="2020-01-01"))
    assert refused["errors"] == {"name": forms.TAKEN, "day": forms.PAST}
    assert refused["view"]["id"] == shown["id"]
    kept = (top(slack) or {})["state"]["values"]
    assert (kept["name"]["it"]["value"], kept["drink"]["it"]["selected_option"]["value"]) == ("taken", "tea")
    assert do(slack, "submit", "ana", values={"name": "free", "day": "2026-12-24"})["view"] is None


def test_a_modal_is_pushed_closed_and_redrawn_with_what_was_typed(slack: SlackEmulator, pad: Sketchpad) -> None:
    the_form(slack)
    do(slack, "click_in_view", "ana", action_id="explain")
    until(lambda: len(get(slack, "views", user="ana")["stack"]) == 2)
    do(slack, "close", "ana")
    do(slack, "click_in_view", "ana", action_id="shorten", values={"name": "Half typed"})
    until(lambda: (top(slack) or {}).get("callback_id") == "short")
    short = top(slack)
    assert short is not None
    assert short["state"]["values"]["name"]["it"]["value"] == "Half typed"
    assert do(slack, "submit", "ana", values={})["view"]["title"]["text"] == "About polls"
    assert pad.heard == [("shortened", "Half typed"), ("filled in", {"name": "Half typed"})]


def test_giving_up_is_told(slack: SlackEmulator, pad: Sketchpad) -> None:
    the_form(slack)
    do(slack, "close", "ana")
    until(lambda: ("given up", None) in pad.heard)


def test_a_whisper_has_buttons_that_change_it_and_take_it_back(slack: SlackEmulator) -> None:
    do(slack, "slash", "ana", command="/whisper", channel="general")
    first = last(slack, "ana", "Nobody else sees this.")
    do(slack, "click", "ana", channel="general", ts=first["ts"], action_id="again")
    second = last(slack, "ana", "Still between us.")
    assert not any(m["ts"] == first["ts"] for m in said(slack, "ana"))
    assert not any(m["ts"] == second["ts"] for m in said(slack, "ben"))
    do(slack, "click", "ana", channel="general", ts=second["ts"], action_id="never mind")
    until(lambda: not any(m["ts"] == second["ts"] for m in said(slack, "ana")))


def test_a_stream_grows_under_a_status_and_ends_with_buttons(slack: SlackEmulator, pad: Sketchpad) -> None:
    with watching(slack, "ben") as following:
        do(slack, "slash", "ana", command="/draft", text="tea", channel="general")
        seen = [following() for _ in range(5 + len(DRAFT))]
    assert [kind for kind, _ in seen] == ["message", "thread", "message", "thread", *["message_changed"] * 5]
    busy, idle = seen[1][1], seen[3][1]
    assert (busy["status"], idle["status"]) == ("is sketching…", "")
    assert busy["status_app"] == slack.world.app("Sketchpad").id
    assert busy["loading_messages"] == ["Sharpening a pencil…", "Looking for paper…"]
    grown = [body["message"] for kind, body in seen if kind == "message_changed"]
    assert [m["text"] for m in grown[:-1]] == ["".join(DRAFT[: i + 1]) for i in range(len(DRAFT))]
    assert [m["streaming"] for m in grown] == [True] * len(DRAFT) + [False]
    assert len({m["blocks"][0]["block_id"] for m in grown}) == 1, "a page would draw the same block anew"
    do(slack, "click", "ben", channel="general", ts=grown[-1]["ts"], action_id="feedback", value="bad")
    until(lambda: ("feedback", "bad") in pad.heard)


def test_prompts_titles_and_statuses_can_be_read_again(slack: SlackEmulator, pad: Sketchpad) -> None:
    direct = do(slack, "dm", "ben", **{"with": "sketchpad"})["channel"]
    do(slack, "open_home", "ben", app="Sketchpad", tab="messages")
    until(lambda: "" in get(slack, "messages", user="ben", channel=direct)["threads"])
    offered = get(slack, "messages", user="ben", channel=direct)["threads"][""]["prompts"]
    assert offered == {"title": "What shall we draw?", "prompts": PROMPTS}
    assert get(slack, "messages", user="ben", channel=direct)["prompts"] == {"": offered}
    pad.pause_s = 0.3
    ts = do(slack, "post", "ben", channel=direct, text="Draw me a plan")["ts"]

    def is_sketching() -> bool:
        read = get(slack, "messages", user="ben", channel=direct)  # once: it goes on sketching
        around = read["threads"].get(ts, {})
        shown = (around.get("title"), around.get("status"))
        return shown == ("Draw me a plan", "is sketching…") and read["statuses"] == {ts: "is sketching…"}

    until(is_sketching)
    pad.pause_s = 0.05
    until(lambda: said(slack, "ben", direct)[-1]["text"] == "".join(DRAFT))
    assert get(slack, "messages", user="ben", channel=direct)["statuses"] == {}


def test_a_home_tab_is_drawn_for_who_opens_it_and_its_button_opens_a_form(slack: SlackEmulator) -> None:
    sketchpad = slack.world.app("Sketchpad").id
    do(slack, "open_home", "ana", app=sketchpad)
    until(lambda: get(slack, "views", user="ana")["homes"][sketchpad])
    home = get(slack, "views", user="ana")["homes"][sketchpad]
    assert get(slack, "views", user="ben")["homes"][sketchpad] is None
    do(slack, "click_in_view", "ana", action_id="new", view_id=home["id"])
    until(lambda: (top(slack) or {}).get("callback_id") == "poll")


@pytest.mark.parametrize("name", gallery("U1", "C1"))
def test_every_kind_of_block_is_carried(slack: SlackEmulator, pad: Sketchpad, name: str) -> None:
    do(slack, "slash", "ana", command="/gallery", text=name, channel="general")
    shown = last(slack, "ben", name)["blocks"]
    assert [b["type"] for b in shown] == [b["type"] for b in gallery("U1", "C1")[name]]
    assert len({b["block_id"] for b in shown}) == len(shown)


def test_a_button_on_a_card_can_be_pressed(slack: SlackEmulator, pad: Sketchpad) -> None:
    do(slack, "slash", "ana", command="/gallery", text="card", channel="general")
    ts = last(slack, "ana", "card")["ts"]
    assert do(slack, "click", "ana", channel="general", ts=ts, action_id="on the card")["acked"]
    until(lambda: pad.heard == [("on the card", None)])


CHOICES: list[tuple[str, Callable[[str], Any]]] = [
    ("colour", lambda _: "green"),
    ("who", lambda ana: ana),
    ("day", lambda _: "2026-12-24"),
]


@pytest.mark.parametrize(("action_id", "value"), CHOICES, ids=[c[0] for c in CHOICES])
def test_what_is_chosen_in_a_message_is_told_at_once_and_remembered(
    slack: SlackEmulator, pad: Sketchpad, action_id: str, value: Callable[[str], Any]
) -> None:
    do(slack, "slash", "ana", command="/gallery", text="actions", channel="general")
    ts, chosen = last(slack, "ana", "actions")["ts"], value(slack.world.user("ana").id)
    assert do(slack, "click", "ana", channel="general", ts=ts, action_id=action_id, value=chosen)["acked"]
    until(lambda: pad.heard == [(action_id, chosen)])
    do(slack, "click", "ana", channel="general", ts=ts, action_id="plain")
    until(lambda: pad.heard[1:] == [("plain", "p")])
    kept = next(entries[action_id] for entries in pad.state.values() if action_id in entries)
    assert chosen in (kept.get("selected_option", {}).get("value"), *kept.values())
