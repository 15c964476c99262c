"""What Confluence says of one thing, as a place in the tree and as a document. Pure. Ids are numbers, never titles."""

import hashlib
import json
from collections.abc import Sequence
from datetime import datetime
from html.parser import HTMLParser
from typing import Final, NamedTuple
from urllib.parse import quote

from connectors.confluence import wire
from connectors.confluence.storage import Converted, Links, Loss, markdown
from connectors.confluence.wire import Kind, Thing
from connectors.model import Node, OwnedLayer, Problem, SourceDocument

CURRENT: Final = "current"
COMMENT: Final = "comment"
LONGEST_SHOWN: Final = 300
_CODE: Final = {"json": "json", "yaml": "yaml", "yml": "yaml"}
_TEXT: Final = frozenset({"md", "markdown", "txt", "text", "csv", "html", "htm", *_CODE})
_UNSEEN: Final = frozenset({"script", "style", "noscript", "template"})
_INLINE: Final = frozenset(
    {"a", "abbr", "b", "code", "em", "i", "kbd", "mark", "s", "small", "span", "strong", "sub", "sup", "u"}
)
_MARKUP: Final = frozenset({"html", "htm"})


class Entry(NamedTuple):
    """One thing as a listing has it, under our ids. `space` is the site's number of it, where the listing tells."""

    id: str
    kind: str
    parent: str | None
    parent_is_page: bool
    space: str | None
    label: str
    changed: datetime | None
    current: bool
    listed_as: Kind
    thing: Thing

    @property
    def node(self) -> Node:
        return Node(id=self.id, kind=self.kind, parent=self.parent, label=self.label)

    @property
    def number(self) -> str:
        return self.thing.id


class Space(NamedTuple):
    id: str  # the site's number
    key: str
    name: str

    @property
    def node(self) -> Node:
        return Node(id=space_id(self.id), kind="space")


def space_id(number: str) -> str:
    return f"space:{number}"


def number(our_id: str) -> str:
    return our_id.partition(":")[2]


def kind(our_id: str) -> str:
    return our_id.partition(":")[0]


def entry(listed_as: Kind, thing: Thing) -> Entry:
    own_kind = COMMENT if listed_as in {Kind.FOOTER, Kind.INLINE} else listed_as.value
    parent = _parent(listed_as, thing)
    return Entry(
        id=f"{own_kind}:{thing.id}",
        kind=own_kind,
        parent=parent,
        parent_is_page=parent is not None and kind(parent) in {"page", "blogpost", "space", COMMENT},
        space=thing.space_id if isinstance(thing, wire.Content) else None,
        label=str(thing.version.number),
        changed=thing.version.created_at,
        current=thing.status == CURRENT,
        listed_as=listed_as,
        thing=thing,
    )


def _parent(listed_as: Kind, thing: Thing) -> str | None:
    match thing:
        case wire.Content(parent_id=str(above)) if listed_as is Kind.PAGE:
            return f"{(thing.parent_type or 'page').lower()}:{above}"
        case wire.Content():
            return space_id(thing.space_id)
        case wire.Attachment(page_id=str(page)) | wire.Comment(page_id=str(page)):
            return f"page:{page}"
        case wire.Attachment(blog_post_id=str(post)) | wire.Comment(blog_post_id=str(post)):
            return f"blogpost:{post}"
        case wire.Comment(parent_comment_id=str(first)):
            return f"{COMMENT}:{first}"
        case _:
            return None


