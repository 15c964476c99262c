"""May the audience read these documents at this very moment, by their sources' own word? Silence means no."""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import NamedTuple

from bot.core.nouns import document_id
from connectors.model import AccessUnknown, Connector, Fatal, Gone, Retryable
from policies.access import is_current, readable_lists
from policies.evidence import Evidence
from policies.people import Audience, Email, Person


class Unreadable(NamedTuple):
    """What must not be used: documents that may not be read, and sources that could not be asked."""

    documents: frozenset[str]
    sources: frozenset[str]

    def __bool__(self) -> bool:
        return bool(self.documents or self.sources)


def recheck(
    evidence: Evidence,
    audience: Audience,
    *,
    connectors: Mapping[str, Connector],
    read_at: Mapping[str, datetime | None],
    trusted_for: timedelta,
    unsure: Collection[str],
    now: datetime,
) -> Unreadable:
    """`trusted_for` is how long access is believed without asking; nought means: always ask. The documents of `unsure`
    are asked about always: nobody but their source knows who reads them.
    """
    documents: set[str] = set()
    sources: set[str] = set()
    for source, asked in _by_source(evidence).items():
        doubtful = asked & frozenset(unsure) if is_current(read_at.get(source), now, trusted_for) else asked
        if not doubtful:
            continue
        try:
            documents |= doubtful - _readable(source, doubtful, audience, connectors.get(source), now)
        except (Retryable, Gone, AccessUnknown, Fatal):
            sources.add(source)
    return Unreadable(frozenset(documents), frozenset(sources))


def _by_source(evidence: Evidence) -> dict[str, set[str]]:
    grouped: dict[str, set[str]] = {}
    for passage in evidence.passages:
        grouped.setdefault(passage.source, set()).add(passage.document)
    return grouped


def _readable(
    source: str, documents: set[str], audience: Audience, connector: Connector | None, now: datetime
) -> set[str]:
    if connector is None:
        raise AccessUnknown(source)
    ids = sorted(document.removeprefix(f"{source}:") for document in documents)
    match audience.people:
        case (Person(email=str(email)),) if audience.complete:
            readable = connector.readable_now(ids, Email(email), now)
        case _:
            known = {id_: access for id_, access in connector.access_now(ids).items() if not access.unsure}
            readable = readable_lists(audience, known, now)
    return {document_id(source, id_) for id_ in readable}
