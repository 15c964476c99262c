"""How well does search rank, beside BM25 alone, vectors alone, and plain reciprocal rank fusion of the two, in one run?

    python -m tests.bench.ranking [--quick] [--json] [--data DIR]

`--data`, or FOOTNOTE_BENCH, names the unpacked public data: each folder of its `beir` is a set. Without it the sample
company's questions are one, which says little. `--quick` takes some questions of each set, and beside their documents so
many others as can be embedded within its time: its figures are higher than those of the whole. Follow-ups whose
conversation is not in the set cannot be understood by anybody, and are left out.
"""

import argparse
import hashlib
import json
import os
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from rich.console import Console
from rich.table import Table

from bot import settings
from bot.core.ports import Scope
from bot.evals import beir
from bot.evals.kept import Kept
from bot.evals.metrics import mean, worth
from bot.evals.rank import as_ids, rank
from bot.evals.report import Outcome, figures, is_odd
from bot.flows.read import Reading
from bot.models.embedder import MiniLM
from bot.models.weights import locate
from policies.people import Audience, Email, email_address
from tests import inside

ROOT = Path(__file__).parent.parent.parent
QUICK_QUESTIONS, QUICK_CHARACTERS = 15, 90_000  # of each set
DEPTH, RRF = 100, 60
KEYS = ("ndcg@10", "recall@5", "recall@10", "recall@100", "mrr@10", "hit@1", "n")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--data", type=Path, default=os.environ.get("FOOTNOTE_BENCH"))  # noqa: TID251 - a bench's own
    given = parser.parse_args()
    measured = measure(Path(given.data) if given.data else None, quick=given.quick)
    if given.json:
        print(json.dumps(measured, indent=2))
    else:
        show(measured)


def measure(data: Path | None, *, quick: bool) -> dict[str, Any]:
    sets = {}
    for name, found in _sets(data):
        whole = found._replace(questions=tuple(one for one in found.questions if _is_whole(one)))
        sets[name] = _measure(_small(whole) if quick else whole)
    below = [
        max(of["bm25"]["ndcg@10"], of["dense"]["ndcg@10"]) - of["footnote"]["ndcg@10"] for of in sets.values()
    ]  # of a set with conversations these two get the question as it was put
    return {"sets": sets, "most_below_one_alone": round(max(0.0, *below), 4) if below else 0.0}


def _sets(data: Path | None) -> Iterator[tuple[str, beir.Set]]:
    if data is None:
        yield "acme", _acme()
        return
    folder = next(place for place in (data / "beir", *data.glob("*/beir"), data) if place.is_dir())
    for one in sorted(path.parent for path in folder.glob("*/corpus.jsonl")):
        yield one.name, beir.read(one)


def _is_whole(question: beir.Asked) -> bool:
    return question.facts.get("type") != "Contextual Anaphora" or bool(question.thread)


def _small(found: beir.Set) -> beir.Set:
    """Questions whose documents are short, so that there is room for others beside them; always the same ones."""
    size = {document.id: len(document.text) for document in found.documents}
    asked = sorted(
        (one for one in found.questions if found.grades.get(one.id)),
        key=lambda one: sum(size.get(document, 0) for document in found.grades[one.id]),
    )[:QUICK_QUESTIONS]
    wanted = {document for one in asked for document in found.grades[one.id]}
    first = [document for document in found.documents if document.id in wanted]
    others = [document for document in found.documents if document.id not in wanted]
    room = QUICK_CHARACTERS - sum(size[document.id] for document in first)
    for document in sorted(others, key=lambda one: hashlib.sha256(one.id.encode(errors="replace")).digest()):
        room -= size[document.id]
        if room > 0:
            first.append(document)
    return found._replace(documents=tuple(first), questions=tuple(asked))


def _acme() -> beir.Set:
    """The company's own pages, as anybody who may read them all would find them."""
    folder = ROOT / "bot" / "playground" / "acme"
    pages = {str(path.relative_to(folder)): path.read_text() for path in sorted(folder.rglob("*.md"))}
    documents = tuple(beir.Document(name, "", text.split("---\n", 2)[-1]) for name, text in pages.items())
    questions = tomllib.loads((ROOT / "tests" / "acme_questions.toml").read_text())["question"]
    asked = [one for one in questions if one.get("document") in pages]
    return beir.Set(
        documents,
        tuple(beir.Asked(one["id"], one["ask"], (), {}) for one in asked),
        {one["id"]: {one["document"]: 1} for one in asked},
    )


