"""How a question goes to people, when whoever asked it says so, and how they are told of each reply.

    click → theirs? whom to, by rule → confirm → [ledger] → experts' channel, once → the message with the button
    reply → [ledger] → still there? a member's? → told where they asked | to them alone | without its words → save it?

Nothing of what was found goes along: those who are asked may not be allowed to read it.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from bot.core.failpoints import Reach
from bot.core.handing import ExpertReply, Experts, Handing, HandOver, HandOvers, Message, new_hand_over_id
from bot.core.nouns import Event, ReceiptId, SlackPlace, SlackUser
from bot.core.ports import History
from bot.core.record import asked_in, newest, reply_from
from connectors.model import AccessUnknown
from policies import experts as by_rule
from policies.evidence import Refusal, Reply
from policies.experts import (
    MOST_CHARACTERS,
    Unasked,
    channel_for,
    may_follow,
    may_release,
    told_how,
    why_not_asked,
)

Seen = Callable[[str], str]
"""A text as it may be seen in Slack: under the masks of this moment."""


def _unclaimed() -> None:
    """Outside an errand there is no lease that could be lost."""


class House(NamedTuple):
    """`check_lease`: of the errand in hand. What is made when it was taken away is not shown."""

    desk: HandOvers
    people: Experts
    history: History
    seen: Seen
    reach: Reach
    check_lease: Callable[[], None] = _unclaimed


def handing(
    receipt: ReceiptId,
    clicker: SlackUser,
    *,
    history: History,
    desk: HandOvers,
    rules: Callable[[str], by_rule.Experts],
) -> Handing | Unasked | None:
    """None: there is no such question. Nothing is believed of a click but who clicked. `rules`: those in force in a channel."""
    events = history.happened(receipt)
    if any(event.kind in {"asked", "closed"} and not event.body for event in events):
        return "erased"
    asked, reply = asked_in(events, receipt), _reply(events)
    if asked is None or reply is None or not isinstance(asked.place, SlackPlace):
        return None
    current, before = history.newest_wording(receipt), desk.of_receipt(receipt)
    channel = channel_for(asked.text, reply, rules(asked.place.channel))
    why_not = why_not_asked(
        asker=str(asked.asker),
        clicker=str(clicker),
        is_current=current is not None and current.receipt == receipt,
        is_asked=before is not None and before.state != "refused",
        channel=channel,
    )
    if why_not is not None or channel is None:
        return why_not
    return Handing(channel, asked.text, asked.place)


def hand_over(
    receipt: ReceiptId,
    clicker: SlackUser,
    text: str,
    *,
    history: History,
    desk: HandOvers,
    rules: Callable[[str], by_rule.Experts],
) -> HandOver | Unasked | None:
    """Durable when it returns. Everything is decided again: a view may have been open for an hour."""
    found = handing(receipt, clicker, history=history, desk=desk, rules=rules)
    if not isinstance(found, Handing):
        return found
    handed = HandOver(
        id=new_hand_over_id(),
        receipt=receipt,
        asker=clicker,
        place=found.place,
        experts=found.experts,
        text=text[:MOST_CHARACTERS],
    )
    return handed if desk.take(handed) else "asked"


def ask(id_: str, house: House) -> None:
    """Posts what waits, if it still does, and says so to whoever asked. Whoever replied before that was on record is heard
    now.
    """
    handed = house.desk.hand_over(id_)
    if handed is None:
        return
    if handed.state == "refused":
        house.people.show_not_asked(handed, _refusals(handed, house))
        return
    if handed.state == "waiting":
        handed = _posted(handed, house)
    if handed.posted is None:
        return  # the errand that follows from that says so
    _show(handed, house)
    for said in house.people.replies(handed.experts, handed.posted):
        house.desk.hear(handed.experts, handed.posted, said.message, said.author)


def _refusals(handed: HandOver, house: House) -> int:
    return sum(event.kind == "experts_not_asked" for event in house.history.happened(handed.receipt))


def _posted(handed: HandOver, house: House) -> HandOver:
    people = house.people
    experts, place = people.readers(handed.experts), people.readers(handed.place.channel)
    follows = may_follow(experts=experts, place=place)
    link = people.link(handed.place.channel, handed.place.message) if follows else None
    house.reach("hand_over.before_ask")
    house.check_lease()
    name = people.name(handed.asker.user)
    message = people.ask(handed, house.seen(handed.text), name=name, link=link)
    house.reach("hand_over.after_ask")
    house.desk.asked(handed.id, message)
    state = "refused" if message is None else "posted"
    return handed.model_copy(update={"state": state, "posted": message})


def _show(handed: HandOver, house: House) -> None:
    """Under a refusal the button gives way. An answer stays as it is: its button was seen by one person, for a moment."""
    events = house.history.happened(handed.receipt)
    reply, shown = _reply(events), _shown(events)
    if isinstance(reply, Refusal) and shown is not None:
        reads = house.people.reads(handed.asker.user, handed.experts)
        link = house.people.link(handed.experts, handed.posted or "") if reads else None
        house.people.show_asked(handed, reply, shown, link=link)


def relay(id_: str, house: House) -> None:
    """Brings what was said of a reply in line with what it is now: also when it was edited, deleted, saved, or ended."""
    reply = house.desk.reply(id_)
    handed = house.desk.hand_over(reply.hand_over) if reply is not None else None
    if reply is None or handed is None:
        return
    try:
        said = None if reply.is_gone else house.people.said(reply.channel, reply.thread, reply.message)
    except AccessUnknown:  # it may be there all the same
        _withhold(reply, house)
        return
    if said is None or said.author != reply.author:
        _take_back(reply, house)
    elif not said.text:
        _withhold(reply, house)
    elif house.people.reads(reply.author, reply.channel):
        _offer(_told(handed, reply, said, house), house)


def _take_back(reply: ExpertReply, house: House) -> None:
    """Whether Slack told of it or not."""
    if not reply.is_gone:
        house.desk.gone(reply.channel, reply.message, is_deleted=True)
    if reply.told is not None:
        house.people.take_back(reply.told)
    if reply.offered is not None:
        house.people.offer(reply.model_copy(update={"is_gone": True}), None)


def _withhold(reply: ExpertReply, house: House) -> None:
    """Words that were told, and can be read no more where they were said."""
    if reply.told is not None and reply.told.how != "without_words":
        house.people.withhold(reply.told)


def release(id_: str, clicker: SlackUser, *, desk: HandOvers) -> bool:
    """Whether it is theirs to send. Durable when it returns."""
    reply = desk.reply(id_)
    handed = desk.hand_over(reply.hand_over) if reply is not None else None
    if reply is None or handed is None or clicker.team != handed.asker.team:
        return False
    may = may_release(author=reply.author, clicker=clicker.user, is_gone=reply.is_gone)
    if may:
        desk.release(id_)
    return may


def _told(handed: HandOver, reply: ExpertReply, said: Message, house: House) -> ExpertReply:
    people, experts = house.people, house.people.readers(handed.experts)
    how = told_how(
        place=None if handed.place.alone else people.readers(handed.place.channel),
        experts=experts,
        asker=handed.asker.user,
        is_released=reply.is_released,
    )
    may_open = experts is not None and handed.asker.user in experts
    link = people.link(reply.channel, reply.message) if may_open else None
    seen = said._replace(text=house.seen(said.text))
    house.reach("hand_over.before_tell")
    house.check_lease()
    about = handed.model_copy(update={"text": house.seen(handed.text)})
    told = people.tell(about, reply, how, seen, name=people.name(reply.author), link=link)
    house.reach("hand_over.after_tell")
    if told is None:
        return reply
    if told != reply.told:
        house.desk.told(reply.id, told)
    return reply.model_copy(update={"told": told})


def _offer(reply: ExpertReply, house: House) -> None:
    saved = house.desk.saved(reply.id)
    if saved is not None:
        saved = saved.model_copy(update={"question": house.seen(saved.question)})
    house.check_lease()
    message = house.people.offer(reply, saved)
    house.reach("hand_over.after_offer")
    if message != reply.offered:
        house.desk.offered(reply.id, message)


def _reply(events: Sequence[Event]) -> Reply | None:
    closed = newest(events, "closed")
    return reply_from(closed.body["reply"]) if closed is not None else None


def _shown(events: Sequence[Event]) -> Mapping[str, str] | None:
    """Where the place was shown its reply."""
    posted = newest(events, "posted") or newest(events, "shown")
    return posted.body["to"][0] if posted is not None and posted.body["to"] else None
