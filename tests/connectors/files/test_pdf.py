"""What a PDF says, as Markdown: found again from where its signs stand."""

import io
from collections.abc import Callable

from reportlab.lib import colors
from reportlab.lib.enums import TA_JUSTIFY
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import FrameBreak, ListFlowable, ListItem, PageBreak, Paragraph, Table

from connectors.files import Limits
from connectors.files.pdf import NONE_READ, signs
from connectors.files.pdf import read as read_pdf
from connectors.markdown.losses import Losses
from tests.connectors.files.making import STYLES, pdf, read, refused, text

LONG = (
    "Whoever buys equipment above the limit asks the head of their department first and the finance team "
    "after that, who answer within two working days. "
)
RULED = [("GRID", (0, 0), (-1, -1), 0.5, colors.black)]


def test_each_page_is_a_heading_and_lines_are_paragraphs_again() -> None:
    found = read("a.pdf", pdf(text("Limits", "Heading1"), text(LONG), text(LONG), PageBreak(), text("The end.")))
    assert found.text == (f"## Page 1\n\n### Limits\n\n{LONG.strip()}\n\n{LONG.strip()}\n\n## Page 2\n\nThe end.")


def test_a_table_with_rules_has_its_rows_and_the_names_of_its_columns() -> None:
    rows = [
        ["Amount", "Who approves", "Days"],
        ["up to 500 EUR", "team lead", "1"],
        [text("up to 5,000 EUR with customs as they are invoiced"), "department head", "10"],
        ["above", "board", "20"],
    ]
    found = read("a.pdf", pdf(text(LONG), Table(rows, [120, 120, 60], style=RULED), text(LONG)))
    assert found.text == (
        f"## Page 1\n\n{LONG.strip()}\n\n| Amount | Who approves | Days |\n|---|---|---|\n| up to 500 EUR | team lead | 1 |\n"
        "| up to 5,000 EUR with customs as they are invoiced | department head | 10 |\n| above | board | 20 |\n\n"
        f"{LONG.strip()}"
    )


def test_a_table_without_rules_is_seen_by_its_columns() -> None:
    rows = [
        ["Region", "Name", "Phone"],
        ["North", "Ana Prado", "+351 21 555 01"],
        ["South", "Omar Haddad", "+351 21 555 02"],
    ]
    found = read("a.pdf", pdf(text("Whom to call", "Heading2"), Table(rows)))
    assert found.text.endswith(
        "| Region | Name | Phone |\n|---|---|---|\n| North | Ana Prado | +351 21 555 01 |\n| South | Omar Haddad | +351 21 555 02 |"
    )


def test_a_table_that_goes_on_on_the_next_page_has_the_names_of_its_columns_there_too() -> None:
    rows = [["Part", "Shelf", "Keeper"], *([f"P{at}", f"S{at}", "Ana"] for at in range(60))]
    found = read("a.pdf", pdf(Table(rows), text(LONG)))
    assert found.text.count("| Part | Shelf | Keeper |\n|---|---|---|\n") == 2
    assert all(f"| P{at} | S{at} | Ana |" in found.text for at in range(60))
    assert found.text.count("| Ana |") == 60


def test_another_table_on_the_next_page_keeps_its_own_names() -> None:
    one, other = [["Part", "Shelf"], ["P1", "12"]], [["Site", "Heads"], ["Porto", "31"]]
    found = read("a.pdf", pdf(Table(one, [100, 100]), PageBreak(), Table(other, [160, 60])))
    assert found.text.endswith("## Page 2\n\n| Site | Heads |\n|---|---|\n| Porto | 31 |")


def test_a_cell_of_several_lines_without_rules_is_one_row() -> None:
    rows = [
        ["Term", "Meaning"],
        ["Grace", text("The days after an invoice is due in which nobody is reminded of it by anybody")],
        ["Net", "x"],
    ]
    found = read(
        "a.pdf",
        pdf(Table(rows, [80, 150], style=[("VALIGN", (0, 0), (-1, -1), "TOP"), ("TOPPADDING", (0, 0), (-1, -1), 9)])),
    )
    assert "| Grace | The days after an invoice is due in which nobody is reminded of it by anybody |" in found.text


def test_steps_are_a_list() -> None:
    items = [ListItem(text(said)) for said in (LONG, "Pack it.", "Send it.")]
    found = read("a.pdf", pdf(ListFlowable(items, bulletType="1")))
    assert found.text == f"## Page 1\n\n1. {LONG.strip()}\n2. Pack it.\n3. Send it."


def test_points_are_a_list() -> None:
    items = [ListItem(text(said)) for said in ("Pack it.", "Send it.")]
    assert read("a.pdf", pdf(ListFlowable(items, bulletType="bullet"))).text == "## Page 1\n\n- Pack it.\n- Send it."


