"""What is a text to be about? The words of a request behind `about` and its like: `draft a mail to the team about the canteen` is
about the canteen. Where that is not plain, nothing is guessed. `… and put it in ENG` is where it is to go, and no part of that; nor
is `… in ENG` at its end, where rules have such a place.
"""

import re
from collections.abc import Collection
from typing import Final, NamedTuple

_ABOUT: Final = re.compile(
    r"\b(?:about|regarding|concerning|explaining|that (?:explains|announces|says|tells)"
    r"|on(?!\s+(?:the\s+)?(?:(?:issue|ticket|bug|task|page)\s+)?(?:[a-z][a-z0-9_]+-\d|\#|https?:))"  # where it goes
    r"|über|zum|zur|zu|bezüglich|wegen|sur|concernant|sobre|acerca de|over|betreffende)\s+(?=\w)",
    re.IGNORECASE,
)
_THEN: Final = re.compile(
    r"(?<!\s)[,;]?\s*(?:\b(?:and|then|und)\b|[,;.])\s*(?:(?:then|please)\s+)*"
    r"(?:put|post|publish|add|place|save|file|send|share|store|upload|attach|stick|drop)\s+"
    r"(?:it|this|that|them|the\s+(?:draft|text|page|ticket|issue|comment|message|post))\b.*$",
    re.IGNORECASE | re.DOTALL,
)
_FEWEST: Final = 3  # characters: `on it` is about nothing


class Parted(NamedTuple):
    """What is to be written, and what is to be done with that; in the words of the request."""

    writing: str
    then: str


def parted(request: str, places: Collection[str] = ()) -> Parted:
    """`places`: what rules call those to which texts may go."""
    found = _THEN.search(request) or _ending(places).search(request)
    return Parted(request, "") if found is None else Parted(request[: found.start()], found.group())


def _ending(places: Collection[str]) -> re.Pattern[str]:
    """As they are called, or as channels are: `in general` is no place, and `in #general` is."""
    called = [f"#{one}" for one in places] + [one for one in places if not one.islower()]
    names = "|".join(map(re.escape, called)) or "(?!)"
    leads = r"(?<!\s)\s+(?i:(?:in|into|on|to|for|under)\s+(?:the\s+)?(?:(?:project|space|channel)\s+)?)"
    return re.compile(rf"{leads}(?:{names})[.!]*\s*$")


def subject(request: str) -> str | None:
    """From the first such word on."""
    found = _ABOUT.search(request)
    said = request[found.end() :].strip().rstrip(".!") if found is not None else ""
    return said if len(said) >= _FEWEST else None
