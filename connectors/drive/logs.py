"""Which logs are there to be read, and for whom is each?

A shared drive has one, read for one of its organizers; whoever has a Drive of their own has another. Where the service
account is a member itself, it reads for itself.
"""

from collections.abc import Iterator, Mapping
from typing import Final, NamedTuple

from connectors.drive.normalise import DRIVE, Log, kind, number
from connectors.drive.people import is_there
from connectors.drive.reader import Reader
from connectors.drive.tokens import Voiceless
from connectors.drive.wire import Permission, User
from connectors.model import AccessUnknown, Problem

USER: Final = "user"
SELF: Final = "self:"
_RANKS: Final = ("organizer", "fileOrganizer", "writer")  # a reader may not see who may read


class Logs(NamedTuple):
    """`silent`: there may be something, and nobody can be asked: nothing is concluded of it. `gone`: a drive that was
    allowed and is not there.
    """

    found: Mapping[str, Log]
    silent: Mapping[str, Problem]
    gone: frozenset[str]


def logs(reader: Reader) -> Logs:
    found: dict[str, Log] = {}
    silent: dict[str, Problem] = {}
    gone: set[str] = set()
    for drive_id in reader.settings.drives:
        name = f"{DRIVE}:{drive_id}"
        try:
            log = _of_drive(reader, drive_id)
        except AccessUnknown as error:
            silent[name] = Problem(where=name, reason=f"{error}; it is not read")
            continue
        if log is None:
            gone.add(name)
        else:
            found[name] = log
    found |= {log.name: log for log in _own(reader)}
    reader.logs.clear()
    reader.logs.update(found)
    return Logs(found, silent, frozenset(gone))


def log(reader: Reader, name: str) -> Log | None:
    """One of them, as it was asked last or is now. None: there is nobody to ask there."""
    known = reader.logs.get(name)
    if known is None:
        known = _asked(reader, name)
        if known is not None:
            reader.logs[name] = known
    return known


def is_gone(reader: Reader, drive_id: str) -> bool:
    return reader.client.drive(drive_id) is None


def _asked(reader: Reader, name: str) -> Log | None:
    settings = reader.settings
    match kind(name):
        case "drive" if number(name) in settings.drives:
            try:
                return _of_drive(reader, number(name))
            except AccessUnknown:
                return None
        case "user" if settings.is_delegated and settings.my_drive:
            user = reader.client.user(number(name))
            return _of_user(user) if user is not None and _is_read(reader, user) else None
        case "self" if not settings.is_delegated and settings.my_drive:
            return _SELF
        case _:
            return None


_SELF: Final = Log(SELF, None, None, "Shared with Footnote")


def _own(reader: Reader) -> Iterator[Log]:
    if not reader.settings.my_drive:
        return
    if not reader.settings.is_delegated:
        yield _SELF
        return
    for user in reader.client.users():
        if _is_read(reader, user):
            yield _of_user(user)


def _is_read(reader: Reader, user: User) -> bool:
    settings = reader.settings
    return (
        is_there(user) and settings.sharing.is_of_ours(user.primary_email) and settings.is_in_units(user.org_unit_path)
    )


def _of_user(user: User) -> Log:
    return Log(f"{USER}:{user.id}", user.primary_email, None, f"My Drive of {user.primary_email}")


def _of_drive(reader: Reader, drive_id: str) -> Log | None:
    drive = reader.client.drive(drive_id)
    if drive is None:
        return None
    who = _organizer(reader, drive_id) if reader.settings.is_delegated else None
    return Log(f"{DRIVE}:{drive_id}", who, drive_id, drive.name)


def _organizer(reader: Reader, drive_id: str) -> str:
    """The first of its organizers whom we may speak for."""
    members = reader.client.permissions(reader.settings.admin, drive_id, as_admin=True)
    for rank in _RANKS:
        for address in _people(reader, [one for one in members if one.role == rank and not one.deleted]):
            try:
                reader.client.greet(address)
            except Voiceless:
                continue
            return address
    raise AccessUnknown(f"the drive {drive_id} has no organizer whom the service account may speak for")


def _people(reader: Reader, members: list[Permission]) -> Iterator[str]:
    """Those who are named, and then those in a group that is."""
    ours = [one for one in members if one.email_address and reader.settings.sharing.is_of_ours(one.email_address)]
    yield from (str(one.email_address) for one in ours if one.type == USER)
    for one in ours:
        if one.type == "group":
            for member in reader.client.members(str(one.email_address)):
                if member.type == "USER" and member.email and reader.settings.sharing.is_of_ours(member.email):
                    yield member.email
