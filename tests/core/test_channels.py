"""What is typed after `/footnote channel`, and how much may be used in a channel."""

import pytest

from bot.core.channels import (
    ChannelClear,
    ChannelEdit,
    ChannelMode,
    ChannelScope,
    ChannelShow,
    ChannelWish,
    Preview,
    preview,
)
from bot.core.commands import Misread, parse
from bot.core.nouns import ListId
from bot.core.ports import Shelf
from policies.channels import ChannelRules
from policies.people import Audience, Person, Principal

ALL, BOARD = ListId("wiki:all"), ListId("wiki:board")
SHELVES = {
    Shelf("wiki/HR", ALL): 5,
    Shelf("wiki/HR/pay", BOARD): 3,
    Shelf("wiki/EN", ALL): 7,
    Shelf("handbook", ALL): 2,
}
ANA = Person(actor="ana", principals=frozenset({Principal("wiki/group:all")}))
READERS = Audience(people=(ANA, Person(actor="new"), Person(actor="guest", outsider=True)), complete=True)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("channel", ChannelShow()),
        (" CHANNEL ", ChannelShow()),
        ("channel clear", ChannelClear()),
        ("channel scope", ChannelEdit()),
        ("channel mode", ChannelEdit()),
        ("channel Profile", ChannelEdit()),
        ("channel scope everything", ChannelScope(())),
        ("channel scope packaged", ChannelScope(())),
        ("channel scope handbook wiki/HR", ChannelScope(("handbook", "wiki/HR"))),
        ('channel scope "wiki/People team" drive', ChannelScope(("wiki/People team", "drive"))),
        ("channel scope wiki/“People team”", ChannelScope(("wiki/People team",))),
        ("channel mode mention", ChannelMode("mention")),
        ("channel mode follow-ups", ChannelMode("follow_ups")),
        ("channel mode follow_ups", ChannelMode("follow_ups")),
        ("channel mode PRIVATE", ChannelMode("private")),
        ("channel mode packaged", ChannelMode(None)),
        ("channel profile tone short and plain", ChannelWish("tone", "short and plain")),
        ("channel profile Persona a librarian", ChannelWish("persona", "a librarian")),
        ("channel profile output packaged", ChannelWish("output", None)),
        ("channel profile experts <#C0EXPERTS|people>", ChannelWish("experts", "C0EXPERTS")),
        ("channel profile experts C0EXPERTS", ChannelWish("experts", "C0EXPERTS")),
        ("channel mode loud", Misread("channel")),
        ("channel clear now", Misread("channel")),
        ("channel profile tone", Misread("channel")),
        ("channel profile volume loud", Misread("channel")),
        ("channel delete", Misread("channel")),
    ],
)
def test_what_is_typed_means_that(text: str, meant: object) -> None:
    parsed = parse(text)
    assert (type(parsed), parsed) == (type(meant), meant)


@pytest.mark.parametrize(
    ("scope", "readable", "beyond", "shut", "usable"),
    [
        pytest.param((), {ALL, BOARD}, 0, 0, 17, id="everything, for everybody"),
        pytest.param((), {ALL}, 0, 3, 14, id="some of it is shut to somebody"),
        pytest.param(("wiki/HR",), {ALL}, 9, 3, 5, id="in a scope"),
        pytest.param(("wiki/HR/pay",), {ALL}, 14, 3, 0, id="a scope that is shut"),
        pytest.param(("handbook", "wiki/EN"), {ALL}, 8, 0, 9, id="two places"),
        pytest.param((), set(), 0, 17, 0, id="nothing at all"),
    ],
)
def test_each_page_is_counted_once_for_the_first_reason_against_it(
    scope: tuple[str, ...], readable: set[ListId], beyond: int, shut: int, usable: int
) -> None:
    seen = preview(ChannelRules.model_construct(scope=scope), SHELVES, readable, READERS)
    assert (seen.documents, seen.beyond, seen.shut, seen.usable) == (17, beyond, shut, usable)
    assert (seen.people, seen.guests, seen.unknown) == (3, 1, 1)


def test_who_is_answered_alone_is_counted_for_nobody() -> None:
    seen = preview(ChannelRules(scope=("wiki",), mode="private"), SHELVES, frozenset(), None)
    assert seen == Preview(17, beyond=2, shut=None, people=None, guests=0, unknown=0, nothing_in=())
    assert seen.usable == 15


def test_where_nobody_knows_who_reads_nothing_is_used() -> None:
    seen = preview(ChannelRules(), SHELVES, frozenset(), Audience(people=(ANA,), complete=False))
    assert (seen.people, seen.shut, seen.usable) == (None, 17, 0)


def test_what_lacks_the_label_is_beyond_the_scope_and_a_label_that_nothing_has_is_named() -> None:
    shelves = {Shelf("wiki/HR", ALL, ("policy",)): 2, Shelf("wiki/HR", ALL): 3, Shelf("wiki/EN", ALL, ("policy",)): 4}
    seen = preview(ChannelRules(scope=("wiki/HR#policy", "wiki/EN#pollicy")), shelves, {ALL}, READERS)
    assert (seen.documents, seen.beyond, seen.usable, seen.nothing_in) == (9, 7, 2, ("wiki/EN#pollicy",))


def test_places_in_which_there_is_nothing_are_named() -> None:
    scope = ("wiki", "wiki/H", "wkii", "handbook/x")
    assert preview(ChannelRules(scope=scope), SHELVES, {ALL}, READERS).nothing_in == ("wiki/H", "wkii", "handbook/x")
