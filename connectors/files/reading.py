"""What does a file say? Which reader reads it, whatever it is called. Everything that this imports is there before a
worker makes its first child; nothing else imports it.
"""

from collections.abc import Callable, Mapping
from typing import Final, assert_never

from connectors.files import kinds, package, pdf, sheets, slides, texts, word
from connectors.files.kinds import TEXTS, Kind
from connectors.files.nouns import Limits, Outcome, Unreadable, bounded
from connectors.files.package import Package


def read(name: str, media_type: str, data: bytes, limits: Limits) -> Outcome:
    found = kinds.kind(name, media_type, data)
    match found:
        case Unreadable():
            return found
        case None:
            return _package(name, media_type, data, limits)
        case Kind():
            return bounded(_said_otherwise(_read(found, data, limits), found, name, media_type), limits)
        case _:
            assert_never(found)


def _read(kind: Kind, data: bytes, limits: Limits) -> Outcome:
    if kind in TEXTS:
        return texts.read(kind, data, limits)
    return pdf.read(data, limits)


def _package(name: str, media_type: str, data: bytes, limits: Limits) -> Outcome:
    opened = package.opened(data, limits)
    if isinstance(opened, Unreadable):
        return opened
    kind = package.kind(opened)
    if isinstance(kind, Unreadable):
        return kind
    return bounded(_said_otherwise(_READERS[kind](opened, limits), kind, name, media_type), limits)


_READERS: Final[Mapping[Kind, Callable[[Package, Limits], Outcome]]] = {
    Kind.WORD: word.read,
    Kind.SHEETS: sheets.read,
    Kind.SLIDES: slides.read,
}


def _said_otherwise(outcome: Outcome, kind: Kind, name: str, media_type: str) -> Outcome:
    if isinstance(outcome, Unreadable) or kinds.named(name, media_type) in {kind, None}:
        return outcome
    return outcome.model_copy(update={"losses": (*outcome.losses, f"what its name or type says: it is {kind}")})
