"""How are the cited documents named? With the only links there are: their own."""

from collections.abc import Iterator, Sequence

from bot.core.cited import address, updated, where
from bot.slack.render.caveats import Pen, caveats
from bot.slack.render.kit import Json, mrkdwn
from bot.slack.render.mrkdwn import escaped, link, linked, literal
from policies.evidence import Answer, Evidence, Passage

SECTION_CHARACTERS = 2_900
MOST_CHARACTERS = 4_500
LONGEST_NAME = 150
LONGEST_SAID = 150


def named(passage: Passage, quote: str = "") -> str:
    """In mrkdwn: title as a link, place, last update. A message is named by who said it and when."""
    title = _title(passage, quote)
    if passage.author is not None:
        return title
    return " · ".join(
        text for text in (title, literal(where(passage), LONGEST_NAME), escaped(updated(passage) or "")) if text
    )


def listed(documents: Sequence[Passage]) -> tuple[Json, ...]:
    """Numbered, in sections that Slack may fold up."""
    return tuple(_section(text) for text in _texts(documents))


def cautioning(answer: Answer, evidence: Evidence) -> tuple[Json, ...]:
    """Small, under the answer, a line each."""
    said = caveats(answer, evidence, _PEN)
    return tuple({"type": "context", "elements": [mrkdwn(text)]} for text in said)


def _texts(documents: Sequence[Passage]) -> Iterator[str]:
    text, total = "", 0
    for number, passage in enumerate(documents, start=1):
        line = f"[{number}] {named(passage)}"
        total += len(line) + 1
        if total > MOST_CHARACTERS:
            line = f"… and {len(documents) - number + 1} more"
        if text and len(text) + 1 + len(line) > SECTION_CHARACTERS:
            yield text
            text = ""
        text = f"{text}\n{line}" if text else line
        if total > MOST_CHARACTERS:
            break
    if text:
        yield text


def _section(text: str) -> Json:
    return {"type": "section", "expand": False, "text": mrkdwn(text)}


def _title(passage: Passage, quote: str = "") -> str:
    return linked(link(address(passage, quote)), literal(passage.title, LONGEST_NAME) or "Untitled")


_PEN = Pen(page=_title, quote=lambda said: literal(said, LONGEST_SAID), name=lambda name: literal(name, LONGEST_NAME))
