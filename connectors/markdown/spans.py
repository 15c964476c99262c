"""Runs of words as a line of Markdown. Emphasis that Markdown would not read as such is left out, being a mere look; but
what is struck out is no longer true, and stays struck out.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

from connectors.markdown.blocks import Look, Run
from connectors.markdown.escaping import Piece, Place, escaped
from connectors.markdown.spacing import edges, spaced

_MARKS = {Look.ITALIC: "*", Look.BOLD: "**", Look.STRUCK: "~~"}
_TICKS = re.compile(r"`+")
_MANY_BREAKS = re.compile(r"\n{2,}")
_BRACKETS = re.compile(r"[\[\]]")


def line(runs: Sequence[Run], place: Place) -> str:
    """With a new line where the author made one, and an empty one where they made several."""
    pieces = _alone(runs[0].text) if len(runs) == 1 and _is_bare(runs[0]) else _joined(_looks(spaced(runs)))
    text = escaped(pieces, place)
    return _MANY_BREAKS.sub("\n\n", text) if "\n\n\n" in text else text


def in_cell(runs: Sequence[Run]) -> str:
    return line(runs, Place.CELL).replace("\n", " ").replace("|", "\\|")


def _is_bare(run: Run) -> bool:
    return run.look is Look.PLAIN and not run.code and not run.link and "\n" not in run.text


def _alone(text: str) -> list[Piece]:
    return [Piece(text.strip())]


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
    lead, said, trail = edges(text)
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
    for (link, image), group in groupby(runs, key=lambda run: (run.link, run.image)):
        inner = list(_said(group))
        if link and any(piece.text.strip() for piece in inner):
            yield from _link(inner, link, is_image=image)
        else:
            yield from inner


def _said(runs: Iterable[Run]) -> Iterator[Piece]:
    for is_code, group in groupby(runs, key=lambda run: run.code and bool(run.text.strip())):
        text = "".join(run.text for run in group)
        yield _code(text) if is_code else Piece(text)


def _code(text: str) -> Piece:
    longest = max(map(len, _TICKS.findall(text)), default=0)
    fence = "`" * (longest + 1)
    pad = " " if text[0] == "`" or text[-1] == "`" else ""
    return Piece(f"{fence}{pad}{text}{pad}{fence}", markup=True)


def _link(inner: Sequence[Piece], link: str, *, is_image: bool) -> Iterator[Piece]:
    said = "".join(piece.text for piece in inner)
    if link in {said, f"mailto:{said}"} and not is_image:
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
    grouped = groupby(_apart(pieces), key=lambda piece: piece.markup)
    return [Piece("".join(piece.text for piece in group), markup) for markup, group in grouped]


def _apart(pieces: Iterable[Piece]) -> Iterator[Piece]:
    """Some neighbours would be something else together: the ticks of two pieces of code; `!` and a link, a picture."""
    last = Piece("")
    for piece in pieces:
        ticks = piece.markup and last.markup and last.text.endswith("`") and piece.text.startswith("`")
        if ticks or (piece.markup and piece.text.startswith("[") and last.text.endswith("!")):
            yield Piece(" ")
        if piece.text:
            yield piece
            last = piece


def _last(pieces: Sequence[Piece]) -> str:
    return next((piece.text[-1] for piece in reversed(pieces) if piece.text), "")
