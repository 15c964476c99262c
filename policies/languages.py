"""In which language is a text written? Known by its commonest words and letters, so that it costs no model; where that is
unclear a text is English.

The same text has the same language, whoever asks and whatever lies beside it.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

_READ = 1000  # characters are enough to know a language by
_FEWEST = 3  # of its common words, or words with its letters: fewer are a name or a quotation
_LEAST = 0.12  # of all words; a text in its own language has twice as many
_LEAD = 1.2  # as many as English has: a page that quotes another language stays English
_WORD = re.compile(r"[^\W\d_]+")
_LETTERS = str.maketrans({"ß": "ss", "ø": "o", "ł": "l", "æ": "ae", "œ": "oe"})


@dataclass(frozen=True, eq=False)
class Language:
    """`common`: without accents, no terms of its texts. `elides`: what stands before an apostrophe is an article."""

    code: str
    common: frozenset[str]
    letters: re.Pattern[str] | None = None
    elides: bool = False

    @property
    def marker(self) -> str:
        """A term that each passage in it has, and that no text says: so that it is known whether there is one."""
        return f"{self.code}:"


def folded(word: str) -> str:
    """Without accents."""
    if word.isascii():
        return word
    spread = unicodedata.normalize("NFKD", word.translate(_LETTERS))
    return "".join(character for character in spread if not unicodedata.combining(character))


def _common(words: str) -> frozenset[str]:
    return frozenset(map(folded, words.split()))


ENGLISH: Final = Language(
    "en",
    _common(
        """
        a about above after again all also am an and any are as at be because been before being both but by can could
        did do does doing done during each either etc few for from further get gets had has have having he her here hers
        him his how i if in into is it its itself just let lets like may me might more most much must my of off on once
        only or other our ours out over own please same shall she should so some such than that the their theirs them
        then there these they this those through to too until up us very was we were what when where which while who
        whom whose why will with would you your yours
        """
    ),
)

OTHERS: Final = (
    Language(
        "de",
        _common(
            """
            der die das den dem des ein eine einen einem einer eines und oder ist sind war im in am an zu zum zur von
            vom mit für auf bei wie was wer wo wann ich wir es sie er ihr sich auch aus nach als dass wenn werden wird
            wurde kann können muss müssen soll sollen darf dürfen hat haben nur noch über unter vor durch bis um so
            dieser diese dieses man mehr alle beim welche welcher welches unsere unser ihre mir uns
            """
        ),
        re.compile("[äöüß]"),
    ),
    Language(
        "nl",
        _common(
            """
            de het een en of van op in te zijn is was voor met bij hoe wat wie waar wanneer ik wij we je jij jouw uw u
            die dat deze dit aan als ook om naar uit door over tot er maar moet moeten kan kunnen mag mogen wordt worden
            heeft hebben hij zij ze ons onze meer alle per dan nog via welke
            """
        ),
        re.compile("[ëï]"),
    ),
    Language(
        "fr",
        _common(
            """
            le la les un une des du de et ou est sont dans en au aux pour par sur avec que qui quoi dont où ce cette ces
            il elle ils elles je tu nous vous on se sa son ses leur leurs notre nos votre vos plus comme mais si être
            avoir peut doit doivent peuvent sans sous entre après avant tout tous toute toutes quel quelle quels quelles
            comment combien
            """
        ),
        re.compile("[àâçèéêîôùûœ]"),
        elides=True,
    ),
    Language(
        "es",
        _common(
            """
            el la los las un una unos unas de del y o es son en al para por con que quien como cuando donde este esta
            estos estas ese esa su sus mi nos se lo le les más pero si ser estar puede pueden debe deben hay sin sobre
            entre desde hasta también todo todos toda todas cual cuál qué cómo cuándo dónde cuánto cuántos muy ya
            """
        ),
        re.compile("[áéíñóú¿¡]"),
    ),
    Language(
        "it",
        _common(
            """
            il lo la i gli le un uno una di del dello della dei degli delle e o è sono in nel nella nei nelle al alla ai
            alle da dal dalla per con su sul sulla che chi cui come quando dove questo questa questi queste quello si ci
            vi loro suo sua nostro più ma se essere avere può deve devono possono tra fra anche tutti tutte quale quali
            quanto quanti
            """
        ),
        re.compile("[àèéìòù]"),
        elides=True,
    ),
    Language(
        "pt",
        _common(
            """
            o a os as um uma uns umas de do da dos das e ou é são em no na nos nas ao aos à às para por pelo pela com
            que quem como quando onde este esta estes estas esse essa isso seu sua seus suas se lhe mais mas ser estar
            pode podem deve devem sem sobre entre até também todo todos toda todas qual quais quanto quantos você não já
            """
        ),
        re.compile("[áâãçéêíóôõú]"),
    ),
    Language(
        "sv",
        _common(
            """
            en ett den det de och eller är var i på av för med till från om som att vid under över efter hur vad vem när
            var jag vi ni du han hon man sig sin sitt sina vår våra er inte kan ska skall måste får har hade blir vara
            men också alla mer denna detta dessa mot utan vilka vilken
            """
        ),
        re.compile("[åäö]"),
    ),
    Language(
        "da",
        _common(
            """
            en et den det de og eller er var i på af for med til fra om som at ved under over efter hvordan hvad hvem
            hvornår hvor jeg vi du han hun man sig sin sit sine vores jeres ikke kan skal må får har havde bliver være
            men også alle mere denne dette disse mod uden hvilke hvilken
            """
        ),
        re.compile("[æøå]"),
    ),
    Language(
        "no",
        _common(
            """
            en ei et den det de og eller er var i på av for med til fra om som at ved under over etter hvordan hva hvem
            når hvor jeg vi du han hun man seg sin sitt sine vår våre deres ikke kan skal må får har hadde blir være
            men også alle mer denne dette disse mot uten hvilke hvilken
            """
        ),
        re.compile("[æøå]"),
    ),
)

_EVERY: Final = (ENGLISH, *OTHERS)
_SPOKEN_IN: Final = {
    word: tuple(language.code for language in _EVERY if word in language.common)
    for word in frozenset[str]().union(*(language.common for language in _EVERY))
    if len(word) > 1  # a lone letter is as often the name of something
}


def among(languages: Iterable[Language]) -> tuple[Language, ...]:
    """Those of them that are not English, in one order."""
    found = set(languages)
    return tuple(language for language in OTHERS if language in found)


def language_of(text: str, *, fewest: int = _FEWEST) -> Language:
    """`fewest` words that tell it are enough."""
    seen, words = _heard(text)
    return _other(seen, words, fewest) or ENGLISH


def known_language_of(text: str) -> Language | None:
    """None where it is unclear: a few words, a name, two languages at once."""
    seen, words = _heard(text)
    other = _other(seen, words, _FEWEST)
    if other is not None:
        return other
    most = max(seen[language.code] for language in OTHERS)
    return ENGLISH if seen[ENGLISH.code] >= max(_FEWEST, _LEAST * words, _LEAD * most) else None


def _heard(text: str) -> tuple[Counter[str], int]:
    """How many words speak for each language, and how many there are."""
    words = Counter(_WORD.findall(text[:_READ].lower()))
    seen: Counter[str] = Counter()
    for word in words.keys() & _SPOKEN_IN.keys():
        for code in _SPOKEN_IN[word]:
            seen[code] += words[word]
    if not text.isascii():
        for word in words:
            for code in () if word.isascii() else _signs(word):
                seen[code] += words[word]
    return seen, words.total()


def _other(seen: Counter[str], words: int, fewest: int) -> Language | None:
    best = max(OTHERS, key=lambda language: seen[language.code])
    least = max(fewest, _LEAST * words, _LEAD * seen[ENGLISH.code])
    return best if seen[best.code] >= least else None


@lru_cache(maxsize=8_192)
def _signs(word: str) -> tuple[str, ...]:
    """The languages for which a word with accents speaks."""
    common = _SPOKEN_IN.get(folded(word), ())
    return tuple(
        language.code
        for language in OTHERS
        if language.code in common or (language.letters is not None and language.letters.search(word))
    )
