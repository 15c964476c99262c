"""Own time of a question over 10,000 passages, by step, beside the least that it could take.

The passages are synthetic, and so are their vectors, so that ten thousand of them need no hour; the questions, and the
sentences that are weighed for an answer, go through the real embedder. The floor is measured in the same run: one
embedding of the question, and as many durable commits as a receipt needs. `again` are those that were answered, asked a
second time, as far as they were answered as before: with nothing searched and nothing written.

`ack_p99_ms` and `lost` are of the real bot in a process of its own, over the small company of the tests: for a few
seconds 50 things happen in its Slack, of which one in ten asks; see `tests.bench.mentions`, which measures more of that.
"""

import argparse
import json
import random
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from functools import partial
from itertools import accumulate
from pathlib import Path

import numpy as np

from bot import app, settings
from bot.core.nouns import Event
from bot.core.ports import NOBODYS, Embedder, Errand, Vector
from bot.models.embedder import MiniLM
from bot.models.remembered import Remembered
from bot.models.weights import fetch
from tests import inside
from tests.bench import mentions
from tests.bench.figures import percentile, show

ASKER = "ana@acme.test"
PASSAGES = 10_000
PIECES_A_DOCUMENT = 10
QUESTIONS, QUICK_QUESTIONS = 400, 40
SLACK_S, QUICK_SLACK_S = 20.0, 2.0
COMMITS = 6  # received, claimed, retrieved, composed, closed, posted


class Stand:
    """The real embedder for questions; for the many passages, vectors by lot: a search costs the same over them."""

    def __init__(self, real: Embedder) -> None:
        self._real = real
        self.stands_in = False

    @property
    def name(self) -> str:
        return "stand"

    @property
    def dimensions(self) -> int:
        return self._real.dimensions

    def embed(self, texts: Sequence[str], *, errand: Errand = NOBODYS) -> Vector:
        if not self.stands_in:
            return self._real.embed(texts, errand=errand)
        rows = np.random.default_rng(len(texts)).standard_normal((len(texts), self.dimensions))
        return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True), dtype=np.float32)


def measure(folder: Path, *, questions: int, embedder: Embedder) -> dict[str, object]:
    stand = Stand(Remembered(embedder))
    asked = write_company(folder / "company", random.Random(7), questions)
    chosen = settings.load().model_copy(update={"home": folder / "home"})
    with inside.assistant(chosen, stand) as assistant:
        stand.stands_in = True
        inside.sync(assistant, folder / "company")
        stand.stands_in = False
        _ask(assistant, "Which words warm everything up?")
        runs = [_ask(assistant, question) for question in asked]
        answered = [question for question, run in zip(asked, runs, strict=True) if run["answered"]]
        again = [run for question in answered if "retrieve" not in (run := _ask(assistant, question))]
        floor = _floor(assistant, embedder, asked)
        passages = assistant.records.sources.active()[0].passages
    own = [run["own"] for run in runs]
    return {
        "own_ms_p50": percentile(own, 50),
        "own_ms_p95": percentile(own, 95),
        "again_ms_p50": percentile([run["own"] for run in again], 50),
        "again_ms_p95": percentile([run["own"] for run in again], 95),
        "again_as_before": len(again),
        "floor_ms_p50": percentile(floor, 50),
        "floor_ms_p95": percentile(floor, 95),
        "passages": passages,
        "documents": PASSAGES // PIECES_A_DOCUMENT,
        "passage_vectors": "by lot",  # a search costs the same over them; see `Stand`
        "embedder_of_questions_and_sentences": embedder.name,
        "questions": len(runs),
        "answered": sum(run["answered"] for run in runs),
        "steps_ms": {
            step: {"p50": percentile(times, 50), "p95": percentile(times, 95)}
            for step in sorted({step for run in runs for step in run} - {"own", "answered"})
            for times in [[run[step] for run in runs if step in run]]
        },
    }


def in_slack(folder: Path, *, seconds: float) -> dict[str, object]:
    folder.mkdir()
    found = mentions.mixed(folder, seconds=seconds)
    return {"ack_p99_ms": found["ack_p99_ms"], "lost": found["lost"], "asked_in_slack": found["asked"]}


def write_company(folder: Path, chance: random.Random, questions: int) -> list[str]:
    """Documents of words with the frequencies of a language; each question is about one sentence of one of them."""
    words = [f"{a}{b}{c}" for a in _PARTS for b in _PARTS for c in ("", "ing", "er", "able")]
    weights = list(accumulate(1 / (rank + 10) for rank in range(len(words))))
    folder.mkdir(parents=True)
    asked = []
    documents = PASSAGES // PIECES_A_DOCUMENT
    for number in range(documents):
        sections = []
        for section in range(PIECES_A_DOCUMENT):
            sentences = [
                " ".join(chance.choices(words, cum_weights=weights, k=14)).capitalize() + "." for _ in range(10)
            ]
            sections.append(f"## Section {section}\n\n" + " ".join(sentences))
            if section == 1 and number < questions:
                asked.append(f"What about {' '.join(sentences[3].split()[:7])}?")
        text = f"---\ntitle: Note {number}\naccess: [[group:staff]]\n---\n# Note {number}\n\n" + "\n\n".join(sections)
        (folder / f"note-{number:05}.md").write_text(text + "\n", encoding="utf-8")
    (folder / "people.yaml").write_text(f"people:\n  {ASKER}: [group:staff]\ngroups: {{}}\n", encoding="utf-8")
    return asked


_PARTS = ("ba", "ke", "li", "mo", "nu", "pra", "ste", "tro", "vel", "win", "zor", "gan", "hup", "fis", "dru")


def _ask(assistant: app.Assistant, text: str) -> dict[str, float]:
    began = time.perf_counter()
    outcome = inside.ask(assistant, text, ASKER)
    own = (time.perf_counter() - began) * 1000
    return {**outcome.timings_ms, "own": own, "answered": float(outcome.reply.kind == "answer")}


def _floor(assistant: app.Assistant, embedder: Embedder, asked: Sequence[str]) -> list[float]:
    """What cannot be avoided: the question's vector, and a receipt that is on the disk."""
    return [_timed(partial(_least, assistant, embedder, text)) for text in asked[:50]]


def _least(assistant: app.Assistant, embedder: Embedder, text: str) -> None:
    embedder.embed([text])
    for _ in range(COMMITS):
        assistant.records.receipts.note(Event(kind="bench", body={"text": text}))


def _timed(work: Callable[[], None]) -> float:
    began = time.perf_counter()
    work()
    return (time.perf_counter() - began) * 1000


def main() -> None:
    began = time.perf_counter()
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--quick", action="store_true", help=f"{QUICK_QUESTIONS} questions, not {QUESTIONS}; ends within 45 s"
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    chosen = parser.parse_args()
    found = settings.load()
    weights = fetch(found.models, offline_folder=found.models_offline, progress=lambda _done, _total: None)
    with tempfile.TemporaryDirectory() as folder, MiniLM(weights) as embedder:
        figures = measure(Path(folder), questions=QUICK_QUESTIONS if chosen.quick else QUESTIONS, embedder=embedder)
        figures |= in_slack(Path(folder) / "slack", seconds=QUICK_SLACK_S if chosen.quick else SLACK_S)
        figures["took_s"] = round(time.perf_counter() - began, 1)
    if chosen.json:
        sys.stdout.write(json.dumps(figures) + "\n")
    else:
        show(figures)


if __name__ == "__main__":
    main()
