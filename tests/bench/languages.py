"""Are questions in German, French, Spanish and Japanese refused where nothing answers them, and else answered rightly or refused?

    python -m tests.bench.languages [--quick] [--json]

Thirty of our own in each, over the sample company, whose pages are nearly all in English, without a model. `many_languages` is the
same with an embedder that gives a question the vector of what it means: it shows what else than the embedder stands in the way,
and nothing of any embedder. `--quick` takes every third question, and the built-in embedder alone.
"""

import argparse
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from bot import settings
from bot.core.ports import Embedder
from bot.models.embedder import MiniLM
from bot.models.weights import locate
from tests import inside
from tests.bench.figures import tell
from tests.quality.languages import LANGUAGES, ManyLanguages, became, figures, questions
from tests.quality.tables import COMPANY

EVERY = 3


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    tell(measure(quick=given.quick), as_json=given.json)


def measure(*, quick: bool) -> dict[str, Any]:
    weights = locate(settings.load().models)
    assert weights is not None, "run `python -m bot.models.weights` first"
    with MiniLM(weights) as embedder:
        built_in = of(embedder, ("en", *LANGUAGES), step=EVERY if quick else 1)
        return built_in if quick else {**built_in, "many_languages": of(ManyLanguages(embedder), LANGUAGES)}


def of(embedder: Embedder, languages: tuple[str, ...], *, step: int = 1) -> dict[str, Any]:
    with TemporaryDirectory(prefix="footnote-languages-") as home:
        alone = {"home": Path(home), "database_url": None, "chroma_url": None}
        with inside.assistant(settings.load().model_copy(update=alone), embedder) as assistant:
            inside.sync(assistant, COMPANY)
            return {
                language: figures([became(assistant, one) for one in questions(language)[::step]])
                for language in languages
            }


if __name__ == "__main__":
    main()
