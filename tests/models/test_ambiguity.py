"""Without a model it is asked back where two cases have equally good and different answers, and hardly anywhere else."""

from datetime import datetime

import pytest

from bot.core.disagreements import with_disagreements
from bot.core.nouns import Wording
from bot.models.extractive import Extractive
from bot.steps.verify import settle, violated
from policies.evidence import Clarification, Draft
from tests.core.test_disagreements import OLD, evidence
from tests.fakes.passages import NOON
from tests.flows.world import RULES

Page = tuple[str, str, datetime]

DAYS = "How many days of annual leave do I have?"
LEAVE: Page = (
    "Annual leave",
    (
        "Leave is asked for two weeks ahead.\n\n## Germany\nEverybody has 30 days of annual leave.\n\n"
        "## Netherlands\nEverybody has 25 days of annual leave."
    ),
    NOON,
)
GERMANY: Page = ("Leave in Germany", "In Germany you have 30 days of annual leave.", NOON)
SPAIN: Page = ("Leave in Spain", "In Spain you have 23 days of annual leave.", OLD)


def drafted(question: str, *pages: Page) -> Draft:
    found = with_disagreements(Wording(asked=question), evidence(*pages))
    return Extractive(None).compose(question, found, RULES.answers).draft


def said(draft: Draft) -> str:
    return " ".join(claim.text for claim in draft.claims)


def plans(*prices: int) -> Page:
    names = ("Starter", "Team", "Business", "Enterprise", "Public", "Research")
    sections = (f"## {name} plan\nIt costs {price} EUR a month." for name, price in zip(names, prices, strict=False))
    return ("Plans", "\n\n".join(sections), NOON)


AMBIGUOUS = [
    pytest.param(DAYS, (LEAVE,), {"Germany", "Netherlands"}, id="sections"),
    pytest.param(DAYS, (GERMANY, SPAIN), {"Leave in Germany", "Leave in Spain"}, id="pages, whichever is the older"),
    pytest.param("What does it cost a month?", (plans(12, 40),), {"Starter plan", "Team plan"}, id="plans"),
]


@pytest.mark.parametrize(("question", "pages", "options"), AMBIGUOUS)
def test_cases_with_different_answers_are_asked_about(
    question: str, pages: tuple[Page, ...], options: set[str]
) -> None:
    draft = drafted(question, *pages)
    assert (set(draft.options), draft.claims) == (options, ())
    found = evidence(*pages)
    assert violated(question, draft, found, RULES.answers.answer) == ()
    assert settle(draft, ()) == Clarification(reason="which", options=draft.options)


def test_at_most_four_are_offered() -> None:
    assert len(drafted("What does it cost a month?", plans(1, 2, 3, 4, 5, 6)).options) == 4


PLAIN = [
    pytest.param("How many days of annual leave do I have in Germany?", (LEAVE,), "30", id="one is named"),
    pytest.param("How many days of annual leave are there in Spain?", (GERMANY, SPAIN), "23", id="one page is named"),
    pytest.param(f"{DAYS} (Netherlands)", (LEAVE,), "25", id="one was chosen"),
    pytest.param(DAYS, (("Leave", LEAVE[1].replace("25", "30"), NOON),), "30", id="the same holds for both"),
    pytest.param("How far ahead is leave asked for?", (LEAVE,), "two weeks", id="it holds for all"),
    pytest.param(
        DAYS,
        (("Handbook", "Everybody has 27 days of annual leave.", NOON), ("FAQ", "Everybody has 25 days of annual leave.", OLD)),
        "27",
        id="two papers that disagree",
    ),
    pytest.param(
        "What does it cost a month?",
        (("Plans", "| Plan | Cost a month |\n|---|---|\n| Starter | 12 EUR |\n| Team | 40 EUR |", NOON),),
        "40 EUR",
        id="a table shows all",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("question", "pages", "answer"), PLAIN)
def test_where_it_is_plain_it_is_answered(question: str, pages: tuple[Page, ...], answer: str) -> None:
    draft = drafted(question, *pages)
    assert draft.options == ()
    assert answer in said(draft)


def test_of_the_case_that_was_not_asked_about_nothing_is_said() -> None:
    assert "25" not in said(drafted("How many days of annual leave do I have in Germany?", LEAVE))
    assert "30" not in said(drafted("How many days of annual leave are there in Spain?", GERMANY, SPAIN))


def test_whoever_asks_about_both_gets_both() -> None:
    both = drafted("How many days of annual leave are there in Germany and the Netherlands?", LEAVE)
    assert both.options == ()
    assert "30" in said(both)
    assert "25" in said(both)


def test_a_page_whose_place_another_takes_is_not_offered_beside_it() -> None:
    says = "Everybody has {} days of annual leave. Managers have {} days of annual leave."
    new: Page = ("Leave abroad", f"This replaces *Leave anywhere*. {says.format(30, 40)}", NOON)
    old: Page = ("Leave anywhere", says.format(25, 35), OLD)
    assert drafted(DAYS, new, old).options == ()
