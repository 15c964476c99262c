"""`footnote ask` with a language model: it writes, and everything else stays as it is."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests import company
from tests.conftest import databases
from tests.console import Console
from tests.fakes.model_server import ModelServer, error, model_server, said
from tests.world import console, synced

LEAVE, DAYS = "How many days of annual leave do I have?", "Everybody has 27 days of paid annual leave a year."
PROVEN = {"text": "You have 27 days of paid annual leave.", "citations": [{"passage": 1, "quote": DAYS}]}
UNPROVEN = {"text": "You have 40 days of paid annual leave.", "citations": [{"passage": 1, "quote": DAYS}]}
TWO_CLAIMS = said({"answerable": True, "claims": [PROVEN, UNPROVEN], "clarify": None})


@pytest.fixture(scope="module")
def acme(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Console]:
    folder = tmp_path_factory.mktemp("acme")
    with databases(folder) as make_url:
        by_words = console(folder, make_url())
        by_words = Console(by_words.home, {**by_words.environment, "FOOTNOTE_EMBEDDER": "none"})
        yield synced(by_words, company.write(folder / "company"))


def with_model(acme: Console, server: ModelServer, **variables: str) -> Console:
    return Console(acme.home, {**acme.environment, **server.environment, "FOOTNOTE_MODEL": "openai/some", **variables})


def events(acme: Console, receipt: str) -> dict[str, Any]:
    shown = acme.run("audit", "show", receipt, "--json").json["events"]
    return {event["kind"]: event["body"] for event in shown}


def test_of_two_claims_only_the_proven_one_is_shown(acme: Console) -> None:
    with model_server(TWO_CLAIMS) as server:
        answer = with_model(acme, server).person_asks(LEAVE, "ana@acme.test")
    assert [claim["text"] for claim in answer["claims"]] == [PROVEN["text"]]
    assert "40" not in answer["text"]
    assert answer["model"].startswith("openai/some+prompt:")
    first, second = server.asked
    assert "violations" not in first.body["messages"][1]["content"]
    assert '"unsupported_number"' in second.body["messages"][1]["content"]
    receipt = events(acme, answer["receipt"])
    assert receipt["closed"]["model"] == answer["model"]
    assert [one["composer"] for one in receipt["composed"]["by"]] == [answer["model"]] * 2
    assert receipt["composed"]["by"][0]["calls"][0]["tokens_in"] == 100
    assert [(one["claim"], one["rule"]) for one in receipt["composed"]["violations"]] == [(1, "unsupported_number")]


@pytest.mark.parametrize(
    ("person", "may_read"), [("ben@acme.test", {"leave", "severance"}), ("zoe@acme.test", {"leave"})]
)
def test_model_reads_nothing_that_the_asker_may_not_read(acme: Console, person: str, may_read: set[str]) -> None:
    marks = {
        "leave": "27 days of paid",
        "severance": "19 weeks of salary",
        "deploy": "smoke tests in staging",
        "draft": "12 desks",
    }
    with model_server(said({"answerable": False})) as server:
        with_model(acme, server).person_asks("severance leave payment deploy moon office days staging", person)
    assert {name for name, mark in marks.items() if mark in server.asked[0].text} == may_read


def test_wrong_key_costs_the_model_and_not_the_answer(acme: Console) -> None:
    with model_server(error(401, "sk-of-nobody is wrong")) as server:
        chatty = with_model(acme, server, LITELLM_LOG="DEBUG", OPENAI_LOG="debug")
        done = chatty.run("ask", LEAVE, "--as", "ana@acme.test", "--json")
    assert done.code == 0
    assert done.json["model"] == "extractive"
    assert "27 days" in done.json["text"]
    assert done.err.count("look_at") == 1
    assert "the key of openai" in done.err
    assert "sk-of-nobody" not in done.out + done.err
    assert "annual leave" not in done.err
    (by,) = events(acme, done.json["receipt"])["composed"]["by"]
    assert (by["composer"], by["because"]) == ("extractive", "key")
    assert by["instead_of"].startswith("openai/some+prompt:")


def test_missing_key_is_named(acme: Console) -> None:
    with model_server(TWO_CLAIMS) as server:
        variables = {"FOOTNOTE_MODEL": "openai/some", "OPENAI_BASE_URL": server.url}
        done = acme.run("ask", LEAVE, "--as", "ana@acme.test", **variables)
    assert done.code == 0
    assert "look_at=OPENAI_API_KEY" in done.err
    assert server.asked == []


@pytest.mark.parametrize(("model", "words"), [("nonsense", "names no model"), ("open ai/x", "PROVIDER/MODEL")])
def test_model_that_nobody_could_be_asked_for_is_bad_use(acme: Console, model: str, words: str) -> None:
    done = acme.run("ask", LEAVE, "--as", "ana@acme.test", FOOTNOTE_MODEL=model)
    assert (done.code, done.out) == (2, "")
    assert "FOOTNOTE_MODEL" in done.err
    assert words in done.err


def test_who_asks_no_model_needs_none(acme: Console) -> None:
    assert acme.run("sync", FOOTNOTE_MODEL="nonsense").code == 0
    assert acme.run("search", "leave", "--as", "ana@acme.test", FOOTNOTE_MODEL="nonsense").code == 0


OURS = """
local_only = ["acme"]

