"""What has an admin laid down for answers on a subject: which note stands under them, which values are allowed, in which
range a number lies, how a date is written? It adds nothing that a model could choose, and proves nothing.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Literal, Self

from pydantic import Field, field_validator, model_validator

from policies.amounts import amounts, is_unit
from policies.contract import Rule, Violation
from policies.dates import Date, Written, dates
from policies.evidence import Answer, Claim, Draft, Evidence, Passage
from policies.people import Noun
from policies.verbatim import fold

_FORMATS = {"YYYY-MM-DD": "{0.year:04}-{0.month:02}-{0.day:02}", "DD.MM.YYYY": "{0.day:02}.{0.month:02}.{0.year:04}"}
_THOUSANDS = re.compile(r"\d{1,3}([.,’'])\d{3}(?:\1\d{3})*")
_PLAIN = re.compile(r"\d+(?:[.,]\d+)?")
_WHOLE_DECIMALS = re.compile(r"(\d{1,3}(?:[,’']\d{3})+)(\.\d+)|(\d{1,3}(?:\.\d{3})+)(,\d+)")


class Range(Noun):
    """Both ends are allowed."""

    least: float = Field(allow_inf_nan=False)
    most: float = Field(allow_inf_nan=False)

    @model_validator(mode="after")
    def _is_one(self) -> Self:
        if self.least > self.most:
            raise ValueError("`least` is more than `most`")
        return self


class Topic(Noun):
    """It is about a claim if the question has one of its `words`, or the claim cites one of its `sources` or `places` (or
    what lies below them). Units are named as in `policies.amounts`: `day`, `euro`, `per cent`.
    """

    words: tuple[Annotated[str, Field(min_length=2)], ...] = ()
    sources: tuple[Annotated[str, Field(min_length=1)], ...] = ()
    places: tuple[Annotated[str, Field(min_length=1)], ...] = ()
    note: str | None = Field(default=None, min_length=1, max_length=300)
    dates: Literal["YYYY-MM-DD", "DD.MM.YYYY"] | None = None
    allowed: Mapping[str, tuple[str, ...]] = {}
    ranges: Mapping[str, Range] = {}

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if not (self.words or self.sources or self.places):
            raise ValueError("it names neither words, sources nor places: it would be about nothing")
        if not (self.note or self.dates or self.allowed or self.ranges):
            raise ValueError("it lays nothing down")
        return self

    @field_validator("allowed", "ranges")
    @classmethod
    def _of_known_units(cls, value: Mapping[str, object]) -> Mapping[str, object]:
        for unit in value:
            if not is_unit(unit):
                raise ValueError(f"`{unit}` is no unit that is known")
        return value


Topics = Mapping[str, Topic]


def laid_down(
    draft: Draft, found: Sequence[Violation], evidence: Evidence, question: str, topics: Topics
) -> tuple[Violation, ...]:
    """What the claims that are proven break of it. The names of the topics stand in front."""
    broken = {violation.claim for violation in found}
    return tuple(
        Violation(claim=number, rule=rule, detail=f"{name}: {detail}")
        for number, claim in enumerate(draft.claims)
        if number not in broken
        for name in _about(claim, evidence, question, topics)
        for rule, detail in _outside(claim, topics[name])
    )


def in_form(answer: Answer, evidence: Evidence, question: str, topics: Topics) -> Answer:
    """With the notes that have to stand under it, and its dates as they have to be written."""
    about = [_about(claim, evidence, question, topics) for claim in answer.claims]
    named = dict.fromkeys(name for names in about for name in names)
    return Answer(
        claims=tuple(
            _with_dates(claim, [topics[name] for name in names])
            for claim, names in zip(answer.claims, about, strict=True)
        ),
        notes=tuple(dict.fromkeys(note for name in named if (note := topics[name].note))),
    )


def _about(claim: Claim, evidence: Evidence, question: str, topics: Topics) -> tuple[str, ...]:
    asked = fold(question).casefold()
    cited = [passage for one in claim.citations if (passage := evidence.passage(one.passage)) is not None]
    return tuple(
        name
        for name, topic in sorted(topics.items())
        if any(has_word(word, asked) for word in topic.words) or any(_is_of(topic, passage) for passage in cited)
    )


def has_word(word: str, asked: str) -> bool:
    """Of a question that is folded."""
    return re.search(rf"(?<!\w){re.escape(fold(word).casefold())}(?!\w)", asked) is not None


def _is_of(topic: Topic, passage: Passage) -> bool:
    return passage.source in topic.sources or any(f"{passage.place}/".startswith(f"{place}/") for place in topic.places)


def _outside(claim: Claim, topic: Topic) -> Iterator[tuple[Rule, str]]:
    for amount in dict.fromkeys(amounts(fold(claim.text))):
        if amount.unit is None:
            continue
        if amount.number not in topic.allowed.get(amount.unit, (amount.number,)):
            yield Rule.NOT_ALLOWED, str(amount)
        range_ = topic.ranges.get(amount.unit)
        if range_ is not None and not _lies_in(amount.number, amount.times, range_):
            yield Rule.OUT_OF_RANGE, str(amount)


def _lies_in(number: str, times: str | None, range_: Range) -> bool:
    """A number that may be read in two ways has to lie in it both ways; one that cannot be read does not."""
    readings = list(_readings(number))
    return times is None and bool(readings) and all(range_.least <= value <= range_.most for value in readings)


def _readings(number: str) -> Iterator[float]:
    both = _WHOLE_DECIMALS.fullmatch(number)
    if both:
        whole, part = (both[1], both[2]) if both[1] else (both[3], both[4])
        yield float(f"{re.sub(r'[^0-9]', '', whole)}.{part[1:]}")
        return
    if _THOUSANDS.fullmatch(number):
        yield float(re.sub(r"\D", "", number))
    if _PLAIN.fullmatch(number):
        yield float(number.replace(",", "."))


def _with_dates(claim: Claim, topics: Sequence[Topic]) -> Claim:
    """A date that is not whole, or may be two days, stays as it is; so does a text that no sentence is (a table, a list)."""
    form = next((topic.dates for topic in topics if topic.dates), None)
    text = claim.text
    if form is None or fold(text) != text:
        return claim
    for written in reversed(dates(text)):
        date = _whole(written)
        if date is not None:
            text = f"{text[: written.first]}{_FORMATS[form].format(date)}{text[written.end :]}"
    return claim.model_copy(update={"text": text})


def _whole(written: Written) -> Date | None:
    readings = list(written.readings)
    is_whole = len(readings) == 1 and readings[0].year is not None and readings[0].day is not None
    return readings[0] if is_whole and not written.spans else None
