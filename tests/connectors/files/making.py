"""Documents as offices write them, made in memory."""

import io
import zipfile
from collections.abc import Callable, Mapping, Sequence

import openpyxl
from docx import Document
from docx.document import Document as WordDocument
from openpyxl.workbook.workbook import Workbook
from openpyxl.worksheet.worksheet import Worksheet
from pptx import Presentation as new_presentation  # noqa: N813 - it is a function
from pptx.presentation import Presentation
from pptx.slide import Slide
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import getSampleStyleSheet
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import BaseDocTemplate, Flowable, Frame, PageTemplate, Paragraph

from connectors.files import Converted, Limits, Unreadable, convert


def word(write: Callable[[WordDocument], object]) -> bytes:
    document = Document()
    write(document)
    held = io.BytesIO()
    document.save(held)
    return held.getvalue()


def workbook(write: Callable[[Workbook, Worksheet], object]) -> bytes:
    made, held = openpyxl.Workbook(), io.BytesIO()
    assert made.active is not None
    write(made, made.active)
    made.save(held)
    return held.getvalue()


def book_of(*rows: Sequence[object], title: str = "Sheet") -> bytes:
    """One sheet, from its first row on."""

    def write(_: Workbook, active: Worksheet) -> None:
        active.title = title
        for row in rows:
            active.append(list(row))

    return workbook(write)


def table(document: WordDocument, rows: Sequence[Sequence[str]]) -> None:
    made = document.add_table(len(rows), len(rows[0]))
    for at, row in enumerate(rows):
        for column, text in enumerate(row):
            made.cell(at, column).text = text


def with_parts(package: bytes, parts: Mapping[str, bytes], *, packed: int = zipfile.ZIP_DEFLATED) -> bytes:
    """The same package with some of its parts replaced, or more of them."""
    held = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(package)) as old, zipfile.ZipFile(held, "w", packed) as new:
        for entry in old.infolist():
            if entry.filename not in parts:
                new.writestr(entry, old.read(entry))
        for name, data in parts.items():
            new.writestr(name, data)
    return held.getvalue()


def part(package: bytes, name: str) -> bytes:
    with zipfile.ZipFile(io.BytesIO(package)) as opened:
        return opened.read(name)


def read(name: str, data: bytes, limits: Limits | None = None) -> Converted:
    found = convert(name=name, media_type="", data=data, limits=limits or Limits())
    assert isinstance(found, Converted), found
    return found


def refused(name: str, data: bytes, limits: Limits | None = None) -> str:
    found = convert(name=name, media_type="", data=data, limits=limits or Limits())
    assert isinstance(found, Unreadable), found
    return found.reason


def presentation(write: Callable[[Presentation], object]) -> bytes:
    made, held = new_presentation(), io.BytesIO()
    write(made)
    made.save(held)
    return held.getvalue()


def slide(made: Presentation, title: str, *points: str, layout: int = 1) -> Slide:
    """As the usual layouts have it: a title and a body."""
    added: Slide = made.slides.add_slide(made.slide_layouts[layout])
    assert added.shapes.title is not None
    added.shapes.title.text_frame.text = title
    if points:
        frame = added.placeholders[1].text_frame
        frame.text = points[0]
        for text in points[1:]:
            frame.add_paragraph().text = text
    return added


STYLES = getSampleStyleSheet()


def pdf(*story: Flowable, on_page: Callable[[Canvas, int], object] | None = None, columns: int = 1) -> bytes:
    held = io.BytesIO()
    document = BaseDocTemplate(held, pagesize=A4, invariant=1)
    width = (A4[0] - 100 - 20 * (columns - 1)) / columns
    frames = [Frame(50 + at * (width + 20), 60, width, A4[1] - 140) for at in range(columns)]

    def draw(canvas: Canvas, _: object) -> None:
        if on_page is not None:
            on_page(canvas, canvas.getPageNumber())

    document.addPageTemplates([PageTemplate(frames=frames, onPage=draw)])
    document.build(list(story))
    return held.getvalue()


def text(words: str, style: str = "BodyText") -> Paragraph:
    return Paragraph(words, STYLES[style])
