"""In which order files are listed, and where in it a page begins."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cmp_to_key
from typing import Any, Final, NamedTuple

from bot.playground.google.errors import invalid
from bot.playground.google.nouns import File

Value = int | float | str | list[Any]
_DIGITS: Final = re.compile(r"(\d+)")


def _natural(name: str) -> list[Any]:
    """Words and numbers by turns, so that they can be compared."""
    parts = _DIGITS.split(name.lower())
    return [int(part) if at % 2 else part for at, part in enumerate(parts)]


KEYS: Final[Mapping[str, Callable[[File], Value]]] = {
    "createdTime": lambda file: file.created,
    "folder": lambda file: 0 if file.is_folder else 1,
    "modifiedTime": lambda file: file.modified,
    "modifiedByMeTime": lambda file: file.modified,
    "name": lambda file: file.name.lower(),
    "name_natural": lambda file: _natural(file.name),
    "quotaBytesUsed": lambda file: len(file.data),
    "recency": lambda file: file.modified,
    "sharedWithMeTime": lambda file: file.created,
    "starred": lambda _: 0,
    "viewedByMeTime": lambda _: 0,
}


class _Placed(NamedTuple):
    place: Sequence[Value]
    file: File


@dataclass(frozen=True)
class Order:
    """The newest file last, unless said otherwise; files that are alike in everything named stand as they were made."""

    keys: tuple[tuple[str, bool], ...] = ()  # and whether downwards

    def place(self, file: File) -> list[Value]:
        return [*(KEYS[name](file) for name, _ in self.keys), file.order]

    def after(self, files: Sequence[File], last: Sequence[Value] | None) -> list[File]:
        """In this order, what follows that place."""
        placed = [_Placed(self.place(file), file) for file in files]
        by_place = cmp_to_key(self._compared)
        placed.sort(key=lambda each: by_place(each.place))
        return [each.file for each in placed if last is None or self._compared(each.place, last) > 0]

    def _compared(self, one: Sequence[Any], other: Sequence[Any]) -> int:
        downwards = [*(down for _, down in self.keys), False]
        for mine, its, down in zip(one, other, downwards, strict=True):
            if mine != its:
                return -1 if (mine < its) != down else 1
        return 0


def order(text: str) -> Order:
    return Order(tuple(_key(part.split()) for part in text.split(",")) if text.strip() else ())


def _key(words: list[str]) -> tuple[str, bool]:
    match words:
        case [name] if name in KEYS:
            return name, False
        case [name, "desc"] if name in KEYS:
            return name, True
        case _:
            raise invalid("orderBy")
