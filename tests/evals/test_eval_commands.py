"""`footnote eval embedder` and `footnote eval pairs` as somebody runs them, with a hosted embedder on loopback."""

import hashlib
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from bot.evals.report import is_odd
from tests import company
from tests.console import Console, Said
from tests.evals.test_beir import JUDGED, QUESTIONS, a_set
from tests.evals.test_sets import golden
from tests.fakes.model_server import ModelServer, embedded, model_server

pytestmark = pytest.mark.timeout(300)  # two companies are read, each in a home of its own

SOME = "openai/some"


def vector(text: str) -> Sequence[float]:
    row = [0.01] * 32
    for word in text.lower().split():
        row[hashlib.sha256(word.encode()).digest()[0] % 32] += 1
    return row


@pytest.fixture
def provider() -> Iterator[ModelServer]:
    with model_server(embedded(vector)) as server:
        yield server


def run(provider: ModelServer, home: Path, *words: str | Path, embedder: str = "none") -> Said:
    environment = {"FOOTNOTE_EMBEDDER": embedder, "HOME": str(home), **provider.environment}
    return Console(home, environment).start("eval", *words).wait(timeout_s=250)


def test_two_embedders_are_compared_on_the_same_questions(provider: ModelServer, tmp_path: Path) -> None:
    done = run(provider, tmp_path / "home", "embedder", SOME, "--against", "none", a_set(tmp_path / "set"), "--json")
    assert done.code == 0, done.err
    body: dict[str, Any] = json.loads(done.out)
    first, second = body["sides"]
    assert (first["embedder"], first["dimensions"], second["embedder"], second["dimensions"]) == (
        "openai/some@32",
        32,
        "none",
        None,
    )
    assert second["hit@1"] == 0.75, "as `footnote eval beir` says of words alone"
    assert body["n"] == body["better_in"] + body["worse_in"] + body["alike_in"] == 4
    assert body["difference"]["hit@1"]["mean"] == pytest.approx(first["hit@1"] - second["hit@1"])
    assert first["ms_per_question"] > 0
    assert body["verdict"] == "neither"


def test_a_golden_set_is_compared_with_each_questions_own_reader(provider: ModelServer, tmp_path: Path) -> None:
    folder = golden(tmp_path / "set")
    done = run(provider, tmp_path / "home", "embedder", "none", "--against", SOME, folder)
    assert done.code == 0, done.err
    assert "in 1 they are alike" in done.out
    assert "There is no difference that these questions can show." in done.out


@pytest.mark.parametrize(
    ("names", "said"),
    [(("none", "none"), "compared with itself"), (("some", "none"), "'some' names no embedder")],
    ids=["the same", "no embedder"],
)
def test_what_cannot_be_compared_is_refused(
    provider: ModelServer, tmp_path: Path, names: tuple[str, str], said: str
) -> None:
    done = run(provider, tmp_path / "home", "embedder", names[0], "--against", names[1], company.write(tmp_path / "x"))
    assert (done.code, done.out) == (2, "")
    assert said in done.err


def test_only_questions_that_nothing_is_reported_on_are_exported(provider: ModelServer, tmp_path: Path) -> None:
    asked = (*QUESTIONS, {"_id": "q4", "text": "When may dogs come?"})
    judged = (*JUDGED, ("q4", "7", "1"))
    files = {
        "queries.jsonl": "".join(json.dumps(row) + "\n" for row in asked),
        "qrels__test.tsv": "".join("\t".join(row) + "\n" for row in judged),
    }
    folder, out = a_set(tmp_path / "set", **files), tmp_path / "pairs.jsonl"
    exported = {}
    for more in ((), ("--all",)):
        done = run(provider, tmp_path / "home", "pairs", folder, "--out", out, "--negatives", "2", *more, embedder=SOME)
        assert done.code == 0, done.err
        exported[more] = [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]
        assert f"{len(exported[more])} pairs" in done.out
    assert [is_odd(id_) for id_ in ("q1", "q2", "q3", "q4")] == [True, True, True, False]
    assert {pair["id"] for pair in exported[("--all",)]} == {"q1", "q2", "q3", "q4"}, "`?!` is no question"
    assert [(pair["id"], pair["half"]) for pair in exported[()]] == [("q4", "even")]
    of_leave = next(pair for pair in exported[("--all",)] if pair["id"] == "q1")
    assert of_leave["positive"].endswith("Everybody has 27 days of leave a year.")
    assert of_leave["query"] == "How many days of leave?"
    assert 0 < len(of_leave["negatives"]) <= 2
    assert of_leave["positive"] not in of_leave["negatives"]


def test_pairs_without_an_embedder_are_refused(provider: ModelServer, tmp_path: Path) -> None:
    done = run(provider, tmp_path / "home", "pairs", a_set(tmp_path / "set"), "--out", tmp_path / "pairs.jsonl")
    assert done.code == 2
    assert "FOOTNOTE_EMBEDDER is none" in done.err
    assert not (tmp_path / "pairs.jsonl").exists()
