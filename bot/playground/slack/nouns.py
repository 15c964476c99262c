"""What an emulated workspace consists of. Plain values: they know nothing of HTTP, of sockets or of each other's rules."""

from dataclasses import dataclass, field
from typing import Any, Literal

Json = dict[str, Any]
ChannelKind = Literal["public", "private", "im", "mpim"]
TokenKind = Literal["bot", "app"]


@dataclass
class Team:
    id: str
    name: str
    domain: str


@dataclass
class User:
    id: str
    team_id: str
    name: str
    real_name: str
    email: str | None = None
    email_confirmed: bool = True
    restricted: bool = False  # a guest in several channels
    ultra_restricted: bool = False  # a guest in one channel
    admin: bool = False
    deleted: bool = False
    bot_id: str | None = None
    app_id: str | None = None
    title: str = ""
    tz: str = "Europe/Zurich"

    @property
    def is_bot(self) -> bool:
        return self.bot_id is not None


@dataclass
class UserGroup:
    """Some people, whom anybody may name by one handle."""

    id: str
    team_id: str
    handle: str
    name: str
    users: list[str] = field(default_factory=list)
    disabled: bool = False


@dataclass
class File:
    """An attachment that carries no text of its own: a screenshot, an image."""

    id: str
    name: str
    mimetype: str = "image/png"
    size: int = 1024


@dataclass
class Stream:
    """A message that is still being written."""

    started_at: float
    recipient: str | None
    stopped_by: str | None = None


@dataclass
class Message:
    ts: str
    user: str
    text: str
    thread_ts: str | None = None
    subtype: str | None = None
    bot_id: str | None = None
    app_id: str | None = None
    username: str | None = None
    client_msg_id: str | None = None
    broadcast: bool = False
    blocks: list[Json] = field(default_factory=list)
    attachments: list[Json] = field(default_factory=list)
    files: list[File] = field(default_factory=list)
    metadata: Json | None = None
    edited: tuple[str, str] | None = None  # who, and the ts of the edit
    reactions: dict[str, list[str]] = field(default_factory=dict)
    stream: Stream | None = None
    unfurl: tuple[bool | None, bool | None] = (None, None)  # links, media: as the app asked

    @property
    def is_reply(self) -> bool:
        return self.thread_ts is not None and self.thread_ts != self.ts


@dataclass
class Ephemeral:
    """Seen by one person, gone when they reload, never in the history."""

    ts: str
    channel_id: str
    user: str  # who sees it
    app_id: str | None
    bot_id: str | None
    text: str
    blocks: list[Json] = field(default_factory=list)
    thread_ts: str | None = None


@dataclass
class Channel:
    id: str
    name: str
    kind: ChannelKind
    team_id: str
    creator: str
    created: int
    members: list[str] = field(default_factory=list)
    teams: list[str] = field(default_factory=list)  # more than one: shared with another company
    archived: bool = False
    general: bool = False
    topic: str = ""
    purpose: str = ""
    previous_names: list[str] = field(default_factory=list)
    messages: dict[str, Message] = field(default_factory=dict)
    threads: dict[str, list[str]] = field(default_factory=dict)  # head -> its replies, in order
    ephemerals: list[Ephemeral] = field(default_factory=list)

    @property
    def is_ext_shared(self) -> bool:
        return len(self.teams) > 1


@dataclass
class View:
    id: str
    app_id: str
    user: str
    type: Literal["modal", "home"]
    body: Json  # what the app sent: blocks, title, submit, callback_id, …
    hash: str
    root_id: str
    previous_id: str | None = None
    values: dict[str, Json] = field(default_factory=dict)  # state.values as the person left it


@dataclass(frozen=True)
class SlashCommand:
    """What Slack's client offers while somebody types a slash."""

    name: str  # with its slash
    description: str = ""
    usage_hint: str = ""
    should_escape: bool = False  # people and channels are told by their ids, and addresses marked up


@dataclass
class App:
    id: str
    name: str
    user_id: str
    bot_id: str
    team_id: str
    events: frozenset[str]
    commands: dict[str, SlashCommand]
    home_tab: bool = True
    verification_token: str = "emulated-verification-token"  # noqa: S105 - Slack sends one with each event; nobody checks it
    signing_secret: str = ""  # of what is sent to its request URL
    request_url: str | None = None  # with one, nothing goes to its sockets
    installed: bool = True
    published: str = ""  # of an app that came here by OAuth: the id under which it is known everywhere
    client_id: str = ""
    client_secret: str = ""
    redirect_urls: tuple[str, ...] = ()
    rotates: bool = False  # its tokens end, and are renewed

    @property
    def api_id(self) -> str:
        return self.published or self.id


@dataclass
class Token:
    value: str
    kind: TokenKind
    app_id: str
    scopes: frozenset[str]
    revoked: bool = False
    expires_at: float | None = None


@dataclass(frozen=True)
class Code:
    """The right to have an app's tokens for one workspace: once, and for ten minutes."""

    client_id: str
    team_id: str
    user: str
    redirect_uri: str | None
    scopes: frozenset[str]
    made_at: float


@dataclass
class Trigger:
    id: str
    app_id: str
    user: str
    made_at: float
    view_id: str | None = None  # the modal it was made in, if any
    used: bool = False


@dataclass
class Hook:
    """A response_url: the right to answer in one place, a few times, for a while."""

    id: str
    app_id: str
    user: str
    channel_id: str
    made_at: float
    message_ts: str | None = None
    thread_ts: str | None = None
    ephemeral: bool = False
    uses: int = 0


@dataclass
class Status:
    """“is thinking…” under a thread."""

    text: str
    app_id: str
    set_at: float
    loading_messages: list[str] = field(default_factory=list)
