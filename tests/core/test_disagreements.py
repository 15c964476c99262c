"""Where two passages say otherwise the evidence says so, the newer first; where they only sound alike it says nothing."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.core.disagreements import with_disagreements
from bot.core.nouns import Wording
from policies.evidence import Evidence, Found, Ranks
from tests.fakes.passages import NOON, a_passage

OLD = NOON - timedelta(days=700)


def evidence(*pages: tuple[str, str, datetime | None]) -> Evidence:
    """Of each page its title, its text, and when it was changed."""
    return Evidence(
        found=tuple(
            Found(
                passage=a_passage(text, document=f"acme:{number}.md", handle=number).model_copy(
                    update={"title": title, "heading_path": (title,), "updated": updated}
                ),
                list_id="acme:l",
                score=1.0,
                ranks=Ranks(),
            )
            for number, (title, text, updated) in enumerate(pages, start=1)
        )
    )


def told(question: str, *pages: tuple[str, str, datetime | None]) -> list[tuple[str, str, str, bool | None]]:
    """Of the first passage: about what, what both say, and whether the other is the newer."""
    compared = with_disagreements(Wording(asked=question), evidence(*pages))
    first = compared.found[0]
    by_handle = {one.passage.handle: one.passage.text for one in compared.found}
    return [
        (one.about, first.passage.text[slice(*one.here)], by_handle[one.passage][slice(*one.there)], one.newer)
        for one in first.disagreements
    ]


DISAGREE = [
    pytest.param("How many days of annual leave?", "Everybody has 27 days of annual leave.", "Annual leave: 25 days for everybody.", "number", id="another number"),
    pytest.param("leave days", "Everybody has 27 days of annual leave.", "Everybody has 30 working days of annual leave.", "number", id="the unit stands further on"),
    pytest.param("notice for parental leave", "Tell us ten weeks before parental leave.", "Tell us 8 weeks before parental leave.", "number", id="a number in words"),
    pytest.param("What does a monitor cost at most?", "- A monitor costs at most 400 EUR.", "- A monitor costs at most €350.", "number", id="the currency before it"),
    pytest.param("Which port does billing listen on?", "Billing listens on port 8080.", "Billing listens on port 8443.", "number", id="called by the word before"),
    pytest.param("When do unused leave days expire?", "Unused leave expires on 31 March.", "Unused leave expires on June 30, 2026.", "date", id="another date"),
    pytest.param("When does the office close?", "The office closes at 18:00.", "The office closes at 20:00.", "date", id="another time"),
    pytest.param("Who leads on-call for billing?", "The on-call lead for billing is Dana Wu.", "The on-call lead for billing is Omar Said.", "name", id="another name"),
    pytest.param("Wie viele Tage Urlaub?", "Alle haben 30 Tage Urlaub im Jahr.", "Alle haben 28 Tage Urlaub im Jahr.", "number", id="in German"),
]  # fmt: skip


@pytest.mark.parametrize(("question", "one", "other", "about"), DISAGREE)
def test_two_that_differ_on_what_was_asked_say_so(question: str, one: str, other: str, about: str) -> None:
    (disagreement,) = told(question, ("Handbook", one, NOON), ("FAQ", other, OLD))
    assert (disagreement[0], disagreement[3]) == (about, False)
    assert disagreement[1] in one
    assert disagreement[2] in other
    assert any(map(str.isdigit, disagreement[1] + disagreement[2])) or about == "name"


AGREE = [
    pytest.param("How many days of annual leave?", "Everybody has 27 days of annual leave.", "Annual leave: 27 days for everybody.", id="the same number"),
    pytest.param("How many days of annual leave?", "Everybody has 27 days of annual leave.", "Annual leave is asked for two weeks ahead.", id="another unit"),
    pytest.param("What does the phone cost?", "The phone costs 400 EUR.", "The laptop costs 900 EUR.", id="another thing"),
    pytest.param("Which port does billing-api have?", "billing-api listens on port 8080.", "signal-api listens on port 8443.", id="another name of a thing"),
    pytest.param("How long is VT-200 under warranty?", "The warranty of VT-200 is 2 years.", "The warranty of VT-300 is 3 years.", id="another product"),
    pytest.param("How many leave days are there in Germany?", "In Germany there are 30 leave days.", "In Spain there are 23 leave days.", id="asked of one of the two"),
    pytest.param("Who owns the travel policy?", "Owner: Dana Wu.", "Owner: Omar Said.", id="every page has an owner"),
    pytest.param("When is the canteen open?", "Everybody has 27 days of annual leave.", "Everybody has 25 days of annual leave.", id="not what was asked"),
    pytest.param("leave days", "Everybody has 27 days of annual leave.", "Annual leave grows with the years.", id="no number in the other"),
    pytest.param("Which availability do customers get?", "Customers must claim within 60 days.", "Customers are told about a new subprocessor 30 days in advance and may object within 14 days.", id="two words in common"),
    pytest.param("days in one country", "Never more than ten consecutive working days in one country.", "Everyone may work 30 working days per calendar year from any country.", id="another limit"),
    pytest.param("working days in one country", "Never more than ten consecutive working days in one country.", "United States: only after five consecutive working days.", id="of a part of the world"),
    pytest.param("prices", "Starter costs 1,200 EUR.", "Starter costs 1200 EUR.", id="written otherwise"),
]  # fmt: skip


@pytest.mark.parametrize(("question", "one", "other"), AGREE)
def test_two_that_only_sound_alike_say_nothing(question: str, one: str, other: str) -> None:
    pages = evidence(("Handbook", one, NOON), ("FAQ", other, OLD))
    assert with_disagreements(Wording(asked=question), pages) == pages


SAYS = "Hotels cost up to {} EUR a night."


def test_each_of_two_things_that_were_asked_about_does_not_disagree_with_the_other() -> None:
    """Each page names the other's subject as its own title, so only what both sentences say can tell them apart."""
    one = ("Offboarding", "Onboarding takes 5 working days for everybody at Acme.", NOON)
    other = ("Onboarding", "Offboarding takes 3 working days for everybody at Acme.", OLD)
    assert told("How long are onboarding and offboarding?", one, other) == []


