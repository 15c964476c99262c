"""The sample company's office files, as they were made: ``python -m tests.playground.google.office_files``.

They lie in bot/playground/acme/drive, written by the libraries that offices' own programs are read with, not by hand.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from docx import Document
from openpyxl import Workbook
from openpyxl.styles import Font
from pptx import Presentation
from pptx.util import Cm
from reportlab.lib import colors
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import getSampleStyleSheet
from reportlab.platypus import PageBreak, Paragraph, SimpleDocTemplate, Spacer, Table, TableStyle

ROOT: Final = Path(__file__).parents[3] / "bot" / "playground" / "acme" / "drive"
Row = Sequence[str | int | float]

# -- what they say

TRAVEL: Final[Sequence[Row]] = (
    ("Team", "Q1 2026 (EUR)", "Q2 2026 (EUR)", "Q3 2026 (EUR)", "Trips"),
    ("Sales", 41_250, 38_900, 52_310, 148),
    ("Field service", 63_480, 70_115, 66_720, 231),
    ("Platform", 9_340, 12_860, 7_905, 37),
    ("Firmware and lab", 6_120, 5_480, 8_230, 22),
    ("Finance and legal", 3_410, 2_975, 3_860, 19),
    ("Total", 123_600, 130_330, 139_025, 457),
)
LONG_TRIPS: Final[Sequence[Row]] = (
    ("Who", "To", "Reason", "Days", "Cost (EUR)"),
    ("Lena Brandt", "Bergen", "Renewal workshop with two mills", 4, 2_640),
    ("Dev Kulkarni", "Houston", "First audit of a refinery site", 5, 3_180),
    ("Marcus Reed", "Rotterdam", "Pump Days, stand 3.214", 3, 2_210),
)
PAYMENT: Final[Sequence[Row]] = (
    ("Supplier", "What we buy", "Days", "Early payment discount", "Contact"),
    ("Noordzee Metaal", "Node housings", 45, "2 % within 10 days", "Ilse Kramer"),
    ("Fonte Electrónica", "Circuit boards", 30, "none", "Rui Antunes"),
    ("Calder Batteries", "Lithium cells for 200-BAT-2", 14, "1.5 % within 7 days", "Joanne Pike"),
    ("Bergmann Kabel", "Antenna cable", 60, "3 % within 14 days", "Jens Bergmann"),
)
STOCK: Final[Sequence[Row]] = (
    ("Article", "Counted", "In the books", "Difference"),
    ("VT-200", "1,412", "1,420", "-8"),
    ("VT-210", "305", "305", "0"),
    ("EG-40", "96", "94", "+2"),
    ("EG-40L", "61", "64", "-3"),
    ("200-BAT-2", "2,880", "2,880", "0"),
)
PIPELINE: Final[Sequence[Row]] = (
    ("Region", "Open offers", "Weighted (EUR)", "Won in Q3", "Lost in Q3"),
    ("Benelux", "31", "1,870,000", "9", "4"),
    ("Nordics", "18", "1,240,000", "5", "3"),
    ("Iberia", "22", "910,000", "6", "6"),
    ("US West and Mountain", "27", "1,530,000", "7", "5"),
)
LOST: Final = (
    "Price of the gateway with LTE: four times",
    "No connector for their maintenance system: six times",
    "Budget frozen: five times",
)
NEXT: Final = (
    "Offer the retrofit bundle to every site with more than 60 nodes",
    "Ask product for a date of the maintenance connector",
    "Call back the eight frozen offers in the second week of January",
)

GUIDE: Final[Sequence[tuple[str, Sequence[str], Sequence[Row]]]] = (
    ("1. What is in the box", ("Check the delivery before you drive to the site. A missing seal cannot be replaced by tape.",),
     (("Part", "Quantity"), ("Gateway EG-40L", "1"), ("Wall bracket WB-2", "1"), ("Stainless screws 6 × 60 mm", "4"), ("Cable gland M20", "2"), ("Rubber seal", "1"))),
    ("2. Tools you need", ("Everything fits into one case. The torque screwdriver is not optional: the lid leaks below the torque of section 6.",),
     (("Tool", "For"), ("Drill, 8 mm", "wall plugs"), ("Torque screwdriver, 0.5 to 3 Nm", "lid and gland"), ("Spirit level", "bracket"))),
    ("3. Choosing the place", ("Mount the gateway between 2.5 and 4 metres above the floor, at least 1.2 metres from variable-speed drives and 3 metres from welding stations.", "Do not mount it on the ceiling: the pressure valve has to point downwards."), ()),
    ("4. Measuring reception", ("Hold the test antenna at the place for two minutes and read the value in the Pulse app.",),
     (("RSRP", "What to do"), ("better than -95 dBm", "internal antenna is enough"), ("-95 to -110 dBm", "use the outdoor antenna ANT-3"), ("worse than -110 dBm", "choose another place or use Ethernet"))),
    ("5. Mounting the bracket", ("Drill four holes of 8 mm, 65 mm deep. Set the bracket with the arrow up. It carries 15 kg; hang nothing else on it.",), ()),
    ("6. Closing the lid", ("Tighten the lid screws crosswise, in two rounds.",),
     (("Screw", "First round", "Second round"), ("Lid, M4", "0.8 Nm", "1.6 Nm"), ("Cable gland, M20", "1.5 Nm", "2.5 Nm"))),
    ("7. Power", ("The gateway takes 24 V DC (18 to 32 V), 9 W at most. Use a fuse of 1 A, slow. Reversed polarity does no harm; it simply does not start.",), ()),
    ("8. What the lights mean", ("All lights are off for the first forty seconds.",),
     (("Light", "Meaning"), ("green, steady", "connected to Pulse"), ("green, blinking", "connecting by LTE"), ("orange, steady", "no SIM or SIM locked"), ("red, blinking twice", "clock not set, wait five minutes"))),
    ("9. Pairing nodes", ("Hold the magnet at a node for three seconds. The gateway listens for fifteen minutes after power on; press the button to start again.",), ()),
    ("10. Acceptance", ("Fill in the site acceptance form with the customer. Every node must have sent at least three values, and the battery of each must be above 90 %.",), ()),
    ("11. Waste", ("Take the packaging with you. Old gateways go back to Utrecht in the same box; write the serial number on the outside.",), ()),
    ("12. Help", ("Partner support: workdays from 07:00 to 19:00 Utrecht time. Have the serial number and a photo of the lights ready.",), ()),
)  # fmt: skip


# -- how they are written


def travel_costs(path: Path) -> None:
    book = Workbook()
    _sheet(book.active, "By quarter", TRAVEL)
    _sheet(book.create_sheet(), "Trips above 2,000 EUR", LONG_TRIPS)
    book.save(path)


def payment_terms(path: Path) -> None:
    book = Workbook()
    _sheet(book.active, "Payment terms", PAYMENT)
    book.save(path)


def _sheet(sheet: Any, title: str, rows: Iterable[Row]) -> None:
    sheet.title = title
    for row in rows:
        sheet.append(row)
    for cell in sheet[1]:
        cell.font = Font(bold=True)


def stocktake(path: Path) -> None:
    document = Document()
    document.core_properties.author = "Chloe Martens"
    document.core_properties.created = datetime(2026, 10, 30)  # noqa: DTZ001 - the library takes no zone
    document.add_heading("Stocktake Utrecht, October 2026", level=0)
    document.add_paragraph("Counted on 29 and 30 October by Chloe Martens and two people of the warehouse.")
    document.add_heading("Result", level=1)
    table = document.add_table(rows=0, cols=len(STOCK[0]))
    for row in STOCK:
        for cell, value in zip(table.add_row().cells, row, strict=True):
            cell.text = str(value)
    document.add_heading("What we do about it", level=1)
    document.add_paragraph(
        "The three missing EG-40L are on loan in trial kits that were never booked out.", "List Bullet"
    )
    document.add_paragraph(
        "Eight VT-200 went to the lab in Utrecht; firmware books them as test material.", "List Bullet"
    )
    document.add_paragraph("The next stocktake is on 28 April 2027. Shelf D is locked while it lasts.", "List Bullet")
    document.save(str(path))


def pipeline_review(path: Path) -> None:
    deck = Presentation()
    title = deck.slides.add_slide(deck.slide_layouts[0])
    title.shapes.title.text = "Pipeline review Q3 2026"
    title.placeholders[1].text = "Marcus Reed, sales operations"
    numbers = deck.slides.add_slide(deck.slide_layouts[5])
    numbers.shapes.title.text = "Where we stand"
    frame = numbers.shapes.add_table(len(PIPELINE), len(PIPELINE[0]), Cm(1), Cm(4), Cm(23), Cm(8))
    for at, row in enumerate(PIPELINE):
        for column, value in enumerate(row):
            frame.table.cell(at, column).text = str(value)
    numbers.notes_slide.notes_text_frame.text = "Weighted means: amount times the probability of the stage in CRM."
    for heading, lines in (("Why we lost", LOST), ("Until December", NEXT)):
        slide = deck.slides.add_slide(deck.slide_layouts[1])
        slide.shapes.title.text = heading
        slide.placeholders[1].text = "\n".join(lines)
    deck.save(str(path))


def installation_guide(path: Path) -> None:
    """Twelve pages, one for each section."""
    styles = getSampleStyleSheet()
    story: list[Any] = []
    for heading, paragraphs, rows in GUIDE:
        story += [Paragraph(heading, styles["Heading1"])]
        story += [Paragraph(text, styles["BodyText"]) for text in paragraphs]
        if rows:
            lines = TableStyle(
                [("GRID", (0, 0), (-1, -1), 0.5, colors.grey), ("FONTNAME", (0, 0), (-1, 0), "Helvetica-Bold")]
            )
            story += [Spacer(1, 12), Table([list(row) for row in rows], style=lines, hAlign="LEFT")]
        story.append(PageBreak())
    about = {"title": "EG-40L installation guide for partners", "author": "Acme, field service"}
    SimpleDocTemplate(str(path), pagesize=A4, invariant=1, **about).build(story)


FILES: Final = {
    "travel-costs-2026.xlsx": travel_costs,
    "supplier-payment-terms.xlsx": payment_terms,
    "stocktake-utrecht-2026-10.docx": stocktake,
    "pipeline-review-2026-q3.pptx": pipeline_review,
    "eg-40l-installation-guide.pdf": installation_guide,
}

if __name__ == "__main__":
    ROOT.mkdir(exist_ok=True)
    for name, write in FILES.items():
        write(ROOT / name)
