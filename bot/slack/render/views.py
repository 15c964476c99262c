"""Why was this said? A modal that shows each claim beside its quote, where the quote stands in its document.

A claim of which one passage may not be read, or is gone, is left out whole: half a proof is none.
"""

import json
from collections.abc import Iterator, Sequence
from typing import Literal

from bot.slack import words
from bot.slack.render.characters import shortened
from bot.slack.render.kit import Json, mrkdwn, note, one_run, plain_text
from bot.slack.render.mrkdwn import link, literal
from bot.slack.render.parts import parts
from bot.slack.render.quoted import pieces
from bot.slack.render.richtext import blocks, quote, rich_text, size
from bot.slack.render.sources import named
from policies.evidence import Answer, Claim, Evidence, Found

MOST_BLOCKS = 95
MOST_BYTES = 200_000  # of the 250,000 that a view may have
MOST_CHARACTERS = 15_000
CLAIM_CHARACTERS = 2_000
HEADING_CHARACTERS = 300
_TITLE = "Why this answer"  # at most 24 characters


def loading_view(*, receipt: str) -> Json:
    return _view([one_run(words.LOADING)], receipt)


def nothing_view(*, receipt: str, reason: Literal["failed", "gone", "not_yours"]) -> Json:
    return _view([one_run(words.NOTHING[reason])], receipt)


def evidence_view(answer: Answer, evidence: Evidence, *, receipt: str, hidden: bool = False) -> Json:
    found = {one.passage.handle: one for one in reversed(evidence.found)}
    proven = [claim for claim in answer.claims if claim.citations and all(c.passage in found for c in claim.citations)]
    if not proven:
        return nothing_view(receipt=receipt, reason="not_yours" if hidden else "gone")
    links = frozenset(
        url for claim in proven for citation in claim.citations if (url := link(found[citation.passage].passage.url))
    )
    groups = [one for claim in proven for one in _groups(claim, found, links)]
    return _view([*([note(words.HIDDEN)] if hidden else []), *_fitting(groups, receipt)], receipt)


def _fitting(groups: Sequence[Sequence[Json]], receipt: str) -> Iterator[Json]:
    """Whole groups only: a claim is not shown without what proves it, nor a quote without its source."""
    characters, count, bytes_ = 0, 0, 0
    for group in groups:
        characters, count, bytes_ = characters + size(group), count + len(group), bytes_ + len(json.dumps(group))
        if characters > MOST_CHARACTERS or count > MOST_BLOCKS or bytes_ > MOST_BYTES:
            yield note(words.cut_short(receipt))
            return
        yield from group


def _groups(claim: Claim, found: dict[int, Found], links: frozenset[str]) -> Iterator[list[Json]]:
    """The claim with its first proof, then each further one."""
    said = blocks(parts(shortened(claim.text, CLAIM_CHARACTERS)), links, with_table=False)
    first: list[Json] = [{"type": "divider"}, *said]
    for handle in dict.fromkeys(citation.passage for citation in claim.citations):
        quotes = [citation.quote for citation in claim.citations if citation.passage == handle]
        yield [*first, *_proof(found[handle], quotes, links)]
        first = []


def _proof(one: Found, quotes: Sequence[str], links: frozenset[str]) -> Iterator[Json]:
    yield rich_text([quote(pieces(one.passage.text, quotes), links)])
    heading = literal(" › ".join(one.passage.heading_path), HEADING_CHARACTERS)
    under = [mrkdwn(heading)] if heading else []
    yield {"type": "context", "elements": [mrkdwn(named(one.passage)), *under, plain_text(_ranks(one))]}


def _ranks(one: Found) -> str:
    ranks = (("words", one.ranks.keywords), ("meaning", one.ranks.vectors))
    by = [f"{name} #{rank}" for name, rank in ranks if rank is not None]
    return " · ".join((f"score {one.score:.4g}", *by))


def _view(shown: Sequence[Json], receipt: str) -> Json:
    return {
        "type": "modal",
        "title": plain_text(_TITLE),
        "close": plain_text("Close"),
        "blocks": [*shown, note(f"Receipt {receipt}")],
    }
