"""Who is who: nobody is guessed, and nobody holds more than the site says of their one account."""

import pytest

from connectors.confluence.people import Account, account_of, resolve
from policies.people import Email, Principal

ANN, BEN = Email("ann@acme.test"), Email("ben@acme.test")


def found(*accounts: Account, **overrides: str) -> dict[Email, frozenset[Principal]]:
    linked = {Email(f"{name}@acme.test"): account for name, account in overrides.items()}
    return dict(resolve("wiki", accounts, linked).members)


def reasons(*accounts: Account, **overrides: str) -> list[str]:
    linked = {Email(f"{name}@acme.test"): account for name, account in overrides.items()}
    return [problem.reason for problem in resolve("wiki", accounts, linked).problems]


@pytest.mark.parametrize("email", ["", None, "no address", "ann@acme", "änn@acme.test"])
def test_whoever_shows_no_address_is_nobody(email: str | None) -> None:
    assert found(Account("a", email)) == {}


def test_an_address_of_two_accounts_is_neither_s() -> None:
    accounts = (Account("a", ANN), Account("b", ANN.upper()))
    assert found(*accounts) == {}
    assert "of 2 accounts (a, b)" in reasons(*accounts)[0]


def test_an_override_says_which_of_two_it_is() -> None:
    assert found(Account("a", ANN), Account("b", ANN), ann="b") == found(Account("b", ANN))


def test_an_override_to_an_account_that_is_not_there_is_nobody_and_is_told() -> None:
    assert found(Account("a", ANN), ann="z") == {}
    assert "z, which is not active" in reasons(Account("a", ANN), ann="z")[0]


def test_an_account_that_was_given_to_an_address_is_no_other_s() -> None:
    assert found(Account("a", ANN), ben="a").keys() == {BEN}


def test_accounts_without_an_address_are_counted_and_not_named() -> None:
    assert reasons(Account("a", None), Account("b", ""), Account("c", ANN))[0].startswith("2 of 3 accounts")


def test_everybody_is_themselves_and_anyone_and_in_their_groups() -> None:
    assert found(Account("a", ANN, frozenset({"g"}))) == {ANN: {"wiki/user:a", "wiki/anyone", "wiki/group:g"}}


def test_only_the_licensed_are_licensed_and_only_administrators_administer() -> None:
    assert found(Account("a", ANN, licensed=True))[ANN] == {"wiki/user:a", "wiki/anyone", "wiki/licensed"}
    assert found(Account("a", ANN, admin=True))[ANN] == {"wiki/user:a", "wiki/anyone", "wiki/product-admins"}


def test_the_same_people_in_another_order_have_the_same_digest() -> None:
    one, other = Account("a", ANN), Account("b", BEN)
    assert resolve("wiki", [one, other], {}).digest == resolve("wiki", [other, one], {}).digest
    assert resolve("wiki", [one], {}).digest != resolve("wiki", [other], {}).digest


def test_an_account_is_known_again_by_its_principals() -> None:
    assert account_of("wiki", found(Account("712020:a-b", ANN))[ANN]) == "712020:a-b"
    assert account_of("wiki", [Principal("other/user:a"), Principal("wiki/group:g")]) is None
    assert account_of("wiki", [Principal("wiki/user:a"), Principal("wiki/user:b")]) is None
