"""Who may read these few documents at this very moment? Asked of the site, step by step and each step all at once, and
nothing that is kept is believed. What is not there, or cannot be found out, is left out.
"""

from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Final, NamedTuple

from connectors.confluence import access, normalise
from connectors.confluence.normalise import Entry, Space, kind, number, space_id
from connectors.confluence.reader import Reader
from connectors.confluence.wire import Kind
from connectors.model import AccessUnknown
from policies.access import AccessList, Layer

_LISTED: Final = frozenset({"page", "blogpost", "attachment"})


class Page(NamedTuple):
    """What a document's access hangs on: itself, or what it hangs on."""

    id: str
    space: Space
    has_parent: bool


def access_now(reader: Reader, ids: Sequence[str]) -> dict[str, AccessList]:
    """Under a folder nobody can say who may read it: left out."""
    pages = current(reader, ids)
    unique = {page.id: page for page in pages.values()}
    chains = dict(zip(unique, reader.together(lambda page: _chain(reader, page), unique.values()), strict=True))
    spaces = {space_id(page.space.id): page.space for page in unique.values()}
    names = sorted({name for chain in chains.values() for name in chain or ()})
    layers = dict(zip(names, reader.together(lambda name: _layer(reader, spaces, name), names), strict=True))
    return {
        id_: AccessList(layers=tuple(found))
        for id_, page in pages.items()
        if (chain := chains[page.id]) is not None and (found := _all(layers, chain)) is not None
    }


def readable_now(reader: Reader, ids: Sequence[str], account_id: str) -> frozenset[str] | None:
    """As Confluence decides for this account, folders included. None: we may not ask."""
    pages = current(reader, ids)
    unique = sorted({page.id for page in pages.values()})
    answers = dict(
        zip(unique, reader.together(lambda page: reader.client.may_read(number(page), account_id), unique), strict=True)
    )
    if any(answer is None for answer in answers.values()):
        return None
    return frozenset(id_ for id_, page in pages.items() if answers[page.id])


def current(reader: Reader, ids: Sequence[str]) -> dict[str, Page]:
    """Those that are there, in an allowed space, and within the scope of the labels; with their pages."""
    unique = list(dict.fromkeys(ids))
    with ThreadPoolExecutor(1) as beside:
        asked = beside.submit(reader.spaces)
        entries = reader.together(lambda name: _entry(reader, name), unique)
        return _in_scope(reader, asked.result(), unique, entries)


def _in_scope(
    reader: Reader, spaces: Mapping[str, Space], ids: Sequence[str], entries: Sequence[Entry | None]
) -> dict[str, Page]:
    found = {id_: one for id_, one in zip(ids, entries, strict=True) if one is not None and one.current}
    containers = sorted({one.parent or "" for one in found.values() if one.kind in access.HANGING})
    read = dict(zip(containers, reader.together(lambda name: _entry(reader, name), containers), strict=True))
    pages: dict[str, Page] = {}
    for id_, one in found.items():
        page = read.get(one.parent or "") if one.kind in access.HANGING else one
        if page is not None and page.current and page.kind in access.DOCUMENTS_WITH_LAYERS:
            space = spaces.get(space_id(page.space or ""))
            if space is not None:
                pages[id_] = Page(page.id, space, page.listed_as is Kind.PAGE and page.parent != space_id(space.id))
    shown = reader.in_scope((id_, page.id) for id_, page in pages.items())
    return {id_: page for id_, page in pages.items() if id_ in shown}


def _entry(reader: Reader, name: str) -> Entry | None:
    """An answer to a comment hangs on what that one hangs on."""
    found = _one(reader, name)
    above = found
    for _ in range(access.MOST_ANCESTORS):
        if above is None or kind(above.parent or "") != normalise.COMMENT:
            break
        above = _one(reader, above.parent or "")
    return None if found is None or above is None else found._replace(parent=above.parent)


def _one(reader: Reader, name: str) -> Entry | None:
    own = kind(name)
    listed_as = Kind.FOOTER if own == normalise.COMMENT else Kind(own) if own in _LISTED else None
    return None if listed_as is None else reader.found(listed_as, name, body=False)


def _chain(reader: Reader, page: Page) -> tuple[str, ...] | None:
    """From the space down to the page; None, if a folder lies between, or it cannot be found out."""
    above: tuple[str, ...] = ()
    if page.has_parent:
        ancestors = reader.client.ancestors(number(page.id))
        if not ancestors or any(one.type.lower() != Kind.PAGE for one in ancestors):
            return None
        above = tuple(f"page:{one.id}" for one in ancestors)
    return (space_id(page.space.id), *above, page.id)


def _layer(reader: Reader, spaces: Mapping[str, Space], name: str) -> Layer | None:
    try:
        return reader.space_layer(spaces[name]) if kind(name) == access.SPACE else reader.own_layer(name)
    except AccessUnknown:
        return None


def _all(layers: Mapping[str, Layer | None], chain: Iterable[str]) -> list[Layer] | None:
    found = [layers[name] for name in chain]
    return None if any(layer is None for layer in found) else [layer for layer in found if layer is not None]
