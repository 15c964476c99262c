"""Which signs of a text would Markdown take for its own? Only those get a backslash, for a quotation shows it. Where a
blank makes the difference (`# `, `* `) a no-break blank says the same, and is no other text when white space is folded.

Text is read as `bot.core.markdown` and the renderer read it: CommonMark with tables and `~~`, no HTML, no definitions.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from enum import Enum
from html.entities import html5
from typing import Final, NamedTuple


class Piece(NamedTuple):
    """`markup` is ours, and meant."""

    text: str
    markup: bool = False


class Place(Enum):
    TEXT = "text"  # a `- ` or `1. ` that somebody typed is the list that they meant
    ITEM = "item"
    HEADING = "heading"
    CELL = "cell"


_MAY_MEAN = re.compile(r"[\\`*_~\]<&]|^(?:[#>+\-=|:]|\d{1,9}[.)])|#$", re.MULTILINE)
_PUNCTUATION: Final = frozenset("!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~")
_TICKS = re.compile(r"`+")
_ADDRESS = re.compile(r"<(?:[A-Za-z][A-Za-z0-9+.-]{1,31}:[^<>\x00-\x20]*|[^\s<>@]+@[^\s<>@]+)>")
_REFERENCE = re.compile(r"&(?:#[xX][0-9a-fA-F]{1,6}|#\d{1,7}|([A-Za-z][A-Za-z0-9]{1,31}));")
_SIGNS_ONLY = re.compile(r"[-*_=|: ]+")
_NEEDS_BLANK = re.compile(r"(?:#{1,6}|[*+])(?= |$)")
_TYPED = re.compile(r"(?:-|(?:0|[1-9]\d{0,8})[.)]) (?=\S)")
_MARKER = re.compile(r"(?:-|\d{1,9}[.)])(?= |$)")
_FENCE = re.compile(r"`{3,}|~{3,}")
_TAG = re.compile(r"<[A-Za-z/!?]")
_CLOSING = re.compile(r"(?:^| )(#+)$")
_NO_BREAK: Final = "\u00a0"


def escaped(pieces: Sequence[Piece], place: Place) -> str:
    text = "".join(piece.text for piece in pieces)
    if not any(not piece.markup and _MAY_MEAN.search(piece.text) for piece in pieces):
        return text
    return _Text(text, _ours(pieces), pieces).escaped(place)


def _ours(pieces: Sequence[Piece]) -> bytes:
    return b"".join((b"\x01" if piece.markup else b"\x00") * len(piece.text) for piece in pieces)


class _Text:
    """A text with each of its signs known as ours or as the author's."""

    def __init__(self, text: str, ours: bytes, pieces: Sequence[Piece]) -> None:
        self._text = text
        self._ours = ours
        self._marks = {piece.text[:1] for piece in pieces if piece.markup and not piece.text.strip("*~`")}
        self._has_code = any(piece.markup and "`" in piece.text for piece in pieces)
        self._slashed: set[int] = set()
        self._unbroken: set[int] = set()

    def escaped(self, place: Place) -> str:
        self._emphasis("*")
        self._emphasis("_")
        self._emphasis("~")
        self._code()
        self._links()
        self._characters()
        if place is Place.HEADING:
            self._closing_sequence()
        elif place is not Place.CELL:
            self._beginnings(typed=place is Place.TEXT)
        self._backslashes()
        return "".join(self._written())

    def _written(self) -> Iterator[str]:
        at = 0
        for position in sorted(self._slashed | self._unbroken):
            yield self._text[at:position]
            yield f"\\{self._text[position]}" if position in self._slashed else _NO_BREAK
            at = position + 1
        yield self._text[at:]

    def _theirs(self, start: int, end: int) -> range:
        return range(start, end) if not any(self._ours[start:end]) else range(0)

    def _emphasis(self, mark: str) -> None:
        """What could open is escaped where something behind it could close; beside marks of ours, what could do either."""
        if mark not in self._text:
            return
        is_ours = mark in self._marks
        openers: list[tuple[int, int]] = []
        last_closer = -1
        for found in re.finditer(re.escape(mark) + "+", self._text):
            start, end = found.span()
            if all(self._ours[start:end]):
                continue
            opens, closes = _flanks(self._text, start, end)
            touches = any(self._ours[start:end])
            if touches or (is_ours and (opens or closes or mark == "~")):
                self._slashed.update(at for at in range(start, end) if not self._ours[at])
            elif mark == "~" and end - start == 1:
                continue
            else:
                if opens:
                    openers.append((start, end))
                if closes:
                    last_closer = start
        for start, end in openers:
            if start < last_closer:
                self._slashed.update(range(start, end))

    def _code(self) -> None:
        runs = [[at for at in range(*found.span()) if not self._ours[at]] for found in _TICKS.finditer(self._text)]
        runs = [run for run in runs if run]
        if runs and (self._has_code or len(set(map(len, runs))) < len(runs)):
            self._slashed.update(at for run in runs for at in run)

    def _links(self) -> None:
        first = self._text.find("[")
        last = self._text.rfind(")")
        at = self._text.find("](")
        while at >= 0:
            if not self._ours[at] and 0 <= first < at < last and not self._is_slashed_by_us(at):
                self._slashed.add(at)
            at = self._text.find("](", at + 1)

    def _is_slashed_by_us(self, at: int) -> bool:
        return at > 0 and self._ours[at - 1] == 1 and self._text[at - 1] == "\\"

    def _characters(self) -> None:
        for pattern in (_ADDRESS, _REFERENCE):
            for found in pattern.finditer(self._text):
                name = found.group(1) if pattern is _REFERENCE else None
                if not self._ours[found.start()] and (name is None or f"{name};" in html5):
                    self._slashed.add(found.start())

    def _closing_sequence(self) -> None:
        found = _CLOSING.search(self._text)
        if found is not None and self._theirs(*found.span()):
            if found.start() < found.start(1):
                self._unbroken.add(found.start())
            else:
                self._slashed.add(found.start())

    def _beginnings(self, *, typed: bool) -> None:
        start = 0
        for line in self._text.split("\n"):
            self._beginning(start, line, typed=typed)
            start += len(line) + 1

    def _beginning(self, start: int, line: str, *, typed: bool) -> None:
        if not line or self._ours[start]:
            return
        if _SIGNS_ONLY.fullmatch(line) or line[0] == ">" or _TAG.match(line):
            self._slashed.add(start)
        elif typed and (found := _TYPED.match(line)):
            self._beginning(start + found.end(), line[found.end() :], typed=False)
        elif found := _NEEDS_BLANK.match(line) or _MARKER.match(line):
            if found.end() < len(line):
                self._unbroken.add(start + found.end())
            else:
                self._slashed.add(start + (found.end() - 1 if line[0].isdigit() else 0))
        elif found := _FENCE.match(line):
            self._slashed.update(self._theirs(start, start + found.end()))

    def _backslashes(self) -> None:
        """Before a sign, or an end of line, a backslash would be ours."""
        at = self._text.find("\\")
        while at >= 0:
            following = self._text[at + 1 : at + 2]
            if not self._ours[at] and (following in _PUNCTUATION or following == "\n"):
                self._slashed.add(at)
            at = self._text.find("\\", at + 1)


def _flanks(text: str, start: int, end: int) -> tuple[bool, bool]:
    """Whether a run of signs could open, and whether it could close, by what stands around it."""
    before, after = text[start - 1 : start] or " ", text[end : end + 1] or " "
    left = not _is_blank(after) and (not is_sign(after) or _is_blank(before) or is_sign(before))
    right = not _is_blank(before) and (not is_sign(before) or _is_blank(after) or is_sign(after))
    if text[start] != "_":
        return left, right
    return left and (not right or is_sign(before)), right and (not left or is_sign(after))


def is_sign(character: str) -> bool:
    return unicodedata.category(character)[0] in "PS"


def _is_blank(character: str) -> bool:
    return character.isspace()
