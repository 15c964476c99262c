"""Does the answer without a model quote what was asked for? By type of question, with the pipeline as it runs.

    python -m tests.bench.extractive [--quick] [--json] [--data DIR]

With public data: each question of `beir/gitlab-deeprag` whose answer stands in its documents' text; an answer is right if
the gold string stands in a quote of it. Fitted is to the even half, reported is the odd. Without data, the sample company's
questions, by what their answers have to contain. `--quick` asks the questions of one type alone: those that one sentence
answers.
"""

import re
import tomllib
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

from bot import app, settings
from bot.evals import beir
from bot.evals.kept import Kept
from bot.models.embedder import MiniLM
from bot.models.weights import locate
from policies.evidence import Answer
from tests import inside
from tests.bench.figures import tell
from tests.bench.sets import asked_for, is_odd
from tests.quality.tables import COMPANY, TESTS

SET = "gitlab-deeprag"
BY_ONE = "Single-Text"  # what one sentence answers
_QUICK = frozenset({BY_ONE, "table"})
_NO_WORD = re.compile(r"[^\w%$€£#@.,:/-]+")


class Question(NamedTuple):
    id: str
    type: str
    ask: str
    person: str
    gold: tuple[str, ...]  # all of them


class Judged(NamedTuple):
    question: Question
    is_answered: bool
    is_found: bool  # the gold string is in the evidence
    is_right: bool  # and in a quote of the answer
    said: tuple[str, ...]


def main() -> None:
    given = asked_for(__doc__)
    tell(measure(given.data, quick=given.quick), as_json=given.json)


def measure(data: Path | None, *, quick: bool) -> dict[str, Any]:
    types = defaultdict(list)
    for one in judge(data, quick=quick):
        types[one.question.type].append(one)
    return {type_: _figures(some) for type_, some in sorted(types.items())}


def judge(data: Path | None, *, quick: bool = False) -> list[Judged]:
    with TemporaryDirectory(prefix="footnote-extractive-") as home, _assistant(Path(home), data) as (asked, assistant):
        return [_judged(assistant, one) for one in asked if not quick or one.type in _QUICK]


def _figures(judged: Sequence[Judged]) -> dict[str, Any]:
    halves = {
        "odd": [one for one in judged if is_odd(one.question.id)],
        "even": [one for one in judged if not is_odd(one.question.id)],
    }
    return {
        half: {
            "n": len(some),
            "right": _share([one.is_right for one in some]),
            "answered": _share([one.is_answered for one in some]),
            "in_evidence": _share([one.is_found for one in some]),
        }
        for half, some in halves.items()
    }


def _share(given: Sequence[bool]) -> float | None:
    return round(sum(given) / len(given), 3) if given else None


def _judged(assistant: app.Assistant, question: Question) -> Judged:
    outcome = inside.ask(assistant, question.ask, question.person)
    claims = outcome.reply.claims if isinstance(outcome.reply, Answer) else ()
    quotes = tuple(citation.quote for claim in claims for citation in claim.citations)
    found = [passage.text for passage in outcome.evidence.passages]
    return Judged(question, bool(claims), stands(question.gold, found), stands(question.gold, quotes), quotes)


def stands(gold: Sequence[str], texts: Sequence[str]) -> bool:
    """In whole words: `150` does not stand in `1500`."""
    whole = _plain(" ".join(texts))
    return all(re.search(rf"(?<!\w){re.escape(_plain(one))}(?!\w)", whole) for one in gold)


def _plain(text: str) -> str:
    return " ".join(_NO_WORD.sub(" ", text.casefold()).split())


@contextmanager
def _assistant(home: Path, data: Path | None) -> Iterator[tuple[list[Question], app.Assistant]]:
    ours = settings.load()
    weights = locate(ours.models)
    assert weights is not None, "run `python -m bot.models.weights` first"
    alone = {"home": home, "database_url": None, "chroma_url": None, "access_trusted_for_minutes": 1e5}
    with ExitStack() as open_:
        embedder = open_.enter_context(Kept(MiniLM(weights), ours.models.parent / "evals"))
        assistant = open_.enter_context(inside.assistant(ours.model_copy(update=alone), embedder))
        if data is None:
            inside.sync(assistant, COMPANY)
            yield list(_own()), assistant
            return
        found = beir.read(data / "beir" / SET)
        (home / "documents").mkdir()
        beir.write(found, home / "documents", may_read=None, reader=None)
        inside.sync(assistant, home / "documents", beir.SOURCE)
        yield list(_public(found)), assistant


def _public(found: beir.Set) -> Iterator[Question]:
    """Those whose answer stands in a document; whether one does says the set's own text."""
    texts = {document.id: document.text for document in found.documents}
    for one in found.questions:
        gold = str(one.facts["answer"])
        if stands([gold], [texts[name] for name in found.grades.get(one.id, {}) if name in texts]):
            yield Question(one.id, str(one.facts["type"]), one.text, beir.EVERYONE, (gold,))


def _own() -> Iterator[Question]:
    for one in tomllib.loads((TESTS / "acme_questions.toml").read_text(encoding="utf-8"))["question"]:
        if one.get("contains"):
            yield Question(one["id"], one["kind"], one["ask"], one["as"], tuple(one["contains"]))


if __name__ == "__main__":
    main()
