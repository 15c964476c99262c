"""Pages made to do harm, or broken by chance: nothing is raised, nothing is read from elsewhere, no text is lost."""

import gc
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.markdown import blocks
from connectors.confluence.storage import Converted, Links, markdown
from connectors.confluence.storage.parsing import MOST_CHARACTERS, MOST_DEEP

LINKS = Links(site="https://acme.test/wiki", space="ENG")
BOMB = '<!DOCTYPE p [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;">]>'
MARKUP = """
    <p> </p> <b> </b> <ul> <li> </li> </ul> <table> <tr> <td> </td> </table> <th/> <br/> <![CDATA[ ]]> <!-- -->
    <ac:structured-macro </ac:structured-macro> ac:name="code"> ac:name="info"> <ac:rich-text-body>
    </ac:rich-text-body> <ac:plain-text-body> </ac:plain-text-body> <ac:link> </ac:link> <ri:page/> <ac:image>
    <ac:task-list> <ac:task> </ac:task> </ac:task-list> <ac:adf-extension> <ac:adf-node rowspan="9"> </page> <page>
    <?x ?> <!DOCTYPE & &amp; &#0; &#xD800; " ' > < \x00 \ud800 <sup> <sub> <a </a> href="x"> <code> </code> <s> </s>
    """
MIXED = st.lists(
    st.one_of(
        st.text(max_size=8),
        st.sampled_from(MARKUP.split()),
    ),
    max_size=30,
).map("".join)


def converted(storage: str) -> Converted:
    return markdown(storage, links=LINKS)


@given(st.one_of(st.text(), MIXED))
def test_no_string_raises(storage: str) -> None:
    made = converted(storage)
    made.text.encode()
    blocks(made.text)


@given(st.lists(st.text(alphabet="abc &#", max_size=10), max_size=8), st.data())
def test_broken_markup_loses_no_word(said: list[str], data: st.DataObject) -> None:
    tags = ["<p>", "</p>", "<b>", "</i>", "<div>", "</td>", "<li>", "<", "</", "]]>", "<ul>", "</page>"]
    storage = "".join(text + data.draw(st.sampled_from(tags)) for text in said)
    letters = [letter for letter in "".join(said) if letter in "abc"]
    found = converted(storage).text
    for letter in "abc":
        assert found.count(letter) >= letters.count(letter)


ENTITIES = {
    "billion laughs": f"{BOMB}<p>&c;</p>",
    "billion laughs, closed out of the page": f"</page>{BOMB}<page><p>&c;</p>",
    "external entity": '<!DOCTYPE p [<!ENTITY a SYSTEM "file:///etc/hostname">]><p>&a;</p>',
    "parameter entity": '<!DOCTYPE p [<!ENTITY % a SYSTEM "https://x.test/a.dtd"> %a;]><p>&c;</p>',
    "inclusion": '<p xmlns:xi="http://www.w3.org/2001/XInclude"><xi:include href="file:///etc/hostname" parse="text"/></p>',
    "style sheet": '<?xml-stylesheet href="https://x.test/a.xsl"?><p>&a;</p>',
    "declaration": '<?xml version="1.0" encoding="UTF-7"?><p>&a;</p>',
}


@pytest.mark.parametrize("storage", ENTITIES.values(), ids=ENTITIES)
def test_no_entity_is_resolved_and_nothing_is_fetched(storage: str) -> None:
    assert converted(storage).text.replace("\\</page><page>\n\n", "") in {"&a;", "&c;", ""}


BROKEN = {
    "unclosed": ("<p>a <b>b<p>c</p>", "a **b**\n\n**c**"),
    "closed twice": ("<p>a</p></p></div>b", "a\n\nb"),
    "closed crosswise": ("<p><b><i>a</b></i> b</p>", "**a** b"),
    "items without an end": ("<ul><li>a<li>b</ul>", "- a\n- b"),
    "cells without an end": ("<table><tr><td>a<td>b<tr><td>c<td>d</table>", "|  |  |\n|---|---|\n| a | b |\n| c | d |"),
    "void elements": ("<p>a<br>b<hr>c", "a  \nb\n\n---\n\nc"),
    "angle brackets": ("<p>if a<b and c>d, Map<Key, Value>, <x@acme.test></p>", "if a<b and c>d, Map<Key, Value>, \\<x@acme.test>"),
    "ampersands": ("<p>R&D & co &; &#; &#x;<p>", "R&D & co &; &#; &#x;"),
    "attribute without quotes": ("<p><a href=https://x.test/a>a</a>", "[a](https://x.test/a)"),
    "attribute twice": ('<p><a href="https://x.test" href="https://y.test">a</a>', "[a](https://x.test)"),
    "attribute without an end": ('<p>a <b c="d>e</b> f</p>', "a **e** f"),
    "unknown prefix": ('<p><foo:bar foo:x="1">a</foo:bar></p>', "a"),
    "unclosed comment": ("<p>a<!-- b</p><p>c</p>", "a b\n\nc"),
    "unclosed CDATA": ("<p>a<![CDATA[ &nbsp;b</p><p>c</p>", "a b\n\nc"),
    "end of CDATA in text": ("<p>a ]]> b</p>", "a ]]> b"),
    "CDATA in text": ("<p>a <![CDATA[<b>&amp;</b>]]> c</p>", "a <b>\\&amp;</b> c"),
    "CDATA in CDATA": (
        '<ac:macro ac:name="code"><ac:plain-text-body><![CDATA[a <![CDATA[ b]]></ac:plain-text-body></ac:macro><p>c</p>',
        "```\na <![CDATA[ b\n```\n\nc",
    ),
    "closing the page": ("<p>a</p></page><page><p>b</p>", "a\n\n\\</page><page>\n\nb"),
    "text in a table": ("<table>a<tr>b<td>c</td><td>d</td></tr></table>", "a\n\nb\n\n|  |  |\n|---|---|\n| c | d |"),
    "text in a list": ("<ul>a<li>b</li>c</ul>", "a\n\n- b\n\n  c"),
    "no characters": ("<p>a\x00b\ud800c&#0;&#xDFFF;&#x110000;</p>", "a\ufffdb\ufffdc\ufffd\ufffd\ufffd"),
    "numbers of another table": ("<p>&#150;&#x80;</p>", "–€"),
    "nothing": ("", ""),
    "no markup": ("just text", "just text"),
}  # fmt: skip


