"""Atlassian's document format, as far as it is taken here: which nodes there may be, and what they say."""

from collections.abc import Iterator
from typing import Any, Final

KNOWN: Final[dict[str, tuple[str, ...]]] = {  # and what may stand in each; none: text
    "doc": ("paragraph", "heading", "bulletList", "orderedList", "codeBlock", "blockquote", "rule", "panel", "table"),
    "paragraph": ("text", "hardBreak", "mention", "emoji", "inlineCard", "date", "status"),
    "heading": ("text", "hardBreak", "mention", "emoji", "inlineCard"),
    "bulletList": ("listItem",),
    "orderedList": ("listItem",),
    "listItem": ("paragraph", "bulletList", "orderedList", "codeBlock"),
    "blockquote": ("paragraph", "bulletList", "orderedList"),
    "codeBlock": ("text",),
}
BLOCKS: Final = frozenset({"paragraph", "heading", "listItem", "codeBlock", "blockquote"})


def is_document(found: Any) -> bool:
    return isinstance(found, dict) and found.get("type") == "doc" and found.get("version") == 1 and _fits(found)


def _fits(node: dict[str, Any]) -> bool:
    kind = node.get("type")
    if kind == "text":
        return isinstance(node.get("text"), str) and bool(node["text"])  # an empty one is refused
    inside = KNOWN.get(str(kind))
    content = node.get("content", [])
    if inside is None:
        return not content
    return isinstance(content, list) and all(
        isinstance(each, dict) and each.get("type") in inside and _fits(each) for each in content
    )


def text(node: dict[str, Any] | None) -> str:
    """What it says, a line for each block."""
    return "".join(_said(node)).strip("\n") if node else ""


def kinds(node: dict[str, Any]) -> set[str]:
    """Of all its nodes, and their marks."""
    found = {str(node.get("type")), *(f"mark:{each.get('type')}" for each in node.get("marks", ()))}
    return found.union(*(kinds(each) for each in node.get("content", ())))


def _said(node: dict[str, Any]) -> Iterator[str]:
    match node.get("type"):
        case "text":
            yield str(node["text"])
        case "hardBreak":
            yield "\n"
        case kind:
            for each in node.get("content", ()):
                yield from _said(each)
            if kind in BLOCKS:
                yield "\n"