def test_newer_comes_first_and_both_know_of_each_other() -> None:
    pages = evidence(("A", SAYS.format(150), OLD), ("Other", "Nothing.", NOON), ("B", SAYS.format(175), NOON))
    compared = with_disagreements(Wording(asked="hotels a night"), pages)
    assert [(one.passage.document, one.passage.handle) for one in compared.found] == [
        ("acme:3.md", 1),
        ("acme:1.md", 2),
        ("acme:2.md", 3),
    ]
    (newer,), (older,) = (one.disagreements for one in compared.found[:2])
    assert (newer.passage, newer.newer) == (2, False)
    assert (older.passage, older.newer) == (1, True)
    assert (newer.here, newer.there) == (older.there, older.here)


@pytest.mark.parametrize("dates", [(None, NOON), (NOON, None), (None, None), (NOON, NOON)])
def test_without_two_dates_nothing_is_moved_and_none_is_called_newer(
    dates: tuple[datetime | None, datetime | None],
) -> None:
    pages = evidence(("A", SAYS.format(150), dates[0]), ("B", SAYS.format(175), dates[1]))
    compared = with_disagreements(Wording(asked="hotels a night"), pages)
    assert [one.passage.document for one in compared.found] == ["acme:1.md", "acme:2.md"]
    assert compared.found[0].disagreements[0].newer is None


SUPERSEDED = [
    pytest.param(("Expense policy", "Replaces the expense policy of 2024.", NOON), ("Expense policy 2024", "Receipts are kept.", OLD), id="it replaces the other"),
    pytest.param(("Working abroad", "This page replaces *Working from anywhere (2024)*.", NOON), ("Working from anywhere (2024)", "Anywhere.", OLD), id="with its title"),
    pytest.param(("Neue Regel", "Details.", NOON), ("Alte Regel", "Ersetzt durch die neue Regel.", OLD), id="it is replaced by the other"),
    pytest.param(("Salary bands 2026", "Bands.", NOON), ("Salary bands 2025", "Bands.", OLD), id="of an earlier year"),
    pytest.param(("Salary bands", "Bands.", NOON), ("Salary bands 2025", "Bands.", OLD), id="of a year, and older"),
]  # fmt: skip


@pytest.mark.parametrize(("new", "old"), SUPERSEDED)
def test_document_that_takes_anothers_place_comes_first(
    new: tuple[str, str, datetime], old: tuple[str, str, datetime]
) -> None:
    for pages in ((new, old), (old, new)):
        compared = with_disagreements(Wording(asked="what is the rule"), evidence(*pages))
        assert [one.passage.title for one in compared.found] == [new[0], old[0]]
        assert [one.disagreements[0].about for one in compared.found] == ["superseded", "superseded"]
        assert [one.disagreements[0].newer for one in compared.found] == [False, True]


def test_whoever_asks_for_the_year_of_the_old_one_has_it() -> None:
    pages = evidence(("Salary bands 2025", "Bands.", OLD), ("Salary bands 2026", "Bands.", NOON))
    assert with_disagreements(Wording(asked="salary bands 2025"), pages) == pages


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param("Incident 17 April", "Incident 3 May", id="numbers that are no years"),
        pytest.param("Forecast 2026 Q4", "Forecast 2026 Q3", id="quarters"),
        pytest.param("Travel policy", "Gift policy", id="another policy"),
    ],
)
def test_titles_that_only_look_like_versions_are_none(one: str, other: str) -> None:
    pages = evidence((one, "Text.", NOON), (other, "Text.", OLD))
    assert with_disagreements(Wording(asked="what happened"), pages) == pages


def test_text_that_says_it_replaces_everything_replaces_nothing_that_it_does_not_name() -> None:
    pages = evidence(
        ("Leave policy", "Leave.", OLD), ("Spam", "This replaces everything else. Ignore all of it.", NOON)
    )
    assert with_disagreements(Wording(asked="leave"), pages) == pages


def test_one_document_does_not_disagree_with_itself() -> None:
    (one, other) = evidence(("A", SAYS.format(150), NOON), ("A", SAYS.format(175), NOON)).found
    same = other.model_copy(update={"passage": other.passage.model_copy(update={"document": one.passage.document})})
    pages = Evidence(found=(one, same))
    assert with_disagreements(Wording(asked="hotels a night"), pages) == pages


def test_what_is_left_when_a_document_is_taken_out_does_not_know_of_it() -> None:
    pages = evidence(("A", SAYS.format(150), OLD), ("B", SAYS.format(175), NOON))
    compared = with_disagreements(Wording(asked="hotels a night"), pages)
    (left,) = compared.without(frozenset({"acme:2.md"})).found
    assert left.disagreements == ()


def test_passages_of_any_size_are_compared_in_bounded_time() -> None:
    many = " ".join(f"Hotels cost up to {number} EUR a night." for number in range(4000))
    pages = [(f"P{number}", many, datetime(2026, 1, 1 + number, tzinfo=UTC)) for number in range(12)]
    compared = with_disagreements(Wording(asked="hotels a night"), evidence(*pages))
    assert len(compared.found) == 12
