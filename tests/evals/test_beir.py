"""A set comes from anywhere: what is odd in it works, what cannot be understood is refused with file and line."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from bot.core.errors import BadUse
from bot.evals import beir
from tests.console import Console, Said

DOCUMENTS: Sequence[Mapping[str, Any]] = (
    {"_id": "a/../../b", "title": "", "text": "# Leave\n\nEverybody has 27 days of leave a year."},
    {
        "_id": "A/../../B",
        "title": 'Travel: "first" class\n',
        "text": "---\naccess: []\n---\nTravel is booked by the desk.",
    },
    {"_id": "..", "text": "Parking is at the back of the house."},
    {"_id": "Straße\u2028/ü", "title": None, "text": "Lunch is at noon, in the canteen.\u0000"},
    {"_id": "x" * 3000, "title": "Bicycles", "text": "Bicycles stand in the cellar."},
    {"_id": "with blank", "title": "Keys", "text": "Keys are at the reception."},
    {"_id": "empty", "title": "Nothing", "text": ""},
    {"_id": 7, "title": "Dogs", "text": "Dogs may come on Fridays."},
)
QUESTIONS = (
    {"_id": "q1", "text": "How many days of leave?"},
    {"_id": "q2", "text": "Where are the keys?"},
    {
        "_id": "q3",
        "text": "And when?",
        "metadata": {"history": [["user", "Where is lunch?"], ["agent", "In the canteen."]]},
    },
    {"_id": "unjudged", "text": "Who cleans?"},
    {"_id": "none", "text": "?!"},
)
JUDGED = (("q1", "a/../../b", "1"), ("q2", "with blank", "2"), ("q3", "Straße\u2028/ü", "1"), ("none", "7", "1"))


def a_set(folder: Path, **files: str) -> Path:
    (folder / "qrels").mkdir(parents=True)
    texts = {
        "corpus.jsonl": "".join(json.dumps(row) + "\n" for row in DOCUMENTS),
        "queries.jsonl": "".join(json.dumps(row) + "\n" for row in QUESTIONS),
        "qrels/test.tsv": "query-id\tcorpus-id\tscore\n" + "".join("\t".join(row) + "\n" for row in JUDGED),
    }
    for name, text in {**texts, **{name.replace("__", "/"): text for name, text in files.items()}}.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def measured(folder: Path, home: Path, *more: str) -> dict[str, Any]:
    """Words alone, so that no weights are needed."""
    done = evaluated(folder, home, *more)
    assert done.code == 0, done.err
    found: dict[str, Any] = json.loads(done.out)
    return found


def evaluated(folder: Path, home: Path, *more: str) -> Said:
    acme = Console(home, {"FOOTNOTE_EMBEDDER": "none", "HOME": str(home)})
    return acme.run("eval", "beir", folder, "--json", *more)


def ranked(body: Mapping[str, Any]) -> dict[str, list[str]]:
    lines = [line.split(" ") for line in Path(body["run"]).read_text(encoding="utf-8").splitlines()]
    assert all(len(line) == 6 for line in lines), "blanks in an id would move the columns"
    found: dict[str, list[str]] = {}
    for question, _, document, rank, _, _ in lines:
        found.setdefault(question, []).append(document)
        assert int(rank) == len(found[question])
    return found


def test_hostile_ids_empty_texts_and_missing_titles_are_measured_all_the_same(tmp_path: Path) -> None:
    body = measured(a_set(tmp_path / "set"), tmp_path / "home")
    keys = ("ndcg@10", "recall@5", "recall@10", "recall@100", "mrr@10", "hit@1", "n")
    assert all(key in body for key in keys)
    assert (body["n"], body["without_relevant"]) == (4, 1)
    assert body["hit@1"] == 0.75  # q1, q2 and q3; `?!` is no question
    found = ranked(body)
    assert found["q1"][0] == "a/../../b"
    assert found["q2"][0] == "with%20blank"
    assert found["q3"][0].startswith("Stra")
    assert body["intervals"]["ndcg@10"][0] <= body["ndcg@10"] <= body["intervals"]["ndcg@10"][1]


def test_reader_finds_what_they_may_read_as_if_there_were_nothing_else(tmp_path: Path) -> None:
    docs = {
        "a/../../b": {"allow": ["group:eng", "user:bo"]},
        "..": {"allow": ["anyone"]},
        "with blank": {"allow": ["user:ana"]},
        "7": {"allow": []},
    }
    acl = json.dumps({"docs": docs, "users": {"ana": {"groups": ["group:eng"]}, "cy": {"groups": []}}})
    whole = a_set(tmp_path / "set", **{"acl.json": acl})
    readable = {"ana": {"a/../../b", "..", "with blank"}, "bo": {"a/../../b", ".."}, "cy": {".."}}
    for name, documents in readable.items():
        seen = measured(whole, tmp_path / "home", "--as", name, "--run", str(tmp_path / f"{name}.run"))
        only = [row for row in DOCUMENTS if row["_id"] in documents]
        part = a_set(tmp_path / name, **{"corpus.jsonl": "".join(json.dumps(row) + "\n" for row in only)})
        alone = measured(part, tmp_path / "home", "--run", str(tmp_path / f"{name}-alone.run"))
        assert ranked(seen) == ranked(alone)
        assert {key: seen[key] for key in seen if "@" in key} == {key: alone[key] for key in alone if "@" in key}
        assert (tmp_path / f"{name}.run").read_text() == (tmp_path / f"{name}-alone.run").read_text()
    assert measured(whole, tmp_path / "home")["hit@1"] == 0.75, "without a reader everything is visible"


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        pytest.param("corpus.jsonl", '{"_id": "a", "text": "x"}\n{"_id": ', "corpus.jsonl, line 2: not JSON", id="half a line"),
        pytest.param("corpus.jsonl", "[]\n", "corpus.jsonl, line 1: each line must be one object", id="a list"),
        pytest.param("corpus.jsonl", '{"text": "x"}\n', "corpus.jsonl, line 1: `_id`", id="no id"),
        pytest.param("corpus.jsonl", '\n{"_id": "a", "text": 5}\n', "corpus.jsonl, line 2: `text`", id="a number as text"),
        pytest.param("corpus.jsonl", '{"_id": "a", "text": ""}\n' * 2, "line 2: the id 'a' stands here twice", id="twice"),
        pytest.param("queries.jsonl", '{"_id": "q1", "text": "x", "metadata": {"history": [["me", "x"]]}}\n', "queries.jsonl, line 1: each turn", id="turn"),
        pytest.param("qrels__test.tsv", "query-id\tcorpus-id\tscore\nq1 a 1\n", "test.tsv, line 2: it must be", id="blanks"),
        pytest.param("qrels__test.tsv", "query-id\tcorpus-id\tscore\nq1\ta\tinf\n", "test.tsv, line 2: it must be", id="infinite"),
        pytest.param("qrels__test.tsv", "query-id\tcorpus-id\tscore\nq9\ta\t1\n", "no question of queries.jsonl", id="judges nothing"),
    ],
)  # fmt: skip
def test_what_cannot_be_understood_is_refused_with_file_and_line(
    tmp_path: Path, name: str, text: str, said: str
) -> None:
    with pytest.raises(BadUse, match=said.replace("(", r"\(")):
        beir.read(a_set(tmp_path / "set", **{name: text}))


def test_missing_judgements_are_refused_by_the_command(tmp_path: Path) -> None:
    folder = a_set(tmp_path / "set")
    (folder / "qrels" / "test.tsv").unlink()
    done = evaluated(folder, tmp_path / "home")
    assert (done.code, done.out) == (2, "")
    assert "test.tsv cannot be read: no such file" in done.err.replace("\n", "")


@pytest.mark.parametrize(
    ("acl", "name", "said"),
    [
        pytest.param(None, "ana", "--as needs", id="no acl.json"),
        pytest.param("{", "ana", "acl.json, line 1", id="half"),
        pytest.param('{"docs": []}', "ana", "it must read", id="a list"),
        pytest.param('{"docs": {"a": {"allow": "anyone"}}}', "ana", "docs.a", id="a text"),
        pytest.param('{"docs": {}, "users": {"bo": {"groups": []}}}', "ana", "knows nobody named 'ana'", id="unknown"),
        pytest.param('{"docs": {}, "users": {"ana": {"groups": ["user:bo"]}}}', "ana", "would be that person", id="named like a person"),
    ],
)  # fmt: skip
def test_unclear_access_is_refused(tmp_path: Path, acl: str | None, name: str, said: str) -> None:
    folder = a_set(tmp_path / "set", **({"acl.json": acl} if acl is not None else {}))
    with pytest.raises(BadUse, match=said):
        beir.readers(folder, name)
