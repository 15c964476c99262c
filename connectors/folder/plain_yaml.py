"""Reads the small, plain part of YAML that people write by hand, as text with lines. It never guesses and never builds
an object: no aliases, no tags, no duplicate keys, and `yes`, `2024` or `1e3` stay the words that were written.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import yaml
from yaml.reader import Reader

try:
    from yaml import CSafeLoader as _Loader  # ten times faster, and the live check waits for it
except ImportError:  # pragma: no cover - PyYAML built without libyaml
    from yaml import SafeLoader as _Loader  # type: ignore[assignment]

MAX_DEPTH: Final = 32
# Beside what YAML forbids: three line ends that YAML knows and no editor shows. They would hide a line in a line.
_STRANGE: Final = re.compile(rf"[\x85\u2028\u2029]|{Reader.NON_PRINTABLE.pattern}")
_NULLS: Final = frozenset({"", "~", "null", "Null", "NULL"})


class Malformed(Exception):  # noqa: N818 - named by recovery: leave this one text out and say so
    """A text is not what it has to be; nothing of it may be believed."""

    def __init__(self, line: int | None, reason: str) -> None:
        super().__init__(reason)
        self.line, self.reason = line, reason


@dataclass(frozen=True, slots=True)
class Scalar:
    text: str
    line: int
    plain: bool  # written without quotes

    @property
    def is_null(self) -> bool:
        return self.plain and self.text in _NULLS


@dataclass(frozen=True, slots=True)
class Items:
    items: "tuple[Node, ...]"
    line: int


@dataclass(frozen=True, slots=True)
class Table:
    entries: "tuple[tuple[Scalar, Node], ...]"
    line: int

    def get(self, name: str) -> "Node | None":
        return next((value for key, value in self.entries if key.text == name), None)


Node = Scalar | Items | Table


def parse(text: str, *, first_line: int = 1) -> Node | None:
    """The one value in this text, or None if it says nothing. `first_line` is where it stands in its file."""
    if (strange := _STRANGE.search(text)) is not None:
        raise Malformed(first_line + text.count("\n", 0, strange.start()), f"strange character {strange.group()!r}")
    try:
        return _Builder(_plain_events(text, first_line), first_line).whole()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        reason = ", ".join(part for part in (error.context, error.problem) if part)
        last = text.rstrip("\n").count("\n")  # what is missing at the end is noticed a line too late
        raise Malformed(first_line + min(mark.line, last) if mark else None, f"not valid YAML: {reason}") from error
    except yaml.YAMLError as error:  # pragma: no cover - every other kind was ruled out above
        raise Malformed(None, f"not valid YAML: {error}") from error


def _plain_events(text: str, first_line: int) -> Iterator[yaml.Event]:
    """Refuses while reading, so that a bomb is never unfolded and a deep nest never descended."""
    depth = 0
    for event in yaml.parse(text, Loader=_Loader):
        line = _line(event, first_line)
        if isinstance(event, yaml.NodeEvent) and event.anchor is not None:
            raise Malformed(line, "aliases and anchors (`*name`, `&name`) are not allowed here")
        if getattr(event, "tag", None) is not None:
            raise Malformed(line, "tags (`!name`) are not allowed here")
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > MAX_DEPTH:
            raise Malformed(line, f"nested deeper than {MAX_DEPTH} levels")
        yield event


class _Builder:
    """Folds events into nodes."""

    def __init__(self, events: Iterator[yaml.Event], first_line: int) -> None:
        self._events, self._first_line = events, first_line

    def whole(self) -> Node | None:
        node: Node | None = None
        documents = 0
        for event in self._events:
            if isinstance(event, yaml.DocumentStartEvent):
                documents += 1
                if documents > 1:
                    raise Malformed(self._line(event), "more than one YAML document")
                node = self._node(next(self._events))
        return node

    def _node(self, event: yaml.Event) -> Node:
        if isinstance(event, yaml.SequenceStartEvent):
            return self._items(event)
        if isinstance(event, yaml.MappingStartEvent):
            return self._table(event)
        assert isinstance(event, yaml.ScalarEvent)
        return self._scalar(event)

    def _items(self, start: yaml.Event) -> Items:
        items: list[Node] = []
        while not isinstance(event := next(self._events), yaml.SequenceEndEvent):
            items.append(self._node(event))
        return Items(tuple(items), self._line(start))

    def _table(self, start: yaml.Event) -> Table:
        entries: dict[str, tuple[Scalar, Node]] = {}
        while not isinstance(event := next(self._events), yaml.MappingEndEvent):
            key = self._node(event)
            if not isinstance(key, Scalar):
                raise Malformed(key.line, "a key must be a word")
            if key.text in entries:
                # YAML libraries silently take the last one; the reader of the file may have looked at the first.
                raise Malformed(key.line, f"`{key.text}` stands here twice (first in line {entries[key.text][0].line})")
            entries[key.text] = (key, self._node(next(self._events)))
        return Table(tuple(entries.values()), self._line(start))

    def _scalar(self, event: yaml.ScalarEvent) -> Scalar:
        # An escape in quotes ("\0", "\ud800") writes what could not stand here plainly.
        if (strange := _STRANGE.search(event.value)) is not None:
            raise Malformed(self._line(event), f"strange character {strange.group()!r}")
        return Scalar(event.value, self._line(event), plain=not event.style)

    def _line(self, event: yaml.Event) -> int:
        return _line(event, self._first_line)


def _line(event: yaml.Event, first_line: int) -> int:
    return first_line + (event.start_mark.line if event.start_mark else 0)
