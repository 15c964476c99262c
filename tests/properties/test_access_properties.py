"""Access only ever narrows: more listeners, more layers, fewer grants and passing time never show anybody more."""

from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from policies.access import AccessList, Grant, Layer, all_may_read, may_read, next_expiry, readable_lists
from policies.people import Audience, Email, Person, Principal
from tests.fakes.passages import NOON

SECOND = timedelta(seconds=1)

principals = st.sampled_from([Principal(f"acme/{name}") for name in "abcd"] + [Principal("wiki/a")])
ends = st.none() | st.integers(-2, 2).map(lambda seconds: NOON + seconds * SECOND)
grants = st.builds(Grant, principal=principals, valid_until=ends)
layers = st.builds(Layer, grants=st.frozensets(grants, max_size=4))
access_lists = st.builds(AccessList, layers=st.lists(layers, max_size=3).map(tuple))
people = st.builds(
    Person,
    email=st.sampled_from([Email(f"{name}@acme.test") for name in "vwxyz"]),
    principals=st.frozensets(principals, max_size=5),
)
crowds = st.lists(people, max_size=6).map(tuple)
audiences = st.builds(Audience, people=crowds, complete=st.booleans())
several = st.dictionaries(st.integers(0, 9), access_lists, max_size=8)
moments = st.integers(-3, 3).map(lambda seconds: NOON + seconds * SECOND)


def readers_of(access: AccessList, now: datetime, everyone: tuple[Person, ...]) -> set[Person]:
    return {person for person in everyone if may_read(person, access, now)}


@given(audience=audiences, joining=people, at=st.integers(0, 6), lists=several, now=moments)
def test_wider_audience_never_reads_more(
    audience: Audience, joining: Person, at: int, lists: dict[int, AccessList], now: datetime
) -> None:
    if not audience.people:  # nobody reads nothing; somebody may read something
        assert readable_lists(audience, lists, now) == frozenset()
        return
    wider = audience.model_copy(update={"people": (*audience.people[:at], joining, *audience.people[at:])})
    assert readable_lists(wider, lists, now) <= readable_lists(audience, lists, now)


@given(audience=audiences, lists=several, now=moments)
def test_not_knowing_everybody_never_reads_more(
    audience: Audience, lists: dict[int, AccessList], now: datetime
) -> None:
    incomplete = audience.model_copy(update={"complete": False})
    assert readable_lists(incomplete, lists, now) == frozenset()


@given(access=access_lists, added=layers, at=st.integers(0, 3), everyone=crowds, now=moments)
def test_another_layer_never_widens(
    access: AccessList, added: Layer, at: int, everyone: tuple[Person, ...], now: datetime
) -> None:
    if not access.layers:  # no layers is no knowledge, and a first layer is the first knowledge
        assert readers_of(access, now, everyone) == set()
        return
    narrower = AccessList(layers=(*access.layers[:at], added, *access.layers[at:]))
    assert readers_of(narrower, now, everyone) <= readers_of(access, now, everyone)


@given(access=access_lists, everyone=crowds, now=moments, data=st.data())
def test_removed_grant_never_widens(
    access: AccessList, everyone: tuple[Person, ...], now: datetime, data: st.DataObject
) -> None:
    pairs = [(at, grant) for at, layer in enumerate(access.layers) for grant in sorted(layer.grants, key=str)]
    if not pairs:
        return
    at, removed = data.draw(st.sampled_from(pairs))
    kept = Layer(grants=access.layers[at].grants - {removed})
    narrower = AccessList(layers=(*access.layers[:at], kept, *access.layers[at + 1 :]))
    assert readers_of(narrower, now, everyone) <= readers_of(access, now, everyone)


@given(access=access_lists, person=people, now=moments, data=st.data())
def test_person_who_loses_a_principal_never_reads_more(
    access: AccessList, person: Person, now: datetime, data: st.DataObject
) -> None:
    kept = data.draw(st.frozensets(st.sampled_from(sorted(person.principals)))) if person.principals else frozenset()
    poorer = person.model_copy(update={"principals": kept})
    assert may_read(person, access, now) or not may_read(poorer, access, now)


@given(audience=audiences, lists=several, now=moments)
def test_readable_lists_equal_one_look_at_each_person_and_list(
    audience: Audience, lists: dict[int, AccessList], now: datetime
) -> None:
    def opens(layer: Layer, person: Person) -> bool:
        held = (grant for grant in layer.grants if grant.principal in person.principals)
        return any(grant.valid_until is None or grant.valid_until > now for grant in held)

    naive = {
        key
        for key, access in lists.items()
        if audience.complete and audience.people and access.layers
        if all(opens(layer, person) for layer in access.layers for person in audience.people)
    }
    assert readable_lists(audience, lists, now) == naive
    assert {key for key, access in lists.items() if all_may_read(audience, access, now)} == naive


@given(audience=audiences, lists=several, now=moments)
def test_expired_grant_equals_no_grant(audience: Audience, lists: dict[int, AccessList], now: datetime) -> None:
    without = {
        key: AccessList(
            layers=tuple(
                Layer(grants=frozenset(g for g in layer.grants if g.valid_until is None or now < g.valid_until))
                for layer in access.layers
            )
        )
        for key, access in lists.items()
    }
    assert readable_lists(audience, lists, now) == readable_lists(audience, without, now)


@given(audience=audiences, lists=several, now=moments, later=st.integers(0, 5))
def test_nothing_changes_until_the_next_expiry_and_time_never_widens(
    audience: Audience, lists: dict[int, AccessList], now: datetime, later: int
) -> None:
    then = now + later * SECOND
    expiry = next_expiry(lists, now)
    readable, readable_then = readable_lists(audience, lists, now), readable_lists(audience, lists, then)
    assert readable_then <= readable
    if expiry is None or then < expiry:
        assert readable_then == readable
