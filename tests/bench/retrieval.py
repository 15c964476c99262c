"""Searching within what somebody may read: how fast, how exact, and while how much changes, beside what else there is.

    python -m tests.bench.retrieval [--quick] [--json] [--data DIR] [--passages N …] [--keep DIR]

Passages, words, vectors and access are by lot (see `tests.bench.large`): 100,000 and 500,000 of them, 20,000 with
--quick. Embedding the question is left out. For 1, 10, 50 and 100 % visible: the half that searches vectors beside
Chroma's `$in`, its unfiltered search and plain NumPy; the half that searches words beside SQLite's FTS5 with a join, and
tantivy with a filter where it is installed; and the whole retrieve step, with the late check.

`parity_mismatches` counts lists of hits that are not, to the last digit, those of an index that was made of what the
person may read alone; over real sets too, with `--data` (see `tests.bench.parity`), and over the sample company
without. `recall` is against a product of every vector in 64 bits. Nothing may be wrong while it changes:
`busy.wrong` counts searches that found what was gone already, or not yet what was there. Changes come eight at a time,
as a sync brings them (`busy`), and one at a time (`busy_one_by_one`).
"""

import argparse
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np

from bot import app, settings
from bot.core.nouns import PassageId, Piece, Wording
from bot.core.ports import NOBODYS, Embedder, Errand, Hit, Scope, Vector
from bot.evals.kept import Kept
from bot.models.embedder import MiniLM
from bot.models.weights import locate
from bot.steps.retrieve import retrieve
from bot.stores.catalogue import SourceCatalogue
from bot.stores.index import _everything
from bot.stores.ledger.book import Ledger
from bot.stores.moment import Moment
from bot.stores.passages import PassageStore
from bot.stores.segments import make
from bot.stores.visible import Part
from bot.worker import _SWITCH_S
from connectors.model import OwnedLayer, SourceDocument
from policies.access import Grant, Layer
from policies.evidence import Evidence
from policies.intents import Route
from policies.people import Audience, Principal
from policies.rules import parse
from tests.bench import parity, peers, ranking
from tests.bench.figures import percentile, show
from tests.bench.large import (
    DIMENSIONS,
    EMBEDDER,
    LISTS,
    NOON,
    SOURCE,
    Company,
    company,
    opened,
    passage_id,
    reader_of,
    scope_of,
    write_vectors,
)
from tests.fakes.embedder import HashingEmbedder
from tests.stores.ledgers import KEY

SHARES: Final = {"1%": 0.01, "10%": 0.1, "50%": 0.5, "100%": 1.0}
K: Final = 20
RULES: Final = parse(app.packaged_rules()).answers
ROUTE: Final = Route(intent="bench", risk="low", retrievers=("keywords", "vectors"), model_class="fast")
SEARCHES_A_SECOND, CHANGES_A_MINUTE, CHANGES_AT_ONCE = 20, 1_000, 8


@dataclass(frozen=True)
class Size:
    passages: int
    questions: int
    asked_of_peers: int
    people: int
    busy_s: float


QUICK: Final = Size(passages=20_000, questions=20, asked_of_peers=6, people=5, busy_s=2)
FULL: Final = (
    Size(passages=100_000, questions=100, asked_of_peers=20, people=40, busy_s=30),
    Size(passages=500_000, questions=100, asked_of_peers=20, people=8, busy_s=30),
)


class Given:
    """An embedder that has the question's vector at hand."""

    name, dimensions = EMBEDDER, DIMENSIONS

    def __init__(self) -> None:
        self.vector = np.zeros(DIMENSIONS, dtype=np.float32)

    def embed(self, _: Sequence[str], *, errand: Errand = NOBODYS) -> Vector:  # noqa: ARG002
        return self.vector[None, :]


def measure(folder: Path, size: Size) -> dict[str, Any]:
    """In `folder`, where a company may be already that was made before and not changed since."""
    is_new = not (folder / "home").exists()
    made = (company if is_new else opened)(folder / "home", size.passages)
    chroma_s = timed(lambda: write_vectors(made))[0] if is_new else None
    first_s, moment = timed(made.index().newest)
    start_s, _ = timed(made.index().newest)
    words = {"fts5": peers.fts5(made, folder), "tantivy": peers.tantivy(made)}
    with peers.chroma(made) as search_chroma:
        shares = {name: _share(made, moment, size, share, words, search_chroma) for name, share in SHARES.items()}
    files = sum(path.stat().st_size for path in (made.home / "index").rglob("*.segment"))
    found = {
        "passages": made.passages,
        "parity_mismatches": _parity(made, moment, size.people),
        "recall": min(share["recall"] for share in shares.values()),
        "speedup_vs_chroma_filtered": min(shares[name]["speedup_vs_chroma"] for name in ("1%", "10%", "50%")),
        "p95_ms": max(share["whole_ms"]["p95"] for share in shares.values()),
        "bytes_per_passage": round(files / made.passages),
        "start_s": round(start_s, 3),
        "alone": _in_a_process_of_its_own(made),
        **({"first_index_s": round(first_s, 2), "chroma_upserts_s": round(chroma_s, 1)} if chroma_s else {}),
        "shares": shares,
        **_changing(made, size),
    }
    made.vectors.close()
    made.database.close()
    return found


