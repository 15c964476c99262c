"""What a look at the folder means against what is known. Pure. What takes something away comes first, and absence is
believed only after a whole look at a folder that still looks like one.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Final, assert_never

from connectors.folder.files import Survey
from connectors.folder.page import Page
from connectors.folder.plain_yaml import Malformed
from connectors.model import AccessChanged, Change, Delete, Known, LabelsChanged, Problem, Retryable

_NOTHING: Final = "no Markdown file was found in it: if the folder is on another disk, is that mounted?"


@dataclass(frozen=True, slots=True)
class Plan:
    """`at_once` needs no text. `upserts` are to be read again, in this order."""

    at_once: tuple[Change, ...]
    upserts: tuple[str, ...]
    problems: tuple[Problem, ...]


class Turn(Enum):
    """When a document's text has to be told."""

    NEVER = "it is known"
    FIRST = "it is hidden until then"
    LAST = "it may wait"


def plan(
    source: str,
    found: Survey,
    readings: Iterable[tuple[str, Page | Malformed]],
    known: Mapping[str, Known],
    *,
    full: bool,
) -> Plan:
    """Takes the readings one by one and keeps none of their texts."""
    at_once, problems = absent(source, found, known, full=full)
    problems = [*found.problems, *problems]
    turns: dict[Turn, list[str]] = {turn: [] for turn in Turn}
    for document_id, reading in readings:
        before = known.get(document_id)
        match reading:
            case Malformed():
                problems.append(problem(document_id, reading))
                at_once.extend(hidden(document_id, before))
            case Page(document=document, notes=notes):
                problems.extend(Problem(where=document_id, line=note.line, reason=note.reason) for note in notes)
                changes, turn = compare(before, reading, full=full)
                at_once.extend(changes)
                turns[turn].append(document.id)
            case _:
                assert_never(reading)
    return Plan(tuple(sorted(at_once, key=_grants)), (*turns[Turn.FIRST], *turns[Turn.LAST]), tuple(problems))


def compare(before: Known | None, now: Page, *, full: bool) -> tuple[tuple[AccessChanged | LabelsChanged, ...], Turn]:
    document = now.document
    if before is None:
        return (), Turn.LAST
    same_access = before.access == tuple(owned.node for owned in document.access)
    if before.version == document.version and not full:
        access = () if same_access else (AccessChanged(id=document.id, access=document.access),)
        relabelled = before.labels != document.labels
        return (*access, *((LabelsChanged(id=document.id, labels=document.labels),) if relabelled else ())), Turn.NEVER
    if same_access:
        return (), Turn.LAST
    # Neither the old text under the new list nor the new under the old was ever anybody's decision.
    return hidden(document.id, before), Turn.FIRST


def absent(source: str, found: Survey, known: Mapping[str, Known], *, full: bool) -> tuple[list[Change], list[Problem]]:
    missing = sorted(known.keys() - found.files.keys())
    if missing and not found.complete:
        reason = f"not everything could be listed: {len(missing)} missing documents were hidden, none deleted"
        changes = (change for document_id in missing for change in hidden(document_id, known[document_id]))
        return list(changes), [Problem(where=source, reason=reason)]
    if missing and not found.files and not full:
        raise Retryable(
            f"the folder looks unmounted or emptied: nothing was changed; run `footnote sync {source} --full` to accept it"
        )
    problems = [] if found.files else [Problem(where=source, reason=_NOTHING)]
    return [Delete(id=document_id) for document_id in missing], problems


def hidden(document_id: str, before: Known | None) -> tuple[AccessChanged, ...]:
    """Nobody reads it until it is understood again. New or hidden already: there is nothing to say."""
    return (AccessChanged(id=document_id, access=()),) if before is not None and before.access else ()


def problem(document_id: str, error: Malformed) -> Problem:
    return Problem(where=document_id, line=error.line, reason=f"{error.reason}; nobody can read this document")


def _grants(change: Change) -> bool:
    return isinstance(change, AccessChanged) and bool(change.access)
