"""The words by which a text is found: a passage's in its own language, a question's as each language would have them.

Lower-cased, stemmed, accents folded. What names a thing (`ERR_4012`, `billing-api`, `v2.3.1`, `GET /v1/x`) is kept whole,
without what joins it, and in parts, and is the same in every language; numbers are kept whole. Negations are kept: "not
allowed" is not "allowed".
"""

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from bot.core.stems import stem
from policies.languages import ENGLISH, OTHERS, Language, folded, language_of

LONGEST_WORD = 40  # longer is no word: it is kept as it is, unstemmed
LONGEST_TERM = 120  # longer is no name of anything (a key, a picture in base64); only its parts are terms

_TOKEN = re.compile(
    r"[A-Za-z](?:\+\+|#)(?![\w+#])|(?<!/)\.(?:NET|net)\b"  # names that are nothing without their signs
    r"|[^\W_]+(?:(?:[-_./:@#+'&=]|::)[^\W_]+)*"
)
_PART = re.compile(r"[vV]?\d+(?:\.\d+)+(?![^\W_])|[^\W_]+(?:'[^\W_]+)*")
_NUMBER = re.compile(r"\d+(?:[-.,:/]\d+)*")
_VERSION = re.compile(r"v?(\d+(?:\.\d+)+)")
_WORTH_A_TERM = 4  # digits of a part of a number: the year of a date, the number of a norm
_COMMAS = re.compile(r"(?<![\w.,])(?:(\d+),(\d{1,2})|\d{1,3}(?:[, ]\d{3})+)(?![\w,])")
_ACCOUNT = re.compile(r"[A-Z]{2}\d{2}(?: [A-Z\d]{4}){3,7}(?: [A-Z\d]{1,3})?\b")  # as a bank writes it, in groups
_ENDPOINT = re.compile(r"\b(GET|POST|PUT|PATCH|DELETE|HEAD) +(/[\w/.{}:-]*[\w/}])")
_JOINS = re.compile(r"(?<!\d)[-_./:=]+|[-_./:=]+(?!\d)")  # between two digits it tells numbers apart
_HUMP = re.compile(r"(?<=[^\W\d_A-Z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][^\W\d_A-Z])")
_SHORTEST_HUMP = 3
_COUNTED = re.compile(r"([^\W\d_]{2,})(\d{2,})|(\d+)(?!st\b|nd\b|rd\b|th\b)([^\W\d_]{2,3})")  # `VT300`, `10GB`
_SHORTEST_AFTER_APOSTROPHE = 3
_QUOTES = str.maketrans({"’": "'", "‘": "'", "ʼ": "'", "‐": "-", "‑": "-"})
_ALSO_NO_TERMS = (  # in any text; an English page cites German and Dutch ones
    "der die das den dem des ein eine einen einem einer und oder ist sind im am zu von mit fur auf bei wie was wer wo "
    "wann ich wir es sie er sich auch aus nach "
    "de het een en of van op te zijn voor met bij hoe wat wie waar wanneer ik wij"
)
_FEWEST_IN_A_QUESTION = 2  # of its common words: it is short, and only loses them
STOP_WORDS = ENGLISH.common.union(_ALSO_NO_TERMS.split())


class _Word(NamedTuple):
    """What each language stems in its own way; a name is a plain string."""

    written: str


def terms(text: str, language: Language | None = None) -> list[str]:
    """Of a passage, or a part of one in its language. In the order of the text, repeated as often as they occur."""
    language = language or language_of(text)
    return [term for token in _tokens(text) for term in _of_token(token, language)]


def spellings(question: str, languages: tuple[Language, ...] = OTHERS) -> list[tuple[str, ...]]:
    """Each word of a question once, as the terms that it may be in a passage: in an English one the first, in one of these
    languages another, and no two in one passage. Stems cost: leave out the languages in which there is no passage.
    """
    own = language_of(question, fewest=_FEWEST_IN_A_QUESTION)
    found: dict[str, tuple[str, ...]] = {}
    taken: set[str] = set()
    for token in _tokens(question):
        if folded(token.lower()) in own.common:
            continue
        for first, *others in _spelt(token, languages):
            if first not in found:
                found[first] = (first, *(other for other in others if other not in taken))
                taken.update(others)
    return list(found.values())


