"""Which passages of the evidence disagree on what was asked, or take each other's place? Of those the newer comes first.

Compared is text with text, in what the audience may read and nothing else. It is meant to be right where it says so, not to
find everything: two statements must be about the same, and give other numbers, dates or names for it.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import combinations
from typing import Literal, NamedTuple

from bot.core.cases import two_cases
from bot.core.nouns import Wording
from bot.core.sentences import sentences
from bot.core.statements import Statement, Title, statements, title
from bot.core.terms import terms
from policies.evidence import Disagreement, Evidence, Found, Passage, Span
from policies.languages import Language, language_of

_MOST_COMPARED = 12  # passages, the first ones: an answer is made of no more
_ALIKE = 0.6  # the share of all words of two statements that both have
_ALIKE_IN_VERSIONS = 0.34  # where one document takes the other's place
_LEAST_SHARED, _LEAST_OF_NAMES = 2, 3  # words; everybody's page has an owner
_NOWHERE = Span(0, 0)

_REPLACES = re.compile(r"\b(?:replaces|supersedes|ersetzt(?! durch)|vervangt)\b", re.IGNORECASE)
_SPOKEN_OF = ("replace", "supersede", "ersetzt", "abgelöst", "vervang")  # one of these is in each of the two
_REPLACED = re.compile(r"\b(?:(?:replaced|superseded) by|ersetzt durch|abgelöst durch|vervangen door)\b", re.IGNORECASE)

About = Literal["number", "date", "name", "superseded"]


class _Side(NamedTuple):
    """A found passage with what it states of what was asked, and what was asked, in the words of its language."""

    passage: Passage
    language: Language
    asked: frozenset[str]
    title: Title
    headings: frozenset[str]
    statements: Sequence[Statement]
    replaces: Sequence[Title]  # what its text says it takes the place of
    replaced_by: Sequence[Title]


class _Pair(NamedTuple):
    about: About
    here: Span
    there: Span
    newer: bool | None  # whether the second is


def with_disagreements(wording: Wording, evidence: Evidence) -> Evidence:
    question = wording.whole or wording.asked
    sides = [_side(found.passage, question) for found in evidence.found[:_MOST_COMPARED]]
    years = title(question).numbers
    pairs = {
        (one, other): pair
        for (one, here), (other, there) in combinations(enumerate(sides), 2)
        if here.passage.document != there.passage.document and (pair := _between(here, there, years)) is not None
    }
    return _told(evidence.found, pairs) if pairs else evidence


def _side(passage: Passage, question: str) -> _Side:
    """Statements that share no word with the question are about something else."""
    language = language_of("\n".join((*passage.heading_path, passage.text)))
    asked = _asked(question, language)
    headings = frozenset(terms("\n".join((passage.title, *passage.heading_path)), language))
    said = tuple(one for one in statements(passage.text, language) if asked & one.about)
    replaces, replaced_by = (_said_after(passage.text, verb) for verb in (_REPLACES, _REPLACED))
    return _Side(passage, language, asked, title(passage.title), headings, said, replaces, replaced_by)


@lru_cache(maxsize=64)
def _asked(question: str, language: Language) -> frozenset[str]:
    return frozenset(terms(question, language))


def _between(one: _Side, other: _Side, years: Sequence[str]) -> _Pair | None:
    newer = _is_newer(other.passage, one.passage)
    replaced = True if _is_replaced(one, other, years) else False if _is_replaced(other, one, years) else None
    if replaced is None and two_cases((one.passage.title,), (other.passage.title,)) is not None:
        return None  # in each of two countries something else holds
    versions = bool(one.title.words) and one.title.words == other.title.words
    differing = max(_differing(one, other, versions=versions or replaced is not None), default=None)
    if differing is not None:
        return _Pair(differing.about, differing.here, differing.there, replaced if replaced is not None else newer)
    return _Pair("superseded", _NOWHERE, _NOWHERE, replaced) if replaced is not None else None


class _Differing(NamedTuple):
    """The more words two statements share, the surer it is that they are about the same."""

    shared: int
    here: Span
    there: Span
    about: About


def _differing(one: _Side, other: _Side, *, versions: bool) -> Iterator[_Differing]:
    if one.language is not other.language:
        return
    asked = one.asked
    for here in one.statements:
        for there in other.statements:
            shared = here.about & there.about
            if not _about_the_same(here, there, shared, versions=versions):
                continue
            if not asked & shared or asked & (here.about | one.headings) != asked & (there.about | other.headings):
                continue
            for kind, unit in sorted(here.values.keys() & there.values.keys()):
                differ = not here.values[kind, unit] & there.values[kind, unit]
                enough = kind != "name" or len(shared) >= _LEAST_OF_NAMES
                if differ and enough:
                    yield _Differing(len(shared), here.span, there.span, _about(kind))


def _about_the_same(here: Statement, there: Statement, shared: frozenset[str], *, versions: bool) -> bool:
    if here.things - there.things and there.things - here.things:
        return False
    alike = _ALIKE_IN_VERSIONS if versions else _ALIKE
    return len(shared) >= _LEAST_SHARED and len(shared) >= alike * len(here.about | there.about)


def _about(kind: str) -> About:
    match kind:
        case "date" | "name":
            return kind
        case _:
            return "number"


def _is_newer(one: Passage, other: Passage) -> bool | None:
    if one.updated is None or other.updated is None or one.updated == other.updated:
        return None
    return one.updated > other.updated


def _is_replaced(old: _Side, new: _Side, asked_for: Sequence[str]) -> bool:
    """Whether the second takes the first one's place. Whoever asks for the year of the old one has it."""
    if set(old.title.numbers) & set(asked_for):
        return False
    says_so = _is_named(old.title, new.replaces) or _is_named(new.title, old.replaced_by)
    return says_so or _is_of_an_earlier_year(old, new)


