"""Who is where, page by page, and what was said there."""

from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st
from slack_sdk import WebClient

from bot.playground.slack import RateLimits, SlackEmulator, SlackWorld
from bot.playground.slack.errors import SlackError
from bot.playground.slack.paging import page
from tests.playground.company import a_company
from tests.playground.test_web_api import refusal


def a_crowd(people: int) -> SlackWorld:
    world = SlackWorld()
    app = world.add_app()
    world.add_channel("all", members=[app, *(world.add_user(f"u{i}") for i in range(people))])
    return world


def test_members_come_in_pages_and_slack_gives_less_than_asked_for() -> None:
    world = a_crowd(25)
    with SlackEmulator(world, rates=RateLimits.off(), pages={"conversations.members": 10}) as slack:
        client = WebClient(token=slack.bot_token(), base_url=slack.url)
        pages = [p["members"] for p in client.conversations_members(channel=world.channel("all").id, limit=200)]
        assert [len(p) for p in pages] == [10, 10, 6]
        assert [m for p in pages for m in p] == world.channel("all").members


def test_a_cursor_made_up_is_refused(slack: SlackEmulator, client: WebClient) -> None:
    general = slack.world.channel("general").id
    assert refusal(lambda: client.conversations_members(channel=general, cursor="x!"))["error"] == "invalid_cursor"
    assert (
        refusal(lambda: client.conversations_members(channel=general, cursor="dXNlcjpV"))["error"] == "invalid_cursor"
    )
    assert refusal(lambda: client.conversations_members(channel=general, limit=2_000))["error"] == "invalid_limit"


@given(items=st.lists(st.text(min_size=1), unique=True), limit=st.integers(0, 12), most=st.integers(1, 9))
def test_pages_neither_lose_nor_repeat_anything(items: list[str], limit: int, most: int) -> None:
    seen: list[str] = []
    cursor = ""
    while True:
        found, cursor = page(items, key=str, noun="x", cursor=cursor, limit=limit, most=most)
        assert len(found) <= most
        seen += found
        if not cursor:
            break
    assert seen == items


def test_a_cursor_of_another_collection_is_refused() -> None:
    _, cursor = page(["a", "b"], key=str, noun="x", cursor="", limit=1, most=9)
    with pytest.raises(SlackError, match="invalid_cursor"):
        page(["a", "b"], key=str, noun="y", cursor=cursor, limit=1, most=9)


def test_a_private_channel_the_bot_is_not_in_does_not_exist(slack: SlackEmulator, client: WebClient) -> None:
    hidden = slack.world.channel("hidden").id
    for method in ("info", "members", "history", "replies", "join"):
        args = {"channel": hidden, "ts": "1.1"}
        said = refusal(partial(client.api_call, f"conversations.{method}", params=args))
        assert said["error"] in {"channel_not_found", "missing_scope"}
    names = [c["name"] for c in client.conversations_list(types="public_channel,private_channel")["channels"]]
    assert names == ["general", "secret", "quiet", "partners"]


def test_direct_conversations_of_others_do_not_exist(slack: SlackEmulator, client: WebClient) -> None:
    theirs = slack.world.im("ana", "ben")
    assert refusal(lambda: client.conversations_history(channel=theirs.id))["error"] == "channel_not_found"
    assert client.conversations_list(types="im")["channels"] == []


def test_a_public_channel_is_known_but_not_read_without_joining() -> None:
    with SlackEmulator(
        a_company(scopes=["channels:read", "channels:history", "channels:join"]), rates=RateLimits.off()
    ) as slack:
        client = WebClient(token=slack.bot_token(), base_url=slack.url)
        quiet = slack.world.channel("quiet").id
        slack.as_user("ben").post("quiet", "hello")
        assert client.conversations_info(channel=quiet)["channel"]["is_member"] is False
        assert refusal(lambda: client.conversations_history(channel=quiet))["error"] == "not_in_channel"
        client.conversations_join(channel=quiet)
        found = client.conversations_history(channel=quiet)["messages"]
        assert [m.get("subtype") for m in found] == ["channel_join", None]
        assert client.conversations_join(channel=quiet)["warning"] == "already_in_channel"


def test_shapes_tell_the_kinds_apart(slack: SlackEmulator, client: WebClient) -> None:
    def info(channel: str) -> dict[str, object]:
        found: dict[str, object] = client.conversations_info(channel=channel, include_num_members=True)["channel"]
        return found

    general, secret = info(slack.world.channel("general").id), info(slack.world.channel("secret").id)
    partners = info(slack.world.channel("partners").id)
    mpim = info(slack.world.mpim("ana", "ben", "footnote").id)
    im = info(slack.world.im("ana", "footnote").id)
    assert (general["is_channel"], general["is_private"], general["num_members"]) == (True, False, 3)
    assert (secret["is_group"], secret["is_private"]) == (True, True)
    assert (partners["is_ext_shared"], partners["connected_team_ids"]) == (True, ["T000000002"])
    assert mpim["is_mpim"] is True
    assert (im["is_im"], im["user"]) == (True, slack.world.user("ana").id)


def test_history_is_newest_first_without_replies_and_in_pages(slack: SlackEmulator, client: WebClient) -> None:
    ana = slack.as_user("ana")
    posted = [ana.post("general", str(i)) for i in range(5)]
    ana.post("general", "reply", thread_ts=posted[0].ts)
    general = slack.world.channel("general").id
    found = client.conversations_history(channel=general, limit=2)
    pages = [([m["text"] for m in p["messages"]], p["has_more"]) for p in found]
    assert pages == [(["4", "3"], True), (["2", "1"], True), (["0"], False)]
    between = client.conversations_history(channel=general, oldest=posted[1].ts, latest=posted[3].ts)["messages"]
    assert [m["text"] for m in between] == ["2"]
    inclusive = client.conversations_history(channel=general, oldest=posted[1].ts, latest=posted[3].ts, inclusive=True)
    assert [m["text"] for m in inclusive["messages"]] == ["3", "2", "1"]


def test_an_unknown_thread_is_not_found(slack: SlackEmulator, client: WebClient) -> None:
    general = slack.world.channel("general").id
    assert refusal(lambda: client.conversations_replies(channel=general, ts="1.000001"))["error"] == "thread_not_found"


def test_opening_twice_gives_the_same_conversation(slack: SlackEmulator, client: WebClient) -> None:
    ana = slack.world.user("ana").id
    assert client.conversations_open(users=ana)["channel"] == client.conversations_open(users=ana)["channel"]
    assert refusal(lambda: client.conversations_open(users="U999"))["error"] == "user_not_found"
    two = [ana, slack.world.user("ben").id]
    assert refusal(lambda: client.conversations_open(users=two))["needed"] == "mpim:write"
