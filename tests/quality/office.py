"""The documents of an office as people write them: workbooks, Word, presentations and PDF of a company that makes pumps.
Each is made here, converted as any file is, and lies in a folder as what the conversion says.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path

from docx.document import Document
from openpyxl.styles import Font
from openpyxl.workbook.workbook import Workbook
from openpyxl.worksheet.worksheet import Worksheet
from pptx.presentation import Presentation
from pptx.util import Inches
from reportlab.lib import colors
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import FrameBreak, ListFlowable, ListItem, PageBreak, Table

from bot import app
from connectors.files import Converted, convert
from tests.connectors.files.making import pdf, presentation, slide, table, text, word, workbook
from tests.quality import tables

Row = Sequence[object]


def _fill(sheet: Worksheet, rows: Sequence[Row], *, formats: Sequence[str] = ()) -> None:
    for row in rows:
        sheet.append(list(row))
        for at, number_format in enumerate(formats, start=1):
            if number_format:
                sheet.cell(sheet.max_row, at).number_format = number_format


def _bold(sheet: Worksheet, row: int) -> None:
    for cell in sheet[row]:
        cell.font = Font(bold=True)


def price_list() -> bytes:
    def write(made: Workbook, pumps: Worksheet) -> None:
        pumps.title = "Pumps"
        _fill(pumps, [("Price list 2027",), ("Valid from", date(2027, 1, 1)), ()])
        _bold(pumps, 1)
        _fill(pumps, [("Model", "Power", "Flow rate", "List price", "Dealer price", "Lead time")])
        rows = [
            ("HP20", "1.5 kW", "60 l/min", 840, 672, "5 days"),
            ("HP40", "3 kW", "110 l/min", 1390, 1112, "2 weeks"),
            ("HP80", "7.5 kW", "240 l/min", 2950, 2360, "6 weeks"),
            ("SP10 submersible", "0.8 kW", "90 l/min", 615, 492, "5 days"),
        ]
        _fill(pumps, rows, formats=("", "", "", '#,##0.00 "EUR"', '#,##0.00 "EUR"'))
        _fill(pumps, [(), ("Prices are net, ex works Halden, and do not include packing.",)])
        parts = made.create_sheet("Spare parts")
        _fill(parts, [("Part number", "Description", "Fits", "Price")])
        parts_rows = [
            ("4411-02", "Shaft seal", "HP20 and HP40", 38.5),
            ("4411-07", "Shaft seal, reinforced", "HP80", 64),
            ("5120-01", "Impeller, bronze", "HP40", 149),
            ("6003-10", "Float switch", "SP10", 27.9),
        ]
        _fill(parts, parts_rows, formats=("", "", "", '#,##0.00 "EUR"'))
        margins = made.create_sheet("Margins")
        _fill(margins, [("Model", "Margin"), ("HP40", "41 %")])
        margins.sheet_state = "hidden"

    return workbook(write)


def training() -> bytes:
    def write(_: Workbook, sheet: Worksheet) -> None:
        sheet.title = "Courses 2027"
        _fill(sheet, [("Quarter", "Course", "Date", "Place", "Trainer", "Seats")])
        _bold(sheet, 1)
        rows = [
            ("Q1", "Forklift licence", date(2027, 2, 9), "Halden, hall 2", "Marit Lund", 8),
            (None, "First aid refresher", date(2027, 3, 16), "Halden, canteen", "Red Cross", 20),
            ("Q2", "Welding basics", date(2027, 4, 20), "Workshop", "Piotr Nowak", 6),
            (None, "Negotiating with suppliers", date(2027, 5, 11), "Online", "Clara Voss", 15),
            ("Q4", "Explosion protection (ATEX)", date(2027, 10, 5), "Gdansk", "Piotr Nowak", 10),
        ]
        _fill(sheet, rows, formats=("", "", "d mmmm yyyy"))
        sheet.merge_cells("A2:A3")
        sheet.merge_cells("A4:A5")

    return workbook(write)


def fleet() -> bytes:
    def write(_: Workbook, sheet: Worksheet) -> None:
        sheet.title = "Vehicles"
        _fill(sheet, [("Plate", "Vehicle", "Main driver", "Next inspection", "Mileage", "Leasing ends")])
        rows = [
            ("BN 41207", "VW Caddy", "Jonas Eide", date(2027, 6, 30), 84200, date(2028, 1, 31)),
            ("BN 55310", "Ford Transit", "service team", date(2026, 12, 15), 131500, date(2027, 3, 31)),
            ("EL 90021", "Tesla Model 3", "Ingrid Moe", date(2028, 2, 28), 22950, date(2029, 8, 31)),
            ("BN 60418", "Mercedes Sprinter", "warehouse", date(2027, 9, 1), 97800, "owned"),
        ]
        _fill(sheet, rows, formats=("", "", "", "dd.mm.yyyy", '#,##0 "km"', "dd.mm.yyyy"))
        _fill(sheet, [(), ("Damage is reported to fleet@halden.test within 24 hours.",)])

    return workbook(write)


def energy() -> bytes:
    def write(_: Workbook, sheet: Worksheet) -> None:
        sheet.title = "Consumption"
        _fill(sheet, [("Energy use by site, in MWh",), ()])
        _fill(sheet, [("Site", "2025", None, "2026", None), (None, "Electricity", "Gas", "Electricity", "Gas")])
        _fill(sheet, [("Halden", 1820, 640, 1705, 580), ("Gdansk", 960, 410, 1015, 395), ("Porto", 240, 35, 228, 31)])
        sheet.merge_cells("A3:A4")
        sheet.merge_cells("B3:C3")
        sheet.merge_cells("D3:E3")

    return workbook(write)


def safety() -> bytes:
    def write(made: Document) -> None:
        made.add_heading("Warehouse safety", 0)
        made.add_heading("Protective equipment", 1)
        rows = [
            ("Area", "Required equipment"),
            ("Loading bay", "High-visibility vest and safety shoes"),
            ("Battery room", "Acid-proof gloves and face shield"),
            ("Test bench", "Ear protection above 85 dB"),
            ("Paint shop", "Respirator with A2 filter"),
        ]
        table(made, rows)
        made.add_heading("When oil is spilled", 1)
        for step in (
            "Close the drain with the red cover.",
            "Spread the binding agent from the yellow bin and wait ten minutes.",
            "Sweep it into a marked drum.",
            "Enter the spill in the log book next to gate 3.",
        ):
            made.add_paragraph(step, style="List Number")
        made.add_heading("Forklifts", 1)
        made.add_paragraph("Forklifts may not go faster than 8 km/h inside the hall. Passengers are never allowed.")
        made.add_paragraph("Racks are inspected every twelve months by an outside company.")

    return word(write)


def purchasing() -> bytes:
    def write(made: Document) -> None:
        made.add_heading("Purchasing rules", 0)
        made.add_heading("Who may order", 1)
        rows = [
            ("Order value", "Offers needed", "Approved by"),
            ("up to 1,000 EUR", "one", "team lead"),
            ("1,000 to 10,000 EUR", "two", "head of department"),
            ("10,000 to 50,000 EUR", "three", "managing director"),
            ("above 50,000 EUR", "three, sealed", "supervisory board"),
        ]
        table(made, rows)
        made.add_heading("New suppliers", 1)
        made.add_paragraph("Before the first order to a new supplier:")
        for step in (
            "Ask for an extract from the trade register not older than three months.",
            "Have finance check the bank account by telephone.",
            "File the signed code of conduct under the supplier's number.",
        ):
            made.add_paragraph(step, style="List Number")
        made.add_heading("Payment", 1)
        made.add_paragraph("Invoices are paid 30 days after receipt unless a discount was agreed.")
        made.add_paragraph("Advance payments above 20 percent need a bank guarantee.")

    return word(write)


def onboarding() -> bytes:
    def write(made: Document) -> None:
        made.add_heading("Your first weeks", 0)
        made.add_heading("The first day", 1)
        for step in (
            "Pick up your badge at reception at 8:30.",
            "Collect laptop and telephone from IT in room 114.",
            "Have lunch with your mentor, which the company pays.",
        ):
            made.add_paragraph(step, style="List Number")
        made.add_heading("Whom to ask", 1)
        rows = [
            ("Topic", "Person", "Extension"),
            ("Payroll", "Sigrid Aas", "217"),
            ("Laptop and passwords", "Tomasz Zielinski", "350"),
            ("Parking permits", "Reception", "100"),
            ("Works council", "Bente Holm", "265"),
        ]
        table(made, rows)
        made.add_heading("Probation", 1)
        made.add_paragraph("The probation period is six months, with a talk after three.")
        made.add_paragraph("New colleagues may work from home from the fifth week on.")

    return word(write)


_RULED = [("GRID", (0, 0), (-1, -1), 0.5, colors.black), ("FONTNAME", (0, 0), (-1, 0), "Helvetica-Bold")]


def _edges(name: str, canvas: Canvas, number: int) -> None:
    canvas.setFont("Helvetica", 8)
    canvas.drawString(50, 25, name)
    canvas.drawRightString(545, 25, f"Page {number}")


def manual() -> bytes:
    intervals = [
        ["Task", "Interval", "Done by"],
        ["Check the oil level", "every 50 hours", "operator"],
        ["Replace the shaft seal", "every 2,000 hours", "service"],
        [text("Clean the suction strainer and check the gasket for cracks"), "monthly", "operator"],
        ["Calibrate the pressure sensor", "once a year", "service"],
    ]
    codes = [
        ["Code", "Meaning", "What to do"],
        ["E01", "motor too hot", "let it cool for 30 minutes"],
        ["E04", "dry run", "vent the suction line"],
        ["E07", "phase missing", "call an electrician"],
        ["E12", "sensor broken", text("replace the sensor; the pump runs on at half speed until then")],
    ]
    steps = (
        "Switch the pump off at the main switch.",
        "Hold the green button for ten seconds.",
        "Enter the service code 7714.",
    )
    return pdf(
        text("HP40 service manual", "Title"),
        text("Maintenance", "Heading1"),
        text("Work on the pump only while it is switched off and without pressure."),
        Table(intervals, [190, 110, 90], style=_RULED),
        PageBreak(),
        text("Error codes", "Heading1"),
        Table(codes, [60, 130, 200], style=_RULED),
        PageBreak(),
        text("Resetting the controller", "Heading1"),
        ListFlowable([ListItem(text(step)) for step in steps], bulletType="1"),
        text("Storage", "Heading1"),
        text(
            "A pump that is stored for longer than six months must be turned by hand every four weeks, and its bearings greased."
        ),
        on_page=lambda canvas, number: _edges("Halden Pumps, HP40", canvas, number),
    )


def insurance() -> bytes:
    cover = [
        ["Benefit", "Covered up to"],
        ["Medical treatment abroad", "5 million EUR"],
        ["Lost luggage", "2,500 EUR"],
        ["Cancelled journey", "4,000 EUR"],
        ["Dental emergency", "800 EUR"],
    ]
    who = (
        "The company insures every employee who travels on its behalf. The cover begins when the journey begins and ends with "
        "the return home, and at the latest after 45 days. Private days before or after a business trip are covered for up to "
        "five days."
    )
    partners = (
        "Partners who come along are not insured, but may be added for 40 EUR a journey. The travel office sends the form for "
        "that, which has to be signed before the departure."
    )
    help_ = (
        "Whoever needs help calls the emergency centre, which is open day and night, at +47 555 0133. Bills are handed in to the "
        "travel office within 30 days. Receipts have to be originals, as the insurer accepts no copies. Extreme sports are not "
        "insured."
    )
    limits = (
        "Pregnant travellers are covered until the 36th week. Countries with a formal travel warning need the consent of the "
        "management before anything is booked there."
    )
    columns = [text("Travel insurance", "Heading2"), text(who), text(partners), FrameBreak(), text(help_), text(limits)]
    return pdf(*columns, FrameBreak(), text("What is covered", "Heading2"), Table(cover, [130, 100]), columns=2)


def report() -> bytes:
    sales = [
        ["Region", "2025", "2026", "Change"],
        ["Nordics", "18.2 m EUR", "19.6 m EUR", "+7.7 %"],
        ["Central Europe", "24.9 m EUR", "23.1 m EUR", "-7.2 %"],
        ["Iberia", "6.4 m EUR", "8.0 m EUR", "+25.0 %"],
    ]
    staff = [["Site", "Employees", "Apprentices"], ["Halden", "212", "14"], ["Gdansk", "96", "5"], ["Porto", "31", "0"]]
    outlook = (
        "For 2027 the board expects sales of 54 million EUR. A new paint shop in Gdansk will open in the autumn of 2027 and "
        "costs 3.2 million EUR."
    )
    return pdf(
        text("Extract from the annual report 2026", "Title"),
        text("Sales", "Heading1"),
        Table(sales),
        text("The decline in Central Europe goes back to the loss of one large customer in the water industry."),
        PageBreak(),
        text("Staff", "Heading1"),
        Table(staff),
        text("The number of accidents at work fell from eleven to four."),
        PageBreak(),
        text("Outlook", "Heading1"),
        text(outlook),
        text("The dividend is 1.10 EUR a share."),
        on_page=lambda canvas, number: _edges("Annual report 2026", canvas, number),
    )


def _on_slide(made: Presentation, title: str, rows: Sequence[Sequence[str]], notes: str = "") -> None:
    added = slide(made, title, layout=5)
    placed = added.shapes.add_table(len(rows), len(rows[0]), Inches(1), Inches(2), Inches(8), Inches(3)).table
    for at, row in enumerate(rows):
        for column, said in enumerate(row):
            placed.cell(at, column).text = said
    if notes:
        frame = added.notes_slide.notes_text_frame
        assert frame is not None
        frame.text = notes


def review() -> bytes:
    def write(made: Presentation) -> None:
        slide(
            made,
            "Third quarter review",
            "Orders rose by 9 percent.",
            "The backlog is 11 weeks.",
            "Two claims were settled.",
        )
        rows = [
            ("Key figure", "Target", "Reached"),
            ("Delivery on time", "95 %", "91 %"),
            ("Scrap rate", "1.5 %", "1.2 %"),
            ("Customer complaints", "below 20", "26"),
        ]
        _on_slide(made, "Key figures", rows, "The complaints come from the seals of one supplier, Norseal.")
        slide(
            made,
            "Measures",
            "Seals are bought from a second supplier from November on.",
            "A night shift starts in Gdansk.",
        )

    return presentation(write)


def roadmap() -> bytes:
    def write(made: Presentation) -> None:
        rows = [
            ("Product", "Launch", "Owner", "Budget"),
            ("HP60", "March 2027", "Ingrid Moe", "420,000 EUR"),
            ("Pump app for phones", "June 2027", "Tomasz Zielinski", "90,000 EUR"),
            ("SP20 submersible", "October 2027", "Jonas Eide", "260,000 EUR"),
        ]
        _on_slide(made, "Product roadmap", rows)
        slide(
            made,
            "What we drop",
            "The HP10 is sold until the end of 2026.",
            "Spare parts for it are kept for ten years.",
        )
        slide(
            made, "Risks", "The app needs a certificate that takes four months.", "Bronze has become 30 percent dearer."
        )

    return presentation(write)


DOCUMENTS = {
    "price-list.xlsx": price_list,
    "training.xlsx": training,
    "fleet.xlsx": fleet,
    "energy.xlsx": energy,
    "warehouse-safety.docx": safety,
    "purchasing.docx": purchasing,
    "onboarding.docx": onboarding,
    "hp40-manual.pdf": manual,
    "travel-insurance.pdf": insurance,
    "annual-report.pdf": report,
    "q3-review.pptx": review,
    "roadmap.pptx": roadmap,
}


@contextmanager
def company(home: Path) -> Iterator[tuple[app.Assistant, Path]]:
    """With the folder in which the documents lie as they were converted."""
    folder = home / "documents"
    folder.mkdir()
    for name, make in DOCUMENTS.items():
        found = convert(name=name, media_type="", data=make())
        assert isinstance(found, Converted), found
        title = name.partition(".")[0].replace("-", " ").capitalize()
        text_ = f"---\ntitle: {title}\naccess:\n  - [anyone]\n---\n{found.text}\n"
        (folder / f"{name}.md").write_text(text_, encoding="utf-8")
    with tables.company(home, folder) as assistant:
        yield assistant, folder
