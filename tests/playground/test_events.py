"""Which events an app hears: only where its bot is, with the scope, and subscribed; and in which words."""

from collections.abc import Callable
from typing import Any

import pytest

from bot.playground.slack import App, RateLimits, SlackEmulator, membership
from tests.playground.company import a_company
from tests.playground.listener import Listener, ack_all, until

Json = dict[str, Any]
Listen = Callable[..., Listener]


def app_of(slack: SlackEmulator) -> App:
    return next(iter(slack.world.apps.values()))


@pytest.fixture
def ear(slack: SlackEmulator, listen: Listen) -> Listener:
    return listen(slack, answer=ack_all)


def heard(slack: SlackEmulator, ear: Listener, do: Callable[[], Any], count: int) -> list[Json]:
    """What arrives because of it: after a message that came before, before one that surely comes."""
    slack.as_user("ana").post("@footnote", "the start")
    until(lambda: ear.events and ear.events[-1].get("text") == "the start")
    before = len(ear.events)
    do()
    slack.as_user("ana").post("@footnote", "the end")
    until(lambda: ear.events[-1].get("text") == "the end")
    events = ear.events[before:-1]
    assert len(events) == count
    return events


@pytest.mark.parametrize(
    ("who", "channel", "kind"),
    [
        ("ana", "general", "channel"),
        ("gus", "secret", "group"),
        ("gus", "@footnote", "im"),
        ("ben", "mpdm-footnote--ana--ben-1", "mpim"),
        ("eve", "partners", "channel"),
    ],
)
def test_a_message_is_heard_where_the_bot_is(
    slack: SlackEmulator, ear: Listener, who: str, channel: str, kind: str
) -> None:
    (event,) = heard(slack, ear, lambda: slack.as_user(who).post(channel, "hi"), 1)
    assert (event["type"], event["channel_type"], event["text"]) == ("message", kind, "hi")
    assert event["user"] == slack.world.user(who).id
    assert event["blocks"][0]["type"] == "rich_text"


@pytest.mark.parametrize("channel", ["hidden", "quiet"])
def test_where_the_bot_is_not_it_hears_nothing(slack: SlackEmulator, ear: Listener, channel: str) -> None:
    text = f"{slack.mention('footnote')} hi"
    heard(slack, ear, lambda: slack.as_user("ben").post(channel, text), 0)


def test_a_mention_comes_twice_as_message_and_as_mention(slack: SlackEmulator, ear: Listener) -> None:
    text = f"{slack.mention('footnote')} hi"
    message, mention = heard(slack, ear, lambda: slack.as_user("ana").post("general", text), 2)
    assert (message["type"], mention["type"]) == ("message", "app_mention")
    assert message["ts"] == mention["ts"]
    assert "channel_type" not in mention


def test_a_direct_message_is_never_a_mention(slack: SlackEmulator, ear: Listener) -> None:
    (event,) = heard(slack, ear, lambda: slack.as_user("ana").post("@footnote", slack.mention("footnote")), 1)
    assert event["type"] == "message"


def test_in_a_shared_channel_the_envelope_says_so(slack: SlackEmulator, ear: Listener) -> None:
    slack.as_user("eve").post("partners", "hi")
    payload = ear.wait(1)[0]["payload"]
    assert payload["is_ext_shared_channel"] is True
    assert payload["event"]["team"] == slack.world.user("eve").team_id != payload["team_id"]


def test_an_edit_carries_both_versions(slack: SlackEmulator, ear: Listener) -> None:
    ana = slack.as_user("ana")
    posted = ana.post("general", "helo")
    (event,) = heard(slack, ear, lambda: ana.edit("general", posted.ts, "hello"), 1)
    assert (event["subtype"], event["hidden"]) == ("message_changed", True)
    assert event["previous_message"]["text"] == "helo"
    assert event["message"]["text"] == "hello"
    assert event["message"]["ts"] == posted.ts != event["ts"]
    assert event["message"]["edited"]["user"] == ana.id


def test_an_edited_mention_is_a_mention_again(slack: SlackEmulator, ear: Listener) -> None:
    ana = slack.as_user("ana")
    posted = ana.post("general", "hi")
    changed = f"{slack.mention('footnote')} hi"
    _, mention = heard(slack, ear, lambda: ana.edit("general", posted.ts, changed), 2)
    assert mention["type"] == "app_mention"
    assert mention["ts"] == posted.ts
    assert mention["edited"]["user"] == ana.id


def test_a_deletion_names_what_is_gone(slack: SlackEmulator, ear: Listener) -> None:
    ana = slack.as_user("ana")
    posted = ana.post("general", "hi")
    (event,) = heard(slack, ear, lambda: ana.delete("general", posted.ts), 1)
    assert (event["subtype"], event["deleted_ts"]) == ("message_deleted", posted.ts)
    assert event["previous_message"]["text"] == "hi"


def test_a_deleted_head_of_a_thread_changes_into_a_tombstone(slack: SlackEmulator, ear: Listener) -> None:
    ana = slack.as_user("ana")
    posted = ana.post("general", "hi")
    ana.post("general", "reply", thread_ts=posted.ts)
    (event,) = heard(slack, ear, lambda: ana.delete("general", posted.ts), 1)
    assert (event["subtype"], event["message"]["subtype"]) == ("message_changed", "tombstone")


