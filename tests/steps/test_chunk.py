"""A document is cut where its structure cuts it."""

import time

import pytest

from bot.steps.chunk import AIM, CAP, chunk, size

TWO_MEGABYTES = 2_000_000  # shorter ones, which are parsed, take their time in test_markdown


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


def test_same_document_gives_the_same_pieces() -> None:
    text = "\n\n".join(f"## {number}\n\n{prose(number * 7)}" for number in range(20))
    assert chunk("T", text) == chunk("T", text)
    assert [piece.ordinal for piece in chunk("T", text)] == list(range(len(chunk("T", text))))


@pytest.mark.parametrize(
    "unit", [">", "[", "|", "`", "- ", "a", "。", "a,", "> - ", "- a\n\n", "|a|b|\n|-|-|\n", "# h\n", "word "]
)
def test_hostile_document_is_cut_in_time_and_bounded(unit: str) -> None:
    text = (unit * TWO_MEGABYTES)[:TWO_MEGABYTES]
    began = time.process_time()
    pieces = chunk("T", text)
    assert time.process_time() - began < 40  # 1 to 5 s where nothing else runs
    assert max(size(piece.text) for piece in pieces) <= CAP
    assert sum(len("".join(piece.text.split())) for piece in pieces) >= len("".join(text.split()))


def test_pieces_aim_below_the_cap() -> None:
    assert AIM < CAP
