"""A model that summarises, and one that drafts: each is told its own task, and what it says is read as ever."""

import json
from collections.abc import Iterator

import pytest

from bot.core.ports import Composer
from bot.models.condensed import Condensed
from bot.models.drafted import SCHEMA_OF_A_TEXT, draft_from
from bot.models.fallback import Fallback
from bot.models.gateway.door import Limits
from bot.models.prompt import packaged
from bot.models.written import Written
from bot.steps.verify import settle, violated
from policies.evidence import Answer, Draft, Evidence
from tests.fakes.model_server import ModelServer, Reply, data_of, error, model_server, said
from tests.fakes.models import models
from tests.fakes.passages import some_evidence
from tests.flows.world import RULES
from tests.models.test_condensed import ASKED, BADGES, a_talk

LIMITS = Limits(patience_s=60, pause_s=0.01)
TASKS = ("write.md", "summarise.md", "draft.md")


@pytest.fixture
def scripted(monkeypatch: pytest.MonkeyPatch) -> Iterator[ModelServer]:
    decided = {"passage": 5, "quote": "Northwind, because of the delivery"}
    orders = {"passage": 6, "quote": "I will order 120 badges by Friday."}
    claims = [
        {"text": "Ana Ribeiro decided on Northwind, because of the delivery.", "citations": [decided]},
        {"text": "Mei Tanaka will order 120 badges by Friday.", "citations": [orders]},  # it was Ben
        {"text": "Ben Visser will order 120 badges by Friday.", "citations": [orders]},
    ]
    reply = said({"answerable": True, "claims": claims, "clarify": None, "options": []})
    with model_server(reply, reply) as server:
        for name, value in server.environment.items():
            monkeypatch.setenv(name, value)
        yield server


def summarising(model: str = "openai/some") -> Composer:
    return Fallback(Written(models(model, limits=LIMITS), packaged("summarise.md")), Condensed(None))


def told(draft: Draft, evidence: Evidence) -> list[str]:
    reply = settle(draft, violated(ASKED, draft, evidence, RULES.answers.answer))
    assert isinstance(reply, Answer)
    return [claim.text for claim in reply.claims]


def test_what_somebody_else_is_said_to_do_is_not_told(scripted: ModelServer) -> None:
    composed = summarising().compose(ASKED, a_talk(BADGES), RULES.answers)
    assert told(composed.draft, a_talk(BADGES)) == [
        "Ana Ribeiro decided on Northwind, because of the delivery.",
        "Ben Visser will order 120 badges by Friday.",
    ]


def test_a_summary_is_asked_for_in_its_own_words_with_who_said_what_and_when(scripted: ModelServer) -> None:
    summarising().compose(ASKED, a_talk(BADGES), RULES.answers)
    system, _ = scripted.asked[0].body["messages"]
    assert "who does what" in system["content"]
    assert "at most 5" in system["content"]
    shown = data_of(scripted.asked[0].body)["passages"]
    assert (shown[4]["title"], shown[4]["text"]) == ("Ana Ribeiro, 2 March 2026, 12:04 UTC", BADGES[4][1])
    assert not [one for one in shown if "slack" in str(one)]
    assert not [text for _, text in BADGES if text in system["content"] and text != "ok"]


def test_where_no_model_answers_its_own_words_summarise_it(monkeypatch: pytest.MonkeyPatch) -> None:
    reply: Reply = error(401, "no")
    with model_server(reply, reply) as server:
        for name, value in server.environment.items():
            monkeypatch.setenv(name, value)
        composed = summarising().compose(ASKED, a_talk(BADGES), RULES.answers)
    assert (composed.by.composer, composed.by.shortfall) == ("condensed", "away")
    assert "Ben Visser: I will order 120 badges by Friday." in [claim.text for claim in composed.draft.claims]


def test_each_task_has_a_prompt_of_its_own_version() -> None:
    assert len({packaged(task).digest for task in TASKS}) == len(TASKS)
    for task in TASKS:
        (system, _) = packaged(task).messages("?", some_evidence("x"), RULES.answers)
        assert "$" not in system.content


@pytest.mark.parametrize(
    ("paragraph", "kept"), [(2, 2), (0, 0), (-1, None), (9_999, None), ("two", None), (None, None)]
)
def test_a_paragraph_is_a_number_or_there_is_none(paragraph: object, kept: int | None) -> None:
    claim = {"text": "Leave is 25 days.", "paragraph": paragraph, "citations": []}
    draft = draft_from(json.dumps({"answerable": True, "claims": [claim]}), max_claims=5)
    assert isinstance(draft, Draft)
    assert [one.paragraph for one in draft.claims] == [kept]


def test_models_are_held_to_paragraphs_only_where_they_write_texts(scripted: ModelServer) -> None:
    writer = Written(models("openai/gpt-4o", limits=LIMITS), packaged("draft.md"), schema=SCHEMA_OF_A_TEXT)
    writer.compose("Draft a mail about badges", a_talk(BADGES), RULES.answers)
    summarising("openai/gpt-4o").compose(ASKED, a_talk(BADGES), RULES.answers)
    for_a_text, for_a_summary = (json.dumps(asked.body.get("response_format")) for asked in scripted.asked)
    assert ("paragraph" in for_a_text, "paragraph" in for_a_summary) == (True, False)
