"""Who holds what according to people.yaml; a file with a mistake says nothing at all."""

import pytest

from connectors.folder import people
from connectors.folder.plain_yaml import Malformed


def held(text: str, address: str) -> set[str]:
    members = {str(email): principals for email, principals in people.parse("acme", text).members.items()}
    return {str(principal).removeprefix("acme/") for principal in members[address]}


REFUSED = {
    "empty file": ("", 1, "must be a mapping"),
    "a list": ("- a", 1, "must be a mapping"),
    "no people": ("groups: {}", 1, "`people` is missing"),
    "people without value": ("people:\n", 1, "`people` must be a mapping"),
    "people as list": ("people: [ana@acme.test]", 1, "`people` must be a mapping"),
    "groups as list": ("people: {}\ngroups: [group:a]", 2, "`groups` must be a mapping"),
    "unknown key": ("people: {}\nadmins: []", 2, "unknown key 'admins'"),
    "no address": ("people:\n  ana: []", 2, "not an e-mail"),
    "address in brackets": ("people:\n  '<ana@acme.test>': []", 2, "not an e-mail"),
    "Kelvin sign would become k": ("people:\n  \u212aim@acme.test: []", 2, "not an e-mail"),
    "address too long": (f"people:\n  {'x' * 250}@acme.test: []", 2, "not an e-mail"),
    "group name too long": (f"people:\n  a@b.test: ['group:{'x' * 201}']", 2, "not a group"),
    "person twice": ("people:\n  a@b.test: []\n  a@b.test: [group:x]", 3, "stands here twice"),
    "person twice in capitals": ("people:\n  a@b.test: []\n  A@b.test: [group:x]", 3, "stands here twice"),
    "groups missing": ("people:\n  a@b.test:\n", 2, "must be a list of groups"),
    "one group alone": ("people:\n  a@b.test: group:x", 2, "must be a list of groups"),
    "group without kind": ("people:\n  a@b.test: [eng]", 2, "not a group"),
    "anyone is no group": ("people:\n  a@b.test: [anyone]", 2, "not a group"),
    "somebody else": ("people:\n  a@b.test: ['user:bo@b.test']", 2, "not a group"),
    "group name malformed": ("people: {}\ngroups:\n  eng: []", 3, "not a group"),
    "group twice": ("people: {}\ngroups:\n  group:x: []\n  group:x: []", 4, "stands here twice"),
    "group twice by accents": ("people: {}\ngroups:\n  group:\u00e9: []\n  group:e\u0301: []", 4, "stands here twice"),
    "group in anyone": ("people: {}\ngroups:\n  group:x: [anyone]", 3, "not a group"),
    "section twice": ("people: {}\ngroups: {}\npeople: {a@b.test: [group:x]}", 3, "stands here twice"),
    "alias": ("people: &x {}\ngroups: *x", 1, "aliases"),
}


@pytest.mark.parametrize(("text", "line", "reason"), REFUSED.values(), ids=REFUSED.keys())
def test_people_with_a_mistake_are_refused_with_the_line(text: str, line: int, reason: str) -> None:
    with pytest.raises(Malformed, match=reason) as refused:
        people.parse("acme", text)
    assert refused.value.line == line


def test_listed_person_holds_own_address_anyone_and_nothing_else() -> None:
    assert held("people: {Ana@Acme.test: []}", "ana@acme.test") == {"user:ana@acme.test", "anyone"}


def test_groups_are_closed_however_deep() -> None:
    text = (
        "people: {a@b.test: [group:x]}\ngroups: {group:x: [group:y], group:y: [group:z, group:w], group:v: [group:u]}"
    )
    assert held(text, "a@b.test") == {"user:a@b.test", "anyone", "group:x", "group:y", "group:z", "group:w"}


def test_groups_in_a_ring_end() -> None:
    text = "people: {a@b.test: [group:x]}\ngroups: {group:x: [group:y], group:y: [group:x]}"
    assert held(text, "a@b.test") == {"user:a@b.test", "anyone", "group:x", "group:y"}


def test_members_of_a_containing_group_are_not_in_the_contained_one() -> None:
    text = "people: {a@b.test: [group:all]}\ngroups: {group:eng: [group:all]}"
    assert "group:eng" not in held(text, "a@b.test")


def test_group_that_nobody_defined_is_fine() -> None:
    assert "group:x" in held("people: {a@b.test: [group:x, group:x]}", "a@b.test")


def test_unlisted_people_are_unknown() -> None:
    found = people.parse("acme", "people: {}")
    assert found.members == {}
    assert not found.open


def test_digest_moves_with_what_is_held_and_not_with_how_it_is_written() -> None:
    one = people.parse("acme", "people: {a@b.test: [group:x, group:y]}")
    same = people.parse("acme", "# hello\ngroups: {group:x: [group:y]}\npeople:\n  A@b.test: [group:x]\n")
    other = people.parse("acme", "people: {a@b.test: [group:x]}")
    assert one == same
    assert one.digest != other.digest
    assert people.groups({}).digest != people.groups({}, is_open=True).digest