def _is_of_an_earlier_year(old: _Side, new: _Side) -> bool:
    """`Salary bands 2025` beside `Salary bands 2026`, or beside `Salary bands` that were changed later."""
    before, after = old.title.numbers, new.title.numbers
    if old.title.words != new.title.words or not all(map(_is_year, (*before, *after))):
        return False
    match before, after:
        case ((year,), (later,)):
            return year < later
        case ((_,), ()):
            return bool(_is_newer(new.passage, old.passage))
    return False


def _is_year(number: str) -> bool:
    return len(number) == 4 and number[:2] in {"19", "20"}  # noqa: PLR2004 - digits


@lru_cache(maxsize=2_048)
def _said_after(text: str, verb: re.Pattern[str]) -> tuple[Title, ...]:
    """The rest of each sentence with this verb; few texts have one."""
    folded = text.casefold()
    if not any(word in folded for word in _SPOKEN_OF):
        return ()
    found = ((sentence, verb.search(sentence)) for sentence in sentences(text))
    return tuple(title(sentence[after.end() :]) for sentence, after in found if after is not None)


def _is_named(document: Title, said: Sequence[Title]) -> bool:
    return bool(document.words) and any(
        document.words <= one.words and set(document.numbers) <= set(one.numbers) for one in said
    )


def _told(found: Sequence[Found], pairs: Mapping[tuple[int, int], _Pair]) -> Evidence:
    order = _newer_first(list(range(len(found))), pairs)
    handle = {at: number for number, at in enumerate(order, start=1)}
    told: dict[int, list[Disagreement]] = {}
    for (one, other), pair in pairs.items():
        turned = None if pair.newer is None else not pair.newer
        told.setdefault(one, []).append(
            Disagreement(about=pair.about, passage=handle[other], newer=pair.newer, here=pair.here, there=pair.there)
        )
        told.setdefault(other, []).append(
            Disagreement(about=pair.about, passage=handle[one], newer=turned, here=pair.there, there=pair.here)
        )
    return Evidence(
        found=tuple(
            found[at].model_copy(
                update={
                    "passage": found[at].passage.model_copy(update={"handle": handle[at]}),
                    "disagreements": tuple(sorted(told.get(at, ()), key=lambda each: each.passage)),
                }
            )
            for at in order
        )
    )


def _newer_first(order: list[int], pairs: Mapping[tuple[int, int], _Pair]) -> list[int]:
    """A newer one that ranks behind the older is moved before it; everything else stays in its order."""
    for (one, other), pair in sorted(pairs.items()):
        if pair.newer and order.index(other) > order.index(one):
            order.remove(other)
            order.insert(order.index(one), other)
    return order
