"""How do the parts of a claim look in Slack? As structure: Slack parses nothing of it, so nothing in it can be markup.

The only links are addresses of cited documents, which the caller gives. Everything else that looks like an address is
shown as code.
"""

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any

from bot.slack.render.characters import with_addresses
from bot.slack.render.mrkdwn import apart
from bot.slack.render.parts import Code, Item, Paragraph, Part, Quote, Run, Runs, Table, words

Json = dict[str, Any]

TABLE_ROWS = 100
TABLE_COLUMNS = 20
TABLE_CHARACTERS = 6_000
ELEMENT_CHARACTERS = 2_900
_PADDED = 40  # characters to which a column is aligned
_DEEPEST = 6
_NUMBERED = range(1, 10_000)  # what Slack counts; other numbers are written out
_NOTHING = "\u00a0"  # Slack wants a character


def blocks(found: Sequence[Part], links: frozenset[str], *, with_table: bool) -> list[Json]:
    """`with_table`: the first table may be Slack's own, of which a message has one; a view has none."""
    made: list[Json] = []
    for is_own, together in groupby(found, key=_first_own(found) if with_table else lambda _: False):
        if is_own:
            made += [_table(part, links) for part in together if isinstance(part, Table)]
        else:
            made.append(rich_text(_elements(tuple(together), links)))
    return made


def rich_text(elements: Sequence[Json]) -> Json:
    return {"type": "rich_text", "elements": list(elements)}


def section(runs: Sequence[Run], links: frozenset[str] = frozenset()) -> Json:
    return {"type": "rich_text_section", "elements": inline(runs, links)}


def quote(runs: Sequence[Run], links: frozenset[str] = frozenset()) -> Json:
    return {"type": "rich_text_quote", "elements": inline(runs, links)}


def inline(runs: Sequence[Run], links: frozenset[str]) -> list[Json]:
    return [element for run in runs for element in _inline(run, links)] or [_text(_NOTHING)]


def size(value: Any) -> int:
    """All characters in it. Slack's own sum is undocumented; this one is never smaller."""
    match value:
        case str():
            return len(value)
        case dict():
            return sum(map(size, value.values()))
        case list() | tuple():
            return sum(map(size, value))
        case _:
            return 0


def _inline(run: Run, links: frozenset[str]) -> Iterator[Json]:
    style = {name: True for name in ("bold", "italic", "code") if getattr(run, name)}
    if run.struck:
        style["strike"] = True
    for piece, is_address in [(run.text, False)] if run.code else with_addresses(run.text):
        if is_address and piece in links:
            yield {"type": "link", "url": piece} | ({"style": style} if style else {})
        else:
            yield from _texts(piece, style | {"code": True} if is_address else style)


def _texts(text: str, style: dict[str, bool]) -> Iterator[Json]:
    for piece in apart(text):
        for at in range(0, len(piece), ELEMENT_CHARACTERS):
            yield _text(piece[at : at + ELEMENT_CHARACTERS], style)


def _text(text: str, style: dict[str, bool] | None = None) -> Json:
    return {"type": "text", "text": text} | ({"style": style} if style else {})


def _elements(found: Sequence[Part], links: frozenset[str]) -> list[Json]:
    made: list[Json] = []
    for part in found:
        match part:
            case Item(_, _, number) as item if number is None or number in _NUMBERED:
                _put(item, made, links)
            case Item(runs, _, number):
                made.append(section((Run(f"{number}. "), *runs), links))
            case Paragraph(runs):
                made.append(section(runs, links))
            case Quote(runs):
                made.append(quote(runs, links))
            case Code(text):
                made.append(_preformatted(text))
            case Table(rows):
                made.append(_preformatted("\n".join(aligned(rows))))
    return made


def _put(item: Item, made: list[Json], links: frozenset[str]) -> None:
    """Into the list above it, if it is the next one there; a list within a list is one beside it, set in."""
    depth = min(item.depth, _DEEPEST)
    above = made[-1] if made and made[-1]["type"] == "rich_text_list" else None
    follows = (
        above is not None
        and above.get("indent", 0) == depth
        and (above["style"] == "bullet") == (item.number is None)
        and item.number in {None, above.get("offset", 0) + len(above["elements"]) + 1}
    )
    if above is None or not follows:
        above = {"type": "rich_text_list", "style": "bullet" if item.number is None else "ordered", "elements": []}
        above |= {"indent": depth} if depth else {}
        above |= {"offset": item.number - 1} if item.number and item.number > 1 else {}
        made.append(above)
    above["elements"].append(section(item.runs, links))


def _preformatted(text: str) -> Json:
    return {"type": "rich_text_preformatted", "elements": list(_texts(text, {})) or [_text(_NOTHING)]}


def aligned(rows: Sequence[Sequence[Runs]]) -> Iterator[str]:
    """A table for a fixed pitch: its header, a ruler, its rows."""
    lines = [[" ".join(words(cell).split()) for cell in row] for row in rows]
    widths = [min(max(map(len, column)), _PADDED) for column in zip(*lines, strict=True)]
    for number, line in enumerate(lines):
        yield "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        if number == 0:
            yield "  ".join("-" * width for width in widths)


def _first_own(found: Sequence[Part]) -> Any:
    own = next((part for part in found if isinstance(part, Table) and _fits(part)), None)
    return lambda part: part is own


def _fits(table: Table) -> bool:
    characters = sum(len(words(cell)) for row in table.rows for cell in row)
    return len(table.rows) <= TABLE_ROWS and len(table.rows[0]) <= TABLE_COLUMNS and characters <= TABLE_CHARACTERS


def _table(table: Table, links: frozenset[str]) -> Json:
    return {
        "type": "table",
        "rows": [[_cell(cell, links) for cell in row] for row in table.rows],
        "column_settings": [{"is_wrapped": True} for _ in table.rows[0]],
    }


def _cell(runs: Runs, links: frozenset[str]) -> Json:
    match inline(runs, links):
        case [{"type": "text", "text": str(text), **styles}] if not styles:
            return {"type": "raw_text", "text": text}
        case elements:
            return rich_text([{"type": "rich_text_section", "elements": elements}])
