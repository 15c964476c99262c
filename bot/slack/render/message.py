"""What does a reply look like in Slack? Pure. Links come from cited documents, never from a claim; values of buttons
are opaque; whatever it is given, Slack accepts what comes out.

The answer comes first, each claim with the numbers of its sources; then the sources, small; then the buttons.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal, assert_never

from bot.core.cited import cited, marks, numbers
from bot.core.cut import continues
from bot.core.flowing import follows, is_text
from bot.core.nouns import Beside, Checked, Shortfall
from bot.slack import words
from bot.slack.render import plain, sign_in
from bot.slack.render.characters import one_line, shortened
from bot.slack.render.kit import Json, ask, buttons, choices, feedback, note, one_run
from bot.slack.render.mrkdwn import escaped, link
from bot.slack.render.parts import Paragraph, Part, Run, ending_with, parts
from bot.slack.render.richtext import blocks, rich_text, section, size
from bot.slack.render.sources import cautioning, listed
from policies.evidence import Answer, Claim, Clarification, Evidence, Notice, Passage, Refusal, Reply
from policies.intents import Offer

MOST_BLOCKS = 38  # of claims; the rest of Slack's fifty is for what stands around them
MOST_CHARACTERS = 11_500  # of claims and sources; see `richtext.size`
MOST_MARKS = 30
_MOST_OF_A_QUESTION = 300

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
    alone: bool = False,
    edited: bool = False,
    shortfall: Shortfall | None = None,
    offer: Offer | None = None,
    checked: Checked | None = None,
    ask_a_person: bool = False,
    beside: Sequence[Beside] = (),
) -> Post:
    """`direct`: only the asker sees it. `asked_in`: the channel beside whose answer this one is given in private; `alone`: where that
    channel gets none. `beside`: what of the message was not read.
    """
    body, spoken = said(reply, evidence, direct=direct)
    opening, closing = (
        tuple(_opening(asked_in, alone=alone, edited=edited)),
        tuple(closing_notes(reply, shortfall, offer, beside)),
    )
    text = "\n".join((*(opened for _, opened in opening), *closing, spoken))  # the end is what may be cut off
    notes = (*map(note, closing), *((_checked(checked),) if checked is not None else ()))
    buttons = _buttons(reply, receipt, ask_a_person=ask_a_person)
    return Post(plain.cut(text), (*(block for block, _ in opening), *body, *notes, *buttons))


def _checked(checked: Checked) -> Json:
    """By their id: Slack shows the name that they have now."""
    before, after = words.CHECKED_EDITED if checked.edited else words.CHECKED
    user: Json = {"type": "user", "user_id": checked.by.user}
    said_ = [{"type": "text", "text": before}, user, {"type": "text", "text": after}]
    return rich_text([{"type": "rich_text_section", "elements": said_}])


def growing(answer: Answer, evidence: Evidence, *, edited: bool) -> tuple[Json, ...]:
    """The blocks with which a reply begins whose first claims these are, whatever else it will say."""
    opening = (block for block, _ in _opening(None, alone=False, edited=edited))
    return (*opening, *_fitting(answer, evidence, direct=True).said)


def closing_notes(
    reply: Reply, shortfall: Shortfall | None, offer: Offer | None, beside: Sequence[Beside] = ()
) -> Iterator[str]:
    """A question back is the asker's to answer, whoever put it."""
    if not isinstance(reply, Notice):
        yield from (words.BESIDE[one] for one in beside)
    if isinstance(reply, Clarification):
        return
    if isinstance(reply, Answer) and reply.put is not None:
        yield words.put(reply.put)
    if isinstance(reply, Answer) and reply.left_out:
        yield words.left_out(reply.left_out)
    if shortfall is not None:
        yield words.SHORTFALLS[shortfall]
    if offer is not None:
        yield words.OFFERS[offer]


