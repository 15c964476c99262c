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
from bot.core.which_tool import choose
from bot.models.embedder import MiniLM
from bot.models.examples import ByExamples
from bot.models.gateway.door import Limits
from bot.models.proposer import MOST_TOKENS, HostedProposer
from bot.models.weights import locate
from bot.settings import load
from bot.steps.propose import Wanted, propose, stands
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


@pytest.mark.parametrize(
    ("text", "tool"),
    [
        ("On ENG-14 please note that the fix was deployed yesterday", "jira.comment"),
        ("On ENG-14, add a comment: the fix was deployed", "jira.comment"),
        ("On the wiki page Onboarding, note that the link is broken", "confluence.comment"),
        ("In #general, please say that lunch is late", "slack.post_message"),
        ("In ENG-12 comment 3 says that the door is broken", None),
        ("Can zoe@acme.test get edit rights on https://docs.google.com/document/d/1abcdefghijk", "drive.share_file"),
        ("make zoe@acme.test a viewer of the offsite plan in Drive", "drive.share_file"),
        ("Drop a note in #support: phones are down", "slack.post_message"),
        ("Leave a note on ENG-12: phones are down", "jira.comment"),
        ("Report a defect in ENG: the door is stuck", "jira.create_issue"),
        ("How do I report an incident?", None),
        ("We reported an incident in ENG last week", None),
    ],
)
def test_what_people_say_without_a_tool_in_mind_chooses_the_one_that_does_it(text: str, tool: str | None) -> None:
    assert by_words(text) == tool


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("let everyone in #ops know the server is back", {"text": "the server is back"}),
        ("Can you tell #marketing the campaign is live?", {"text": "the campaign is live"}),
        ("Please let #ops know about the server", {"text": "the server"}),
        (
            "Write a wiki article in HR called Remote work that says you may work from home twice a week",
            {"title": "Remote work", "text": "you may work from home twice a week"},
        ),
        (
            "Create a wiki page in ENG named Release that says: tag, build, ship",
            {"title": "Release", "text": "tag, build, ship"},
        ),
        ("Publish a page in ENG: 'API limits' - 100 a minute", {"title": "API limits", "text": "100 a minute"}),
        ("add a page to space OPS with the title Runbook", {"title": "Runbook"}),
    ],
)
def test_title_and_text_are_told_apart_and_so_is_who_is_told(text: str, values: Mapping[str, str]) -> None:
    filled = propose(text, TOOLS, None).filled
    assert filled is not None
    assert {name: one for name, one in filled.values.items() if name in {"title", "text"}} == values


@pytest.mark.parametrize(("part", "most"), [("tuned", 0), ("aside", 1)])
def test_words_of_others_who_ask_for_nothing_choose_hardly_any_tool(part: str, most: int) -> None:
    assert sum(by_words(text) is not None for text, _ in messages(part, wanted=False)) <= most


@pytest.mark.parametrize("gold", ["question", "talk", "help"])
def test_words_of_what_asks_for_nothing_choose_no_tool(gold: str) -> None:
    asked = [one.text for one in own("en") if one.gold == gold]
    assert [text for text in asked if by_words(text) is not None] == []


LOOKED_FOR = [
    "I need the answer on ENG-12",
    "We need the page about travel",
    "I'd like the Confluence page about leave",
    "I'd like the page on parental leave",
    "I want the issue template",
    "can I have the page about travel?",
    "Can we have the article on expenses please",
    "could we get the issue list?",
    "We need the travel page, where is it?",
    "I need new headphones, which page says who to ask?",
    "Open the page about leave",
    "Please open the page about leave",
    "Open the ticket ENG-12",
    "open ENG-12",
    "Start the new task force",
    "Update the page 12345 about leave",
    "Add ENG-12 to the sprint",
    "Add me to the ticket",
    "Make sure the page is up to date",
    "Tell me what #general is about",
    "Remind me in #general tomorrow",
    "Let me know which channel is for lunch",
    "let me know in slack",
    "Log in to Jira does not work",
    "log into jira fails for me",
    "Put simply, what is the page limit?",
    "Start page of the intranet?",
    "So create a ticket or a page?",
    "new page about travel?",
    "open tickets",
    "open issues in ENG",
    "new tickets this week",
    "new articles in Confluence",
    "To create a ticket in ENG you need access. Is that right?",
    "we should create a ticket in ENG about the door some day",
]
ANSWERED = [  # where they are taken for questions
    "log issues with the VPN",
    "track tickets in Jira",
    "report issue with payroll",
    "report a security incident",
    "share drive policy",
    "share file limits",
    "Let me see the file",
    "Give me an overview of who has access",
    "Give me access to the handbook",
    "Make a list of the open issues",
    "Our policy: write a ticket when the printer is broken. Who is responsible?",
    "Here is the log:\ncreate page failed\nopen file failed\nwhat is wrong?",
    "We need the travel page, where is it?",
    "write a comment on ENG-12 explaining our leave policy",
]


@pytest.mark.parametrize("text", LOOKED_FOR)
def test_who_looks_for_something_that_is_there_is_offered_no_tool(text: str) -> None:
    assert by_words(text) is None


@pytest.mark.parametrize("text", ANSWERED)
def test_a_question_is_answered_and_gets_no_empty_card(text: str) -> None:
    assert offer(text, "answer") is None


@pytest.mark.parametrize(
    ("text", "tool"),
    [
        ("create a ticket in ENG", "jira.create_issue"),
        ("Could you open a ticket in ENG?", "jira.create_issue"),
        ("write in #general, no, in #random: who took my mug?", "slack.post_message"),
        ("add a comment to page 12345", "confluence.comment"),
        ("open https://drive.google.com/file/d/1QwErTyUiOpAsDfGhJkL/view to ben@acme.com", "drive.share_file"),
    ],
)
def test_what_lacks_something_gets_its_form_where_something_was_said(text: str, tool: str) -> None:
    assert offer(text, "answer") == offer(text, "act") == tool


@pytest.mark.parametrize(
    ("rest", "role"),
    [
        ("", "reader"),
        ("let zoe@acme.test edit {file}", "writer"),
        ("let zoe@acme.test comment on {file}", "commenter"),
        ("let zoe@acme.test view {file} but not edit it", "reader"),
        ("share {file} with zoe@acme.test as editor", "writer"),
    ],
)
def test_what_they_may_do_with_a_file_is_what_was_said_of_it_and_never_its_address(rest: str, role: str) -> None:
    text = (rest or "share {file} with zoe@acme.test").format(
        file="https://docs.google.com/document/d/1abcdefghijk/edit"
    )
    filled = propose(text, TOOLS, None).filled
    assert filled is not None
    assert filled.values["role"] == role


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
    return None if not isinstance(way, Route) or way.does == "refuse" else offer(text, way.does)


def offer(text: str, does: str) -> str | None:
    wanted = propose(text, TOOLS, None)
    return wanted.tool if does == "act" or stands(text, wanted, does) else None


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
