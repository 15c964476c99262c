"""Whatever a document holds: nothing is lost, and no piece is unbounded."""

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core.markdown import lines
from bot.steps.chunk import CAP, chunk, size

WORDS = st.lists(
    st.sampled_from(["pay", "ERR_4012", "**bold**", "2.5", "a.b.", "weeks.", "[x](y)", "`c`", "é"]), max_size=60
)
SENTENCE = WORDS.map(" ".join)
LINE = st.one_of(
    SENTENCE,
    SENTENCE.map("- {}".format),
    SENTENCE.map("  - {}".format),
    SENTENCE.map("1. {}".format),
    SENTENCE.map("> {}".format),
    SENTENCE.map("| {} | x |".format),
    st.sampled_from(
        ["", "", "|---|---|", "```", "# Top", "## Low", "### Deep", "Steps:", "[a]: b", "<div>", "    code", "==="]
    ),
    st.text(max_size=40),
)
DOCUMENT = st.lists(LINE, max_size=80).map("\n".join)


@settings(max_examples=200, deadline=None)
@given(DOCUMENT)
def test_every_line_is_in_some_piece(text: str) -> None:
    pieces = chunk("Title", text)
    kept = {line.strip() for piece in pieces for line in piece.text.split("\n")}
    assert {line.strip() for line in lines(text) if line.strip() and size(line) <= CAP // 2} <= kept


@settings(max_examples=200, deadline=None)
@given(DOCUMENT)
def test_pieces_are_bounded_and_of_this_document(text: str) -> None:
    source = "".join(text.split())
    for piece in chunk("Title", text):
        assert piece.text.strip()
        assert size(piece.text) <= CAP
        assert all("".join(line.split()) in source for line in piece.text.split("\n"))


MARKS = st.sampled_from(["a", "é", "e\u0301", "9", "_", ",", ".", "-", " ", "\u00a0", "\n", "漢", "。", "|", "👍🏽"])
RUNS = st.lists(st.tuples(st.lists(MARKS, max_size=4).map("".join), st.integers(1, 700)), max_size=6)


@settings(max_examples=200, deadline=None)
@given(RUNS)
def test_runs_of_anything_are_bounded_and_lines_are_verbatim(runs: list[tuple[str, int]]) -> None:
    text = "".join(unit * times for unit, times in runs)
    for piece in chunk("Title", text):
        assert size(piece.text) <= CAP
        assert all(line in text for line in piece.text.split("\n"))


@given(st.text(max_size=2000), st.text(max_size=30))
def test_any_text_is_cut_without_loss(text: str, title: str) -> None:
    kept = "".join("".join(piece.text.split()) for piece in chunk(title, text))
    assert len(kept) >= len("".join(text.split()))
