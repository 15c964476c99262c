"""One file's bytes as a document. Pure: a Page whose every part was understood, or Malformed with the line and the
reason. The sync and the live check both read this way, so neither can be wider than the other.
"""

import hashlib
import json
import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from connectors.folder import access, front_matter
from connectors.folder.front_matter import FrontMatter, Note
from connectors.folder.plain_yaml import Malformed
from connectors.model import SourceDocument

LONGEST_SHOWN: Final = 300  # characters of a title or a place
_BOM: Final = "\ufeff"
_CODE_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")
_HEADING = re.compile(r" {0,3}#(?:[ \t]+(.*?))??(?:[ \t]+#+)?[ \t]*")
_UNDERLINE = re.compile(r" {0,3}=+[ \t]*")


@dataclass(frozen=True, slots=True)
class Page:
    document: SourceDocument
    notes: tuple[Note, ...]


def read(source: str, document_id: str, data: bytes, *, without_access: access.WithoutAccess = "nobody") -> Page:
    """Raises Malformed."""
    fields, body = front_matter.split(text_of(data))
    layers = access.layers(source, fields.access, without_access=without_access)
    title = _cut(_shown(fields.title or "") or _heading(body) or _readable(document_id))
    place = _cut(posixpath.dirname(document_id) or source)
    return Page(
        document=SourceDocument(
            id=document_id,
            title=title,
            url=fields.url,
            updated=fields.updated,
            place=place,
            version=_version(title, fields, place, body),
            text=body,
            access=layers,
            labels=fields.labels,
        ),
        notes=fields.notes,
    )


def text_of(data: bytes) -> str:
    """Line ends become line feeds and a byte order mark goes; anything else that is not plain text is refused."""
    if (nul := data.find(0)) >= 0:
        raise Malformed(_line_of(data, nul), f"a NUL byte at byte {nul}: not a text")
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Malformed(_line_of(data, error.start), f"not UTF-8 at byte {error.start}") from error
    return text.removeprefix(_BOM).replace("\r\n", "\n").replace("\r", "\n")


def _line_of(data: bytes, offset: int) -> int:
    return len(re.findall(rb"\r\n|\r|\n", data[:offset])) + 1


def _heading(body: str) -> str:
    """The first heading of the first level that is not inside a code block."""
    before = ""
    for line in _lines_outside_code(body):
        if (heading := _HEADING.fullmatch(line)) and (title := _shown(heading.group(1) or "")):
            return title
        if _UNDERLINE.fullmatch(line) and (title := _shown(before)):
            return title
        before = line
    return ""


def _lines_outside_code(body: str) -> Iterator[str]:
    fence = ""
    for line in body.split("\n"):
        mark = _CODE_FENCE.match(line)
        if fence:
            fence = "" if mark and mark.group(1).startswith(fence) else fence
        elif mark:
            fence = mark.group(1)
        else:
            yield line


def _readable(document_id: str) -> str:
    stem = posixpath.splitext(posixpath.basename(document_id))[0]
    words = _shown(re.sub(r"[-_]+", " ", stem)) or stem
    return words[:1].upper() + words[1:]


def _shown(text: str) -> str:
    """One line, without characters that cannot be seen but can turn a line round."""
    return "".join(filter(str.isprintable, " ".join(text.split())))


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST_SHOWN else text[: LONGEST_SHOWN - 1].rstrip() + "…"


def _version(title: str, fields: FrontMatter, place: str, body: str) -> str:
    """Everything a reader could see, and not who may read it: a change of access is no new version."""
    updated: datetime | None = fields.updated
    seen = [title, fields.url, updated.isoformat() if updated else None, place, body]
    return hashlib.sha256(json.dumps(seen).encode()).hexdigest()[:32]
