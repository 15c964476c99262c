"""How a text that is to be written becomes something that is to be done with it: a proposal of its own, which whoever asked is
shown. Never is anything done here.

    route → where it goes, by their words → … the draft, as any other → the gate → [ledger: draft and proposal] → proposed → posted

The draft is replied with in any case; the card is for whoever asked alone. Who may read what it goes to is looked at when the
card is shown, and again before it is done: see `flows.drawn`.
"""

from typing import Final, NamedTuple

from bot.core.cited import address, cited
from bot.core.nouns import Part, SlackPlace, SlackUser
from bot.core.proposals import Acting, Proposal, Source
from bot.flows.act import enabled_tools, known_tools, made, set_up, why_not
from bot.flows.reply import Attempt
from bot.flows.requests import Sorted
from bot.steps.propose import MOST_CHARACTERS, Placed, placed, with_body
from policies.evidence import Answer, Evidence, Passage, Put
from policies.people import Person

_MOST_OF_A_TITLE: Final = 200  # that a card shows


class Drafted(NamedTuple):
    """The reply as it says what becomes of it, and what is proposed, if anything is."""

    part: Part
    proposal: Proposal | None


def placed_by(attempt: Attempt, asker: Person, found: Sorted) -> Placed | None:
    """By the words of the message alone. What a person has to check first is put nowhere: it may never be shown."""
    acting, question = attempt.house.acting, attempt.work.question
    if acting is None or acting.plain is None or asker.outsider or len(question.text) > MOST_CHARACTERS:
        return None
    if not isinstance(question.place, SlackPlace) or not isinstance(question.asker, SlackUser):
        return None  # nowhere else there is anything to click on
    if found.route.does != "draft" or found.route.review or found.requests:
        return None
    enabled = enabled_tools(acting, attempt.rules)
    meant = {name: rule for name, rule in enabled.items() if found.route.intent in rule.intents}
    known = known_tools(acting, attempt.rules)
    tried = (
        placed(question.text, {name: (acting.tools[name], rule) for name, rule in each.items()}, others=known)
        for each in set_up(acting, meant)
    )
    return next((one for one in tried if one is not None), None)


def drafted(attempt: Attempt, asker: Person, found: Sorted, where: Placed, part: Part) -> Drafted:
    """Nothing to write from: nothing to put anywhere."""
    if not isinstance(part.reply, Answer) or not part.reply.is_draft:
        return Drafted(part, None)
    acting = attempt.house.acting
    assert acting is not None, "it goes somewhere"
    proposal, because = _proposal(attempt, acting, asker, found, where, part.reply, part.evidence)
    reply = part.reply.model_copy(update={"put": Put(because=because, is_part=because is not None and where.is_part)})
    return Drafted(part.model_copy(update={"reply": reply}), proposal if because is None else None)


def _proposal(
    attempt: Attempt,
    acting: Acting,
    asker: Person,
    found: Sorted,
    where: Placed,
    answer: Answer,
    evidence: Evidence,
) -> tuple[Proposal, str | None]:
    """And why it is not made, by the gate, or by its length."""
    question, tool = attempt.work.question, acting.tools[where.tool]
    assert isinstance(question.place, SlackPlace), "a card is shown in Slack"
    assert isinstance(question.asker, SlackUser), "whoever asks there has an account"
    assert acting.plain is not None, "it was asked for"
    first = next(citation for claim in answer.claims for citation in claim.citations)
    text = acting.plain(answer)
    filled = with_body(where, tool, text, first)
    proposal = made(
        filled,
        tool,
        enabled_tools(acting, attempt.rules)[where.tool],
        receipt=question.receipt,
        actor=question.asker,
        place=question.place,
        intent=found.route.intent,
        now=attempt.now,
        is_part=where.is_part,
    )
    proposal = proposal.model_copy(update={"sources": sources_of(answer, evidence)})
    if where.body in filled.missing:
        return proposal, "too_long"
    return proposal, why_not(proposal, tool, asker, acting, attempt.rules, attempt.now)


def sources_of(answer: Answer, evidence: Evidence) -> tuple[Source, ...]:
    """Each document once, with all of its passages that are quoted: what is left to say who may read the text, and whether it is still
    so.
    """
    quoted = {citation.passage for claim in answer.claims for citation in claim.citations}
    found = [one for one in evidence.found if one.passage.handle in quoted]

    def passages(document: str) -> tuple[str, ...]:
        pieces = (
            piece for one in found if one.passage.document == document for piece in one.pieces or (one.passage.id,)
        )
        return tuple(dict.fromkeys(pieces))

    return tuple(_source(passage, passages(passage.document)) for passage in cited(answer, evidence))


def _source(passage: Passage, passages: tuple[str, ...]) -> Source:
    title = " ".join(passage.title.split())
    if len(title) > _MOST_OF_A_TITLE:
        title = f"{title[: _MOST_OF_A_TITLE - 1]}…"
    return Source(
        document=passage.document,
        source=passage.source,
        title=title or "Untitled",
        url=address(passage) or "",
        passages=passages,
    )
