"""Why was this said, and was it useful? Asked of a message that was posted; shown as far as whoever asks may read it now.

Nothing is believed of a click but who clicked on which message: the receipt that it names must have led to that message.
"""

from collections.abc import Sequence

from bot.core.nouns import Event, Explained, Part, Question, ReceiptId, SlackUser, Wording
from bot.core.ports import History
from bot.core.record import ERASED, part_from
from bot.flows.read import Reading, Sought, confirm
from policies.evidence import Answer, Evidence
from policies.intents import Route
from policies.people import Audience


def why(
    receipt: ReceiptId, clicker: SlackUser, *, channel: str, message: str, history: History, house: Reading
) -> Explained | None:
    """None: there is no such answer, or nothing of it that this person may read. Erased evidence is left out: it proves
    nothing, but nobody hides it.
    """
    events = history.happened(receipt)
    part = _part(events, history, channel, message)
    asked, closed = _newest(events, "asked"), _newest(events, "closed")
    if part is None or asked is None or closed is None or not isinstance(part.reply, Answer):
        return None
    evidence = _readable(part.evidence, asked, Route.model_validate(closed.body["route"]), clicker, house)
    history.note(
        Event(
            kind="explained",
            receipt=receipt,
            body={"to": str(clicker), "passages": len(evidence.found), "of": len(part.evidence.found)},
        )
    )
    if not evidence.found:
        return None
    kept = Evidence(found=tuple(one for one in evidence.found if one.passage.text != ERASED))
    return Explained(answer=part.reply, evidence=kept, hidden=evidence != part.evidence)


def rate(receipt: ReceiptId, clicker: SlackUser, *, useful: bool, channel: str, message: str, history: History) -> bool:
    """Whether it was this receipt's message."""
    if _place_of(history.happened(receipt), channel, message) is None:
        return False
    body = {"by": str(clicker), "useful": useful, "channel": channel, "message": message}
    history.note(Event(kind="feedback", receipt=receipt, body=body))
    return True


def _readable(evidence: Evidence, asked: Event, way: Route, clicker: SlackUser, house: Reading) -> Evidence:
    question = Question.model_validate({**asked.body, "receipt": asked.receipt, "asker": clicker.model_dump()})
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
    closed = _newest(events, "closed_aside" if number else "closed")
    if number is None or closed is None:
        return None
    return part_from(closed.body, history.evidence, aside=number > 0)


def _place_of(events: Sequence[Event], channel: str, message: str) -> int | None:
    """Which of the parts this message shows. The end says so; until then, what the place was shown."""
    is_over = any(event.kind == "posted" for event in events)
    posted = _newest(events, "posted" if is_over else "shown")
    shown = posted.body["to"] if posted is not None else []
    places = [(one.get("channel"), one.get("message")) for one in shown]
    return places.index((channel, message)) if (channel, message) in places else None


def _newest(events: Sequence[Event], kind: str) -> Event | None:
    """None, too, if its content was erased."""
    return next((event if event.body else None for event in reversed(events) if event.kind == kind), None)
