"""A document is cut where its structure cuts it."""

import re
import time

import pytest

from bot.steps.chunk import AIM, BLANKS_A_WORD, CAP, CHARACTERS_A_WORD, chunk, size

HALF_A_MEGABYTE = 500_000  # of parsed text, shorter ones take their time in test_markdown


def prose(words: int, stem: str = "word") -> str:
    return " ".join(f"{stem}{number}" + ("." if number % 12 == 11 else "") for number in range(words))


def test_small_document_is_one_piece_under_its_title() -> None:
    text = "# Leave\n\nSixteen weeks.\n\n- one\n- two"
    (piece,) = chunk("Leave", text)
    assert piece.heading_path == ("Leave",)
    assert piece.text == text


def test_empty_document_has_no_piece() -> None:
    assert chunk("Empty", " \n\n\t\n") == ()


def test_heading_path_begins_with_the_title_and_goes_down() -> None:
    text = f"# Top\n\n{prose(150)}\n\n## Low\n\n{prose(150)}"
    assert [piece.heading_path for piece in chunk("Title", text)] == [("Title", "Top"), ("Title", "Top", "Low")]


def test_tiny_sections_share_a_piece_under_their_common_heading() -> None:
    text = "# T\n\n## One\n\nA few words.\n\n## Two\n\nA few more."
    (piece,) = chunk("T", text)
    assert piece.heading_path == ("T",)
    assert "## Two" in piece.text


def test_large_sections_stay_apart() -> None:
    pieces = chunk("T", f"## One\n\n{prose(150)}\n\n## Two\n\n{prose(150)}")
    assert [piece.heading_path[-1] for piece in pieces] == ["One", "Two"]


def test_long_section_is_cut_evenly() -> None:
    text = "\n\n".join(prose(40, stem) for stem in "abcdef")
    assert [size(piece.text) for piece in chunk("T", text)] == [120, 120]


def test_list_that_fits_stays_whole_with_its_lead_in() -> None:
    steps = "How to claim:\n\n" + "\n".join(f"{number}. {prose(10)}" for number in range(1, 9))
    assert any(steps in piece.text for piece in chunk("T", f"{prose(180)}\n\n{steps}\n\n{prose(180)}"))


def test_code_that_fits_stays_whole() -> None:
    code = "```bash\n" + "\n".join(f"run step {number}" for number in range(40)) + "\n```"
    assert any(code in piece.text for piece in chunk("T", f"{prose(190)}\n\n{code}\n\n{prose(190)}"))


def test_large_table_repeats_its_header_and_cuts_between_rows() -> None:
    head = "| Code | Meaning |\n|---|---|"
    rows = [f"| ERR_{number} | {prose(8)} |" for number in range(100)]
    pieces = chunk("T", "Codes:\n\n" + head + "\n" + "\n".join(rows))
    assert len(pieces) > 3
    assert all(head in piece.text and size(piece.text) <= CAP for piece in pieces)
    assert [line for piece in pieces for line in piece.text.split("\n") if line.startswith("| ERR")] == rows


def test_large_list_repeats_its_lead_in_and_cuts_between_items() -> None:
    items = [f"- {prose(20, str(number))}\n  - nested {number}" for number in range(40)]
    pieces = chunk("T", "Everything that counts:\n\n" + "\n".join(items))
    assert len(pieces) > 3
    assert all(piece.text.startswith("Everything that counts:") for piece in pieces)
    assert all(any(item in piece.text for piece in pieces) for item in items)


def test_long_line_is_cut_at_sentences() -> None:
    sentences = [f"{prose(9, str(number))} end." for number in range(100)]
    pieces = chunk("T", " ".join(sentences))
    assert all(piece.text.rstrip().endswith("end.") and size(piece.text) <= CAP for piece in pieces)


ALPHABET = "abcdefghijklmnopqrstuvwxyz"


@pytest.mark.parametrize(
    ("line", "whole"),
    [
        pytest.param("".join(f"{n * 7_919:,}.50;" for n in range(2000)), r"[\d,.]+", id="amounts"),
        pytest.param("".join(f"total:{n * 7_919:,}.50EUR;" for n in range(999)), r"[\d,.]+|[A-Za-z]+", id="glued"),
        pytest.param("x" + ",".join(str(n * 7_919) for n in range(4000)), r"\d+", id="numbers that are no amount"),
        pytest.param("https://acme.test/" + "/".join(f"why-don't-we{n}" for n in range(999)), r"[\w'-]+", id="url"),
        pytest.param("&".join(f"q{'et'[n % 2]}=e\u0301te\u0301" for n in range(2000)), "(?:\\w|\u0301)+", id="accents"),
        pytest.param("、".join("休暇申請" for _ in range(3000)), r"\w+", id="no spaces between words"),
        pytest.param("\u00a0".join(f"word{n}" for n in range(2000)), r"\w+", id="no-break spaces"),
        pytest.param(
            "".join(f"{letter * CAP * CHARACTERS_A_WORD}>" for letter in ALPHABET),
            r"\w+",
            id="words nearly as long as a piece",
        ),
    ],
)
def test_words_and_numbers_of_a_long_line_are_never_cut(line: str, whole: str) -> None:
    pieces = chunk("T", line)
    assert len(pieces) > 2
    assert "".join(piece.text for piece in pieces) == line
    assert [found for piece in pieces for found in re.findall(whole, piece.text)] == re.findall(whole, line)


