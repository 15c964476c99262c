"""A box that stands out from the text. As a quotation where it holds no more than text; what is cut along its own
structure (a table keeps its header, code stays whole) stands in no quotation, under the same title.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from connectors.markdown.blocks import Block, Listing, Look, Paragraph, Quote, Run

_KINDS: Final[Mapping[str, str]] = {
    "info": "Info", "note": "Note", "warning": "Warning", "tip": "Tip", "success": "Success", "error": "Error",
}  # fmt: skip


def panel(kind: str, title: str, blocks: Sequence[Block]) -> Iterator[Block]:
    """Without a title of its own its kind opens its first sentence, so that whoever quotes that quotes both."""
    label = _KINDS.get(kind, "")
    first = blocks[0] if blocks else None
    if title:
        blocks = (titled(title), *blocks)
    elif label and isinstance(first, Paragraph):
        blocks = (Paragraph((Run(f"{label}:", Look.BOLD), Run(" "), *first.runs)), *blocks[1:])
    elif label and blocks:
        blocks = (titled(f"{label}:"), *blocks)
    if blocks and all(isinstance(block, Paragraph | Listing | Quote) for block in blocks):
        yield Quote(tuple(blocks))
    else:
        yield from blocks


def titled(title: str) -> Paragraph:
    return Paragraph((Run(title, Look.BOLD),))
