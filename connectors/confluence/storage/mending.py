"""Markup that is not well-formed, made so. No text is lost: what is no markup is text, and what was never closed ends
where its surroundings end. One pass; nothing is looked for that is known not to come.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterator
from html import escape
from typing import Final, NamedTuple

PREFIXES: Final = frozenset({"ac", "ri", "at", "o", "w", "v", "m", "st1", "xlink"})
"""Confluence's own, and those that come with what is pasted from a word processor."""

_TAG = re.compile(r"<(/?)([A-Za-z_][^\s<>/\"'=]*)((?:[^<>\"']|\"[^\"<]*\"|'[^'<]*')*)>")
_LOOSE_TAG = re.compile(r"<(/?)([A-Za-z_][^\s<>/\"'=]*)([^<>]*)>")
_ATTRIBUTE = re.compile(r"([^\s=<>\"'/]+)(?:\s*=\s*(\"[^\"]*\"|'[^']*'|[^\s\"'<>=]+))?")
_NAME = re.compile(r"(?:([A-Za-z_][\w.-]*):)?([A-Za-z_][\w.-]*)", re.ASCII)
_HTML_NAMES: Final = """
    a abbr acronym address article aside audio b base bdi bdo big blockquote br button canvas caption center cite code col
    colgroup dd del details dfn div dl dt em embed fieldset figcaption figure font footer form h1 h2 h3 h4 h5 h6 head header
    hr i iframe img input ins kbd label legend li link main mark meta nav noscript object ol option p picture pre q s samp
    script section select small source span strike strong style sub summary sup svg table tbody td template textarea tfoot th
    thead time title tr tt u ul var video wbr
"""
_HTML: Final = frozenset(_HTML_NAMES.split())
"""What else is in angle brackets is more likely what somebody wrote: `Map<Key, Value>`, `a <b and c> d`."""

