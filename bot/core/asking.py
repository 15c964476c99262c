"""What does somebody ask to have done? Of each part of a message that asks for something: by which verb, and the words behind it.

An order begins with its verb, or with such words as `could you please` before it. Who tells what was done, asks how it is done
or who may do it, or says that it is not to be done, asks for nothing. Pure.
"""

import re
from collections.abc import Iterator
from itertools import islice
from typing import Final, NamedTuple

WISH: Final = "need"  # the verb of whoever names what they want and not what is to be done for it

_SPACES: Final = re.compile(r"[^\S\n]+")
_WORD: Final = re.compile(r"[^\W_]+")
_SENTENCE: Final = re.compile(r"(?<=[.!?;])\s+|\n+")
_SIDE: Final = re.compile(r"\s*,\s+|\s+[-–—]\s+|\s+(?:and|so|then|but)\s+|:\s+")
THAT: Final = r"\bthat(?!\s+(?:\w+\s+)?(?:page|article|issue|ticket|bug|task|file|doc|document|channel)\b)"  # but not `that ticket`
_TOLD: Final = re.compile(
    rf":\s|:$|,\s(?:which|what|where|who|when|how|why)\b|\b(?:saying|says|titled|called|about|because)\b|(?<!\bmake )(?<!\bsure ){THAT}\b"
)
_FILLER: Final = (
    r"(?:(?:please|pls|plz|kindly)(?: (?:to|you))?|hey|hi|hello|ok|okay|now|just|also|then|thanks|so|and|footnote|team|all|"
    r"everyone|maybe|quickly|good morning|go ahead)\b[\s,!]*|(?:[-*•]|\d+[.)])\s+"
)
_ANYBODY: Final = r"(?:you|u|someone|somebody|one of you|anyone please|anybody please)"
_POLITELY: Final = (
    rf"(?:can|could|would|will|won't) {_ANYBODY}(?: (?:be so kind|be able|mind))?(?: (?:as|and))?(?: to)?",
    r"do you mind",
    r"would it be (?:possible|ok|okay)(?: for you)? to|is it possible for you to",
    r"(?:i|we)(?: would|'d)? (?:also |really )?(?:like|love|want|need)(?: (?:you|someone|somebody|us))? to",
    r"(?:i|we)(?: would|'d) like that you",
    r"it would be (?:great|nice|good|helpful) if (?:you|someone|somebody)(?: can| could)?",
    r"i(?: was wondering| wonder|'d appreciate it|'d be grateful) if (?:you|someone|somebody)(?: can| could)?",
    r"(?:is there )?any chance (?:that )?(?:you|someone|somebody)(?: can| could)",
    r"(?:someone|somebody|anyone|anybody) (?:please|should)",
    r"we should(?=[^.!?\n]{0,200}\bplease\b)|let's|let us|don't forget to|make sure to|help me(?: to)?|may i ask you to",
)
_NOT_THE: Final = r"(?! (?:the|this|that|these|those|my|our|your|his|her|their)\b)"
_WISHES: Final = (  # who wants `the page` looks for it: it is there
    rf"(?:i|we)(?: would|'d)? (?:also |really |urgently )?(?:like|love|want|need)(?: to (?:have|get))?(?! you\b| to\b){_NOT_THE}",
    rf"(?:can|could|may) (?:i|we) (?:please )?(?:get|have){_NOT_THE}",
    r"colleague (?:also |urgently )?(?:needs|should (?:get|have))",
    rf"(?:can|could|may) colleague (?:please )?(?:get|have){_NOT_THE}",
)
_LEAD: Final = re.compile(
    rf"(?i)(?:{_FILLER})*+(?P<politely>(?:{'|'.join(_POLITELY)})\s+)?(?:{_FILLER})*+(?P<wish>(?:{'|'.join(_WISHES)})\b)?"
)
_PLACE: Final = re.compile(  # said before what is to be done there: `on ENG-12, note that …`
    rf"(?i)(?:{_FILLER})*+(?P<place>(?:on|in|under|to|at) (?:[^\s,:.!?;]+ ){{0,8}}?"
    rf"(?:[^\s,:.!?;]+ ?,|(?:existing (?:issue|page|file)|channel)(?= (?:please|pls|{_POLITELY[0]})\b)))\s+"
)
_PLEASE: Final = re.compile(r"(?i)\b(?:please|pls|plz|kindly)\b")
_IN_DOUBT: Final = re.compile(  # such a sentence asks for nothing, unless politely
    r"(?i)\W*(?:how|what|which|who|whom|whose|when|whenever|where|why|is|are|was|were|do|does|did|has|have|had|may|should|must|if|"
    r"unless|before|after|once|can|could|would|will)\b"
)
_IS_THERE: Final = re.compile(  # who looks for something, is told something, or names what is there, has nothing done
    r"(?i)(?:tell|remind|show|answer) me\b|let me know\b|log ?(?:in|on) ?to\b|put (?:simply|briefly|differently|another way)\b"
    r"|add (?:me|us|him|her|them) to\b|add (?:the )?existing (?:issue|page) +to\b"
    r"|(?:open|start) (?:the (?:[\w-]+ )?(?:page|article|wiki|issue|ticket|bug|task|story)\b|(?:the )?existing (?:issue|page)\b)"
    r"|make sure\b(?! to\b| (?:that )?you\b)"
)
_LISTED: Final = re.compile(r"(?i)(?:new|open) [^\W\d_]+[^\Ws_]s\b")  # `open tickets` are those that are open
_POLITE: Final = re.compile(
    r"(?i)\b(?:please|pls|plz|kindly)\b|\b(?:can|could|would|will) (?:you|u|someone|somebody|anyone|anybody)\b"
)
_SAYS: Final = re.compile(r"(?i)\b(?:saying|says|about (?:who|what|how|which|why|where|when))\b")
_SHORTEST: Final = 4  # of what is left of a word that may be mistyped
_MOST_ORDERS: Final = 50  # of one message: whoever is to look at each has to end soon
_MOST: Final = 240  # characters behind a verb that say what it is about


