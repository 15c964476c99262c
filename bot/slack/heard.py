"""What does an event from Slack mean for us? Pure. What is not understood means nothing; nobody is ever believed about
who they are or who reads along: that is asked of Slack when the question is taken up.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from html import unescape
from types import MappingProxyType
from typing import Any, Final, NamedTuple, Protocol

from pydantic import BaseModel, ConfigDict, ValidationError

from bot.core.nouns import Beside, Incoming, Question, ReceiptId, SlackPlace, SlackUser
from bot.slack.wire import Name
from policies.channels import Mode

MOST_CHARACTERS: Final = 40_000  # of a message, as Slack has it

SPOKEN: Final = frozenset({None, "file_share", "thread_broadcast", "me_message"})  # the rest is Slack's own voice
COMINGS: Final = frozenset({"member_joined_channel", "member_left_channel"})
TURNS: Final = frozenset(
    {
        "channel_left",
        "group_left",
        "channel_archive",
        "channel_unarchive",
        "group_archive",
        "group_unarchive",
        "channel_rename",
        "group_rename",
        "channel_shared",
        "channel_unshared",
    }
)
_CONVERTED: Final = frozenset({"channel_convert_to_private", "channel_convert_to_public"})  # told in the channel only
_DIRECT: Final = frozenset({"im", "app_home"})
CHANGES: Final = frozenset({"user_change", "team_join"})
ENDS: Final = frozenset({"app_uninstalled", "tokens_revoked"})
_MARKED: Final = re.compile(r"<([^<>|]*)(?:\|([^<>]*))?>")
_CALLS: Final = re.compile(r"<[@!]")  # somebody, a group, or everyone
_SOMEWHERE: Final = "a channel"  # of which nobody may, or can, say how it is called
_EMOJI: Final = re.compile(r":[a-z_+\-][a-z0-9_+\-]*:(?::skin-tone-\d:)?")


class Us(NamedTuple):
    """Who we are in this workspace."""

    team: str
    user: str
    bot: str


class Customs(Protocol):
    """How it is done in a channel."""

    def mode(self, channel: str) -> Mode: ...

    def is_taken(self, subject: str) -> bool:
        """Whether it was put to us, in whatever wording."""
        ...

    def has_asked(self, place: SlackPlace, user: SlackUser) -> bool:
        """Whether they have asked us something in that thread before."""
        ...


class _Usual(Customs):
    def mode(self, channel: str) -> Mode:  # noqa: ARG002
        return "mention"

    def is_taken(self, subject: str) -> bool:  # noqa: ARG002
        return False

    def has_asked(self, place: SlackPlace, user: SlackUser) -> bool:  # noqa: ARG002
        return False


USUAL: Final = _Usual()


class Asked(NamedTuple):
    """Somebody asked us something, or changed what they had asked."""

    incoming: Incoming


class TakenBack(NamedTuple):
    """A message is gone, or no longer addressed to us."""

    subject: str
    place: SlackPlace


class Bot(NamedTuple):
    """Another program spoke to us: it gets no answer, for two that answer each other never end."""

    channel: str
    message: str


class Moved(NamedTuple):
    """Somebody came to a channel, or left it."""

    channel: str


class Turned(NamedTuple):
    """A channel is another one than it was: converted, shared, without us."""

    channel: str


class Changed(NamedTuple):
    """Somebody's account has changed. Without a user: whose is not known. `said` is the account as the event has it."""

    user: str | None
    said: dict[str, Any] | None = None


class Ended(NamedTuple):
    """We may not be here any longer."""

    why: str


Heard = Asked | TakenBack | Bot | Moved | Turned | Changed | Ended


