"""What the page shows of what was withheld: what ranks as high as what was used, from whom, and nothing of the flows."""

from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from bot.cli.demo.withheld import Withheld, withheld
from bot.core.nouns import Event, ReceiptId
from bot.core.receipt import Receipt, fold
from bot.core.record import evidence_from
from bot.flows.answer import answer
from bot.stores.ledger.book import Recorded
from policies.people import Email, Principal
from tests.fakes.work import FakeWork
from tests.flows.world import ANA, BO, QUESTION, World

PUBLIC, SECRET = "Leave is 25 days.", "How many days of leave are there for directors? There are 60 days of leave."
EVERYBODY = frozenset(map(Principal, ("acme/staff", "acme/hr")))


@pytest.fixture
def world() -> World:
    world = World()
    world.knows(ANA, "acme/staff")
    world.knows(BO, "acme/hr", "acme/staff")
    world.writes("leave.md", PUBLIC, "acme/staff")
    return world


def receipt_of(work: FakeWork) -> Receipt:
    def read_back(named: Sequence[Mapping[str, Any]]) -> Any:
        return evidence_from(named, work.kept.texts)

    events = work.kept.events
    return fold([Recorded(n, "", one.kind, ReceiptId("r_1"), one.body) for n, one in enumerate(events)], read_back)


def shut(
    world: World, asker: Email = ANA, *, beside: Sequence[Email] = (), aside: bool = False
) -> tuple[Withheld, ...]:
    world.people.beside = [world.access.person(email) for email in beside]
    work = world.asks(QUESTION, asker)
    body = work.question.model_dump(mode="json", exclude={"receipt"})
    work.kept.events.append(Event(kind="asked", receipt=ReceiptId("r_1"), body=body))
    house = world.answering()
    answer(work, house, world.poster)
    before = [*work.kept.events]
    receipt = receipt_of(work)
    found = withheld(receipt, receipt.aside if aside else receipt.here, EVERYBODY, house.reading)
    assert work.kept.events == before
    return found


def test_what_somebody_may_not_read_and_ranks_first_is_withheld_from_them(world: World) -> None:
    secret = world.writes("secret.md", SECRET, "acme/hr")
    (one,) = shut(world)
    assert (one.found.passage.document, one.would_be, one.who_may_not) == (secret, 1, (ANA,))


def test_from_whoever_may_read_it_nothing_is_withheld(world: World) -> None:
    world.writes("secret.md", SECRET, "acme/hr")
    assert shut(world, BO) == ()


def test_in_a_channel_it_is_withheld_because_of_those_who_may_not_read_it(world: World) -> None:
    world.writes("secret.md", SECRET, "acme/hr")
    (one,) = shut(world, BO, beside=[ANA])
    assert one.who_may_not == (ANA,)
    assert shut(world, BO, beside=[ANA], aside=True) == ()


def test_what_ranks_below_what_was_used_is_not_made_much_of(world: World) -> None:
    world.writes("other.md", "The canteen is open on Mondays.", "acme/hr")
    assert shut(world) == ()


def test_what_nobody_may_read_is_nobodys_here_too(world: World) -> None:
    world.writes("secret.md", SECRET, "acme/nobody-here")
    assert shut(world) == ()


def test_where_no_one_knows_who_read_along_nothing_is_looked_up(world: World) -> None:
    world.writes("secret.md", SECRET, "acme/hr")
    work = world.asks(QUESTION, ANA)
    house = world.answering()
    answer(work, house, world.poster)
    for erased in ("retrieved", "asked", "closed"):
        kept = [one if one.kind != erased else one.model_copy(update={"body": {}}) for one in work.kept.events]
        assert (
            withheld(receipt_of(again(work, kept)), receipt_of(again(work, kept)).here, EVERYBODY, house.reading) == ()
        )


def again(work: FakeWork, events: list[Event]) -> FakeWork:
    made = work.again()
    made.kept = type(work.kept)(events, work.kept.texts)
    return made
