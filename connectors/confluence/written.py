"""A plain text as Confluence stores it, with a mark by which we know our own again. Pure. There is no link, no mention and no
macro in it, whatever it says; the links below it are ours, and the mark is an anchor, which no reader sees.
"""

from html import escape
from typing import Final

from connectors.plain import NOTHING_BELOW, Below, Block, Heading, Items, Link, Paragraph, blocks, spoken

_MARK: Final = (
    '<p><ac:structured-macro ac:name="anchor" ac:schema-version="1"><ac:parameter ac:name="">{}</ac:parameter>'
    "</ac:structured-macro></p>"
)


def storage(text: str, *, byline: str = "", nonce: str, below: Below = NOTHING_BELOW) -> str:
    said = "".join(map(_block, blocks(text))) + _below(below)
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


def _below(below: Below) -> str:
    if not below.links:
        return ""
    items = "".join(f"<li><p>{_link(each)}</p></li>" for each in below.links)
    return f"<p><strong>{_said(below.heading)}</strong></p><ul>{items}</ul>"


def _link(link: Link) -> str:
    text = _said(spoken(link.text))
    return f'<a href="{_said(link.url)}">{text}</a>' if link.url else text


def _said(text: str) -> str:
    return escape(text, quote=True)
