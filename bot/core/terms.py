"""The words by which a text is found: the same for a document and for a question, whatever their spelling.

Lower-cased, accents folded, stemmed. What names a thing (`ERR_4012`, `billing-api`, `v2.3.1`, `GET /v1/x`) is kept whole
and in parts; numbers are kept whole. Negations are kept: "not allowed" is not "allowed".
"""

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache

from snowballstemmer.english_stemmer import EnglishStemmer

LONGEST_WORD = 40  # longer is no word: it is kept as it is, unstemmed
LONGEST_TERM = 120  # longer is no name of anything (a key, a picture in base64); only its parts are terms

_TOKEN = re.compile(r"[^\W_]+(?:[-_./:@#+'&][^\W_]+)*")
_PART = re.compile(r"[^\W_]+(?:'[^\W_]+)*")
_NUMBER = re.compile(r"\d+(?:[-.,:/]\d+)*")
_DIGITS = re.compile(r"(?<![\w.,])\d{1,3}(?:[, ]\d{3})+(?![\w,])")  # 1,200 and 1 200 are 1200
_ENDPOINT = re.compile(r"\b(GET|POST|PUT|PATCH|DELETE|HEAD) +(/[\w/.{}:-]*[\w/}])")
_QUOTES = str.maketrans({"’": "'", "‘": "'", "ʼ": "'", "‐": "-", "‑": "-", "ß": "ss", "ø": "o", "ł": "l", "æ": "ae"})

STOP_WORDS = frozenset(
    re.findall(
        r"\w+",
        """
        a about above after again all also am an and any are as at be because been before being both but by can could
        did do does doing done during each either etc few for from further get gets had has have having he her here hers
        him his how i if in into is it its itself just let lets like may me might more most much must my of off on once
        only or other our ours out over own please same shall she should so some such than that the their theirs them
        then there these they this those through to too until up us very was we were what when where which while who
        whom whose why will with would you your yours
        der die das den dem des ein eine einen einem einer und oder ist sind im am zu von mit fur auf bei wie was wer wo
        wann ich wir es sie er sich auch aus nach
        de het een en of van op te zijn voor met bij hoe wat wie waar wanneer ik wij
        """,
    )
)


def terms(text: str) -> list[str]:
    """In the order of the text, repeated as often as they occur."""
    found = [f"{verb.lower()} {path.lower()}" for verb, path in _ENDPOINT.findall(text) if len(path) <= LONGEST_TERM]
    for token in _TOKEN.findall(_folded(text)):
        if len(token) <= LONGEST_TERM:
            found.extend(_of_token(token))
        else:
            found.extend(term for part in _PART.findall(token) for term in _word(part))
    return found


def _folded(text: str) -> str:
    text = _DIGITS.sub(lambda match: re.sub("[, ]", "", match.group()), text).lower()
    if text.isascii():
        return text
    spread = unicodedata.normalize("NFKD", text.translate(_QUOTES))
    return "".join(character for character in spread if not unicodedata.combining(character))


@lru_cache(maxsize=65_536)
def _of_token(token: str) -> tuple[str, ...]:
    if token.isalpha():
        return tuple(_word(token))
    if _NUMBER.fullmatch(token):
        return (token,)
    parts = _PART.findall(token)
    whole = (token,) if len(parts) > 1 else ()
    return whole + tuple(term for part in parts for term in _word(part))


def _word(word: str) -> Iterator[str]:
    if word.endswith("n't") or word == "cannot":
        yield "not"
        return
    word = word.partition("'")[0]
    if word in STOP_WORDS or (len(word) == 1 and word.isascii() and not word.isdigit()):
        return
    yield _stem(word) if word.isalpha() and len(word) <= LONGEST_WORD else word


def _stem(word: str) -> str:
    # A stemmer holds the word it works on, so it is not shared between threads; making one costs less than half a µs.
    return str(EnglishStemmer().stemWord(word))
