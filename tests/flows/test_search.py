"""What a question would be answered from: noted before it is shown, and never more than may be read."""

import pytest

from bot.core.nouns import Event, ListId
from bot.flows.answer import answer
from bot.flows.search import search
from policies.evidence import Evidence
from policies.people import Email
from tests.fakes.access import a_list
from tests.fakes.connector import NAMED_ERRORS
from tests.fakes.passages import a_passage
from tests.flows.world import ANA, BO, QUESTION, RULES, STRANGER, World, rules_with


@pytest.fixture
def world() -> World:
    world = World("acme", "wiki")
    world.knows(ANA, "acme/staff", "wiki/staff")
    world.knows(BO, "acme/hr")
    world.writes("leave.md", "Leave is 25 days.", "acme/staff")
    world.writes("days.md", "How many days are there in a year?", "acme/staff")
    world.writes("pay.md", "Pay day is the 28th.", "wiki/staff", source="wiki")
    world.writes("secret.md", "Leave of directors is 60 days.", "acme/hr")
    return world


def searched(world: World, text: str = QUESTION, asker: Email = ANA, k: int = 10) -> tuple[Evidence, list[Event]]:
    events: list[Event] = []
    receipt, evidence = search(text, asker, k, world.reading(), note=events.append, operator="root@host")
    assert {event.receipt for event in events} == {receipt}
    assert {event.kind for event in events} == {"searched"}
    assert {(event.body["asker"], event.body["operator"]) for event in events} == {(asker, "root@host")}
    assert {(event.body["text"], event.body["rules"]) for event in events} == {(text, RULES.digest)}
    return evidence, events


def documents(evidence: Evidence) -> set[str]:
    return {passage.document for passage in evidence.passages}


def test_nothing_is_shown_that_could_not_be_noted(world: World) -> None:
    def full(event: Event) -> None:
        raise OSError("no space left")

    with pytest.raises(OSError, match="no space"):
        search(QUESTION, ANA, 10, world.reading(), note=full, operator="root@host")


def test_person_whom_no_source_knows_finds_nothing_and_it_is_noted(world: World) -> None:
    evidence, (event,) = searched(world, asker=STRANGER)
    assert evidence == Evidence()
    assert event.body["filters"] == {"lists": [], "without": []}


@pytest.mark.parametrize("text", ["", "?!", "x" * (RULES.answers.question.max_characters + 1)])
def test_search_that_cannot_be_made_is_noted_too(world: World, text: str) -> None:
    evidence, (event,) = searched(world, text)
    assert evidence == Evidence()
    assert event.body["clarification"] == ("too_long" if len(text) > 10 else "empty")


def test_hidden_documents_are_not_found_and_change_nothing(world: World) -> None:
    found, events = searched(world)
    assert documents(found) == {"acme:leave.md", "acme:days.md", "wiki:pay.md"}
    world.forgets("secret.md")
    found_without, events_without = searched(world)
    assert found == found_without
    assert [event.body for event in events] == [event.body for event in events_without]


def test_document_that_its_source_took_back_is_searched_without(world: World) -> None:
    world.takes_back("leave.md")
    evidence, events = searched(world)
    assert [event.body["filters"]["without"] for event in events] == [[], ["acme:leave.md"]]
    world.forgets("leave.md")
    assert evidence == searched(world)[0]
    assert documents(evidence) == {"acme:days.md", "wiki:pay.md"}


@pytest.mark.parametrize("error", NAMED_ERRORS, ids=lambda error: error.__name__)
def test_source_that_cannot_be_asked_is_left_out_whole(world: World, error: type[Exception]) -> None:
    world.connectors["acme"].fails_with = error("not now")
    assert documents(searched(world)[0]) == {"wiki:pay.md"}


def test_what_cannot_be_confirmed_is_not_found_and_hides_nothing_else(world: World) -> None:
    for number in range(6):
        world.writes(f"{number}.md", QUESTION + f" {number}", "acme/staff")
        world.takes_back(f"{number}.md")
    evidence, events = searched(world, k=1)
    for number in range(6):
        world.forgets(f"{number}.md")
    assert evidence == searched(world, k=1)[0]
    assert evidence.found
    assert len(events) == 2


@pytest.mark.parametrize("k", [1, 2, 3])
def test_as_many_are_shown_as_were_asked_for(world: World, k: int) -> None:
    assert len(searched(world, k=k)[0].found) == k


def test_search_finds_what_an_answer_would_be_made_from(world: World) -> None:
    k = RULES.answers.evidence.passages
    assert searched(world, k=k)[0] == answer(world.asks(), world.answering(), world.poster).evidence


def test_few_of_one_document_holds_for_search_too(world: World) -> None:
    second = a_passage(QUESTION, document="acme:leave.md", ordinal=2)
    world.passages.add(second, ListId("acme:acme/staff"), a_list("acme/staff"))
    assert len(searched(world)[0].found) == 4
    world.rules = rules_with("per_document = 3\nper_leading_document = 6", "per_document = 1\nper_leading_document = 1")
    _, evidence = search(QUESTION, ANA, 10, world.reading(), note=lambda _: None, operator="root@host")
    assert len(evidence.found) == len(documents(evidence)) == 3
