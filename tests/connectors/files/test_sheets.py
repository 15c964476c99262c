"""What a workbook says, as Markdown: as somebody sees it who opens it."""

from datetime import date, datetime, time

import pytest
from openpyxl.styles import Font
from openpyxl.workbook.workbook import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from connectors.files import Limits
from connectors.files.formats import shown
from tests.connectors.files.making import book_of, read, workbook


def moment(year: int, month: int, day: int, hour: int = 0, minute: int = 0) -> datetime:
    return datetime(year, month, day, hour, minute)  # noqa: DTZ001 - as a workbook has it


ROWS = [("Product", "Price", "Since"), ("VT-200", 1249.5, date(2025, 3, 1)), ("VT-300", 99, date(2026, 4, 1))]


def test_a_sheet_is_a_heading_and_its_table_has_the_names_of_its_columns() -> None:
    assert read("a.xlsx", book_of(*ROWS)).text == (
        "## Sheet\n\n| Product | Price | Since |\n|---|---|---|\n| VT-200 | 1249.5 | 2025-03-01 |\n| VT-300 | 99 | 2026-04-01 |"
    )


def test_titles_above_and_remarks_below_are_no_rows() -> None:
    found = read(
        "a.xlsx",
        book_of(("Price list",), ("Valid for resellers",), (), *ROWS, (), ("Without VAT and delivery, net 30.",)),
    )
    assert found.text.startswith("## Sheet\n\n### Price list\n\nValid for resellers\n\n| Product | Price |")
    assert found.text.endswith("\n\nWithout VAT and delivery, net 30.")


def test_what_goes_on_below_a_free_row_belongs_to_the_table() -> None:
    found = read("a.xlsx", book_of(*ROWS, (), ("VT-400", 5, date(2026, 5, 1))))
    assert found.text.endswith("| VT-300 | 99 | 2026-04-01 |\n| VT-400 | 5 | 2026-05-01 |")


def test_tables_side_by_side_are_two() -> None:
    found = read("a.xlsx", book_of(("Product", "Price", None, "Region", "Head"), ("VT", 2, None, "North", "Ana")))
    assert found.text == (
        "## Sheet\n\n| Product | Price |\n|---|---|\n| VT | 2 |\n\n| Region | Head |\n|---|---|\n| North | Ana |"
    )


def test_names_over_names_become_one() -> None:
    def write(made: Workbook, active: Worksheet) -> None:
        for row in (("Region", "2025", None), (None, "H1", "H2"), ("North", 1, 2), ("South", 3, 4)):
            active.append(row)
        active.merge_cells("A1:A2")
        active.merge_cells("B1:C1")

    assert "| Region | 2025 H1 | 2025 H2 |\n|---|---|---|\n| North | 1 | 2 |" in read("a.xlsx", workbook(write)).text


def test_names_that_are_the_same_below_different_ones_are_told_apart() -> None:
    def write(made: Workbook, active: Worksheet) -> None:
        for row in (
            ("Site", "2025", None, "2026", None),
            (None, "Gas", "Power", "Gas", "Power"),
            ("Porto", 1, 2, 3, 4),
        ):
            active.append(row)
        for area in ("A1:A2", "B1:C1", "D1:E1"):
            active.merge_cells(area)

    assert "| Site | 2025 Gas | 2025 Power | 2026 Gas | 2026 Power |" in read("a.xlsx", workbook(write)).text


def test_two_cells_beside_each_other_without_names_are_a_line() -> None:
    found = read("a.xlsx", book_of(("Valid from", date(2027, 1, 1)), ("Owner:", "Ana"), (), *ROWS))
    assert found.text.startswith("## Sheet\n\nValid from: 2027-01-01\n\nOwner: Ana\n\n| Product | Price |")


def test_a_merged_cell_stands_in_each_of_its_rows() -> None:
    def write(made: Workbook, active: Worksheet) -> None:
        for row in (("Site", "Desk"), ("Lisbon", "A1"), (None, "A2")):
            active.append(row)
        active.merge_cells("A2:A3")

    assert read("a.xlsx", workbook(write)).text.endswith("| Lisbon | A1 |\n| Lisbon | A2 |")


