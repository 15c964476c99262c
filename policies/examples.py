"""Which example exchanges is a model shown beside a question, so that it sees what a good draft looks like? Sets, each where
its own rule says. They are never evidence: what stands in them proves nothing.

An example keeps the contract on its own passages. One that does not would teach to break it, and is refused when it is read.
"""

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from typing import Annotated, Final, Literal, Self

from pydantic import Field, field_validator, model_validator

from policies.contract import violations
from policies.evidence import Claim, Draft, Evidence, Found, Passage, Ranks
from policies.languages import ENGLISH, OTHERS, language_of
from policies.people import Noun
from policies.verbatim import fold, stands_in

Shape = Literal["table", "steps", "disagreement"]
"""What evidence holds: a table, steps with numbers, passages that disagree."""

_LONGEST_CLAIM: Final = 600
_CODES: Final = frozenset(language.code for language in (ENGLISH, *OTHERS))
_TABLE: Final = re.compile(r"^[ \t]*\|.*\|[ \t]*\n[ \t]*\|[ :|-]*-[ :|-]*\|[ \t]*$", re.MULTILINE)
_STEPS: Final = re.compile(r"^[ \t]*1[.)] \S.*(?:\n.*){0,9}?\n[ \t]*2[.)] \S", re.MULTILINE)

_Text = Annotated[str, Field(min_length=1, max_length=2000)]


class Page(Noun):
    """A passage of an example. It is cited by its place, from 1."""

    title: Annotated[str, Field(max_length=200)] = ""
    updated: date | None = None
    text: _Text


class Example(Noun):
    """Without claims: these passages do not answer it."""

    question: _Text
    passages: tuple[Page, ...] = Field(min_length=1, max_length=4)
    claims: tuple[Claim, ...] = Field(default=(), max_length=5)

    @model_validator(mode="after")
    def _keeps_the_contract(self) -> Self:
        draft, evidence = Draft(claims=self.claims, answerable=bool(self.claims)), _evidence(self.passages)
        for broken in violations(
            draft, evidence, max_claim_characters=_LONGEST_CLAIM, question=self.question, min_support=0.0
        ):
            raise ValueError(f"claim {(broken.claim or 0) + 1} breaks {broken.rule}: {broken.detail}")
        return self


class ExampleSet(Noun):
    """It is shown if each sort of condition that it names holds; with none, always. `intents` of the message, `words` and
    `languages` of the question; `sources`, `places` (with what lies below them) and `evidence` of what was found.
    """

    intents: tuple[str, ...] = ()
    words: tuple[Annotated[str, Field(min_length=2, max_length=100)], ...] = ()
    languages: tuple[str, ...] = ()
    sources: tuple[Annotated[str, Field(min_length=1)], ...] = ()
    places: tuple[Annotated[str, Field(min_length=1)], ...] = ()
    evidence: tuple[Shape, ...] = ()
    shown: tuple[Example, ...] = Field(min_length=1, max_length=10)

    @field_validator("languages")
    @classmethod
    def _of_known_languages(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for code in value:
            if code not in _CODES:
                raise ValueError(f"`{code}` is no language that is known: {', '.join(sorted(_CODES))}")
        return value

    def is_for(self, question: str, evidence: Evidence) -> bool:
        """Whatever the intent: sets of other intents are left out before."""
        asked, passages = fold(question).casefold(), evidence.passages
        return (
            (not self.words or any(stands_in(fold(word).casefold(), asked) for word in self.words))
            and (not self.languages or language_of(question, fewest=1).code in self.languages)
            and (not self.sources or any(passage.source in self.sources for passage in passages))
            and (not self.places or any(_lies_in(passage.place, self.places) for passage in passages))
            and (not self.evidence or any(_has(evidence, shape) for shape in self.evidence))
        )


class Examples(Noun):
    """`max_tokens`: of all examples beside one question; a set that does not fit is left out whole. 0: none are shown, as in
    texts from before there were any.
    """

    max_tokens: int = Field(default=0, ge=0, le=20_000)
    sets: Mapping[str, ExampleSet] = {}

    def of(self, intent: str) -> "Examples":
        kept = {name: one for name, one in self.sets.items() if not one.intents or intent in one.intents}
        return self.model_copy(update={"sets": kept})

    def beside(self, question: str, evidence: Evidence) -> Mapping[str, ExampleSet]:
        """In the order in which they stand: the first are the last to be left out."""
        return {name: one for name, one in self.sets.items() if one.is_for(question, evidence)}


def _lies_in(place: str, places: tuple[str, ...]) -> bool:
    return any(f"{place}/".startswith(f"{one}/") for one in places)


def _has(evidence: Evidence, shape: Shape) -> bool:
    match shape:
        case "table":
            return any(_TABLE.search(passage.text) for passage in evidence.passages)
        case "steps":
            return any(_STEPS.search(passage.text) for passage in evidence.passages)
        case "disagreement":
            return any(found.disagreements for found in evidence.found)


def _evidence(pages: tuple[Page, ...]) -> Evidence:
    return Evidence(
        found=tuple(
            Found(passage=_passage(page, number), list_id="", score=0.0, ranks=Ranks())
            for number, page in enumerate(pages, start=1)
        )
    )


def _passage(page: Page, number: int) -> Passage:
    return Passage(
        handle=number,
        id="",
        document="",
        source="",
        title=page.title,
        url=None,
        place="",
        updated=datetime.combine(page.updated, time(), UTC) if page.updated else None,
        version="",
        ordinal=0,
        heading_path=(),
        text=page.text,
    )
