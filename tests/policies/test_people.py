"""Who is asking: nobody is guessed, and no name is taken for a principal."""

import pytest
from pydantic import ValidationError

from policies.people import Audience, Email, Person, Principal, email_address, is_source_name, principal


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="empty"),
        pytest.param("ana", id="no at-sign"),
        pytest.param("ana@acme", id="no dot in the domain"),
        pytest.param("@acme.test", id="no mailbox"),
        pytest.param("ana@", id="no domain"),
        pytest.param("ana@b@acme.test", id="two at-signs"),
        pytest.param("ana b@acme.test", id="a space inside"),
        pytest.param("ana@acme.test\nbo@acme.test", id="two lines"),
        pytest.param("acme/ana@acme.test", id="looks like a principal"),
    ],
)
def test_what_is_not_an_address_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not an e-mail address"):
        email_address(text)
    with pytest.raises(ValidationError):
        Person(email=Email(text))


@pytest.mark.parametrize(
    ("text", "address"),
    [
        pytest.param("ana@acme.test", "ana@acme.test", id="as it is"),
        pytest.param("  Ana@ACME.test ", "ana@acme.test", id="lower case without the space around it"),
        pytest.param("ana+slack@acme.test", "ana+slack@acme.test", id="another mailbox, never guessed to be hers"),
        pytest.param("a.na@acme.test", "a.na@acme.test", id="dots stay"),
    ],
)
def test_address_has_one_spelling(text: str, address: str) -> None:
    assert email_address(text) == address
    assert Person(email=Email(text)).email == address


@pytest.mark.parametrize(
    ("source", "name"),
    [
        pytest.param("", "group:eng", id="no source"),
        pytest.param("acme", "", id="no name"),
        pytest.param("Acme", "group:eng", id="capital in the source"),
        pytest.param("a/b", "group:eng", id="slash in the source"),
        pytest.param("-acme", "group:eng", id="source begins with a dash"),
        pytest.param("a" * 64, "group:eng", id="source too long"),
        pytest.param("acme\n", "group:eng", id="source ends with a new line"),
    ],
)
def test_principal_needs_a_source_and_a_name(source: str, name: str) -> None:
    with pytest.raises(ValueError, match="not a principal"):
        principal(source, name)


def test_groups_of_two_sources_with_one_name_are_two_principals() -> None:
    assert principal("acme", "group:eng") != principal("wiki", "group:eng")
    assert principal("acme", "group:eng") == "acme/group:eng"


def test_no_two_pairs_make_one_principal() -> None:
    """A source has no slash, so the first slash always ends it."""
    assert not is_source_name("acme/group")
    assert principal("acme", "group/eng") == "acme/group/eng"


def test_person_holds_nothing_unless_it_is_given() -> None:
    assert Person(email=Email("ana@acme.test")).principals == frozenset()


def test_person_and_audience_cannot_be_changed_or_extended() -> None:
    person = Person(email=Email("ana@acme.test"))
    with pytest.raises(ValidationError, match="frozen"):
        person.principals = frozenset({Principal("acme/group:eng")})  # type: ignore[misc]
    with pytest.raises(ValidationError, match="frozen"):
        Audience.only(person).complete = False  # type: ignore[misc]
    with pytest.raises(ValidationError, match="Extra inputs"):
        Person.model_validate({"email": "ana@acme.test", "admin": True})


def test_audience_of_one_is_that_person_and_complete() -> None:
    person = Person(email=Email("ana@acme.test"))
    assert Audience.only(person) == Audience(people=(person,), complete=True)


def test_whether_an_audience_is_complete_is_always_said() -> None:
    with pytest.raises(ValidationError, match="complete"):
        Audience.model_validate({"people": []})