def test_what_is_hidden_is_left_out_and_said() -> None:
    def write(made: Workbook, active: Worksheet) -> None:
        for row in (*ROWS, ("secret", 1, date(2026, 1, 1))):
            active.append(list(row))
        active.row_dimensions[4].hidden = True
        active.column_dimensions["B"].hidden = True
        salaries = made.create_sheet("Salaries")
        salaries.append(("Ana", 1))
        salaries.sheet_state = "hidden"

    found = read("a.xlsx", workbook(write))
    assert "Price" not in found.text
    assert "secret" not in found.text
    assert "Ana" not in found.text
    assert found.losses == ("hidden columns", "hidden rows", "hidden sheets")


def test_a_formula_is_what_it_last_came_to() -> None:
    found = read("a.xlsx", book_of(("Item", "Sum"), ("All", "=1+1")))
    assert "=1+1" not in found.text


def test_a_large_sheet_is_cut_and_said_to_be() -> None:
    found = read("a.xlsx", book_of(("Name", "Number"), *((f"n{at}", at) for at in range(50))), Limits(most_rows=20))
    assert "| n18 | 18 |" in found.text
    assert "n19" not in found.text
    assert found.losses == ("rows of a sheet beyond 20",)


def test_a_workbook_has_so_many_cells() -> None:
    found = read("a.xlsx", book_of(("Name", "Number"), *((f"n{at}", at) for at in range(50))), Limits(most_cells=20))
    assert "n9" not in found.text
    assert found.losses == ("cells of the workbook beyond 20",)


def test_bold_names_are_names_though_they_hold_figures() -> None:
    def write(made: Workbook, active: Worksheet) -> None:
        for row in (("Region", 2025, 2026), ("North", 1, 2), ("South", 3, 4)):
            active.append(row)
        for cell in active[1]:
            cell.font = Font(bold=True)

    assert "| Region | 2025 | 2026 |\n|---|---|---|\n| North |" in read("a.xlsx", workbook(write)).text


@pytest.mark.parametrize(
    ("value", "number_format", "text"),
    [
        (1249.5, "General", "1249.5"),
        (0.1 + 0.2, "General", "0.3"),
        (12.0, "General", "12"),
        (1249.5, "#,##0.00", "1,249.50"),
        (1249.5, '#,##0.00 "€"', "1,249.50 €"),
        (1249.5, "#,##0.00\\ [$€-407]", "1,249.50 €"),
        (1249, "[$$-409]#,##0", "$1,249"),
        (-5, "#,##0;(#,##0)", "(5)"),
        (-5, "#,##0;[Red]-#,##0", "-5"),
        (0, '0;-0;"none"', "none"),
        (0.125, "0.0%", "12.5%"),
        (0.5, "0%", "50%"),
        (1_500_000, '#,##0.0,,"m"', "1.5m"),
        (7, "000", "007"),
        (3.14159, "0.##", "3.14"),
        (3, "0.##", "3"),
        (True, "General", "TRUE"),
        (moment(2026, 3, 11), "mm-dd-yy", "2026-03-11"),
        (moment(2026, 3, 11), "d mmmm yyyy", "11 March 2026"),
        (moment(2026, 3, 11), "dd.mm.yyyy", "11.03.2026"),
        (moment(2026, 3, 11), "ddd d mmm yy", "Wed 11 Mar 26"),
        (moment(2026, 3, 11, 14, 5), "yyyy-mm-dd hh:mm", "2026-03-11 14:05"),
        (time(14, 5), "h:mm AM/PM", "2:05 PM"),
        (moment(2026, 3, 11, 14, 5), "General", "2026-03-11 14:05"),
        (float("nan"), "0.0", ""),
    ],
)
def test_a_value_is_shown_as_its_format_shows_it(value: object, number_format: str, text: str) -> None:
    assert shown(value, number_format) == text
