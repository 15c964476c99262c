"""Vectors of a model that somebody else runs, over LiteLLM's real path to a server that answers as scripted."""

import json
import logging
import time
import traceback
from collections.abc import Sequence

import numpy as np
import pytest

from bot.core.errors import BadUse, Unembedded
from bot.models import hosted as module
from bot.models.gateway.door import Limits
from bot.models.gateway.embedding import EmbeddingModel
from bot.models.hosted import AT_ONCE, LEAST_CHARACTERS, MOST_CHARACTERS, Hosted, dimensions_of
from connectors.model import Retryable
from tests.fakes.model_server import Reply, embedded, error
from tests.models.conftest import Serving

SECRET = "the severance payment is 19 weeks"
LIMITS = Limits(patience_s=30, pause_s=0.01)


def hosted(dimensions: int = 3, *, model: str = "openai/some", limits: Limits = LIMITS) -> Hosted:
    return Hosted(EmbeddingModel(model), dimensions, limits)


def data(*vectors: Sequence[float], indices: Sequence[int] | None = None) -> Reply:
    rows = [
        {"object": "embedding", "index": index, "embedding": list(vector)}
        for index, vector in zip(indices or range(len(vectors)), vectors, strict=True)
    ]
    return Reply(body=json.dumps({"object": "list", "model": "m", "data": rows, "usage": {}}).encode())


@pytest.mark.parametrize("model", ["openai/some", "openai/text-embedding-3-small", "hosted_vllm/some"])
def test_each_text_gets_its_own_vector_of_unit_length_in_whatever_order_they_come(serving: Serving, model: str) -> None:
    server = serving(embedded())
    rows = hosted(model=model).embed(["a", "bbbb"])
    assert rows.dtype == np.float32
    assert np.abs(rows - [[0.5**0.5, 0.5**0.5, 0], [4 / 17**0.5, 1 / 17**0.5, 0]]).max() < 1e-6
    assert server.asked[0].path == "/v1/embeddings"
    assert server.asked[0].body["input"] == ["a", "bbbb"]


def test_company_never_changes_a_bit_of_a_vector(serving: Serving) -> None:
    serving(embedded(lambda text: (len(text) / 7, 0.3, 1 / (1 + len(text)))))
    texts = ["x" * length for length in range(1, 2 * AT_ONCE + 6)]
    alone = [hosted().embed([text])[0].tobytes() for text in texts]
    assert [row.tobytes() for row in hosted().embed(texts)] == alone


def test_requests_are_bounded_in_number_of_texts_and_in_length_of_each(serving: Serving) -> None:
    server = serving(embedded())
    hosted().embed(["word " * 3_000] * (2 * AT_ONCE + 1))
    assert [len(asked.body["input"]) for asked in server.asked] == [AT_ONCE, AT_ONCE, 1]
    assert {len(text) for asked in server.asked for text in asked.body["input"]} == {MOST_CHARACTERS}


def test_no_texts_are_no_rows_and_no_request(serving: Serving) -> None:
    server = serving(embedded())
    assert hosted().embed([]).shape == (0, 3)
    assert server.asked == []


def test_nothing_and_half_an_emoji_are_sent_as_something_that_a_server_takes(serving: Serving) -> None:
    server = serving(embedded())
    hosted().embed(["", " \n", "shipped \ud83d"])
    assert server.asked[0].body["input"] == [".", ".", "shipped ?"]


def test_name_says_the_model_and_how_long_its_vectors_are(serving: Serving) -> None:
    serving(embedded())
    assert hosted().name == "openai/some@3"
    assert dimensions_of(EmbeddingModel("openai/some"), LIMITS) == 3


