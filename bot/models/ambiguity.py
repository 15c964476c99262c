"""Which cases may a question mean, where it names none and each has another answer? Such as leave in two countries, each
under its own heading. Asked back is seldom: the answers must be as good as each other, say the same of the same, and
differ in what they give.
"""

from collections.abc import Sequence
from itertools import combinations

from bot.core.cases import two_cases
from bot.core.markdown import cells, plain
from bot.core.statements import Statement, statements
from bot.models.asked import Asked, squashed
from bot.models.scores import Scored
from bot.models.units import Shape, Unit
from policies.evidence import Evidence
from policies.languages import Language
from policies.verbatim import fold, says_something, stands_in

NEAR = 0.2  # how far below the best answer another may be
NEAR_BEHIND = 0.1  # and two others, where the best is said of all cases
ALIKE = 0.6  # the share of their words that both say, beside what they give
_SHORTEST_NAME = 3  # of a row
_MOST = 8  # answers that are compared

_WHOLE = frozenset({Shape.SENTENCE, Shape.ITEM})  # a table shows all its cases at once, and so does a list


def meant(
    ranked: Sequence[Scored], wanted: Asked, evidence: Evidence, languages: Sequence[Language]
) -> tuple[str, ...]:
    """The headings of the cases, the best first. None: it is plain what is meant, or nothing was found out."""
    if not ranked:
        return ()
    best = ranked[0]
    taken = {one.passage for one in evidence.found[best.unit.rank].disagreements}  # by one another's place
    near = [one for one in ranked[:_MOST] if one.unit.passage.handle not in taken]
    found = (
        heading
        for one, other in combinations(near, 2)
        if other.score >= best.score - (NEAR if one is best else NEAR_BEHIND)
        for heading in _cases(one.unit, other.unit, wanted, languages)
    )
    return tuple(dict.fromkeys(found))


def of_what_is_meant(
    question: str, ranked: Sequence[Scored], wanted: Asked, languages: Sequence[Language]
) -> tuple[Scored, ...]:
    """Without what is said of another case than the one that was asked about: under its heading, or in its row."""
    if not ranked:
        return ()
    best, asked = ranked[0].unit, fold(question).casefold()
    rows = {(one.unit.rank, one.unit.block) for one in ranked if _is_named_row(one.unit, asked)}
    return tuple(
        one
        for one in ranked
        if not _is_another(best, one.unit, wanted, languages[best.rank])
        and ((one.unit.rank, one.unit.block) not in rows or _is_named_row(one.unit, asked))
    )


def _is_named_row(unit: Unit, asked: str) -> bool:
    """By what stands at its beginning; where that is a number or a letter, together with what its column is called."""
    if unit.shape is not Shape.ROW:
        return False
    name = _name(cells(unit.lines[0])[0])
    if len(name) < _SHORTEST_NAME or name.isdigit():
        name = f"{_name(cells(unit.above[0])[0])} {name}" if unit.above and name else ""
    return says_something(name) and stands_in(name, asked)


def _name(cell: str) -> str:
    return fold(plain(cell).strip("`")).casefold()


def _is_another(best: Unit, unit: Unit, wanted: Asked, language: Language) -> bool:
    cases = two_cases(best.path, unit.path)
    if cases is None:
        return False
    named, other = _named([case.heading for case in cases], wanted, language)
    return named and not other


def _cases(best: Unit, other: Unit, wanted: Asked, languages: Sequence[Language]) -> tuple[str, ...]:
    if best.shape is not other.shape or best.shape not in _WHOLE:
        return ()
    cases = two_cases(best.path, other.path)
    if cases is None or any(_named([case.heading for case in cases], wanted, languages[best.rank])):
        return ()
    words = cases[0].words | cases[1].words
    differ = _answer_otherwise(_stated(best, languages), _stated(other, languages), words)
    return tuple(case.heading for case in cases) if differ else ()


def _named(headings: Sequence[str], wanted: Asked, language: Language) -> tuple[bool, bool]:
    """Which of the two the question names, by a word that the other has not."""
    one, other = (
        wanted.said(heading, language) & wanted.terms | {name for name in wanted.names if name in squashed(heading)}
        for heading in headings
    )
    return bool(one - other), bool(other - one)


def _stated(unit: Unit, languages: Sequence[Language]) -> Sequence[Statement]:
    return statements("\n".join(unit.lines), languages[unit.rank])


def _answer_otherwise(one: Sequence[Statement], other: Sequence[Statement], cases: frozenset[str]) -> bool:
    return any(_differ(here, there, cases) for here in one for there in other)


def _differ(here: Statement, there: Statement, cases: frozenset[str]) -> bool:
    one, other = here.about - cases, there.about - cases
    if one != other and len(one & other) < ALIKE * len(one | other):
        return False
    shared = here.values.keys() & there.values.keys()
    return any(not here.values[key] & there.values[key] for key in shared)
