"""What does a question ask for: which words, which numbers, and what an answer to it would have to look like?"""

import math
import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import NamedTuple

from bot.core.terms import spellings, terms
from policies.languages import OTHERS, Language

_FRAME = frozenset(  # words of asking: they say little about what is asked
    terms(
        "many long often need want know tell find explain give mean happen next early late soon far work "
        "step process procedure people thing question anyone someone"
    )
)
_FRAME_WEIGHT = 0.3

_NUMBER_WORDS = "one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|fifteen|twenty|thirty"
_MONTHS = "jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|mai|maart|mei|okt|dez"
_UNITS_OF_TIME = (
    "second|minute|hour|day|week|month|quarter|year|stunde|tag|woche|monat|jahr|uur|dag|weken|week|maand|jaar"
)
_CURRENCY = r"€|\$|£|(?:EUR|USD|GBP|CHF|euros?|dollars?)\b"

_ASKS_MONEY = (
    r"\bhow much\b|\b(?:costs?|prices?|budget|paid|fee|amount|allowance|limit|euros?|dollars?)\b"
    r"|\bwie viel\b|\bhoeveel\b|\bkostet?\b"
)
_ASKS_TIME = (
    r"\bhow (?:long|soon|often|early|late|fast|quickly|old)\b|\bwhen\b|\buntil\b|\bwh(?:at|ich) (?:time|day|date)\b"
    r"|\b(?:deadline|lead time|notice|lifetime|period|longest)\b"
    r"|\bhow (?:many|much) (?:time|days|weeks|months|years|hours)\b|\bwann\b|\bwie lange\b|\bwanneer\b|\bhoe lang\b"
)
_ASKS_NUMBER = (
    r"\bhow (?:many|much|long|big|high|large|far|old|fast|soon|often)\b"
    r"|\b(?:number of|maximum|minimum|rate|threshold)\b|\bwie viele?\b|\bhoeveel\b"
)
_ASKS_WHO = r"\bwho(?:m|se)?\b|\bcontact\b|\bwer\b|\bwem\b|\bwie (?:is|kan|moet|heeft|mag)\b"

_TELLS_TIME = (
    rf"\b(?:\d+|{_NUMBER_WORDS})(?:st|nd|rd|th)?[ -](?:\w+ ){{0,2}}(?:{_UNITS_OF_TIME})|\b\d{{1,2}}:\d\d\b"
    rf"|\b20\d\d\b|\b\d{{1,2}}\.? (?:{_MONTHS})|\b(?:mon|tues|wednes|thurs|fri|satur|sun)day|\b\d+(?:st|nd|rd|th)\b"
    r"|\b(?:daily|weekly|monthly|yearly|immediately)\b"
)
_TELLS_WHO = (
    r"[\w.]+@\w|\b[A-Z][a-zà-ÿ]+ (?:\w{2,3} )?[A-Z][a-zà-ÿ]+"
    r"|\b(?:team|manager|lead|desk|head|officer|C[EFT]O|VP|director|owner|counsel|controller|board)\b"
)

# What is asked for, and how a text shows that it tells it.
_WANTS = tuple(
    (re.compile(asks, re.IGNORECASE), re.compile(tells, 0 if tells is _TELLS_WHO else re.IGNORECASE))
    for asks, tells in (
        (_ASKS_MONEY, rf"(?:{_CURRENCY}).{{0,3}}\d|\d[\d.,]*\s?(?:{_CURRENCY})"),
        (_ASKS_TIME, _TELLS_TIME),
        (r"\bpercent|%|\b(?:discount|share|skonto)\b", r"\d\s?%|\bpercent|\bProzent"),
        (_ASKS_NUMBER, rf"\d|\b(?:{_NUMBER_WORDS}|half|twice|once|dozen|hundred)\b"),
        (_ASKS_WHO, _TELLS_WHO),
    )
)
_PROCEDURE = re.compile(
    r"\bhow (?:do|can|to|should|are|is|does)\b|\b(?:steps?|procedure|process|runbook|checklist|instructions?)\b"
    r"|\bwhat (?:do i do|happens next|now|next)\b|\bwie (?:kann|mache|geht|muss)\b|\bhoe (?:kan|moet|vraag|doe)\b",
    re.IGNORECASE,
)
_ASKS = re.compile(
    r"\?|\b(?:wh(?:o|at|en|ere|y|ich)|how|is|are|do|does|can|may|wer|was|wann|wie|wo|wat|hoe)\b", re.IGNORECASE
)
_AMOUNT = re.compile(r"\d+(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?")
_ASKED_AMOUNT = re.compile(  # of something, or large: the 1 of "tier 1" lies in no range
    rf"(?<![\w.,-])(\d{{1,9}}(?:,\d{{3}})*(?:\.\d{{1,4}})?)(?:(?<=\d\d)(?![\w-])|(?=\s?(?:%|percent|Prozent|{_CURRENCY})))",
    re.IGNORECASE,
)
_BEYOND = re.compile(r"\b(?:above|beyond|over|more than|exceed\w*|über|mehr als|boven|meer dan)\W{1,3}$", re.IGNORECASE)
_SHORT_OF = re.compile(r"\b(?:below|under|less than|unter|weniger als|onder|minder dan)\W{1,3}$", re.IGNORECASE)
_A_LITTLE = 1e-6  # of an amount
_FROM_TO = re.compile(r"\d[^\d]*?(?:[–—-]|\b(?:to|and|bis|tot)\b)[^\d]*?\d")
_ABOVE = re.compile(r"\b(?:above|over|more than|from|at least|ab|über|vanaf|boven)\b|[>≥+]", re.IGNORECASE)
_BELOW = re.compile(r"\b(?:up to|below|under|less than|at most|until|max|bis|unter|tot|onder)\b|[<≤]", re.IGNORECASE)


