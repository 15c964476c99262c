"""Sharing a file of Drive: what only Drive does."""

import httpx
import pytest
from pydantic import ValidationError

from bot.core.acting import Actor, Barred, Coded, Done, NotDone, Unsure, Would
from bot.playground.google.call import Habits
from bot.playground.google.tokens import READING
from bot.tools import DriveShareFile
from policies.people import Email
from tests.tools.targets import ANA, BEN, KEY, share_file

CHLOE = "chloe@acme.test"


def test_a_colleague_gets_it_and_is_written_to_once_as_whoever_shared_it(client: httpx.Client) -> None:
    with share_file(client) as target:
        for _ in range(2):
            assert isinstance(target.tool.run(target.arguments(role="commenter"), ANA, KEY), Done)
        assert target.effects() == ["commenter"]
        (mail,) = target.extra["world"].google.drive.mails
        assert (mail.to, mail.by) == (CHLOE, ANA.email)
        assert target.writes() == 1


def test_nobody_is_written_to_where_that_is_said(client: httpx.Client) -> None:
    with share_file(client) as target:
        assert isinstance(target.tool.run(target.arguments(notify=False), ANA, KEY), Done)
        assert target.extra["world"].google.drive.mails == []


def test_who_has_more_keeps_it(client: httpx.Client) -> None:
    with share_file(client) as target:
        target.extra["world"].google.drive.share(target.extra["plan"], CHLOE, "writer")
        assert isinstance(target.tool.run(target.arguments(role="reader"), ANA, KEY), Done)
        assert (target.effects(), target.writes()) == (["writer"], 0)


def test_who_has_less_gets_more(client: httpx.Client) -> None:
    with share_file(client) as target:
        target.extra["world"].google.drive.share(target.extra["plan"], CHLOE, "reader")
        assert target.tool.find(target.arguments(role="writer"), ANA, KEY) is None
        assert isinstance(target.tool.run(target.arguments(role="writer"), ANA, KEY), Done)
        assert target.effects() == ["writer"]


@pytest.mark.parametrize("person", ["eve@other.test", "eve@acme.test.other.test", "nobody@acme.test"])
def test_nobody_outside_the_company_and_nobody_unknown_gets_anything(client: httpx.Client, person: str) -> None:
    with share_file(client) as target:
        found = target.tool.look(target.arguments(person=person), ANA)
        assert isinstance(found, Barred)
        assert found.why == "invalid"
        assert isinstance(target.tool.run(target.arguments(person=person), ANA, KEY), NotDone)
        assert target.writes() == 0


def test_who_may_not_share_it_is_not_told_who_there_is(client: httpx.Client) -> None:
    with share_file(client) as target:
        known, unknown = (target.tool.look(target.arguments(person=each), BEN) for each in (CHLOE, "no@acme.test"))
        assert known == unknown == Barred(why="not_yours")


def test_another_address_of_a_colleague_is_the_same_colleague(client: httpx.Client) -> None:
    with share_file(client) as target:
        arguments = target.arguments(person="C.Martens@acme.test")
        assert isinstance(target.tool.run(arguments, ANA, KEY), Done)
        assert target.effects() == ["reader"]
        assert isinstance(target.tool.find(arguments, ANA, KEY), Done)


def test_another_address_of_somebody_whose_first_is_outside_gets_nothing(client: httpx.Client) -> None:
    with share_file(client) as target:
        directory = target.extra["world"].google.directory
        directory.add_user("eve@acme.test")
        assert isinstance(target.tool.look(target.arguments(person="eve@acme.test"), ANA), Would)
        directory.rename_user("eve@acme.test", "eve@other.test")
        found = target.tool.look(target.arguments(person="eve@acme.test"), ANA)
        assert isinstance(found, Barred)
        assert found.why == "invalid"
        assert isinstance(target.tool.run(target.arguments(person="eve@acme.test"), ANA, KEY), NotDone)
        assert target.writes() == 0


def test_a_file_that_lies_where_no_admin_named_is_as_if_it_were_not_there(client: httpx.Client) -> None:
    with share_file(client) as target:
        drive = target.extra["world"].google.drive
        own = drive.add_doc("Own", "# Own", owner=ANA.email)
        other = drive.add_doc("Other", "# Other", parent=drive.add_drive("Other", {ANA.email: "organizer"}).id)
        for each in (own, other):
            assert target.tool.look(target.arguments(file=each.id), ANA) == Barred(why="no_such_target")


def test_what_is_in_the_trash_is_not_shared(client: httpx.Client) -> None:
    with share_file(client) as target:
        target.extra["world"].google.drive.trash(target.extra["plan"])
        assert target.tool.look(target.arguments(), ANA) == Barred(why="no_such_target")


