"""What would have been found, had everybody been allowed to read it? For the demo's page, after the answer and beside it.

Footnote itself never looks beyond an audience, and there is no way to ask it to. This looks through the same door as any
reader, once more, as a reader who holds whatever anybody here holds; it records nothing and no answer depends on it.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final

from bot.core.nouns import Wording
from bot.core.ports import Access, Scope
from bot.core.receipt import Readers, Receipt, Told
from bot.flows.read import Reading, Sought, gather
from policies.access import AccessList, may_read, readable_lists
from policies.evidence import Answer, Evidence, Found
from policies.people import Audience, Email, Noun, Person, Principal, email_address

_MOST: Final = 5


class Withheld(Noun):
    """A document that ranks as high as what was used, or higher. `would_be` is its place, from 1, among the documents found."""

    found: Found
    would_be: int
    who_may_not: tuple[str, ...]


def withheld(receipt: Receipt, told: Told, held_here: frozenset[Principal], house: Reading) -> tuple[Withheld, ...]:
    """Of what was withheld from whoever this was told; empty, too, where it was not looked for at all."""
    readers = told.last_look.audience
    audience = _audience(readers, receipt.declared, house.access) if readers is not None else None
    if audience is None or receipt.asked is None or receipt.route is None:
        return ()
    now = house.clock()
    anybody = Audience.only(Person(actor="anybody here", principals=held_here))
    wording = told.last_look.wording or Wording(asked=receipt.asked.text)
    sought = Sought(wording, anybody, receipt.route, house.rules(receipt.rules).answers, now)
    scope = Scope(lists=house.access.readable(anybody, now))
    everything = gather(sought, scope, replace(house, reranker=None)).evidence  # of whom no model hears
    lists = house.passages.access_of(sorted({one.document for one in everything.passages}))
    return _before(_used(told), everything, audience, lists, now)


def _before(
    used: Collection[str], everything: Evidence, audience: Audience, lists: Mapping[str, AccessList], now: datetime
) -> tuple[Withheld, ...]:
    """What ranks no lower than the best document that was used, or that could have been if none was."""
    open_to_all = readable_lists(audience, lists, now)
    ranked = [
        (place, one) for place, one in enumerate(_best_of_each(everything), start=1) if one.passage.document in lists
    ]
    readable = [one for _, one in ranked if one.passage.document in open_to_all]
    least = max((one.score for one in readable if not used or one.passage.document in used), default=0.0)
    return tuple(
        Withheld(found=one, would_be=place, who_may_not=_who_may_not(audience, lists[one.passage.document], now))
        for place, one in ranked
        if one.passage.document not in open_to_all and one.score >= least
    )[:_MOST]


def _who_may_not(audience: Audience, access: AccessList, now: datetime) -> tuple[str, ...]:
    return tuple(one.name for one in audience.people if not may_read(one, access, now))


def _best_of_each(evidence: Evidence) -> Sequence[Found]:
    best: dict[str, Found] = {}
    for found in evidence.found:
        best.setdefault(found.passage.document, found)
    return [*best.values()]


def _used(told: Told) -> frozenset[str]:
    if not isinstance(told.reply, Answer):
        return frozenset()
    handles = {citation.passage for claim in told.reply.claims for citation in claim.citations}
    return frozenset(one.document for one in told.evidence.passages if one.handle in handles)


def _audience(readers: Readers, declared: Sequence[str], access: Access) -> Audience | None:
    """Those whom the receipt names, with what they hold by now. None: it does not name them all."""
    if readers.people is None or not readers.complete:
        return None
    emails = {name: email for name in readers.people if (email := _email(name)) is not None}
    known = access.people([*emails.values()])
    counted = frozenset(map(Principal, declared))
    people = [_person(name, known[emails[name]] if name in emails else None, counted) for name in readers.people]
    return Audience(people=tuple(people), complete=True)


def _person(name: str, known: Person | None, declared: frozenset[Principal]) -> Person:
    if known is None:
        return Person(actor=name, outsider=True)
    return known if known.principals else known.model_copy(update={"principals": declared})


def _email(name: str) -> Email | None:
    try:
        return email_address(name)
    except ValueError:
        return None