class _Words(HTMLParser):
    """What a reader of the page would see, a line for each block."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self._unseen = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002
        self._unseen += tag in _UNSEEN
        self.found.append("" if tag in _INLINE else "\n")

    def handle_endtag(self, tag: str) -> None:
        self._unseen = max(0, self._unseen - (tag in _UNSEEN))
        self.found.append("" if tag in _INLINE else "\n")

    def handle_data(self, data: str) -> None:
        if not self._unseen:
            self.found.append(" ".join(data.split("\n")))


# -- documents ---------------------------------------------------------------------------------------------------------


class Read(NamedTuple):
    document: SourceDocument
    problems: tuple[Problem, ...]


def content(site: str, space: Space, found: Entry, access: tuple[OwnedLayer, ...]) -> Read:
    assert isinstance(found.thing, wire.Content)
    converted = markdown(found.thing.storage or "", links=Links(site, space.key, found.number))
    return _read(found, space, access, found.thing.title, content_url(site, space, found.thing), converted)


def comment(site: str, space: Space, found: Entry, access: tuple[OwnedLayer, ...]) -> Read:
    assert isinstance(found.thing, wire.Comment)
    converted = markdown(found.thing.storage or "", links=Links(site, space.key, number(found.parent or "")))
    url = f"{page_url(site, space, number(found.parent or ''))}?focusedCommentId={found.thing.id}"
    return _read(found, space, access, found.thing.title or "Comment", url, converted)


def attachment(site: str, space: Space, found: Entry, access: tuple[OwnedLayer, ...], data: bytes | None) -> Read:
    """Without its data, or if that is no text: found by its name."""
    thing = found.thing
    assert isinstance(thing, wire.Attachment)
    converted = Converted(thing.title, (Loss("what the file holds", 1),)) if data is None else _file(thing.title, data)
    page = number(found.parent or "")
    preview = quote(f"/{page}/{thing.id.removeprefix('att')}/{thing.title}", safe="")
    url = f"{page_url(site, space, page)}?preview={preview}"
    return _read(found, space, access, thing.title, url, converted)


def size(found: Entry) -> int:
    """Of a file, as far as it is told; of anything else nothing."""
    return (found.thing.file_size or 0) if isinstance(found.thing, wire.Attachment) else 0


def is_text(thing: wire.Attachment) -> bool:
    return _ending(thing.title) in _TEXT


def page_url(site: str, space: Space, page: str) -> str:
    return f"{site}/spaces/{quote(space.key, safe='~')}/pages/{page}"


def content_url(site: str, space: Space, thing: wire.Content) -> str:
    """A blog post has its date in its address, which only the site knows."""
    told = thing.links.webui or ""
    if "/blog/" in told and told.startswith("/spaces/") and told.isprintable():
        return f"{site}{told}"
    return page_url(site, space, thing.id)


def losses(where: str, found: Sequence[Loss]) -> tuple[Problem, ...]:
    """One line a document."""
    if not found:
        return ()
    told = ", ".join(loss.what if loss.times == 1 else f"{loss.what} ({loss.times} times)" for loss in found)
    return (Problem(where=where, reason=f"not kept: {told}"),)


def _read(
    found: Entry, space: Space, access: tuple[OwnedLayer, ...], title: str, url: str, converted: Converted
) -> Read:
    title, place = _cut(title), _cut(space.name)
    seen = [title, url, place, found.kind, converted.text]
    document = SourceDocument(
        id=found.id,
        title=title,
        url=url,
        updated=found.changed,
        place=place,
        kind=found.kind,
        version=hashlib.sha256(json.dumps(seen).encode()).hexdigest()[:32],
        label=found.label,
        text=converted.text,
        access=access,
    )
    return Read(document, losses(found.id, converted.losses))


def _file(name: str, data: bytes) -> Converted:
    try:
        text = data.decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")
    except UnicodeDecodeError:
        return Converted(name, (Loss("what the file holds, for it is not UTF-8", 1),))
    if "\0" in text:
        return Converted(name, (Loss("what the file holds, for it is no text", 1),))
    ending = _ending(name)
    if ending in _MARKUP:
        return Converted(_words(text), (Loss("the form of a web page", 1),))
    if ending in _CODE:
        fence = "`" * max(3, _longest_ticks(text) + 1)
        return Converted(f"{fence}{_CODE[ending]}\n{text.rstrip()}\n{fence}", ())
    return Converted(text, ())


def _words(markup: str) -> str:
    parser = _Words()
    parser.feed(markup)
    parser.close()
    lines = (" ".join(line.split()) for line in "".join(parser.found).splitlines())
    return "\n".join(line for line in lines if line)


def _longest_ticks(text: str) -> int:
    longest = here = 0
    for sign in text:
        here = here + 1 if sign == "`" else 0
        longest = max(longest, here)
    return longest


def _ending(name: str) -> str:
    return name.rpartition(".")[2].lower()


def _cut(text: str) -> str:
    shown = "".join(filter(str.isprintable, " ".join(text.split())))
    return shown if len(shown) <= LONGEST_SHOWN else shown[: LONGEST_SHOWN - 1].rstrip() + "…"
