"""What does a file say? Exported or downloaded, within bounds, and turned into Markdown. What cannot be is found by its name."""

import hashlib
import re
from typing import Final, NamedTuple

from connectors.drive.client import Unexportable
from connectors.drive.normalise import EXPORTED, Entry, is_withheld
from connectors.drive.reader import Reader
from connectors.files import Limits, Unreadable, convert
from connectors.http import TooLarge

_PICTURE = re.compile(rb"^\[[^\]\n]+\]: *<data:image/[^>\n]*>[ \t]*$", re.MULTILINE)  # Docs writes them out at its end
NAMELESS: Final = ""


class Text(NamedTuple):
    text: str
    problems: tuple[str, ...] = ()


class Outpaced(NamedTuple):
    """What came is another version than was listed: what is kept stays, and the log tells of the newer one."""


def text(reader: Reader, one: Entry) -> Text | Outpaced:
    if is_withheld(one.file):
        return Text(one.file.name)
    most = reader.settings.most_file_bytes
    if one.file.size is not None and one.file.size > most and one.type not in EXPORTED:
        return _by_name(one, f"it has {one.file.size:,} bytes, more than {most:,}")
    return _taken(one, _fetched(reader, one, one.type or ""), most)


def _taken(one: Entry, found: bytes | TooLarge | Unexportable | None, most: int) -> Text | Outpaced:
    match found:
        case TooLarge():
            return _by_name(one, f"it has more than {most:,} bytes")
        case Unexportable():
            return _by_name(one, "it is too large to be exported")
        case None:
            return _by_name(one, "Drive does not hand it out")
        case _:
            is_as_listed = one.file.md5_checksum in {None, hashlib.md5(found, usedforsecurity=False).hexdigest()}
            return _converted(one, one.type or "", found) if is_as_listed else Outpaced()


def _fetched(reader: Reader, one: Entry, own_type: str) -> bytes | TooLarge | Unexportable | None:
    client, who = reader.client, one.log.who
    if own_type not in EXPORTED:
        return client.downloaded(who, one.number)
    media_type = EXPORTED[own_type]
    found = client.exported(who, one.number, media_type)
    elsewhere = one.file.export_links.get(media_type)
    return client.linked(who, elsewhere) if isinstance(found, Unexportable) and elsewhere is not None else found


def _converted(one: Entry, own_type: str, data: bytes) -> Text:
    """What is exported is what it was exported as, whatever its name ends in."""
    media_type = EXPORTED.get(own_type, one.file.mime_type)
    name = NAMELESS if own_type in EXPORTED else one.file.name
    data = _PICTURE.sub(b"", data) if own_type == "docs" else data
    found = convert(name=name, media_type=media_type, data=data, limits=Limits())
    if isinstance(found, Unreadable):
        return _by_name(one, found.reason)
    losses = (f"not kept: {', '.join(found.losses)}",) if found.losses else ()
    return Text(found.text.strip() or one.file.name, losses)


def _by_name(one: Entry, why: str) -> Text:
    return Text(one.file.name, (f"{why}: it is found by its name alone",))
