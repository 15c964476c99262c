"""Who may read a file, as its permissions say: the whole table."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from connectors.drive import access
from connectors.drive.access import Sharing
from connectors.drive.wire import Permission
from policies.access import AccessList, Layer, may_read
from policies.people import Email, Person, principal

NOW = datetime(2026, 6, 1, tzinfo=UTC)
SOURCE = "drive"
NOBODY: frozenset[str] = frozenset()
ANA, ENG, ALL, ANY = "user:ana@acme.test", "group:eng@acme.test", "domain:acme.test", "anyone"


def layer(*permissions: dict[str, Any], links: bool = False, domains: tuple[str, ...] = ("acme.test",)) -> Layer:
    found = [Permission.model_validate({"role": "reader", **one}) for one in permissions]
    return access.layer(SOURCE, found, Sharing(domains, links))


def opened(found: Layer) -> frozenset[str]:
    return frozenset(grant.principal.partition("/")[2] for grant in found.grants)


def to(kind: str, **more: Any) -> dict[str, Any]:
    known: dict[str, dict[str, Any]] = {
        "user": {"emailAddress": "ana@acme.test"},
        "group": {"emailAddress": "eng@acme.test"},
        "domain": {"domain": "acme.test", "allowFileDiscovery": True},
        "anyone": {"allowFileDiscovery": True},
    }
    return {"type": kind, **known.get(kind, {}), **more}


@pytest.mark.parametrize(
    ("permission", "expected"),
    [
        pytest.param(to("user"), {ANA}, id="a user"),
        pytest.param(to("user", emailAddress="Ana@ACME.test"), {ANA}, id="a user in capitals"),
        pytest.param(to("group"), {ENG}, id="a group"),
        pytest.param(to("domain"), {ALL}, id="a domain that finds it"),
        pytest.param(to("domain", domain="ACME.test"), {ALL}, id="a domain in capitals"),
        pytest.param(to("anyone"), {ANY}, id="anyone who finds it"),
        *(
            pytest.param(to("user", role=role), {ANA}, id=role)
            for role in ("owner", "organizer", "fileOrganizer", "writer", "commenter", "reader")
        ),
        pytest.param(to("user", role="publishedReader"), NOBODY, id="a role of a view"),
        pytest.param(to("user", role="Reader"), NOBODY, id="a role nobody knows"),
        pytest.param(to("robot", emailAddress="ana@acme.test"), NOBODY, id="a type nobody knows"),
        pytest.param(to("User", emailAddress="ana@acme.test"), NOBODY, id="a type in capitals"),
        pytest.param(to("user", deleted=True), NOBODY, id="deleted"),
        pytest.param(to("group", deleted=True), NOBODY, id="a deleted group"),
        pytest.param(to("user", pendingOwner=True, role="writer"), NOBODY, id="who is to own it"),
        pytest.param(to("user", view="metadata"), NOBODY, id="sees the folder alone"),
        pytest.param(to("user", view="published"), NOBODY, id="sees what is published"),
        pytest.param(to("user", view=""), NOBODY, id="a view without a name"),
        pytest.param(to("user", emailAddress=None), NOBODY, id="a user without an address"),
        pytest.param(to("user", emailAddress=""), NOBODY, id="a user with an empty address"),
        pytest.param(to("user", emailAddress="ana@acme.test\u212a"), NOBODY, id="an address that is none"),
        pytest.param(to("group", emailAddress=None), NOBODY, id="a group without an address"),
        pytest.param(to("domain", domain=None), NOBODY, id="a domain without a name"),
        pytest.param(to("domain", domain="other.test"), NOBODY, id="another company's domain"),
        pytest.param(to("domain", domain="not-acme.test"), NOBODY, id="a domain that ends like ours"),
        pytest.param(to("domain", allowFileDiscovery=False), NOBODY, id="a domain with the link"),
        pytest.param(to("domain", allowFileDiscovery=None), NOBODY, id="a domain, and not said how"),
        pytest.param(to("anyone", allowFileDiscovery=False), NOBODY, id="anyone with the link"),
        pytest.param({"type": "anyone"}, NOBODY, id="anyone, and not said how"),
        pytest.param(to("anyone", deleted=True), NOBODY, id="no longer anyone"),
    ],
)
def test_one_permission_opens_a_file_for(permission: dict[str, Any], expected: set[str]) -> None:
    assert opened(layer(permission)) == expected


@pytest.mark.parametrize(
    ("permission", "expected"),
    [
        pytest.param(to("anyone", allowFileDiscovery=False), {ALL, "domain:acme.example.test"}, id="anyone"),
        pytest.param(to("domain", allowFileDiscovery=False), {ALL}, id="our domain"),
        pytest.param(to("domain", domain="other.test", allowFileDiscovery=False), NOBODY, id="another's"),
        pytest.param(to("anyone", allowFileDiscovery=False, view="metadata"), NOBODY, id="a view"),
        pytest.param(to("anyone"), {ANY}, id="what is found without it"),
    ],
)
def test_a_link_opens_for_the_domain_where_an_admin_says_so_and_never_for_more(
    permission: dict[str, Any], expected: set[str]
) -> None:
    assert opened(layer(permission, links=True, domains=("acme.test", "acme.example.test"))) == expected


def test_without_any_permission_it_is_nobody_s() -> None:
    found = layer()
    everybody = Person(
        email=Email("ana@acme.test"), principals=frozenset(principal(SOURCE, name) for name in (ANA, ENG, ALL, ANY))
    )
    assert not may_read(everybody, AccessList(layers=(found,)), NOW)
    assert not may_read(everybody, AccessList(layers=(access.SHUT,)), NOW)


def test_a_grant_ends_when_it_says_so_and_another_one_goes_on() -> None:
    found = layer(to("user", expirationTime=(NOW + timedelta(hours=1)).isoformat()), to("group"))
    ana = Person(email=Email("ana@acme.test"), principals=frozenset({principal(SOURCE, ANA)}))
    both = ana.model_copy(update={"principals": ana.principals | {principal(SOURCE, ENG)}})
    whole = AccessList(layers=(found,))
    assert may_read(ana, whole, NOW)
    assert not may_read(ana, whole, NOW + timedelta(hours=1))
    assert may_read(both, whole, NOW + timedelta(hours=1))


@pytest.mark.parametrize("wrong", ["soon", "2026-06-01T00:00:00", 5.5e300])
def test_a_grant_of_which_nobody_knows_when_it_ends_makes_all_of_them_not_understood(wrong: object) -> None:
    with pytest.raises(ValidationError):
        Permission.model_validate(to("user", role="reader", expirationTime=wrong))


@pytest.mark.parametrize("name", ["deleted", "pendingOwner", "allowFileDiscovery"])
def test_what_is_neither_yes_nor_no_is_not_understood(name: str) -> None:
    with pytest.raises(ValidationError):
        Permission.model_validate(to("user", role="reader", **{name: "false"}))


def test_files_with_the_same_readers_share_a_layer_in_whatever_order_they_are_told() -> None:
    one, other = layer(to("user"), to("group")), layer(to("group"), to("user"), to("user", role="writer"))
    assert access.owned(one) == access.owned(other)
    assert access.owned(one).node != access.owned(layer(to("user"))).node
    assert (
        access.owned(one).node
        != access.owned(layer(to("user", expirationTime="2027-01-01T00:00:00Z"), to("group"))).node
    )


def test_what_is_in_doubt_lets_nobody_in_who_was_out_and_is_told_apart_from_what_is_sure() -> None:
    found = layer(to("user"))
    doubted = access.doubted(found)
    assert doubted.layer.unsure
    assert doubted.layer.grants == found.grants
    assert doubted.node != access.owned(found).node
    assert access.doubted(doubted.layer) == doubted
