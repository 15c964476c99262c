"""Which of the ranked units make the answer? Few: one line that answers is better than five that nearly do."""

import re
from collections.abc import Callable, Sequence
from typing import NamedTuple

from bot.core.markdown import is_fence, is_item, without_marker
from bot.models.scores import Scored
from bot.models.units import Shape, Unit

MARGIN = 0.15  # how far below the best a unit of its document may be
MARGIN_ELSEWHERE = 0.10  # and a unit of another document
ALIKE = 0.6  # the share of words at which two units say the same, if their numbers are the same

_DIGITS = re.compile(r"\d+(?:[.,:]\d+)*")


class Limits(NamedTuple):
    lines: int
    allows: Callable[[Unit], bool]  # whether a claim of this unit would keep the contract
    spread: float = 1.0  # of the margins


def chosen(
    ranked: Sequence[Scored], limits: Limits, *, prefers_steps: bool, wants_steps: bool = False
) -> tuple[Unit, ...]:
    """In the order in which they are read: the best, then by document and place. `wants_steps`: what to do was asked, and
    not only, by `prefers_steps`, for what may be a heading over steps.
    """
    picked: list[Scored] = []
    left = limits.lines
    for scored in _promoted(ranked, before_rows=wants_steps) if prefers_steps else ranked:
        if picked and (
            scored.score < picked[0].score - limits.spread * _margin(scored, picked[0]) or _repeats(scored, picked)
        ):
            continue
        unit = _fitted(_headed(scored.unit, picked), left, may_cut=not picked)
        if unit is not None and limits.allows(unit):
            picked.append(scored._replace(unit=unit))
            left -= unit.size
        elif not picked:
            return ()  # what answers best may not be said, and what does not answer is no answer
    return _in_reading_order([scored.unit for scored in picked])


def _promoted(ranked: Sequence[Scored], *, before_rows: bool) -> Sequence[Scored]:
    """Where one step answers best and steps are wanted, the list that it belongs to stands for it. So does a list nearly
    as good as a row beside it: a row tells what holds, not what to do.
    """
    best = ranked[0] if ranked else None
    if best is None or best.unit.shape not in {Shape.ITEM, Shape.ROW}:
        return ranked
    for scored in ranked:
        if scored.unit.shape is not Shape.STEPS or not scored.unit.ordered:
            continue
        is_its_list = best.unit.shape is Shape.ITEM and _share_a_block(scored.unit, best.unit)
        is_beside = best.unit.shape is Shape.ROW and before_rows and scored.unit.rank == best.unit.rank
        if is_its_list or (is_beside and scored.score >= best.score - MARGIN):
            return (scored._replace(score=best.score), *(other for other in ranked if other is not scored))
    return ranked


def _margin(scored: Scored, best: Scored) -> float:
    return MARGIN if scored.unit.passage.document == best.unit.passage.document else MARGIN_ELSEWHERE


def _repeats(scored: Scored, picked: Sequence[Scored]) -> bool:
    return any(_says_the_same(scored, other) for other in picked)


def _says_the_same(one: Scored, other: Scored) -> bool:
    """Rows of one table are alike and differ all the same; so do sentences with different numbers."""
    shapes = {one.unit.shape, other.unit.shape}
    if _share_a_block(one.unit, other.unit):
        if Shape.STEPS in shapes:
            return True
        if shapes == {Shape.ROW}:
            return False
    said, already = _bare(one.unit), _bare(other.unit)
    if said in already or already in said:
        return True
    shared = len(one.words & other.words) / max(1, len(one.words | other.words))
    return shared >= ALIKE and _DIGITS.findall(said) == _DIGITS.findall(already)


def _bare(unit: Unit) -> str:
    """What it says, however it is numbered or set in: a list may stand under two headings."""
    if unit.shape not in {Shape.STEPS, Shape.ITEM}:
        return "\n".join(unit.lines)
    first = unit.lines[:1] if unit.shape is Shape.ITEM else ()  # which has lost its mark: "1. May" is a day
    return "\n".join((*first, *(without_marker(line).strip() for line in unit.lines[len(first) :])))


def _share_a_block(one: Unit, other: Unit) -> bool:
    return one.rank == other.rank and one.block == other.block


def _headed(unit: Unit, picked: Sequence[Scored]) -> Unit:
    """A second row needs no second header; a list that follows on something else says under what it stands."""
    if picked and unit.shape is Shape.STEPS and not unit.above:
        return unit._replace(above=unit.under)
    is_headed = unit.shape is Shape.ROW and any(_share_a_block(unit, scored.unit) for scored in picked)
    return unit._replace(above=()) if is_headed else unit


def _fitted(unit: Unit, room: int, *, may_cut: bool) -> Unit | None:
    """Whole where it fits. Of the best unit, if it is too long, as many lines from its beginning as fit, and of steps as
    many whole ones.
    """
    if unit.size <= room:
        return unit
    fence = unit.lines[-1:] if unit.shape is Shape.CODE and is_fence(unit.lines[-1]) else ()
    keeps = room - len(unit.above) - len(fence)
    if not may_cut or unit.shape is Shape.ROW or keeps < 1:
        return None
    if unit.shape is Shape.STEPS:
        keeps = _whole_steps(unit.lines, keeps)
    return unit._replace(lines=unit.lines[:keeps], below=fence)


def _whole_steps(lines: Sequence[str], most: int) -> int:
    """How many lines, so that no step ends in the middle; one step that is too long by itself is cut all the same."""
    begins = [at for at, line in enumerate(lines) if is_item(line) and _indent(line) <= _indent(lines[0])]
    return max((at for at in begins if 0 < at <= most), default=most)


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())


def _in_reading_order(units: Sequence[Unit]) -> tuple[Unit, ...]:
    if not units:
        return ()
    best = units[0]

    def place(unit: Unit) -> tuple[bool, bool, int, int]:
        is_first = unit is best or (unit.shape is Shape.ROW and _share_a_block(unit, best))
        return not is_first, unit.passage.document != best.passage.document, unit.rank, unit.position

    return tuple(sorted(units, key=place))