def test_a_scope_that_is_missing_is_told_before_anybody_is_asked_to_agree(client: httpx.Client) -> None:
    with share_file(client, delegated=READING) as target:
        found = target.tool.look(target.arguments(), ANA)
        assert isinstance(found, Barred)
        assert found.why == "refused"
        assert "scopes delegated to it: drive?" in found.said
        assert isinstance(target.tool.run(target.arguments(), ANA, KEY), NotDone)
        assert target.writes() == 0


def test_what_the_domain_does_not_allow_is_refused_in_words(client: httpx.Client) -> None:
    with share_file(client, mode="member", habits=Habits(shares_outside=False)) as target:
        target.tool._drives()[0].settings.__dict__["domains"] = ("acme.test", "other.test")
        arguments = target.arguments(person="eve@other.test")
        done = target.tool.run(arguments, ANA, KEY)
        assert isinstance(done, NotDone)
        assert "invalidSharingRequest" in done.said


def test_a_service_account_shares_for_whom_it_may_itself_be_named_there(client: httpx.Client) -> None:
    with share_file(client, mode="member") as target:
        assert target.tool.look(target.arguments(), BEN) == Barred(why="not_yours")
        assert isinstance(target.tool.look(target.arguments(), ANA), Would)
        done = target.tool.run(target.arguments(), ANA, KEY)
        assert isinstance(done, Done)
        assert target.tool.find(target.arguments(), ANA, KEY) == done
        target.extra["world"].google.drive.remove_member(target.extra["drive"], ANA.email)
        assert target.tool.look(target.arguments(), ANA) == Barred(why="not_yours")


@pytest.mark.parametrize("mode", ["delegation", "member"])
def test_what_a_file_is_called_is_told_to_whoever_may_open_it_and_to_nobody_else(
    client: httpx.Client, mode: str
) -> None:
    with share_file(client, mode=mode) as target:
        assert isinstance(target.tool, Coded)
        drive = target.extra["world"].google.drive
        for nobody in (
            Actor(email=Email(CHLOE)),
            Actor(email=Email("eve@other.test")),
            Actor(email=Email("no@acme.test")),
        ):
            assert target.tool.title(target.arguments(), nobody) is None
        assert [target.tool.title(target.arguments(), one) for one in (ANA, BEN)] == [
            "Plan",
            "Plan",
        ]  # to read is enough
        own = drive.add_doc("Own", "# Own", owner=ANA.email)
        assert target.tool.title(target.arguments(file=own.id), ANA) is None  # no admin named where it lies
        drive.remove_member(target.extra["drive"], BEN.email)
        assert target.tool.title(target.arguments(), BEN) is None
        drive.trash(target.extra["plan"])
        assert target.tool.title(target.arguments(), ANA) is None
        assert target.writes() == 0


def test_whose_file_it_is_no_longer_leaves_it_unsure(client: httpx.Client) -> None:
    with share_file(client) as target:
        assert isinstance(target.tool.run(target.arguments(), ANA, KEY), Done)
        target.extra["world"].google.drive.remove_member(target.extra["drive"], ANA.email)
        with pytest.raises(Unsure):
            target.tool.find(target.arguments(), ANA, KEY)


@pytest.mark.parametrize(
    "ref",
    [
        "https://drive.google.com/file/d/{}/view?usp=sharing",
        "https://docs.google.com/document/d/{}/edit#heading=h.1",
        "https://drive.google.com/open?id={}&x=1",
        "{}",
    ],
)
def test_a_file_is_named_by_its_address_or_its_id(client: httpx.Client, ref: str) -> None:
    with share_file(client) as target:
        would = target.tool.look(target.arguments(file=ref.format(target.extra["plan"])), ANA)
        assert isinstance(would, Would)
        assert would.target == "Plan"


@pytest.mark.parametrize("ref", ["short", "https://evil.test/d/1abcdefghijk", "a/../b/../../c", "x" * 200])
def test_what_is_no_file_is_not_asked_for(ref: str) -> None:
    with pytest.raises(ValidationError):
        DriveShareFile.takes(file=ref, person=CHLOE)  # type: ignore[call-arg]


@pytest.mark.parametrize("person", ["anyone", "acme.test", "a@b", "ana@acme.test, eve@other.test", ""])
def test_a_recipient_is_one_address(person: str) -> None:
    with pytest.raises(ValidationError):
        DriveShareFile.takes(file="1abcdefghijk", person=person)  # type: ignore[call-arg]


@pytest.mark.parametrize("role", ["owner", "organizer", "fileOrganizer", "anyone"])
def test_nobody_is_made_more_than_a_writer(role: str) -> None:
    with pytest.raises(ValidationError):
        DriveShareFile.takes(file="1abcdefghijk", person=CHLOE, role=role)  # type: ignore[call-arg]
