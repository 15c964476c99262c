"""The kinds of source there are, by hand, and the connectors that are made of what an admin said. What is not understood
opens nothing.
"""

import threading
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from bot.core.clock import utc_now
from bot.core.errors import BadUse
from bot.settings import secret
from bot.slack.saved import SavedAnswers
from bot.stores import handing, sources
from bot.stores.access import AccessStore
from bot.stores.database import Database
from bot.stores.memory import SourceMemory
from bot.stores.sources import Listed
from connectors.folder.access import WITHOUT_ACCESS, WithoutAccess
from connectors.folder.connector import FolderConnector
from connectors.folder.files import Disk
from connectors.model import Connector, Fatal, Memory
from policies.people import Email, Principal

if TYPE_CHECKING:
    from connectors.confluence.connector import ConfluenceConnector
    from connectors.drive.connector import DriveConnector
    from connectors.oauth import OAuth


@runtime_checkable
class Closing(Protocol):
    """A connector that holds connections."""

    def close(self) -> None: ...


class Connectors:
    """Built once for each source, for a connector may keep what is slow to make. Several threads may ask at once.

    One whose source has changed may still be asked by whoever was given it: it is closed at the end, with the others.
    """

    def __init__(self, database: Database, labels: Callable[[], frozenset[str]]) -> None:
        self._database, self._labels = database, labels
        self._one_at_a_time = threading.Lock()
        self._built: dict[str, tuple[Listed, Connector]] = {}
        self._open: list[Closing] = []

    def close(self) -> None:
        with self._one_at_a_time:
            for each in self._open:
                each.close()
            self._built, self._open = {}, []

    def of(self, sources: Iterable[Listed]) -> list[tuple[Listed, Connector]]:
        with self._one_at_a_time:
            self._built = {source.name: (source, self._connector(source)) for source in sources}
            return list(self._built.values())

    def _connector(self, source: Listed) -> Connector:
        before = self._built.get(source.name)
        if before is not None and before[0].identity == source.identity:
            return before[1]
        built = connector(source, self._database, self._labels)
        if isinstance(built, Closing):
            self._open.append(built)
        return built


def connector(source: Listed, database: Database, labels: Callable[[], frozenset[str]] = frozenset) -> Connector:
    """The kinds of source there are, by hand. `labels`: those that any rule names."""
    match source.kind:
        case "folder":
            return _folder(source)
        case "confluence":
            return confluence(
                source.name,
                source.settings,
                links=source.links,
                held=_held_at(database, source.name),
                wanted=labels,
            )
        case "drive":
            return drive(
                source.name,
                source.settings,
                links=source.links,
                held=_held_at(database, source.name),
                memory=SourceMemory(database, source.name),
            )
        case sources.SAVED_KIND:  # of which nothing is read here: who may, only Slack can say
            return SavedAnswers(source.name, partial(handing.kept_answers, database, source.added_at))
        case _:
            raise BadUse(f"This version of Footnote has no sources of kind {source.kind!r}.")


def _folder(source: Listed) -> FolderConnector:
    """`folders` are those of its folders that are read, as `finance,sales`; without it, all are."""
    root, only = Path(source.settings["path"]), source.settings.get("folders")
    disk = Disk(root, only=only.split(",")) if only is not None else None
    return FolderConnector(source.name, root, without_access=_without_access(source), disk=disk)


def confluence(
    name: str,
    settings: Mapping[str, str],
    *,
    links: Mapping[Email, str] = MappingProxyType({}),
    held: Callable[[Email], frozenset[Principal]] | None = None,
    wanted: Callable[[], frozenset[str] | None] = lambda: None,
) -> "ConfluenceConnector":
    from connectors.confluence.connector import ConfluenceConnector
    from connectors.confluence.settings import parse

    understood = parse(settings)
    return ConfluenceConnector(
        name, understood, partial(_secret, understood.secret), overrides=lambda: links, held=held, wanted=wanted
    )


def drive(
    name: str,
    settings: Mapping[str, str],
    *,
    links: Mapping[Email, str] = MappingProxyType({}),
    held: Callable[[Email], frozenset[Principal]] | None = None,
    memory: Memory | None = None,
) -> "DriveConnector":
    """Without a memory it is only looked at."""
    from connectors.drive.connector import DriveConnector
    from connectors.drive.settings import parse

    understood = parse(settings)
    return DriveConnector(
        name,
        understood,
        partial(_secret, understood.key),
        clock=utc_now,
        memory=memory,
        overrides=lambda: links,
        held=held,
    )


def sign_in(kind: str, settings: Mapping[str, str], back: str) -> "OAuth | None":
    """Where people sign in to be linked at such a source, and come `back` from. None: it has no OAuth client."""
    from connectors.confluence import settings as confluences
    from connectors.drive import settings as drives
    from connectors.oauth import OAuth

    match kind:
        case "confluence":
            client = confluences.parse(settings).sign_in
            return OAuth("atlassian", client, partial(_secret, client.secret), back) if client is not None else None
        case "drive":
            client = drives.parse(settings).sign_in
            return OAuth("google", client, partial(_secret, client.secret), back) if client is not None else None
        case _:
            return None


def _held_at(database: Database, source: str) -> Callable[[Email], frozenset[Principal]]:
    """By the groups as they were last read whole."""
    access = AccessStore(database)

    def held(email: Email) -> frozenset[Principal]:
        return frozenset(one for one in access.person(email).principals if one.startswith(f"{source}/"))

    return held


def _secret(reference: str) -> str:
    try:
        return secret(reference)
    except (LookupError, OSError, UnicodeDecodeError) as error:
        raise Fatal(f"the secret {reference} cannot be read ({type(error).__name__}: {error})") from error


def _without_access(source: Listed) -> WithoutAccess:
    """Only `footnote demo` ever asks for more than nobody; what is not understood is refused, and opens nothing."""
    wanted = source.settings.get("without_access", "nobody")
    for known in WITHOUT_ACCESS:
        if wanted == known:
            return known
    raise BadUse(f"The source {source.name} is set to `without_access: {wanted}`, which means nothing. Add it again.")
