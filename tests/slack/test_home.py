"""What people see on our Home in Slack: what they may ask, what they asked; and an admin how it stands."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from bot import app
from bot.playground.slack import View
from bot.slack import words
from tests.slack.office import QUESTION, SECRET, Office, Over, either_way, office, running, until
from tests.slack.replies import inside
from tests.slack.test_commands import told

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


def modal(acme: Office, name: str) -> str:
    view = acme.person(name).view()
    return str(view.body) if view is not None else ""


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
    assert len(whys(acme, "ben")) == 1
    acme.person("ben").click_in_view("home_why", view=acme.person("ben").home())
    until(lambda: "19 weeks" in modal(acme, "ben"))


def test_who_is_no_member_is_greeted_and_told_of_no_source(open_office: Open) -> None:
    acme = open_office(admins=("guest@else.test",))
    said = opens(acme, "guest")
    assert words.HOME_OF_OTHERS in said
    assert "acme" not in said
    assert words.HOME_OFFICE not in said


def test_an_own_question_is_shown_on_an_open_home_before_long(open_office: Open) -> None:
    acme = open_office()
    ben = acme.person("ben")
    opens(acme, "ben")
    first = hash_of(ben.home())
    acme.asks("ben", SECRET)
    acme.settled()
    assert hash_of(ben.home()) == first  # not within its minute
    assert SECRET not in at_home(acme, "ben")


def test_who_is_taken_off_the_list_sees_nothing_for_admins_any_more(open_office: Open) -> None:
    acme = open_office(admins=("ana@acme.test",))
    with_ben = 'policy set admins.people ["ben@acme.test"]'
    told(acme, "ana", with_ben)
    assert words.HOME_OFFICE in opens(acme, "ben")
    with app.records(acme.settings) as records, records.database.writing() as session:
        records.config.roll_back(session, 1, author="test", now=records.clock())
    acme.person("ben").open_home()
    until(lambda: words.HOME_OFFICE not in at_home(acme, "ben"))
    assert "acme: 3 documents" in at_home(acme, "ben")


def test_slack_may_fail_when_somebody_opens_their_home_and_everybody_is_answered_all_the_same(
    open_office: Open,
) -> None:
    acme = open_office()
    acme.slack.faults.fail("views.publish", "error_500")
    acme.person("zoe").open_home()
    acme.asks("ben", SECRET)
    acme.settled()
    assert acme.replies(acme.direct("ben"))
    until(lambda: "acme: 2 documents" in at_home(acme, "zoe"))


def test_an_admin_sees_what_waits_for_a_second_one(open_office: Open) -> None:
    acme = open_office(admins=("ana@acme.test", "ben@acme.test"))
    told(acme, "ana", 'policy set audience.full_members.principals ["acme/group:staff"]')
    said = opens(acme, "ben")
    assert "set audience.full_members.principals" in said
    assert "wanted by ana@acme.test" in said
    assert "set audience" not in opens(acme, "zoe")


def test_a_click_on_somebody_elses_receipt_shows_nothing(open_office: Open) -> None:
    """The value of a button can be made up."""
    acme = open_office()
    acme.asks("ben", SECRET)
    acme.asks("zoe", QUESTION)
    acme.settled()
    opens(acme, "ben")
    opens(acme, "zoe")
    (bens,) = whys(acme, "ben")
    zoe = acme.person("zoe")
    view = zoe.home()
    assert view is not None
    (button,) = [one for one in inside(view.body["blocks"]) if one.get("action_id") == "home_why"]
    button["value"] = bens
    zoe.click_in_view("home_why", view=view)
    until(lambda: words.NOTHING["not_yours"] in modal(acme, "zoe"))