def said(reply: Reply, evidence: Evidence, *, direct: bool) -> tuple[tuple[Json, ...], str]:
    match reply:
        case Answer():
            shown = _fitting(reply, evidence, direct=direct)
            return shown.blocks, shown.text
        case Refusal():
            refused = words.refusal(reply, direct=direct)
            return (one_run(refused), *_to_go_to(reply)), refused
        case Clarification():
            return _clarification(reply)
        case Notice():
            noticed = words.notice(reply)
            return (one_run(noticed),), noticed
        case _:
            assert_never(reply)


def _buttons(reply: Reply, receipt: str, *, ask_a_person: bool) -> tuple[Json, ...]:
    match reply:
        case Answer(is_draft=True):
            return feedback(receipt), buttons((words.USE, "use"), (words.WHY, "why"), value=receipt)
        case Answer():
            return feedback(receipt), buttons((words.WHY, "why"), value=receipt)
        case Refusal():
            own = [sign_in.buttons(reply.sign_in_at)] if reply.sign_in_at else []
            return (*own, *([ask(receipt)] if ask_a_person else []), feedback(receipt))
        case Clarification():
            return (choices(reply.options, receipt),) if reply.options else ()
        case Notice():
            return ()
        case _:
            assert_never(reply)


def _to_go_to(refused: Refusal) -> Iterator[Json]:
    """An admin's channel, by its id: Slack shows its name, to those who may see it."""
    if refused.ask_in is not None:
        channel: Json = {"type": "channel", "channel_id": refused.ask_in}
        ask = {"type": "text", "text": f"{words.ASK_IN} "}
        yield rich_text([{"type": "rich_text_section", "elements": [ask, channel]}])


def handed_on(refused: Refusal, receipt: str, *, direct: bool, note: tuple[Json, str]) -> Post:
    """A refusal with what was done about it, in the place of the button."""
    body, spoken = said(refused, Evidence(), direct=direct)
    block, words_ = note
    return Post(plain.cut(f"{words_}\n{spoken}"), (*body, block, feedback(receipt)))


def failure(*, receipt: str, aside: bool = False) -> Post:
    said = words.FAILED_ASIDE if aside else words.FAILED
    shown = section((Run(f"{said} "), Run(receipt, code=True)))
    return Post(f"{said} {receipt}", (rich_text([shown]),))


def chosen(reply: Clarification, option: str) -> Post:
    """What was asked back, with what was chosen in the place of the buttons."""
    body, said = _clarification(reply.model_copy(update={"options": ()}))
    what = words.CHOSEN.format(option=one_line(option))
    return Post(plain.cut(f"{said}\n{escaped(what)}"), (*body, note(what)))


def unchosen(why: Literal["erased", "not_yours", "taken_back"]) -> str:
    return words.UNCHOSEN[why]


def thanks(*, useful: bool) -> str:
    return words.THANKS if useful else words.THANKS_ALL_THE_SAME


def status() -> str:
    """Slack puts the app's name before it."""
    return words.STATUS


def _opening(asked_in: str | None, *, alone: bool, edited: bool) -> Iterator[tuple[Json, str]]:
    if asked_in is not None:
        why = words.ALONE_THERE if alone else words.FOR_YOU_ALONE
        named = _CHANNEL.fullmatch(asked_in) is not None
        channel: Json = {"type": "channel", "channel_id": asked_in} if named else {"type": "text", "text": "a channel"}
        you_asked, full_stop = ({"type": "text", "text": text} for text in ("You asked in ", f". {why}"))
        beside = {"type": "rich_text_section", "elements": [you_asked, channel, full_stop]}
        yield rich_text([beside]), f"You asked in a channel. {why}"
    if edited:
        yield note(words.EDITED), words.EDITED


