"""What is the stem of a word in its language? The same word has the same stem, whoever asks."""

import re
from functools import lru_cache
from typing import Any, Final

from snowballstemmer.danish_stemmer import DanishStemmer
from snowballstemmer.dutch_stemmer import DutchStemmer
from snowballstemmer.english_stemmer import EnglishStemmer
from snowballstemmer.french_stemmer import FrenchStemmer
from snowballstemmer.german_stemmer import GermanStemmer
from snowballstemmer.italian_stemmer import ItalianStemmer
from snowballstemmer.norwegian_stemmer import NorwegianStemmer
from snowballstemmer.portuguese_stemmer import PortugueseStemmer
from snowballstemmer.spanish_stemmer import SpanishStemmer
from snowballstemmer.swedish_stemmer import SwedishStemmer

from policies.languages import ENGLISH, Language, folded

_UMLAUT = re.compile(r"(?<![aeq])(?:ae|oe|ue)")  # not in `neue`, `Bauer`, `Quelle`
_STEMMERS: Final[dict[str, Any]] = {
    "en": EnglishStemmer,
    "de": GermanStemmer,
    "nl": DutchStemmer,
    "fr": FrenchStemmer,
    "es": SpanishStemmer,
    "it": ItalianStemmer,
    "pt": PortugueseStemmer,
    "sv": SwedishStemmer,
    "da": DanishStemmer,
    "no": NorwegianStemmer,
}


@lru_cache(maxsize=65_536)
def stem(word: str, language: Language) -> str:
    """Of a lower-case word with its accents, some of which an ending is known by; the stem has none."""
    if language is ENGLISH:
        word = folded(word)
    elif language.code == "de":
        word = _UMLAUT.sub(lambda found: found.group()[0], folded(word))  # `Muelltrennung` is `Mülltrennung`
    # A stemmer holds the word it works on, so it is not shared between threads; making one costs less than half a µs.
    return folded(str(_STEMMERS[language.code]().stemWord(word)))
