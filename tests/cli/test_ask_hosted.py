"""`footnote` with an embedder and a reranker that somebody else runs: found, degraded, and told in `audit show`."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests import company
from tests.conftest import databases
from tests.console import Console
from tests.fakes.embedder import HashingEmbedder
from tests.fakes.model_server import ModelServer, Reply, embedded, error, model_server, reranked
from tests.world import console, synced

LEAVE = "How many days of annual leave do I have?"
HASHED = embedded(lambda text: [float(number) for number in HashingEmbedder().embed([text])[0]])
HOSTED = {"FOOTNOTE_EMBEDDER": "openai/some", "FOOTNOTE_EMBEDDER_PATIENCE_S": "20"}


@pytest.fixture(scope="module")
def acme(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Console]:
    """Embedded by a server that is gone by now."""
    folder = tmp_path_factory.mktemp("acme")
    with databases(folder) as make_url, model_server(HASHED) as server:
        plain = console(folder, make_url())
        hosted = Console(plain.home, {**plain.environment, **HOSTED, **server.environment})
        yield synced(hosted, company.write(folder / "company"))


def at(acme: Console, server: ModelServer, **variables: str) -> Console:
    return replace(acme, environment={**acme.environment, **server.environment, **variables})


def shown(acme: Console, receipt: str) -> str:
    return acme.run("audit", "show", receipt).out


def test_meaning_is_that_of_the_hosted_model_and_only_what_is_new_is_embedded(acme: Console) -> None:
    with model_server(HASHED) as server:
        again = at(acme, server).run("sync")
        asked = len(server.asked)
        answer = at(acme, server).person_asks(LEAVE, "ana@acme.test")
    assert again.code == 0
    assert asked == 1  # how long a vector is, and no passage
    assert "27 days" in answer["text"]
    assert answer["evidence"][0]["ranks"]["vectors"] is not None
    receipt = shown(acme, answer["receipt"])
    assert "Words alone" not in receipt
    assert "Vectors are made by openai/some (its provider's host; none is declared), which is sent what" in receipt
    compared, searched, *_ = (asked.body["input"] for asked in server.asked[1:])  # with the examples; with passages
    assert (compared, searched) == ([LEAVE.lower().rstrip("?")], [LEAVE])


@pytest.mark.parametrize(
    ("reply", "words"),
    [
        (error(401, "sk-of-nobody"), "openai/some@64 gave no vectors, for its key was not accepted."),
        (embedded(), "openai/some@64 gave no vectors, for what it sent could not be used."),
    ],
    ids=["wrong key", "wrong dimensions after a while"],
)
def test_embedder_that_fails_costs_meaning_and_not_the_answer(acme: Console, reply: Reply, words: str) -> None:
    with model_server(reply) as server:
        answer = at(acme, server).person_asks(LEAVE, "ana@acme.test")
    assert "27 days" in answer["text"]
    assert all(one["ranks"]["vectors"] is None for one in answer["evidence"])
    receipt = shown(acme, answer["receipt"])
    assert f"Words alone were searched, not meaning: {words}" in receipt
    assert "sk-of-nobody" not in receipt


def test_order_of_a_reranker_holds_and_is_told(acme: Console) -> None:
    with model_server(HASHED, HASHED, reranked(lambda text: float("27 days" in text)), HASHED) as server:
        answer = at(acme, server, FOOTNOTE_RERANKER="hosted_vllm/some").person_asks(LEAVE, "ben@acme.test")
    assert answer["evidence"][0]["document"] == "acme:hr/leave.md"
    assert "hosted_vllm/some put the first " in shown(acme, answer["receipt"])


@pytest.mark.parametrize(
    ("person", "may_read"), [("ben@acme.test", {"leave", "severance"}), ("zoe@acme.test", {"leave"})]
)
def test_reranker_reads_nothing_that_the_asker_may_not_read(acme: Console, person: str, may_read: set[str]) -> None:
    marks = {
        "leave": "27 days of paid",
        "severance": "19 weeks of salary",
        "deploy": "smoke tests in staging",
        "draft": "12 desks",
    }
    with model_server(HASHED, reranked(len), HASHED) as server:
        asking = at(acme, server, FOOTNOTE_RERANKER="hosted_vllm/some")
        asking.person_asks("severance leave payment deploy moon office days staging", person)
    (read,) = ["\n".join(one.body["documents"]) for one in server.asked if one.path.endswith("/rerank")]
    assert {name for name, mark in marks.items() if mark in read} == may_read


def test_reranker_that_fails_costs_its_order_and_not_the_answer(acme: Console) -> None:
    with model_server(HASHED, HASHED, error(401), HASHED) as server:
        asking = at(acme, server, FOOTNOTE_RERANKER="hosted_vllm/some")
        done = asking.run("ask", LEAVE, "--as", "ana@acme.test", "--json")
    assert "27 days" in done.json["text"]
    assert "look_at" in done.err
    receipt = shown(acme, done.json["receipt"])
    assert "hosted_vllm/some was asked to put the first" in receipt
    assert "its key was not accepted" in receipt


def test_when_a_budget_is_spent_words_alone_are_searched_in_the_order_in_which_they_were_found(acme: Console) -> None:
    """And nothing is sent."""
    with model_server(HASHED) as server:
        spent = {"FOOTNOTE_BUDGET_TOKENS_A_DAY_BY_ONE": "0", "FOOTNOTE_RERANKER": "hosted_vllm/some"}
        answer = at(acme, server, **spent).person_asks(LEAVE, "ben@acme.test")
    assert server.asked == []
    assert "27 days" in answer["text"]
    receipt = shown(acme, answer["receipt"])
    assert "Words alone were searched, not meaning: openai/some@64 gave no vectors, for a budget was spent." in receipt
    assert "passages in order, and did not: a budget was spent. They stand as they were found." in receipt
    assert "Sent to" not in receipt


def test_sync_without_the_embedder_says_what_to_look_at(tmp_path: Path) -> None:
    with databases(tmp_path) as make_url, model_server(error(401)) as server:
        plain = console(tmp_path, make_url())
        hosted = Console(plain.home, {**plain.environment, **HOSTED, **server.environment})
        hosted.run("sources", "add", "folder", company.write(tmp_path / "company"), "--name", "acme")
        done = hosted.run("sync")
    assert done.code == 1
    assert "its key" in done.err or "(key)" in done.err
    assert "look at the key of openai" in done.err


def test_question_before_the_first_sync_says_that_words_alone_were_matched(tmp_path: Path) -> None:
    with databases(tmp_path) as make_url:
        plain = console(tmp_path, make_url())
        by_words = synced(
            replace(plain, environment={**plain.environment, "FOOTNOTE_EMBEDDER": "none"}),
            company.write(tmp_path / "company"),
        )
        done = by_words.run("ask", LEAVE, "--as", "ana@acme.test", FOOTNOTE_EMBEDDER="openai/some")
    assert "27 days" in done.out
    assert "`footnote sync` begins with it" in done.err


@pytest.mark.parametrize("name", ["nonsense", "open ai/x"])
def test_embedder_that_is_no_name_is_bad_use(acme: Console, name: str) -> None:
    done = acme.run("sync", FOOTNOTE_EMBEDDER=name)
    assert done.code == 2
    assert "FOOTNOTE_EMBEDDER" in done.err
    assert "PROVIDER/MODEL" in done.err