def test_an_image_without_text_is_a_file_share(slack: SlackEmulator, ear: Listener) -> None:
    files = [slack.world.add_file("plan.png")]
    (event,) = heard(slack, ear, lambda: slack.as_user("ana").post("@footnote", files=files), 1)
    assert (event["subtype"], event["text"], event["files"][0]["name"]) == ("file_share", "", "plan.png")
    assert "team" not in event


@pytest.mark.parametrize("app", [True, False], ids=["of today", "of the old kind"])
def test_other_bots_are_bots(slack: SlackEmulator, ear: Listener, *, app: bool) -> None:
    other = slack.world.add_app("Other").user_id if app else slack.world.add_user("hook", bot=True).id
    slack.as_user("ana").invite("general", slack.world.users[other])
    text = f"{slack.mention('footnote')} hi"
    event, mention = heard(slack, ear, lambda: slack.as_user(other).post("general", text), 2)
    assert event["bot_id"] == mention["bot_id"] == slack.world.users[other].bot_id
    assert event.get("subtype") == (None if app else "bot_message")
    assert ("user" in event) is app


def test_a_reply_sent_to_the_channel_too(slack: SlackEmulator, ear: Listener) -> None:
    ana = slack.as_user("ana")
    asked = ana.post("general", "q")
    (event,) = heard(slack, ear, lambda: ana.post("general", "a", thread_ts=asked.ts, broadcast=True), 1)
    assert (event["subtype"], event["thread_ts"]) == ("thread_broadcast", asked.ts)


def test_the_bots_own_messages_come_back_to_it(slack: SlackEmulator, ear: Listener) -> None:
    from slack_sdk import WebClient

    client = WebClient(token=slack.bot_token(), base_url=slack.url)
    (event,) = heard(slack, ear, lambda: client.chat_postMessage(channel="#general", text="me"), 1)
    assert event["bot_id"] == app_of(slack).bot_id


def test_coming_going_and_renaming(slack: SlackEmulator, ear: Listener) -> None:
    ana = slack.as_user("ana")
    slack.world.add_channel("lunch", members=[ana.user, app_of(slack)])

    def do() -> None:
        ana.invite("lunch", "gus")
        ana.remove("lunch", "gus")
        ana.rename("lunch", "everyone")

    events = heard(slack, ear, do, 6)
    assert [e.get("subtype") or e["type"] for e in events] == [
        "member_joined_channel",
        "channel_join",
        "member_left_channel",
        "channel_leave",
        "channel_rename",
        "channel_name",
    ]
    assert events[0]["inviter"] == ana.id
    assert events[4]["channel"]["name"] == "everyone"


def test_the_bot_hears_that_it_was_let_in_and_sent_away(slack: SlackEmulator, ear: Listener) -> None:
    ben = slack.as_user("ben")

    def do() -> None:
        ben.invite("quiet", app_of(slack))
        ben.remove("quiet", app_of(slack))
        ben.post("quiet", "it is gone")

    events = heard(slack, ear, do, 3)
    assert [e.get("subtype") or e["type"] for e in events] == ["member_joined_channel", "channel_join", "channel_left"]


def test_a_changed_user_is_told(slack: SlackEmulator, ear: Listener) -> None:
    ben = slack.world.user("ben")
    (event,) = heard(slack, ear, lambda: membership.change_user(slack.world, ben, restricted=True), 1)
    assert event["user"]["is_restricted"] is True


def test_the_last_words_of_an_uninstalled_app(slack: SlackEmulator, ear: Listener) -> None:
    membership.uninstall(slack.world, app_of(slack))
    slack.as_user("ana").post("general", "anybody there?")
    ear.wait(2)
    assert ear.types() == ["tokens_revoked", "app_uninstalled"]


def test_reactions_need_a_scope_of_their_own(listen: Listen) -> None:
    for scopes, count in (({"im:history"}, 0), ({"im:history", "reactions:read"}, 1)):
        with SlackEmulator(a_company(scopes=scopes), rates=RateLimits.off()) as slack:
            ear, ana = listen(slack, answer=ack_all), slack.as_user("ana")
            posted = ana.post("general", "hi")
            heard(slack, ear, lambda a=ana, p=posted: a.react("general", p.ts, "eyes"), count)  # type: ignore[misc]


def test_what_is_not_subscribed_is_not_sent(listen: Listen) -> None:
    with SlackEmulator(a_company(events=["message.im"]), rates=RateLimits.off()) as slack:
        text = f"{slack.mention('footnote')} hi"
        heard(slack, listen(slack, answer=ack_all), lambda: slack.as_user("ana").post("general", text), 0)


def test_ephemeral_messages_and_streams_are_no_events(slack: SlackEmulator, ear: Listener) -> None:
    from slack_sdk import WebClient

    client = WebClient(token=slack.bot_token(), base_url=slack.url)
    ana = slack.as_user("ana")
    asked = ana.post("@footnote", "hi")
    im = slack.world.im("ana", "footnote").id

    def do() -> None:
        client.chat_postEphemeral(channel=im, user=ana.id, text="psst")
        stream = client.chat_stream(channel=im, thread_ts=asked.ts, buffer_size=1)
        for word in ("one ", "two ", "three"):
            stream.append(markdown_text=word)
        stream.stop()

    begun, ended = heard(slack, ear, do, 2)
    assert begun["text"] == ""
    assert ended["message"]["text"] == "one two three"
