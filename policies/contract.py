"""Does a draft keep the contract: every claim cited, every quote verbatim, every fact in a claim in its quotes?

The model is not asked; text is compared with text. A claim with any violation never reaches a reader.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from enum import StrEnum

from policies.evidence import Citation, Claim, Draft, Evidence
from policies.people import Noun


class Rule(StrEnum):
    EMPTY_CLAIM = "empty_claim"
    UNCITED = "uncited"
    UNKNOWN_PASSAGE = "unknown_passage"
    EMPTY_QUOTE = "empty_quote"
    NOT_VERBATIM = "not_verbatim"
    UNSUPPORTED_NUMBER = "unsupported_number"
    UNSUPPORTED_NAME = "unsupported_name"
    CHANGED_NEGATION = "changed_negation"
    FOREIGN_LINK = "foreign_link"
    PING = "ping"
    TOO_LONG = "too_long"


class Violation(Noun):
    """Claim number `claim` (from 0), or else the question back, breaks `rule`; `detail` names the words, so that a
    composer can mend them.
    """

    claim: int | None
    rule: Rule
    detail: str


_MOST_ASKED_BACK = 200


def violations(
    draft: Draft, evidence: Evidence, *, max_claim_characters: int, question: str = ""
) -> tuple[Violation, ...]:
    asked_back = () if draft.clarify is None else _asked_beyond(draft.clarify, question, _MOST_ASKED_BACK)
    return (
        *(
            Violation(claim=number, rule=rule, detail=detail)
            for number, claim in enumerate(draft.claims)
            for rule, detail in _broken(claim, evidence, max_claim_characters)
        ),
        *(Violation(claim=None, rule=rule, detail=detail) for rule, detail in asked_back),
    )


def reworded(whole: str, asked: str, before: Sequence[str], *, max_characters: int) -> tuple[Rule, ...]:
    """Which rules a question breaks that was `asked` after others and is put in other words, as a `whole`: it states what
    none of them states, leaves a negation out, or leads somewhere.
    """
    broken = {rule for rule, _ in _asked_beyond(whole, "\n".join((*before, asked)), max_characters)}
    if _LINK.search(whole):
        broken.add(Rule.FOREIGN_LINK)
    if not _denials(asked) <= _denials(whole) <= _denials(asked) + sum(map(_denials, before)):
        broken.add(Rule.CHANGED_NEGATION)
    return tuple(sorted(broken))


def fold(text: str) -> str:
    """White space is layout, not content; composed and decomposed accents are the same letter."""
    return " ".join(unicodedata.normalize("NFC", text).split())


def _broken(claim: Claim, evidence: Evidence, max_characters: int) -> Iterator[tuple[Rule, str]]:
    if len(claim.text) > max_characters:
        yield Rule.TOO_LONG, f"{len(claim.text)} characters, at most {max_characters}"
    if not _says_something(claim.text):
        yield Rule.EMPTY_CLAIM, claim.text[:80]
    yield from _pings(claim.text)
    if not claim.citations:
        yield Rule.UNCITED, claim.text[:80]
        return
    for citation in claim.citations:
        yield from _unproven(citation, evidence)
    yield from _unsupported(claim)


def _asked_beyond(clarify: str, question: str, max_characters: int) -> Iterator[tuple[Rule, str]]:
    """A question cites nothing, so it states nothing: whatever is written like a fact is the asker's own."""
    if len(clarify) > max_characters:
        yield Rule.TOO_LONG, f"{len(clarify)} characters, at most {max_characters}"
    if not _says_something(clarify):
        yield Rule.EMPTY_CLAIM, clarify[:80]
    yield from _pings(clarify)
    first, _, rest = clarify.strip().partition(" ")
    yield from _beyond(rest if first.casefold() in _ASKING else clarify, question)


def _unproven(citation: Citation, evidence: Evidence) -> Iterator[tuple[Rule, str]]:
    passage = evidence.passage(citation.passage)
    quote = fold(citation.quote)
    if passage is None:
        yield Rule.UNKNOWN_PASSAGE, str(citation.passage)
    elif not _says_something(quote):
        yield Rule.EMPTY_QUOTE, quote
    elif not _stands_in(quote, fold(passage.text)):
        yield Rule.NOT_VERBATIM, quote[:80]


def _says_something(text: str) -> bool:
    return any(character.isalnum() for character in text)


def _stands_in(quote: str, text: str) -> bool:
    """Whole words and whole numbers only: `10` does not stand in `100`, nor `able` in `unable`."""
    at = text.find(quote)
    while at >= 0 and (_cuts(text, at) or _cuts(text, at + len(quote))):
        at = text.find(quote, at + 1)
    return at >= 0


_JOINS_DIGITS = frozenset(".,:/'’-")
_UNSPACED = "\u2e80"  # from here on scripts write words without spaces between them


