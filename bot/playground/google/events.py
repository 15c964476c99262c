"""What happened in Drive, in order: of each thing that changed, which logs may tell of it. It keeps no state of the things."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal

from bot.playground.google.nouns import Principal

MY_DRIVE = ""  # as the place of a file: no shared drive


@dataclass(frozen=True)
class Event:
    number: int
    at: float
    kind: Literal["file", "drive"]
    id: str
    places: frozenset[str]  # the shared drives it was in before, and is in after
    readers: frozenset[Principal]  # who was let in before or is after, other than as a member of a shared drive

    @property
    def key(self) -> tuple[str, str]:
        return self.kind, self.id


class Events:
    def __init__(self) -> None:
        self.all: list[Event] = []
        self.forgotten = 0  # tokens from before are refused

    @property
    def last(self) -> int:
        return len(self.all)

    def add(
        self,
        kind: Literal["file", "drive"],
        id: str,  # noqa: A002 - as they call it
        *,
        at: float,
        places: Collection[str],
        readers: Collection[Principal],
    ) -> None:
        self.all.append(Event(len(self.all) + 1, at, kind, id, frozenset(places), frozenset(readers)))

    def after(self, number: int) -> list[Event]:
        return self.all[number:]

    def forget(self) -> None:
        """As when a token was not used for too long."""
        self.forgotten = self.last + 1
        self.all.append(Event(self.forgotten, 0.0, "file", "", frozenset(), frozenset()))