def test_amount_with_spaces_in_it_is_not_cut() -> None:
    line = ", ".join(f"{n} 000 EUR" for n in range(100, 999))
    pieces = chunk("T", line)
    assert len(pieces) > 2
    amounts = re.findall(r"\d+ 000", line)
    assert [found for piece in pieces for found in re.findall(r"\d+ 000", piece.text)] == amounts


@pytest.mark.parametrize("line", ["1234567890" * 2000, "1234-" * 4000, "漢字" * 9000, "e\u0301" * 9000, "_" * 20_000])
def test_what_is_longer_than_a_piece_is_cut_and_nothing_is_put_between(line: str) -> None:
    text = f"Before.\n\n{line}\n\nAfter."
    pieces = chunk("T", text)
    assert len(pieces) > 2
    assert all(piece.text in text for piece in pieces)
    assert "".join("".join(piece.text.split()) for piece in pieces) == f"Before.{line}After."
    assert not any(piece.text.startswith("\u0301") for piece in pieces)


@pytest.mark.parametrize("head", ["- ", "| a | b |\n|---|---|\n"])
def test_long_line_in_a_list_or_table_is_verbatim(head: str) -> None:
    line = " ".join(f"{prose(9, str(number))} end." for number in range(100)) + "1234567890" * 900 + " And so on."
    text = f"{head}{line}"
    assert all(piece.text.removeprefix(head) in text for piece in chunk("T", text))


def test_parts_of_a_cut_block_stand_as_far_from_their_neighbours_as_in_the_document() -> None:
    items = "\n".join(f"- {prose(20, str(number))}" for number in range(15))
    text = f"{prose(20)}\n\n{items}\n\n{prose(20)}"
    assert [piece.text in text for piece in chunk("T", text)] == [True, True]


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("One.\n\n" + " " * 50_000 + "\n\nTwo.", id="between blocks"),
        pytest.param("One." + "\n" * 50_000 + "Two.", id="lines between blocks"),
        pytest.param("One." + " " * 50_000 + "Two.", id="in a line"),
        pytest.param("One" + " \u00a0" * 50_000 + "two", id="no-break, in a line"),
        pytest.param("```\n" + "\n".join(" " * 900 + f"deep {n}" for n in range(99)) + "\n```", id="indentation"),
        pytest.param("```\none" + "\n" * 50_000 + "two\n```", id="lines in code"),
        pytest.param("| a | b |\n|---|---|\n| 1" + " " * 50_000 + "| 2 |", id="in a cell"),
        pytest.param("Steps:\n\n- one\n-" + " " * 50_000 + "two", id="in an item"),
    ],
)
def test_white_space_has_a_size(text: str) -> None:
    pieces = chunk("T", text)
    assert max(len(piece.text) for piece in pieces) <= CAP * BLANKS_A_WORD
    words = r"[^\W_]+"
    assert set(re.findall(words, text)) == {found for piece in pieces for found in re.findall(words, piece.text)}


def test_lead_in_counts_where_it_stands_over_the_first_part() -> None:
    head = "| " + " ".join(["code"] * 40) + " | b |\n|---|---|"
    pieces = chunk("T", f"Codes {prose(30)} are:\n\n{head}\n| {prose(500)} | x |")
    assert max(size(piece.text) for piece in pieces) <= CAP


def test_same_document_gives_the_same_pieces() -> None:
    text = "\n\n".join(f"## {number}\n\n{prose(number * 7)}" for number in range(20))
    assert chunk("T", text) == chunk("T", text)
    assert [piece.ordinal for piece in chunk("T", text)] == list(range(len(chunk("T", text))))


@pytest.mark.parametrize(
    "unit",
    [
        ">",
        "[",
        "|",
        "`",
        "- ",
        "a",
        "。",
        "a,",
        "1,",
        "1 ",
        "a\u0301",
        "\u0301",
        "> - ",
        "- a\n\n",
        "|a|b|\n|-|-|\n",
        "# h\n",
        "word ",
    ],
)
def test_hostile_document_is_cut_in_time_and_bounded(unit: str) -> None:
    text = (unit * HALF_A_MEGABYTE)[:HALF_A_MEGABYTE]
    began = time.process_time()
    pieces = chunk("T", text)
    assert time.process_time() - began < 10  # at most 1 s where nothing else runs; what is quadratic takes minutes
    assert max(size(piece.text) for piece in pieces) <= CAP
    assert sum(len("".join(piece.text.split())) for piece in pieces) >= len("".join(text.split()))


def test_pieces_aim_below_the_cap() -> None:
    assert AIM < CAP