def _in_a_process_of_its_own(made: Company) -> dict[str, Any]:
    """How it starts, and what memory the index is to it after some searches of everything."""
    ran = [sys.executable, "-m", "tests.bench.started", str(made.home)]
    return dict(json.loads(subprocess.run(ran, capture_output=True, check=True, text=True).stdout))


def _share(
    made: Company,
    moment: Moment,
    size: Size,
    share: float,
    words: dict[str, Any],
    search_chroma: Callable[..., list[str]],
) -> dict[str, Any]:
    lists, dice = made.readable(share), np.random.default_rng(3)
    scope, audience = scope_of(lists), reader_of(lists)
    asked = [made.question(dice, lists) for _ in range(size.questions)]
    few = asked[: size.asked_of_peers]
    index = made.index()
    index.newest()
    search_plain = peers.plain(made)
    within = lists if share < 1 else None
    for text, vector in asked[:2]:
        moment.vectors(vector, scope, K)
        moment.keywords(text, scope, K)
        search_chroma(vector, within, K)
    by_vectors = _times(lambda one: moment.vectors(one[1], scope, K), asked)
    by_words = _times(lambda one: moment.keywords(one[0], scope, K), asked)
    whole = _times(lambda one: step(made, index, *one, scope, audience), asked)
    theirs = {
        "chroma": _times(lambda one: search_chroma(one[1], within, K), few),
        "numpy": _times(lambda one: search_plain(one[1], lists, K), few),
        **{
            name: _times(lambda one, search=search: search(one[0], lists, K), few)  # type: ignore[misc]
            for name, search in words.items()
            if search is not None
        },
    }
    exact = [_exactly(made, vector, lists) for _, vector in few]
    vectors_p50 = percentile(by_vectors, 50)
    return {
        "visible": round(float(np.isin(made.lists, lists).mean()), 4),
        "vectors_ms": _spread(by_vectors),
        "keywords_ms": _spread(by_words),
        "whole_ms": _spread(whole),
        **{f"{name}_ms": _spread(times) for name, times in theirs.items()},
        "speedup_vs_chroma": round(percentile(theirs["chroma"], 50) / vectors_p50, 1),
        "recall": _recall([_names(moment.vectors(vector, scope, K)) for _, vector in few], exact),
        "chroma_recall": _recall([search_chroma(vector, within, K) for _, vector in few], exact),
    }


def step(made: Company, index: Any, text: str, vector: Vector, scope: Scope, audience: Audience) -> Evidence:
    given = Given()
    given.vector = vector
    return retrieve(
        Wording(asked=text),
        audience,
        scope,
        ROUTE,
        search=index.newest(),
        passages=PassageStore(made.database),
        embedder=given,
        rules=RULES,
        now=NOON,
    ).evidence


def _exactly(made: Company, vector: Vector, lists: Sequence[int]) -> list[str]:
    rows = np.flatnonzero(np.isin(made.lists, lists))
    scores = np.concatenate(
        [made.matrix[some].astype(np.float64) @ vector.astype(np.float64) for some in np.array_split(rows, 20)]
    )
    return [passage_id(int(row)) for row in rows[np.argsort(-scores, kind="stable")[:K]]]


def _recall(found: Sequence[Sequence[str]], exact: Sequence[Sequence[str]]) -> float:
    right = sum(len(set(mine) & set(wanted)) for mine, wanted in zip(found, exact, strict=True))
    return round(right / sum(map(len, exact)), 4)


def _parity(made: Company, moment: Moment, people: int) -> int:
    """Each person reads some lists at random; their index is made of nothing else."""
    with made.database.reading() as session:
        entries = [entry for rows in _everything(session) for entry in rows]
    row_of = {passage_id(number): number for number in range(made.passages)}
    dice, wrong = np.random.default_rng(5), 0
    for _ in range(people):
        lists = sorted(dice.choice(LISTS, size=int(dice.integers(1, 60)), replace=False).tolist())
        scope = scope_of(lists)
        ours = [entry for entry in entries if entry.list_id in scope.lists]
        if not ours:
            continue
        matrix = made.matrix[[row_of[entry.passage] for entry in ours]]
        alone = Moment(0, [Part.whole(make(ours, matrix, np.ones(len(ours), dtype=np.bool_)).whole())])
        for text, vector in (made.question(dice, lists) for _ in range(3)):
            wrong += alone.keywords(text, scope, 60) != moment.keywords(text, scope, 60)
            wrong += alone.vectors(vector, scope, 60) != moment.vectors(vector, scope, 60)
    return wrong


