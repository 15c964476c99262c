"""Why was this said, and was it useful? Asked of a message that was posted; shown as far as whoever asks may read it now.

Nothing is believed of a click but who clicked on which message: the receipt that it names must have led to that message.
"""

from collections.abc import Sequence
from typing import Final, Literal

from bot.core.clock import Pause, pause
from bot.core.nouns import Event, Explained, Part, Question, ReceiptId, SlackUser, Stretch, Talk, Wording
from bot.core.ports import History
from bot.core.record import ERASED, newest, part_from
from bot.flows.read import Reading, Sought, confirm
from bot.flows.seen import as_seen
from bot.steps.listen import listened
from policies.evidence import Answer, Evidence
from policies.intents import Route
from policies.people import Audience

_MOST_MESSAGES: Final = 1_000
_PAUSES_S: Final = (0.05, 0.1, 0.2, 0.4, 0.8, 1.6)


def why(
    receipt: ReceiptId,
    clicker: SlackUser,
    *,
    channel: str,
    message: str,
    history: History,
    house: Reading,
    wait: Pause = pause,
    noted: Literal["explained", "draft_opened"] = "explained",
    is_there: bool = True,
) -> Explained | None:
    """None: there is no such answer, or nothing of it that this person may read. Erased evidence is left out: it proves
    nothing, but nobody hides it. A draft is opened for use in the same way, by whoever may read what it was made from.
    `is_there`: the click is in that channel, so that they read it.
    """
    events = _written(receipt, channel, message, history, wait)
    part = _part(events, history, channel, message)
    if part is None or not isinstance(part.reply, Answer):
        return None
    if noted == "draft_opened" and not part.reply.is_draft:
        return None
    evidence = _open_to(clicker, part.evidence, events, channel if is_there else None, house)
    if evidence is None:
        return None
    history.note(
        Event(
            kind=noted,
            receipt=receipt,
            body={"to": str(clicker), "passages": len(evidence.found), "of": len(part.evidence.found)},
        )
    )
    if not evidence.found:
        return None
    readable = {one.passage.document for one in evidence.found}
    reply, seen, _ = as_seen(part.reply, part.evidence, house.rules(None).redaction)
    assert isinstance(reply, Answer), "what is masked is what it was"
    shown = seen.without(frozenset({one.passage.document for one in seen.found} - readable))
    kept = Evidence(found=tuple(one for one in shown.found if one.passage.text != ERASED))
    return Explained(answer=reply, evidence=kept, hidden=evidence != part.evidence)


def rate(
    receipt: ReceiptId,
    clicker: SlackUser,
    *,
    useful: bool,
    channel: str,
    message: str,
    click: str,
    history: History,
    wait: Pause = pause,
) -> bool:
    """Whether it was this receipt's message, and counts: each click does once, however often it arrives."""
    if _place_of(_written(receipt, channel, message, history, wait), channel, message) is None:
        return False
    body = {"by": str(clicker), "useful": useful, "channel": channel, "message": message, "click": click}
    return history.note_once(Event(kind="feedback", receipt=receipt, body=body))


def _written(receipt: ReceiptId, channel: str, message: str, history: History, wait: Pause) -> Sequence[Event]:
    """People see a message a moment before it is written down where it is. Whoever clicks sooner is waited for."""
    events = history.happened(receipt)
    for pause_s in _PAUSES_S:
        is_under_way = newest(events, "closed") is not None and not _is_over(events)
        if not is_under_way or _place_of(events, channel, message) is not None:
            break
        wait(pause_s)
        events = history.happened(receipt)
    return events


def _open_to(
    clicker: SlackUser, evidence: Evidence, events: Sequence[Event], channel: str | None, house: Reading
) -> Evidence | None:
    """What of it they may read now. None: what it takes to know that is erased."""
    asked, closed, retrieved = (newest(events, kind) for kind in ("asked", "closed", "retrieved"))
    if asked is None or closed is None:
        return None
    way = Route.model_validate(closed.body["route"])
    if way.does != "summarise":
        return _readable(evidence, asked, way, clicker, house)
    stretch = _stretch(retrieved)
    return _still_said(evidence, asked, stretch, clicker, channel, house) if stretch is not None else None


def _stretch(retrieved: Event | None) -> Stretch | None:
    said = retrieved.body.get("conversation") if retrieved is not None else None
    return Stretch.model_validate({name: said.get(name) for name in Stretch.model_fields}) if said else None


def _still_said(
    evidence: Evidence, asked: Event, stretch: Stretch, clicker: SlackUser, channel: str | None, house: Reading
) -> Evidence:
    """What stands there now as it did. Whoever clicks in that conversation reads it; of anybody else it is asked of Slack."""
    conversations = house.conversations
    if conversations is None or house.people.asker(_by(clicker, asked)).outsider:
        return Evidence()
    if stretch.channel != channel and not conversations.has(stretch.channel, clicker):
        return Evidence()
    talk = conversations.read(stretch, most=_MOST_MESSAGES) or Talk()
    now = {one.document: one.version for one in listened(talk, stretch.channel).passages}
    return evidence.without(
        frozenset(one.document for one in evidence.passages if now.get(one.document) != one.version)
    )


def _by(clicker: SlackUser, asked: Event) -> Question:
    """As if they had asked it."""
    return Question.model_validate({**asked.body, "receipt": asked.receipt, "asker": clicker.model_dump()})


def _readable(evidence: Evidence, asked: Event, way: Route, clicker: SlackUser, house: Reading) -> Evidence:
    question = _by(clicker, asked)
    person = house.people.asker(question)
    if person.outsider or not person.principals:
        return Evidence()
    rules = house.rules(None).answers
    sought = Sought(Wording(asked=question.text), Audience.only(person), way, rules, house.clock())
    shut = confirm(evidence, sought, house)
    documents = {one.document for one in evidence.passages if one.source in shut.sources} | shut.documents
    return evidence.without(frozenset(documents))


def _part(events: Sequence[Event], history: History, channel: str, message: str) -> Part | None:
    number = _place_of(events, channel, message)
    here = newest(events, "review_closed") or newest(events, "closed")
    closed = newest(events, "closed_aside") if number else here
    if number is None or closed is None:
        return None
    return part_from(closed.body, history.evidence, aside=number > 0)


def _place_of(events: Sequence[Event], channel: str, message: str) -> int | None:
    """Which of the parts this message shows. The end says so; until then, what the place was shown."""
    posted = newest(events, "posted" if _is_over(events) else "shown")
    shown = posted.body["to"] if posted is not None else []
    places = [(one.get("channel"), one.get("message")) for one in shown]
    return places.index((channel, message)) if (channel, message) in places else None


def _is_over(events: Sequence[Event]) -> bool:
    return any(event.kind == "posted" for event in events)
