"""How are the cited documents named? With the only links there are: their own."""

from collections.abc import Iterator, Sequence

from bot.core.cited import updated, where
from bot.core.otherwise import Otherwise
from bot.slack import words
from bot.slack.render.kit import Json, mrkdwn
from bot.slack.render.mrkdwn import escaped, link, linked, literal
from policies.evidence import Passage

SECTION_CHARACTERS = 2_900
MOST_CHARACTERS = 4_500
LONGEST_NAME = 150
LONGEST_SAID = 250


def named(passage: Passage) -> str:
    """In mrkdwn: title as a link, place, last update."""
    title = linked(link(passage.url), literal(passage.title, LONGEST_NAME) or "Untitled")
    return " · ".join(
        text for text in (title, literal(where(passage), LONGEST_NAME), escaped(updated(passage) or "")) if text
    )


def listed(documents: Sequence[Passage]) -> tuple[Json, ...]:
    """Numbered, in sections that Slack may fold up."""
    return tuple(_section(text) for text in _texts(documents))


def disagreeing(one: Otherwise) -> Json:
    """Small, under the answer: which page says otherwise, and how."""
    says = f": “{literal(one.says, LONGEST_SAID)}”" if one.says else ""
    text = f"{escaped(words.otherwise(newer=one.newer, says=one.says))} {named(one.passage)}{says}"
    return {"type": "context", "elements": [mrkdwn(text)]}


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
