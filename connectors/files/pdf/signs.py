"""From a PDF to its words, each with its place. What a sign looks like decides nothing but what is a heading."""

import math
import time
from collections.abc import Iterator
from ctypes import byref, c_double, c_int, create_string_buffer
from typing import Final, NamedTuple

import pypdfium2 as pdfium
import pypdfium2.raw as native

from connectors.files.nouns import Limits, Unreadable
from connectors.files.pdf.nouns import Page, Word, lines
from connectors.markdown.losses import Losses

_PASSWORD: Final = Unreadable(reason="it is protected by a password")
_HYPHENS: Final = frozenset({2, 0xFFFE, 0xAD})  # as the library tells the one at a line's end
_APART: Final = 0.12  # of the size of a letter: a gap between two words
_UPRIGHT: Final = 10  # degrees
_TURN: Final = 360
_MOST_WORDS: Final = 20_000  # of a page
_MOST_SIGNS: Final = 200_000
_THIN: Final = 2.5  # points: what is drawn so is a line
_LONG: Final = 15
_MOST_RULES: Final = 2_000
_SHARE_OF_TIME: Final = 0.5  # the rest is for what is made of the words
_NAME: Final = 128  # bytes of a font's name
_HALVES: Final = range(0xD800, 0xE000)
_FIRST_HALVES: Final = range(0xD800, 0xDC00)
_HEIGHT: Final = 0.7  # of a letter, of its size


class _Sign(NamedTuple):
    """As wide as it pushes the next one on, for a narrow one in a wide place stands not apart."""

    text: str
    left: float
    bottom: float
    right: float
    top: float
    at: int


def pages(data: bytes, limits: Limits, losses: Losses) -> list[Page] | Unreadable:
    try:
        document = pdfium.PdfDocument(data)
    except pdfium.PdfiumError as error:
        return (
            _PASSWORD
            if "password" in str(error).lower()
            else Unreadable(reason="it is damaged: no PDF can be made of it")
        )
    claimed = len(document)
    losses.add(f"pages beyond {limits.most_pages:,}", times=max(0, claimed - limits.most_pages))
    found: list[Page] = []
    until = time.monotonic() + limits.seconds * _SHARE_OF_TIME
    for number in range(min(claimed, limits.most_pages)):
        if time.monotonic() > until:
            losses.add(f"pages beyond {number:,}, for which there was no time")
            break
        page = _page(document, number, losses)
        if page is not None:
            found.append(page)
    return found


def _page(document: pdfium.PdfDocument, number: int, losses: Losses) -> Page | None:
    try:
        opened = document[number]
        text = opened.get_textpage()
    except pdfium.PdfiumError:
        losses.add("damaged pages")
        return None
    width, height = opened.get_size()
    words = list(_words(text, _Turned(opened.get_rotation(), *_unturned(opened)), losses))
    rules = tuple(_rules(opened)) if words else ()
    text.close()
    opened.close()
    return Page(number + 1, width, height, lines(words), rules)


def _unturned(opened: pdfium.PdfPage) -> tuple[float, float]:
    width, height = opened.get_size()
    return (height, width) if opened.get_rotation() in {90, 270} else (width, height)


class _Turned(NamedTuple):
    """A page that is shown turned has its places as if it were not."""

    degrees: int
    width: float
    height: float

    def box(self, left: float, bottom: float, right: float, top: float) -> tuple[float, float, float, float]:
        match self.degrees:
            case 90:
                return bottom, self.width - right, top, self.width - left
            case 180:
                return self.width - right, self.height - top, self.width - left, self.height - bottom
            case 270:
                return self.height - top, left, self.height - bottom, right
            case _:
                return left, bottom, right, top


