"""What does a reply say without any looks? For notifications, screen readers, and a Slack that refuses the blocks."""

from collections.abc import Iterator, Sequence

from bot.core.cited import address, updated, where
from bot.slack.render.caveats import Pen
from bot.slack.render.caveats import caveats as told
from bot.slack.render.characters import one_line, shortened
from bot.slack.render.mrkdwn import escaped, link
from bot.slack.render.parts import Code, Item, Paragraph, Part, Quote, Run, Runs, Table, words
from policies.evidence import Answer, Evidence, Passage

LONGEST_TEXT = 4_000  # what chat.update takes
LONGEST_SAID = 150


def said(found: Sequence[Part], links: frozenset[str]) -> str:
    return "\n".join(escaped(line, links) for part in found for line in _lines(part))


def unmarked(found: Sequence[Part]) -> str:
    """For a place that parses nothing, and in which people write."""
    return "\n".join(line for part in found for line in _lines(part))


def source(number: int, passage: Passage) -> str:
    """One line for a cited document."""
    return f"[{number}] {_named(passage)}"


def caveats(answer: Answer, evidence: Evidence) -> tuple[str, ...]:
    return tuple(told(answer, evidence, _PEN))


def _named(passage: Passage) -> str:
    known = (passage.title, *((where(passage), updated(passage) or "") if passage.author is None else ()))
    named = [shortened(one_line(text), 150) for text in known]
    words_ = " · ".join(escaped(name) for name in named if name)
    url = link(address(passage))
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


def _short(text: str) -> str:
    return escaped(shortened(one_line(text), LONGEST_SAID))


_PEN = Pen(page=lambda passage: _short(passage.title) or "Untitled", quote=_short, name=_short)
