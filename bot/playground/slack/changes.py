"""What just happened in the workspace. Told once, in order, to whoever listens: the event dispatcher and the browser page."""

from dataclasses import dataclass
from typing import Literal

from bot.playground.slack.nouns import Ephemeral, Message


@dataclass(frozen=True)
class MessagePosted:
    channel_id: str
    message: Message


@dataclass(frozen=True)
class MessageChanged:
    channel_id: str
    message: Message
    previous: Message
    streaming: bool = False  # one more piece of a stream: seen by people, no event for apps


@dataclass(frozen=True)
class MessageDeleted:
    channel_id: str
    previous: Message


@dataclass(frozen=True)
class EphemeralPosted:
    ephemeral: Ephemeral


@dataclass(frozen=True)
class EphemeralGone:
    ephemeral: Ephemeral


@dataclass(frozen=True)
class MemberJoined:
    channel_id: str
    user: str
    inviter: str | None


@dataclass(frozen=True)
class MemberLeft:
    channel_id: str
    user: str


@dataclass(frozen=True)
class ChannelRenamed:
    channel_id: str
    old_name: str


@dataclass(frozen=True)
class ChannelTurned:
    """Archived, taken out of the archive, or shared with another company: whatever Slack has an event of that name for."""

    channel_id: str
    what: Literal["archive", "unarchive", "shared"]
    team_id: str | None = None


@dataclass(frozen=True)
class ChannelOpened:
    """A conversation came into being."""

    channel_id: str


@dataclass(frozen=True)
class ReactionChanged:
    channel_id: str
    ts: str
    user: str
    name: str
    added: bool


@dataclass(frozen=True)
class UserCame:
    """Into the workspace."""

    user: str


@dataclass(frozen=True)
class UserChanged:
    user: str


@dataclass(frozen=True)
class HomeOpened:
    app_id: str
    user: str
    tab: Literal["home", "messages"]
    channel_id: str


@dataclass(frozen=True)
class ViewChanged:
    user: str
    view_id: str
    what: Literal["opened", "pushed", "updated", "closed", "published"]


@dataclass(frozen=True)
class ThreadDressed:
    """A status, a title or suggested prompts were set on a thread."""

    channel_id: str
    thread_ts: str | None
    what: Literal["status", "title", "prompts"]


@dataclass(frozen=True)
class SessionStopped:
    channel_id: str
    thread_ts: str
    user: str
    app_id: str
    streams: tuple[str, ...]


@dataclass(frozen=True)
class AppRemoved:
    app_id: str
    what: Literal["uninstalled", "tokens_revoked"]


Change = (
    MessagePosted
    | MessageChanged
    | MessageDeleted
    | EphemeralPosted
    | EphemeralGone
    | MemberJoined
    | MemberLeft
    | ChannelRenamed
    | ChannelTurned
    | ChannelOpened
    | ReactionChanged
    | UserCame
    | UserChanged
    | HomeOpened
    | ViewChanged
    | ThreadDressed
    | SessionStopped
    | AppRemoved
)
