"""A plain text as one of Jira's documents. Pure. There is no link, no mention and no card in it, whatever it says; the links below
it are ours.
"""

from collections.abc import Mapping
from typing import Any

from connectors.plain import NOTHING_BELOW, Below, Block, Heading, Items, Link, Paragraph, blocks, spoken

Node = Mapping[str, Any]


def document(text: str, *, byline: str = "", below: Below = NOTHING_BELOW) -> Node:
    content = [_block(each) for each in blocks(text)]
    if below.links:
        items = [{"type": "listItem", "content": [_link(each)]} for each in below.links]
        content += [_paragraph((below.heading,), [{"type": "strong"}]), {"type": "bulletList", "content": items}]
    if byline:
        content.append(_paragraph((byline,), [{"type": "em"}]))
    return {"type": "doc", "version": 1, "content": content}


def _block(block: Block) -> Node:
    match block:
        case Heading(level, text):
            return {"type": "heading", "attrs": {"level": level}, "content": [_text(text)]}
        case Items(texts):
            items = [{"type": "listItem", "content": [_paragraph((text,))]} for text in texts]
            return {"type": "bulletList", "content": items}
        case Paragraph(lines):
            return _paragraph(lines)


def _link(link: Link) -> Node:
    marks: list[Node] | None = [{"type": "link", "attrs": {"href": link.url}}] if link.url else None
    return _paragraph((spoken(link.text),), marks)


def _paragraph(lines: tuple[str, ...], marks: list[Node] | None = None) -> Node:
    content: list[Node] = []
    for line in lines:
        content += [{"type": "hardBreak"}] if content else []
        content.append(_text(line, marks))
    return {"type": "paragraph", "content": content}


def _text(text: str, marks: list[Node] | None = None) -> Node:
    return {"type": "text", "text": text} | ({"marks": marks} if marks else {})
