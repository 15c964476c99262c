"""A string as a tree. No DTD, no entity but the characters that HTML names, nothing from outside, a bounded depth.

What is well-formed is read as it is. What is not is mended first, and said to be.
"""

import html
import re
from html.entities import html5
from typing import Final

from lxml import etree

from connectors.confluence.storage.mending import PREFIXES, mended
from connectors.confluence.storage.nouns import Element
from connectors.markdown.losses import Losses

MOST_CHARACTERS: Final = 5_000_000
MOST_DEEP: Final = 100  # elements in elements; no editor makes half of that, and each is a call within a call here
_NO_TEXT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_REFERENCE = re.compile(r"&(?:#([0-9]{1,9}|[xX][0-9a-fA-F]{1,8});|([A-Za-z][A-Za-z0-9]{1,31});)?")
_CDATA_OR_REFERENCE = re.compile(rf"<!\[CDATA\[.*?\]\]>|{_REFERENCE.pattern}", re.DOTALL)
_XML_NAMES: Final = frozenset({"lt", "gt", "amp", "quot", "apos"})
_MARKUP: Final = frozenset("<>&\"'")
_END_OF_CDATA: Final = "]]>"
_OPEN = "<page " + " ".join(f'xmlns:{prefix}="urn:confluence:{prefix}"' for prefix in sorted(PREFIXES)) + ">"
_CLOSE = "</page>"
_TOO_DEEP = etree.XPath("boolean(" + "/*" * (MOST_DEEP + 2) + ")")


def parsed(storage: str, losses: Losses) -> Element:
    """Everything that the page holds, in one element."""
    if len(storage) > MOST_CHARACTERS:
        losses.add(f"text beyond {MOST_CHARACTERS:,} characters")
        storage = storage[:MOST_CHARACTERS]
    storage, strange = _NO_TEXT.subn("\ufffd", storage)
    if strange:
        losses.add("characters that are none")
    page = _well_formed(_outside_cdata(storage))
    if page is not None and not _TOO_DEEP(page):
        return page
    mended_, was_deep = mended(storage, most_deep=MOST_DEEP, resolved=resolved)
    losses.add(f"structure deeper than {MOST_DEEP} elements" if was_deep else "malformed markup, mended")
    page = _well_formed(mended_)
    if page is None:  # no input is known that comes here; its words are kept all the same
        page = etree.Element("page")
        page.text = re.sub(r"<[^<>]*>", " ", mended_)
    return page


def resolved(text: str) -> str:
    """With the characters that HTML names in place of their names, so that no parser needs a table of entities."""
    return _REFERENCE.sub(_character, text) if "&" in text else text


def _outside_cdata(storage: str) -> str:
    """In CDATA an ampersand is an ampersand. Looking for an end that is not there would cost at each beginning."""
    if "&" not in storage:
        return storage
    end = storage.rfind(_END_OF_CDATA) + len(_END_OF_CDATA) if _END_OF_CDATA in storage else 0
    return _CDATA_OR_REFERENCE.sub(_character, storage[:end]) + resolved(storage[end:])


def _character(found: re.Match[str]) -> str:
    number, name = found.group(1), found.group(2)
    if number:
        return _number(number)
    if name is None:
        return "&amp;" if found.group() == "&" else found.group()
    if name in _XML_NAMES:
        return found.group()
    character = html5.get(f"{name};")
    if character is None:
        return f"&amp;{name};"
    return "".join(html.escape(one) if one in _MARKUP else one for one in character)


def _number(number: str) -> str:
    """As browsers read it: some numbers are those of another table, some are no character at all."""
    character = html.unescape(f"&#{number};")
    if character in _MARKUP:
        return html.escape(character)
    return "".join("\ufffd" if _NO_TEXT.match(one) else one for one in character)


def _well_formed(storage: str) -> Element | None:
    parser = etree.XMLParser(
        resolve_entities=False,
        load_dtd=False,
        no_network=True,
        remove_comments=True,
        remove_pis=True,
        huge_tree=True,  # lifts bounds of size and depth, which are ours to keep; entities there are none
    )
    try:
        page = etree.fromstring(f"{_OPEN}{storage}{_CLOSE}".encode(), parser)
    except (etree.XMLSyntaxError, UnicodeEncodeError):
        return None
    return page
