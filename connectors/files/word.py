"""A Word document as Markdown: headings, steps, tables, notes beside what they belong to. As HTML (mammoth), which is then
read by what reads a page's. What was deleted, and what somebody remarked beside it, is not what the document says.
"""

import io
import re
from collections.abc import Iterator
from typing import Final

import mammoth
from lxml import etree

from connectors.confluence.storage import Links, markdown
from connectors.files.headers import is_header
from connectors.files.nouns import Converted, Limits
from connectors.files.numbering import numbered, take_numbers, without_marks
from connectors.files.package import Package
from connectors.markdown.losses import Losses

_STYLES: Final = """
p[style-name='Title'] => h1:fresh
p[style-name='Subtitle'] => p:fresh
p[style-name='Quote'] => blockquote > p:fresh
p[style-name='Intense Quote'] => blockquote > p:fresh
p[style-name='List Paragraph'] => p:fresh
"""
_NOTE = re.compile(r"#((?:foot|end)note-\d+)")
_BACK: Final = "↑"
_NOWHERE: Final = Links(site="", space="")
_WORD: Final = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_AROUND = re.compile(r"word/(?:header|footer)\d*\.xml")
_NUMBERING: Final = "word/numbering.xml"
_MAIN: Final = "word/document.xml"


def read(package: Package, limits: Limits) -> Converted:  # noqa: ARG001 - its size is bounded by the package's
    losses = Losses()
    page = etree.fromstring(f"<page>{_html(package)}</page>", etree.XMLParser(resolve_entities=False, huge_tree=True))
    take_numbers(page)
    _place_notes(page)
    for table in page.iter("table"):
        _name_columns(table)
    storage = without_marks(etree.tostring(page, encoding="unicode")).removeprefix("<page>").removesuffix("</page>")
    found = markdown("" if storage == "<page/>" else storage, links=_NOWHERE)
    _count(package, losses)
    return Converted(
        text=found.text,
        losses=(*(loss.told for loss in found.losses), *losses.told(), *package.losses()),
    )


def _html(package: Package) -> str:
    """The styles that a document brings for mammoth itself are not taken from a stranger."""
    found: str = mammoth.convert_to_html(
        _numbered(package),
        style_map=_STYLES,
        include_embedded_style_map=False,
        external_file_access=False,
        convert_image=mammoth.images.img_element(lambda _: {}),
    ).value
    return found


def _numbered(package: Package) -> io.BytesIO:
    if _MAIN not in package or _NUMBERING not in package:
        return package.open()
    styles = package.part_if_any("word/styles.xml")
    return package.with_part(_MAIN, numbered(package.part(_MAIN), package.part(_NUMBERING), styles))


def _place_notes(page: etree._Element) -> None:
    """Each note below the block that refers to it, under the sign that stands there."""
    notes = {one.get("id", ""): one for one in page.iter("li") if _NOTE.fullmatch(f"#{one.get('id', '')}")}
    for sign in list(page.iter("a")):
        found = _NOTE.fullmatch(sign.get("href", ""))
        if found and (note := notes.pop(found.group(1), None)) is not None:
            _below(sign, note)


def _below(sign: etree._Element, note: etree._Element) -> None:
    block = sign
    while (above := block.getparent()) is not None and above.getparent() is not None:
        block = above
    text = " ".join("".join(map(str, note.itertext())).replace(_BACK, " ").split())
    said = etree.Element("p")
    said.text = f"{''.join(map(str, sign.itertext()))} {text}"
    block.addnext(said)
    holder = note.getparent()
    if holder is not None:
        holder.remove(note)
    raised = sign.getparent()
    if raised is not None and raised.tag == "sup":
        raised.tag = "span"
    sign.tag = "span"
    sign.attrib.clear()


def _name_columns(table: etree._Element) -> None:
    """Word marks them seldom."""
    if next(table.iter("th"), None) is not None:
        return
    rows = [[cell for cell in row if cell.tag == "td"] for row in table.findall("tr")]
    texts = [[" ".join("".join(map(str, cell.itertext())).split()) for cell in row] for row in rows]
    if rows and is_header(texts, stands_out=_is_bold(rows[0])):
        for cell in rows[0]:
            cell.tag = "th"


def _is_bold(row: list[etree._Element]) -> bool:
    return all(cell.find(".//strong") is not None for cell in row)


def _count(package: Package, losses: Losses) -> None:
    for name, what in _lost(package):
        losses.add(name, times=what)


def _lost(package: Package) -> Iterator[tuple[str, int]]:
    yield "remarks beside the text", _times(package, "word/comments.xml", "comment")
    yield "deleted text that Word still keeps", _times(package, _MAIN, "del")
    yield "headers and footers", sum(_times(package, one, "t") > 0 for one in package.names if _AROUND.fullmatch(one))


def _times(package: Package, part: str, tag: str) -> int:
    if part not in package:
        return 0
    tree = etree.fromstring(package.part(part), etree.XMLParser(resolve_entities=False, no_network=True))
    return sum(1 for _ in tree.iter(f"{_WORD}{tag}"))
