"""Whatever an author wrote comes out again when the Markdown is read as the assistant reads it."""

import re
from html import escape

from hypothesis import example, given
from hypothesis import strategies as st

from bot.core.markdown import Kind, blocks, cells
from bot.slack.render.parts import Code, Item, Paragraph, Quote, Table, parts, words
from connectors.confluence.storage import Links, markdown

LINKS = Links(site="https://acme.test/wiki", space="ENG")

SIGNS = st.text(alphabet=st.sampled_from("ab1 .*_~`[]()<>!#+-=|:\\&;@\"'\u00a0é\n"), max_size=40)
ANY = st.text(max_size=60)
SAID = st.one_of(SIGNS, ANY)


def converted(storage: str) -> str:
    return markdown(storage, links=LINKS).text


UNSEEN = re.compile(
    "[\u00ad\u200b\u2060\ufeff\x7f-\x84\x86-\x9f\u202a-\u202e\u2066-\u2069]"
    "|(?<![\U0001f3f4\U000e0020-\U000e007f])[\U000e0000-\U000e007f]+"
)
NONE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def folded(text: str) -> str:
    """White space is layout; what cannot be seen is not there; what no page can hold is shown as such."""
    return " ".join(UNSEEN.sub("", NONE.sub("\ufffd", text)).split())


def read(text: str) -> str:
    """The words, without what only says how they look."""
    found: list[str] = []
    for part in parts(text):
        match part:
            case Paragraph(runs) | Quote(runs):
                found.append(words(runs))
            case Item(runs, _, number):
                found.append(f"{'-' if number is None else f'{number}.'} {words(runs)}")
            case Code(code):
                found.append(code)
            case Table(rows):
                found += [words(cell) for row in rows for cell in row]
    return folded("\n".join(found))


def typed(text: str) -> str:
    """`1)` that somebody typed is shown as `1.`; which of the two is no word."""
    return re.sub(r"^(\d+)\)(?= \S)", r"\1.", text)


@given(SAID)
@example("*a* _b_ ~~c~~ `d` [e](f) <https://g.test> &amp; \\* \\\\h")
@example("``a`` ` b")
@example("~~~")
@example("- - - a")
@example("1. # a")
@example("[a](b) and [c] (d)")
@example("https://acme.test/a_b_(c)*d*")
def test_text_of_a_paragraph_comes_out_again(text: str) -> None:
    made = converted(f"<p>{escape(text)}</p>")
    assert read(made) == typed(folded(text))
    assert {block.kind for block in blocks(made)} <= {Kind.PARAGRAPH, Kind.LIST}


WRAPS = {
    "bold": ("<strong>", "</strong>"),
    "italic": ("<em>", "</em>"),
    "struck out": ("<s>", "</s>"),
    "coloured": ('<span style="color: red;">', "</span>"),
    "linked": ('<a href="https://acme.test/x">', "</a>"),
    "code": ("<code>", "</code>"),
    "plain": ("", ""),
}
LOOKS = st.lists(st.tuples(SAID, st.sampled_from([*WRAPS])), max_size=5)


def marked_up(said: list[tuple[str, str]]) -> str:
    return "".join(f"{WRAPS[look][0]}{escape(text)}{WRAPS[look][1]}" for text, look in said)


def squeezed(text: str) -> str:
    """A blank that keeps a mark from its neighbour is no word."""
    return re.sub(r"\s", "", text)


@given(LOOKS)
@example([("a", "plain"), ('"b"', "bold"), ("c", "plain")])
@example([("a", "plain"), ('"b"', "struck out"), ("c", "plain")])
@example([("wow!", "plain"), ("b", "linked")])
@example([("a", "bold"), ("b", "italic"), ("c", "struck out")])
@example([("`", "plain"), ("a`b", "code")])
@example([("~", "plain"), ("~", "struck out")])
@example([("a [b", "linked"), ("](c)", "plain")])
def test_looks_take_no_letter_away(said: list[tuple[str, str]]) -> None:
    wanted = folded("".join(text for text, _ in said))
    assert squeezed(read(converted(f"<p>{marked_up(said)}</p>"))) == squeezed(typed(wanted))


@given(LOOKS)
def test_what_is_struck_out_stays_struck_out(said: list[tuple[str, str]]) -> None:
    wanted = [text for text, look in said if look == "struck out"]
    struck = [
        run.text
        for part in parts(converted(f"<p>Old: {marked_up(said)}</p>"))
        if isinstance(part, Paragraph)
        for run in part.runs
        if run.struck
    ]
    assert squeezed(folded("".join(struck))) == squeezed(folded("".join(wanted)))


@given(LOOKS)
def test_heading_is_one_heading_with_its_words(said: list[tuple[str, str]]) -> None:
    made = converted(f"<h2>{marked_up(said)}</h2><p>below</p>")
    wanted = folded("".join(text for text, _ in said))
    found = blocks(made)
    if not wanted:
        assert made == "below"
        return
    assert [block.kind for block in found] == [Kind.HEADING, Kind.PARAGRAPH]
    assert squeezed(read(made)) == squeezed(f"{wanted}below")


@given(st.lists(LOOKS, min_size=1, max_size=3))
def test_item_of_a_list_is_one_item_with_its_words(said: list[list[tuple[str, str]]]) -> None:
    made = converted(f"<ul>{''.join(f'<li>{marked_up(one)}</li>' for one in said)}</ul>")
    wanted = [words_ for one in said if (words_ := folded("".join(text for text, _ in one)))]
    assert squeezed(read(made)) == squeezed("".join(f"-{words_}" for words_ in wanted))
    assert len(parts(made)) == len(wanted)


def row_of(cells_: list[list[tuple[str, str]]], tag: str) -> str:
    return f"<tr>{''.join(f'<{tag}>{marked_up(cell)}</{tag}>' for cell in cells_)}</tr>"


@given(st.lists(st.lists(LOOKS, min_size=2, max_size=3), min_size=2, max_size=4))
def test_each_row_of_a_table_carries_its_cells_under_a_header(rows: list[list[list[tuple[str, str]]]]) -> None:
    header, *others = rows
    made = converted(f"<table>{row_of(header, 'th')}{''.join(row_of(row, 'td') for row in others)}</table>")
    wanted = [[squeezed(folded("".join(text for text, _ in cell))) for cell in row] for row in (header, *others)]
    if not any(map(any, wanted)):
        assert not made
        return
    (block,) = blocks(made)
    (table,) = parts(made)
    assert isinstance(table, Table)
    assert max(len(cells(row)) for row in (*block.rows, block.head[0])) == len(cells(block.head[0]))
    found = [[squeezed(folded(words(cell))) for cell in row] for row in table.rows]
    empty = [""] * max(map(len, rows))
    assert [(*row, *empty)[: len(empty)] for row in found] == [
        (*row, *empty)[: len(empty)] for at, row in enumerate(wanted) if at == 0 or any(row)
    ]
