"""Markdown written down as Confluence stores pages. It must never be asked for more than the sample company's files have."""

import re
from collections.abc import Sequence
from typing import Any, Final

from markdown_it import MarkdownIt
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict

_FIRST_HEADING: Final = re.compile(r"\A\s*# (?P<title>[^\n]+)\n+")


def storage(markdown: str, *, title: str = "") -> str:
    """Without a first heading that only says the title again: Confluence shows titles by itself."""
    found = _FIRST_HEADING.match(markdown)
    body = markdown[found.end() :] if found and found["title"].strip() == title else markdown
    return str(_WRITER.render(body)).strip()


def _code(_: Any, tokens: Sequence[Token], at: int, __: OptionsDict, ___: EnvType) -> str:
    """As the macro that it is there. A CDATA section cannot hold its own end, and is cut in two around it."""
    text = tokens[at].content.rstrip("\n").replace("]]>", "]]]]><![CDATA[>")
    language = tokens[at].info.strip().split(" ")[0]
    named = f'<ac:parameter ac:name="language">{language}</ac:parameter>' if language.isalnum() else ""
    body = f"<ac:plain-text-body><![CDATA[{text}]]></ac:plain-text-body>"
    return f'<ac:structured-macro ac:name="code">{named}{body}</ac:structured-macro>\n'


def _always(written: str) -> Any:
    return lambda *_: written


def _writer() -> MarkdownIt:
    writer = MarkdownIt("commonmark", {"xhtmlOut": True, "html": False}).enable("table")
    writer.add_render_rule("fence", _code)
    writer.add_render_rule("code_block", _code)
    for rule, written in (
        ("table_open", "<table><tbody>"),  # one body, headings and all
        ("table_close", "</tbody></table>\n"),
        ("thead_open", ""),
        ("thead_close", ""),
        ("tbody_open", ""),
        ("tbody_close", ""),
    ):
        writer.add_render_rule(rule, _always(written))
    return writer


_WRITER: Final = _writer()
