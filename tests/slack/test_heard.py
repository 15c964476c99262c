"""What an event of Slack's means for us, case by case; and that nothing which can be sent makes it fall over."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.nouns import ReceiptId, SlackPlace, SlackUser
from bot.slack.heard import (
    MOST_CHARACTERS,
    Asked,
    Bot,
    Changed,
    Ended,
    Heard,
    Moved,
    TakenBack,
    Turned,
    Us,
    heard,
    plain,
)

US = Us(team="T1", user="UBOT", bot="BBOT")
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
RECEIPT = ReceiptId("r_1")
HI = "<@UBOT> how much leave?"


def listen(event: dict[str, Any]) -> Heard | None:
    return heard(event, US, receipt=RECEIPT, now=NOW)


def message(**changes: Any) -> dict[str, Any]:
    said = {"type": "message", "channel": "C1", "channel_type": "channel", "user": "UANA", "text": HI, "ts": "10.1"}
    return {**said, **changes}


def changed(now_said: dict[str, Any], before: dict[str, Any], **more: Any) -> dict[str, Any]:
    inside = {"subtype": "message_changed", "message": now_said, "previous_message": before, "user": None, "text": ""}
    return message(**inside, **more, ts="99.9")


def deleted(before: dict[str, Any], **more: Any) -> dict[str, Any]:
    return message(subtype="message_deleted", deleted_ts="10.1", previous_message=before, text="", ts="99.9", **more)


SAID = {"ts": "10.1", "user": "UANA", "text": HI}
EDITED = {**SAID, "text": "<@UBOT> how much sick leave?", "edited": {"user": "UANA", "ts": "20.2"}}
CHATTER = {**SAID, "text": "how much leave?"}


@pytest.mark.parametrize(
    "event",
    [
        pytest.param(message(), id="a message that names us"),
        pytest.param(message(type="app_mention", channel_type=None), id="a mention"),
        pytest.param(message(text="<@UBOT|footnote> how much leave?"), id="named with a label"),
        pytest.param(message(subtype="file_share"), id="with a file"),
        pytest.param(message(subtype="thread_broadcast"), id="to the channel too"),
        pytest.param(message(channel_type="mpim"), id="in a group conversation"),
        pytest.param(message(channel_type="hologram"), id="in a kind of place that nobody knows"),
        pytest.param(message(bot_profile=None, blocks=[1], unheard_of={"x": 1}), id="with more than we know"),
    ],
)
def test_who_names_us_asks_us(event: dict[str, Any]) -> None:
    match listen(event):
        case Asked(incoming):
            question = incoming.question
        case other:
            pytest.fail(f"{other}")
    assert question.text == "how much leave?"
    assert question.asker == SlackUser(team="T1", user="UANA")
    assert question.place == SlackPlace(team="T1", channel="C1", message="10.1", thread="10.1")
    assert (question.receipt, question.asked_at) == (RECEIPT, NOW)
    assert (incoming.key, incoming.subject, incoming.revision) == ("slack:T1:C1:10.1:", "slack:T1:C1:10.1", "")
    assert incoming.lane == "slack:T1:C1:10.1"


@pytest.mark.parametrize("kind", ["im", "app_home"])
def test_in_a_direct_conversation_everything_is_asked_and_answered_beside_it(kind: str) -> None:
    said = listen(message(channel="D1", channel_type=kind, text="how much leave?"))
    assert isinstance(said, Asked)
    assert said.incoming.question.place == SlackPlace(team="T1", channel="D1", message="10.1")
    assert said.incoming.lane == "slack:T1:D1:"


@pytest.mark.parametrize("kind", ["im", "channel"])
def test_in_a_thread_the_reply_goes_there(kind: str) -> None:
    said = listen(message(channel_type=kind, thread_ts="5.5"))
    assert isinstance(said, Asked)
    assert said.incoming.question.place == SlackPlace(team="T1", channel="C1", message="10.1", thread="5.5")
    assert said.incoming.lane == "slack:T1:C1:5.5"


def test_a_mention_and_its_message_are_one_question_and_an_edit_is_the_next_revision() -> None:
    first = [listen(message()), listen(message(type="app_mention", channel_type=None))]
    edit = [listen(changed(EDITED, SAID)), listen({**message(type="app_mention", channel_type=None), **EDITED})]
    keys = [said.incoming.key for said in (*first, *edit) if isinstance(said, Asked)]
    assert keys == ["slack:T1:C1:10.1:"] * 2 + ["slack:T1:C1:10.1:20.2"] * 2
    (asked, _) = edit
    assert isinstance(asked, Asked)
    assert (asked.incoming.revision, asked.incoming.subject) == ("20.2", "slack:T1:C1:10.1")
    assert asked.incoming.question.place == SlackPlace(
        team="T1", channel="C1", message="10.1", thread="10.1", edited="20.2"
    )


@pytest.mark.parametrize(
    "event",
    [
        pytest.param(message(text="how much leave?"), id="chatter"),
        pytest.param(message(text="<@UOTHER> how much leave?"), id="somebody else is named"),
        pytest.param(message(text="UBOT how much leave?"), id="our id, not our name"),
        pytest.param(message(user="UBOT"), id="our own message"),
        pytest.param(message(user=None, bot_id="BBOT"), id="our own, as an app"),
        pytest.param(message(user=None), id="from nobody"),
        pytest.param(message(subtype="channel_join"), id="Slack announces a member"),
        pytest.param(message(subtype="channel_topic"), id="Slack announces a topic"),
        pytest.param(message(subtype="bot_message", bot_id="B2", text="hello"), id="a bot's chatter"),
        pytest.param(changed({**SAID, "attachments": []}, SAID), id="a link was unfurled"),
        pytest.param(changed({**EDITED, "text": HI}, SAID), id="an edit that changes no word"),
        pytest.param(changed({**CHATTER, "edited": {"ts": "1.1"}, "text": "x"}, CHATTER), id="chatter was edited"),
        pytest.param(deleted(CHATTER), id="chatter was deleted"),
        pytest.param(message(ts=None), id="without a moment"),
        pytest.param(message(channel=None), id="from nowhere"),
        pytest.param({"type": "message"}, id="an empty message"),
        pytest.param({"type": "reaction_added", "user": "UANA"}, id="a reaction"),
        pytest.param({"type": "app_home_opened"}, id="the home tab"),
        pytest.param({"type": ["message"]}, id="a type that is none"),
        pytest.param({}, id="nothing"),
        pytest.param({"type": "member_joined_channel"}, id="a move to nowhere"),
    ],
)
def test_what_is_not_for_us_means_nothing(event: dict[str, Any]) -> None:
    assert listen(event) is None


@pytest.mark.parametrize(
    "event",
    [
        pytest.param(deleted(SAID), id="deleted"),
        pytest.param(deleted(SAID, channel_type=None), id="deleted, who knows where"),
        pytest.param(message(subtype="message_deleted", deleted_ts="10.1", text=""), id="deleted, unknown what"),
        pytest.param(changed({"ts": "10.1", "subtype": "tombstone", "text": "x"}, SAID), id="deleted, with replies"),
        pytest.param(
            changed({**CHATTER, "edited": {"ts": "20.2"}, "text": "never mind"}, SAID), id="not to us any more"
        ),
    ],
)
def test_what_is_taken_back_is_forgotten_under_the_name_by_which_it_came(event: dict[str, Any]) -> None:
    said = listen(event)
    assert isinstance(said, TakenBack)
    assert said.subject == "slack:T1:C1:10.1"
    assert (said.place.channel, said.place.message) == ("C1", "10.1")


@pytest.mark.parametrize(
    "event",
    [
        pytest.param(message(bot_id="B2"), id="a bot user"),
        pytest.param(message(subtype="bot_message", user=None, bot_id="B2"), id="an integration"),
        pytest.param(message(channel="D1", channel_type="im", bot_id="B2", text="x"), id="directly"),
    ],
)
def test_a_bot_is_noticed_and_gets_no_answer(event: dict[str, Any]) -> None:
    assert listen(event) == Bot(event["channel"], "10.1")


@pytest.mark.parametrize(
    ("event", "meaning"),
    [
        ({"type": "member_joined_channel", "channel": "C1", "user": "UANA"}, Moved("C1")),
        ({"type": "member_left_channel", "channel": "C1", "user": "UANA"}, Moved("C1")),
        ({"type": "channel_left", "channel": "C1"}, Turned("C1")),
        ({"type": "group_left", "channel": "G1"}, Turned("G1")),
        ({"type": "channel_rename", "channel": {"id": "C1", "name": "new"}}, Turned("C1")),
        ({"type": "channel_shared", "channel": "C1"}, Turned("C1")),
        (
            {"type": "user_change", "user": {"id": "UANA", "deleted": True}},
            Changed("UANA", {"id": "UANA", "deleted": True}),
        ),
        ({"type": "team_join", "user": {"id": "UNEW"}}, Changed("UNEW", {"id": "UNEW"})),
        ({"type": "user_change"}, Changed(None)),
        ({"type": "app_uninstalled"}, Ended("app_uninstalled")),
        ({"type": "tokens_revoked", "tokens": {}}, Ended("tokens_revoked")),
    ],
    ids=lambda value: value["type"] if isinstance(value, dict) else "",
)
def test_who_reads_what_has_changed(event: dict[str, Any], meaning: Heard) -> None:
    assert listen(event) == meaning


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        pytest.param(HI, "how much leave?", id="our name goes"),
        pytest.param("hey <@UBOT|footnote>, how much?", "hey , how much?", id="our name in the middle"),
        pytest.param("what does <@U2|ben> say", "what does @ben say", id="somebody's name"),
        pytest.param("what does <@U2> say", "what does say", id="a name that we do not know"),
        pytest.param("in <#C2|general>?", "in #general?", id="a channel"),
        pytest.param("in <#C2>?", "in a channel?", id="a channel that was picked"),
        pytest.param("in <#C2|>?", "in a channel?", id="with an empty name"),
        pytest.param("see <https://a.test/x|the page>", "see the page", id="a link as it was shown"),
        pytest.param("see <https://a.test/x>", "see https://a.test/x", id="a bare link"),
        pytest.param("<mailto:ana@acme.test|ana@acme.test>", "ana@acme.test", id="an address"),
        pytest.param("<!here> how much?", "how much?", id="a ping"),
        pytest.param("<!subteam^S1|@hr> how much?", "@hr how much?", id="a group"),
        pytest.param("is 1 &lt; 2 &amp; 3 &gt; 2?", "is 1 < 2 & 3 > 2?", id="written otherwise on the way"),
        pytest.param("&amp;lt;b&amp;gt;", "&lt;b&gt;", id="only once"),
        pytest.param("a   b\n\n c ", "a b\n\nc", id="blanks"),
        pytest.param("`a   b`", "`a   b`", id="blanks in code stay"),
        pytest.param(":tada: :+1::skin-tone-3: 🎉", "", id="only emoji"),
        pytest.param("at 10:30:45 :tada:", "at 10:30:45 :tada:", id="a time is no emoji"),
        pytest.param("std::vector", "std::vector", id="nor is code"),
        pytest.param("?!", "", id="only signs"),
        pytest.param("a\x00b \ud800", "ab ?", id="what no database takes"),
    ],
)
def test_a_message_says_what_its_writer_meant(written: str, meant: str) -> None:
    assert plain(written, "UBOT") == meant


@pytest.mark.parametrize("picked", ["<#C2>", "<#C2|>", "<@U2>", "<#C3|hr> <#C2>"])
def test_what_is_named_by_its_id_is_kept_as_written_until_its_name_is_known(picked: str) -> None:
    said = listen(message(text=f"{HI} \x00 {picked} \ud800"))
    assert isinstance(said, Asked)
    assert said.incoming.question.written == f"{HI}  {picked} ?"


@pytest.mark.parametrize("text", [HI, "<@UBOT> in <#C2|general>, <@U2|ben>?", "<@UBOT> <!here> <https://a.test/#C2>"])
def test_what_has_its_names_is_kept_once(text: str) -> None:
    said = listen(message(text=text))
    assert isinstance(said, Asked)
    assert said.incoming.question.written is None


def test_names_are_put_where_they_were_picked() -> None:
    text = "tell <#C2|> and <#C9> that <@U2> and <@U9> &amp; <@UBOT> left"
    assert plain(text, "UBOT", {"C2": "general", "U2": "ben"}) == "tell #general and a channel that @ben and & left"


def test_a_message_is_no_longer_than_slack_lets_it_be() -> None:
    said = listen(message(text=HI + " leave" * 2_000_000))
    assert isinstance(said, Asked)
    assert len(said.incoming.question.text) <= MOST_CHARACTERS
    huge = listen(message(text=HI + " <#C2>" * 500_000))
    assert isinstance(huge, Asked)
    assert len(huge.incoming.question.written or "") <= MOST_CHARACTERS


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
NAMES = ["type", "subtype", "channel", "channel_type", "user", "text", "ts", "thread_ts", "bot_id", "deleted_ts"]
KINDS = ["message", "app_mention", "member_joined_channel", "user_change", "message_changed", "message_deleted", "im"]
INSIDE = st.dictionaries(st.sampled_from(NAMES), JSON | st.sampled_from([*KINDS, "C1", "1.1", HI]), max_size=8)


@given(INSIDE, INSIDE, INSIDE)
def test_whatever_is_sent_means_something_or_nothing(event: Any, now_said: Any, before: Any) -> None:
    listen({**event, "message": now_said, "previous_message": before})
