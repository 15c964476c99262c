"""A presentation as Markdown: a heading for each slide, with its number; what stands on it from the top, and what its
speaker was to say. What is hidden there is no text here.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

import pptx
from pptx.enum.shapes import PP_PLACEHOLDER
from pptx.shapes.base import BaseShape
from pptx.shapes.graphfrm import GraphicFrame
from pptx.shapes.group import GroupShape
from pptx.shapes.picture import Picture
from pptx.slide import Slide
from pptx.table import Table as PlacedTable
from pptx.table import _Cell as PlacedCell
from pptx.text.text import TextFrame, _Paragraph

from connectors.files import places
from connectors.files.headers import is_header
from connectors.files.nouns import Converted, Limits
from connectors.files.package import Package
from connectors.markdown.blocks import Block, Entry, Heading, Listing, Look, Paragraph, Run, Runs
from connectors.markdown.losses import Losses
from connectors.markdown.spare import Spare
from connectors.markdown.tables import Cell, in_rows
from connectors.markdown.writing import written

_AROUND: Final = frozenset({PP_PLACEHOLDER.FOOTER, PP_PLACEHOLDER.SLIDE_NUMBER, PP_PLACEHOLDER.DATE})
_POINTS: Final = frozenset({PP_PLACEHOLDER.BODY, PP_PLACEHOLDER.OBJECT})
_DRAWING: Final = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_SLIDE: Final = "{http://schemas.openxmlformats.org/presentationml/2006/main}"
_BAND: Final = 300_000  # EMU, a third of an inch: what begins within stands side by side
_MOST_NESTED: Final = 20  # groups
_PICTURES: Final = (".png", ".jpg", ".jpeg", ".gif", ".svg", ".emf", ".wmf", ".bmp", ".tif", ".tiff")


def read(package: Package, limits: Limits) -> Converted:
    losses = Losses()
    slides = list(pptx.Presentation(package.open()).slides)
    losses.add(f"slides beyond {limits.most_slides:,}", times=max(0, len(slides) - limits.most_slides))
    found: list[Block] = []
    for number, slide in enumerate(slides[: limits.most_slides], start=1):
        if slide._element.get("show") in {"0", "false"}:  # noqa: SLF001 - nothing else tells
            losses.add("hidden slides")
        else:
            found += _slide(number, slide, losses)
    return Converted(text=written(found), losses=(*losses.told(), *package.losses()))


def _slide(number: int, slide: Slide, losses: Losses) -> Iterator[Block]:
    title = slide.shapes.title
    called = " ".join(title.text_frame.text.split()) if title is not None else ""
    yield Heading(places.LEVEL, (Run(places.slide(number, called)),))
    shapes = [shape for shape in slide.shapes if title is None or shape.shape_id != title.shape_id]
    for shape in _in_order(shapes):
        yield from _shape(shape, losses, 0)
    if slide.has_notes_slide and (frame := slide.notes_slide.notes_text_frame) is not None and frame.text.strip():
        yield Heading(3, (Run("Notes"),))
        yield from _paragraphs(frame)


def _in_order(shapes: Iterable[BaseShape]) -> Sequence[BaseShape]:
    return sorted(shapes, key=lambda shape: ((shape.top or 0) // _BAND, shape.left or 0))


def _shape(shape: BaseShape, losses: Losses, depth: int) -> Iterator[Block]:
    if shape.is_placeholder and shape.placeholder_format.type in _AROUND:
        return
    match shape:
        case GroupShape():
            if depth < _MOST_NESTED:
                for inner in _in_order(shape.shapes):
                    yield from _shape(inner, losses, depth + 1)
            else:
                losses.add("groups in groups")
        case GraphicFrame(has_table=True):
            yield from _table(shape.table, losses)
        case Picture():
            yield from _picture(shape, losses)
        case _ if shape.has_text_frame:
            frame: TextFrame = shape.text_frame  # type: ignore[attr-defined] # it says that it has one
            is_list = shape.is_placeholder and shape.placeholder_format.type in _POINTS
            yield from _points(frame) if is_list else _paragraphs(frame)


def _picture(shape: Picture, losses: Losses) -> Iterator[Block]:
    """What its author says that it shows; the name of a file says nothing."""
    properties = shape._element.find(f".//{_SLIDE}cNvPr")  # noqa: SLF001 - nothing else tells
    told = " ".join(((properties.get("descr") if properties is not None else "") or "").split())
    if told and not told.lower().endswith(_PICTURES):
        yield Paragraph((Run(told),))
    else:
        losses.add("image without text")


def _paragraphs(frame: TextFrame) -> Iterator[Block]:
    points: list[Entry] = []
    for paragraph in frame.paragraphs:
        runs = _runs(paragraph)
        if not runs:
            continue
        number = _number(paragraph, len(points) + 1)
        if number is not None or _has_sign(paragraph):
            points.append(Entry((Paragraph(runs),), number))
            continue
        if points:
            yield Listing(tuple(points))
            points = []
        yield Paragraph(runs)
    if points:
        yield Listing(tuple(points))


def _points(frame: TextFrame) -> Iterator[Block]:
    """The body of a slide is a list unless it says otherwise, deeper by what is indented."""
    said = [(paragraph.level, _runs(paragraph), paragraph) for paragraph in frame.paragraphs]
    lines = [one for one in said if one[1]]
    if len(lines) == 1 or any(_has_no_sign(paragraph) for _, _, paragraph in lines):
        yield from _paragraphs(frame)
    elif lines:
        yield Listing(_nested(lines))


def _nested(lines: Sequence[tuple[int, Runs, _Paragraph]]) -> tuple[Entry, ...]:
    found: list[Entry] = []
    at = 0
    while at < len(lines):
        level, runs, paragraph = lines[at]
        end = at + 1
        while end < len(lines) and lines[end][0] > level:
            end += 1
        inner = (Listing(_nested(lines[at + 1 : end])),) if end > at + 1 else ()
        found.append(Entry((Paragraph(runs), *inner), _number(paragraph, len(found) + 1)))
        at = end
    return tuple(found)


def _runs(paragraph: _Paragraph) -> Runs:
    """Bold and slanted, as far as the words themselves say it; and no paragraph is nothing but bold."""
    runs = [
        Run(run.text.replace("\v", "\n"), _look(run.font.bold, run.font.italic)) for run in paragraph.runs if run.text
    ]
    if not any(run.text.strip() for run in runs):
        text = paragraph.text.replace("\v", " ").strip()
        return (Run(text),) if text else ()
    if all(run.look is Look.BOLD for run in runs if run.text.strip()):
        return tuple(Run(run.text) for run in runs)
    return tuple(runs)


def _look(is_bold: bool | None, is_slanted: bool | None) -> Look:  # noqa: FBT001 - as the library tells it
    return Look.BOLD if is_bold else Look.ITALIC if is_slanted else Look.PLAIN


def _number(paragraph: _Paragraph, otherwise: int) -> int | None:
    return otherwise if _sign(paragraph, "buAutoNum") else None


def _has_sign(paragraph: _Paragraph) -> bool:
    return _sign(paragraph, "buChar")


def _has_no_sign(paragraph: _Paragraph) -> bool:
    return _sign(paragraph, "buNone")


def _sign(paragraph: _Paragraph, name: str) -> bool:
    properties = paragraph._p.find(f"{_DRAWING}pPr")  # noqa: SLF001 - nothing else tells
    return properties is not None and properties.find(f"{_DRAWING}{name}") is not None


def _table(table: PlacedTable, losses: Losses) -> Iterator[Block]:
    rows = [list(row.cells) for row in table.rows]
    texts = [[" ".join(cell.text_frame.text.split()) for cell in row] for row in rows]
    has_names = bool(rows) and (table.first_row or is_header(texts))
    spare = Spare(sum(len(text) for row in texts for text in row))
    cells = [
        [_cell(cell, is_header=has_names and at == 0) for cell in row if not cell.is_spanned]
        for at, row in enumerate(rows)
    ]
    if cells:
        yield from in_rows(cells, losses, spare)


def _cell(cell: PlacedCell, *, is_header: bool) -> Cell:
    text = " ".join(cell.text_frame.text.split())
    wide, high = (cell.span_width, cell.span_height) if cell.is_merge_origin else (1, 1)
    return Cell(runs=(Run(text),) if text else (), length=len(text), is_header=is_header, columns=wide, rows=high)