def _words(text: pdfium.PdfTextPage, turned: _Turned, losses: Losses) -> Iterator[Word]:
    made = 0
    for signs in _together(text, turned):
        if not _is_upright(native.FPDFText_GetCharAngle(text, signs[0].at), turned.degrees):
            losses.add("turned text")
            continue
        yield _word(signs, text, turned)
        made += 1
        if made == _MOST_WORDS:
            losses.add(f"words of a page beyond {_MOST_WORDS:,}")
            return


def _together(text: pdfium.PdfTextPage, turned: _Turned) -> Iterator[list[_Sign]]:
    held: list[_Sign] = []
    for at, shown in _shown(text):
        sign = None if shown.isspace() else _Sign(shown, *turned.box(*_box(text, at)), at)
        if held and (sign is None or _is_apart(held[-1], sign)):
            yield held
            held = []
        if sign is not None:
            held.append(sign)
    if held:
        yield held


def _shown(text: pdfium.PdfTextPage) -> Iterator[tuple[int, str]]:
    first = ""  # half of a sign beyond the first 65,536
    for at in range(min(text.count_chars(), _MOST_SIGNS)):
        code = native.FPDFText_GetUnicode(text, at)
        shown = first + ("-" if code in _HYPHENS else chr(code))
        if code in _HALVES:
            first = chr(code) if code in _FIRST_HALVES else ""
            if first:
                continue
            shown = shown.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        first = ""
        if shown.isspace() or shown.isprintable():
            yield at, shown


def _box(text: pdfium.PdfTextPage, at: int) -> tuple[float, float, float, float]:
    found = native.FS_RECTF()
    native.FPDFText_GetLooseCharBox(text, at, byref(found))
    return found.left, found.bottom, found.right, found.top


def _baseline(text: pdfium.PdfTextPage, at: int, turned: _Turned) -> float:
    x, y = c_double(), c_double()
    native.FPDFText_GetCharOrigin(text, at, byref(x), byref(y))
    return turned.box(x.value, y.value, x.value, y.value)[1]


def _is_upright(angle: float, degrees: int) -> bool:
    off = (math.degrees(angle) + degrees) % _TURN
    return angle < 0 or min(off, _TURN - off) <= _UPRIGHT


def _is_apart(before: _Sign, sign: _Sign) -> bool:
    height = max(before.top - before.bottom, sign.top - sign.bottom)
    gap = sign.left - before.right
    return gap > _APART * height or before.right - sign.right > height or abs(before.bottom - sign.bottom) > height / 2


def _word(signs: list[_Sign], text: pdfium.PdfTextPage, turned: _Turned) -> Word:
    """Some programs scale letters of size 1: then it is as large as it is high."""
    first = signs[0]
    size = native.FPDFText_GetFontSize(text, first.at)
    size = size if size > 1 else max(first.top - first.bottom, 1)
    baseline = _baseline(text, first.at, turned)
    return Word(
        text="".join(sign.text for sign in signs),
        left=min(sign.left for sign in signs),
        bottom=baseline,
        right=max(sign.right for sign in signs),
        top=baseline + size * _HEIGHT,
        size=size,
        is_bold=_is_bold(text, first.at),
    )


def _is_bold(text: pdfium.PdfTextPage, at: int) -> bool:
    name, flags = create_string_buffer(_NAME), c_int()
    length = native.FPDFText_GetFontInfo(text, at, name, _NAME, byref(flags))
    return 0 < length <= _NAME and any(word in name.value.lower() for word in (b"bold", b"black", b"heavy"))


def _rules(opened: pdfium.PdfPage) -> Iterator[tuple[float, float, float]]:
    """A frame's upper and lower edge are two."""
    seen = 0
    if opened.get_rotation():
        return
    for drawn in opened.get_objects(filter=[native.FPDF_PAGEOBJ_PATH], max_depth=1):
        left, bottom, right, top = drawn.get_bounds()
        if right - left < _LONG:
            continue
        yield from ([(bottom, left, right)] if top - bottom <= _THIN else [(bottom, left, right), (top, left, right)])
        seen += 1
        if seen == _MOST_RULES:
            return
