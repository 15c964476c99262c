"""What a document says about itself between its first two `---` lines. Pure: a text becomes fields and a body, or it is
Malformed. Unknown keys are let be, handbooks have many; a key that only nearly says `access` is not.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from difflib import SequenceMatcher
from typing import Final, TypeVar
from urllib.parse import urlsplit

from connectors.folder import plain_yaml
from connectors.folder.plain_yaml import Items, Malformed, Node, Scalar, Table
from policies.channels import label

MAX_BYTES: Final = 64 * 1024
LONGEST_URL: Final = 2_000  # characters: what every browser takes
_FENCE = re.compile(r"^---[ \t]*$", re.MULTILINE)
_OTHER_WORDS_FOR_ACCESS: Final = frozenset({"acl", "acls", "accesslist", "accesscontrol"})
_CLOSE: Final = 0.8  # `acess`, `accses` and `Access` are closer than this, `success` and `assess` are not
Field = TypeVar("Field")
_NO_LABEL = re.compile(r"[\s#/\x00-\x1f\x7f]")
_UNSAFE_IN_URL = re.compile(r"[\s<>\"\\\x00-\x1f\x7f]")


@dataclass(frozen=True, slots=True)
class Note:
    """A field that is not used; the document still is."""

    line: int
    reason: str


@dataclass(frozen=True, slots=True)
class FrontMatter:
    title: str | None = None
    url: str | None = None
    updated: datetime | None = None
    access: Node | None = None
    labels: tuple[str, ...] = ()
    notes: tuple[Note, ...] = ()


def split(text: str) -> tuple[FrontMatter, str]:
    """The fields and the body. `text` comes with line feeds only and without a byte order mark."""
    start = _FENCE.match(text)
    if start is None:
        return FrontMatter(), text
    end = _FENCE.search(text, start.end() + 1)
    if end is None:
        raise Malformed(1, "the front matter has no end: a line `---` is missing")
    block = text[start.end() + 1 : end.start()]
    if len(block.encode()) > MAX_BYTES:
        raise Malformed(1, f"the front matter is longer than {MAX_BYTES // 1024} KB")
    return _fields(block), text[end.end() + 1 :]


def _fields(block: str) -> FrontMatter:
    node = plain_yaml.parse(block, first_line=2)
    if node is None:
        return FrontMatter()
    if not isinstance(node, Table):
        raise Malformed(node.line, "the front matter must be lines of `key: value`")
    _refuse_near_access(node)
    notes: list[Note] = []
    return FrontMatter(
        title=_noting("title", _title, node, notes),
        url=_noting("url", _url, node, notes),
        updated=_noting("updated", _updated, node, notes),
        access=node.get("access"),
        labels=_noting("labels", _labels, node, notes) or (),
        notes=tuple(notes),
    )


def _refuse_near_access(table: Table) -> None:
    """A misspelt `access` would be ignored without a word, and its author believe that it holds."""
    for key, _ in table.entries:
        if key.text != "access" and _is_near_access(key.text):
            raise Malformed(key.line, f"unknown key {key.text!r}: did you mean `access`?")


def _is_near_access(key: str) -> bool:
    letters = "".join(filter(str.isalnum, key.casefold()))
    return letters in _OTHER_WORDS_FOR_ACCESS or SequenceMatcher(None, letters, "access").ratio() >= _CLOSE


def _noting(key: str, read: Callable[[Node], Field], table: Table, notes: list[Note]) -> Field | None:
    """These fields decide nothing about who may read, so a bad one costs only itself."""
    node = table.get(key)
    if node is None or (isinstance(node, Scalar) and node.is_null):
        return None
    try:
        return read(node)
    except (ValueError, OverflowError) as error:
        notes.append(Note(node.line, f"`{key}` is not used: {error}"))
        return None


def _one(node: Node) -> Scalar:
    if isinstance(node, Scalar):
        return node
    raise ValueError("a list or mapping stands where one value is needed")


def _title(node: Node) -> str:
    return _one(node).text


def _labels(node: Node) -> tuple[str, ...]:
    """All of them or none: a document that is in a scope by half of what it says is in none that anybody meant."""
    found = [_one(one).text for one in (node.items if isinstance(node, Items) else (node,))]
    if any(_NO_LABEL.search(one) or not one for one in found):
        raise ValueError("a label is one word, without `#` or `/`")
    return tuple(sorted({label(one) for one in found}))


def _url(node: Node) -> str:
    """Only what a reader can safely be sent to; the link is shown under the document's title."""
    text = _one(node).text
    parts = urlsplit(text)
    if _UNSAFE_IN_URL.search(text) or parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ValueError("only a whole http or https address is used")
    if parts.username is not None:
        raise ValueError("an address with a user name in it is not used")
    if len(text) > LONGEST_URL:
        raise ValueError(f"an address longer than {LONGEST_URL} characters is not used")
    return text


def _updated(node: Node) -> datetime:
    moment = datetime.fromisoformat(_one(node).text)
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