@pytest.mark.parametrize(
    "reply",
    [
        pytest.param(data([1, 0, 0]), id="too few"),
        pytest.param(data([1, 0, 0], [0, 1, 0], [0, 0, 1]), id="too many"),
        pytest.param(data([1, 0, 0], [0, 1, 0], indices=[0, 0]), id="one index twice"),
        pytest.param(data([1, 0, 0], [0, 1, 0], indices=[1, 2]), id="an index that is none"),
        pytest.param(data([1, 0], [0, 1]), id="shorter than it was learnt"),
        pytest.param(data([1, 0, 0, 0], [0, 1, 0, 0]), id="longer"),
        pytest.param(data([1, 0, 0], [0, 1]), id="of two lengths"),
        pytest.param(data([1, 0, 0], []), id="empty"),
        pytest.param(data([1, 0, 0], [0, 0, 0]), id="zero"),
        pytest.param(data([1, 0, 0], [float("nan"), 0, 0]), id="NaN"),
        pytest.param(data([1, 0, 0], [float("inf"), 0, 0]), id="infinite"),
        pytest.param(data([1, 0, 0], [1e300, 1e300, 0]), id="too large to have a length"),
        pytest.param(Reply(body=b'{"object": "list", "model": "m", "data": [{"index": 0}]}'), id="no vector"),
        pytest.param(Reply(body=b'{"object": "list", "model": "m", "data": []}'), id="nothing"),
    ],
)
def test_what_is_no_vector_is_refused_and_never_mended(serving: Serving, reply: Reply) -> None:
    serving(reply)
    with pytest.raises(Unembedded) as raised:
        hosted().embed(["a", "b"])
    assert raised.value.because == "malformed"


def test_lengths_that_change_after_a_while_are_refused(serving: Serving) -> None:
    serving(embedded(), embedded(lambda _: (1.0, 2.0)))
    embedder = hosted()
    embedder.embed(["a"])
    with pytest.raises(Unembedded, match="malformed"):
        embedder.embed(["b"])


@pytest.mark.parametrize(
    ("reply", "because", "times"),
    [
        pytest.param(error(401), "key", 1, id="401"),
        pytest.param(error(404), "unknown_model", 1, id="404"),
        pytest.param(error(429), "busy", 3, id="429"),
        pytest.param(error(500), "unreachable", 3, id="500"),
        pytest.param(Reply(hangs_up=True), "unreachable", 3, id="connection closed"),
        pytest.param(Reply(body=b"<html>"), "unreachable", 3, id="a page"),
        pytest.param(Reply(body=b'{"object": "list", "data": [{"emb'), "unreachable", 3, id="half JSON"),
        pytest.param(error(400), "not_accepted", 1, id="400"),
    ],
)
@pytest.mark.parametrize("model", ["openai/some", "hosted_vllm/some"])
def test_error_says_its_kind_and_only_what_passes_is_tried_again(
    serving: Serving, model: str, reply: Reply, because: str, times: int
) -> None:
    server = serving(reply)
    with pytest.raises(Unembedded) as raised:
        hosted(model=model).embed(["a"])
    assert raised.value.because == because
    assert isinstance(raised.value, Retryable)
    assert len(server.asked) == times


@pytest.mark.parametrize("passing", [error(429, Retry_After="0.1"), error(500), Reply(hangs_up=True)])
def test_what_passes_is_not_noticed(serving: Serving, passing: Reply) -> None:
    serving(passing, passing, embedded())
    assert hosted().embed(["a"]).shape == (1, 3)


def test_server_that_says_when_is_asked_again_then_and_not_sooner(serving: Serving) -> None:
    server = serving(error(429, Retry_After="0.4"), embedded())
    began = time.monotonic()
    hosted().embed(["a"])
    assert time.monotonic() - began >= 0.4
    assert len(server.asked) == 2


@pytest.mark.parametrize(
    "reply",
    [Reply(after_s=20), Reply(dripping_s=0.05), error(429, Retry_After="3600")],
    ids=["says nothing", "drips", "wants an hour"],
)
def test_who_waits_for_a_question_waits_no_longer_than_its_patience(serving: Serving, reply: Reply) -> None:
    serving(reply)
    began = time.monotonic()
    with pytest.raises(Unembedded) as raised:
        hosted().within(0.5).embed(["a"])
    assert raised.value.because in {"timeout", "busy"}
    assert time.monotonic() - began < 15


