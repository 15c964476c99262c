"""A plain text as Confluence stores it, with a mark by which we know our own again. Pure. There is no link, no mention and no
macro in it, whatever it says; the mark is an anchor, which no reader sees.
"""

from html import escape
from typing import Final

from connectors.plain import Block, Heading, Items, Paragraph, blocks

_MARK: Final = (
    '<p><ac:structured-macro ac:name="anchor" ac:schema-version="1"><ac:parameter ac:name="">{}</ac:parameter>'
    "</ac:structured-macro></p>"
)


def storage(text: str, *, byline: str = "", nonce: str) -> str:
    said = "".join(map(_block, blocks(text)))
    told = f"<p><em>{_said(byline)}</em></p>" if byline else ""
    return said + told + _MARK.format(anchor(nonce))


def anchor(nonce: str) -> str:
    return f"footnote-{nonce}"


def carries(body: str | None, nonce: str) -> bool:
    return body is not None and f">{anchor(nonce)}<" in body


def _block(block: Block) -> str:
    match block:
        case Heading(level, text):
            return f"<h{level}>{_said(text)}</h{level}>"
        case Items(texts):
            return f"<ul>{''.join(f'<li><p>{_said(text)}</p></li>' for text in texts)}</ul>"
        case Paragraph(lines):
            return f"<p>{'<br />'.join(map(_said, lines))}</p>"


def _said(text: str) -> str:
    return escape(text, quote=True)
