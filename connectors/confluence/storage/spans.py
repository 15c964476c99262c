"""Runs of words as a line of Markdown. Emphasis that Markdown would not read as such is left out, being a mere look; but
what is struck out is no longer true, and stays struck out.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import groupby

from connectors.confluence.storage.escaping import Piece, Place, escaped
from connectors.confluence.storage.nouns import Look, Run

_MARKS = {Look.ITALIC: "*", Look.BOLD: "**", Look.STRUCK: "~~"}
_EDGES = re.compile(r"(\s*)(.*?)(\s*)", re.DOTALL)
_BREAKS = re.compile(r"[ \u00a0]*\n[ \u00a0]*")
_MANY_BREAKS = re.compile(r"\n{2,}")
_BRACKETS = re.compile(r"[\[\]]")


def line(runs: Sequence[Run], place: Place) -> str:
    """With a new line where the author made one, and an empty one where they made several."""
    pieces = _joined(_looks(_spaced(runs)))
    text = escaped(pieces, place)
    return _MANY_BREAKS.sub("\n\n", text) if "\n\n\n" in text else text


def in_cell(runs: Sequence[Run]) -> str:
    return line(runs, Place.CELL).replace("\n", " ").replace("|", "\\|")


def _spaced(runs: Iterable[Run]) -> list[Run]:
    """One blank where there were several; none at the ends, nor at a break; none inside a link or code at its edges."""
    found: list[Run] = []
    for run in _with_edges_apart(runs):
        last = found[-1].text[-1:] if found else "\n"
        text = run.text.lstrip() if last == "\n" and run.text != "\n" else run.text
        if last.isspace() and text != "\n":
            text = text.lstrip(" ")
        if text == "\n":
            _strip_end(found)
        if text:
            found.append(run if text == run.text else replace(run, text=text))
    _strip_end(found)
    return found


def _with_edges_apart(runs: Iterable[Run]) -> Iterator[Run]:
    for run in runs:
        if "\n" in run.text and run.text != "\n":
            for at, text in enumerate(run.text.split("\n")):
                if at:
                    yield Run("\n")
                yield replace(run, text=text)
        elif run.code or run.link:
            before, text, after = _edges(run.text)
            yield Run(before, run.look)
            yield replace(run, text=text) if text else Run("")
            yield Run(after, run.look)
        else:
            yield run


def _edges(text: str) -> tuple[str, str, str]:
    inner = text.strip()
    at = text.find(inner) if inner else len(text)
    return text[:at], inner, text[at + len(inner) :]


def _strip_end(found: list[Run]) -> None:
    while found and found[-1].text != "\n" and not found[-1].text.strip():
        found.pop()
    if found and found[-1].text != "\n" and found[-1].text[-1:].isspace():
        found[-1] = replace(found[-1], text=found[-1].text.rstrip())


def _looks(runs: Sequence[Run]) -> list[Piece]:
    """Each stretch of one look between its marks; no stretch goes over the end of a line."""
    stretches = [list(group) for _, group in groupby(runs, key=lambda run: (run.look, run.text == "\n"))]
    made: list[Piece] = []
    for at, stretch in enumerate(stretches):
        look = stretch[0].look
        inner = list(_atoms(stretch))
        if look is Look.PLAIN:
            made += inner
            continue
        following = stretches[at + 1][0].text[:1] if at + 1 < len(stretches) else ""
        made += _marked(_MARKS[look], inner, before=_last(made), after=following, always=look is Look.STRUCK)
    return made


def _marked(mark: str, inner: Sequence[Piece], *, before: str, after: str, always: bool) -> Iterator[Piece]:
    text = "".join(piece.text for piece in inner)
    lead, said, trail = _edges(text)
    if not said:
        yield from inner
        return
    before, after = lead[-1:] or before, trail[:1] or after
    opens = _stands_free(before) or (said[0].isalnum() and before not in "*~_\\")
    closes = _stands_free(after) or (said[-1].isalnum() and after not in "*~_")
    if not always and not (opens and closes):
        yield from inner
        return
    yield Piece(lead)
    if not opens:
        yield Piece(" ")
    yield Piece(mark, markup=True)
    yield from _without_edges(inner, len(lead), len(lead) + len(said))
    yield Piece(mark, markup=True)
    if not closes:
        yield Piece(" ")
    yield Piece(trail)


def _stands_free(neighbour: str) -> bool:
    return not neighbour.strip()


def _without_edges(pieces: Sequence[Piece], start: int, end: int) -> Iterator[Piece]:
    at = 0
    for piece in pieces:
        text = piece.text[max(start - at, 0) : max(end - at, 0)]
        at += len(piece.text)
        if text:
            yield Piece(text, piece.markup)


def _atoms(runs: Sequence[Run]) -> Iterator[Piece]:
    """Words, code, and links around either. What is one link for the author is one in Markdown."""
    last = ""
    for (link, image), group in groupby(runs, key=lambda run: (run.link, run.image)):
        inner = [piece for run in group for piece in _atom(run)]
        if link and any(piece.text.strip() for piece in inner):
            if last == "!" and not image:
                yield Piece(" ")  # `!` before a link makes it a picture
            yield from _link(inner, link, is_image=image)
        else:
            yield from inner
        last = _last(inner) if not link else ")"


def _atom(run: Run) -> Iterator[Piece]:
    if not run.code or not run.text.strip():
        yield Piece(run.text)
        return
    longest = max(map(len, re.findall(r"`+", run.text)), default=0)
    fence = "`" * (longest + 1)
    pad = " " if run.text[0] == "`" or run.text[-1] == "`" else ""
    yield Piece(f"{fence}{pad}{run.text}{pad}{fence}", markup=True)


def _link(inner: Sequence[Piece], link: str, *, is_image: bool) -> Iterator[Piece]:
    said = "".join(piece.text for piece in inner)
    if said == link and not is_image:
        yield Piece(said)  # an address says itself where it leads
        return
    yield Piece("![" if is_image else "[", markup=True)
    yield from inner if _is_balanced(inner) else _with_brackets_escaped(inner)
    yield Piece(f"]({link})", markup=True)


def _is_balanced(pieces: Sequence[Piece]) -> bool:
    text = "".join(piece.text for piece in pieces if not piece.markup)
    depth = 0
    for bracket in _BRACKETS.findall(text):
        depth += 1 if bracket == "[" else -1
        if depth < 0:
            return False
    return depth == 0 and "](" not in text


def _with_brackets_escaped(pieces: Sequence[Piece]) -> Iterator[Piece]:
    for piece in pieces:
        if piece.markup:
            yield piece
            continue
        at = 0
        for found in _BRACKETS.finditer(piece.text):
            yield Piece(piece.text[at : found.start()])
            yield Piece(f"\\{found.group()}", markup=True)
            at = found.end()
        yield Piece(piece.text[at:])


def _joined(pieces: Iterable[Piece]) -> list[Piece]:
    return [
        Piece("".join(piece.text for piece in group), markup=True)
        if is_ours
        else Piece("".join(piece.text for piece in group))
        for is_ours, group in groupby(pieces, key=lambda piece: piece.markup)
    ]


def _last(pieces: Sequence[Piece]) -> str:
    return next((piece.text[-1] for piece in reversed(pieces) if piece.text), "")
