"""Where something is said, and who is in there. Read live: what an event says of a conversation is never believed."""

import re
from enum import StrEnum
from typing import Final, NamedTuple

from slack_sdk import WebClient

from bot.slack import wire
from bot.slack.calls import ask, ask_all
from bot.slack.memory import Memory, Timer
from connectors.model import AccessUnknown
from policies.people import Noun

_NAME: Final = re.compile(r"[\w-]{1,80}")
_FRESH_S: Final = 30.0  # Slack answers fifty questions a minute, and says itself when somebody comes or goes


class Kind(StrEnum):
    DIRECT = "direct"  # the bot and one other
    CLOSED = "closed"  # its members
    PUBLIC = "public"  # its members, and every full member of the workspace


class Room(Noun):
    kind: Kind
    members: frozenset[str]
    companies: frozenset[str] = frozenset()  # others that it is shared with

    def is_read_by(self, user: str) -> bool:
        """Of a full member of the workspace."""
        return self.kind is Kind.PUBLIC or user in self.members


class _Known(NamedTuple):
    """What a conversation is, whoever is in it."""

    kind: Kind
    other: str  # in a direct one
    companies: frozenset[str]
    name: str | None  # of a channel


class Rooms:
    def __init__(self, client: WebClient, *, team: str, timer: Timer) -> None:
        self._client, self._team = client, team
        # Key of both: a conversation. Both end after half a minute, or when it is told that this has changed there.
        self._known: Memory[str, _Known] = Memory(self._look, for_s=_FRESH_S, most=1_000, timer=timer)
        self._members: Memory[str, frozenset[str]] = Memory(self._list, for_s=_FRESH_S, most=1_000, timer=timer)

    def room(self, channel: str) -> Room:
        known = self._known.get(channel)
        if known.kind is Kind.DIRECT:
            return Room(kind=known.kind, members=frozenset({known.other}))
        return Room(kind=known.kind, members=self._members.get(channel), companies=known.companies)

    def name(self, channel: str) -> str | None:
        """None: it is no channel."""
        return self._known.get(channel).name

    def is_public(self, channel: str) -> bool:
        return self._known.get(channel).kind is Kind.PUBLIC

    def moved(self, channel: str) -> None:
        """Somebody came or went."""
        self._members.forget(channel)

    def changed(self, channel: str) -> None:
        """It may be of another kind now, or shared."""
        self._known.forget(channel)
        self._members.forget(channel)

    def _look(self, channel: str) -> _Known:
        conversation = ask(self._client, "conversations.info", wire.OneConversation, channel=channel).channel
        if conversation.id != channel:
            raise AccessUnknown("conversations.info: another conversation")
        kind = kind_of(conversation)
        companies = companies_of(conversation, self._team) if kind is not Kind.DIRECT else frozenset()
        is_channel = kind is not Kind.DIRECT and not conversation.is_mpim
        name = conversation.name if is_channel and _NAME.fullmatch(conversation.name or "") else None
        return _Known(kind, conversation.user or "", companies, name)

    def _list(self, channel: str) -> frozenset[str]:
        found = ask_all(self._client, "conversations.members", wire.MembersPage, channel=channel)
        return frozenset(user for page in found for user in page.members)


def kind_of(conversation: wire.Conversation) -> Kind:
    """A conversation of several, and a private channel, are private, whatever else Slack calls them."""
    match conversation:
        case wire.Conversation(is_im=True, is_mpim=False, is_channel=False, is_group=False):
            return Kind.DIRECT
        case wire.Conversation(is_im=False, is_private=True):
            return Kind.CLOSED
        case wire.Conversation(is_im=False, is_mpim=False, is_channel=True, is_group=False, is_private=False):
            return Kind.PUBLIC
        case _:
            raise AccessUnknown("conversations.info: an unknown kind")


def companies_of(conversation: wire.Conversation, team: str) -> frozenset[str]:
    """A channel may be public on the other side of a share, and then people read it there whom nobody lists here."""
    others = frozenset((*conversation.shared_team_ids, *conversation.connected_team_ids)) - {team}
    shared = conversation.is_shared or conversation.is_ext_shared or conversation.is_org_shared
    if shared and not others:
        raise AccessUnknown("conversations.info: shared with nobody knows whom")
    return others