def _cuts(text: str, at: int) -> bool:
    """Whether a border at `at` goes through a word or a number."""
    before, after = text[max(0, at - 2) : at], text[at : at + 2]
    if not before or not after:
        return False
    left, right = before[-1], after[0]
    if left.isdigit() and right in _JOINS_DIGITS:
        return after[1:].isdigit()
    if left in _JOINS_DIGITS and right.isdigit():
        return before[:-1].isdigit()
    return all((side.isalnum() or side == "_") and side < _UNSPACED for side in (left, right))


_NUMBER = re.compile(r"\d+(?:[.,:/'’-]\d+)*")
_WORD = re.compile(r"\w+(?:[-_.'’@]\w+)*")
_DOTTED = re.compile(r"\.\w\w")
_LINK = re.compile(r"(?:\b[a-z][a-z0-9+.-]*://|www\.|mailto:)[^\s>|)\]]*[^\s>|)\].,;:!?]", re.IGNORECASE)
_PING = re.compile(r"<[!@#][^>]*>|(?<!\w)@(?:here|channel|everyone)\b", re.IGNORECASE)
_NEGATION = re.compile(
    r"\b(?:not|no|never|none|nobody|nothing|nowhere|neither|nor|cannot|without|except|unless|\w+n['’]t"
    r"|nicht|nichts|kein\w*|nie|niemals|niemand\w*|nirgends|weder|ohne|außer"
    r"|niet|niets|geen|nooit|nergens|zonder|tenzij|behalve)\b",
    re.IGNORECASE,
)
_ENDS_SENTENCE = re.compile(r"[.!?:|\n]\s*[\W\d]*$|^\W*$")
_OPENING_WORDS = """
    a all also an and any are as at both but by do does each every for from have he her his how i if in is it its must
    my never no nobody not nothing of on one only or our she should since so some such that the their then there these
    they this those to until we what when where which while who with without you your
    alle als am an auf aus bei bis da das dein dem der des die dies diese dieser ein eine einen einer er es für ihr im
    ist ja jede jeder jedes kein keine man mit nach nein nicht nie niemand ob oder ohne sie sind so und von vor wann was
    wenn wer wie wir wo zu zum zur
    bij dat de deze dit een elk elke en geen het hij hoe ieder iedere is je met na naar niemand niet nooit om ook op te
    tot u uit voor waar wat we wie wij zij zijn zonder
"""
_OPENERS = frozenset(_OPENING_WORDS.split())
"""What a sentence begins with that is no name. Any other capital has to stand in the quotes, wherever it is."""


_ASKING_WORDS = """
    can could did may might shall were whom whose will would
    darf hast kann kannst meinen meinst möchten soll sollen welche welchem welchen welcher welches wessen wollen
    bedoel bedoelt heb heeft hebt kan kun kunt mag moet welk welke wiens wil wilt
"""
_ASKING = frozenset(_ASKING_WORDS.split())
"""What a question back begins with, beside these."""


def _unsupported(claim: Claim) -> Iterator[tuple[Rule, str]]:
    """What a claim states beyond its quotes, or leaves out of them. A claim that *is* its quotes does neither."""
    text = unicodedata.normalize("NFC", claim.text)
    quotes = [fold(citation.quote) for citation in claim.citations]
    quoted = " \n ".join(quotes)
    yield from _beyond(text, quoted)
    denials = [_denials(quote) for quote in quotes]
    if not max(denials) <= _denials(text) <= sum(denials):
        yield Rule.CHANGED_NEGATION, fold(text)[:80]


def _beyond(text: str, quoted: str) -> Iterator[tuple[Rule, str]]:
    for rule, stated, proven in (
        (Rule.UNSUPPORTED_NUMBER, _numbers(text), _numbers(quoted)),
        (Rule.UNSUPPORTED_NAME, _names(text), {word.casefold() for word in _WORD.findall(quoted)}),
        (Rule.FOREIGN_LINK, set(_LINK.findall(text)), set(_LINK.findall(quoted))),
    ):
        for extra in sorted(stated - proven):
            yield rule, extra


def _denials(text: str) -> int:
    """Counted, not only seen: `no leave without approval` and `leave without approval` are opposites."""
    return len(_NEGATION.findall(text))


def _numbers(text: str) -> set[str]:
    return set(_NUMBER.findall(text))


def _names(text: str) -> set[str]:
    """Words that are written like names: with a capital, or like an identifier, an address or a file."""
    return {
        match.group().casefold()
        for match in _WORD.finditer(text)
        if _is_identifier(match.group())
        or (match.group()[0].isupper() and match.group() != "I" and not _opens_sentence(match, text))
    }


def _opens_sentence(word: re.Match[str], text: str) -> bool:
    return word.group().casefold() in _OPENERS and bool(_ENDS_SENTENCE.search(text[: word.start()]))


def _is_identifier(word: str) -> bool:
    has_digit_and_letter = any(map(str.isdigit, word)) and any(map(str.isalpha, word))
    inner_capital = any(character.isupper() for character in word[1:])
    return has_digit_and_letter or inner_capital or "_" in word or bool(_DOTTED.search(word))


def _pings(text: str) -> Iterator[tuple[Rule, str]]:
    for match in _PING.finditer(text):
        yield Rule.PING, match.group()
