"""An order by a model that somebody else runs, over LiteLLM's real path to a server that answers as scripted."""

import json
import time
import traceback
from typing import Any

import pytest
from structlog.testing import capture_logs

from bot.core.errors import BadUse, Unranked
from bot.models.gateway.door import Limits
from bot.models.gateway.reranking import RerankingModel
from bot.models.reranker import MOST_CHARACTERS, HostedReranker
from policies.disclosure import UNDECLARED
from tests.fakes.model_server import Reply, error, reranked
from tests.fakes.watch import FakeWatch
from tests.models.conftest import Serving

SECRET = "the severance payment is 19 weeks"
LIMITS = Limits(patience_s=30, pause_s=0.01)
TEXTS = ("a", "bbb", "cc")
BY_LENGTH = reranked(lambda text: len(text) / 10)


@pytest.fixture
def cohere(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same server speaks as Cohere's, too."""
    monkeypatch.setenv("COHERE_API_KEY", "of-nobody")


def reranker(model: str = "hosted_vllm/some", limits: Limits = LIMITS) -> HostedReranker:
    return HostedReranker(RerankingModel(model, limits), UNDECLARED)


def results(*pairs: tuple[Any, Any]) -> Reply:
    body = {"id": "r", "results": [{"index": index, "relevance_score": score} for index, score in pairs]}
    return Reply(body=json.dumps(body).encode())


@pytest.mark.usefixtures("cohere")
@pytest.mark.parametrize("model", ["hosted_vllm/some", "cohere/some"])
def test_each_text_gets_its_own_score_in_whatever_order_they_come(
    serving: Serving, monkeypatch: pytest.MonkeyPatch, model: str
) -> None:
    server = serving(BY_LENGTH)
    monkeypatch.setenv("COHERE_API_BASE", server.url)
    assert reranker(model).rerank("leave?", TEXTS) == (0.1, 0.3, 0.2)
    (asked,) = server.asked
    assert asked.path.endswith("/rerank")
    assert {name: asked.body[name] for name in ("model", "query", "documents", "top_n")} == {
        "model": "some",
        "query": "leave?",
        "documents": list(TEXTS),
        "top_n": 3,
    }


def test_no_text_is_longer_than_stated_and_half_an_emoji_is_none(serving: Serving) -> None:
    server = serving(BY_LENGTH)
    reranker().rerank("shipped \ud83d", ["x" * 2_000_000, "y"])
    assert server.asked[0].body["query"] == "shipped ?"
    assert [len(text) for text in server.asked[0].body["documents"]] == [MOST_CHARACTERS, 1]


@pytest.mark.parametrize(
    "reply",
    [
        pytest.param(results((0, 0.1), (1, 0.2)), id="too few"),
        pytest.param(results((0, 0.1), (1, 0.2), (2, 0.3), (3, 0.4)), id="too many"),
        pytest.param(results((0, 0.1), (1, 0.2), (1, 0.3)), id="one twice"),
        pytest.param(results((0, 0.1), (1, 0.2), (7, 0.3)), id="one that was not sent"),
        pytest.param(results((0, 0.1), (1, 0.2), (-1, 0.3)), id="one from the end"),
        pytest.param(results((0, 0.1), (1, 0.2), (2, float("nan"))), id="NaN"),
        pytest.param(results((0, 0.1), (1, 0.2), (2, float("inf"))), id="infinite"),
        pytest.param(results(), id="nothing"),
    ],
)
def test_what_is_no_order_is_refused(serving: Serving, reply: Reply) -> None:
    serving(reply)
    with pytest.raises(Unranked) as raised:
        reranker().rerank("leave?", TEXTS)
    assert raised.value.because == "malformed"


@pytest.mark.parametrize(
    ("reply", "because", "times"),
    [
        pytest.param(error(400), "not_accepted", 1, id="400"),
        pytest.param(error(401), "key", 1, id="401"),
        pytest.param(error(404), "unknown_model", 1, id="404"),
        pytest.param(error(429), "busy", 3, id="429"),
        pytest.param(error(500), "unreachable", 3, id="500"),
        pytest.param(Reply(hangs_up=True), "unreachable", 3, id="connection closed"),
        pytest.param(Reply(body=b"<html>"), "unreachable", 3, id="a page"),
        pytest.param(Reply(body=b'{"id": "r", "resul'), "unreachable", 3, id="half JSON"),
        pytest.param(Reply(body=b'{"id": "r"}'), "unreachable", 3, id="no results"),
        pytest.param(results((0, 0.1), (1, 0.2), (2, "best")), "unreachable", 3, id="a word for a score"),
    ],
)
def test_error_says_its_kind_and_only_what_passes_is_tried_again(
    serving: Serving, reply: Reply, because: str, times: int
) -> None:
    server = serving(reply)
    with pytest.raises(Unranked) as raised:
        reranker().rerank("leave?", TEXTS)
    assert raised.value.because == because
    assert len(server.asked) == times


@pytest.mark.parametrize(
    "reply",
    [Reply(after_s=20), Reply(dripping_s=0.05), error(429, Retry_After="3600")],
    ids=["says nothing", "drips", "wants an hour"],
)
def test_nobody_waits_longer_than_patience_lasts(serving: Serving, reply: Reply) -> None:
    serving(reply)
    began = time.monotonic()
    with pytest.raises(Unranked):
        reranker(limits=Limits(patience_s=0.5)).rerank("leave?", TEXTS)
    assert time.monotonic() - began < 10  # without the limit: for as long as it drips


def test_operator_is_told_the_kind_once_and_nothing_of_what_was_sent(
    serving: Serving, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    serving(error(401, f"{SECRET} of-nobody"))
    asked = reranker()
    with capture_logs() as logs:
        with pytest.raises(Unranked):
            asked.rerank(SECRET, [SECRET, "x"])
        with pytest.raises(Unranked) as raised:
            asked.rerank(SECRET, [SECRET, "x"])
    assert [(line["because"], line["look_at"]) for line in logs] == [("key", "the key of hosted_vllm")]
    told = "".join((*traceback.format_exception(raised.value), *capfd.readouterr(), caplog.text, str(logs)))
    assert SECRET not in told


def test_model_that_nobody_could_be_asked_for_is_bad_use() -> None:
    with pytest.raises(BadUse, match=r"FOOTNOTE_RERANKER .* PROVIDER/MODEL"):
        reranker("nobody/nothing")


def test_paused_reranker_is_sent_nothing(serving: Serving) -> None:
    server, watch = serving(results((0, 0.1), (1, 0.2), (2, 0.3))), FakeWatch(paused={"hosted_vllm/some"})
    paused = HostedReranker(RerankingModel("hosted_vllm/some", LIMITS), UNDECLARED, watch=watch)
    with pytest.raises(Unranked) as raised:
        paused.rerank("leave?", TEXTS)
    assert (raised.value.because, raised.value.is_sent, server.asked, watch.told) == ("paused", False, [], [])
    watch.paused = set()
    paused.rerank("leave?", TEXTS)
    assert watch.told == [("hosted_vllm/some", None)]
