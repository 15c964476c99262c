"""A message in a conversation of Slack, said by us for somebody who is in there. Plain text, so that it calls nobody."""

import re
from typing import Annotated, ClassVar, Final

from pydantic import BeforeValidator, Field

from bot.core.acting import Actor, Arguments, Barred, Done, NotDone, Unsure, Would, byline
from bot.core.speaking import Room, Speaker
from bot.tools.outcomes import (
    ABSENT,
    ANOTHER,
    UNKNOWN,
    Stopped,
    Words,
    asking,
    finding,
    is_another,
    nonce,
    not_done,
    writing,
)
from connectors.plain import NOTHING_BELOW, Below

MOST_CHARACTERS: Final = 9_000  # Slack takes some 13,000 in all of a message
_MENTIONED: Final = re.compile(r"<#([A-Z0-9]+)(?:\|[^>]*)?>")
NOT_HEARD: Final = "invite me there first: I am not in it"


def _named(value: object) -> object:
    """As Slack writes it when somebody picks it, `<#C012AB3CD|general>`; its id; or its name."""
    if not isinstance(value, str):
        return value
    picked = _MENTIONED.fullmatch(value.strip())
    return picked[1] if picked is not None else value.strip().removeprefix("#")


class Message(Arguments):
    channel: Annotated[str, BeforeValidator(_named)] = Field(
        description="Channel in Slack: its name, such as general, or its id",
        pattern=r"^[^\s<>@#,/]{1,80}$",
        json_schema_extra={"footnote": "target"},
    )
    text: Words = Field(
        max_length=MOST_CHARACTERS,
        description="What to say there",
        json_schema_extra={"footnote": "text", "footnote_body": True},
    )


class SlackPostMessage:
    name: ClassVar[str] = "slack.post_message"
    takes: ClassVar[type[Arguments]] = Message
    keyed: ClassVar[bool] = False
    signs: ClassVar[bool] = True

    def __init__(self, speaker: Speaker) -> None:
        self._speaker = speaker

    def is_set_up(self) -> bool:
        return True

    def look(self, arguments: Message, actor: Actor) -> Would | Barred:
        room = self._checked(arguments, actor)
        if isinstance(room, Barred):
            return room
        return Would(target=f"#{room.name}", id=_id(room), url=room.url, channel=room.id)

    def run(
        self, arguments: Message, actor: Actor, key: str, below: Below = NOTHING_BELOW, *, at: str | None = None
    ) -> Done | NotDone:
        room = self._checked(arguments, actor)
        if isinstance(room, Barred):
            return not_done(room)
        if is_another(_id(room), at):
            return ANOTHER
        with writing():
            said = self._speaker.say(room.id, arguments.text, byline=byline(actor), nonce=nonce(key), below=below)
        if isinstance(said, str):
            return NotDone(why="refused", said=said)
        return Done(what=f"#{room.name}", url=said.url)

    def find(self, arguments: Message, actor: Actor, key: str) -> Done | None:
        with finding():
            room = self._speaker.room(arguments.channel, actor.email)
            if room is None or not room.heard:
                raise Unsure("the channel is no longer there, or no longer for us")
            said = self._speaker.find(room.id, nonce(key))
        return Done(what=f"#{room.name}", url=said.url) if said is not None else None

    def _checked(self, arguments: Message, actor: Actor) -> Room | Barred:
        try:
            with asking():
                if not self._speaker.is_known(actor.email):
                    return UNKNOWN
                room = self._speaker.room(arguments.channel, actor.email)
        except Stopped as stopped:
            return stopped.barred
        if room is None:
            return ABSENT
        return room if room.heard else Barred(why="refused", said=NOT_HEARD)


def _id(room: Room) -> str:
    return f"channel {room.id}"
