"""May a text be put where it is to go, by the documents that it was written from? For whoever asked, at this moment; and for everybody
who will read it there: who may write to a place says nothing of who reads it. What lies beyond the scope of a channel is not put
there, nor anywhere else from there.

Nothing is told of which document, or of whom it is not for.
"""

from collections.abc import Callable
from typing import NamedTuple

from bot.core.nouns import PassageId, Question, SlackPlace, SlackUser, Wording
from bot.core.ports import History
from bot.core.proposals import Proposal
from bot.flows.read import Reading, Sought, confirm
from policies.channels import settled_for
from policies.evidence import Evidence, Found, Ranks
from policies.intents import Route
from policies.people import Audience, Person, Principal

Everybody = Callable[[Person, frozenset[Principal]], Audience]


class Drawing(NamedTuple):
    """`everybody`: every full member, and whoever asks, where nobody can tell who reads what is put there."""

    reading: Reading
    everybody: Everybody


def is_open_to(who: SlackUser, proposal: Proposal, history: History, drawing: Drawing | None) -> bool:
    """Whether all of it still stands in its documents, they may read them, and those lie in the scope of where it was asked for.
    Without sources there is nothing to read.
    """
    if not proposal.sources:
        return True
    question = history.newest_wording(proposal.receipt)
    if drawing is None or question is None:
        return False
    person = drawing.reading.people.asker(question.model_copy(update={"asker": who}))
    if person.outsider or not person.principals:
        return False
    return _is_open(Audience.only(person), proposal, question, drawing.reading, proposal.place.channel)


def is_open_there(channel: str | None, proposal: Proposal, history: History, drawing: Drawing | None) -> bool:
    """To everybody who will read it: in that channel, and in its scope; or, where it is none, in the company."""
    if not proposal.sources:
        return True
    question = history.newest_wording(proposal.receipt)
    if drawing is None or question is None:
        return False
    reading = drawing.reading
    asker, declared = reading.people.asker(question), reading.rules(None).audience.full_members.principals
    if channel is None:
        audience = drawing.everybody(asker, declared)
    else:
        there = SlackPlace(team=proposal.place.team, channel=channel, message=proposal.place.message)
        audience = reading.people.readers(question.model_copy(update={"place": there}), asker, declared=declared)
    return audience.complete and _is_open(audience, proposal, question, reading, channel)


def _is_open(audience: Audience, proposal: Proposal, question: Question, reading: Reading, channel: str | None) -> bool:
    """To them, and in the scope that this channel has now. What was changed has other passages."""
    wanted = [PassageId(one) for source in proposal.sources for one in source.passages]
    live = reading.passages.live(wanted)
    if not wanted or any(one not in live for one in wanted):
        return False
    found = tuple(
        Found(
            passage=live[one].passage.model_copy(update={"handle": handle}),
            list_id=live[one].list_id,
            score=0.0,
            ranks=Ranks(),
        )
        for handle, one in enumerate(wanted, start=1)
    )
    way = Route(intent=proposal.intent, risk="low")
    sought = Sought(Wording(asked=question.text), audience, way, reading.rules(None).answers, reading.clock())
    if confirm(Evidence(found=found), sought, reading):
        return False
    scope = settled_for(channel, reading.rules(None).channels).scope if channel is not None else ()
    return not scope or {one.passage.document for one in found} <= reading.passages.documents_in(scope, ())
