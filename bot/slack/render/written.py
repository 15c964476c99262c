"""What does a draft say where nothing but letters can be put, and nothing may lead anywhere? Pure: what is sent is what the card shows."""

import re
from typing import Final

from bot.core.flowing import between
from bot.slack import words
from bot.slack.render.parts import parts
from bot.slack.render.plain import unmarked
from policies.evidence import Answer

_ADDRESS: Final = re.compile(r"(?i)\b(?:[a-z][a-z0-9+.-]*://|www\.|mailto:)\S*[^\s.,;:!?)\]}'\"]")


def plain(answer: Answer) -> str:
    """Its claims, without the addresses in them: the documents that they come from are named below it."""
    return "".join(
        f"{between(answer, number)}{_ADDRESS.sub(words.AN_ADDRESS, unmarked(parts(claim.text)))}"
        for number, claim in enumerate(answer.claims)
    )
