"""What was said in a conversation of Slack's, as it stands there now? Read anew each time, with what Slack lets us read as
ourselves; whether the asker is in there is asked of Slack too. What is not understood is not there.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from itertools import islice
from typing import Final

import structlog
from slack_sdk import WebClient

from bot.core.nouns import Message, Question, SlackPlace, SlackUser, Stretch, Talk
from bot.slack import wire
from bot.slack.audience import SlackPeople
from bot.slack.calls import Refused, ask_all, call, pages
from bot.slack.heard import MOST_CHARACTERS, SPOKEN, Us, accounts_in, channels_in, names_us, plain
from bot.slack.render.characters import one_line, shortened
from connectors.model import AccessUnknown

_READ: Final = SPOKEN | {"bot_message"}
_LONGEST_NAME: Final = 60
_MOST_MENTIONED: Final = 10  # whose names Slack is asked for: somebody may mention thousands
_APP: Final = "An app"

log = structlog.get_logger()


class SlackConversations:
    """The port `Conversations`. `Retryable` passes through: nothing was concluded."""

    def __init__(self, client: WebClient, us: Us, people: SlackPeople) -> None:
        self._client, self._us, self._people = client, us, people

    def has(self, channel: str, person: SlackUser) -> bool:
        if person.team != self._us.team:
            return False
        try:
            found = [*ask_all(self._client, "conversations.members", wire.MembersPage, channel=channel)]
        except AccessUnknown:
            return False
        return any(person.user in page.members for page in found)

    def spelled(self, question: Question) -> str:
        written, place = question.written, question.place
        if written is None or not isinstance(place, SlackPlace):
            return question.text
        handles = self._people.handles(accounts_in(written)[:_MOST_MENTIONED])
        names = self._people.names(channels_in(written)[:_MOST_MENTIONED], at=place.channel)
        return plain(written, self._us.user, {**handles, **names})[:MOST_CHARACTERS]

    def is_with_us(self, question: Question) -> bool:
        """By what stands in the thread now."""
        place, person = question.place, question.asker
        if not (isinstance(place, SlackPlace) and isinstance(person, SlackUser) and place.thread):
            return False
        try:
            found = pages(self._client, "conversations.replies", wire.SaidPage, channel=place.channel, ts=place.thread)
            said = {one.ts: one for page in found for one in page.messages if one.ts < place.message}
        except Refused as refused:
            log.warning("a thread could not be read", channel=place.channel, why=refused.code)
            return False
        for one in sorted(said.values(), key=lambda one: one.ts, reverse=True):
            if one.user == self._us.user or one.bot_id == self._us.bot:
                return True
            if one.user != person.user or one.bot_id is not None:
                return False
            if names_us(one.text or "", self._us):
                return True
        return False

    def read(self, stretch: Stretch, *, most: int) -> Talk | None:
        try:
            said, left_out = self._in_thread(stretch, most) if stretch.thread else self._lately(stretch, most)
        except Refused as refused:
            log.warning("a conversation could not be read", channel=stretch.channel, why=refused.code)
            return None
        return Talk(messages=tuple(self._retold(said, stretch)), left_out=left_out)

    def _in_thread(self, stretch: Stretch, most: int) -> tuple[Sequence[wire.SaidMessage], int]:
        """To its last page, for the newest stand there. Each page may begin with the thread's first message again."""
        where = {"channel": stretch.channel, "ts": stretch.thread}
        found = pages(self._client, "conversations.replies", wire.SaidPage, **where)
        spoken = [*{one.ts: one for page in found for one in self._spoken(page.messages, stretch)}.values()]
        left_out = max(0, len(spoken) - most)
        return [*spoken[:1], *spoken[1 + left_out :]], left_out

    def _lately(self, stretch: Stretch, most: int) -> tuple[Sequence[wire.SaidMessage], int]:
        """Slack begins with the newest. Of the last few, nothing was left out: no more were asked for."""
        oldest = f"{stretch.since.timestamp():.6f}" if stretch.since is not None else None
        where = {"channel": stretch.channel, "latest": stretch.before, "oldest": oldest}
        found = pages(self._client, "conversations.history", wire.SaidPage, **where)
        spoken = (one for page in found for one in self._spoken(page.messages, stretch))
        newest = [*islice(spoken, stretch.last)]
        kept = newest[:most]
        return kept[::-1], len(newest) - len(kept)

    def _spoken(self, messages: Iterable[wire.SaidMessage], stretch: Stretch) -> Iterator[wire.SaidMessage]:
        """Neither Slack's own voice, nor ours: an answer proves nothing, what it quotes does."""
        for one in messages:
            is_ours = one.user == self._us.user or one.bot_id == self._us.bot
            is_before = stretch.before is None or one.ts < stretch.before
            if one.subtype in _READ and is_before and not is_ours and plain(one.text or "", self._us.user):
                yield one

    def _retold(self, said: Sequence[wire.SaidMessage], stretch: Stretch) -> Iterator[Message]:
        texts = [one.text or "" for one in said]
        users = {one.user for one in said} | {user for text in texts for user in accounts_in(text)}
        channels = [*dict.fromkeys(channel for text in texts for channel in channels_in(text))][:_MOST_MENTIONED]
        called = self._people.called({user for user in users if user})
        names = {**called, **self._people.names(channels, at=stretch.channel)}
        links = self._links(said, stretch)
        for one in said:
            yield Message(
                ts=one.ts,
                author=_author(one, names),
                at=datetime.fromtimestamp(float(one.ts), UTC),
                text=plain(one.text or "", self._us.user, names),
                link=links.get(one.ts),
            )

    def _links(self, said: Sequence[wire.SaidMessage], stretch: Stretch) -> Mapping[str, str]:
        """Slack is asked for one; the others differ from it by their message alone."""
        if not said:
            return {}
        try:
            asked = {"channel": stretch.channel, "message_ts": said[0].ts}
            link = call(self._client, "chat.getPermalink", wire.Permalink, **asked).permalink
        except Refused:
            return {}
        before, found, _ = link.partition(f"/{_as_path(said[0].ts)}")
        if not found:
            return {}
        thread = f"thread_ts={stretch.thread}&cid={stretch.channel}"
        query = {one.ts: f"?{thread}" if stretch.thread not in (None, one.ts) else "" for one in said}
        return {one.ts: f"{before}/{_as_path(one.ts)}{query[one.ts]}" for one in said}


def _as_path(ts: str) -> str:
    return f"p{ts.replace('.', '')}"


def _author(one: wire.SaidMessage, names: Mapping[str, str]) -> str:
    """Of another program, it is said that it is one."""
    profile = one.bot_profile.name if one.bot_profile is not None else None
    known = names.get(one.user or "")
    name = (one.username or profile or known or _APP) if one.bot_id is not None else known or one.user or "Somebody"
    shown = shortened(one_line(name), _LONGEST_NAME)
    return f"{shown} (app)" if one.bot_id is not None and shown != _APP else shown
