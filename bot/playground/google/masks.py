"""Google's `fields`: which parts of an answer are wanted. What is not known is refused, as a misspelt one should be."""

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from bot.playground.google.errors import RefusedError, refused

Mask = Mapping[str, "Mask | None"]  # None: the whole of it
Known = Mapping[str, "Known | None"]  # None: nothing is said of what it has in it

_MOST_TOKENS: Final = 500  # each may lie in the one before
_NAME: Final = re.compile(r"[\w-]+|\*")
_TOKEN: Final = re.compile(r"[\w*-]+|[(),/]")


def mask(text: str, known: Known | None) -> Mask:
    """`a,b(c,d/e),f/*`; `*` is everything."""
    tokens = _TOKEN.findall(text)
    if "".join(tokens) != re.sub(r"\s", "", text) or not tokens or len(tokens) > _MOST_TOKENS:
        raise _invalid(text)
    rest = iter([*tokens, ""])
    found, end = _list(rest, next(rest), known)
    if end:
        raise _invalid(text)
    return found


def masked(value: Any, wanted: Mask | None) -> Any:
    """What is wanted of a value that holds everything."""
    if wanted is None or "*" in wanted:
        return value
    if isinstance(value, list):
        return [masked(each, wanted) for each in value]
    if not isinstance(value, dict):
        return value
    return {name: masked(each, wanted[name]) for name, each in value.items() if name in wanted}


def within(wanted: Mask | None, name: str) -> Mask | None:
    """What is wanted of a part; an empty mask, if it is not wanted."""
    if wanted is None or "*" in wanted:
        return None
    return wanted.get(name, {})


def _list(rest: Iterator[str], name: str, known: Known | None) -> tuple[Mask, str]:
    """What is named, and the sign at which it ends."""
    found: dict[str, Mask | None] = {}
    while True:
        _check(name, known)
        found[name], sign = _below(rest, next(rest), _of(known, name))
        if sign != ",":
            return found, sign
        name = next(rest)


def _below(rest: Iterator[str], sign: str, known: Known | None) -> tuple[Mask | None, str]:
    """What is named of a part, and the sign after it."""
    if sign == "(":
        inner, end = _list(rest, next(rest), known)
        if end != ")":
            raise _invalid(end)
        return inner, next(rest)
    if sign == "/":
        name = next(rest)
        _check(name, known)
        inner_of, sign = _below(rest, next(rest), _of(known, name))
        return {name: inner_of}, sign
    return None, sign


def _check(name: str, known: Known | None) -> None:
    if not _NAME.fullmatch(name) or (known is not None and name != "*" and name not in known):
        raise _invalid(name)


def _of(known: Known | None, name: str) -> Known | None:
    return None if known is None or name == "*" else known[name]


def _invalid(what: str) -> RefusedError:
    return refused(400, "invalidParameter", f"Invalid field selection {what}", at="fields")