# While it changes.


class Author:
    """Changes one document after the other, as a sync does."""

    def __init__(self, made: Company) -> None:
        self._made, self._dice = made, np.random.default_rng(13)
        self._catalogue = SourceCatalogue(
            made.database, Ledger(made.database, KEY), SOURCE, added_at=NOON, hold=lambda _: None, clock=lambda: NOON
        )
        self.versions: dict[int, int] = {}  # of each document that was changed, once it may be found
        self.begun: dict[int, int] = {}

    def change(self, *documents: int) -> None:
        """Together, as a batch of a sync is written."""
        versions = {one: self.begun.get(one, 0) + 1 for one in documents}
        self.begun |= versions
        staged = self._catalogue.stage([_written(one, version) for one, version in versions.items()])
        ids = [id_ for each in staged for id_, _ in each.passages]
        rows = self._dice.standard_normal((len(ids), DIMENSIONS)).astype(np.float32)
        rows /= np.linalg.norm(rows, axis=1, keepdims=True)
        self._made.vectors.put(ids, rows)
        self._catalogue.go_live(staged, embedded_by=EMBEDDER)
        self.versions |= versions


def _written(document: int, version: int) -> tuple[SourceDocument, list[Piece]]:
    pieces = [Piece(ordinal=at, heading_path=(), text=f"{_mark(document, version)} w{at}x w30x") for at in range(5)]
    layer = OwnedLayer(node="n0", layer=Layer(grants=frozenset({Grant(principal=Principal(f"{SOURCE}/group:0"))})))
    changed = SourceDocument(
        id=str(document),
        title="changed",
        url=None,
        updated=NOON,
        place="",
        version=str(version),
        text="x",
        access=(layer,),
    )
    return changed, pieces


def _mark(document: int, version: int) -> str:
    return f"mark{document}v{version}"


def _changing(made: Company, size: Size) -> dict[str, Any]:
    index, author, lists = made.index(), Author(made), sorted({0, *made.readable(0.1)})
    index.newest()
    author.change(1)
    index.newest()
    once_s, _ = timed(lambda: _one_change(index, author, scope_of(lists)))
    quiet, _ = _searching(made, index, lists, author, size.busy_s)
    busy = {
        name: _busy(made, index, lists, author, size.busy_s, at_once, quiet)
        for name, at_once in (("busy", CHANGES_AT_ONCE), ("busy_one_by_one", 1))
    }
    index.close()
    return {"one_change_s": round(once_s, 3), **busy}


