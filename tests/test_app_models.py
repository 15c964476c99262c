"""Which models are built from the settings, and what stops a process before anybody is asked."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from bot import app
from bot.app.models import of_class
from bot.core.errors import BadUse
from bot.models.extractive import Extractive
from bot.models.learnt import hosted, learnt
from bot.settings import Settings
from policies.intents import ModelClass
from policies.rules import RulesError
from tests.fakes.passages import NOON

DECLARED = """
local_only = ["hr"]

[models."openai/some"]
sources = "all"
dollars_per_million_in = 1
dollars_per_million_out = 2
"""


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Any]:
    with ExitStack() as stack:
        yield lambda **set_: stack.enter_context(app.records(Settings(home=tmp_path / "home", **set_)))


def terms(folder: Path, text: str = DECLARED) -> Path:
    path = folder / "models.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_classes_are_lists_and_the_one_model_of_old_is_the_first_of_the_strong(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FOOTNOTE_MODEL", "openai/old")
    monkeypatch.setenv("FOOTNOTE_MODEL_STRONG", "openai/a, openai/old,openai/b")
    monkeypatch.setenv("FOOTNOTE_MODEL_FAST", "openai/small")
    settings = Settings()
    assert settings.strong == {
        "openai/old": "FOOTNOTE_MODEL",
        "openai/a": "FOOTNOTE_MODEL_STRONG",
        "openai/b": "FOOTNOTE_MODEL_STRONG",
    }
    assert settings.fast == {"openai/small": "FOOTNOTE_MODEL_FAST"}
    assert settings.judges == {}


def test_nobody_judges_unless_a_setting_names_who_and_leaves_them_time(opened: Any) -> None:
    assert app.judge(opened(model="openai/big")) is None
    assert app.judge(opened(model="openai/big", model_judge="openai/j", judge_patience_s=0)) is None
    judge = app.judge(opened(model="openai/big", model_judge="openai/j,openai/k"))
    assert judge is not None
    assert judge.name.startswith("openai/j+prompt:")


@pytest.mark.parametrize("said", ["openai/a,,openai/b", "open ai/a", ",".join(f"openai/{n}" for n in range(11))])
def test_list_that_is_none_is_refused(said: str) -> None:
    with pytest.raises(ValueError, match="PROVIDER/MODEL"):
        Settings(model_strong=said)


def test_without_a_model_nobody_but_the_documents_writes(opened: Any) -> None:
    records = opened(model_fast=("openai/small",))
    assert isinstance(app.composer(records, "strong", None), Extractive)


@pytest.mark.parametrize(
    ("model_class", "set_", "first", "then"),
    [
        pytest.param("strong", {"model": "a/big", "model_fast": ("a/small",)}, ["a/big"], ["a/small"], id="the best"),
        pytest.param("strong", {"model": "a/big"}, ["a/big"], [], id="the only one"),
        pytest.param("strong", {"model_fast": ("a/small",)}, [], ["a/small"], id="none of the best: nobody writes"),
        pytest.param("strong", {"model": "a/big", "model_fast": ("a/big",)}, ["a/big"], [], id="one of both, once"),
        pytest.param(
            "fast", {"model": "a/big", "model_fast": ("a/small", "a/tiny")}, ["a/small", "a/tiny"], [], id="fast"
        ),
        pytest.param("fast", {"model": "a/big"}, ["a/big"], [], id="no fast one"),
        pytest.param("fast", {"model_fast": ("a/small",)}, ["a/small"], [], id="fast ones only"),
        pytest.param("fast", {}, [], [], id="no model at all"),
    ],
)
def test_who_writes_follows_from_the_class_of_the_route(
    tmp_path: Path, model_class: ModelClass, set_: dict[str, Any], first: list[str], then: list[str]
) -> None:
    settings = Settings(home=tmp_path, **set_)
    assert tuple(map(list, of_class(settings, model_class))) == (first, then)


def test_composer_of_each_class_is_named_after_its_first_model(opened: Any) -> None:
    records = opened(model="openai/big", model_fast=("openai/small",))
    assert app.composer(records, "strong", None).name.startswith("openai/big+")
    assert app.composer(records, "fast", None).name.startswith("openai/small+")


def test_fast_models_rewrite_and_the_strong_ones_where_there_are_none(opened: Any) -> None:
    both = app.rewriter(opened(model="openai/big", model_fast=("openai/small",)))
    alone = app.rewriter(opened(model="openai/big"))
    assert both is not None
    assert alone is not None
    assert (both.name.split("+")[0], alone.name.split("+")[0]) == ("openai/small", "openai/big")


@pytest.mark.parametrize(("sources", "lines"), [((), 1), (("hr",), 0)], ids=["no such source", "it is there"])
def test_mark_that_marks_nothing_is_told_of(opened: Any, tmp_path: Path, sources: tuple[str, ...], lines: int) -> None:
    records = opened(model_terms=terms(tmp_path))
    with records.database.writing() as session:
        for name in sources:
            records.sources.add(session, name, "folder", {"path": str(tmp_path)}, NOON)
    with capture_logs() as logged, app.assistant(records, None, command="test"):
        pass
    assert [line["sources"] for line in logged] == ["hr"] * lines


def test_model_whose_price_nobody_knows_is_refused_where_money_is_limited(opened: Any, tmp_path: Path) -> None:
    with pytest.raises(BadUse, match=r"FOOTNOTE_MODEL_STRONG: nobody knows what openai/some costs"):
        app.composer(opened(model_strong=("openai/some",), budget_dollars_a_day_by_one=1), "strong", None)
    said = opened(model_strong=("openai/some",), budget_dollars_a_day_by_one=1, model_terms=terms(tmp_path))
    assert app.composer(said, "strong", None).name.startswith("openai/some+")


def test_so_is_an_embedder_or_a_reranker_of_questions(opened: Any, tmp_path: Path) -> None:
    records = opened(reranker="openai/some", budget_dollars_a_day_by_all=1)
    with pytest.raises(BadUse, match=r"FOOTNOTE_RERANKER: nobody knows what openai/some costs"):
        app.reranker(records)
    with pytest.raises(BadUse, match=r"FOOTNOTE_EMBEDDER: nobody knows what openai/some costs"):
        app.embedder(records.settings, "openai/some", dimensions=3, purse=app.purse(records))
    assert app.embedder(records.settings, "openai/some", dimensions=3) is not None  # for a sync, which is not counted
    text = DECLARED.replace('local_only = ["hr"]', "")
    said = opened(reranker="openai/some", budget_dollars_a_day_by_all=1, model_terms=terms(tmp_path, text))
    assert app.reranker(said) is not None
    assert app.embedder(said.settings, "openai/some", dimensions=3, purse=app.purse(said)) is not None


@pytest.mark.parametrize("text", [None, "sources = ["], ids=["no file", "no TOML"])
def test_terms_that_cannot_be_read_stop_everything(opened: Any, tmp_path: Path, text: str | None) -> None:
    path = tmp_path / "none.toml" if text is None else terms(tmp_path, text)
    with pytest.raises((BadUse, RulesError), match=path.name):
        app.composer(opened(model="openai/some", model_terms=path), "strong", None)


def test_hosted_embedder_that_may_not_see_every_source_is_refused_before_anything_is_sent(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path, model_terms=terms(tmp_path))
    with pytest.raises(BadUse, match="FOOTNOTE_EMBEDDER: openai/some would be sent every passage"):
        learnt(settings, "openai/some", None)
    with pytest.raises(BadUse, match="FOOTNOTE_EMBEDDER"):
        hosted(settings, "openai/some", 3)


def test_reranker_is_sent_what_its_terms_allow(opened: Any, tmp_path: Path) -> None:
    records = opened(reranker="openai/some", model_terms=terms(tmp_path))
    with records.database.writing() as session:
        records.config.adopt(session, app.packaged_rules(), NOON)
    made = app.reranker(records)
    assert made is not None
    assert made.sending("Where?", ["here", "there"], {"hr", "wiki"}) is None
    sent = made.sending("Where?", ["here", "there"], {"wiki"})
    assert sent is not None
    assert (sent.passages, sent.sources) == (2, ("wiki",))
