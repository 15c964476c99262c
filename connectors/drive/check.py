"""What may our service account do at Google, and what is lost where it may not? Asked of Google itself, one harmless thing
each.

Nothing of what is read here is kept.
"""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Final

from connectors.drive.logs import logs
from connectors.drive.normalise import Entry, Log, entries, is_withheld, number
from connectors.drive.reader import Reader
from connectors.drive.texts import text
from connectors.drive.tokens import DIRECTORY, DRIVE, Voiceless
from connectors.model import AccessUnknown
from connectors.privileges import Asked, Privilege, answered, tried, why
from policies.people import Noun

_MOST_TRIED: Final = 50  # files of a log, for one that says something


class Checked(Noun):
    """`unseen` are drives that we were told to read, and cannot; with why."""

    account: str | None
    drives: tuple[str, ...]  # by their names
    people: int  # whose own Drive is read
    unseen: tuple[tuple[str, str], ...]
    privileges: tuple[Privilege, ...]

    @property
    def is_enough(self) -> bool:
        return bool(self.drives or self.people) and not any(one.needed and one.missing for one in self.privileges)


def checked(reader: Reader) -> Checked:
    """A Google that does not answer raises Retryable; a key that is good for nothing, Fatal."""
    account = reader.client.account
    found = tried(lambda: logs(reader))
    there = [] if isinstance(found, Exception) else list(found.found.values())
    unseen = {} if isinstance(found, Exception) else {name: one.reason for name, one in found.silent.items()}
    if not isinstance(found, Exception):
        unseen |= dict.fromkeys(found.gone, "nothing of it is visible: is the id right, and may it be read?")
    said = str(found) if isinstance(found, Exception) else None
    asked = [
        *_of_people(reader),
        Asked(_LOGS, lambda: said if said is not None or there else "nothing that is to be read is visible"),
        *(_of_files(reader, there[0]) if there else ()),
    ]
    return Checked(
        account=account,
        drives=tuple(one.place for one in there if one.drive is not None),
        people=sum(one.drive is None for one in there),
        unseen=tuple((number(name), reason) for name, reason in sorted(unseen.items())),
        privileges=answered(asked),
    )


def _of_people(reader: Reader) -> Iterator[Asked]:
    client = reader.client
    reads: tuple[tuple[Privilege, Callable[[], object]], ...] = (
        (_PEOPLE, lambda: _some(client.users, "no user of the Directory is visible")),
        (_GROUPS, client.groups),
        (_MEMBERS, lambda: [client.members(group.id) for group in client.groups()[:1]]),
    )
    for scope, (privilege, read) in zip(DIRECTORY, reads, strict=True):
        yield Asked(privilege, partial(_in_directory, reader, scope, read))
    if reader.settings.is_delegated:
        yield Asked(_SPEAKING, lambda: why(lambda: client.greet(reader.settings.admin)))


def _in_directory(reader: Reader, scope: str, read: Callable[[], object]) -> str | None:
    """Each scope by itself, and then the reading, for which all of them are needed: another's lack is told there."""
    alone, all_of_it = why(lambda: reader.client.greet(reader.settings.admin, (scope,))), tried(read)
    return alone or (
        str(all_of_it) if isinstance(all_of_it, Exception) and not isinstance(all_of_it, Voiceless) else None
    )


def _of_files(reader: Reader, log: Log) -> Iterator[Asked]:
    client, first = reader.client, list[Entry]()

    def files() -> None:
        page = next(client.listed(log.who, log.query, drive=log.drive, size=_MOST_TRIED))
        first.extend(one for one in entries(log, page.files) if not one.is_folder)

    yield Asked(_FILES, lambda: why(files))
    yield Asked(_CHANGES, lambda: why(lambda: client.start(log.who, log.drive)))
    yield Asked(_SHARING, lambda: _of_a_file(first, lambda one: client.permissions(log.who, one.number)))
    yield Asked(
        _TEXTS, lambda: _of_a_file([one for one in first if _is_read(reader, one)], lambda one: text(reader, one))
    )


def _is_read(reader: Reader, one: Entry) -> bool:
    return one.type in reader.settings.types and not is_withheld(one.file)


def _of_a_file(files: list[Entry], ask: Callable[[Entry], object]) -> str | None:
    """Where there is none nothing is missing yet."""
    return why(lambda: ask(files[0])) if files else None


def _some(ask: Callable[[], tuple[object, ...]], otherwise: str) -> None:
    if not ask():
        raise AccessUnknown(otherwise)


def _short(scopes: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(scope.rpartition("/")[2] for scope in scopes)


_NOTHING_GOES: Final = "nothing can be read without it"
_PEOPLE: Final = Privilege(
    name="read who is in the Directory",
    scopes=_short(DIRECTORY[:1]),
    needed=True,
    lost="nobody is known, so nobody may read anything",
)
_GROUPS: Final = Privilege(
    name="read groups",
    scopes=_short(DIRECTORY[1:2]),
    needed=True,
    lost="whoever reads something through a group does not",
)
_MEMBERS: Final = Privilege(
    name="read who is in a group",
    scopes=_short(DIRECTORY[2:]),
    needed=True,
    lost="whoever reads something through a group does not",
)
_SPEAKING: Final = Privilege(
    name="speak for people of the domain (domain-wide delegation)",
    scopes=_short(DRIVE),
    needed=True,
    lost="nobody's own Drive is read, nor any drive; the mode `member` does without",
)
_LOGS: Final = Privilege(name="see what is to be read", scopes=_short(DRIVE), needed=True, lost=_NOTHING_GOES)
_FILES: Final = Privilege(name="list files", scopes=_short(DRIVE), needed=True, lost=_NOTHING_GOES)
_CHANGES: Final = Privilege(
    name="read what has changed", scopes=_short(DRIVE), needed=True, lost="the content loop stops there"
)
_SHARING: Final = Privilege(
    name="read who may read a file (a member of a drive has to be allowed to edit there)",
    scopes=_short(DRIVE),
    needed=True,
    lost="nobody may read anything",
)
_TEXTS: Final = Privilege(
    name="export and download files", scopes=_short(DRIVE), needed=True, lost="files are found by their names alone"
)
