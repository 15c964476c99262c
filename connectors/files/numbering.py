"""Which number does Word show before a step? A list goes on behind a paragraph, a picture or a table that interrupts it, and
what is step 4 there must be step 4 here. So each numbered paragraph is given its number as a text, between two signs that
nobody types, and the list that is made of it takes it from there.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Final, NamedTuple

from lxml import etree

Element = etree._Element  # noqa: SLF001 - lxml's own name for its type
_WORD: Final = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_VALUE: Final = f"{_WORD}val"
_MARK = re.compile("\ue000([0-9]{1,9})\ue001")
_UNCOUNTED: Final = frozenset({"bullet", "none"})
_LEVELS: Final = 9
_MOST_STYLES: Final = 50  # one based on the other


class _Level(NamedTuple):
    list_: str  # lists that share this share their numbers
    first: int
    is_counted: bool
    begins_anew: bool


def numbered(document: bytes, numbering: bytes, styles: bytes | None) -> bytes:
    """The same document; of numbered paragraphs that say something, each begins with its number."""
    root, levels = _parsed(document), _levels(_parsed(numbering))
    by_style = _by_style(_parsed(styles)) if styles is not None else {}
    counts: dict[str, dict[int, int]] = {}
    begun: set[tuple[str, int]] = set()
    for paragraph in root.iter(f"{_WORD}p"):
        place = _place(paragraph, by_style)
        level = levels.get(place) if place is not None else None
        if level is None or place is None or not level.is_counted:
            continue
        counted = counts.setdefault(level.list_, {})
        if level.begins_anew and place not in begun:
            counted.pop(place[1], None)
        begun.add(place)
        counted[place[1]] = counted.get(place[1], level.first - 1) + 1
        for deeper in range(place[1] + 1, _LEVELS):
            counted.pop(deeper, None)
        if any(text.text for text in paragraph.iter(f"{_WORD}t")):
            _begin_with(paragraph, f"\ue000{counted[place[1]]}\ue001")
    return etree.tostring(root)


def take_numbers(page: Element) -> None:
    """Each list from the number of its first item on; one whose numbers jump becomes several."""
    for listing in list(page.iter("ol")):
        following = listing
        expected: int | None = None
        for item in list(listing):
            found = _MARK.match(item.text or "")
            number = int(found.group(1)) if found else expected
            if expected is None and number is not None:
                following.set("start", str(number))
            elif number is not None and number != expected:
                split = etree.Element("ol", start=str(number))
                following.addnext(split)
                following = split
            if following is not listing:
                following.append(item)
            expected = None if number is None else number + 1


def without_marks(text: str) -> str:
    return _MARK.sub("", text)


def _parsed(part: bytes) -> Element:
    return etree.fromstring(part, etree.XMLParser(resolve_entities=False, no_network=True))


def _levels(numbering: Element) -> Mapping[tuple[str, int], _Level]:
    """By the number of the list, and how deep."""
    shapes = {
        (shape.get(f"{_WORD}abstractNumId", ""), int(level.get(f"{_WORD}ilvl", "0"))): level
        for shape in numbering.iter(f"{_WORD}abstractNum")
        for level in shape.iter(f"{_WORD}lvl")
    }
    found: dict[tuple[str, int], _Level] = {}
    for one in numbering.iter(f"{_WORD}num"):
        list_ = _said(one, "abstractNumId") or ""
        anew = {over.get(f"{_WORD}ilvl"): _said(over, "startOverride") for over in one.iter(f"{_WORD}lvlOverride")}
        for depth in range(_LEVELS):
            shape = shapes.get((list_, depth))
            if shape is not None:
                start = anew.get(str(depth))
                first = int(start or _said(shape, "start") or 1)
                is_counted = _said(shape, "numFmt") not in _UNCOUNTED
                found[one.get(f"{_WORD}numId", ""), depth] = _Level(list_, first, is_counted, start is not None)
    return found


def _by_style(styles: Element) -> Mapping[str, tuple[str, int]]:
    """Of the styles that number their paragraphs, or are based on one that does."""
    all_ = {style.get(f"{_WORD}styleId", ""): style for style in styles.iter(f"{_WORD}style")}
    found: dict[str, tuple[str, int]] = {}
    for name in all_:
        for style in _based_on(name, all_):
            if (place := _own_place(style)) is not None:
                found[name] = place
                break
    return found


def _based_on(name: str, styles: Mapping[str, Element]) -> Iterator[Element]:
    for _ in range(_MOST_STYLES):
        style = styles.get(name)
        if style is None:
            return
        yield style
        name = _said(style, "basedOn") or ""


def _place(paragraph: Element, by_style: Mapping[str, tuple[str, int]]) -> tuple[str, int] | None:
    own = _own_place(paragraph)
    if own is not None:
        return own
    properties = paragraph.find(f"{_WORD}pPr")
    return by_style.get(_said(properties, "pStyle") or "") if properties is not None else None


def _own_place(element: Element) -> tuple[str, int] | None:
    found = element.find(f"{_WORD}pPr/{_WORD}numPr")
    number = _said(found, "numId") if found is not None else None
    return None if found is None or number is None else (number, int(_said(found, "ilvl") or 0))


def _said(element: Element, name: str) -> str | None:
    found = element.find(f"{_WORD}{name}")
    return None if found is None else found.get(_VALUE)


def _begin_with(paragraph: Element, text: str) -> None:
    run = etree.Element(f"{_WORD}r")
    etree.SubElement(run, f"{_WORD}t").text = text
    properties = paragraph.find(f"{_WORD}pPr")
    if properties is None:
        paragraph.insert(0, run)
    else:
        properties.addnext(run)
