"""What a reply looks like in a terminal and as JSON. Pure; links come from the documents, never from a claim."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any, assert_never

from bot.core.cut import continues
from bot.flows.answer import Outcome
from policies.evidence import (
    Answer,
    Citation,
    Claim,
    Clarification,
    Evidence,
    Found,
    Passage,
    Refusal,
    RefusalReason,
    Reply,
)

_REFUSALS: Mapping[RefusalReason, str] = {
    RefusalReason.UNANSWERED: (
        "I found no answer to this in what you may read. Try the words that the document would use, "
        "or ask whoever looks after the subject."
    ),
    RefusalReason.UNKNOWN_PERSON: (
        "None of the sources knows you by this address, so there is nothing that I may answer from. "
        "Ask whoever runs Footnote to add you to a source."
    ),
    RefusalReason.UNPROVEN: (
        "I could not prove an answer to this word for word, so I give none. Try a narrower question."
    ),
    RefusalReason.NOT_A_MEMBER: (
        "I answer full members of the company only. Ask a colleague who is one to put the question for you."
    ),
    RefusalReason.UNKNOWN_AUDIENCE: (
        "I could not find out who can read this conversation, so I give no answer here. Ask me directly instead."
    ),
}

_MOST_OF_A_NAME, _MOST_OF_A_LINK = 120, 500
_LIKE_OURS = re.compile(r"\[\d+\]|receipt\W*r_")


def text(reply: Reply, evidence: Evidence) -> str:
    """The reply in words. Each claim ends with the numbers of its sources."""
    match reply:
        case Answer():
            numbers = _numbers(reply, evidence)
            return "\n".join(_said(claim, evidence, numbers) for claim in reply.claims)
        case Refusal():
            return _REFUSALS[reply.reason]
        case Clarification(reason="empty"):
            return "What would you like to know? Ask a whole question, such as: how many days of leave do I have?"
        case Clarification(reason="too_long"):
            return "That is longer than I can take in as one question. Please ask it in a few sentences."
        case Clarification():
            return reply.question or "Could you say more precisely what you would like to know?"
        case _:
            assert_never(reply)


def sources(answer: Answer, evidence: Evidence) -> list[str]:
    """One line a cited document: its number, title, place, last update and link."""
    cited: dict[str, Passage] = {}
    for claim in answer.claims:
        for citation in claim.citations:
            passage = _passage(evidence, citation.passage)
            cited.setdefault(passage.document, passage)
    return [f"[{number}] {_source(passage)}" for number, passage in enumerate(cited.values(), start=1)]


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
    where = _short(" › ".join(passage.heading_path) or passage.title, _MOST_OF_A_NAME)
    by = [f"{name} #{rank}" for name, rank in (("words", ranks.keywords), ("meaning", ranks.vectors)) if rank]
    return f"{passage.handle}. {where}  ({_short(passage.document, _MOST_OF_A_LINK)}; {', '.join(by)})"


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
    updated = f"updated {passage.updated:%d %B %Y}".replace("updated 0", "updated ") if passage.updated else None
    place = f"{passage.source}/{passage.place}" if passage.place else passage.source
    parts = (
        _short(passage.title, _MOST_OF_A_NAME),
        _short(place, _MOST_OF_A_NAME),
        updated,
        _short(passage.url or "", _MOST_OF_A_LINK),
    )
    return " · ".join(part for part in parts if part)


def _numbers(answer: Answer, evidence: Evidence) -> dict[str, int]:
    """Documents are numbered in the order in which they are cited."""
    numbers: dict[str, int] = {}
    for claim in answer.claims:
        for citation in claim.citations:
            numbers.setdefault(_passage(evidence, citation.passage).document, len(numbers) + 1)
    return numbers


def _said(claim: Claim, evidence: Evidence, numbers: Mapping[str, int]) -> str:
    """A procedure that is longer than an answer may be says so: half of one, taken for the whole, does harm."""
    more = " (and it goes on there)" if continues(claim, evidence) else ""
    return f"{_quoted(claim.text)} {_marks(claim.citations, evidence, numbers)}{more}"


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


def _marks(citations: Sequence[Citation], evidence: Evidence, numbers: Mapping[str, int]) -> str:
    cited = sorted({numbers[_passage(evidence, citation.passage).document] for citation in citations})
    return "".join(f"[{number}]" for number in cited)


def _passage(evidence: Evidence, handle: int) -> Passage:
    """A verified answer cites only passages that are there."""
    passage = evidence.passage(handle)
    assert passage is not None
    return passage