class Order(NamedTuple):
    """`verb` as it was written, and the words behind it, until what is to be told there begins."""

    verb: str
    words: tuple[str, ...]
    is_wanted: bool = False  # `would you mind adding`: what is said of the verb ends in -ing


def orders(text: str) -> Iterator[Order]:
    """Of a text without what it quotes, the first of them. Whatever follows what one of them tells is told too."""
    yield from islice(_orders(text), _MOST_ORDERS)


def _orders(text: str) -> Iterator[Order]:
    for sentence in _SENTENCE.split(_SPACES.sub(" ", text.replace("’", "'"))):
        in_doubt = _IN_DOUBT.match(sentence) is not None or _asks(sentence)
        place = _PLACE.match(sentence)
        at = place.end() if place is not None else 0
        for start in [at, *(match.end() for match in _SIDE.finditer(sentence) if match.end() > at)]:
            found = _order(sentence[start:].lstrip(), in_doubt=in_doubt)
            if found is not None and place is not None and start == at:
                found = found._replace(words=(*found.words, *_WORD.findall(place["place"].casefold())))
            if found is not None:
                in_doubt = False  # `could you do this and do that?`
                yield found


def breaks(text: str) -> list[tuple[int, int]]:
    """Where one part of it may end, and the next begins."""
    return sorted({match.span() for mark in (_SENTENCE, _SIDE) for match in mark.finditer(text)})


def is_question(text: str) -> bool:
    """Whether any of its sentences is one, and none that politely asks for something."""
    return any(map(_asks, _SENTENCE.split(text)))


def _asks(sentence: str) -> bool:
    """`new page?`: but what is told behind a colon may be a question too."""
    is_asked = sentence.rstrip().endswith("?") and _POLITE.search(sentence) is None
    return is_asked and ": " not in sentence and _SAYS.search(sentence) is None


def _order(part: str, *, in_doubt: bool) -> Order | None:
    lead = _LEAD.match(part)
    assert lead is not None, "all of it may be missing"
    politely = lead["politely"] or lead["wish"] or _PLEASE.search(lead.group())
    behind = part[lead.end() : lead.end() + _MOST]
    if (in_doubt or _LISTED.match(behind) is not None) and not politely:
        return None
    if _IS_THERE.match(behind) is not None:
        return None
    told = _TOLD.search(behind)
    words = tuple(_WORD.findall((behind[: told.start()] if told is not None else behind).casefold()))
    if lead["wish"]:
        return Order(WISH, words)
    return Order(words[0], words[1:], "mind" in (lead["politely"] or "").split()) if words else None


def is_verb(order: Order, verb: str) -> bool:
    """As it is said to somebody who is to do it."""
    if order.is_wanted:
        return order.verb in {f"{verb}ing", f"{verb.removesuffix('e')}ing", f"{verb}{verb[-1]}ing"}
    return is_word(order.verb, verb)


def is_word(said: str, word: str) -> bool:
    """With a letter that is missing, doubled or in its neighbour's place. Another letter makes another word."""
    if (
        said == word
        or said[:1] != word[:1]
        or min(len(said), len(word)) < _SHORTEST
        or len(said) == len(word) == _SHORTEST
    ):
        return said == word
    if len(said) == len(word):
        at = next(at for at, sign in enumerate(said) if sign != word[at])
        return said[at : at + 2] == word[at : at + 2][::-1] and said[at + 2 :] == word[at + 2 :]
    longer, shorter = (said, word) if len(said) > len(word) else (word, said)
    return len(longer) - len(shorter) == 1 and any(
        longer[:at] + longer[at + 1 :] == shorter for at in range(len(longer))
    )
