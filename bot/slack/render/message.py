"""What does a reply look like in Slack? Pure. Links come from cited documents, never from a claim; values of buttons
are opaque; whatever it is given, Slack accepts what comes out.

The answer comes first, each claim with the numbers of its sources; then the sources, small; then the buttons.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import assert_never

from bot.core.cited import cited, marks, numbers
from bot.core.cut import continues
from bot.core.otherwise import Otherwise, otherwise
from bot.slack import words
from bot.slack.render import plain
from bot.slack.render.characters import shortened
from bot.slack.render.kit import Json, button, feedback, note, one_run
from bot.slack.render.mrkdwn import link
from bot.slack.render.parts import Paragraph, Part, Run, ending_with, parts
from bot.slack.render.richtext import blocks, rich_text, section, size
from bot.slack.render.sources import disagreeing, listed
from policies.evidence import Answer, Claim, Clarification, Evidence, Passage, Refusal, Reply

MOST_BLOCKS = 38  # of claims; the rest of Slack's fifty is for what stands around them
MOST_CHARACTERS = 11_500  # of claims and sources; see `richtext.size`
MOST_MARKS = 30

_CHANNEL = re.compile(r"[CG][A-Z0-9]{2,40}")


@dataclass(frozen=True)
class Post:
    """A message. `text` has no markup: post it with `mrkdwn=False, parse="none"`, and without unfurling."""

    text: str
    blocks: tuple[Json, ...]


def reply(
    reply: Reply,
    evidence: Evidence,
    *,
    receipt: str,
    direct: bool,
    asked_in: str | None = None,
    edited: bool = False,
) -> Post:
    """`direct`: only the asker sees it. `asked_in`: the channel beside whose answer this one is given in private."""
    body, said = _said(reply, evidence, direct=direct)
    opening = tuple(_opening(asked_in, edited=edited))
    text = "\n".join((*(spoken for _, spoken in opening), said))
    return Post(plain.cut(text), (*(block for block, _ in opening), *body, *_buttons(reply, receipt)))


def _said(reply: Reply, evidence: Evidence, *, direct: bool) -> tuple[tuple[Json, ...], str]:
    match reply:
        case Answer():
            shown = _fitting(reply, evidence)
            return shown.blocks, shown.text
        case Refusal():
            refused = words.refusal(reply, direct=direct)
            return (one_run(refused),), refused
        case Clarification():
            return _clarification(reply)
        case _:
            assert_never(reply)


def _buttons(reply: Reply, receipt: str) -> tuple[Json, ...]:
    match reply:
        case Answer():
            return feedback(receipt), button(words.WHY, action_id="why", value=receipt)
        case Refusal():
            return (feedback(receipt),)
        case Clarification():
            return ()
        case _:
            assert_never(reply)


def failure(*, receipt: str, aside: bool = False) -> Post:
    said = words.FAILED_ASIDE if aside else words.FAILED
    shown = section((Run(f"{said} "), Run(receipt, code=True)))
    return Post(f"{said} {receipt}", (rich_text([shown]),))


def thanks(*, useful: bool) -> str:
    return words.THANKS if useful else words.THANKS_ALL_THE_SAME


def status() -> str:
    """Slack puts the app's name before it."""
    return words.STATUS


def _opening(asked_in: str | None, *, edited: bool) -> Iterator[tuple[Json, str]]:
    if asked_in is not None:
        named = _CHANNEL.fullmatch(asked_in) is not None
        channel: Json = {"type": "channel", "channel_id": asked_in} if named else {"type": "text", "text": "a channel"}
        you_asked, full_stop = (
            {"type": "text", "text": text} for text in ("You asked in ", f". {words.FOR_YOU_ALONE}")
        )
        beside = {"type": "rich_text_section", "elements": [you_asked, channel, full_stop]}
        yield rich_text([beside]), f"You asked in a channel. {words.FOR_YOU_ALONE}"
    if edited:
        yield note(words.EDITED), words.EDITED


