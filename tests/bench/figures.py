"""Figures as every bench prints them."""

import json
import statistics
import sys
from collections.abc import Mapping, Sequence

from rich.console import Console
from rich.table import Table


def percentile(values: Sequence[float], percent: int) -> float:
    if len(values) == 1:
        return round(values[0], 2)
    return round(statistics.quantiles(values, n=100, method="inclusive")[percent - 1], 2)


def tell(figures: Mapping[str, object], *, as_json: bool) -> None:
    if as_json:
        sys.stdout.write(f"{json.dumps(figures, indent=2)}\n")
    else:
        show(figures)


def show(figures: Mapping[str, object]) -> None:
    table = Table("figure", "value", box=None)
    for name, value in figures.items():
        table.add_row(name, json.dumps(value))
    Console().print(table)
