"""Where in a document does a passage stand, and how does an address say so? Pure. The headings of pages, slides and sheets are
worded here and nowhere else, so that they are found again.

An address says a page of a PDF (RFC 8118). Of a sheet or a slide it says what only its source knows, and else nothing: a
link that leads to the beginning is better than one that leads elsewhere.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Final
from urllib.parse import urlsplit

from connectors.files.kinds import Kind

LEVEL: Final = 2
_NOTHING: Final[Mapping[str, str]] = MappingProxyType({})
_PAGE = re.compile(r"Page (\d{1,6})")
_SLIDE = re.compile(r"Slide (\d{1,6})(?:: .*)?")
_HEADING = re.compile(rf"^{'#' * LEVEL} (.+)$", re.MULTILINE)


def page(number: int) -> str:
    return f"Page {number}"


def slide(number: int, title: str) -> str:
    return f"Slide {number}: {title}" if title else f"Slide {number}"


def at(url: str, path: Sequence[str], text: str = "", quote: str = "") -> str:
    """The same address, at the page of what is quoted, if it is a PDF's own and says no place yet."""
    try:
        found = urlsplit(url)
    except ValueError:
        return url
    said = fragment(Kind.PDF, path, text, quote) if found.path.lower().endswith(".pdf") and not found.fragment else ""
    return f"{url}#{said}" if said else url


def fragment(
    kind: Kind, path: Sequence[str], text: str = "", quote: str = "", known: Mapping[str, str] = _NOTHING
) -> str:
    """`path`: the headings over a passage; `text`: the passage, which may begin on one page and end on another. `known`: what a
    source calls its sheets, by their names, and its slides, by their numbers.
    """
    for heading in _headings(path, text, quote):
        match kind:
            case Kind.PDF if found := _PAGE.fullmatch(heading):
                return f"page={found.group(1)}"
            case Kind.SLIDES if found := _SLIDE.fullmatch(heading):
                return known.get(found.group(1), "")
            case Kind.SHEETS if heading in known:
                return known[heading]
            case _:
                continue
    return ""


def _headings(path: Sequence[str], text: str, quote: str) -> Iterator[str]:
    """The nearest above the quote, then those over it all, then the first below."""
    place = max(0, text.find(quote)) if quote else 0
    inside = list(_HEADING.finditer(text))
    yield from (found.group(1) for found in reversed(inside) if found.start() < place)
    yield from reversed(path)
    yield from (found.group(1) for found in inside if found.start() >= place)