[models."openai/elsewhere"]
region = "us"
sources = "all"

[models."openai/ours"]
address = "{address}"
local = true
region = "cellar"
sources = "all"
dollars_per_million_in = 3
dollars_per_million_out = 15
"""
ONLY_PROVEN = said({"answerable": True, "claims": [PROVEN], "clarify": None})


def test_local_only_source_is_answered_by_our_own_model_and_the_receipt_says_what_went_where_at_what_price(
    acme: Console, tmp_path: Path
) -> None:
    with model_server(ONLY_PROVEN) as elsewhere, model_server(ONLY_PROVEN) as ours:
        terms = tmp_path / "models.toml"
        terms.write_text(OURS.format(address=ours.url), encoding="utf-8")
        variables = {"FOOTNOTE_MODEL": "openai/elsewhere", "FOOTNOTE_MODEL_STRONG": "openai/ours"}
        asking = with_model(acme, elsewhere, **variables, FOOTNOTE_MODEL_TERMS=str(terms))
        answer = asking.person_asks(LEAVE, "ana@acme.test")
    assert answer["text"].startswith(str(PROVEN["text"]))
    assert answer["shortfall"] is None
    assert elsewhere.asked == []
    shown = " ".join(acme.run("audit", "show", answer["receipt"]).out.split())
    host = ours.url.removeprefix("http://").removesuffix("/v1")
    assert "openai/elsewhere gave no answer: it may not be sent this." in shown
    assert f"Sent to openai/ours ({host}, cellar): the question and " in shown
    assert "passages of acme." in shown
    assert "100 tokens in, 20 out, $0.000600; its server held it to JSON" in shown


def test_spent_budget_is_said_in_the_reply_and_which_it_is_in_the_receipt(acme: Console) -> None:
    with model_server(ONLY_PROVEN) as server:
        asking = with_model(acme, server, FOOTNOTE_BUDGET_TOKENS_A_DAY_BY_ONE="3000")
        first = asking.run("ask", LEAVE, "--as", "ben@acme.test", FOOTNOTE_BUDGET_TOKENS_A_DAY_BY_ONE="1")
        assert server.asked == []
        second = asking.run("ask", LEAVE, "--as", "ben@acme.test")
    assert first.code == second.code == 0
    said_ = "Today's budget for language models is spent, so this is in the documents' own words."
    assert said_ in " ".join(first.out.split())
    assert "27 days" in first.out
    assert str(PROVEN["text"]) in second.out
    assert said_ not in " ".join(second.out.split())
    receipt = first.out.split("Receipt ")[1].split()[0]
    (by,) = events(acme, receipt)["composed"]["by"]
    assert [(one["because"], one["budget"]) for one in by["passed"]] == [("spent", "tokens_by_one")]
