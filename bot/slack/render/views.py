"""Why was this said? A modal that shows each claim beside its quote, where the quote stands in its document. And a draft in
another, to use.

A claim of which one passage may not be read, or is gone, is left out whole: half a proof is none.
"""

import json
from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from typing import Literal

from bot.core.flowing import between
from bot.slack import words
from bot.slack.render.characters import shortened
from bot.slack.render.kit import Json, mrkdwn, note, one_run, plain_text
from bot.slack.render.mrkdwn import link, literal
from bot.slack.render.parts import parts
from bot.slack.render.plain import unmarked
from bot.slack.render.quoted import pieces
from bot.slack.render.richtext import blocks, quote, rich_text, size
from bot.slack.render.sources import named
from policies.evidence import Answer, Claim, Evidence, Found

MOST_BLOCKS = 95
MOST_BYTES = 200_000  # of the 250,000 that a view may have
MOST_CHARACTERS = 15_000
CLAIM_CHARACTERS = 2_000
HEADING_CHARACTERS = 300
FIELD_CHARACTERS = 2_900  # of the 3,000 that Slack takes
_MOST_FIELDS = 8
_TITLE = "Why this answer"  # at most 24 characters


def loading_view(*, receipt: str) -> Json:
    return _view([one_run(words.LOADING)], receipt)


def nothing_view(*, receipt: str, reason: Literal["failed", "gone", "not_yours"]) -> Json:
    return _view([one_run(words.NOTHING[reason])], receipt)


def draft_view(answer: Answer, evidence: Evidence, *, receipt: str, hidden: bool = False) -> Json:
    """A draft as plain text, to change and to copy: of what is proven by what this person may read."""
    proven = _proven(answer, {one.passage.handle for one in evidence.found})
    if not proven:
        return nothing_view(receipt=receipt, reason="not_yours" if hidden else "gone")
    fields = _fields(answer.model_copy(update={"claims": tuple(proven)}))
    labels = [words.PARTS_OF_A_DRAFT.format(number=number) for number in range(1, len(fields) + 1)]
    shown = [
        _field(text, label) for text, label in zip(fields, labels if len(fields) > 1 else [words.A_DRAFT], strict=True)
    ]
    above = [note(words.USING), *([note(words.HIDDEN)] if hidden else [])]
    view = _view([*above, *shown], receipt)
    return {**view, "title": plain_text(words.A_DRAFT), "submit": plain_text(words.DONE), "callback_id": "draft"}


def _fields(answer: Answer) -> list[str]:
    """Its paragraphs, in as many fields as they need."""
    fields = [""]
    for number, claim in enumerate(answer.claims):
        said = shortened(unmarked(parts(claim.text)), FIELD_CHARACTERS)
        added = f"{fields[-1]}{between(answer, number)}{said}" if fields[-1] else said
        if len(added) <= FIELD_CHARACTERS:
            fields[-1] = added
        else:
            fields.append(said)
    return fields[:_MOST_FIELDS]


def _field(text: str, label: str) -> Json:
    written = {"type": "plain_text_input", "action_id": "text", "multiline": True, "initial_value": text}
    return {"type": "input", "label": plain_text(label), "element": written}


def evidence_view(answer: Answer, evidence: Evidence, *, receipt: str, hidden: bool = False) -> Json:
    found = {one.passage.handle: one for one in reversed(evidence.found)}
    proven = _proven(answer, found.keys())
    if not proven:
        return nothing_view(receipt=receipt, reason="not_yours" if hidden else "gone")
    links = frozenset(
        url for claim in proven for citation in claim.citations if (url := link(found[citation.passage].passage.url))
    )
    groups = [one for claim in proven for one in _groups(claim, found, links)]
    return _view([*([note(words.HIDDEN)] if hidden else []), *_fitting(groups, receipt)], receipt)


def _proven(answer: Answer, found: AbstractSet[int]) -> list[Claim]:
    return [
        claim for claim in answer.claims if claim.citations and all(one.passage in found for one in claim.citations)
    ]


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
    ranks = [plain_text(_ranks(one))] if one.passage.author is None else []  # what was said was not searched for
    yield {"type": "context", "elements": [mrkdwn(named(one.passage, quotes[0])), *under, *ranks]}


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
