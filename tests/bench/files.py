"""Are questions over an office's documents answered with the right row or sentence, and what does it cost to read them?

    python -m tests.bench.files [--quick] [--json]

Without a model: with the built-in embedder, over a dozen workbooks, documents, presentations and PDF, sixty questions. `--quick`
asks only the half that nothing was tuned on. What it costs is measured on one process that is there already, and on larger
files of the same making.
"""

import argparse
import json
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

from reportlab.platypus import PageBreak

from connectors.files import Converted, convert
from tests.bench.figures import show
from tests.connectors.files.making import book_of, pdf, text, word
from tests.quality import office, tables

_AGAIN = 5
_SENTENCE = "The bearings of a pump that is stored are greased every four weeks, and its shaft is turned by hand. "
_ROWS, _PAGES, _PARAGRAPHS = 5_000, 100, 2_000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    measured = measure(quick=given.quick)
    if given.json:
        print(json.dumps(measured, indent=2))
    else:
        show(measured)


def measure(*, quick: bool) -> dict[str, Any]:
    with TemporaryDirectory(prefix="footnote-files-") as home, office.company(Path(home)) as (assistant, folder):
        asked = [one for one in tables.questions("office_questions.toml") if one.is_odd or not quick]
        judged = [tables.judge(assistant, question, folder) for question in asked]
    return {
        **tables.figures(judged),
        "hit_at_1_by_kind": _by_ending(judged),
        "ms_p50": {name: _ms(name, data) for name, data in _usual().items()},
        "large_ms": {} if quick else {name: _ms(name, data, times=1) for name, data in _large().items()},
    }


def _by_ending(judged: Sequence[tables.Judged]) -> dict[str, float]:
    found: dict[str, list[bool]] = {}
    for one in judged:
        found.setdefault(one.question.document.split(".")[1], []).append(one.hit)
    return {ending: round(sum(hits) / len(hits), 4) for ending, hits in sorted(found.items())}


def _usual() -> Mapping[str, bytes]:
    return {
        name: office.DOCUMENTS[name]() for name in ("fleet.xlsx", "purchasing.docx", "hp40-manual.pdf", "roadmap.pptx")
    }


def _large() -> Mapping[str, bytes]:
    return {
        f"{_ROWS} rows.xlsx": book_of(("Part", "Stock", "Price"), *((f"P{at}", at, at / 7) for at in range(_ROWS))),
        f"{_PAGES} pages.pdf": pdf(*(one for _ in range(_PAGES) for one in (text(_SENTENCE * 30), PageBreak()))),
        f"{_PARAGRAPHS} paragraphs.docx": word(
            lambda made: [made.add_paragraph(_SENTENCE * 3) for _ in range(_PARAGRAPHS)]
        ),
    }


def _ms(name: str, data: bytes, *, times: int = _AGAIN) -> float:
    taken = []
    for _ in range(times):
        started = time.perf_counter()
        assert isinstance(convert(name=name, media_type="", data=data), Converted)
        taken.append((time.perf_counter() - started) * 1000)
    return round(median(taken), 1)


if __name__ == "__main__":
    main()
