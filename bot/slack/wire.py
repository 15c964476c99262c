"""What Slack writes of accounts and conversations, as far as we go by it. A payload that does not fit is not understood.

Strict: "no" is no Boolean. What may be missing has the value under which less is shown.
"""

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, model_validator

Name = Annotated[str, Field(max_length=255, pattern=r"^[!-~]+$")]
"""Of a message, a place or an account. Slack's are short and plain; whatever else comes could not be stored."""


class Payload(BaseModel):
    """Who did what is Slack's word. What somebody sends with it may have been made up."""

    model_config = ConfigDict(frozen=True, extra="ignore", strict=True)


class Profile(Payload):
    email: str | None = None
    display_name: str | None = None
    real_name: str | None = None


class User(Payload):
    id: str = Field(min_length=1)
    team_id: str = Field(min_length=1)
    deleted: bool = False
    is_bot: bool = False
    is_stranger: bool = False
    is_restricted: bool | None = None  # of a deactivated account, Slack says neither
    is_ultra_restricted: bool | None = None
    is_email_confirmed: bool | None = None
    name: str | None = None
    real_name: str | None = None
    profile: Profile = Profile()


class Names(Payload):
    real_name: str = ""
    display_name: str = ""


class NamedUser(Payload):
    profile: Names = Names()


class OneName(Payload):
    user: NamedUser


class Permalink(Payload):
    permalink: str = Field(min_length=1)


class OneUser(Payload):
    user: User


class WhoWeAre(Payload):
    team_id: str = Field(min_length=1)
    user_id: str = Field(min_length=1)
    bot_id: str = Field(min_length=1)


class Page(Payload):
    next_cursor: str = ""  # empty, null or not there: this was the last page

    @model_validator(mode="before")
    @classmethod
    def _lift_the_cursor(cls, body: Any) -> Any:
        if not isinstance(body, dict):
            return body
        metadata = body.get("response_metadata") or {}
        return {**body, "next_cursor": (metadata.get("next_cursor") or "") if isinstance(metadata, dict) else metadata}


class UsersPage(Page):
    members: list[User]


class MembersPage(Page):
    members: list[str]


class GroupMembers(Payload):
    """There are no pages."""

    users: list[str]


class UserGroup(Payload):
    id: str = Field(min_length=1)
    handle: str = ""


class UserGroups(Payload):
    usergroups: list[UserGroup]


class Named(Payload):
    id: str = Field(min_length=1)


class Conversation(Payload):
    id: str = Field(min_length=1)
    name: str | None = None
    is_im: bool = False
    is_mpim: bool = False
    is_channel: bool = False
    is_group: bool = False
    is_private: bool | None = None
    is_shared: bool = False
    is_ext_shared: bool = False
    is_org_shared: bool = False
    shared_team_ids: list[str] = []
    connected_team_ids: list[str] = []
    user: str | None = None  # the other one, where there are two


class OneConversation(Payload):
    channel: Conversation


class Channel(Payload):
    """A conversation that has a name."""

    id: str = Field(min_length=1)
    name: str = ""
    is_im: bool = False
    is_mpim: bool = False
    is_archived: bool = False

    @property
    def is_channel_of_many(self) -> bool:
        return bool(self.name) and not self.is_im and not self.is_mpim


class OneChannel(Payload):
    channel: Channel


class ChannelsPage(Page):
    channels: list[Channel]


class Opened(Payload):
    """A direct conversation; of it, only the name is told."""

    channel: Named


class OpenedView(Payload):
    view: Named


class Published(Payload):
    """`hash`: of what is shown from now on. Whoever names it replaces that, and nothing newer."""

    hash: str = Field(min_length=1)


class PublishedView(Payload):
    view: Published


class Sent(Payload):
    ts: str = Field(min_length=1)


class Done(Payload):
    """That it worked is all there is to know."""


class Metadata(Payload):
    event_payload: dict[str, object] = {}


class Block(Payload):
    block_id: str | None = None


class Message(Payload):
    ts: str
    user: str | None = None
    text: str = ""
    subtype: str | None = None
    bot_id: str | None = None
    metadata: Metadata = Metadata()
    blocks: list[Block] = []

    def carries(self, nonce: str) -> bool:
        return self.metadata.event_payload.get("nonce") == nonce

    def began_with(self, mark: str) -> bool:
        """It has grown, and may not be whole."""
        return bool(self.blocks) and self.blocks[0].block_id == mark

    @property
    def is_whole(self) -> bool:
        return "nonce" in self.metadata.event_payload


class MessagesPage(Page):
    messages: list[Message]


class AppProfile(Payload):
    name: str | None = None


class SaidMessage(Payload):
    """What somebody said. Of an app's, `username` is what it calls itself there."""

    ts: str = Field(pattern=r"^\d{10}\.\d{6}$")
    text: str | None = None
    subtype: str | None = None
    user: str | None = None
    username: str | None = None
    bot_id: str | None = None
    bot_profile: AppProfile | None = None


class SaidPage(Page):
    messages: list[SaidMessage]
