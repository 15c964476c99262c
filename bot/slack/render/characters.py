"""Which characters may reach a reader as they are? Those that hide, reverse or steer text are shown as what they are."""

import re

REPLACED = "\ufffd"

_HOSTILE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
_LINE_ENDS = re.compile("\r\n?|[\u2028\u2029]")
_LEADS_AWAY = re.compile(r"(?:[a-z][a-z0-9+.-]{0,30}://|www\.(?=\w)|mailto:(?=\S))[^\s<>|\"]*", re.IGNORECASE)
_ENDS_SENTENCE = ".,;:!?)]}'*_`"


def visible(text: str) -> str:
    """Control characters and bidi overrides as U+FFFD; a new line stays one."""
    return _HOSTILE.sub(REPLACED, _LINE_ENDS.sub("\n", text))


def one_line(text: str) -> str:
    return " ".join(visible(text).split())


def shortened(text: str, most: int) -> str:
    """At most that many characters: cut at a word if there is one to cut at, with an ellipsis."""
    if len(text) <= most:
        return text
    head = text[: max(most - 1, 0)]
    at_word = max(head.rfind(" "), head.rfind("\n"))
    return (head[:at_word] if at_word > most // 2 else head).rstrip() + "…"


def with_addresses(text: str) -> list[tuple[str, bool]]:
    """The text in pieces, each with whether it is written like an address that a program might follow."""
    found: list[tuple[str, bool]] = []
    at = 0
    for match in _LEADS_AWAY.finditer(text):
        end = match.start() + len(match.group().rstrip(_ENDS_SENTENCE))
        found += [(text[at : match.start()], False), (text[match.start() : end], True)]
        at = end
    return [(piece, leads) for piece, leads in [*found, (text[at:], False)] if piece]