def _busy(
    made: Company,
    index: Any,
    lists: Sequence[int],
    author: Author,
    seconds: float,
    at_once: int,
    quiet: Sequence[float],
) -> dict[str, Any]:
    stop = threading.Event()
    counted: list[int] = [0]
    writer = threading.Thread(target=_author_on, args=(author, made.passages // 5, at_once, stop, counted))
    began = time.perf_counter()
    writer.start()
    busy, wrong = _searching(made, index, lists, author, seconds)
    stop.set()
    writer.join()
    took = time.perf_counter() - began
    return {
        "changes_a_minute": round(counted[0] / took * 60),
        "searches": len(busy),
        "wrong": wrong,
        "quiet_ms": _spread(quiet),
        "busy_ms": _spread(busy),
        "slower_p95": round(percentile(busy, 95) / percentile(quiet, 95), 2),
    }


def _one_change(index: Any, author: Author, scope: Scope) -> None:
    """From the moment a document's new text is known to the moment it is found; embedding it is left out."""
    author.change(2)
    assert len(index.newest().keywords(_mark(2, 1), scope, K)) == 5


def _author_on(author: Author, documents: int, at_once: int, stop: threading.Event, counted: list[int]) -> None:
    dice, due = random.Random(17), time.perf_counter()
    while not stop.is_set():
        author.change(*dice.sample(range(min(documents, 500)), at_once))
        counted[0] += at_once
        due += at_once * 60 / CHANGES_A_MINUTE
        time.sleep(max(0.0, due - time.perf_counter()))


def _searching(
    made: Company, index: Any, lists: Sequence[int], author: Author, seconds: float
) -> tuple[list[float], int]:
    """So many a second, whether or not the one before is done: what one waits for is counted from when it was due."""
    dice, waits, wrong = np.random.default_rng(19), [], 0
    scope, audience = scope_of(lists), reader_of(lists)
    due = time.perf_counter()
    for _ in range(round(seconds * SEARCHES_A_SECOND)):
        text, vector = made.question(dice, lists)
        time.sleep(max(0.0, due - time.perf_counter()))
        step(made, index, text, vector, scope, audience)
        waits.append((time.perf_counter() - due) * 1000)
        due += 1 / SEARCHES_A_SECOND
        wrong += _is_wrong(index, author, scope)
    return waits, wrong


def _is_wrong(index: Any, author: Author, scope: Scope) -> bool:
    if not author.versions:
        return False
    document = random.choice(list(author.versions))
    before = author.versions[document]
    found = index.newest()
    after = author.begun[document]
    current = [len(found.keywords(_mark(document, version), scope, K)) for version in range(before, after + 1)]
    gone = len(found.keywords(_mark(document, before - 1), scope, K))
    return sorted(current) != [*[0] * (after - before), 5] or gone != 0


def timed(work: Callable[[], Any]) -> tuple[float, Any]:
    began = time.perf_counter()
    done = work()
    return time.perf_counter() - began, done


def _times(work: Callable[[tuple[str, Vector]], Any], asked: Sequence[tuple[str, Vector]]) -> list[float]:
    return [timed(lambda one=one: work(one))[0] * 1000 for one in asked]  # type: ignore[misc]


def _spread(times: Sequence[float]) -> dict[str, float]:
    return {"p50": percentile(times, 50), "p95": percentile(times, 95)}


def _names(hits: Sequence[Hit]) -> list[PassageId]:
    return [hit.passage for hit in hits]


def _sets(data: Path | None, *, quick: bool) -> dict[str, Any]:
    """Parity over each whole set; with --quick over the smallest, with fewer questions and an embedder without weights."""
    sets = sorted(ranking._sets(data), key=lambda named: len(named[1].documents))
    found = {}
    with ExitStack() as open_:
        weights = None if quick else locate(settings.load().models)
        embedder: Embedder = HashingEmbedder()
        if weights is not None:
            embedder = open_.enter_context(Kept(MiniLM(weights), settings.load().models.parent / "evals"))
        for name, one in sets[:1] if quick else sets:
            dealt = (parity.BY_TOPIC,) if quick else (parity.BY_LOT, parity.BY_TOPIC)
            questions = 1 if quick else 10
            found[name] = parity.measure(one, embedder, people=parity.PEOPLE, questions=questions, dealt=dealt)
            sys.stderr.write(f"parity: {name} {json.dumps(found[name])}\n")
    return found


def _run(size: Size, keep: Path | None) -> dict[str, Any]:
    """A company that is kept is made once, and each run has a copy of it: the run changes documents."""
    with tempfile.TemporaryDirectory(dir=keep) as folder:
        if keep is None:
            return measure(Path(folder), size)
        kept = keep / str(size.passages)
        if not kept.exists():
            made = company(Path(folder) / "home", size.passages)
            write_vectors(made)
            made.index().newest()
            made.vectors.close()
            made.database.close()
            (Path(folder) / "home").rename(kept)
        shutil.copytree(kept, Path(folder) / "home")
        return measure(Path(folder), size)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="20,000 passages; ends within 45 s")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("--data", type=Path, default=os.environ.get("FOOTNOTE_BENCH"))  # noqa: TID251 - a bench's own
    parser.add_argument("--passages", type=int, action="append", help="only this size")
    parser.add_argument("--keep", type=Path, metavar="DIR", help="make the companies there once, and use them again")
    chosen = parser.parse_args()
    sys.setswitchinterval(_SWITCH_S)
    began, load = time.perf_counter(), os.getloadavg()[0]
    runs = []
    if chosen.keep:
        chosen.keep.mkdir(parents=True, exist_ok=True)
    for size in (QUICK,) if chosen.quick else FULL:
        if chosen.passages and size.passages not in chosen.passages:
            continue
        runs.append(_run(size, chosen.keep))
        sys.stderr.write(json.dumps(runs[-1]) + "\n")  # each when it is there: the larger one takes many minutes
    sets = _sets(Path(chosen.data) if chosen.data else None, quick=chosen.quick)
    figures: dict[str, Any] = {
        "parity_mismatches": sum(one["parity_mismatches"] for one in runs)
        + sum(s["mismatches"] for s in sets.values()),
        "recall": min(run["recall"] for run in runs),
        "speedup_vs_chroma_filtered": min(run["speedup_vs_chroma_filtered"] for run in runs),
        "bytes_per_passage": max(run["bytes_per_passage"] for run in runs),
        **{f"p95_ms_{run['passages'] // 1000}k": run["p95_ms"] for run in runs if not chosen.quick},
        "parity": sets,
        "runs": runs,
        "load_before": round(load, 1),
        "took_s": round(time.perf_counter() - began, 1),
    }
    if chosen.json:
        sys.stdout.write(json.dumps(figures) + "\n")
    else:
        show(figures)


if __name__ == "__main__":
    main()
