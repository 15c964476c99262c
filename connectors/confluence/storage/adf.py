"""What the new editor keeps in its own format inside the old one (`ac:adf-extension`): panels, decisions, extensions.

Beside its nodes stands a rendering for whoever cannot read them. One of the two becomes text, never both.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Final

from connectors.confluence.storage.elements import attribute, child, children, name_of, plain_text
from connectors.confluence.storage.nouns import Element, Handler, Item, Reader
from connectors.confluence.storage.panels import panel
from connectors.markdown.blocks import Block, Entry, Listing, Look, Paragraph, Run

_DECIDED: Final = "decided"
_DECISION: Final = Run("Decision:", Look.BOLD)
_PROPOSED: Final = Run("Open decision:", Look.BOLD)


def _extension(element: Element, reader: Reader, look: Look) -> Iterable[Item]:
    astray = reader.rest(element, look, "ac:adf-node", "ac:adf-fallback")
    return (*astray, *_said(element, reader, look))


def _said(element: Element, reader: Reader, look: Look) -> Iterable[Block]:
    said = [block for node in children(element, "ac:adf-node") for block in _node(node, reader, look)]
    if said:
        return said
    fallback = child(element, "ac:adf-fallback")
    if fallback is not None and (blocks := reader.blocks(fallback, look)):
        return blocks
    kinds = {_kind(node) for node in children(element, "ac:adf-node")}
    if kinds - {"decision-list"}:  # an empty one says nothing
        reader.losses.add("extension", called=_key(element))
    return ()


def _node(node: Element, reader: Reader, look: Look) -> Iterable[Block]:
    content = child(node, "ac:adf-content")
    match _kind(node):
        case "decision-list":
            return _decisions(node, reader, look)
        case "decision-item":
            return _listing([_decision(node, reader, look)])
        case "panel" if content is not None:
            return panel(_attributes(node).get("panel-type", ""), "", reader.blocks(content, look))
        case _:
            return reader.blocks(node if content is None else content, look)


def _decisions(node: Element, reader: Reader, look: Look) -> Iterable[Block]:
    items = (inner for inner in node if _kind(inner) == "decision-item")
    return _listing([_decision(item, reader, look) for item in items])


def _decision(item: Element, reader: Reader, look: Look) -> Entry:
    content = child(item, "ac:adf-content")
    blocks = reader.blocks(item if content is None else content, look)
    first = blocks[0] if blocks else None
    if isinstance(first, Paragraph):
        is_decided = _attributes(item).get("state", _DECIDED).lower() == _DECIDED
        opening = _DECISION if is_decided else _PROPOSED
        blocks = (replace(first, runs=(opening, Run(" "), *first.runs)), *blocks[1:])
    return Entry(blocks)


def _listing(entries: list[Entry]) -> tuple[Block, ...]:
    full = tuple(entry for entry in entries if entry.blocks)
    return (Listing(full),) if full else ()


def _kind(node: Element) -> str:
    return attribute(node, "type").lower() if name_of(node) == "ac:adf-node" else ""


def _attributes(node: Element) -> Mapping[str, str]:
    return {attribute(one, "key"): plain_text(one) for one in children(node, "ac:adf-attribute")}


def _key(element: Element) -> str:
    node = child(element, "ac:adf-node")
    return _attributes(node).get("extension-key", "").rpartition("/")[2] if node is not None else ""


HANDLERS: Final[Mapping[str, Handler]] = {"ac:adf-extension": _extension}
