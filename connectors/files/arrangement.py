"""What a sheet says beside its values: what is merged, and what is hidden. Read in one pass, and bounded."""

import io
from typing import Final, NamedTuple

from lxml import etree
from openpyxl.utils import column_index_from_string, range_boundaries

from connectors.files.nouns import Limits

_MAIN: Final = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_ROW, _COLUMN, _MERGED = f"{_MAIN}row", f"{_MAIN}col", f"{_MAIN}mergeCell"
_TRUE: Final = frozenset({"1", "true"})
_MOST_MERGED: Final = 20_000


class Area(NamedTuple):
    """Rows and columns from 1, the last of each included."""

    left: int
    top: int
    right: int
    bottom: int


class Arrangement(NamedTuple):
    merged: tuple[Area, ...]
    hidden_rows: frozenset[int]
    hidden_columns: frozenset[int]
    last_row: int
    last_column: int


def arrangement(sheet: bytes, limits: Limits) -> Arrangement:
    merged: list[Area] = []
    rows: set[int] = set()
    columns: set[int] = set()
    number = last_column = 0
    events = etree.iterparse(io.BytesIO(sheet), tag=(_ROW, _COLUMN, _MERGED), resolve_entities=False, no_network=True)
    for _, element in events:
        is_hidden = element.get("hidden") in _TRUE
        if element.tag == _ROW:
            number = int(element.get("r") or number + 1)
            last_column = max(last_column, _last_column(element))
            if is_hidden and number <= limits.most_rows:
                rows.add(number)
        elif element.tag == _COLUMN and is_hidden:
            last = min(int(element.get("max") or 0), limits.most_columns)
            columns.update(range(int(element.get("min") or 1), last + 1))
        elif element.tag == _MERGED and len(merged) < _MOST_MERGED:
            merged.append(Area(*range_boundaries(element.get("ref") or "")))
        element.clear()
        while element.getprevious() is not None and (above := element.getparent()) is not None:
            del above[0]
    return Arrangement(tuple(merged), frozenset(rows), frozenset(columns), number, last_column)


def _last_column(row: etree._Element) -> int:
    """Of a cell that has a name; without one they come one after the other."""
    if not len(row):
        return 0
    name = row[-1].get("r")
    return column_index_from_string(name.rstrip("0123456789")) if name else len(row)
