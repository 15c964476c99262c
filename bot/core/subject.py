"""What is a text to be about? The words of a request behind `about` and its like: `draft a mail to the team about the canteen` is
about the canteen. Where that is not plain, nothing is guessed.
"""

import re
from typing import Final

_ABOUT: Final = re.compile(
    r"\b(?:about|regarding|concerning|explaining|that (?:explains|announces|says|tells)|on|über|zum|zur|zu|bezüglich|wegen"
    r"|sur|concernant|sobre|acerca de|over|betreffende)\s+(?=\w)",
    re.IGNORECASE,
)
_FEWEST: Final = 3  # characters: `on it` is about nothing


def subject(request: str) -> str | None:
    """From the first such word on."""
    found = _ABOUT.search(request)
    said = request[found.end() :].strip().rstrip(".!") if found is not None else ""
    return said if len(said) >= _FEWEST else None
