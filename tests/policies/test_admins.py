import pytest
from pydantic import ValidationError

from bot.settings import Settings
from policies.admins import admin_named, is_admin
from policies.people import Email

ANA = Email("ana@acme.test")


@pytest.mark.parametrize(
    ("account", "email", "named", "is_one"),
    [
        pytest.param("U1", ANA, [], False, id="nobody is named"),
        pytest.param("U1", ANA, ["ben@acme.test", "U2"], False, id="others are"),
        pytest.param("U1", None, ["ana@acme.test"], False, id="an address that nobody confirmed"),
        pytest.param("u1", None, ["U1"], False, id="an id in other letters"),
        pytest.param("U1", ANA, ["ana@acme.test"], True, id="by address"),
        pytest.param("U1", None, ["U1"], True, id="by id"),
    ],
)
def test_an_admin_is_who_is_named(account: str, email: Email | None, named: list[str], *, is_one: bool) -> None:
    assert is_admin(account, email, named) is is_one


@pytest.mark.parametrize(
    "text", ["", "ana", "@ana", "u012ab", "C012AB3CD", "U", "everyone", "ana@acme", "\u212aana@acme.test"]
)
def test_what_names_nobody_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not an e-mail address"):
        admin_named(text)


@pytest.mark.parametrize(("text", "name"), [(" Ana@Acme.Test ", "ana@acme.test"), ("U012AB3CD", "U012AB3CD")])
def test_a_name_has_one_spelling(text: str, name: str) -> None:
    assert admin_named(text) == name


@pytest.mark.parametrize(
    ("said", "named"),
    [("", ()), (" Ana@Acme.Test , U012AB3CD,", ("ana@acme.test", "U012AB3CD")), ("ana@acme.test", ("ana@acme.test",))],
)
def test_the_setting_names_admins_with_commas(said: str, named: tuple[str, ...]) -> None:
    assert Settings(admins=said).admins == named


def test_a_setting_that_names_nobody_is_refused() -> None:
    with pytest.raises(ValidationError, match="ids of accounts, or e-mail addresses"):
        Settings(admins="ana")
