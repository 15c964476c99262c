"""Which tool is offered for what people ask for, and what is still asked of them: by words and the built-in embedder, and with a
model that does as the request says. The requests are our own, a third of them with something missing or said twice.
"""

import json
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from bot import tools as every
from bot.app import packaged_rules
from bot.core.ports import Guess
from bot.core.proposals import AnyTool, Proposer
from bot.models.embedder import MiniLM
from bot.models.examples import ByExamples
from bot.models.gateway.door import Limits
from bot.models.proposer import MOST_TOKENS, HostedProposer
from bot.models.weights import locate
from bot.settings import load
from bot.steps.propose import Wanted, choose, propose
from bot.steps.route import route
from policies.gate import ToolRule
from policies.intents import Route
from policies.rules import parse
from tests.bench.routing import own
from tests.fakes.model_server import Reply, model_server
from tests.fakes.models import models

REQUESTS = Path(__file__).parent.parent / "tool_requests.toml"
OTHERS = Path(__file__).parent.parent / "tool_requests_of_others.toml"
RULES = parse(packaged_rules())
NOBODY: Any = None  # nothing here asks a target
KINDS: Sequence[AnyTool] = (
    every.JiraCreateIssue(NOBODY),
    every.JiraComment(NOBODY),
    every.ConfluenceCreatePage(NOBODY),
    every.ConfluenceComment(NOBODY),
    every.DriveShareFile(NOBODY),
    every.SlackPostMessage(NOBODY),
)
PLACES = {"jira.create_issue": ("ENG", "OPS"), "jira.comment": ("ENG", "OPS")}


class Asked(NamedTuple):
    text: str
    tool: str
    said: Mapping[str, Any]
    missing: tuple[str, ...] = ()


def requests(part: str) -> list[Asked]:
    rows = tomllib.loads(REQUESTS.read_text(encoding="utf-8"))[part]
    return [Asked(**{**row, "missing": tuple(row.get("missing", ()))}) for row in rows]


def messages(part: str, *, wanted: bool) -> list[tuple[str, str | None]]:
    """Of others: what they said, and which tool that is for."""
    rows = tomllib.loads(OTHERS.read_text(encoding="utf-8"))[part]
    return [(row["text"], row.get("tool")) for row in rows if ("tool" in row) == wanted]


def rule_of(name: str) -> ToolRule:
    target, _, does = name.partition(".")
    return RULES.tools[target][does].model_copy(update={"targets": PLACES.get(name, ())})


TOOLS: Mapping[str, tuple[AnyTool, ToolRule]] = {tool.name: (tool, rule_of(tool.name)) for tool in KINDS}
ALL = [*requests("tuned"), *requests("aside")]


def by_words(text: str) -> str | None:
    return choose(text, {name: rule for name, (_, rule) in TOOLS.items()})


def share(right: Sequence[bool]) -> float:
    return sum(right) / len(right)


def test_there_are_sixty_requests_for_all_tools_of_which_a_third_do_not_say_enough() -> None:
    assert (len(ALL), len(requests("aside"))) == (60, 20)
    assert sum(bool(one.missing) for one in ALL) == 20
    assert {one.tool for one in ALL} == set(TOOLS)
    assert len({one.text for one in ALL}) == 60


@pytest.mark.parametrize(("part", "least"), [("tuned", 0.95), ("aside", 0.85)])
def test_words_alone_choose_the_tool(part: str, least: float) -> None:
    assert share([by_words(one.text) == one.tool for one in requests(part)]) >= least


def test_what_was_not_said_is_never_filled_in_by_words() -> None:
    """Rather is something asked for that was said; and what goes somewhere goes where they said."""
    for one in ALL:
        wanted = propose(one.text, TOOLS, None)
        if wanted.tool == one.tool and wanted.filled is not None:
            assert set(one.missing) <= set(wanted.filled.missing), one.text


def test_there_are_requests_of_others_for_all_tools_and_what_asks_for_none() -> None:
    every = [one for part in ("tuned", "aside") for one in messages(part, wanted=True)]
    assert {tool: sum(each == tool for _, each in every) for tool in TOOLS} == dict.fromkeys(TOOLS, 25)
    assert sum(len(messages(part, wanted=False)) for part in ("tuned", "aside")) == 60


@pytest.mark.parametrize(("part", "least"), [("tuned", 0.97), ("aside", 0.9)])
def test_words_of_others_choose_the_tool(part: str, least: float) -> None:
    assert share([by_words(text) == tool for text, tool in messages(part, wanted=True)]) >= least


