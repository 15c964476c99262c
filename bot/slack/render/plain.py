"""What does a reply say without any looks? For notifications, screen readers, and a Slack that refuses the blocks."""

from collections.abc import Iterator, Sequence

from bot.core.cited import updated, where
from bot.core.otherwise import Otherwise
from bot.slack.render.characters import one_line, shortened
from bot.slack.render.mrkdwn import escaped, link
from bot.slack.render.parts import Code, Item, Paragraph, Part, Quote, Run, Runs, Table, words
from bot.slack.words import otherwise
from policies.evidence import Passage

LONGEST_TEXT = 4_000  # what chat.update takes


def said(found: Sequence[Part], links: frozenset[str]) -> str:
    return "\n".join(escaped(line, links) for part in found for line in _lines(part))


def source(number: int, passage: Passage) -> str:
    """One line for a cited document."""
    return f"[{number}] {_named(passage)}"


def disagreeing(one: Otherwise) -> str:
    says = f": “{escaped(one_line(one.says))}”" if one.says else ""
    return f"{otherwise(newer=one.newer, says=one.says)} {_named(one.passage)}{says}"


def _named(passage: Passage) -> str:
    named = [shortened(one_line(text), 150) for text in (passage.title, where(passage), updated(passage) or "")]
    words_ = " · ".join(escaped(name) for name in named if name)
    url = link(passage.url)
    return words_ + (f" · {url.replace('&', '&amp;')}" if url else "")


def cut(text: str) -> str:
    """To what Slack takes, at a word; an escaped character is never halved."""
    if len(text) <= LONGEST_TEXT:
        return text
    head = shortened(text, LONGEST_TEXT).removesuffix("…")
    amp = head.rfind("&")
    return (head[:amp] if amp >= 0 and ";" not in head[amp:] else head) + "…"


def _lines(part: Part) -> Iterator[str]:
    match part:
        case Paragraph(runs) | Quote(runs):
            yield _words(runs)
        case Item(runs, depth, number):
            yield f"{'  ' * depth}{'•' if number is None else f'{number}.'} {_words(runs)}"
        case Code(text):
            yield text
        case Table(rows):
            header, *others = [[" ".join(_words(cell).split()) for cell in row] for row in rows]
            for row in others or [header]:
                yield "; ".join(_pairs(header if others else [""] * len(row), row))


def _pairs(header: Sequence[str], row: Sequence[str]) -> Iterator[str]:
    for name, cell in zip(header, row, strict=True):
        if cell:
            yield f"{name}: {cell}" if name else cell


def _words(runs: Runs) -> str:
    """What is struck out is no longer true, and looks must not be the only sign of it."""
    return words([Run(f"(struck out: {run.text})") if run.struck else run for run in runs])
