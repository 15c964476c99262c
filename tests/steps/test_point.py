"""Which conversation is meant? A link says so, or where it was asked; and nothing is retold that nobody named."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.core.nouns import CommandLine, SlackPlace, Stretch
from bot.slack.heard import plain
from bot.steps.point import pointed
from policies.evidence import Refusal, RefusalReason
from tests.flows.world import RULES

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
RULE = RULES.answers.summary
MENTION = SlackPlace(team="T1", channel="C1", message="1700000009.000100", thread="1700000009.000100")
IN_THREAD = MENTION.model_copy(update={"thread": "1700000001.000100"})
DIRECT = SlackPlace(team="T1", channel="D1", message="1700000009.000100")
LINK = "https://acme.slack.com/archives/C0THERE/p1700000002000300"
THERE = Stretch(channel="C0THERE", thread="1700000002.000300", before=MENTION.message)
HERE = Stretch(channel="C1", before=MENTION.message)
THREAD = HERE.model_copy(update={"thread": IN_THREAD.thread})


@pytest.mark.parametrize(
    ("text", "place", "meant"),
    [
        pytest.param("summarise this thread", IN_THREAD, THREAD, id="the thread in which it is asked"),
        pytest.param("who does what?", IN_THREAD, THREAD, id="however it is put"),
        pytest.param("summarise today", IN_THREAD, THREAD, id="in a thread, the thread"),
        pytest.param(f"summarise {LINK}", DIRECT, THERE, id="a link in a direct conversation"),
        pytest.param(f"summarise {LINK}", IN_THREAD, THERE, id="a link goes before the place"),
        pytest.param(
            f"summarise {LINK}?thread_ts=1700000001.000200&cid=C0THERE",
            DIRECT,
            THERE.model_copy(update={"thread": "1700000001.000200"}),
            id="a link to a reply is to its thread",
        ),
        pytest.param(plain(f"summarise <{LINK}?a=1&amp;b=2>", "U0"), DIRECT, THERE, id="as Slack writes it"),
        pytest.param(
            "summarise today", MENTION, HERE.model_copy(update={"since": NOW - timedelta(hours=24)}), id="today"
        ),
        pytest.param(
            "summarise the last 20 messages", MENTION, HERE.model_copy(update={"last": 20}), id="so many messages"
        ),
        pytest.param(
            "summarise the last 0 messages", MENTION, HERE.model_copy(update={"last": 1}), id="at least one message"
        ),
        pytest.param(
            "summarise the last 9999 messages", MENTION, HERE.model_copy(update={"last": RULE.messages}), id="at most"
        ),
        pytest.param(
            "fasse diesen Kanal zusammen", MENTION, HERE.model_copy(update={"last": RULE.last}), id="the channel"
        ),
    ],
)
def test_what_is_named_is_meant(text: str, place: SlackPlace, meant: Stretch) -> None:
    assert pointed(text, place, RULE, NOW) == meant


@pytest.mark.parametrize(
    ("text", "place"),
    [
        pytest.param("summarise this thread", MENTION, id="no thread"),
        pytest.param("what was decided last week?", MENTION, id="a time that cannot be read"),
        pytest.param("tl;dr", DIRECT, id="a direct conversation"),
        pytest.param("summarise this thread", CommandLine(), id="a terminal"),
        pytest.param(f"summarise {LINK}", CommandLine(), id="a link in a terminal"),
        pytest.param(
            "summarise https://evil.test/archives/C0THERE/p1700000002000300", MENTION, id="somebody else's host"
        ),
        pytest.param(
            "summarise https://slack.com.evil.test/archives/C0THERE/p1700000002000300", MENTION, id="looks like it"
        ),
        pytest.param("summarise https://acme.slack.com/archives/C0THERE", MENTION, id="a link to no message"),
    ],
)
def test_where_nothing_is_named_it_is_said_how_to_ask(text: str, place: SlackPlace | CommandLine) -> None:
    assert pointed(text, place, RULE, NOW) == Refusal(reason=RefusalReason.NO_SUMMARY)
