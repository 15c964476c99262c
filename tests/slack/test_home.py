"""What people see on our Home in Slack: what they may ask, what they asked; and an admin how it stands."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from bot import app
from bot.playground.slack import View
from bot.slack import words
from tests.slack.office import SECRET, Office, Over, either_way, office, running, until
from tests.slack.replies import inside

Open = Callable[..., Office]


@pytest.fixture
def open_office(tmp_path: Path, database_url: str) -> Iterator[Open]:
    with ExitStack() as stack:

        def make(**options: Any) -> Office:
            made = stack.enter_context(office(tmp_path, database_url, **{"admins": ("ana@acme.test",), **options}))
            stack.enter_context(running(made))
            return made

        yield make


def at_home(acme: Office, name: str) -> str:
    """All that stands on what they see there."""
    view = acme.person(name).home()
    return (
        "\n".join(one["text"] for one in inside(view.body["blocks"]) if isinstance(one.get("text"), str))
        if view
        else ""
    )


def opens(acme: Office, name: str) -> str:
    person, before = acme.person(name), hash_of(acme.person(name).home())
    person.open_home()
    until(lambda: hash_of(person.home()) != before)
    return at_home(acme, name)


def hash_of(view: View | None) -> str | None:
    return view.hash if view is not None else None


def whys(acme: Office, name: str) -> list[str]:
    view = acme.person(name).home()
    return [one["value"] for one in inside(view.body["blocks"]) if one.get("action_id") == "home_why"] if view else []


@either_way
def test_a_member_sees_what_they_may_ask_and_asked_and_an_admin_how_it_stands(open_office: Open, over: Over) -> None:
    acme = open_office(over=over)
    acme.asks("ben", SECRET)
    acme.settled()
    bens, anas = opens(acme, "ben"), opens(acme, "ana")
    assert "acme: 3 documents that you may read" in bens
    assert "acme: I know you there" in bens
    assert SECRET in bens
    assert words.OUTCOMES["answered"] in bens
    assert words.HOME_OFFICE not in bens
    assert "version 1" not in bens
    assert SECRET not in anas
    assert words.HOME_OFFICE in anas
    assert "acme (folder): 5 documents" in anas
    assert "All is well here: database, disk." in anas
    (receipt,) = whys(acme, "ben")
    acme.person("ben").click_in_view("home_why", view=acme.person("ben").home())
    until(lambda: "19 weeks" in str(acme.person("ben").view().body))  # type: ignore[union-attr]


def test_who_is_no_member_is_greeted_and_told_of_no_source(open_office: Open) -> None:
    acme = open_office(admins=("guest@else.test",))
    said = opens(acme, "guest")
    assert words.HOME_OF_OTHERS in said
    assert "acme" not in said
    assert words.HOME_OFFICE not in said
