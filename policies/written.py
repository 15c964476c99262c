"""Which words of a text are written like names, numbers or addresses? What is written so has to be proven, whatever it is."""

import re

_NUMBER = re.compile(r"\d+(?:[.,:/'’-]\d+)*")
_WORD = re.compile(r"\w+(?:[-_.'’@]\w+)*")
_DOTTED = re.compile(r"\.\w\w")
_LINK = re.compile(r"(?:\b[a-z][a-z0-9+.-]*://|www\.|mailto:)[^\s>|)\]]*[^\s>|)\].,;:!?]", re.IGNORECASE)
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


_LETTERS = re.compile(r"[^\W\d_]+")
_NUMBER_WORDS = {
    "2": "two zwei twee",
    "3": "three drei drie",
    "4": "four vier",
    "5": "five fünf vijf",
    "6": "six sechs zes",
    "7": "seven sieben zeven",
    "8": "eight acht",
    "9": "nine neun negen",
    "10": "ten zehn tien",
    "11": "eleven elf",
    "12": "twelve dozen zwölf dutzend twaalf dozijn",
    "13": "thirteen dreizehn dertien",
    "14": "fourteen vierzehn veertien",
    "15": "fifteen fünfzehn vijftien",
    "16": "sixteen sechzehn zestien",
    "17": "seventeen siebzehn zeventien",
    "18": "eighteen achtzehn achttien",
    "19": "nineteen neunzehn negentien",
    "20": "twenty zwanzig twintig",
    "30": "thirty dreißig dreissig dertig",
    "40": "forty vierzig veertig",
    "50": "fifty fünfzig vijftig",
    "60": "sixty sechzig zestig",
    "70": "seventy siebzig zeventig",
    "80": "eighty achtzig tachtig",
    "90": "ninety neunzig negentig",
    "100": "hundred hundert honderd",
    "1000": "thousand tausend duizend",
}
_SPELT = {word: digits for digits, several in _NUMBER_WORDS.items() for word in several.split()}


def words(text: str) -> set[str]:
    return {word.casefold() for word in _WORD.findall(text)}


def links(text: str) -> set[str]:
    return set(_LINK.findall(text))


def numbers(text: str) -> set[str]:
    return set(_NUMBER.findall(text))


def spelt_numbers(text: str) -> dict[str, str]:
    """Words that are numbers, each with its digits. Not `one`, which is more than a number."""
    found = {word.casefold() for word in _LETTERS.findall(text)}
    return {word: _SPELT[word] for word in found & _SPELT.keys()}


def names(text: str) -> set[str]:
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
