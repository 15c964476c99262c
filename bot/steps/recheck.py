"""May the audience read these documents at this very moment, by their sources' own word? Silence means no."""

from collections.abc import Mapping
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
    now: datetime,
) -> Unreadable:
    """`trusted_for` is how long access is believed without asking; nought means: always ask."""
    documents: set[str] = set()
    sources: set[str] = set()
    for source, asked in _by_source(evidence).items():
        if is_current(read_at.get(source), now, trusted_for):
            continue
        try:
            documents |= asked - _readable(source, asked, audience, connectors.get(source), now)
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
            readable = readable_lists(audience, connector.access_now(ids), now)
    return {document_id(source, id_) for id_ in readable}