def _clarification(reply: Clarification) -> tuple[tuple[Json, ...], str]:
    question = reply.question if reply.reason == "composer" else None
    found = parts(shortened(question or "", MOST_CHARACTERS // 4)) or parts(words.CLARIFICATIONS[reply.reason])
    return tuple(blocks(found, frozenset(), with_table=True)), plain.said(found, frozenset())


@dataclass(frozen=True)
class _Shown:
    """As many claims as Slack takes, with the documents that they cite."""

    claims: tuple[tuple[Part, ...], ...]
    documents: tuple[Passage, ...]
    links: frozenset[str]
    is_whole: bool
    against: tuple[Otherwise, ...]  # what the evidence says otherwise

    @property
    def blocks(self) -> tuple[Json, ...]:
        made: list[Json] = []
        for claim in self.claims:
            made += blocks(claim, self.links, with_table=not any(block["type"] == "table" for block in made))
        return (
            *made,
            *(() if self.is_whole else (note(words.GOES_ON),)),
            *map(disagreeing, self.against),
            *listed(self.documents),
        )

    @property
    def text(self) -> str:
        claims = (plain.said(claim, self.links) for claim in self.claims)
        listed_ = (plain.source(number, passage) for number, passage in enumerate(self.documents, start=1))
        return "\n".join(
            (
                *claims,
                *(() if self.is_whole else (words.GOES_ON,)),
                *map(plain.disagreeing, self.against),
                *(("", "Sources:") if self.documents else ()),
                *listed_,
            )
        )


def _fitting(answer: Answer, evidence: Evidence) -> _Shown:
    """Claim after claim while they fit; a first claim that does not is cut, so that there is always an answer."""
    numbered = numbers(answer, evidence)
    links = frozenset(url for passage in cited(answer, evidence) if (url := link(passage.url)))

    def first(count: int, claims: Sequence[tuple[Part, ...]]) -> _Shown:
        shown = Answer(claims=answer.claims[:count])
        against = otherwise(shown, evidence)
        return _Shown(
            tuple(claims), cited(shown, evidence), links, is_whole=count == len(answer.claims), against=against
        )

    fitting: _Shown | None = None
    claims: list[tuple[Part, ...]] = []
    for count, claim in enumerate(answer.claims, start=1):
        claims.append(_claim(claim.text, _tail(claim, evidence, numbered)))
        tried = first(count, claims)
        if not _fits(tried):
            break
        fitting = tried
    return fitting or _first_alone(answer, first(1, ()), _tail(answer.claims[0], evidence, numbered))


def _first_alone(answer: Answer, empty: _Shown, tail: str) -> _Shown:
    most = MOST_CHARACTERS
    while True:
        shown = _Shown(
            (_claim(_cut(answer.claims[0].text, most), tail),),
            empty.documents,
            empty.links,
            is_whole=False,
            against=empty.against,
        )
        if _fits(shown) or most < len(words.GOES_ON):
            return shown
        most = most * 3 // 4


def _cut(text: str, most: int) -> str:
    """Whole lines, where there are some: half a row of a table has other cells."""
    at = text.rfind("\n", 0, most) if len(text) > most else -1
    return text[:at] if at > most // 2 else shortened(text, most)


def _claim(text: str, tail: str) -> tuple[Part, ...]:
    return ending_with(parts(text), tail) or (Paragraph((Run("…"),)),)


def _tail(claim: Claim, evidence: Evidence, numbered: Mapping[int, int]) -> str:
    """A procedure that is longer than an answer may be says so: half of one, taken for the whole, does harm."""
    found = marks(claim, numbered)
    shown = "".join(f"[{number}]" for number in found[:MOST_MARKS]) + ("…" if len(found) > MOST_MARKS else "")
    more = words.GOES_ON_THERE if len(claim.text) <= MOST_CHARACTERS and continues(claim, evidence) else ""
    return " ".join(part for part in (shown, more) if part)


def _fits(shown: _Shown) -> bool:
    made = shown.blocks
    return len(made) <= MOST_BLOCKS and size(made) <= MOST_CHARACTERS