def test_only_one_of_many_questions_waits_for_a_server_that_is_away(serving: Serving) -> None:
    server = serving(Reply(after_s=20))
    embedder = hosted().within(0.5)
    for _ in range(5):
        with pytest.raises(Unembedded, match="timeout"):
            embedder.embed(["a"])
    assert len(server.asked) == 1


def test_server_that_answers_again_is_asked_again(serving: Serving, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "REST_S", 0.2)
    serving(error(503), error(503), error(503), embedded())
    embedder = hosted().within(30)
    with pytest.raises(Unembedded):
        embedder.embed(["a"])
    time.sleep(0.3)
    assert embedder.embed(["a"]).shape == (1, 3)


def test_who_can_wait_asks_though_a_question_has_just_not_been_answered(serving: Serving) -> None:
    server = serving(error(503), error(503), error(503), embedded())
    patient = hosted()
    with pytest.raises(Unembedded):
        patient.within(30).embed(["a"])
    assert patient.embed(["a"]).shape == (1, 3)
    assert len(server.asked) == 4


def test_what_no_waiting_mends_is_no_reason_to_rest(serving: Serving) -> None:
    serving(error(400), embedded())
    embedder = hosted().within(30)
    with pytest.raises(Unembedded, match="not accepted"):
        embedder.embed(["a"])
    assert embedder.embed(["b"]).shape == (1, 3)


def test_text_that_is_too_long_for_the_model_is_cut_until_it_is_not(serving: Serving) -> None:
    refused = error(400, "This model's maximum context length is 512 tokens")
    server = serving(refused, refused, embedded())
    rows = hosted().embed(["x" * 4_000])
    assert [len(asked.body["input"][0]) for asked in server.asked] == [4_000, 2_000, 1_000]
    assert rows.shape == (1, 3)


def test_what_a_server_does_not_take_at_once_it_gets_in_halves(serving: Serving) -> None:
    server = serving(error(413), embedded())
    texts = ["a", "bb", "ccc", "dddd"]
    assert hosted().embed(texts).tobytes() == hosted().embed(texts).tobytes()
    assert [asked.body["input"] for asked in server.asked[:3]] == [texts, texts[:2], texts[2:]]


def test_text_that_is_refused_at_any_length_ends_it(serving: Serving) -> None:
    server = serving(error(413))
    with pytest.raises(Unembedded, match="too long"):
        hosted().embed(["x" * 4_000])
    assert len(server.asked[-1].body["input"][0]) <= LEAST_CHARACTERS
    assert len(server.asked) == 4


@pytest.mark.parametrize("reply", [error(401, f"{SECRET} sk-of-nobody"), error(500, SECRET)], ids=["401", "500"])
def test_nothing_of_it_is_printed_logged_or_in_an_error(
    serving: Serving, reply: Reply, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    serving(reply)
    caplog.set_level(logging.DEBUG)
    with pytest.raises(Unembedded) as raised:
        hosted().embed([SECRET])
    told = "".join((*traceback.format_exception(raised.value), *capfd.readouterr(), caplog.text))
    assert SECRET not in told
    assert "sk-of-nobody" not in told


def test_setting_that_is_the_reason_is_named(serving: Serving, monkeypatch: pytest.MonkeyPatch) -> None:
    serving(embedded())
    monkeypatch.delenv("OPENAI_API_KEY")
    with pytest.raises(Unembedded, match="look at OPENAI_API_KEY"):
        hosted().embed(["a"])


def test_model_that_nobody_could_be_asked_for_is_bad_use() -> None:
    with pytest.raises(BadUse, match=r"FOOTNOTE_EMBEDDER .* PROVIDER/MODEL"):
        EmbeddingModel("nobody/nothing")
