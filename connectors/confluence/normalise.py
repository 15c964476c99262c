"""What Confluence says of one thing, as a place in the tree and as a document. Pure. Ids are numbers, never titles."""

import hashlib
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Final, NamedTuple
from urllib.parse import quote

from connectors.confluence import wire
from connectors.confluence.storage import Converted, Links, Loss, markdown
from connectors.confluence.wire import Kind, Thing
from connectors.files import kinds
from connectors.files import nouns as files
from connectors.model import Node, OwnedLayer, Problem, SourceDocument
from policies.channels import label

CURRENT: Final = "current"
COMMENT: Final = "comment"
LONGEST_SHOWN: Final = 300
_MENTIONED: Final = re.compile(r'\bri:account-id="([^"<>&]{1,255})"')
_NOBODY: Final[Mapping[str, str]] = MappingProxyType({})


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


# -- documents ---------------------------------------------------------------------------------------------------------


class Read(NamedTuple):
    document: SourceDocument
    problems: tuple[Problem, ...]


def mentioned(things: Iterable[Thing]) -> frozenset[str]:
    """The accounts that these name without saying what they are called."""
    bodies = (one.storage or "" for one in things if not isinstance(one, wire.Attachment))
    return frozenset(account for body in bodies for account in _MENTIONED.findall(body))


def content(
    site: str, space: Space, found: Entry, access: tuple[OwnedLayer, ...], people: Mapping[str, str] = _NOBODY
) -> Read:
    assert isinstance(found.thing, wire.Content)
    converted = markdown(found.thing.storage or "", links=Links(site, space.key, found.number), people=people)
    return _read(found, space, access, found.thing.title, content_url(site, space, found.thing), converted)


def comment(
    site: str, space: Space, found: Entry, access: tuple[OwnedLayer, ...], people: Mapping[str, str] = _NOBODY
) -> Read:
    assert isinstance(found.thing, wire.Comment)
    links = Links(site, space.key, number(found.parent or ""))
    converted = markdown(found.thing.storage or "", links=links, people=people)
    url = f"{page_url(site, space, number(found.parent or ''))}?focusedCommentId={found.thing.id}"
    return _read(found, space, access, found.thing.title or "Comment", url, converted)


def attachment(
    site: str, space: Space, found: Entry, access: tuple[OwnedLayer, ...], file: files.Outcome | None
) -> Read:
    """Without what it says, for it is not read or cannot be: found by its name."""
    thing = found.thing
    assert isinstance(thing, wire.Attachment)
    page = number(found.parent or "")
    preview = quote(f"/{page}/{thing.id.removeprefix('att')}/{thing.title}", safe="")
    url = f"{page_url(site, space, page)}?preview={preview}"
    return _read(found, space, access, thing.title, url, _said(thing.title, file))


def _said(name: str, file: files.Outcome | None) -> Converted:
    match file:
        case files.Converted(text=text, losses=lost):
            return Converted(text, tuple(Loss(what, 1) for what in lost))
        case files.Unreadable(reason=reason):
            return Converted(name, (Loss(f"what the file holds, for {reason}", 1),))
        case None:
            return Converted(name, (Loss("what the file holds", 1),))


def in_order(labels: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted({label(one) for one in labels if one.isprintable()}))


def size(found: Entry) -> int:
    """Of a file, as far as it is told; of anything else nothing."""
    return (found.thing.file_size or 0) if isinstance(found.thing, wire.Attachment) else 0


def is_read(thing: wire.Attachment) -> bool:
    """Whether there are words in it that we can read; by what it says that it is."""
    return kinds.named(thing.title, thing.media_type) is not None


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
    told = ", ".join(loss.told for loss in found)
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


def _cut(text: str) -> str:
    shown = "".join(filter(str.isprintable, " ".join(text.split())))
    return shown if len(shown) <= LONGEST_SHOWN else shown[: LONGEST_SHOWN - 1].rstrip() + "…"