def _tokens(text: str) -> Iterator[str]:
    """As written, where that tells where a word in it begins."""
    for verb, path in _ENDPOINT.findall(text):
        if len(path) <= LONGEST_TERM:
            yield f"{verb.lower()} {path.lower()}"
    for account in _ACCOUNT.findall(text):
        yield account.replace(" ", "").lower()
    for token in _TOKEN.findall(_plain(text)):
        if len(token) <= LONGEST_TERM:
            lowered = token.lower()
            yield lowered if lowered[1:] == token[1:] else token
        else:
            yield from _PART.findall(token)


def _plain(text: str) -> str:
    text = _COMMAS.sub(_without_comma, text)
    return text if text.isascii() else unicodedata.normalize("NFKC", text.translate(_QUOTES))


def _without_comma(number: re.Match[str]) -> str:
    """1,200 and 1 200 are 1200, and 3,5 is 3.5."""
    return f"{number[1]}.{number[2]}" if number[2] else re.sub("[, ]", "", number.group())


@lru_cache(maxsize=65_536)
def _of_token(token: str, language: Language) -> tuple[str, ...]:
    found = (name if isinstance(name, str) else _in(language, name) for name in _names(token))
    return tuple(term for term in found if term)


@lru_cache(maxsize=8_192)
def _spelt(token: str, languages: tuple[Language, ...]) -> tuple[tuple[str, ...], ...]:
    every = (
        (name,) if isinstance(name, str) else tuple(_in(language, name) for language in (ENGLISH, *languages))
        for name in _names(token)
    )
    return tuple(terms for each in every if (terms := tuple(term for term in each if term)))


def _names(token: str) -> Iterator[str | _Word]:
    if " " in token or token[-1] in "+#":
        yield token
        return
    if _NUMBER.fullmatch(token) or _VERSION.fullmatch(token.lower()):
        yield from _of_number(token.lower())
        return
    parts = _PART.findall(token)
    if token.startswith("."):
        yield token.lower()
    elif len(parts) > 1:
        whole = _JOINS.sub("", token)
        yield _Word(whole) if whole.isalpha() else folded(whole.lower())
    for part in parts:
        yield from _of_part(part)


def _of_number(number: str) -> Iterator[str]:
    if version := _VERSION.fullmatch(number):
        number = version[1]
    yield number
    parts = re.split(r"\D", number)
    if version and len(parts) > 2:  # noqa: PLR2004 - `2.3` is asked about `2.3.1`
        yield ".".join(parts[:2])
    elif len(parts) > 1:
        yield from (part for part in parts if len(part) >= _WORTH_A_TERM)


def _of_part(part: str) -> Iterator[str | _Word]:
    if part.isalpha():
        yield _Word(part)
        humps = _HUMP.split(part)
        if len(humps) > 1 and min(map(len, humps)) >= _SHORTEST_HUMP:
            yield from map(_Word, humps)
    elif "." in part:
        yield from _of_number(part.lower())
    elif "'" in part:
        yield _Word(part)
    else:
        yield folded(part.lower())
        if counted := _COUNTED.fullmatch(part):
            yield from (_Word(piece) if piece.isalpha() else piece for piece in counted.groups() if piece)


def _in(language: Language, name: _Word) -> str:
    """The term of a word in this language, which every other language's differ from; nothing where it is no term."""
    word = name.written.lower()
    if folded(word).endswith("n't") or word == "cannot":
        word = "not"
    word = _without_apostrophe(word, language)
    plain = folded(word)
    if plain in STOP_WORDS or plain in language.common or (len(plain) == 1 and plain.isascii() and plain.isalpha()):
        return ""
    term = stem(word, language) if word.isalpha() and len(word) <= LONGEST_WORD else plain
    return term if language is ENGLISH else language.marker + term


def _without_apostrophe(word: str, language: Language) -> str:
    """`company's`, but `l'entreprise` and `O'Brien`."""
    head, _, tail = word.partition("'")
    elided = len(head) == 1 or (language.elides and head)
    return tail.partition("'")[0] if elided and len(tail) >= _SHORTEST_AFTER_APOSTROPHE else head
