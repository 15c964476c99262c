"""A document as blocks: nothing lost, everything word for word."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.markdown import PARSED_CHARACTERS, Block, Kind, blocks, cells, lines, plain, without_marker

DOCUMENT = """\
# Parental leave

Everybody gets **16 weeks**.
At full pay.

How to ask:

1. Tell your manager.
   - in writing
2. Upload the letter.

- [ ] form
- [x] letter

| Country | Weeks |
|---|---|
| Portugal | 12 |
| Germany | 14 |

## Details

> A quote
> in two lines

```bash
# not a heading
run
```

<details>raw</details>

[link]: https://wiki.acme.test
"""


@pytest.fixture
def found() -> tuple[Block, ...]:
    return blocks(DOCUMENT)


def test_each_kind_of_block_is_told_apart(found: tuple[Block, ...]) -> None:
    assert [block.kind.value for block in found] == [
        "heading", "paragraph", "paragraph", "list", "list", "table", "heading", "quote", "code", "html", "paragraph",
    ]  # fmt: skip


def test_text_of_a_block_is_its_source_lines(found: tuple[Block, ...]) -> None:
    source = lines(DOCUMENT)
    for block in found:
        assert block.text == "\n".join(source[block.span.first : block.span.end])


def test_block_knows_the_headings_above_it(found: tuple[Block, ...]) -> None:
    code = next(block for block in found if block.kind is Kind.CODE)
    assert code.path == ("Parental leave", "Details")


def test_nested_list_stays_in_its_item(found: tuple[Block, ...]) -> None:
    steps = next(block for block in found if block.kind is Kind.LIST)
    assert steps.ordered
    assert steps.items == ("1. Tell your manager.\n   - in writing", "2. Upload the letter.")


def test_table_has_a_header_a_ruler_and_rows(found: tuple[Block, ...]) -> None:
    table = next(block for block in found if block.kind is Kind.TABLE)
    assert table.head == ("| Country | Weeks |", "|---|---|")
    assert table.rows == ("| Portugal | 12 |", "| Germany | 14 |")


def test_escaped_bar_belongs_to_its_cell() -> None:
    assert cells(r"| a \| b | c |") == [r"a \| b", "c"]


@pytest.mark.parametrize(
    ("item", "body"), [("- a", "a"), ("12. b", "b"), ("- [x] c", "c"), ("* **d**", "**d**"), ("no marker", "no marker")]
)
def test_marker_of_an_item_can_be_dropped(item: str, body: str) -> None:
    assert without_marker(item) == body


def test_plain_words_have_no_markup() -> None:
    assert plain("**Set** up `x` with [a link](https://acme.test)") == "Set up x with a link"


def test_long_document_is_read_plainly_with_its_headings() -> None:
    text = "# Top\n\n```\n# no heading\n```\n\n## Low\n\n" + "word " * (PARSED_CHARACTERS // 4)
    assert [block.path for block in blocks(text) if block.kind is Kind.HEADING] == [("Top",), ("Top", "Low")]


@given(st.text(alphabet=st.sampled_from("ab #*_-+>|`~[]()<!1.:=\n\n\t\r\\é"), max_size=400))
def test_every_line_is_in_one_block(text: str) -> None:
    source, covered = lines(text), [line for block in blocks(text) for line in range(*block.span)]
    assert covered == sorted(set(covered))
    assert {number for number, line in enumerate(source) if line.strip()} <= set(covered)


HOSTILE = {
    "quotes": ">", "brackets": "[", "bars": "|", "ticks": "`", "lists": "- ", "comments": "<!--", "mixed": "> - ",
    "lazy quotes": "> > > > a\na\n", "table": "|a|\n|-|\n|b\n", "open links": "[\n", "setext": "a\n=\n", "spaces": "#  ",
}  # fmt: skip


@pytest.mark.parametrize("size", [PARSED_CHARACTERS - 1, 2_000_000])
@pytest.mark.parametrize("unit", HOSTILE.values(), ids=HOSTILE)
def test_hostile_text_is_read_in_time(unit: str, size: int) -> None:
    began = time.process_time()
    blocks((unit * size)[:size])
    assert time.process_time() - began < 30  # 1 to 5 s where nothing else runs