def _clarification(reply: Clarification) -> tuple[tuple[Json, ...], str]:
    question = reply.question if reply.reason == "composer" else None
    found = parts(shortened(question or "", MOST_CHARACTERS // 4))
    if not plain.said(found, frozenset()):  # nothing, or marks around nothing
        found = parts(words.CLARIFICATIONS[reply.reason])
    offered = (f"• {escaped(one_line(option))}" for option in reply.options)
    said = "\n".join((plain.said(found, frozenset()), *offered))
    return tuple(blocks(found, frozenset(), with_table=True)), said


@dataclass(frozen=True)
class _Shown:
    """As many claims as Slack takes, with the documents that they cite."""

    claims: tuple[tuple[Part, ...], ...]
    documents: tuple[Passage, ...]
    links: frozenset[str]
    is_whole: bool
    notes: tuple[str, ...]
    caveats: tuple[Json, ...]
    caveats_said: tuple[str, ...]

    @property
    def said(self) -> tuple[Json, ...]:
        made: list[Json] = []
        for claim in self.claims:
            made += blocks(claim, self.links, with_table=not any(block["type"] == "table" for block in made))
        return tuple(made)

    @property
    def blocks(self) -> tuple[Json, ...]:
        return (
            *self.said,
            *(() if self.is_whole else (note(words.GOES_ON),)),
            *((note("\n".join(self.notes)),) if self.notes else ()),
            *self.caveats,
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
                *(escaped(said) for said in self.notes),
                *self.caveats_said,
                *(("", "Sources:") if self.documents else ()),
                *listed_,
            )
        )


def _fitting(answer: Answer, evidence: Evidence, *, direct: bool) -> _Shown:
    """Claim after claim while they fit; a first claim that does not is cut, so that there is always an answer."""
    numbered = numbers(answer, evidence)
    around = _around(answer, direct=direct)
    links = frozenset(url for passage in cited(answer, evidence) if (url := link(passage.url)))

    def first(count: int, claims: Sequence[tuple[Part, ...]]) -> _Shown:
        return _Shown(
            tuple(_flowing(answer, claims)),
            cited(Answer(claims=answer.claims[:count]), evidence),
            links,
            is_whole=count == len(answer.claims),
            notes=answer.notes,
            caveats=cautioning(answer, evidence),
            caveats_said=plain.caveats(answer, evidence),
        )

    fitting: _Shown | None = None
    claims: list[tuple[Part, ...]] = []
    for count, claim in enumerate(answer.claims, start=1):
        before, after = around[count - 1]
        claims.append((*before, *_claim(claim.text, _tail(claim, evidence, numbered)), *after))
        tried = first(count, claims)
        if not _fits(tried):
            break
        fitting = tried
    return fitting or _first_alone(answer, first(1, ()), _tail(answer.claims[0], evidence, numbered))


def _first_alone(answer: Answer, empty: _Shown, tail: str) -> _Shown:
    most = MOST_CHARACTERS
    while True:
        shown = replace(empty, claims=(_claim(_cut(answer.claims[0].text, most), tail),), is_whole=False)
        if _fits(shown) or most < len(words.GOES_ON):
            return shown
        most = most * 3 // 4


def _flowing(answer: Answer, claims: Sequence[tuple[Part, ...]]) -> Iterator[tuple[Part, ...]]:
    """Sentences of one paragraph one behind the other."""
    before: tuple[Part, ...] | None = None
    for number, said in enumerate(claims):
        match before, said:
            case (*above, Paragraph(runs)), (Paragraph(more), *below) if follows(answer, number):
                before = (*above, Paragraph((*runs, Run(" "), *more)), *below)
                continue
        if before is not None:
            yield before
        before = said
    if before is not None:
        yield before


_Around = tuple[tuple[Part, ...], tuple[Part, ...]]


def _around(answer: Answer, *, direct: bool) -> Sequence[_Around]:
    """What stands before and after each claim: over a draft, that it is one; where there were several questions, each of them,
    over what answers it or over why nothing does.
    """
    before: list[list[Part]] = [[] for _ in answer.claims]
    after: list[list[Part]] = [[] for _ in answer.claims]
    if answer.is_draft:
        before[0].append(Paragraph((Run(words.draft(is_text=is_text(answer)), bold=True),)))
    at = 0
    for each in answer.sections:
        said = before[at] if at < len(before) else after[-1]
        said.append(Paragraph((Run(shortened(each.question, _MOST_OF_A_QUESTION), bold=True),)))
        if each.refusal is not None:
            said.append(Paragraph((Run(words.refusal(each.refusal, direct=direct)),)))
        at += each.claims
    return [(tuple(one), tuple(other)) for one, other in zip(before, after, strict=True)]


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
