"""Whoever reads an answer is told what the evidence says against it: of what was quoted, and of nothing else."""

from datetime import timedelta

from bot.core.disagreements import with_disagreements
from bot.core.nouns import Wording
from bot.core.otherwise import otherwise, overtaken
from bot.models.extractive import Extractive
from policies.evidence import Answer, Citation, Claim, Conflict, Evidence
from tests.core.test_disagreements import OLD, evidence
from tests.fakes.passages import NOON
from tests.flows.world import RULES

HOTELS = Wording(asked="How much may a hotel cost a night?")
OLDER = ("Travel 2024", "Trains come first. A hotel may cost 150 EUR a night.", OLD)
NEWER = ("Trips", "A hotel may cost 175 EUR a night. Ask early.", NOON)


def compared(*pages: tuple[str, str, object]) -> Evidence:
    return with_disagreements(HOTELS, evidence(*pages))  # type: ignore[arg-type]


def quoting(passage: int, *quotes: str) -> Answer:
    return Answer(claims=tuple(Claim(text=one, citations=(Citation(passage=passage, quote=one),)) for one in quotes))


def told(answer: Answer, found: Evidence) -> list[tuple[str, str | None, str]]:
    """Which other page, which is the newer, and what that other says."""
    titles = {one.passage.handle: one.passage.title for one in found.found}
    return [
        (titles[one.there.passage], one.newer, one.there.quote)
        if isinstance(one, Conflict)
        else (titles[one.by], "there", "")
        for one in otherwise(answer, found)
    ]


def test_what_is_quoted_stands_beside_what_an_older_page_says() -> None:
    found = compared(NEWER, OLDER)
    assert told(quoting(1, "A hotel may cost 175 EUR a night."), found) == [
        ("Travel 2024", "here", "A hotel may cost 150 EUR a night.")
    ]


def test_answer_from_the_older_page_says_that_there_is_a_newer_one() -> None:
    found = compared(OLDER, NEWER)
    (trip,) = (one.passage.handle for one in found.found if one.passage.title == "Travel 2024")
    assert told(quoting(trip, "A hotel may cost 150 EUR a night."), found) == [
        ("Trips", "there", "A hotel may cost 175 EUR a night.")
    ]


def test_nothing_is_said_against_what_is_not_disputed() -> None:
    found = compared(NEWER, OLDER)
    assert told(quoting(1, "Ask early."), found) == []


def test_document_that_was_replaced_says_so_whatever_of_it_is_quoted_unless_the_other_is_cited_too() -> None:
    new, old = ("Trips", "Replaces Travel of 2024.", NOON), ("Travel 2024", "Trains come first.", OLD)
    found = compared(old, new)
    assert [one.passage.title for one in found.found] == ["Trips", "Travel 2024"]
    assert told(quoting(2, "Trains come first."), found) == [("Trips", "there", "")]
    both = Answer(claims=(*quoting(1, "Replaces Travel of 2024.").claims, *quoting(2, "Trains come first.").claims))
    assert told(both, found) == []


def test_at_most_two_are_named() -> None:
    pages = [(f"P{at}", f"A hotel may cost {at}0 EUR a night.", NOON - timedelta(days=at)) for at in range(1, 6)]
    assert len(told(quoting(1, "A hotel may cost 10 EUR a night."), compared(*pages))) == 2


def test_both_sides_are_quotes_that_stand_in_their_passages() -> None:
    found = compared(NEWER, OLDER)
    (conflict,) = otherwise(quoting(1, "A hotel may cost 175 EUR a night."), found)
    assert isinstance(conflict, Conflict)
    for side in (conflict.here, conflict.there):
        passage = found.passage(side.passage)
        assert passage is not None
        assert side.quote in passage.text


def test_without_a_model_the_newer_answers_and_the_older_is_not_said() -> None:
    found = compared(OLDER, NEWER)
    draft, _ = Extractive(None).compose(HOTELS.asked, found, RULES.answers)
    said = " ".join(claim.text for claim in draft.claims)
    assert "175" in said
    assert "150" not in said
    older = next(one for one in found.found if one.passage.title == "Travel 2024")
    assert overtaken(older, "A hotel may cost 150 EUR a night.")
    assert not overtaken(older, "Trains come first.")
