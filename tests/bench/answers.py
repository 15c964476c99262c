"""Are questions over tables and procedures answered with the right row or step, and a row with its columns' names?

    python -m tests.bench.answers [--quick] [--json]

Without a model: with the built-in embedder, over the sample company. `--quick` leaves out the company's other questions
over tables and procedures, in whose answers only the rows' heads and the order of the steps are looked at.
"""

import argparse
import json
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from tests.bench.figures import show
from tests.quality import tables


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
    with TemporaryDirectory(prefix="footnote-answers-") as home, tables.company(Path(home)) as assistant:
        ours = [tables.judge(assistant, question) for question in tables.questions()]
        asked = () if quick else tables.questions("acme_questions.toml")
        others = [tables.judge(assistant, question) for question in asked]
    return {
        **tables.figures(ours),
        "header_missing": sum(len(one.headless) for one in (*ours, *others)),
        "torn": sum(len(one.torn) for one in (*ours, *others)),
        "answers_looked_at": len(ours) + len(others),
    }


if __name__ == "__main__":
    main()
