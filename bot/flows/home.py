"""What does somebody see on our Home? Put together anew each time, from what they may read at that moment: an answer of which
that cannot be confirmed is not there. Who is no full member sees nothing of any source, and who is no admin nothing of an
admin's part.

who is it? → what may they read? → what did they ask? → may they still read what that was answered from? → an admin, still?
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from bot.core.admin import Change, Member, NoMember, Overview, Paused
from bot.core.home import Asked, ForMember, Home, Known, Library, Office, Recent, Shelf, SpentByOne
from bot.core.nouns import Explained, ReceiptId, SlackUser, Wording
from bot.core.ports import History
from bot.core.receipt import Receipt, State, Told, fold
from bot.core.record import ERASED
from bot.flows.policy import Governing
from bot.flows.read import Reading, Sought, confirm
from bot.flows.why import why
from policies.evidence import Answer, Evidence, Found
from policies.intents import Route
from policies.people import Audience, Person, is_known_at
from policies.redaction.view import View

MOST_RECENT: Final = 10
_NOWHERE: Final = Route(intent="home", risk="low")  # nothing is looked for


@dataclass(frozen=True)
class House:
    """`person`: who somebody is at the sources; `link`: to a message, as people open it. `signs_in`: the sources at which people may."""

    reading: Reading
    governing: Governing
    person: Callable[[SlackUser], Person]
    asked: Asked
    library: Library
    link: Callable[[str, str], str | None]
    spent: Callable[[str], SpentByOne]
    paused: Callable[[], Paused | None]
    overview: Overview
    pending: Callable[[], Sequence[Change]]
    health: Callable[[], Mapping[str, bool]]
    signs_in: Callable[[], Collection[str]] = tuple


def home(user: SlackUser, house: House) -> Home:
    member = house.governing.members.member(user)
    if member is None:
        return NoMember()
    person = house.person(user)
    if person.outsider:
        return NoMember()
    return ForMember(
        address=member.email,
        shelves=_shelves(person, house),
        known=_known(person, house),
        recent=tuple(_recent(user, person, house)),
        is_paused=house.paused() is not None,
        spent=house.spent(str(user)),
        admins=house.governing.admins(),
        office=_office(member, house),
    )


def why_of_own(
    receipt: ReceiptId, clicker: SlackUser, *, asked: Asked, history: History, reading: Reading
) -> Explained | None:
    """Of what they asked themselves, wherever they were answered; they may not be in that conversation any more."""
    events = asked.events(receipt)
    one = fold(events, asked.evidence) if events else None
    if one is None or one.asked is None or one.asked.asker != clicker:
        return None
    channel, message = _place(_answered(one))
    return why(receipt, clicker, channel=channel, message=message, history=history, house=reading, is_there=False)


def _shelves(person: Person, house: House) -> tuple[Shelf, ...]:
    """By source, those alone of which they may read anything."""
    reading = house.reading
    readable = reading.access.readable(Audience.only(person), reading.clock())
    return tuple(Shelf(*each) for each in sorted(house.library.documents(readable).items()))


def _known(person: Person, house: House) -> tuple[Known, ...]:
    """At each source that was read: it follows from their own link, and never from what is there."""
    read = sorted(source for source, moment in house.reading.read_at().items() if moment is not None)
    known = {source: is_known_at(person, source) for source in read}
    offered = frozenset[str]() if all(known.values()) or person.email is None else frozenset(house.signs_in())
    listed = frozenset(house.reading.by_address())
    unknown = {source for source in read if not known[source]}
    return tuple(Known(one, known[one], one in unknown & offered, one in unknown & listed) for one in read)


def _recent(user: SlackUser, person: Person, house: House) -> Iterator[Recent]:
    receipts = house.asked.lately(user, MOST_RECENT)
    folded = [fold(events, house.asked.evidence) for receipt in receipts if (events := house.asked.events(receipt))]
    readable = _readable(user, person, folded, house)
    yield from (_shown(one, house) for one in folded if one.id in readable)


def _readable(user: SlackUser, person: Person, folded: Sequence[Receipt], house: House) -> frozenset[ReceiptId]:
    """Those of which all that was cited may still be read; those without an answer cite nothing."""
    documents = {one.id: _cited(_answered(one)) for one in folded if not _is_of_talk(one)}
    shut = _shut({found.passage.document: found for all_ in documents.values() for found in all_}, person, house)
    read = {id_ for id_, cited in documents.items() if shut.isdisjoint(found.passage.document for found in cited)}
    there = _there(user, [one for one in folded if _is_of_talk(one)], house)
    return frozenset(read | there)


def _shut(cited: Mapping[str, Found], person: Person, house: House) -> frozenset[str]:
    """Of these documents, what they may not read now, or what nobody can say that of."""
    if not cited:
        return frozenset()
    numbered = enumerate(cited.values(), start=1)
    evidence = Evidence(found=tuple(_as(handle, found) for handle, found in numbered))
    reading = house.reading
    rules = reading.rules(None).answers
    sought = Sought(Wording(asked=""), Audience.only(person), _NOWHERE, rules, reading.clock())
    unreadable = confirm(evidence, sought, reading)
    return unreadable.documents | {
        document for document, found in cited.items() if found.passage.source in unreadable.sources
    }


def _as(handle: int, found: Found) -> Found:
    passage = found.passage.model_copy(update={"handle": handle})
    return found.model_copy(update={"passage": passage, "disagreements": ()})


def _is_of_talk(one: Receipt) -> bool:
    return _answered(one).last_look.conversation is not None


def _there(user: SlackUser, folded: Sequence[Receipt], house: House) -> frozenset[ReceiptId]:
    """Summaries of conversations in which they are now."""
    conversations = house.reading.conversations
    talked = {one.id: talk.channel for one in folded if (talk := _answered(one).last_look.conversation) is not None}
    if conversations is None:
        return frozenset()
    inside = {channel for channel in set(talked.values()) if conversations.has(channel, user)}
    return frozenset(id_ for id_, channel in talked.items() if channel in inside)


def _answered(one: Receipt) -> Told:
    """What they were answered alone, if they were: it says more than the place was told."""
    return one.aside if isinstance(one.aside.reply, Answer) and one.aside.post is not None else one.here


def _cited(told: Told) -> tuple[Found, ...]:
    if not isinstance(told.reply, Answer):
        return ()
    handles = {citation.passage for claim in told.reply.claims for citation in claim.citations}
    return tuple(found for found in told.evidence.found if found.passage.handle in handles)


def _place(told: Told) -> tuple[str, str]:
    """Empty, where it was not shown."""
    post = told.post
    return (post.channel or "", post.message or "") if post is not None else ("", "")


def _shown(one: Receipt, house: House) -> Recent:
    told, asked = _answered(one), one.asked
    channel, message = _place(told)
    is_kept = asked is not None and not any(found.passage.text == ERASED for found in _cited(told))
    return Recent(
        receipt=one.id,
        at=one.events[0].at,
        text=_masked(asked.text, house) if asked is not None else None,
        outcome=_outcome(one) if is_kept else "erased",
        link=house.link(channel, message) if channel and message else None,
        has_why=is_kept and isinstance(told.reply, Answer) and bool(message),
    )


def _outcome(one: Receipt) -> State:
    return "answered" if _answered(one) is one.aside else one.state


def _masked(text: str, house: House) -> str:
    """As whatever we say in Slack."""
    return View(Evidence(), house.reading.rules(None).redaction, "channel", beside=(text,)).beside[0]


def _office(member: Member, house: House) -> Office | None:
    """Asked last, so that it holds when it is shown."""
    if not house.governing.is_admin(member):
        return None
    office = Office(house.overview.standing(), house.health(), tuple(house.pending()))
    return office if house.governing.is_admin(member) else None
