"""A person changes a line of a stored page: all other bytes stay, and what was typed is never markup."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.playground.confluence.acme import acme
from bot.playground.confluence.editing import Block, blocks, edited

PAGE = (
    "<h2>Pay &amp; leave</h2><p>Report <strong>before 09:30</strong> by <em>phone</em>.</p>"
    "<table><tbody><tr>\n<th>Country</th><th>Days</th></tr><tr><td>NL</td><td><p>27</p></td></tr></tbody></table>"
    '<ac:structured-macro ac:name="code"><ac:parameter ac:name="language">sh</ac:parameter>'
    "<ac:plain-text-body><![CDATA[a < b]]></ac:plain-text-body></ac:structured-macro><ul><li>one</li></ul>"
)


def test_a_person_sees_blocks_and_no_markup() -> None:
    assert blocks(PAGE) == [
        Block("heading", "Pay & leave"),
        Block("text", "Report before 09:30 by phone."),
        Block("cell", "Country", 1),
        Block("cell", "Days", 1),
        Block("cell", "NL", 2),
        Block("text", "27"),
        Block("code", "a < b"),
        Block("item", "one"),
    ]


@pytest.mark.parametrize(
    ("was", "text", "stored"),
    [
        (
            "Report before 09:30 by phone.",
            "Report before 10:15 by phone.",
            "<strong>before 10:15</strong> by <em>phone",
        ),
        ("Report before 09:30 by phone.", "Write.", "<p>Writ<strong></strong><em>e</em>.</p>"),
        ("Pay & leave", "Pay < leave & <b>", "<h2>Pay &lt; leave &amp; &lt;b&gt;</h2>"),
        ("a < b", "a ]]> b", "<![CDATA[a ]]]]><![CDATA[> b]]>"),
        ("one", "one more", "<li>one more</li>"),
    ],
)
def test_what_was_changed_is_stored_and_nothing_else(was: str, text: str, stored: str) -> None:
    at = [one.text for one in blocks(PAGE)].index(was)
    now = edited(PAGE, at, was=was, text=text)
    assert stored in now
    assert [one.text for one in blocks(now)] == [text if at == n else one.text for n, one in enumerate(blocks(PAGE))]


@pytest.mark.parametrize(("at", "was"), [(0, "Pay"), (8, "one"), (-1, "one")])
def test_a_line_that_says_something_else_by_now_is_not_changed(at: int, was: str) -> None:
    with pytest.raises(LookupError, match="something else there by now"):
        edited(PAGE, at, was=was, text="x")


@settings(max_examples=50)
@given(at=st.integers(0, 7), text=st.text(st.characters(codec="utf-8", exclude_categories=["Cc"]), min_size=1))
def test_whatever_is_typed_is_what_it_says_then(at: int, text: str) -> None:
    now = blocks(edited(PAGE, at, was=blocks(PAGE)[at].text, text=f"x{text}"))
    assert now[at].text == f"x{text}"
    assert len(now) == 8


def test_each_line_of_the_handbook_can_be_changed_and_unchanged_stays_as_it_is() -> None:
    for content in acme().confluence.content.values():
        for at, block in enumerate(blocks(content.body)):
            assert edited(content.body, at, was=block.text, text=block.text) == content.body
