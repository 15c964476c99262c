"""The people who are asked, and what is said to them, in Slack as it is at this moment. The port `Experts`.

What cannot be found out is nobody's to read. Each message is said once: it carries a nonce, and is looked for before it is
said.
"""

from collections.abc import Mapping, Sequence
from contextlib import suppress

import structlog
from slack_sdk import WebClient

from bot.core.handing import ExpertReply, HandOver, Message, SavedAnswer, ToldThere
from bot.slack import wire
from bot.slack.audience import SlackPeople
from bot.slack.calls import Refused, call, pages
from bot.slack.heard import SPOKEN, Us, plain
from bot.slack.poster import SlackPoster
from bot.slack.render import Post, experts, handed_on
from connectors.model import AccessUnknown
from policies.evidence import Refusal
from policies.experts import Told
from policies.people import Email

_SOMEBODY = "Somebody"
_NO_THREAD = frozenset({"thread_not_found"})

log = structlog.get_logger()


class SlackExperts:
    def __init__(self, client: WebClient, us: Us, people: SlackPeople, poster: SlackPoster) -> None:
        self._client, self._us, self._people, self._poster = client, us, people, poster

    def readers(self, channel: str) -> frozenset[str] | None:
        try:
            return self._people.readers_of(channel)
        except AccessUnknown as why:
            log.warning("who reads a channel could not be found out", why=str(why), channel=channel)
            return None

    def reads(self, user: str, channel: str) -> bool:
        try:
            return self._people.is_reader(user, channel)
        except AccessUnknown:
            return False

    def person_reads(self, email: Email, channel: str) -> bool:
        return self._people.person_reads(email, channel)

    def name(self, user: str) -> str:
        try:
            found = call(self._client, "users.info", wire.OneName, user=user).user.profile
        except Refused:
            return _SOMEBODY
        return " ".join((found.real_name or found.display_name).split()) or _SOMEBODY

    def said(self, channel: str, thread: str, message: str) -> Message | None:
        within = {"oldest": message, "latest": message, "inclusive": "true"}
        return next((one for one in self._thread(channel, thread, **within) if one.message == message), None)

    def replies(self, channel: str, thread: str) -> Sequence[Message]:
        try:
            return [one for one in self._thread(channel, thread) if one.message != thread]
        except AccessUnknown as why:
            log.warning("a thread could not be read", why=str(why), channel=channel)
            return []

    def _thread(self, channel: str, thread: str, **within: str) -> list[Message]:
        """What people say in it. Whoever has taken us out of the channel has deleted nothing there."""
        try:
            found = pages(
                self._client, "conversations.replies", wire.MessagesPage, channel=channel, ts=thread, **within
            )
            said = [one for page in found for one in page.messages]
        except Refused as refused:
            if refused.is_about(_NO_THREAD):
                return []
            raise AccessUnknown(str(refused)) from None
        return [
            Message(one.ts, one.user, plain(one.text, self._us.user))
            for one in said
            if one.user is not None and one.bot_id is None and one.subtype in SPOKEN
        ]

    def link(self, channel: str, message: str) -> str | None:
        try:
            found = call(self._client, "chat.getPermalink", wire.Permalink, channel=channel, message_ts=message)
        except Refused:
            return None
        return found.permalink

    def ask(self, handed: HandOver, text: str, *, name: str, link: str | None) -> str | None:
        post = experts.question(handed.asker.user, name, text, link)
        try:
            return self._poster.say(handed.experts, None, handed.place.message, post, f"{handed.id}:ask")
        except Refused as refused:
            log.warning("a question could not be posted", why=refused.code, channel=handed.experts)
            return None

    def show_asked(self, handed: HandOver, refused: Refusal, shown: Mapping[str, str], *, link: str | None) -> None:
        channel = shown["channel"]
        note = experts.handed_on(handed.experts, link)
        self._poster.change(
            channel,
            shown["message"],
            handed_on(refused, handed.receipt, direct=channel.startswith("D"), note=note),
        )

    def show_not_asked(self, handed: HandOver, attempt: int) -> None:
        self._aside(handed, experts.not_handed_on(handed.experts), f"not asked {attempt}")

    def tell(
        self, handed: HandOver, reply: ExpertReply, how: Told, said: Message, *, name: str, link: str | None
    ) -> ToldThere | None:
        """Where they were told of it before, they are told there of what it is now, if its words may be there now."""
        post = self._as_told(handed, how, said, name, link)
        if reply.told is not None:
            seen = post if how == "here" or reply.told.how != "here" else experts.withheld()
            self._poster.change(reply.told.channel, reply.told.message, seen)
            return reply.told if reply.told.how == "here" else reply.told.model_copy(update={"how": _aside(how)})
        place = handed.place
        if how == "here":
            with suppress(Refused):  # then to them alone, who may read it anyway
                message = self._poster.say(place.channel, place.thread, place.message, post, f"{reply.id}:tell")
                return ToldThere(channel=place.channel, message=message, how=how)
        aside = self._aside(handed, post, reply.id)
        return ToldThere(channel=aside[0], message=aside[1], how=_aside(how)) if aside is not None else None

    def _as_told(self, handed: HandOver, how: Told, said: Message, name: str, link: str | None) -> Post:
        if how == "without_words":
            return experts.replied_elsewhere(handed.experts, handed.text)
        return experts.replied(name, said.text, handed.experts, link, handed.text)

    def take_back(self, told: ToldThere) -> None:
        self._poster.change(told.channel, told.message, experts.taken_back())

    def withhold(self, told: ToldThere) -> None:
        self._poster.change(told.channel, told.message, experts.unreadable())

    def offer(self, reply: ExpertReply, saved: SavedAnswer | None) -> str:
        post = _line_under(reply, saved)
        if reply.offered is not None:
            self._poster.change(reply.channel, reply.offered, post)
            return reply.offered
        return self._poster.say(reply.channel, reply.thread, reply.thread, post, f"{reply.id}:offer")

    def _aside(self, handed: HandOver, post: Post, what: str) -> tuple[str, str] | None:
        """To the asker alone. Whoever was deactivated since is told nothing, and that keeps nobody else waiting."""
        try:
            channel = self._poster.direct_with(handed.asker.user)
            return channel, self._poster.say(channel, None, handed.place.message, post, f"{handed.id}:{what}")
        except Refused as refused:
            log.warning("whoever asked could not be told", why=refused.code, receipt=handed.receipt)
            return None


def _aside(how: Told) -> Told:
    """To the asker alone."""
    return "without_words" if how == "without_words" else "aside"


def _line_under(reply: ExpertReply, saved: SavedAnswer | None) -> Post:
    if reply.is_gone:
        return experts.nothing_to_save()
    waits = reply.told is not None and reply.told.how == "without_words"
    if saved is not None and saved.state == "kept":
        return experts.is_saved(reply.author, reply.id, saved.question, saved.until, can_be_sent=waits)
    is_refused = saved is not None and saved.state == "refused"
    return experts.is_it_the_answer(reply.author, reply.id, is_refused=is_refused, can_be_sent=waits)