_VOID: Final = frozenset({"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "wbr"})
_CELLS: Final = frozenset({"td", "th"})
_LISTS: Final = frozenset({"ul", "ol", "table"})
_ENDS_ITS_LIKE: Final = {
    "li": (frozenset({"li"}), _LISTS),
    "td": (_CELLS, frozenset({"tr", "table"})),
    "th": (_CELLS, frozenset({"tr", "table"})),
    "tr": (frozenset({"tr"}), frozenset({"table"})),
    "dt": (frozenset({"dt", "dd"}), frozenset({"dl"})),
    "dd": (frozenset({"dt", "dd"}), frozenset({"dl"})),
}
"""What an element ends by beginning, and what it does not look beyond for it."""

_LOOKED_BACK: Final = 12
_WITHOUT_VALUE: Final = frozenset(
    {"hidden", "checked", "disabled", "nowrap", "open", "readonly", "reversed", "selected"}
)
_BRACKETED: Final = (("<!--", "-->"), ("<![CDATA[", "]]>"), ("<?", "?>"))


class Mended(NamedTuple):
    text: str
    was_deep: bool  # more than anything else was wrong with it


class _Piece(NamedTuple):
    """`text`: of an opening tag its name and attributes, of anything else what it says."""

    kind: str
    text: str
    attributes: str = ""


def mended(storage: str, *, most_deep: int, resolved: Callable[[str], str]) -> Mended:
    nest = _Nest(most_deep)
    for piece in _pieces(storage):
        match piece.kind:
            case "open" | "empty":
                nest.open(piece.text, _attributes(piece.attributes, resolved), is_empty=piece.kind == "empty")
            case "close":
                nest.close(piece.text)
            case "cdata":
                nest.say(escape(piece.text, quote=False))
            case _:
                nest.say(resolved(piece.text).replace("<", "&lt;").replace(">", "&gt;"))
    nest.close_all()
    return Mended("".join(nest.made), nest.was_deep)


def _pieces(storage: str) -> Iterator[_Piece]:
    last = {end: storage.rfind(end) for _, end in _BRACKETED}
    at = 0
    while (start := storage.find("<", at)) >= 0:
        if start > at:
            yield _Piece("text", storage[at:start])
        piece, at = _markup(storage, start, last)
        if piece is not None:
            yield piece
    yield _Piece("text", storage[at:])


def _markup(storage: str, start: int, last: dict[str, int]) -> tuple[_Piece | None, int]:
    """What begins here, and where the rest goes on. Of a comment without an end only its beginning is dropped."""
    for opening, closing in _BRACKETED:
        if storage.startswith(opening, start):
            inside = start + len(opening)
            if inside > last[closing]:
                return None, inside
            end = storage.index(closing, inside)
            is_text = opening == "<![CDATA["
            return _Piece("cdata", storage[inside:end]) if is_text else None, end + len(closing)
    if storage.startswith("<!", start):
        return None, _after_declaration(storage, start)
    return _tag(storage, start) or (_Piece("text", "<"), start + 1)


def _tag(storage: str, start: int) -> tuple[_Piece, int] | None:
    found = _TAG.match(storage, start) or _LOOSE_TAG.match(storage, start)
    name = _known(found.group(2)) if found else ""
    if found is None or not name:
        return None
    closes, _, attributes = found.groups()
    if "=" not in attributes and not _WITHOUT_VALUE.issuperset(attributes.lower().replace("/", " ").split()):
        return None
    if closes:
        return _Piece("close", name), found.end()
    return _Piece("empty" if attributes.rstrip().endswith("/") else "open", name, attributes), found.end()


def _after_declaration(storage: str, start: int) -> int:
    """A document type may declare entities; it ends with `]>` then. None of it is ever read."""
    end = storage.find(">", start)
    if end < 0:
        return start + len("<!")
    if "[" in storage[start:end] and (inner := storage.find("]>", start)) >= 0:
        return inner + len("]>")
    return end + 1


def _attributes(text: str, resolved: Callable[[str], str]) -> str:
    found: dict[str, str] = {}
    for name, value in _ATTRIBUTE.findall(text):
        known = _as_xml_has_it(name)
        if known and not known.startswith("xmlns"):
            found.setdefault(known, value[1:-1] if value[:1] in {'"', "'"} else value)
    return "".join(
        ' {}="{}"'.format(name, resolved(value).replace("<", "&lt;").replace('"', "&quot;"))
        for name, value in found.items()
    )


def _known(name: str) -> str:
    """Of an element; empty if it is none that a page is made of."""
    found = _as_xml_has_it(name)
    return found if ":" in found or "-" in found or found.lower() in _HTML else ""


def _as_xml_has_it(name: str) -> str:
    """With a prefix that is bound; empty if it is no name at all."""
    found = _NAME.fullmatch(name)
    if found is None:
        return ""
    prefix, local = found.groups()
    return local if prefix is None else f"{prefix}:{local}" if prefix in PREFIXES else f"{prefix}-{local}"


class _Nest:
    """What is open, and what was written. Beyond the bound elements are left out and their content is not."""

    def __init__(self, most_deep: int) -> None:
        self.made: list[str] = []
        self.was_deep = False
        self._most_deep = most_deep
        self._open: list[str] = []
        self._counted: Counter[str] = Counter()

    def say(self, text: str) -> None:
        self.made.append(text)

    def open(self, name: str, attributes: str, *, is_empty: bool) -> None:
        self._end_its_like(name.lower())
        if is_empty or name.lower() in _VOID:
            if len(self._open) < self._most_deep:
                self.made.append(f"<{name}{attributes}/>")
            return
        self._open.append(name)
        self._counted[name] += 1
        if len(self._open) <= self._most_deep:
            self.made.append(f"<{name}{attributes}>")
        else:
            self.was_deep = True
            self.made.append(" ")

    def _end_its_like(self, name: str) -> None:
        if name == "p" and self._open[-1:] == ["p"]:
            self.close("p")
        ends, stops = _ENDS_ITS_LIKE.get(name, (frozenset(), frozenset()))
        for opened in reversed(self._open[-_LOOKED_BACK:] if ends else ()):
            if opened in ends:
                self.close(opened)
            if opened in ends or opened in stops:
                return

    def close(self, name: str) -> None:
        if not self._counted[name]:
            return
        while self._open:
            last = self._open.pop()
            self._counted[last] -= 1
            self.made.append(f"</{last}>" if len(self._open) < self._most_deep else " ")
            if last == name:
                return

    def close_all(self) -> None:
        while self._open:
            self.close(self._open[-1])
