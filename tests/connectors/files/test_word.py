"""What a Word document says, as Markdown."""

from typing import Any

from docx.document import Document
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn

from tests.connectors.files.making import part, read, table, with_parts, word


def test_headings_steps_and_points_are_what_they_were() -> None:
    def write(document: Document) -> None:
        document.add_heading("Travel policy", 0)
        document.add_heading("Booking", 2)
        document.add_paragraph("Before a journey:")
        for step in ("Open the tool.", "Choose a train."):
            document.add_paragraph(step, style="List Number")
        document.add_paragraph("Keep the ticket.", style="List Bullet")

    found = read("a.docx", word(write))
    assert found.text == (
        "# Travel policy\n\n## Booking\n\nBefore a journey:\n\n1. Open the tool.\n2. Choose a train.\n\n- Keep the ticket."
    )
    assert found.losses == ()


def test_steps_keep_the_numbers_that_word_shows_behind_what_interrupts_them() -> None:
    def write(document: Document) -> None:
        document.add_paragraph("Open it.", style="List Number")
        document.add_paragraph("It may hiss.")
        document.add_paragraph("Empty it.", style="List Number")
        table(document, [("Kind", "Days"), ("Oil", "4")])
        document.add_paragraph("Close it.", style="List Number")
        document.add_paragraph("A point.", style="List Bullet")

    assert read("a.docx", word(write)).text == (
        "1. Open it.\n\nIt may hiss.\n\n2. Empty it.\n\n| Kind | Days |\n|---|---|\n| Oil | 4 |\n\n3. Close it.\n\n- A point."
    )


def test_a_list_that_begins_anew_does_so() -> None:
    def write(document: Document) -> None:
        document.add_paragraph("Open it.", style="List Number")
        numbering = document.part.numbering_part.element
        (first,) = [one for one in numbering.num_lst if one.numId == numbers(document.styles["List Number"])]
        again = numbering.add_num(first.abstractNumId.val)
        again.add_lvlOverride(0).add_startOverride(7)
        for said in ("Wait.", "Look."):
            paragraph = document.add_paragraph(said)
            paragraph_properties: Any = paragraph._p.get_or_add_pPr()
            properties = paragraph_properties.get_or_add_numPr()
            properties.get_or_add_numId().val = again.numId
            properties.get_or_add_ilvl().val = 0

    assert read("a.docx", word(write)).text == "1. Open it.\n\n7. Wait.\n8. Look."


def numbers(style: Any) -> int:
    return int(style.element.pPr.numPr.numId.val)


def test_the_first_row_of_a_table_names_its_columns_though_word_does_not_say_so() -> None:
    rows = [("Class", "Limit"), ("Economy", "400 EUR"), ("Business", "2,000 EUR")]
    found = read("a.docx", word(lambda document: table(document, rows)))
    assert found.text == "| Class | Limit |\n|---|---|\n| Economy | 400 EUR |\n| Business | 2,000 EUR |"


def test_a_table_of_values_alone_has_no_names() -> None:
    rows = [("12", "400"), ("13", "500")]
    assert read("a.docx", word(lambda document: table(document, rows))).text.startswith(
        "|  |  |\n|---|---|\n| 12 | 400 |"
    )


def test_a_merged_cell_stands_in_each_of_its_rows() -> None:
    def write(document: Document) -> None:
        made = document.add_table(3, 2)
        for at, text in enumerate(("Site", "Desk", "Lisbon", "A1", "", "A2")):
            made.cell(at // 2, at % 2).text = text
        made.cell(1, 0).merge(made.cell(2, 0))

    assert read("a.docx", word(write)).text.endswith("| Lisbon | A1 |\n| Lisbon | A2 |")


def test_signs_that_markdown_would_take_for_its_own_are_escaped() -> None:
    found = read("a.docx", word(lambda document: document.add_paragraph("*never* <b>this</b> # | [x](https://x.test)")))
    assert found.text == "\\*never* <b>this</b> # | [x\\](https://x.test)"


def test_the_words_of_a_link_are_kept() -> None:
    def write(document: Document) -> None:
        paragraph = document.add_paragraph("See ")
        target = document.part.relate_to("https://wiki.test/a", "http://x/hyperlink", is_external=True)
        link = parse_xml(
            f'<w:hyperlink {nsdecls("w", "r")} r:id="{target}"><w:r><w:t>the rules</w:t></w:r></w:hyperlink>'
        )
        paragraph._p.append(link)

    assert read("a.docx", word(write)).text == "See [the rules](https://wiki.test/a)"


def test_what_was_deleted_is_not_said() -> None:
    def write(document: Document) -> None:
        paragraph = document.add_paragraph("The limit is ")
        for tag, name, text in (("w:del", "w:delText", "100 EUR"), ("w:ins", "w:t", "200 EUR")):
            change, run, said = OxmlElement(tag), OxmlElement("w:r"), OxmlElement(name)
            change.set(qn("w:id"), "1")
            said.text = text
            run.append(said)
            change.append(run)
            paragraph._p.append(change)

    found = read("a.docx", word(write))
    assert found.text == "The limit is 200 EUR"
    assert found.losses == ("deleted text that Word still keeps",)


def test_what_somebody_remarked_beside_the_text_is_not_said() -> None:
    def write(document: Document) -> None:
        paragraph = document.add_paragraph("The limit is 200 EUR")
        document.add_comment(paragraph.runs, text="too much?", author="Ana")

    found = read("a.docx", word(write))
    assert found.text == "The limit is 200 EUR"
    assert found.losses == ("remarks beside the text",)


def test_a_note_stands_below_what_it_belongs_to() -> None:
    notes = (
        f'<w:footnotes {nsdecls("w")}><w:footnote w:id="2"><w:p><w:r><w:t>Except in Porto.</w:t></w:r></w:p></w:footnote>'
        "</w:footnotes>"
    )

    def write(document: Document) -> None:
        paragraph = document.add_paragraph("Everybody has a desk")
        paragraph._p.append(parse_xml(f'<w:r {nsdecls("w")}><w:footnoteReference w:id="2"/></w:r>'))
        document.add_paragraph("The end.")

    made = word(write)
    relations = part(made, "word/_rels/document.xml.rels").replace(
        b"</Relationships>",
        b'<Relationship Id="rId99" Target="footnotes.xml" '
        b'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/footnotes"/></Relationships>',
    )
    made = with_parts(made, {"word/_rels/document.xml.rels": relations, "word/footnotes.xml": notes.encode()})
    assert read("a.docx", made).text == "Everybody has a desk[1]\n\n[1] Except in Porto.\n\nThe end."
