"""Where something is said, and who is in there. Read live: what an event says of a conversation is never believed."""

from enum import StrEnum
from typing import Final

from slack_sdk import WebClient

from bot.slack import wire
from bot.slack.calls import ask, ask_all
from bot.slack.memory import Memory, Timer
from connectors.model import AccessUnknown
from policies.people import Noun

_FRESH_S: Final = 30.0  # Slack answers fifty questions a minute, and says itself when somebody comes or goes


class Kind(StrEnum):
    DIRECT = "direct"  # the bot and one other
    CLOSED = "closed"  # its members
    PUBLIC = "public"  # its members, and every full member of the workspace


class Room(Noun):
    kind: Kind
    members: frozenset[str]
    companies: frozenset[str] = frozenset()  # others that it is shared with


class Rooms:
    def __init__(self, client: WebClient, *, team: str, timer: Timer) -> None:
        self._client, self._team = client, team
        # Key: a conversation. Ends after half a minute, or when something is told to have happened there.
        self._rooms: Memory[str, Room] = Memory(self._look, for_s=_FRESH_S, most=1_000, timer=timer)

    def room(self, channel: str) -> Room:
        return self._rooms.get(channel)

    def changed(self, channel: str) -> None:
        self._rooms.forget(channel)

    def _look(self, channel: str) -> Room:
        conversation = ask(self._client, "conversations.info", wire.OneConversation, channel=channel).channel
        if conversation.id != channel:
            raise AccessUnknown("conversations.info: another conversation")
        kind = kind_of(conversation)
        if kind is Kind.DIRECT:
            return Room(kind=kind, members=frozenset({conversation.user or ""}))
        companies = companies_of(conversation, self._team)
        found = ask_all(self._client, "conversations.members", wire.MembersPage, channel=channel)
        return Room(kind=kind, members=frozenset(user for page in found for user in page.members), companies=companies)


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