def _measure(found: beir.Set) -> dict[str, Any]:
    with ExitStack() as open_, TemporaryDirectory(prefix="footnote-ranking-") as temporary:
        ours = settings.load()
        weights = locate(ours.models)
        assert weights is not None, "run `python -m bot.models.weights` first"
        embedder = open_.enter_context(Kept(MiniLM(weights), ours.models.parent / "evals"))
        place = Path(temporary)
        (place / "documents").mkdir()
        names = beir.write(found, place / "documents", may_read=None, reader=None)
        alone = {"home": place / "home", "database_url": None, "chroma_url": None, "access_trusted_for_minutes": 1e5}
        assistant = open_.enter_context(inside.assistant(ours.model_copy(update=alone), embedder))
        inside.sync(assistant, place / "documents", beir.SOURCE)
        house, reader = assistant.answering.reading, email_address(beir.EVERYONE)
        outcomes, peers = [], _Peers(house, reader, names)
        for question in found.questions:
            ranked = rank(question.text, question.thread, reader, house)
            ids = as_ids(ranked, names, beir.SOURCE)
            outcomes.append(Outcome(question.id, ids, ranked.answerable, ranked.refused, question.facts))
            if found.grades.get(question.id):
                peers.ask(question)
        ours_figures = figures(outcomes, found.grades)
        return {"footnote": ours_figures, **peers.figures(found.grades), "documents": len(found.documents)}


class _Peers:
    """Each retriever alone, and plain fusion of their ranks: best piece a document, nothing else."""

    def __init__(self, house: Reading, reader: Email, names: Mapping[str, str]) -> None:
        self._house, self._names = house, names
        self._audience = Audience.only(house.access.person(reader))
        self._ranked: dict[str, dict[str, list[str]]] = {"bm25": {}, "dense": {}, "plain_fusion": {}}

    def ask(self, question: beir.Asked) -> None:

        scope = Scope(lists=self._house.access.readable(self._audience, self._house.clock()))
        house = self._house.meaning()
        search, embedder = house.index.newest(), house.embedder
        assert embedder is not None
        words = [hit.passage for hit in search.keywords(question.text, scope, DEPTH)]
        meaning = [hit.passage for hit in search.vectors(embedder.embed([question.text])[0], scope, DEPTH)]
        together: dict[Any, float] = {}
        for ranking in (words, meaning):
            for place, passage in enumerate(ranking, start=1):
                together[passage] = together.get(passage, 0) + 1 / (RRF + place)
        both = sorted(together, key=lambda passage: (-together[passage], passage))
        for name, passages in (("bm25", words), ("dense", meaning), ("plain_fusion", both)):
            stored = self._house.passages.live(passages)
            documents = dict.fromkeys(stored[one].passage.document for one in passages)
            self._ranked[name][question.id] = [self._names[one.removeprefix(f"{beir.SOURCE}:")] for one in documents]

    def figures(self, grades: Mapping[str, Mapping[str, int]]) -> dict[str, Any]:
        return {name: self._mean(ranked, grades) for name, ranked in self._ranked.items()}

    def _mean(self, ranked: Mapping[str, Sequence[str]], grades: Mapping[str, Mapping[str, int]]) -> dict[str, Any]:
        worths = {question: worth(documents, grades[question]) for question, documents in ranked.items()}
        odd = [one for question, one in worths.items() if is_odd(question)]
        whole = dict(zip(KEYS, (round(value, 4) for value in mean(list(worths.values()))), strict=False))
        return {**whole, "n": len(worths), "odd": {"ndcg@10": round(mean(odd).ndcg_10, 4)} if odd else {}}


def show(measured: Mapping[str, Any]) -> None:
    table = Table("set", "how", "n", "nDCG@10", "odd half", "R@5", "R@10", "R@100", "MRR@10", "hit@1", box=None)
    for name, of in measured["sets"].items():
        for how in ("bm25", "dense", "plain_fusion", "footnote"):
            each = of[how]
            values = [f"{each[key]:.3f}" for key in KEYS[1:-1]]
            odd = each.get("odd", {}).get("ndcg@10")
            table.add_row(name, how, str(each["n"]), f"{each['ndcg@10']:.3f}", f"{odd:.3f}" if odd else "", *values)
        if "answerability" in of["footnote"]:
            table.add_row(name, f"answerability {json.dumps(of['footnote']['answerability'])}")
    Console(width=200).print(table)


if __name__ == "__main__":
    main()
