"""What is a page made of? Goes through its tree once; each kind of element is understood by a module of its own.

An element that nobody knows is let through: its text stands where it stood.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Final

from connectors.confluence.storage import adf, lists, macros, phrases, tables
from connectors.confluence.storage.elements import NO_TEXT, attribute, is_hidden, name_of, source, words, written_in
from connectors.confluence.storage.flat import on_one_line
from connectors.confluence.storage.links import Links
from connectors.confluence.storage.nouns import Element, Handler, Item, Reader
from connectors.markdown.blocks import Block, Code, Heading, Look, Paragraph, Quote, Rule, Run, Runs, says_something
from connectors.markdown.losses import Losses
from connectors.markdown.spare import Spare

SOMEONE: Final = "@someone"

_PARAMETERS: Final = frozenset({"ac:parameter", "ac:task-status", "ac:adf-attribute", "ac:adf-parameter"})
_SEPARATE: Final = frozenset(
    {
        *(
            "p",
            "div",
            "section",
            "article",
            "header",
            "footer",
            "main",
            "aside",
            "nav",
            "address",
            "figure",
            "figcaption",
        ),
        *("center", "form", "fieldset", "details", "tbody", "thead", "tfoot", "tr", "td", "th", "li", "dl", "dt", "dd"),
        *("ac:layout", "ac:layout-section", "ac:layout-cell", "ac:rich-text-body", "ac:caption", "ac:task-body"),
    }
)
_LOOKS: Final[Mapping[str, Look]] = {
    **dict.fromkeys(("strong", "b", "summary"), Look.BOLD),
    **dict.fromkeys(("em", "i", "cite", "dfn", "var"), Look.ITALIC),
    **dict.fromkeys(("s", "del", "strike"), Look.STRUCK),
}
_CODE: Final = frozenset({"code", "tt", "kbd", "samp"})
_EMBEDDED: Final = frozenset({"iframe", "object", "embed", "video", "audio", "canvas", "svg"})
_HEADINGS: Final = {f"h{level}": level for level in range(1, 7)}


@dataclass(frozen=True)
class PageReader:
    """Implements `nouns.Reader`."""

    links: Links
    people: Mapping[str, str]
    losses: Losses
    spare: Spare

    def items(self, element: Element, look: Look = Look.PLAIN) -> list[Item]:
        found: list[Item] = []
        if is_hidden(element):
            self.losses.add("hidden text")
        else:
            self._content(element, look, found)
        return found

    def blocks(self, element: Element, look: Look = Look.PLAIN) -> tuple[Block, ...]:
        return grouped(self.items(element, look))

    def blocks_of(self, element: Element, look: Look = Look.PLAIN) -> tuple[Block, ...]:
        found: list[Item] = []
        self._element(element, look, found)
        return grouped(found)

    def rest(self, element: Element, look: Look, *understood: str) -> list[Item]:
        found: list[Item] = []
        self._content(element, look, found, frozenset(understood))
        return (
            found
            if any(item is not None and (not isinstance(item, Run) or item.text.strip()) for item in found)
            else []
        )

    def runs(self, element: Element, look: Look = Look.PLAIN) -> Runs:
        return on_one_line(self.items(element, look), grouped)

    def person(self, user: Element) -> str:
        ids = (attribute(user, name) for name in ("account-id", "userkey", "username"))
        name = next((self.people[one] for one in ids if one in self.people), "")
        name = words(name).strip().lstrip("@")
        if not name:
            self.losses.add("mention of somebody without a name")
        return name or SOMEONE

    def _content(
        self, element: Element, look: Look, found: list[Item], understood: frozenset[str] = frozenset()
    ) -> None:
        if element.text:
            found.append(Run(words(element.text), look))
        for inner in element:
            if not understood or name_of(inner) not in understood:
                self._element(inner, look, found)
            if inner.tail:
                found.append(Run(words(inner.tail), look))

    def _element(self, element: Element, look: Look, found: list[Item]) -> None:
        name = name_of(element)
        if name in NO_TEXT or name in _PARAMETERS:
            return
        if is_hidden(element):
            self.losses.add("hidden text")
        elif handler := _HANDLERS.get(name):
            found.extend(handler(element, self, look))
        elif name in _SEPARATE:
            found.append(None)
            self._content(element, look, found)
            found.append(None)
        elif name in _EMBEDDED:
            self.losses.add("embedded", called=name)
        else:
            self._content(element, max(look, _look(element, name)), found)


def grouped(items: Iterable[Item]) -> tuple[Block, ...]:
    """Runs that stand together are a paragraph."""
    found: list[Block] = []
    together: list[Run] = []
    for item in (*items, None):
        if isinstance(item, Run):
            together.append(item)
            continue
        if says_something(together):
            found.append(Paragraph(tuple(together)))
        together = []
        if item is not None:
            found.append(item)
    return tuple(found)


def _look(element: Element, name: str) -> Look:
    if name == "span" and "line-through" in (element.get("style") or ""):
        return Look.STRUCK
    return _LOOKS.get(name, Look.PLAIN)


def _heading(element: Element, reader: Reader, look: Look) -> Iterable[Item]:
    runs = tuple(replace(run, look=Look.PLAIN) if run.look is Look.BOLD else run for run in reader.runs(element, look))
    if says_something(runs):
        yield Heading(_HEADINGS[name_of(element)], runs)


def _quote(element: Element, reader: Reader, look: Look) -> Iterable[Item]:
    blocks = reader.blocks(element, look)
    if blocks:
        yield Quote(blocks)


def _preformatted(element: Element, _: Reader, __: Look) -> Iterable[Item]:
    text = source(written_in(element)).strip("\n")
    if text.strip():
        yield Code(text)


def _code(element: Element, reader: Reader, look: Look) -> Iterable[Item]:
    for item in reader.items(element, look):
        yield replace(item, code=True) if isinstance(item, Run) and item.text.strip() else item


def _rule(element: Element, reader: Reader, look: Look) -> Iterable[Item]:
    yield Rule()
    yield from reader.rest(element, look)


_HANDLERS: Final[Mapping[str, Handler]] = {
    **dict.fromkeys(_HEADINGS, _heading),
    **dict.fromkeys(_CODE, _code),
    **lists.HANDLERS,
    **phrases.HANDLERS,
    **adf.HANDLERS,
    "blockquote": _quote,
    "pre": _preformatted,
    "hr": _rule,
    "table": tables.table,
    "ac:structured-macro": macros.macro,
    "ac:macro": macros.macro,
}
