"""Says something in a channel for somebody who is in there, once, and finds it again by its nonce. The port `Speaker`.

What is said calls nobody and leads nowhere: it is plain text, and never read for markup; the links below it are ours.
"""

from collections.abc import Iterator, Sequence
from typing import Any, Final

import structlog
from slack_sdk import WebClient

from bot.core.speaking import Room, Said
from bot.slack import wire
from bot.slack.audience import SlackPeople
from bot.slack.calls import Limited, Refused, call, pages
from bot.slack.heard import Us
from bot.slack.render.characters import one_line
from bot.slack.render.mrkdwn import escaped
from connectors.model import AccessUnknown, Retryable, Unanswered
from connectors.plain import Below, Link, spoken
from policies.people import Email

_EVENT: Final = "footnote_act"
_MOST_OF_A_BLOCK: Final = 2_900
_MOST_PAGES: Final = 5  # of what was said there, in which it is looked for
_SORTS: Final = "public_channel,private_channel"
_HIDDEN: Final = frozenset({"channel_not_found", "not_in_channel", "method_not_supported_for_channel_type"})

log = structlog.get_logger()


class SlackSpeaker:
    def __init__(self, client: WebClient, us: Us, people: SlackPeople) -> None:
        self._client, self._us, self._people = client, us, people

    def is_known(self, email: Email) -> bool:
        return self._people.named(email) is not None

    def room(self, named: str, email: Email) -> Room | None:
        member = self._people.named(email)
        channel = self._channel(named) if member is not None else None
        if member is None or channel is None:
            return None
        inside = self._members(channel.id)
        if member.user.user not in inside:
            return None
        return Room(id=channel.id, name=channel.name, heard=self._us.user in inside)

    def say(self, room: str, text: str, *, byline: str, nonce: str, below: Below) -> Said | str:
        message: dict[str, Any] = {
            "channel": room,
            "text": escaped("\n".join((spoken(text), *_named(below), byline))),
            "blocks": [*_blocks(spoken(text)), *_below(below), _context(byline)],
            "metadata": {"event_type": _EVENT, "event_payload": {"nonce": nonce}},
            "mrkdwn": False,
            "parse": "none",
            "unfurl_links": False,
            "unfurl_media": False,
        }
        try:
            ts = call(self._client, "chat.postMessage", wire.Sent, **message).ts
        except Refused as refused:
            if refused.code == "not understood":
                raise Unanswered(str(refused)) from None
            return refused.code
        except Limited:
            raise
        except Retryable as trouble:
            raise Unanswered(str(trouble)) from None
        return Said(url=self._link(room, ts))

    def find(self, room: str, nonce: str) -> Said | None:
        """Among our own: whoever else carries a nonce of ours only copies."""
        try:
            for number, page in enumerate(self._history(room)):
                for message in page:
                    if message.bot_id == self._us.bot and message.carries(nonce):
                        return Said(url=self._link(room, message.ts))
                if number + 1 >= _MOST_PAGES:
                    raise Unanswered("too much was said there since")
        except (Refused, Retryable) as trouble:
            raise Unanswered(str(trouble)) from None
        return None

    def _history(self, room: str) -> Iterator[Sequence[wire.Message]]:
        where = {"channel": room, "include_all_metadata": True}
        for page in pages(self._client, "conversations.history", wire.MessagesPage, **where):
            yield page.messages

    def _channel(self, named: str) -> wire.Channel | None:
        """A name is another one's tomorrow: it is looked up each time, and no two have the same."""
        try:
            found = call(self._client, "conversations.info", wire.OneChannel, channel=named).channel
        except Refused as refused:
            if not refused.is_about(_HIDDEN):
                raise AccessUnknown(str(refused)) from None
            return self._by_name(named.lower())
        return found if found.is_channel_of_many and not found.is_archived else None

    def _by_name(self, name: str) -> wire.Channel | None:
        listed = pages(self._client, "conversations.list", wire.ChannelsPage, types=_SORTS, exclude_archived=True)
        try:
            return next((each for page in listed for each in page.channels if each.name == name), None)
        except Refused as refused:
            raise AccessUnknown(str(refused)) from None

    def _members(self, channel: str) -> frozenset[str]:
        try:
            found = [*pages(self._client, "conversations.members", wire.MembersPage, channel=channel)]
        except Refused as refused:
            if refused.is_about(_HIDDEN):
                return frozenset()
            raise AccessUnknown(str(refused)) from None
        return frozenset(user for page in found for user in page.members)

    def _link(self, room: str, ts: str) -> str:
        """It is there without one, too."""
        try:
            return call(self._client, "chat.getPermalink", wire.Permalink, channel=room, message_ts=ts).permalink
        except (Refused, Retryable) as trouble:
            log.warning("a message has no link", channel=room, why=str(trouble))
            return ""


def _blocks(text: str) -> Iterator[dict[str, Any]]:
    for at in range(0, len(text), _MOST_OF_A_BLOCK):
        said = text[at : at + _MOST_OF_A_BLOCK]
        if said.strip():
            yield {"type": "section", "text": {"type": "plain_text", "text": said, "emoji": False}}


def _named(below: Below) -> Iterator[str]:
    if below.links:
        yield below.heading
        yield from (one_line(spoken(each.text)) for each in below.links)


def _below(below: Below) -> Iterator[dict[str, Any]]:
    if below.links:
        heading = {"type": "rich_text_section", "elements": [{"type": "text", "text": below.heading}]}
        items = [{"type": "rich_text_section", "elements": [_link(each)]} for each in below.links]
        listed = {"type": "rich_text_list", "style": "bullet", "elements": items}
        yield {"type": "rich_text", "elements": [heading, listed]}


def _link(link: Link) -> dict[str, Any]:
    text = one_line(spoken(link.text))
    return {"type": "link", "url": link.url, "text": text} if link.url else {"type": "text", "text": text}


def _context(byline: str) -> dict[str, Any]:
    return {"type": "context", "elements": [{"type": "plain_text", "text": byline, "emoji": False}]}
