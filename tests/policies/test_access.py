"""The truth table of access: layers × grants × validity × who listens. What is not known is not allowed."""

from datetime import datetime, timedelta

import pytest

from policies.access import (
    NOBODY,
    AccessList,
    Grant,
    Layer,
    all_may_read,
    is_current,
    may_read,
    next_expiry,
    readable_lists,
)
from policies.people import Audience, Email, Person, Principal
from tests.fakes.passages import NOON

SECOND = timedelta(seconds=1)
ANA = Person(email=Email("ana@acme.test"), principals=frozenset({Principal("acme/eng"), Principal("acme/anyone")}))
BO = Person(email=Email("bo@acme.test"), principals=frozenset({Principal("acme/hr"), Principal("acme/anyone")}))
CY = Person(email=Email("cy@acme.test"), principals=frozenset({Principal("wiki/eng")}))
STRANGER = Person(email=Email("x@elsewhere.test"))


def layer(*names: str, until: datetime | None = None) -> Layer:
    return Layer(grants=frozenset(Grant(principal=Principal(name), valid_until=until) for name in names))


def layers(*several: Layer) -> AccessList:
    return AccessList(layers=several)


# The list, and who of Ana (eng), Bo (hr), Cy (eng elsewhere) and a stranger may read it at noon.
TABLE = [
    pytest.param(NOBODY, "", id="no layers is nobody"),
    pytest.param(layers(Layer()), "", id="a layer without grants"),
    pytest.param(layers(layer("acme/eng"), Layer()), "", id="a shut layer behind an open one"),
    pytest.param(layers(Layer(), layer("acme/eng")), "", id="a shut layer before an open one"),
    pytest.param(layers(layer("acme/legal")), "", id="a grant to somebody else"),
    pytest.param(layers(layer("acme/eng"), layer("acme/hr")), "", id="two layers and nobody holds both"),
    pytest.param(layers(layer("acme/eng", until=NOON - SECOND)), "", id="a grant that has ended"),
    pytest.param(layers(layer("acme/eng", until=NOON)), "", id="a grant that ends at this very moment"),
    pytest.param(
        layers(layer("acme/anyone"), layer("acme/eng", until=NOON)), "", id="one of two layers has ended for everybody"
    ),
    pytest.param(layers(layer("acme/ENG")), "", id="another spelling is another principal"),
    pytest.param(layers(layer("eng")), "", id="a bare name is nobody's"),
    pytest.param(layers(layer("acme/eng")), "ana", id="one grant"),
    pytest.param(layers(layer("wiki/eng")), "cy", id="the group of another source"),
    pytest.param(layers(layer("acme/eng", until=NOON + SECOND)), "ana", id="a grant that still holds"),
    pytest.param(layers(layer("acme/eng", "acme/hr")), "ana bo", id="two grants in one layer"),
    pytest.param(layers(layer("acme/anyone"), layer("acme/eng")), "ana", id="both layers open for one"),
    pytest.param(layers(layer("acme/eng"), layer("acme/eng")), "ana", id="the same layer twice"),
    pytest.param(
        layers(Layer(grants=layer("acme/eng", until=NOON).grants | layer("acme/hr").grants)),
        "bo",
        id="one of two ended",
    ),
    pytest.param(
        layers(Layer(grants=layer("acme/eng", until=NOON).grants | layer("acme/eng").grants)),
        "ana",
        id="ended once and granted again for ever",
    ),
    pytest.param(layers(layer("acme/anyone")), "ana bo", id="anyone, but only of that source"),
    pytest.param(layers(layer("acme/anyone", "wiki/eng")), "ana bo cy", id="all but the stranger"),
]
PEOPLE = {"ana": ANA, "bo": BO, "cy": CY, "stranger": STRANGER}
AUDIENCES = [
    pytest.param((), id="nobody"),
    pytest.param(("stranger",), id="stranger"),
    pytest.param(("ana",), id="ana"),
    pytest.param(("bo",), id="bo"),
    pytest.param(("ana", "ana"), id="ana twice"),
    pytest.param(("ana", "bo"), id="ana and bo"),
    pytest.param(("ana", "bo", "cy"), id="ana, bo and cy"),
    pytest.param(("ana", "stranger"), id="ana and a stranger"),
]


@pytest.mark.parametrize(("access", "readers"), TABLE)
def test_person_may_read_only_what_every_layer_opens(access: AccessList, readers: str) -> None:
    assert {name for name, person in PEOPLE.items() if may_read(person, access, NOON)} == set(readers.split())


