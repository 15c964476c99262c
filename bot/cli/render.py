"""What a reply looks like in a terminal and as JSON. Pure; links come from the documents, never from a claim. Refusals
are put as in a direct message.
"""

import re
import unicodedata
from collections.abc import Mapping
from typing import Any, assert_never

from bot.core.cited import cited, marks, numbers, updated, where
from bot.core.cut import continues
from bot.core.otherwise import Otherwise, otherwise
from bot.flows.answer import Outcome
from bot.slack.words import CLARIFICATIONS, GOES_ON_THERE, refusal
from bot.slack.words import otherwise as otherwise_words
from policies.evidence import (
    Answer,
    Claim,
    Clarification,
    Evidence,
    Found,
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
            claims = (_said(claim, evidence, numbered) for claim in reply.claims)
            return "\n".join((*claims, *map(_against, otherwise(reply, evidence))))
        case Refusal():
            return refusal(reply, direct=True)
        case Clarification():
            return reply.question or CLARIFICATIONS[reply.reason]
        case _:
            assert_never(reply)


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
        "url": passage.url,
        "version": passage.version,
    }


def _source(passage: Passage) -> str:
    parts = (
        _short(passage.title, _MOST_OF_A_NAME),
        _short(where(passage), _MOST_OF_A_NAME),
        updated(passage),
        _short(passage.url or "", _MOST_OF_A_LINK),
    )
    return " · ".join(part for part in parts if part)


def _said(claim: Claim, evidence: Evidence, numbered: Mapping[int, int]) -> str:
    """A procedure that is longer than an answer may be says so: half of one, taken for the whole, does harm."""
    found = "".join(f"[{number}]" for number in marks(claim, numbered))
    more = f" {GOES_ON_THERE}" if continues(claim, evidence) else ""
    return f"{_quoted(claim.text)} {found}{more}"


def _against(one: Otherwise) -> str:
    says = f": “{_short(one.says, _MOST_OF_A_LINK)}”" if one.says else ""
    return f"{otherwise_words(newer=one.newer, says=one.says)} {_source(one.passage)}{says}"


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
