"""Where may this message go? Decided by rules, before anything is retrieved. Whatever else it may be, it is a question, which
is answered with proof; but what may be about a restricted subject is refused.

A guess only says what a message is like. It opens nothing: the worst that it can do is a reply by rule instead of an answer.
"""

import unicodedata
from collections import defaultdict
from collections.abc import Mapping
from typing import Final

from bot.core.ports import Guess
from policies.evidence import Clarification
from policies.intents import TALKS, Intent, Route
from policies.languages import ENGLISH, language_of
from policies.rules import QUESTION, Routing, Rules
from policies.verbatim import fold, stands_in

_NO_GUESS: Final = Guess({}, "nobody")
_TYPED: Final = dict.fromkeys(map(ord, "’‘“”–—…•"))  # signs that a phone puts into English
_TALK: Final = "talk"  # whatever is talk by one rule or another


def asked_back(text: str, rules: Rules) -> Clarification | None:
    """Words are needed, and not too many."""
    if not any(character.isalnum() for character in text):
        return Clarification(reason="empty")
    if len(text) > rules.answers.question.max_characters:
        return Clarification(reason="too_long")
    return None


def route(text: str, rules: Rules, guess: Guess | None = None) -> Route | Clarification:
    """Without a guess it is a question, unless a rule's words say otherwise."""
    return asked_back(text, rules) or _meant(text, rules, guess or _NO_GUESS)


def _meant(text: str, rules: Rules, guess: Guess) -> Route:
    by_words = _by_words(text, rules.intents)
    if by_words is not None:
        return by_words.route
    routing = rules.answers.routing
    known = {name: score for name, score in guess.scores.items() if name in rules.intents}
    together: defaultdict[str, float] = defaultdict(float)
    for name, score in known.items():
        together[_group(rules.intents[name])] += score
    does = _likeliest(together, routing, least=_least(text, guess, routing))
    of_it = [name for name in known if _group(rules.intents[name]) == does]
    named = max(of_it, key=known.__getitem__) if of_it else QUESTION
    return _with_offer(rules.intents[named].route, together, routing)


def _least(text: str, guess: Guess, routing: Routing) -> float:
    """The less is known of what it means, the surer anything but a question has to be."""
    if guess.reads == "anything":
        return 0.0
    if not _is_english(text):
        return routing.sure_of_other_languages
    return routing.sure_by_words if guess.reads == "words" else 0.0


def _is_english(text: str) -> bool:
    """As far as its letters and its commonest words tell."""
    return text.translate(_TYPED).isascii() and language_of(text, fewest=1) is ENGLISH


def _by_words(text: str, intents: Mapping[str, Intent]) -> Intent | None:
    """Refusals first. Signs that nobody sees do not hide a word."""
    seen = "".join(sign for sign in unicodedata.normalize("NFKC", text) if unicodedata.category(sign) != "Cf")
    said = fold(seen).casefold()
    in_order = sorted(intents.values(), key=lambda intent: intent.does != "refuse")
    return next((one for one in in_order if any(stands_in(fold(word).casefold(), said) for word in one.words)), None)


def _group(intent: Intent) -> str:
    return _TALK if intent.does in TALKS else intent.does


def _likeliest(together: Mapping[str, float], routing: Routing, *, least: float) -> str:
    if not together:
        return "answer"
    best = max(together, key=lambda does: (together[does], does == "answer"))
    if "refuse" in together and together["refuse"] >= together[best] - routing.unsure:
        return "refuse"
    sure = max(least, routing.sure if best in {"act", "decline"} else 0.0)
    return best if together[best] >= together.get("answer", 0.0) + sure else "answer"


def _with_offer(way: Route, together: Mapping[str, float], routing: Routing) -> Route:
    nearly = "act" in together and together["act"] >= together.get("answer", 0.0) - routing.unsure
    return way.model_copy(update={"offers": "act"}) if way.does == "answer" and nearly else way
