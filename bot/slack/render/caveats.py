"""What should a reader know of what an answer stands on? One short line each, on every surface in the same words. A side that
this reader is not shown, or that was erased, is not spoken of.
"""

from collections.abc import Callable, Iterator
from itertools import groupby
from typing import NamedTuple

from bot.core.cited import day
from bot.core.record import ERASED
from bot.slack import words
from policies.evidence import Answer, Caveat, Citation, Conflict, Evidence, Old, Passage, Shortened, Superseded, Unread


class Pen(NamedTuple):
    """How a surface writes what is not ours: the name of a page, words of a page, any name."""

    page: Callable[[Passage], str]
    quote: Callable[[str], str]
    name: Callable[[str], str]


def caveats(answer: Answer, evidence: Evidence, pen: Pen) -> Iterator[str]:
    for kind, together in groupby(answer.caveats, key=type):
        if kind is Old:
            yield from _old([one for one in together if isinstance(one, Old)], evidence, pen)
        else:
            yield from (said for one in together if (said := _one(one, evidence, pen)))


def _one(caveat: Caveat, evidence: Evidence, pen: Pen) -> str | None:
    match caveat:
        case Conflict(here=here, there=there, newer=newer):
            one, other = _side(here, evidence, pen), _side(there, evidence, pen)
            return words.conflict(one, other, newer=newer) if one and other else None
        case Superseded(cited=cited, by=by):
            old, new = evidence.passage(cited), evidence.passage(by)
            return words.superseded(pen.page(old), pen.page(new)) if old and new else None
        case Unread(source=source, read=read):
            return words.unread(pen.name(source), day(read))
        case Shortened(left_out=left_out):
            return words.shortened(left_out)
        case Old():
            return None


def _side(side: Citation, evidence: Evidence, pen: Pen) -> words.Side | None:
    passage = evidence.passage(side.passage)
    if passage is None or passage.text == ERASED:
        return None
    when = day(passage.updated) if passage.updated is not None else None
    return words.Side(pen.page(passage), pen.quote(side.quote), when)


def _old(caveats: list[Old], evidence: Evidence, pen: Pen) -> Iterator[str]:
    """All of them in one line."""
    known = [(one, passage) for one in caveats if (passage := evidence.passage(one.passage))]
    if known:
        yield words.old([(pen.page(passage), one.edited) for one, passage in known])
