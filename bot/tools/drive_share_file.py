"""A file of Google Drive, shared with a colleague: as whoever wants it, where we may speak for them; otherwise by the service
account, for somebody who may share it themselves. Nobody outside the company, no group, and no link.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Annotated, ClassVar, Final, Literal

from pydantic import AfterValidator, Field, JsonValue, StringConstraints

from bot.core.acting import Actor, Arguments, Barred, Done, NotDone, Unsure, Would
from bot.tools.outcomes import (
    ABSENT,
    ANOTHER,
    NOT_SET_UP,
    NOT_YOURS,
    UNKNOWN,
    Stopped,
    asking,
    finding,
    is_another,
    not_done,
    quoted,
    writing,
)
from connectors.drive.client import Client
from connectors.drive.refusals import reason
from connectors.drive.settings import Settings
from connectors.drive.tokens import SHARING, Voiceless
from connectors.drive.wire import Permission, Shareable
from connectors.http import Refused
from connectors.model import AccessUnknown
from connectors.plain import NOTHING_BELOW, Below
from policies.people import Email, Noun, email_address

Role = Literal["reader", "commenter", "writer"]
RANK: Final = ("reader", "commenter", "writer", "fileOrganizer", "organizer", "owner")  # the least first
MAY_SHARE: Final = frozenset(RANK[2:])
FILE_REF: Final = r"^(?:[A-Za-z0-9_-]{10,128}|https://(?:drive|docs)\.google\.com/\S{1,500})$"
_TOO_MANY: Final = "sharingRateLimitExceeded"
_MEANT: Final[dict[str, JsonValue]] = {  # by whoever says what it is for
    "comment": "commenter",
    **dict.fromkeys(("edit", "editor", "write"), "writer"),
}


class Sharing(Arguments):
    file: Annotated[str, StringConstraints(pattern=FILE_REF)] = Field(
        description="File in Google Drive: its address, or the id that stands in it",
        json_schema_extra={"footnote": "target"},
    )
    person: Annotated[str, AfterValidator(email_address)] = Field(
        description="E-mail address of the colleague who gets it", json_schema_extra={"footnote": "recipient"}
    )
    role: Role = Field(
        default="reader",
        description="What they may do with it: reader, commenter or writer",
        json_schema_extra={"footnote_words": _MEANT},
    )
    notify: bool = Field(default=True, description="Whether Google writes to them about it")


@dataclass(frozen=True)
class Drive:
    settings: Settings
    client: Client

    def voice_of(self, email: Email) -> str | None:
        """For whom Google is asked; nobody: for the service account itself."""
        return email if self.settings.is_delegated else None

    def has(self, file: Shareable) -> bool:
        """Whether an admin named where it lies."""
        return file.drive_id in self.settings.drives if file.drive_id is not None else self.settings.my_drive


Drives = Callable[[], Sequence[Drive]]


class _Checked(Noun):
    file: Shareable
    who: str | None
    address: str  # the recipient's first


class DriveShareFile:
    """Keyed by nature: somebody has a file once, however often it is shared with them, and no mail is sent again for that."""

    name: ClassVar[str] = "drive.share_file"
    takes: ClassVar[type[Arguments]] = Sharing
    keyed: ClassVar[bool] = True
    signs: ClassVar[bool] = False

    def __init__(self, drives: Drives) -> None:
        self._drives = drives

    def is_set_up(self) -> bool:
        return bool(self._drives())

    def look(self, arguments: Sharing, actor: Actor) -> Would | Barred:
        found = self._checked(arguments, actor)
        if isinstance(found, Barred):
            return found
        _, checked = found
        return Would(target=checked.file.name, id=_sharing(checked), url=checked.file.web_view_link)

    def title(self, arguments: Sharing, reader: Actor) -> str | None:
        """As Google shows it to them. Where we speak for nobody: whoever has it by name."""
        try:
            with asking():
                found = (_title(drive, _id(arguments.file), reader) for drive in self._drives())
                return next((title for title in found if title is not None), None)
        except Stopped:
            return None

    def run(
        self,
        arguments: Sharing,
        actor: Actor,
        key: str,  # noqa: ARG002 - the permission is the key
        below: Below = NOTHING_BELOW,  # noqa: ARG002 - nothing is written
        *,
        at: str | None = None,
    ) -> Done | NotDone:
        found = self._checked(arguments, actor)
        if isinstance(found, Barred):
            return not_done(found)
        drive, checked = found
        if is_another(_sharing(checked), at):
            return ANOTHER
        try:
            with asking():
                has_it = self._has(drive, checked, arguments.role)
            if has_it:
                return _done(checked)
            with writing():
                made = drive.client.share(
                    checked.who, checked.file.id, checked.address, arguments.role, notify=arguments.notify
                )
        except Stopped as stopped:
            return stopped.not_done
        if isinstance(made, Refused):
            said = quoted(f"Google refuses it ({made.status}{reason(made)})")
            return NotDone(why="too_many" if _TOO_MANY in said else "refused", said=said)
        return _done(checked)

    def find(self, arguments: Sharing, actor: Actor, key: str) -> Done | None:  # noqa: ARG002
        with finding():
            found = self._checked(arguments, actor)
            if isinstance(found, Barred):
                raise Unsure("the file is no longer there, or no longer theirs to share")
            drive, checked = found
            return _done(checked) if self._has(drive, checked, arguments.role) else None

    def _checked(self, arguments: Sharing, actor: Actor) -> tuple[Drive, _Checked] | Barred:
        try:
            with asking():
                outcomes = [_checked(drive, arguments, actor) for drive in self._drives()]
        except Stopped as stopped:
            return stopped.barred
        if not outcomes:
            return NOT_SET_UP
        if all(each == UNKNOWN for each in outcomes):
            return UNKNOWN
        return next((each for each in outcomes if each not in (ABSENT, UNKNOWN)), ABSENT)

    def _has(self, drive: Drive, checked: _Checked, role: Role) -> bool:
        """That, or more: nobody is left with less than they had."""
        wanted = RANK.index(role)
        return any(
            RANK.index(each.role) >= wanted
            for each in _of(checked.address, drive.client.permissions(checked.who, checked.file.id))
        )


def _sharing(checked: _Checked) -> str:
    return f"file {checked.file.id} with {checked.address}"


def _checked(drive: Drive, arguments: Sharing, actor: Actor) -> tuple[Drive, _Checked] | Barred:
    """The file first: of a recipient nothing is said to who may not share it."""
    client, who = drive.client, drive.voice_of(actor.email)
    try:
        client.greet(who)
    except Voiceless:
        return UNKNOWN
    file = client.shareable(who, _id(arguments.file))
    if file is None or file.trashed or not drive.has(file):
        return ABSENT
    if who is None and not _may_share(client, file, actor):
        return NOT_YOURS
    if not file.capabilities.can_share:
        return NOT_YOURS if who is not None else Barred(why="refused", said="the service account may not share it")
    address = _recipient(drive, arguments.person)
    if isinstance(address, Barred):
        return address
    client.greet(who, SHARING)  # a scope that is missing is told of before anybody is asked to agree
    return drive, _Checked(file=file, who=who, address=address)


def _title(drive: Drive, file_id: str, reader: Actor) -> str | None:
    client, who = drive.client, drive.voice_of(reader.email)
    try:
        client.greet(who)
    except Voiceless:
        return None
    file = client.shareable(who, file_id)
    if file is None or file.trashed or not drive.has(file):
        return None
    may_open = who is not None or bool(_of(reader.email, client.permissions(None, file.id)))
    return file.name if may_open else None


def _recipient(drive: Drive, address: str) -> str | Barred:
    """By their first address, as Drive names them."""
    settings = drive.settings
    if address.rpartition("@")[2] not in settings.domains:
        return Barred(why="invalid", said=f"person: only people of {', '.join(settings.domains)}")
    if not settings.is_delegated:
        return address
    colleague = drive.client.user(address)
    if colleague is None or colleague.suspended:
        return Barred(why="invalid", said="person: nobody who is active has this address")
    primary = colleague.primary_email.lower()
    if primary.rpartition("@")[2] not in settings.domains:
        return Barred(why="invalid", said="person: their first address is of another domain")
    return primary


def _may_share(client: Client, file: Shareable, actor: Actor) -> bool:
    """What we cannot find out is not theirs."""
    try:
        return any(each.role in MAY_SHARE for each in _of(actor.email, client.permissions(None, file.id)))
    except AccessUnknown:
        return False


def _of(address: str, permissions: Iterable[Permission]) -> list[Permission]:
    """Theirs by name: what they have by a group, or only for a while, they may lose."""
    return [
        each
        for each in permissions
        if each.type == "user"
        and (each.email_address or "").lower() == address
        and each.role in RANK
        and not (each.deleted or each.pending_owner or each.view)
        and each.expiration_time is None
    ]


def _id(ref: str) -> str:
    """…/d/ID/edit, …/folders/ID, or …?id=ID."""
    if "/" not in ref:
        return ref
    for before in ("/d/", "/folders/", "id="):
        _, found, after = ref.partition(before)
        if found:
            return after.replace("?", "/").replace("#", "/").replace("&", "/").partition("/")[0]
    return ref.rpartition("/")[2]


def _done(checked: _Checked) -> Done:
    return Done(what=checked.file.name, url=checked.file.web_view_link)
