"""A message for somebody in Slack: what only Slack does."""

import httpx
import pytest
from pydantic import ValidationError

from bot.core.acting import Barred, Done, Unsure, Would
from bot.playground.slack import membership
from bot.tools import SlackPostMessage
from tests.tools.targets import ANA, BEN, KEY, post_message


def test_what_is_said_calls_nobody_and_says_for_whom_it_is(client: httpx.Client) -> None:
    with post_message(client) as target:
        done = target.tool.run(target.arguments("<!channel> <@U1> *x* https://evil.test"), ANA, KEY)
        assert isinstance(done, Done)
        (said,) = [
            each for each in target.extra["world"].channels[target.extra["deals"].id].messages.values() if each.app_id
        ]
        assert {block["type"] for block in said.blocks} == {"section", "context"}
        assert {block["text"]["type"] for block in said.blocks if "text" in block} == {"plain_text"}
        assert said.blocks[-1]["elements"][0]["text"] == "For Ana Ribeiro (ana@acme.test), by Footnote"
        assert "<" not in said.text
        assert said.unfurl == (False, False)


def test_a_channel_is_named_by_its_name_its_id_or_as_slack_writes_it(client: httpx.Client) -> None:
    with post_message(client) as target:
        deals = target.extra["deals"].id
        looked = [
            target.tool.look(SlackPostMessage.takes(channel=each, text="x"), ANA)  # type: ignore[call-arg]
            for each in ("#deals", "deals", deals, f"<#{deals}>", f"<#{deals}|whatever>")
        ]
        assert all(isinstance(each, Would) and each.target == "#deals" for each in looked)


def test_who_has_left_a_channel_says_nothing_there(client: httpx.Client) -> None:
    with post_message(client) as target:
        world = target.extra["world"]
        membership.leave(world, world.channels[target.extra["deals"].id], world.user("ana").id)
        assert isinstance(target.tool.look(target.arguments(), ANA), Barred)
        assert target.effects() == []


def test_a_public_channel_is_for_those_who_are_in_it(client: httpx.Client) -> None:
    with post_message(client) as target:
        target.extra["world"].add_channel("general", members=["ana", target.extra["app"]])
        arguments = SlackPostMessage.takes(channel="general", text="x")  # type: ignore[call-arg]
        assert isinstance(target.tool.look(arguments, ANA), Would)
        assert isinstance(target.tool.look(arguments, BEN), Barred)


def test_where_we_are_not_somebody_has_to_invite_us(client: httpx.Client) -> None:
    with post_message(client) as target:
        target.extra["world"].add_channel("general", members=["ana"])
        arguments = SlackPostMessage.takes(channel="general", text="x")  # type: ignore[call-arg]
        found = target.tool.look(arguments, ANA)
        assert isinstance(found, Barred)
        assert "invite me" in found.said
        with pytest.raises(Unsure):
            target.tool.find(arguments, ANA, KEY)


def test_long_words_are_told_in_several_blocks_and_none_are_lost(client: httpx.Client) -> None:
    words = "0123456789" * 890
    with post_message(client) as target:
        assert isinstance(target.tool.run(target.arguments(words), ANA, KEY), Done)
        assert target.effects() == [words]


def test_somebody_elses_message_with_our_nonce_is_not_ours(client: httpx.Client) -> None:
    with post_message(client) as target:
        world = target.extra["world"]
        assert isinstance(target.tool.run(target.arguments(), ANA, KEY), Done)
        channel = world.channels[target.extra["deals"].id]
        (said,) = [each for each in channel.messages.values() if each.app_id]
        channel.messages[said.ts] = type(said)(**{**vars(said), "bot_id": "B0OTHER"})
        assert target.tool.find(target.arguments(), ANA, KEY) is None


@pytest.mark.parametrize("channel", ["", "a b", "<!channel>", "<@U1>", "general,deals", "@ana", "x" * 81])
def test_what_is_no_channel_is_not_asked_for(channel: str) -> None:
    with pytest.raises(ValidationError):
        SlackPostMessage.takes(channel=channel, text="x")  # type: ignore[call-arg]