@pytest.mark.parametrize("names", AUDIENCES)
@pytest.mark.parametrize(("access", "readers"), TABLE)
def test_incomplete_audience_reads_nothing(access: AccessList, readers: str, names: tuple[str, ...]) -> None:
    audience = Audience(people=tuple(PEOPLE[name] for name in names), complete=False)
    assert not all_may_read(audience, access, NOON)
    assert readable_lists(audience, {"l": access}, NOON) == frozenset()


@pytest.mark.parametrize("names", AUDIENCES)
@pytest.mark.parametrize(("access", "readers"), TABLE)
def test_audience_reads_what_each_of_its_people_may_read(
    access: AccessList, readers: str, names: tuple[str, ...]
) -> None:
    audience = Audience(people=tuple(PEOPLE[name] for name in names), complete=True)
    expected = bool(names) and set(names) <= set(readers.split())
    assert all_may_read(audience, access, NOON) is expected
    assert (readable_lists(audience, {"l": access}, NOON) == {"l"}) is expected


@pytest.mark.parametrize("complete", [False, True], ids=["incomplete", "complete"])
@pytest.mark.parametrize("names", AUDIENCES)
def test_readable_lists_are_those_that_all_may_read(names: tuple[str, ...], complete: bool) -> None:  # noqa: FBT001
    lists: dict[str, AccessList] = {str(row.id): row.values[0] for row in TABLE}  # type: ignore[misc]
    audience = Audience(people=tuple(PEOPLE[name] for name in names), complete=complete)
    naive = {key for key, access in lists.items() if all_may_read(audience, access, NOON)}
    assert readable_lists(audience, lists, NOON) == naive


def test_one_stranger_takes_everything_from_a_large_audience() -> None:
    access = layers(layer("acme/anyone"))
    crowd = tuple(
        Person(email=Email(f"p{n}@acme.test"), principals=frozenset({Principal("acme/anyone")})) for n in range(300)
    )
    for people in ((*crowd, STRANGER), (STRANGER, *crowd)):
        assert readable_lists(Audience(people=people, complete=True), {"l": access}, NOON) == frozenset()
    assert readable_lists(Audience(people=crowd, complete=True), {"l": access}, NOON) == {"l"}


@pytest.mark.parametrize(
    ("lists", "expiry"),
    [
        pytest.param([], None, id="no lists"),
        pytest.param([layers(layer("acme/eng"))], None, id="for ever"),
        pytest.param([layers(layer("acme/eng", until=NOON - SECOND))], None, id="already ended"),
        pytest.param([layers(layer("acme/eng", until=NOON))], None, id="ends now"),
        pytest.param([layers(layer("acme/eng", until=NOON + SECOND))], NOON + SECOND, id="still to end"),
        pytest.param(
            [
                layers(layer("acme/anyone"), layer("acme/eng", until=NOON + 2 * SECOND)),
                layers(layer("acme/hr", until=NOON + 3 * SECOND), layer("acme/hr", until=NOON - SECOND)),
            ],
            NOON + 2 * SECOND,
            id="the first of several",
        ),
    ],
)
def test_next_expiry_is_the_first_end_still_to_come(lists: list[AccessList], expiry: datetime | None) -> None:
    assert next_expiry(dict(enumerate(lists)), NOON) == expiry


def test_nothing_changes_before_the_next_expiry() -> None:
    lists = {"l": layers(layer("acme/eng", until=NOON + 2 * SECOND))}
    until = next_expiry(lists, NOON)
    assert until is not None
    assert readable_lists(Audience.only(ANA), lists, until - timedelta(microseconds=1)) == {"l"}
    assert readable_lists(Audience.only(ANA), lists, until) == frozenset()


@pytest.mark.parametrize(
    ("read_at", "max_age", "believed"),
    [
        pytest.param(None, timedelta.max, False, id="never read"),
        pytest.param(NOON, timedelta(0), False, id="nought believes nothing, not even what was read just now"),
        pytest.param(NOON - SECOND, timedelta(0), False, id="nought believes nothing"),
        pytest.param(NOON - 2 * SECOND, SECOND, False, id="too old"),
        pytest.param(NOON - SECOND, SECOND, False, id="just too old"),
        pytest.param(NOON + SECOND, timedelta(hours=1), False, id="read in the future: a clock is wrong"),
        pytest.param(NOON - SECOND, 2 * SECOND, True, id="young enough"),
        pytest.param(NOON, SECOND, True, id="read at this moment"),
    ],
)
def test_access_is_believed_only_while_it_is_young(
    read_at: datetime | None,
    max_age: timedelta,
    believed: bool,  # noqa: FBT001
) -> None:
    assert is_current(read_at, NOON, max_age) is believed
