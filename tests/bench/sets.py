"""Where the public data lies, and which half of it something is fitted to, and which is reported."""

import argparse
import hashlib
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any


def asked_for(description: str | None) -> argparse.Namespace:
    """The options of every bench that takes public data."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--json", action="store_true")
    named = os.environ.get("FOOTNOTE_BENCH")  # noqa: TID251 - the benches' own switch
    parser.add_argument("--data", type=Path, default=Path(named) if named else None)
    return parser.parse_args()


def is_odd(id_: str) -> bool:
    """Odd is reported; what is fitted is fitted to the even ones."""
    return int(hashlib.sha256(id_.encode()).hexdigest(), 16) % 2 == 1


def lines(file: Path) -> Iterator[dict[str, Any]]:
    with file.open(encoding="utf-8") as rows:
        yield from (json.loads(row) for row in rows if row.strip())
