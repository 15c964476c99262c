"""How well does each unit answer what was asked?

Four signs are weighed: the question's words, its meaning, where the passage was found, and whether the unit has what an
answer must have (a number, a name, a range that holds the amount). The weights are round on purpose: results hardly
change around them.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from itertools import zip_longest
from typing import NamedTuple

from bot.core.markdown import cells, plain
from bot.core.ports import Embed
from bot.models.asked import Asked, weights
from bot.models.units import Shape, Unit
from policies.evidence import Evidence
from policies.languages import Language

MOST_EMBEDDED = 12  # units; each costs 3 to 8 ms
MOST_CHARACTERS = 300  # of a unit, for its vector: how a list begins says what it is

MEANING = 1.0
OWN_WORDS = 0.25
OWN_WORDS_OF_STEPS = 0.15  # a long list has many words of any question; its heading says what it is for
WORDS_ABOVE = 0.35  # headings and lead-in
PASSAGE_MEANING = 0.5
PASSAGE_SCORE = 0.2
PLACES = (
    60  # how little the first places stand out; a score would let one rare word in a passage outweigh its sentences
)
FULFILS = 0.15
ROW = 0.3  # its range holds the amount, or the question names what it is about
STEPS_WANTED = 0.25
STEPS_UNWANTED = -0.05


class Signs(NamedTuple):
    """What speaks for a unit, each from 0 to about 1. `row` is what only a table's row can have."""

    own: float = 0.0  # the question's words that it says
    above: float = 0.0  # those that stand above it
    row: float = 0.0
    meaning: float = 0.0
    fulfils: float = 0.0
    standing: float = 0.0


class Scored(NamedTuple):
    unit: Unit
    words: frozenset[str]
    signs: Signs
    score: float


class Ranking(NamedTuple):
    """Best first. `weight` is what each of the question's terms weighs among the units."""

    units: tuple[Scored, ...]
    weight: Mapping[str, float]


def ranking(
    question: str,
    wanted: Asked,
    evidence: Evidence,
    found: Sequence[Unit],
    languages: Sequence[Language],
    embed: Embed | None,
) -> Ranking:
    """`languages`: of each passage of the evidence."""
    own = [wanted.said(unit.text, languages[unit.rank]) for unit in found]
    above = [wanted.said(unit.about, languages[unit.rank]) for unit in found]
    weight = weights(wanted.terms, [words | over for words, over in zip(own, above, strict=True)])
    nearness = (0.0,) * len(evidence.found) if embed is None else similarities(evidence)
    rated = _in_order(
        _rated(
            unit,
            words,
            over - words,
            wanted,
            weight,
            language=languages[unit.rank],
            standing=_standing(evidence, unit.rank, nearness),
        )
        for unit, words, over in zip(found, own, above, strict=True)
    )
    if embed is not None:
        rated = _in_order(_with_meaning(question, rated[:MOST_EMBEDDED], embed))
    return Ranking(rated, weight)


def similarities(evidence: Evidence) -> tuple[float, ...]:
    """Of the passages to the question. One that the vectors did not find is no nearer than those that they did."""
    nearness = [found.nearness for found in evidence.found]
    floor = min((score for score in nearness if score is not None), default=0.0)
    return tuple(floor if score is None else score for score in nearness)


def share(words: AbstractSet[str], weight: Mapping[str, float]) -> float:
    """How much of the question is among these words. Summed in one order: floats depend on it."""
    return sum(part for term, part in weight.items() if term in words)


def _standing(evidence: Evidence, rank: int, similarities: Sequence[float]) -> float:
    """What its passage's place among the evidence is worth to a unit."""
    place = PLACES / (PLACES + rank) if evidence.found[rank].score > 0 else 0.0
    return PASSAGE_SCORE * place + PASSAGE_MEANING * similarities[rank]


def _rated(
    unit: Unit,
    words: frozenset[str],
    over: frozenset[str],
    wanted: Asked,
    weight: Mapping[str, float],
    *,
    language: Language,
    standing: float,
) -> Scored:
    signs = Signs(
        own=share(words, weight),
        above=share(over, weight),
        row=_row(unit, wanted, weight, language),
        fulfils=wanted.fulfilled("\n".join(unit.lines)),
        standing=standing,
    )
    return Scored(unit, words, signs, _score(signs, unit) + _steps(unit, wanted))


def _score(signs: Signs, unit: Unit) -> float:
    own = OWN_WORDS_OF_STEPS if unit.shape is Shape.STEPS else OWN_WORDS
    return own * signs.own + WORDS_ABOVE * signs.above + FULFILS * signs.fulfils + ROW * signs.row + signs.standing


def _row(unit: Unit, wanted: Asked, weight: Mapping[str, float], language: Language) -> float:
    if unit.shape is not Shape.ROW:
        return 0.0
    row = cells(unit.lines[0])
    subject = wanted.said(row[0], language)
    named = len(subject & wanted.terms) / len(subject) if subject else 0.0
    in_range = any(wanted.within(cell) for cell in row[:2])  # what a row is about stands at its beginning
    return named * share(subject, weight) + in_range


def _steps(unit: Unit, wanted: Asked) -> float:
    if unit.shape is not Shape.STEPS:
        return 0.0
    if not wanted.wants_steps:
        return STEPS_UNWANTED
    return STEPS_WANTED if unit.ordered else STEPS_WANTED / 2


def _with_meaning(question: str, rated: Sequence[Scored], embed: Embed) -> Iterator[Scored]:
    vectors = embed([question, *(_spoken(scored.unit) for scored in rated)])
    for scored, cosine in zip(rated, vectors[1:] @ vectors[0], strict=True):
        meaning = float(cosine)
        yield scored._replace(score=scored.score + MEANING * meaning, signs=scored.signs._replace(meaning=meaning))


def _spoken(unit: Unit) -> str:
    """A unit as somebody would read it out: without markup, each cell after its column's name."""
    if unit.shape is Shape.ROW and unit.above:
        columns = cells(unit.above[0])
        spoken = "; ".join(
            f"{column}: {cell}" if column else cell
            for column, cell in zip_longest(columns, cells(unit.lines[0]), fillvalue="")
        )
    else:
        spoken = " ".join((*unit.above, *unit.lines))
    return plain(spoken[:MOST_CHARACTERS])


def _in_order(rated: Iterable[Scored]) -> tuple[Scored, ...]:
    return tuple(sorted(rated, key=lambda scored: (-round(scored.score, 6), scored.unit.rank, scored.unit.position)))
