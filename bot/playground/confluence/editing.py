"""What a person sees of a stored page, block by block, and the page with one of them said otherwise.

Whatever stands between the letters that were changed stays as it is, to the byte. It must never make markup of what was typed.
"""

import re
from collections.abc import Iterator, Sequence
from html import escape, unescape
from itertools import takewhile
from typing import Final, Literal, NamedTuple

Kind = Literal["heading", "text", "item", "cell", "code"]

_CDATA: Final = "<![CDATA["
_CDATA_END: Final = "]]>"
_PIECE: Final = re.compile(r"<!\[CDATA\[.*?\]\]>|<!--.*?-->|<[^>]*>|[^<]+", re.DOTALL)
_TAG: Final = re.compile(r"<(?P<end>/?)(?P<name>[\w:-]+)")
_KINDS: Final[dict[str, Kind]] = {
    **dict.fromkeys(("h1", "h2", "h3", "h4", "h5", "h6"), "heading"),
    **dict.fromkeys(("td", "th"), "cell"),
    "li": "item",
    "p": "text",
    "ac:plain-text-body": "code",
}
_APART: Final = frozenset(
    {*_KINDS, "tr", "table", "tbody", "ul", "ol", "blockquote", "hr", "br", "ac:structured-macro"}
)
_UNSEEN: Final = "ac:parameter"


class Block(NamedTuple):
    """A paragraph, a heading, a cell … `row`: cells with the same number stand beside each other."""

    kind: Kind
    text: str
    row: int | None = None


class _Run(NamedTuple):
    kind: Kind
    row: int | None
    pieces: tuple[int, ...]


def blocks(body: str) -> list[Block]:
    pieces = _PIECE.findall(body)
    return [Block(run.kind, _said(pieces, run), run.row) for run in _runs(pieces)]


def edited(body: str, at: int, *, was: str, text: str) -> str:
    """`was`: what whoever changes it saw there. Raises LookupError, if that is not what it says."""
    pieces = _PIECE.findall(body)
    runs = list(_runs(pieces))
    if not 0 <= at < len(runs) or _said(pieces, runs[at]) != was:
        raise LookupError("the page says something else there by now: read it again")
    new = _woven([_plain(pieces[one]) for one in runs[at].pieces], text)
    for one, said in zip(runs[at].pieces, new, strict=True):
        pieces[one] = _stored(pieces[one], said)
    return "".join(pieces)


def _runs(pieces: Sequence[str]) -> Iterator[_Run]:
    """What is written without a break, inline markup and all."""
    kinds: list[Kind] = ["text"]
    rows, hidden, run = 0, 0, list[int]()
    for at, piece in enumerate(pieces):
        tag = None if piece.startswith(_CDATA) else _TAG.match(piece)
        if tag is None:
            if not hidden and not piece.startswith("<!--"):
                run.append(at)
            continue
        name, ends = tag["name"].lower(), bool(tag["end"])
        if name == _UNSEEN:
            hidden += -1 if ends else 1
        if name not in _APART:
            continue
        yield from _ended(kinds[-1], rows, run, pieces)
        run = []
        rows += name == "tr" and not ends
        if name in _KINDS and not ends:
            kinds.append(_KINDS[name])
        elif name in _KINDS and len(kinds) > 1:
            kinds.pop()
    yield from _ended(kinds[-1], rows, run, pieces)


def _ended(kind: Kind, row: int, run: Sequence[int], pieces: Sequence[str]) -> Iterator[_Run]:
    if any(_plain(pieces[at]).strip() for at in run):
        yield _Run(kind, row if kind == "cell" else None, tuple(run))


def _said(pieces: Sequence[str], run: _Run) -> str:
    return "".join(_plain(pieces[at]) for at in run.pieces)


def _plain(piece: str) -> str:
    return piece.removeprefix(_CDATA).removesuffix(_CDATA_END) if piece.startswith(_CDATA) else unescape(piece)


def _stored(before: str, said: str) -> str:
    if before.startswith(_CDATA):
        return f"{_CDATA}{said.replace(_CDATA_END, ']]]]><![CDATA[>')}{_CDATA_END}"
    return before if unescape(before) == said else escape(said, quote=False)


def _woven(parts: Sequence[str], text: str) -> list[str]:
    """These parts, so that together they say `text`: what it begins and ends with as before stays in its part."""
    whole = "".join(parts)
    begin = _shared(whole, text)
    end = len(whole) - min(_shared(whole[::-1], text[::-1]), len(whole) - begin, len(text) - begin)
    put: str | None = text[begin : len(text) - (len(whole) - end)]
    woven, at = list[str](), 0
    for number, part in enumerate(parts, start=1):
        first, last = max(begin - at, 0), max(end - at, 0)
        said = part[:first]
        if put is not None and (first < len(part) or number == len(parts)):
            said, put = said + put, None
        woven.append(said + part[max(last, first) :])
        at += len(part)
    return woven


def _shared(one: str, other: str) -> int:
    """How much they begin with in common."""
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))