@pytest.mark.parametrize(("storage", "text"), BROKEN.values(), ids=BROKEN)
def test_broken_markup_is_read_as_it_was_meant(storage: str, text: str) -> None:
    assert converted(storage).text == text


NESTED = {
    "elements": ("<div>", "</div>"),
    "quotations": ("<blockquote>", "</blockquote>"),
    "code": ("<code>", "</code>"),
    "lists": ("<ul><li>", "</li></ul>"),
    "tables": ("<table><tr><td>x</td><td>", "</td></tr></table>"),
    "links": ("<a>", "</a>"),
    "panels": ('<ac:structured-macro ac:name="info"><ac:rich-text-body>', "</ac:rich-text-body></ac:structured-macro>"),
    "unclosed": ("<b>", ""),
}


@pytest.mark.parametrize("times", [MOST_DEEP // 2 - 1, MOST_DEEP // 2 + 1, MOST_DEEP - 1, MOST_DEEP + 1, 5_000])
@pytest.mark.parametrize(("opening", "closing"), NESTED.values(), ids=NESTED)
def test_text_is_found_however_deep_it_lies(opening: str, closing: str, times: int) -> None:
    assert "needle" in converted(opening * times + "<p>needle</p>" + closing * times).text


TWO_MEGABYTES = 2_000_000
LARGE = {
    "words": "word ", "signs": "*a_ ", "ticks": "`", "brackets": "[", "links": "](", "backslashes": "\\", "breaks": "a<br/>",
    "looks": "<b>a</b><i>b</i>", "code": "<code>a</code>`", "open": "<b>", "closed": "</p>", "brackets of tags": "<",
    "tags begun": "<a ", "quotes": '<a b="', "comments": "<!--", "CDATA": "<![CDATA[", "types": "<!DOCTYPE x [",
    "instructions": "<?x ", "ampersands": "&", "names": "&nbsp;", "typed items": "- ", "typed lines": "1. a<br/>",
    "cells": "<table><tr><td>", "wide": "<table><tr><td rowspan='9999' colspan='99'>a</td><td>b</td></tr>",
    "rows": "<tr><td>a</td></tr>", "macros": '<ac:structured-macro ac:name="a"/>',
}  # fmt: skip


@pytest.mark.parametrize("unit", LARGE.values(), ids=LARGE)
def test_large_page_takes_no_more_than_its_length(unit: str) -> None:
    small, large = (unit * (size // len(unit)) for size in (TWO_MEGABYTES // 64, TWO_MEGABYTES // 16))
    first, second = timed(small), timed(large)
    assert second < 10 * first + 0.5  # four times as long; the rest for a machine that is busy with something else


def timed(storage: str) -> float:
    """Of this thread alone, and of what is converted: a whole suite's rubbish is collected some other time."""
    gc.collect()
    gc.disable()
    try:
        began = time.thread_time()
        assert len(converted(storage).text) < 20 * len(storage) + 100_000
        return time.thread_time() - began
    finally:
        gc.enable()


def test_paragraph_of_two_megabytes_is_kept_whole() -> None:
    assert converted(f"<p>{'word ' * (TWO_MEGABYTES // 5)}</p>").text.count("word") == TWO_MEGABYTES // 5


def test_table_of_ten_thousand_rows_is_kept_whole() -> None:
    rows = "".join(f"<tr><td>r{number}</td><td><p>v{number}</p></td></tr>" for number in range(10_000))
    lines = converted(f"<table><tr><th>A</th><th>B</th></tr>{rows}</table>").text.split("\n")
    assert lines == ["| A | B |", "|---|---|", *(f"| r{number} | v{number} |" for number in range(10_000))]


def test_merged_cell_cannot_make_a_page_many_times_as_long() -> None:
    storage = (
        f'<table><tr><td rowspan="9000">{"x" * 100_000}</td><td>a</td></tr>{"<tr><td>b</td></tr>" * 9_000}</table>'
    )
    made = converted(storage)
    assert len(made.text) < 3 * len(storage)
    assert made.text.count("b") == 9_000
    assert [loss.what for loss in made.losses] == ["merged cells of a table"]


def test_what_is_too_long_is_cut_and_said_to_be() -> None:
    made = converted("<p>" + "word " * (MOST_CHARACTERS // 5))
    assert made.text.startswith("word word")
    assert "text beyond 5,000,000 characters" in {loss.what for loss in made.losses}