@pytest.mark.parametrize(("part", "most"), [("tuned", 0), ("aside", 1)])
def test_words_of_others_who_ask_for_nothing_choose_hardly_any_tool(part: str, most: int) -> None:
    assert sum(by_words(text) is not None for text, _ in messages(part, wanted=False)) <= most


@pytest.mark.parametrize("gold", ["question", "talk", "help"])
def test_words_of_what_asks_for_nothing_choose_no_tool(gold: str) -> None:
    asked = [one.text for one in own("en") if one.gold == gold]
    assert [text for text in asked if by_words(text) is not None] == []


# --- a model that does as the request says ------------------------------------------------------------------------------------


@pytest.fixture
def obeying(monkeypatch: pytest.MonkeyPatch) -> Iterator[Proposer]:
    """It knows what was said and nothing else; of what is in `missing`, it says nothing."""
    gold = {one.text: one for one in ALL}

    def says(body: Any) -> str:
        one = gold.get(json.loads(body["messages"][1]["content"])["request"])
        return json.dumps({"tool": one and one.tool, "arguments": one.said if one else {}})

    with model_server(Reply(says=says)) as server:
        for name, value in server.environment.items():
            monkeypatch.setenv(name, value)
        limits = Limits(patience_s=60, pause_s=0.01)
        yield HostedProposer(models("openai/some", limits=limits, most_tokens=MOST_TOKENS))


def is_as_said(wanted: Wanted, one: Asked) -> bool:
    """The tool, exactly what was said, and the form asks for exactly what was not."""
    if wanted.tool != one.tool or wanted.filled is None:
        return False
    values = wanted.filled.values
    return wanted.filled.missing == one.missing and all(values.get(name) == value for name, value in one.said.items())


def test_with_a_model_each_is_the_right_tool_and_the_form_asks_for_what_is_missing(obeying: Proposer) -> None:
    assert [one.text for one in ALL if not is_as_said(propose(one.text, TOOLS, obeying), one)] == []


def test_model_that_sees_no_tool_in_it_is_believed(obeying: Proposer) -> None:
    asked = [one.text for one in own("en") if one.gold in {"question", "talk"}][:30]
    assert len(asked) == 30
    assert {propose(text, TOOLS, obeying).tool for text in asked} == {None}


# --- from the message to the offer ----------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def guesser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ByExamples]:
    weights = locate(load().models)
    if weights is None:
        pytest.fail("The embedder's weights are missing: run `python -m bot.models.weights` first.")
    with MiniLM(weights) as embedder:
        made = ByExamples(embedder, tmp_path_factory.mktemp("examples"))
        made.warm(RULES.intents)
        yield made


def offered(text: str, guesser: ByExamples) -> str | None:
    guess: Guess = guesser.guess(text, RULES.intents)
    way = route(text, RULES, guess)
    if not isinstance(way, Route) or way.does == "refuse":
        return None
    filled = propose(text, TOOLS, None).filled
    is_whole = filled is not None and not filled.missing
    return by_words(text) if is_whole or way.does not in {"draft", "summarise"} else None


@pytest.mark.meaning
@pytest.mark.timeout(300)
@pytest.mark.parametrize(("part", "least"), [("tuned", 0.85), ("aside", 0.8)])
def test_right_tool_is_offered_without_a_model(guesser: ByExamples, part: str, least: float) -> None:
    assert share([offered(one.text, guesser) == one.tool for one in requests(part)]) >= least


@pytest.mark.meaning
@pytest.mark.timeout(300)
@pytest.mark.parametrize(("part", "least"), [("tuned", 0.95), ("aside", 0.9)])
def test_right_tool_is_offered_to_others_without_a_model(guesser: ByExamples, part: str, least: float) -> None:
    assert share([offered(text, guesser) == tool for text, tool in messages(part, wanted=True)]) >= least


@pytest.mark.meaning
@pytest.mark.timeout(300)
def test_no_tool_is_offered_to_whoever_asks_or_talks(guesser: ByExamples) -> None:
    asked = [
        *(one.text for one in own("en") if one.gold != "act"),
        "How do I create a ticket in ENG?",
        "Who may share a file with people outside?",
        "What does the comment on ENG-12 say?",
        "Where do I see who posted the message in #general?",
        "Which page did they publish about the office move?",
    ]
    assert [text for text in asked if offered(text, guesser) is not None] == []
