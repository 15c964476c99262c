"""Elements by the names that Confluence's documentation gives them: `ac:link`, `ri:page`, `p`."""

import re
from collections.abc import Iterator
from typing import Final

from connectors.confluence.storage.nouns import Element

NO_TEXT: Final = frozenset(
    {
        *("ac:default-parameter", "ac:placeholder", "ac:task-id", "ac:task-uuid", "ac:adf-mark", "at:declarations"),
        *("script", "style", "head", "meta", "link", "template", "noscript", "colgroup", "col"),
    }
)
"""Elements whose content nobody sees."""

_BLANKS = re.compile(r"\s+")
_KEPT = frozenset("\u00a0\u2007\u202f")  # a number and its unit stay together
_UNSEEN = re.compile(
    "[\u00ad\u200b\u2060\ufeff\x7f-\x84\x86-\x9f\u202a-\u202e\u2066-\u2069]"  # of no width, or turning others round
    "|(?<![\U0001f3f4\U000e0020-\U000e007f])[\U000e0000-\U000e007f]+"  # letters for machines only, but in a flag
)
_HIDDEN = re.compile(
    r"(?:display\s*:\s*none|visibility\s*:\s*(?:hidden|collapse)|(?:font-size|opacity)\s*:\s*[0.]{1,8}(?![.\d]))",
    re.IGNORECASE,
)


def name_of(element: Element) -> str:
    local = element.tag.rpartition("}")[2]
    return f"{element.prefix}:{local}" if element.prefix else local.lower()


def attribute(element: Element, name: str) -> str:
    """By its local name; empty where there is none."""
    found = element.get(name)
    if found is not None:
        return found
    return next((str(value) for key, value in element.items() if str(key).rpartition("}")[2] == name), "")


def children(element: Element, name: str) -> Iterator[Element]:
    return (child for child in element if name_of(child) == name)


def child(element: Element, name: str) -> Element | None:
    return next(children(element, name), None)


def within(element: Element, *names: str) -> Element | None:
    """The first of these at any depth."""
    return next((inner for inner in element.iterdescendants() if name_of(inner) in names), None)


def words(text: str) -> str:
    """White space is layout, and what has no width is not there."""
    return _BLANKS.sub(_blank, _UNSEEN.sub("", text))


def source(text: str) -> str:
    """Of code: as it stands."""
    return (
        _UNSEEN.sub("", text.replace("\r\n", "\n").replace("\r", "\n")).replace("\u2028", "\n").replace("\u2029", "\n")
    )


def plain_text(element: Element | None) -> str:
    return "" if element is None else words(written_in(element)).strip()


def written_in(element: Element) -> str:
    """Every character in it that can be seen, white space and all."""
    found: list[str] = []
    _write(element, found)
    return "".join(found)


def _write(element: Element, found: list[str]) -> None:
    if not is_hidden(element) and name_of(element) not in NO_TEXT:
        found.append(element.text or ("\n" if name_of(element) == "br" else ""))
        for inner in element:
            _write(inner, found)
            found.append(inner.tail or "")


def is_hidden(element: Element) -> bool:
    return element.get("hidden") is not None or _HIDDEN.search(element.get("style") or "") is not None


def whole_number(text: str, *, least: int, most: int, otherwise: int) -> int:
    """Of an attribute; whoever wrote it may have meant harm."""
    text = text.strip()
    return min(max(int(text), least), most) if text.isascii() and text.isdigit() and len(text) < 10 else otherwise  # noqa: PLR2004


def _blank(found: re.Match[str]) -> str:
    return found.group() if found.group() in _KEPT else " "
