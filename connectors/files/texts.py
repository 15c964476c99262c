"""Files that are text already: read as they stand, in UTF-8. Of a web page the words, of a table of values a table."""

import csv
import re
from collections.abc import Callable, Iterator, Mapping
from html.parser import HTMLParser
from typing import Final

from connectors.files.kinds import Kind
from connectors.files.nouns import Converted, Limits, Outcome, Unreadable
from connectors.files.tabular import tabular
from connectors.markdown.losses import Losses
from connectors.markdown.spare import Spare
from connectors.markdown.writing import written

_UNSEEN: Final = frozenset({"script", "style", "noscript", "template"})
_INLINE: Final = frozenset(
    {"a", "abbr", "b", "code", "em", "i", "kbd", "mark", "s", "small", "span", "strong", "sub", "sup", "u"}
)
_TICKS = re.compile(r"`+")
_SEPARATORS: Final = ",;\t|"
_SAMPLE: Final = 20  # lines
_LONGEST_FIELD: Final = 100_000


def read(kind: Kind, data: bytes, limits: Limits) -> Outcome:
    try:
        text = data.decode("utf-16" if data.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig")
    except UnicodeDecodeError:
        return Unreadable(reason="it is not UTF-8")
    if "\0" in text:
        return Unreadable(reason="it is no text")
    return _READERS[kind](text.replace("\r\n", "\n").replace("\r", "\n"), limits)


def _plain(text: str, _: Limits) -> Converted:
    return Converted(text=text)


def _fenced(language: str) -> Callable[[str, Limits], Converted]:
    def read(text: str, _: Limits) -> Converted:
        fence = "`" * max(3, 1 + max(map(len, _TICKS.findall(text)), default=0))
        return Converted(text=f"{fence}{language}\n{text.rstrip()}\n{fence}")

    return read


def _values(text: str, limits: Limits) -> Outcome:
    """A file that is no table, whatever its name says, stays as it stands."""
    losses = Losses()
    rows: list[list[str]] = []
    csv.field_size_limit(_LONGEST_FIELD)
    try:
        for row in csv.reader(text.split("\n"), delimiter=_separator(text), strict=False):
            if any(cell.strip() for cell in row):
                if len(rows) == limits.most_rows:
                    losses.add(f"rows beyond {limits.most_rows:,}")
                    break
                rows.append([" ".join(cell.split()) for cell in row[: limits.most_columns]])
    except csv.Error as error:
        return Unreadable(reason=f"it is no table of values: {error}")
    if not any(len(row) > 1 for row in rows):
        return Converted(text=text)
    table = written(list(tabular(rows, losses, Spare(len(text)))))
    return Converted(text=table, losses=losses.told())


def _separator(text: str) -> str:
    """What the first lines have in common, and most of; a comma if nothing."""
    lines = [line for line in text.split("\n", _SAMPLE)[:_SAMPLE] if line.strip()]
    return max(_SEPARATORS, key=lambda sign: (min((line.count(sign) for line in lines), default=0), sign == ","))


class _Words(HTMLParser):
    """What a reader of the page would see, a line for each block."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self._unseen = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002
        self._unseen += tag in _UNSEEN
        self.found.append("" if tag in _INLINE else "\n")

    def handle_endtag(self, tag: str) -> None:
        self._unseen = max(0, self._unseen - (tag in _UNSEEN))
        self.found.append("" if tag in _INLINE else "\n")

    def handle_data(self, data: str) -> None:
        if not self._unseen:
            self.found.append(" ".join(data.split("\n")))


def _words(markup: str, _: Limits) -> Converted:
    parser = _Words()
    parser.feed(markup)
    parser.close()
    return Converted(text="\n".join(_lines("".join(parser.found))), losses=("the form of a web page",))


def _lines(text: str) -> Iterator[str]:
    for line in text.splitlines():
        if said := " ".join(line.split()):
            yield said


_READERS: Final[Mapping[Kind, Callable[[str, Limits], Outcome]]] = {
    Kind.MARKDOWN: _plain,
    Kind.PLAIN: _plain,
    Kind.HTML: _words,
    Kind.CSV: _values,
    Kind.JSON: _fenced("json"),
    Kind.YAML: _fenced("yaml"),
}