class _Lenient(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class _Edited(_Lenient):
    ts: Name


class _Said(_Lenient):
    ts: Name
    text: str = ""
    user: Name | None = None
    bot_id: str | None = None
    subtype: str | None = None
    thread_ts: Name | None = None
    edited: _Edited | None = None
    files: Any = None
    attachments: Any = None

    @property
    def beside(self) -> Iterator[Beside]:
        """Links that Slack unfurls are attachments too, and nothing that anybody said."""
        if isinstance(self.files, list) and self.files:
            yield "file"
        attached = self.attachments if isinstance(self.attachments, list) else []
        if any(isinstance(one, dict) and (one.get("is_share") or one.get("is_msg_unfurl")) for one in attached):
            yield "forwarded"


class _Message(_Said):
    type: str
    channel: Name
    channel_type: str | None = None
    message: _Said | None = None
    previous_message: _Said | None = None
    deleted_ts: Name | None = None

    @property
    def is_direct(self) -> bool:
        return self.channel_type in _DIRECT


class _Here(NamedTuple):
    """What it takes to understand a message."""

    us: Us
    customs: Customs
    receipt: ReceiptId
    now: datetime


def heard(
    event: dict[str, Any], us: Us, *, receipt: ReceiptId, now: datetime, customs: Customs = USUAL
) -> Heard | None:
    """`receipt` is the question's, if it is one."""
    match event.get("type"):
        case "message" | "app_mention":
            try:
                message = _Message.model_validate(event)
            except ValidationError:
                return None
            return _message(message, _Here(us, customs, receipt, now))
        case str(kind) if kind in COMINGS | TURNS:
            channel = _id(event.get("channel"))
            return (Moved(channel) if kind in COMINGS else Turned(channel)) if channel else None
        case str(kind) if kind in CHANGES:
            said = event.get("user")
            return Changed(_id(said), said if isinstance(said, dict) else None)
        case str(kind) if kind in ENDS:
            return Ended(kind)
        case _:
            return None


def _message(message: _Message, here: _Here) -> Heard | None:
    match message.subtype:
        case "message_deleted" if message.deleted_ts:
            return _taken_back(message, message.deleted_ts, message.previous_message, here)
        case "message_changed" if message.message:
            return _edited(message, message.message, here)
        case subtype if subtype in SPOKEN:
            return _said(message, message, here)
        case subtype if subtype in _CONVERTED:
            return Turned(message.channel)
        case "bot_message":
            return Bot(message.channel, message.ts) if _names_us(message, message, here.us) else None
        case _:
            return None


def _edited(message: _Message, now_said: _Said, here: _Here) -> Heard | None:
    before = message.previous_message
    if now_said.subtype == "tombstone":
        return _taken_back(message, now_said.ts, before, here)
    if now_said.edited is None or (before is not None and before.text == now_said.text):
        return None  # an unfurled link, a new reply: nobody has said anything else
    if not _to_us(message, now_said, here):
        return _taken_back(message, now_said.ts, before, here)
    return _said(message, now_said, here)


def _taken_back(message: _Message, ts: str, before: _Said | None, here: _Here) -> TakenBack | None:
    """Without knowing what was said before, it may have been a question."""
    if before is not None and not (_to_us(message, before, here) or _was_followed_up(message, before, here)):
        return None
    place = _place(message, before or _Said(ts=ts), here.us).model_copy(update={"message": ts})
    return TakenBack(place.subject, place)


def _said(message: _Message, said: _Said, here: _Here) -> Heard | None:
    us = here.us
    if said.user == us.user or said.bot_id == us.bot or not _to_us(message, said, here):
        return None
    if said.bot_id is not None:
        return Bot(message.channel, said.ts)
    if said.user is None:
        return None
    place = _by_custom(message, said, here)
    question = Question(
        receipt=here.receipt,
        text=plain(said.text, us.user)[:MOST_CHARACTERS],
        written=_storable(said.text)[:MOST_CHARACTERS] if _is_to_be_looked_up(said.text, us) else None,
        asker=SlackUser(team=us.team, user=said.user),
        place=place,
        asked_at=here.now,
        beside=tuple(said.beside),
    )
    return Asked(Incoming.at(place, question))


def _by_custom(message: _Message, said: _Said, here: _Here) -> SlackPlace:
    place = _place(message, said, here.us)
    if message.is_direct:
        return place
    is_alone = here.customs.mode(message.channel) == "private"
    return place.model_copy(update={"alone": is_alone, "unnamed": not _names_us(message, said, here.us)})


def _to_us(message: _Message, said: _Said, here: _Here) -> bool:
    """In a direct conversation everything is; elsewhere what names us, or follows up on what we were asked."""
    return _names_us(message, said, here.us) or _follows_up(message, said, here)


def _names_us(message: _Message, said: _Said, us: Us) -> bool:
    return message.is_direct or message.type == "app_mention" or names_us(said.text, us)


def names_us(text: str, us: Us) -> bool:
    return f"<@{us.user}>" in text or f"<@{us.user}|" in text


def _follows_up(message: _Message, said: _Said, here: _Here) -> bool:
    """Of a person who has asked us in this thread, and names nobody else now. Whether they speak with somebody else all the
    same is seen when it is taken up.
    """
    if said.thread_ts in {None, said.ts} or said.user is None or said.bot_id is not None:
        return False
    if _CALLS.search(said.text) or here.customs.mode(message.channel) != "follow_ups":
        return False
    return here.customs.has_asked(_place(message, said, here.us), SlackUser(team=here.us.team, user=said.user))


def _was_followed_up(message: _Message, said: _Said, here: _Here) -> bool:
    """With a reply of a person's that was taken up, however it is done in the channel by now."""
    if said.thread_ts in {None, said.ts} or said.user is None or said.bot_id is not None:
        return False
    return here.customs.is_taken(_place(message, said, here.us).subject)


def _place(message: _Message, said: _Said, us: Us) -> SlackPlace:
    """A reply goes under the question; in a direct conversation beside it, unless it is in a thread already."""
    in_thread = said.thread_ts if said.thread_ts and said.thread_ts != said.ts else None
    return SlackPlace(
        team=us.team,
        channel=message.channel,
        message=said.ts,
        thread=in_thread if message.is_direct else in_thread or said.ts,
        edited=said.edited.ts if said.edited else None,
    )


def _id(thing: object) -> str | None:
    """Slack names a thing by its id, or sends the whole thing."""
    match thing:
        case str() if thing:
            return thing
        case {"id": str(found)} if found:
            return found
        case _:
            return None


def accounts_in(text: str) -> Sequence[str]:
    """Those that it names by their ids alone, as Slack writes them."""
    return _unlabelled(text, "@")


def channels_in(text: str) -> Sequence[str]:
    """Likewise."""
    return _unlabelled(text, "#")


def _unlabelled(text: str, sign: str) -> Sequence[str]:
    marked = (found.groups() for found in _MARKED.finditer(text))
    return list(dict.fromkeys(target[1:] for target, label in marked if target.startswith(sign) and not label))


def _is_to_be_looked_up(text: str, us: Us) -> bool:
    return bool(channels_in(text)) or any(account != us.user for account in accounts_in(text))


def plain(text: str, us: str, names: Mapping[str, str] = MappingProxyType({})) -> str:
    """What a person meant to write: without our name, with links and channels as they were shown, and storable. `names`: of
    accounts and channels, by their ids; an account without one is left out.
    """
    words = unescape(_MARKED.sub(lambda found: _shown(found, us, names), _storable(text)))
    words = "\n".join(" ".join(line.split()) if "`" not in line else line for line in words.splitlines()).strip()
    return words if any(character.isalnum() for character in _EMOJI.sub("", words)) else ""


def _storable(text: str) -> str:
    return text.replace("\x00", "").encode("utf-8", errors="replace").decode()


def _shown(found: re.Match[str], us: str, names: Mapping[str, str]) -> str:
    target, label = found.group(1), found.group(2)
    label = label or (names.get(target[1:]) if target[:1] in {"@", "#"} else None)
    match target[:1]:
        case "@":
            return "" if target == f"@{us}" or not label else f"@{label}"
        case "#":
            return f"#{label}" if label else _SOMEWHERE
        case "!":
            return label or ""
        case _:
            return label or target.removeprefix("mailto:")
