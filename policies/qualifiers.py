"""How far does a statement reach: does it deny, oblige or allow, of all or of some, before or after? In English, German and
Dutch.
"""

import re
from collections.abc import Iterator, Sequence

_NEGATION = re.compile(
    r"\b(?:not|no|never|none|nobody|nothing|nowhere|neither|nor|cannot|without|except|unless|\w+n['’]t"
    r"|nicht|nichts|kein\w*|nie|niemals|niemand\w*|nirgends|weder|ohne|außer"
    r"|niet|niets|geen|nooit|nergens|zonder|tenzij|behalve)\b",
    re.IGNORECASE,
)
_ONLY = re.compile(
    r"\b(?:only|solely|exclusively|nur|lediglich|ausschließlich|alleen|slechts|uitsluitend|enkel)\b", re.IGNORECASE
)

_GROUPS = {
    "force": {  # in this order: what denies an obligation is none
        "needless": r"need not|needn['’]t|(?:do|does|did)(?: not|n['’]t) (?:have|need) to|not (?:required|mandatory|necessary)"
        r"|muss nicht|müssen nicht|nicht (?:erforderlich|nötig|verpflichtet)|hoeft (?:niet|geen)|hoeven (?:niet|geen)"
        r"|niet (?:verplicht|nodig)",
        "forbidden": r"(?:must|may|can|shall)(?: not|n['’]t)|can['’]t|cannot|prohibited|forbidden|not (?:allowed|permitted)"
        r"|d(?:arf|ürfen) (?:\w+ )?(?:nicht|kein\w*)|verboten|nicht (?:erlaubt|gestattet)"
        r"|(?:mag|mogen) (?:\w+ )?(?:niet|geen)|niet toegestaan",
        "must": r"must|shall|ha(?:s|ve) to|needs? to|required|mandatory|obligatory|obliged"
        r"|muss|müssen|erforderlich|verpflichtet|moet|moeten|verplicht",
        "should": r"should|ought to|recommended|soll|sollen|sollte|sollten|empfohlen|aanbevolen",
        "may": r"may|can|could|might|allowed|permitted|optional|darf|dürfen|kann|können|erlaubt|gestattet"
        r"|mag|mogen|kan|kunnen|toegestaan",
    },
    "scope": {
        "most": r"most(?! of the time)(?<!at most)|the majority|die meisten|de meeste",
        "all": r"all|every|each|everyone|everybody|alle|jede\w*|sämtliche\w*|iedere?|elke?|iedereen",
        "some": r"some|several|a few|certain|einige|manche|sommige|enkele",
    },
    "frequency": {
        "always": r"always|immer|stets|altijd",
        "usually": r"usually|normally|generally|typically|often|meistens|in der Regel|üblicherweise|oft|meestal|vaak",
        "sometimes": r"sometimes|occasionally|rarely|manchmal|gelegentlich|selten|soms|zelden",
    },
    "order": {
        "before": r"before|prior to|vor|bevor|voor|voordat|vóór",
        "after": r"after|nach|nachdem|na|nadat",
    },
    "direction": {
        "more": r"more than|above|exceed\w*|mehr als|oberhalb|meer dan|boven",
        "less": r"less than|fewer than|below|weniger als|unterhalb|minder dan|onder",
    },
}
_PATTERNS = {
    group: {name: re.compile(rf"\b(?:{words})\b", re.IGNORECASE) for name, words in names.items()}
    for group, names in _GROUPS.items()
}
_MONTH = re.compile(r"(?<!^)(?<![.!?:] )\bMay\b")  # with a capital where none is due


def denials(text: str) -> int:
    """Counted, not only seen: `no leave without approval` and `leave without approval` are opposites."""
    return len(_NEGATION.findall(text))


def limits(text: str) -> int:
    """How often it says that it is so and not otherwise: `only`."""
    return len(_ONLY.findall(text))


def exchanged(text: str, quotes: Sequence[str]) -> Iterator[tuple[str, str]]:
    """What the text says and what the quotes say instead, where they have nothing in common: `must` for `may`."""
    whole = " ".join(quotes)
    for group in _PATTERNS:
        said = _said(group, text)
        proven = _said(group, whole).union(*(_said(group, quote) for quote in quotes))
        if said and proven and said.isdisjoint(proven):
            yield " and ".join(sorted(said)), " and ".join(sorted(proven))


def _said(group: str, text: str) -> frozenset[str]:
    left = _MONTH.sub("", text)
    found = set()
    for name, pattern in _PATTERNS[group].items():
        left, count = pattern.subn(" · ", left)
        if count:
            found.add(name)
    return frozenset(found)
