"""One call to a model, over LiteLLM's real path to a server that answers as scripted."""

import logging
import subprocess
import sys
import time
import traceback
from typing import Any

import pytest

from bot.core.errors import BadUse
from bot.models.drafted import SCHEMA
from bot.models.gateway.completion import Gateway
from bot.models.gateway.door import Limits
from bot.models.gateway.faults import AskOtherwise, Kind, LookAtSettings, NoReply, TryAgain
from bot.models.prompt import Message
from tests.fakes.model_server import Reply, error, said
from tests.models.conftest import Serving

SECRET = "the severance payment is 19 weeks"
MESSAGES = (Message("user", SECRET),)
LIMITS = Limits(patience_s=5, pause_s=0.01)
FINE = said({"fine": True})


def ask(model: str = "openai/some", limits: Limits = LIMITS) -> Any:
    return Gateway(model, limits).ask(MESSAGES, SCHEMA)


def test_completion_says_who_answered_and_what_it_took(serving: Serving) -> None:
    serving(FINE)
    text, call = ask()
    assert text == '{"fine": true}'
    assert (call.model, call.tokens_in, call.tokens_out) == ("scripted-2026-11-01", 100, 20)
    assert 0 < call.ms < 5000


def test_request_is_bounded_and_as_steady_as_the_model_can(serving: Serving) -> None:
    server = serving(FINE)
    ask()
    (asked,) = server.asked
    assert asked.path == "/v1/chat/completions"
    assert asked.headers["Authorization"] == "Bearer sk-of-nobody"
    assert {name: asked.body[name] for name in ("model", "temperature", "max_tokens")} == {
        "model": "some",
        "temperature": 0,
        "max_tokens": 4096,
    }
    assert asked.text == SECRET


@pytest.mark.parametrize(
    ("model", "kind"),
    [("openai/some", "json_object"), ("openai/gpt-4o", "json_schema"), ("openai/gpt-5", "json_schema")],
    ids=["unknown to LiteLLM", "known to keep a schema", "takes no temperature"],
)
def test_model_is_held_to_as_much_as_it_can_keep(serving: Serving, model: str, kind: str) -> None:
    server = serving(FINE)
    ask(model)
    body = server.asked[0].body
    assert body["response_format"]["type"] == kind
    if kind == "json_schema":
        assert body["response_format"]["json_schema"]["schema"] == SCHEMA
    assert ("temperature" in body) == (model != "openai/gpt-5")


@pytest.mark.parametrize(
    ("reply", "named", "kind", "times"),
    [
        pytest.param(error(400), AskOtherwise, Kind.NOT_ACCEPTED, 2, id="400"),
        pytest.param(
            error(400, "This model's maximum context length is 9 tokens"), AskOtherwise, Kind.TOO_LONG, 1, id="context"
        ),
        pytest.param(error(401), LookAtSettings, Kind.KEY, 1, id="401"),
        pytest.param(error(403), LookAtSettings, Kind.KEY, 1, id="403"),
        pytest.param(error(404), LookAtSettings, Kind.UNKNOWN_MODEL, 1, id="404"),
        pytest.param(error(422), AskOtherwise, Kind.NOT_ACCEPTED, 2, id="422"),
        pytest.param(error(429), TryAgain, Kind.BUSY, 3, id="429"),
        pytest.param(error(500), TryAgain, Kind.UNREACHABLE, 3, id="500"),
        pytest.param(error(503), TryAgain, Kind.UNREACHABLE, 3, id="503"),
        pytest.param(Reply(hangs_up=True), TryAgain, Kind.UNREACHABLE, 3, id="connection closed"),
        pytest.param(Reply(body=b"{not json"), TryAgain, Kind.UNREACHABLE, 3, id="broken JSON"),
        pytest.param(Reply(body=b""), TryAgain, Kind.UNREACHABLE, 3, id="no body"),
        pytest.param(Reply(body=b"<html>"), TryAgain, Kind.UNREACHABLE, 3, id="a page"),
        pytest.param(Reply(body=b'{"id": "x", "choices": []}'), AskOtherwise, Kind.MALFORMED, 1, id="no choice"),
        pytest.param(Reply(None, ends="content_filter"), AskOtherwise, Kind.FILTERED, 1, id="filtered"),
    ],
)
def test_error_is_named_by_what_helps_and_tried_again_only_where_that_does(
    serving: Serving, reply: Reply, named: type[NoReply], kind: Kind, times: int
) -> None:
    server = serving(reply)
    with pytest.raises(named) as raised:
        ask()
    assert raised.value.kind is kind
    assert len(server.asked) == times


def test_server_that_refuses_to_be_held_to_a_shape_is_asked_without_from_then_on(serving: Serving) -> None:
    server = serving(error(400, "'response_format.type' must be 'text'"), FINE)
    gateway = Gateway("openai/some", LIMITS)
    gateway.ask(MESSAGES, SCHEMA)
    gateway.ask(MESSAGES, SCHEMA)
    assert ["response_format" in asked.body for asked in server.asked] == [True, False, False]


