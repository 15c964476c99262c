"""Do two headings name two cases of one thing, such as two countries or plans? What is said under one of them is then no
word against what is said under the other; and whoever names neither may mean either.
"""

import re
from collections.abc import Sequence
from typing import NamedTuple

from bot.core.statements import title

_PAPERS = """
    about alt alte appendix archive archived basics change copy current details draft example exceptions faq former
    general glossary guide guidelines handbook history introduction latest manual minutes neu neue new news note notes
    obsolete old other overview page policy previous procedure process question questions regel reference revised rule
    rules summary update updated version wiki
"""
_OF_PAPERS = title(_PAPERS).words
"""What tells a paper from another on the same subject."""

_PURE_NUMBER = re.compile(r"\d+")


class Case(NamedTuple):
    """`words`: those of its heading that the other's does not have."""

    heading: str
    words: frozenset[str]


def two_cases(one: Sequence[str], other: Sequence[str]) -> tuple[Case, Case] | None:
    """Two paths of headings, from the title down, that differ in one place only. Titles also have to speak of one thing:
    within one document, its own title says so.
    """
    differing = [at for at, (here, there) in enumerate(zip(one, other, strict=False)) if here != there]
    if len(one) != len(other) or len(differing) != 1:
        return None
    at = differing[0]
    return _apart(one[at], other[at], must_share=at == 0)


def _apart(one: str, other: str, *, must_share: bool) -> tuple[Case, Case] | None:
    here, there = _words(one), _words(other)
    cases = Case(one, here - there), Case(other, there - here)
    if must_share and not here & there:
        return None
    return cases if all(case.words and not case.words & _OF_PAPERS for case in cases) else None


def _words(heading: str) -> frozenset[str]:
    """With letters: numbers alone tell years, versions and chapters."""
    return title(heading).words | {word for word in _things(heading) if not _PURE_NUMBER.fullmatch(word)}


def _things(heading: str) -> frozenset[str]:
    return frozenset(re.findall(r"\w*\d\w*(?:[-_/]\w+)*|\w+(?:[-_/]\w*\d\w*)+", heading.casefold()))