_NO_LETTER = re.compile(r"[\W_]+")
_NAME = re.compile(r"[^\W\d_][\w./-]*\d\w*")
_SHORTEST_NAME = 3


class Asked(NamedTuple):
    terms: frozenset[str]  # each word by the first of its spellings
    spelt: Mapping[str, str]  # each spelling → that first one
    names: frozenset[str]  # of things, with letters and digits (`VT-300`), squashed
    amounts: tuple[float, ...]
    told: tuple[re.Pattern[str], ...]  # what an answer would contain
    wants_steps: bool
    is_heading: bool  # words such as stand over a page, not a sentence that asks

    def said(self, text: str, language: Language) -> frozenset[str]:
        """A text's terms, the question's among them under their own names, whatever the language."""
        return frozenset(self.spelt.get(term, term) for term in terms(text, language))

    def fulfilled(self, text: str) -> float:
        """The share of what an answer would contain that is there."""
        return sum(bool(pattern.search(text)) for pattern in self.told) / len(self.told) if self.told else 0.0

    def within(self, cell: str) -> bool:
        """Is an amount that was asked about inside the range that a cell states?"""
        return any(_is_within(amount, cell) for amount in self.amounts)


def asked(question: str, languages: tuple[Language, ...] = OTHERS) -> Asked:
    """`languages`: those beside English in which it may be answered."""
    words = spellings(question, languages)
    return Asked(
        terms=frozenset(first for first, *_ in words),
        spelt={spelling: word[0] for word in words for spelling in word},
        names=frozenset(name for name in map(squashed, _NAME.findall(question)) if len(name) >= _SHORTEST_NAME),
        amounts=tuple(_asked_amounts(question[:2000])),
        told=tuple(told for wanted, told in _WANTS if wanted.search(question)),
        wants_steps=bool(_PROCEDURE.search(question)),
        is_heading=not _ASKS.search(question),
    )


def squashed(text: str) -> str:
    """`VT-300`, `vt 300` and `VT300` are one name."""
    return _NO_LETTER.sub("", text).lower()


def weights(wanted: Collection[str], texts: Sequence[Collection[str]]) -> Mapping[str, float]:
    """What each term of the question weighs: the fewer of the texts have it, the more. They add up to one."""
    held_by = Counter(term for text in texts for term in text if term in wanted)
    rarity = {
        term: math.log1p((len(texts) - held_by[term] + 0.5) / (held_by[term] + 0.5))
        * (_FRAME_WEIGHT if term in _FRAME else 1.0)
        for term in sorted(wanted)
    }
    whole = sum(rarity.values())
    return {term: weight / whole for term, weight in rarity.items()}


def _asked_amounts(question: str) -> Iterator[float]:
    """`above 100 %` is no longer 100 %."""
    for found in _ASKED_AMOUNT.finditer(question):
        amount, before = float(found.group(1).replace(",", "")), question[: found.start()].rstrip("€$£")
        more = bool(_BEYOND.search(before)) - bool(_SHORT_OF.search(before))
        yield amount * (1 + _A_LITTLE * more)


def _amounts(text: str) -> tuple[float, ...]:
    return tuple(float(found.replace(",", "")) for found in _AMOUNT.findall(text[:2000]) if len(found) <= 20)  # noqa: PLR2004


def _is_within(amount: float, cell: str) -> bool:
    match _amounts(cell):
        case (low, high) if _FROM_TO.search(cell):
            return low <= amount <= high and not (amount == low and _ABOVE.search(cell))
        case (edge,) if _ABOVE.search(cell):
            return amount > edge
        case (edge,) if _BELOW.search(cell):
            return amount <= edge
    return False