def test_two_columns_are_read_one_after_the_other() -> None:
    def title(canvas: Canvas, _: int) -> None:
        canvas.setFont("Helvetica-Bold", 20)
        canvas.drawString(50, 790, "A letter to all")

    made = pdf(text(f"First. {LONG * 4}"), FrameBreak(), text(f"Second. {LONG * 3}"), on_page=title, columns=2)
    found = read("a.pdf", made)
    assert found.text == (
        f"## Page 1\n\n### A letter to all\n\nFirst. {(LONG * 4).strip()}\n\nSecond. {(LONG * 3).strip()}"
    )


def test_so_are_three() -> None:
    parts = [text(f"{name}. {LONG * 3}") for name in ("First", "Second", "Third")]
    found = read("a.pdf", pdf(parts[0], FrameBreak(), parts[1], FrameBreak(), parts[2], columns=3))
    assert found.text.split("\n\n")[1:] == [f"{name}. {(LONG * 3).strip()}" for name in ("First", "Second", "Third")]


def test_words_that_are_drawn_apart_to_fill_a_line_are_no_table() -> None:
    straight = ParagraphStyle("straight", parent=STYLES["BodyText"], alignment=TA_JUSTIFY)
    long = f"{LONG.strip()}, notwithstanding internationalization requirements. "
    made = pdf(*[Paragraph(long * 3, straight) for _ in range(4)], columns=3)
    assert read("a.pdf", made).text.split("\n\n")[1:] == [(long * 3).strip()] * 4


def test_what_stands_at_the_edge_of_every_page_is_left_out_and_said() -> None:
    def edges(canvas: Canvas, number: int) -> None:
        canvas.drawString(50, 20, "Acme, confidential")
        canvas.drawRightString(500, 20, f"Page {number} of 3")

    found = read(
        "a.pdf", pdf(*(one for at in range(3) for one in (text(f"Part {at}. {LONG}"), PageBreak())), on_page=edges)
    )
    assert "confidential" not in found.text
    assert "of 3" not in found.text
    assert found.losses == ("headers and footers that every page has",)


def test_what_two_pages_share_in_their_middle_stays() -> None:
    found = read("a.pdf", pdf(text(LONG), PageBreak(), text(LONG), PageBreak(), text(LONG)))
    assert found.text.count(LONG.strip()) == 3


def drawn(draw: Callable[[Canvas], object]) -> bytes:
    return pdf(text(LONG), on_page=lambda canvas, _: draw(canvas))


def test_a_word_cut_at_the_end_of_a_line_is_whole_again() -> None:
    def draw(canvas: Canvas) -> None:
        for at, line in enumerate(
            ("Our whole depart-", "ment has an on-", "call plan. The on-call plan is kept."[:36])
        ):
            canvas.drawString(50, 500 - 14 * at, line)

    found = read("a.pdf", drawn(draw)).text
    assert "Our whole department has an on-call plan. The on-call plan is kept." in found


def test_turned_text_is_left_out_and_said() -> None:
    def draw(canvas: Canvas) -> None:
        canvas.saveState()
        canvas.rotate(45)
        canvas.drawString(300, 100, "DRAFT")
        canvas.restoreState()

    found = read("a.pdf", drawn(draw))
    assert "DRAFT" not in found.text
    assert found.losses == ("turned text",)


def test_a_page_that_is_shown_turned_is_read_as_it_is_shown() -> None:
    held = io.BytesIO()
    canvas = Canvas(held, A4)
    canvas.setPageRotation(90)
    canvas.translate(A4[0], 0)
    canvas.rotate(90)
    canvas.drawString(100, 300, "Above")
    canvas.drawString(100, 200, "below.")
    canvas.save()
    found = read("a.pdf", held.getvalue())
    assert found.text == "## Page 1\n\nAbove\n\nbelow."


def test_pages_without_text_are_said_and_without_any_it_is_a_scan() -> None:
    def frame(canvas: Canvas, _: int) -> None:
        canvas.rect(100, 100, 200, 200, fill=1)

    found = read("a.pdf", pdf(text("One."), PageBreak(), text("<br/>"), on_page=frame))
    assert found.losses == ("pages scanned, without text",)
    assert refused("a.pdf", pdf(text("<br/>"), on_page=frame)) == "its pages are pictures (scanned, without text)"


def test_signs_that_markdown_would_take_for_its_own_are_escaped() -> None:
    found = read("a.pdf", pdf(text("Never *ever* write [this](https://x.test).")))
    assert found.text.endswith("Never \\*ever* write [this\\](https://x.test).")


def test_pages_for_which_there_is_no_time_are_said() -> None:
    losses = Losses()
    made = pdf(text("One."), PageBreak(), text("Two."))
    assert signs.pages(made, Limits(seconds=1e-9), losses) == []
    assert losses.told() == ("pages beyond 0, for which there was no time",)
    assert read_pdf(made, Limits(seconds=1e-9)) == NONE_READ


def test_pages_beyond_the_most_are_said() -> None:
    found = read(
        "a.pdf", pdf(text("One."), PageBreak(), text("Two."), PageBreak(), text("Three.")), Limits(most_pages=2)
    )
    assert "Three" not in found.text
    assert found.losses == ("pages beyond 2",)
