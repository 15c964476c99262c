"""What stands at the edge of every page: the name of the document, a number. It says nothing, and would be found everywhere."""

import re
from collections import Counter
from collections.abc import Sequence
from typing import Final

from connectors.files.pdf.nouns import Line, Page
from connectors.markdown.losses import Losses

_EDGE: Final = 3  # lines from the top, and from the bottom
_OFTEN: Final = 0.6  # of the pages
_PAGES: Final = 3  # at least
_DIGITS = re.compile(r"\d+")
_NUMBER = re.compile(r"(?:page|seite|p\.)?\s*[–-]?\s*\d+\s*(?:(?:of|von|/)\s*\d+)?\s*[–-]?", re.IGNORECASE)
_EDGE_OF_PAGE: Final = 0.085  # of its height: within a usual margin


def left_out(pages: Sequence[Page], losses: Losses) -> list[Page]:
    often = _often(pages)
    found = [
        page._replace(lines=tuple(line for line in page.lines if not _repeats(line, page, often))) for page in pages
    ]
    if any(len(page.lines) < len(before.lines) for page, before in zip(found, pages, strict=True)):
        losses.add("headers and footers that every page has")
    return found


def _often(pages: Sequence[Page]) -> frozenset[str]:
    """Numbers count as the same, for a page's number is another one each time."""
    if len(pages) < _PAGES:
        return frozenset()
    seen = Counter(text for page in pages for text in {_alike(line) for line in _edges(page)})
    return frozenset(text for text, times in seen.items() if times >= max(_PAGES, _OFTEN * len(pages)))


def _edges(page: Page) -> Sequence[Line]:
    return [line for line in (*page.lines[:_EDGE], *page.lines[-_EDGE:]) if _is_at_edge(line, page)]


def _repeats(line: Line, page: Page, often: frozenset[str]) -> bool:
    return _is_at_edge(line, page) and (_alike(line) in often or bool(_NUMBER.fullmatch(line.text)))


def _is_at_edge(line: Line, page: Page) -> bool:
    return line.bottom > page.height * (1 - _EDGE_OF_PAGE) or line.top < page.height * _EDGE_OF_PAGE


def _alike(line: Line) -> str:
    return _DIGITS.sub("#", " ".join(line.text.split()))
