"""What a reply looks like in a terminal and as JSON. Pure; links come from the documents, never from a claim. Refusals
are put as in a direct message.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, assert_never

from bot.core.cited import address, cited, marks, numbers, updated, where
from bot.core.cut import continues
from bot.core.flowing import follows, is_text
from bot.flows.answer import Outcome
from bot.slack.render.caveats import Pen, caveats
from bot.slack.words import ASK_IN, CLARIFICATIONS, GOES_ON_THERE, draft, left_out, notice, refusal
from policies.evidence import (
    Answer,
    Claim,
    Clarification,
    Evidence,
    Found,
    Notice,
    Passage,
    Refusal,
    Reply,
)

_MOST_OF_A_NAME, _MOST_OF_A_LINK = 120, 500
_LIKE_OURS = re.compile(r"\[\d+\]|receipt\W*r_")


def text(reply: Reply, evidence: Evidence) -> str:
    """The reply in words. Each claim ends with the numbers of its sources."""
    match reply:
        case Answer():
            numbered = numbers(reply, evidence)
            claims = _flowing(reply, [_said(claim, evidence, numbered) for claim in reply.claims])
            under = (*reply.notes, *caveats(reply, evidence, _PEN))
            return "\n".join((*_headed(reply, claims), *under, *([left_out(reply.left_out)] if reply.left_out else [])))
        case Refusal():
            return _refused(reply)
        case Clarification():
            offered = (f"- {_short(option, _MOST_OF_A_NAME)}" for option in reply.options)
            return "\n".join((reply.question or CLARIFICATIONS[reply.reason], *offered))
        case Notice():
            return notice(reply)
        case _:
            assert_never(reply)


def _flowing(answer: Answer, claims: Sequence[str]) -> list[str]:
    """A draft in its paragraphs, under what it is."""
    if not answer.is_draft:
        return [*claims]
    made = [draft(is_text=is_text(answer))]
    for number, claim in enumerate(claims):
        if follows(answer, number):
            made[-1] = f"{made[-1]} {claim}"
        else:
            made.append(claim)
    return made


def _headed(answer: Answer, claims: Sequence[str]) -> Iterator[str]:
    """Each question of several, marked as what was asked, over what answers it."""
    rest = iter(claims)
    for section in answer.sections:
        yield f"> {_short(section.question, _MOST_OF_A_LINK)}"
        yield from islice(rest, section.claims)
        if section.refusal is not None:
            yield _refused(section.refusal)
    yield from rest


def _refused(refused: Refusal) -> str:
    return " ".join((refusal(refused, direct=True), *([f"{ASK_IN} {refused.ask_in}."] if refused.ask_in else [])))


def sources(answer: Answer, evidence: Evidence) -> list[str]:
    """One line a cited document: its number, title, place, last update and link."""
    return [f"[{number}] {_source(passage)}" for number, passage in enumerate(cited(answer, evidence), start=1)]


def as_json(receipt: str, outcome: Outcome) -> dict[str, Any]:
    reply, evidence = outcome.reply, outcome.evidence
    claims = reply.claims if isinstance(reply, Answer) else ()
    return {
        "receipt": receipt,
        "kind": reply.kind,
        "text": text(reply, evidence),
        "options": list(reply.options) if isinstance(reply, Clarification) else [],
        "claims": [
            {
                "text": claim.text,
                "citations": [
                    {**_document(_passage(evidence, citation.passage)), "quote": citation.quote}
                    for citation in claim.citations
                ],
            }
            for claim in claims
        ],
        "draft": isinstance(reply, Answer) and reply.is_draft,
        "caveats": [one.model_dump(mode="json") for one in reply.caveats] if isinstance(reply, Answer) else [],
        "evidence": [
            {
                "document": found.passage.document,
                "passage": found.passage.id,
                "score": found.score,
                "ranks": found.ranks.model_dump(),
            }
            for found in evidence.found
        ],
        "route": outcome.route.model_dump(mode="json") if outcome.route else None,
        "model": outcome.model,
        "shortfall": outcome.shortfall,
        "timings_ms": dict(outcome.timings_ms),
    }


def heading(found: Found) -> str:
    """What stands above a found passage: how it ranked, and where it stands."""
    passage, ranks = found.passage, found.ranks
    place = _short(" › ".join(passage.heading_path) or passage.title, _MOST_OF_A_NAME)
    by = [f"{name} #{rank}" for name, rank in (("words", ranks.keywords), ("meaning", ranks.vectors)) if rank]
    return f"{passage.handle}. {place}  ({_short(passage.document, _MOST_OF_A_LINK)}; {', '.join(by)})"


def found_as_json(found: Found) -> dict[str, Any]:
    passage = found.passage
    return {
        **_document(passage),
        "passage": passage.id,
        "heading_path": list(passage.heading_path),
        "text": passage.text,
        "score": found.score,
        "keywords_score": found.keywords_score,
        "vectors_score": found.vectors_score,
        "ranks": found.ranks.model_dump(),
    }


def _document(passage: Passage) -> dict[str, Any]:
    return {
        "document": passage.document,
        "title": passage.title,
        "url": address(passage),
        "version": passage.version,
    }


def _source(passage: Passage) -> str:
    parts = (
        _short(passage.title, _MOST_OF_A_NAME),
        _short(where(passage), _MOST_OF_A_NAME) if passage.author is None else None,
        updated(passage),
        _short(address(passage) or "", _MOST_OF_A_LINK),
    )
    return " · ".join(part for part in parts if part)


def _said(claim: Claim, evidence: Evidence, numbered: Mapping[int, int]) -> str:
    """A procedure that is longer than an answer may be says so: half of one, taken for the whole, does harm."""
    found = "".join(f"[{number}]" for number in marks(claim, numbered))
    more = f" {GOES_ON_THERE}" if continues(claim, evidence) else ""
    return f"{_quoted(claim.text)} {found}{more}"


def _quoted(words: str) -> str:
    """A line of a document that could be taken for one of ours (a source, the receipt) is marked as quoted."""
    return "\n".join(f"> {line}" if _LIKE_OURS.match(_as_seen(line)) else line for line in words.split("\n"))


def _as_seen(line: str) -> str:
    """What an eye takes it for: without what leaves no mark at its beginning, and in the plain form of each sign."""
    plain = unicodedata.normalize("NFKC", line).casefold()
    start = next((at for at, sign in enumerate(plain) if unicodedata.category(sign)[0] not in "CZM"), len(plain))
    return plain[start:]


def _short(words: str, most: int) -> str:
    """On one line, whatever it was."""
    line = " ".join(words.split())
    return line if len(line) <= most else f"{line[: most - 1]}…"


def _passage(evidence: Evidence, handle: int) -> Passage:
    """A verified answer cites only passages that are there."""
    passage = evidence.passage(handle)
    assert passage is not None
    return passage


_PEN = Pen(
    page=lambda passage: f"“{_short(passage.title, _MOST_OF_A_NAME) or 'Untitled'}”",
    quote=lambda said: _short(said, _MOST_OF_A_NAME),
    name=lambda name: _short(name, _MOST_OF_A_NAME),
)
