"""Which tool is asked for, and where in a message? By its author's own words alone: what they quote chooses nothing."""

import re
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Final

from bot.core.asking import Order, breaks, is_verb, is_word, orders
from bot.core.own_words import in_place, own_words
from policies.gate import ToolRule

GIVEN: Final = re.compile(r"(?i)\b(?:saying|that says|that tells|with the text|with the words)\b")
ADDRESS: Final = re.compile(r"(?<![\w.+@-])[\w.+-]+@[\w-]+(?:\.[\w-]+)+(?![\w+@-])")

_TELLING: Final = re.compile(rf"{GIVEN.pattern}|(?<=\w):(?:\s|$)")
_PARAGRAPH: Final = re.compile(r"\n[^\S\n]*\n")
_ANOTHER: Final = frozenset({("a",), ("an",), ("another",), ("one",), ("two",), ("three",)})
_WORD: Final = re.compile(r"[^\W_]+")
_KINDS: Final = (
    (
        re.compile(r"https?://\S+/browse/\S+|(?<![\w-])[A-Z][A-Z0-9_]+-[1-9]\d*(?![\w-])", re.IGNORECASE),
        "existing issue",
    ),
    (re.compile(r"https?://\S+/pages/\S+|(?i:\b(?:page|article) \d+)"), "existing page"),
    (re.compile(r"https://(?:drive|docs)\.google\.com/\S+"), "existing file"),
    (re.compile(r"(?<!\w)#[\w-]+"), "channel"),
    (ADDRESS, "colleague"),
)
_ENDINGS: Final = ("s", "d", "ed", "ing")
_SHORTEST: Final = 4
_MOST_THINGS: Final = 5  # in one message: of more, the last are taken for one


def is_only_quoted(text: str, rule: ToolRule) -> bool:
    """Whether its words are in what somebody quotes, and nowhere else."""
    return _is_named(text, rule) and not _is_named(own_words(text), rule)


def _is_named(text: str, rule: ToolRule) -> bool:
    """Whether all words of one phrase are there, in whatever order."""
    said = _WORD.findall(text.casefold())
    return any(all(_at(said, place) is not None for place in _places(phrase)) for phrase in rule.words)


def choose(text: str, rules: Mapping[str, ToolRule]) -> str | None:
    """The one tool that is asked for first; of several, that with most of its words in it. None: no one, or no one alone."""
    for order in _orders(text):
        found = {name: _fits(order, rule.words) for name, rule in rules.items()}
        best = max(found.values(), default=(0, 0))
        those = [name for name, weight in found.items() if weight == best and weight != (0, 0)]
        if those:
            return those[0] if len(those) == 1 else None
    return None


@lru_cache(maxsize=64)  # whoever looks at a message looks at it several times
def _orders(text: str) -> Sequence[Order]:
    return tuple(orders(_with_kinds(own_words(text))))


def apart(text: str, rules: Mapping[str, ToolRule]) -> list[str]:
    """Each of the things that are asked for, with what is said of it: nothing that is said of one says anything of another."""
    found, rest = list[str](), text
    while len(found) < _MOST_THINGS and asks_for_more(rest, rules):
        own = breaks(in_place(rest, between="·"))
        ends = [*(end for end, _ in own), len(rest)]
        second = bisect_left(ends, True, key=lambda end: asks_for_more(rest[:end], rules))
        if second in {0, len(ends)}:
            break
        end, begins = own[second - 1]
        found.append(rest[:end])
        rest = rest[begins:]
    return [*found, rest]


def asks_for_more(text: str, rules: Mapping[str, ToolRule]) -> bool:
    """Whether something else is asked for beside the first, of which nothing would come. Who says more of the same asks for no
    other: `make it a story`.
    """
    if not any(_those(order, rules) for order in _orders(text)[1:]):
        return False
    first: set[str] = set()
    for order in orders(_with_kinds("\n".join(_untold(own_words(text), rules)))):
        those = _those(order, rules)
        if first and those and (first.isdisjoint(those) or order.words[:1] in _ANOTHER):
            return True
        first = first or those
    return False


def _those(order: Order, rules: Mapping[str, ToolRule]) -> set[str]:
    return {name for name, rule in rules.items() if _fits(order, rule.words) != (0, 0)}


def _untold(text: str, rules: Mapping[str, ToolRule]) -> Iterator[str]:
    """What is told behind a colon orders nothing, nor does a list below it: until the paragraph ends, all of that is told."""
    for paragraph in _PARAGRAPH.split(text):
        for line in paragraph.split("\n"):
            said, *told = _TELLING.split(line, maxsplit=1)
            yield said
            if told and choose(said, rules) is not None:
                break


@lru_cache(maxsize=4_096)
def _fits(order: Order, phrases: tuple[str, ...]) -> tuple[int, int]:
    """How many words of one phrase are there, and how near to the verb. The first is the verb."""
    weights = [(0, 0)]
    for verbs, *others in map(_places, phrases):
        if any(is_verb(order, verb) for verb in verbs):
            at = [_at(order.words, place) for place in others]
            if None not in at:
                weights.append((1 + len(at), -sum(one for one in at if one is not None)))
    return max(weights)


@lru_cache(maxsize=1_024)
def _places(phrase: str) -> Sequence[Sequence[str]]:
    """`open/file ticket`: one of the first two, and the third."""
    return [place.split("/") for place in phrase.casefold().split()]


def _at(words: Sequence[str], place: Sequence[str]) -> int | None:
    return next((at for at, word in enumerate(words) if any(_is_like(word, one) for one in place)), None)


@lru_cache(maxsize=16_384)
def _is_like(said: str, word: str) -> bool:
    return is_word(_stem(said), _stem(word))


@lru_cache(maxsize=16_384)
def _stem(word: str) -> str:
    ending = next((one for one in _ENDINGS if word.endswith(one) and len(word) - len(one) >= _SHORTEST), "")
    stem = word.removesuffix(ending)
    return stem.removesuffix("e") if len(stem) > _SHORTEST else stem


def _with_kinds(text: str) -> str:
    """What only a machine is called says by its form what it is, and nothing else."""
    for form, kind in _KINDS:
        text = form.sub(f" {kind} ", text)
    return text
