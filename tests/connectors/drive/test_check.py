"""What is said of a service account before a source is added: each thing that it cannot do, with the scope and the loss."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import httpx
import pytest

from bot.playground.google.tokens import DRIVE_READ, GROUPS_READ, MEMBERS_READ, READING, USERS_READ
from connectors.drive.check import Checked, checked
from connectors.drive.preview import preview
from tests.connectors.drive.company import ANA, CAT, Company, a_company
from tests.connectors.drive.shared import Shared, shared

Open = Callable[..., Shared]
SCOPES = {
    "read who is in the Directory": USERS_READ,
    "read groups": GROUPS_READ,
    "read who is in a group": MEMBERS_READ,
}


@pytest.fixture
def acme() -> Company:
    return a_company()


@pytest.fixture
def open_drive(acme: Company, client: httpx.Client) -> Iterator[Open]:
    with ExitStack() as stack:
        yield lambda **more: stack.enter_context(
            shared(acme.world, acme.clock, client=client, **{"drives": acme.fin, **more})
        )


def missing(found: Checked) -> set[str]:
    return {one.name.partition(" (")[0] for one in found.privileges if one.missing}


def test_an_account_that_may_do_everything_lacks_nothing(acme: Company, open_drive: Open) -> None:
    acme.doc("Plan")
    found = checked(open_drive(my_drive=True).connector.reader)
    assert (missing(found), found.drives, found.people, found.unseen) == (set(), ("Finance",), 4, ())
    assert found.is_enough
    assert found.account is not None
    assert "footnote@" in found.account


@pytest.mark.parametrize("name", SCOPES)
def test_a_scope_of_the_directory_that_was_not_delegated_is_named_and_no_other(
    acme: Company, open_drive: Open, name: str
) -> None:
    acme.doc("Plan")
    found = checked(open_drive(delegated=READING - {SCOPES[name]}).connector.reader)
    assert missing(found) == {name}
    (lacking,) = (one for one in found.privileges if one.missing)
    assert lacking.scopes == (SCOPES[name].rpartition("/")[2],)
    assert "delegated" in str(lacking.missing)
    assert not found.is_enough


def test_without_the_scope_of_drive_nothing_is_seen(acme: Company, open_drive: Open) -> None:
    found = checked(open_drive(delegated=READING - {DRIVE_READ}).connector.reader)
    assert missing(found) == {"speak for people of the domain", "see what is to be read"}
    assert not found.is_enough


def test_a_drive_that_is_not_there_is_named(acme: Company, open_drive: Open) -> None:
    acme.doc("Plan")
    found = checked(open_drive(drives=f"{acme.fin},0Anothing").connector.reader)
    assert [drive for drive, _ in found.unseen] == ["0Anothing"]
    assert found.is_enough, "what is there can be read"
    none = checked(open_drive(drives="0Anothing").connector.reader)
    assert not none.is_enough


def test_a_drive_without_an_organizer_of_ours_is_named_with_why(acme: Company, open_drive: Open) -> None:
    alone = acme.drive.add_drive("Alone", {"guest@other.test": "organizer", ANA: "reader"}).id
    found = checked(open_drive(drives=f"{acme.fin},{alone}").connector.reader)
    ((drive, why),) = found.unseen
    assert drive == alone
    assert "no organizer whom the service account may speak for" in why


def test_an_organizer_through_a_group_is_one_and_who_is_suspended_is_passed_over(
    acme: Company, open_drive: Open
) -> None:
    acme.directory.add_user("old@acme.test")
    acme.directory.add_group("heads@acme.test", members=["old@acme.test", CAT])
    team = acme.drive.add_drive("Team", {"heads@acme.test": "organizer", "old@acme.test": "organizer"}).id
    acme.directory.suspend("old@acme.test")
    plan = acme.doc("Plan", under=team)
    found = open_drive(drives=team)
    found.sync()
    assert found.readers(plan) == {"cat"}
    assert found.connector.reader.logs[f"drive:{team}"].who == CAT


def test_a_member_that_may_only_read_cannot_see_who_else_does(acme: Company, open_drive: Open) -> None:
    acme.doc("Plan")
    found = open_drive(mode="member", admin=None)
    acme.drive.set_member(acme.fin, found.google.account.email, "reader")
    assert missing(checked(found.connector.reader)) == {"read who may read a file"}
    acme.drive.set_member(acme.fin, found.google.account.email, "writer")
    assert missing(checked(found.connector.reader)) == set()


def test_a_preview_counts_what_would_be_read_and_by_whom_and_downloads_nothing(acme: Company, open_drive: Open) -> None:
    plan = acme.doc("Plan")
    acme.doc("Other")
    acme.drive.set_copy_requires_writer(plan, True)
    shut = acme.folder("Shut")
    acme.drive.limit(shut)
    acme.doc("Secret", under=shut)
    acme.file("large.txt", b"x" * 2000)
    acme.file("photo.png", b"\x89PNG", mime_type="image/png")
    found = open_drive(most_file_bytes=1000)
    shown = preview(found.connector.reader, found.now)
    assert (shown.places, shown.types) == ({"Finance": 4}, {"docs": 3, "text": 1})
    assert (shown.too_large, shown.withheld, shown.people) == (1, 1, 5)
    assert (shown.readers.asked, shown.readers.everybody, shown.readers.unknown) == (4, 0, 0)
    assert "image/png" in shown.problems[0].reason
    assert not [one for one in found.google.requests.all() if "alt=media" in one.query or "/export" in one.path]