def test_server_that_refuses_anything_is_held_to_the_shape_next_time(serving: Serving) -> None:
    server = serving(error(400), error(400), FINE)
    gateway = Gateway("openai/some", LIMITS)
    with pytest.raises(AskOtherwise):
        gateway.ask(MESSAGES, SCHEMA)
    gateway.ask(MESSAGES, SCHEMA)
    assert ["response_format" in asked.body for asked in server.asked] == [True, False, True]


@pytest.mark.parametrize("passing", [error(429), error(500), Reply(hangs_up=True)], ids=["429", "500", "closed"])
def test_what_passes_is_not_noticed(serving: Serving, passing: Reply) -> None:
    serving(passing, passing, FINE)
    assert ask().text == '{"fine": true}'


def test_server_that_says_when_is_asked_again_then(serving: Serving) -> None:
    server = serving(error(429, Retry_After="0.3"), FINE)
    began = time.monotonic()
    ask()
    assert time.monotonic() - began >= 0.3
    assert len(server.asked) == 2


def test_server_that_wants_more_patience_than_there_is_is_not_waited_for(serving: Serving) -> None:
    server = serving(error(429, Retry_After="3600"), FINE)
    began = time.monotonic()
    with pytest.raises(TryAgain):
        ask()
    assert time.monotonic() - began < 600  # whatever else the machine does, it is not the hour
    assert len(server.asked) == 1


@pytest.mark.parametrize(
    "reply",
    [Reply("late", after_s=20), Reply("late", dripping_s=0.05)],
    ids=["says nothing", "keeps the line open with white space"],
)
def test_patience_ends_whatever_the_server_does(serving: Serving, reply: Reply) -> None:
    serving(reply)
    gateway = Gateway("openai/some", Limits(patience_s=0.5))  # importing LiteLLM takes a busy machine longer than that
    began = time.monotonic()
    with pytest.raises(TryAgain) as raised:
        gateway.ask(MESSAGES, SCHEMA)
    assert raised.value.kind is Kind.TIMEOUT
    assert time.monotonic() - began < 15


def test_server_that_is_not_there_is_unreachable(serving: Serving, monkeypatch: pytest.MonkeyPatch) -> None:
    serving(FINE)
    monkeypatch.setenv("OPENAI_BASE_URL", "http://127.0.0.1:9/v1")
    with pytest.raises(TryAgain) as raised:
        ask()
    assert raised.value.kind is Kind.UNREACHABLE


def test_missing_key_is_a_setting_and_named(serving: Serving, monkeypatch: pytest.MonkeyPatch) -> None:
    server = serving(FINE)
    monkeypatch.delenv("OPENAI_API_KEY")
    gateway = Gateway("openai/some", LIMITS)
    with pytest.raises(LookAtSettings) as raised:
        gateway.ask(MESSAGES, SCHEMA)
    assert gateway.settings_of(raised.value) == ("OPENAI_API_KEY",)
    assert server.asked == []


@pytest.mark.parametrize("model", ["nonsense", "nobody/nothing", "/", "openai"])
def test_model_that_nobody_could_be_asked_for_is_bad_use(model: str) -> None:
    with pytest.raises(BadUse, match=r"FOOTNOTE_MODEL .* PROVIDER/MODEL"):
        Gateway(model, LIMITS)


@pytest.mark.parametrize("reply", [error(401, f"{SECRET} sk-of-nobody"), error(500, SECRET)], ids=["401", "500"])
def test_nothing_of_it_is_printed_logged_or_in_an_error(
    serving: Serving, reply: Reply, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    serving(reply)
    caplog.set_level(logging.DEBUG)
    with pytest.raises(NoReply) as raised:
        ask()
    assert str(raised.value) in set(Kind)
    assert SECRET not in "".join(traceback.format_exception(raised.value))
    assert "".join(capfd.readouterr()) == ""
    assert SECRET not in caplog.text
    assert "sk-of-nobody" not in caplog.text


def test_it_is_loaded_without_a_word_whatever_is_logged_elsewhere() -> None:
    loading = "import logging; logging.basicConfig(level=0); from bot.models.gateway.door import quiet_litellm; quiet_litellm()"
    ran = subprocess.run([sys.executable, "-c", loading], capture_output=True, text=True, check=True)
    assert "LiteLLM" not in ran.stdout + ran.stderr


def test_huge_reply_comes_back_for_others_to_refuse(serving: Serving) -> None:
    serving(Reply("x" * 5_000_000))
    assert len(ask().text) == 5_000_000


def test_name_that_a_server_gives_itself_can_be_kept(serving: Serving) -> None:
    serving(FINE).answered_as = "evil\n\x00" + "x" * 1000
    assert ask().call.model == "evil" + "x" * 94


def test_nobody_else_is_told_of_calls(serving: Serving) -> None:
    import litellm

    serving(FINE)
    ask()
    heard = (litellm.callbacks, litellm.success_callback, litellm.failure_callback, litellm.input_callback)
    assert not any(heard)
