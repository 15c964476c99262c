"""What a presentation says, as Markdown."""

import io

from PIL import Image
from pptx.presentation import Presentation
from pptx.util import Inches

from connectors.files import Limits
from tests.connectors.files.making import presentation, read, slide


def test_each_slide_is_a_heading_with_its_number_and_its_points_are_a_list() -> None:
    def write(made: Presentation) -> None:
        slide(made, "Where we are", "Sales grew.", "Costs did not.")
        slide(made, "What is next", "Hire two people.")

    assert read("a.pptx", presentation(write)).text == (
        "## Slide 1: Where we are\n\n- Sales grew.\n- Costs did not.\n\n## Slide 2: What is next\n\nHire two people."
    )


def test_points_below_points_are_a_list_in_a_list() -> None:
    def write(made: Presentation) -> None:
        added = slide(made, "Plan", "Hire", "two in Porto", "Train")
        added.placeholders[1].text_frame.paragraphs[1].level = 1

    assert read("a.pptx", presentation(write)).text.endswith("- Hire\n  - two in Porto\n- Train")


def test_notes_tables_and_boxes_stand_in_the_order_of_their_places() -> None:
    def write(made: Presentation) -> None:
        added = slide(made, "Targets", layout=5)
        below = added.shapes.add_textbox(Inches(1), Inches(5), Inches(4), Inches(1))
        below.text_frame.text = "Without VAT."
        table = added.shapes.add_table(2, 2, Inches(1), Inches(2), Inches(6), Inches(2)).table
        for at, text in enumerate(("Region", "Target", "North", "2.1 m")):
            table.cell(at // 2, at % 2).text = text
        frame = added.notes_slide.notes_text_frame
        assert frame is not None
        frame.text = "Say who owns each."

    assert read("a.pptx", presentation(write)).text == (
        "## Slide 1: Targets\n\n| Region | Target |\n|---|---|\n| North | 2.1 m |\n\nWithout VAT.\n\n"
        "### Notes\n\nSay who owns each."
    )


def test_a_merged_cell_stands_in_each_of_its_rows() -> None:
    def write(made: Presentation) -> None:
        table = slide(made, "Desks", layout=5).shapes.add_table(3, 2, Inches(0), Inches(0), Inches(6), Inches(2)).table
        for at, text in enumerate(("Site", "Desk", "Lisbon", "A1", "", "A2")):
            table.cell(at // 2, at % 2).text = text
        table.cell(1, 0).merge(table.cell(2, 0))

    assert read("a.pptx", presentation(write)).text.endswith("| Lisbon | A1 |\n| Lisbon | A2 |")


def test_of_a_picture_what_its_author_says_is_kept_and_one_without_is_told() -> None:
    def write(made: Presentation) -> None:
        added = slide(made, "Sites", layout=5)
        for said in ("A map of our sites", ""):
            held = io.BytesIO()
            Image.new("RGB", (8, 8)).save(held, "PNG")
            placed = added.shapes.add_picture(held, Inches(1), Inches(2))
            placed._element.xpath(".//p:cNvPr")[0].set("descr", said)

    found = read("a.pptx", presentation(write))
    assert found.text.endswith("\n\nA map of our sites")
    assert found.losses == ("image without text",)


def test_a_hidden_slide_is_left_out_and_said() -> None:
    def write(made: Presentation) -> None:
        slide(made, "Shown", "Yes.")
        slide(made, "Not shown", "No.")._element.set("show", "0")

    found = read("a.pptx", presentation(write))
    assert "Not shown" not in found.text
    assert found.losses == ("hidden slides",)


def test_slides_beyond_the_most_are_said() -> None:
    found = read("a.pptx", presentation(lambda made: [slide(made, f"S{at}") for at in range(4)]), Limits(most_slides=3))
    assert found.losses == ("slides beyond 3",)
    assert "S3" not in found.text
