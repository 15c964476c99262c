"""What was meant? The asker clicked on an option of what they were asked back with: the question is asked anew, with that.

Nothing is believed of a click but who clicked on which message. The option is the one that the receipt has under this
number, and a message has one that was chosen, however often it is clicked on.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Final, Literal, NamedTuple

from bot.core.nouns import Chosen, Event, Incoming, Question, ReceiptId, SlackPlace, SlackUser
from bot.core.ports import History
from bot.core.record import asked_in, newest, reply_from
from policies.evidence import Clarification, Evidence
from policies.redaction.kinds import Redaction
from policies.redaction.view import View

Unchosen = Literal["early", "erased", "not_yours", "taken_back"]
"""Why nothing was chosen. `early`: a message is seen in Slack a moment before it is on record where it went."""


_NEEDED: Final = frozenset({"asked", "closed", "posted"})


class _Offer(NamedTuple):
    asked: Question
    reply: Clarification


def choose(
    receipt: ReceiptId,
    number: int,
    clicker: SlackUser,
    *,
    channel: str,
    message: str,
    history: History,
    rules: Redaction,
    take: Callable[[Incoming], bool],
    anew: ReceiptId,
    now: datetime,
) -> tuple[Clarification, Chosen] | Unchosen | None:
    """None: there is no such option on this message. `anew` is the receipt of the question that `take` takes in."""
    offer = _offer(receipt, history.happened(receipt), channel, message)
    if not isinstance(offer, _Offer):
        return offer
    if offer.asked.asker != clicker:
        return "not_yours"
    if number >= len(offer.reply.options):
        return None
    if _is_current(history.newest_wording(receipt), receipt):
        take(_anew(offer.asked, Chosen(receipt=receipt, option=offer.reply.options[number]), message, anew, now))
    current = history.newest_wording(receipt)
    if current is None or current.chosen is None or current.chosen.receipt != receipt:
        return "taken_back"
    return _as_seen(offer.reply, current.chosen, rules)


def _as_seen(reply: Clarification, chosen: Chosen, rules: Redaction) -> tuple[Clarification, Chosen]:
    view = View(Evidence(), rules, "channel", beside=(reply.question or "", *reply.options))
    question = None if reply.question is None else view.text(reply.question)
    seen = reply.model_copy(update={"question": question, "options": tuple(map(view.text, reply.options))})
    return seen, chosen.model_copy(update={"option": view.text(chosen.option)})


def _offer(receipt: ReceiptId, events: Sequence[Event], channel: str, message: str) -> _Offer | Unchosen | None:
    if any(event.kind in _NEEDED and not event.body for event in events):
        return "erased"
    asked, reply = asked_in(events, receipt), _asked_back(events)
    if asked is None or reply is None or not isinstance(asked.place, SlackPlace):
        return None
    where = _shown(events)
    if where is None:
        return "early"
    return _Offer(asked, reply) if (channel, message) in where else None


def _is_current(newest: Question | None, receipt: ReceiptId) -> bool:
    return newest is not None and newest.receipt == receipt


def _anew(asked: Question, chosen: Chosen, message: str, anew: ReceiptId, now: datetime) -> Incoming:
    """In the asker's name, in the same thread. It is another wording of the same message, as of the one with the options:
    whoever takes the question back takes this back too.
    """
    assert isinstance(asked.place, SlackPlace)
    place = asked.place.model_copy(update={"edited": message})
    text = f"{asked.text} ({chosen.option})"
    changed = {"receipt": anew, "text": text, "place": place, "asked_at": now, "chosen": chosen}
    return Incoming.at(place, asked.model_copy(update=changed))


def _shown(events: Sequence[Event]) -> list[tuple[str | None, str | None]] | None:
    posted = newest(events, "posted") or newest(events, "shown")
    return [(one.get("channel"), one.get("message")) for one in posted.body["to"]] if posted is not None else None


def _asked_back(events: Sequence[Event]) -> Clarification | None:
    closed = newest(events, "closed")
    reply = reply_from(closed.body["reply"]) if closed is not None else None
    return reply if isinstance(reply, Clarification) else None
