"""What files.list gives: to whom, of which part of Drive, in which order, and page by page."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.playground.google.conftest import BOTH, Api, Office

OF_TEAM = {"corpora": "drive", **BOTH}


def team(office: Office, **more: Any) -> dict[str, Any]:
    return {"driveId": office.team.id, **OF_TEAM} | more


def test_what_is_in_a_shared_drive_takes_both_flags(office: Office, ben: Api) -> None:
    assert "Plan" not in ben.names()
    assert "Plan" not in ben.names(supportsAllDrives="true")
    assert "Plan" not in ben.names(includeItemsFromAllDrives="true")
    assert "Plan" in ben.names(**BOTH)
    assert ben.refused("files", corpora="drive", driveId=office.team.id)[0] == 400
    assert ben.refused(f"files/{office.plan.id}") == (404, "notFound")
    assert ben.json(f"files/{office.plan.id}", supportsAllDrives="true")["name"] == "Plan"


def test_each_sees_what_is_theirs_to_see(office: Office, ana: Api, ben: Api, api_of: Callable[..., Api]) -> None:
    assert set(ben.names(**team(office))) == {"Plan", "Folder", "in-folder.txt", "Shut", "in-shut.txt"}
    assert set(ana.names(**team(office))) == {"Plan", "Folder", "in-folder.txt", "Shut"}
    assert api_of(office.dev).refused("files", **team(office)) == (404, "notFound")


def test_a_link_is_followed_and_not_listed(office: Office, ben: Api) -> None:
    assert "Linked" not in ben.names(**BOTH)
    assert ben.json(f"files/{office.linked.id}")["name"] == "Linked"
    assert ben.refused(f"files/{office.note.id}") == (404, "notFound")
    assert ben.refused("files/nothing") == (404, "notFound")


def test_who_does_not_see_where_it_lies_is_not_told(office: Office, ana: Api, ben: Api) -> None:
    office.drive.share(office.note.id, "ben@acme.test")
    asked = {"fields": "id,parents"}
    assert ana.json(f"files/{office.note.id}", **asked)["parents"] == [office.anas.id]
    assert "parents" not in ben.json(f"files/{office.note.id}", **asked)


QUERIES: dict[str, set[str]] = {
    "": {"Ana's", "note.txt", "Linked"},
    "'root' in parents": {"Ana's", "Linked"},
    "'{anas}' in parents": {"note.txt"},
    "not '{anas}' in parents": {"Ana's", "Linked"},
    "'me' in owners and trashed = false": {"Ana's", "note.txt", "Linked"},
    "'dev@acme.test' in owners": set(),
    "'ANA@acme.test' in owners": {"Ana's", "note.txt", "Linked"},
    "trashed=true": set(),
    "trashed != true": {"Ana's", "note.txt", "Linked"},
    "mimeType = 'application/vnd.google-apps.folder'": {"Ana's"},
    "mimeType != 'application/vnd.google-apps.folder' and name contains 'no'": {"note.txt"},
    "mimeType contains 'text/'": {"note.txt"},
    "name = 'Ana\\'s'": {"Ana's"},
    "name = 'note.txt' or name='Linked'": {"note.txt", "Linked"},
    "(name = 'note.txt' or name = 'Linked') and mimeType = 'text/plain'": {"note.txt"},
    "not (name = 'note.txt' or name = 'Linked')": {"Ana's"},
    "modifiedTime > '2026-09-21T00:00:00'": {"Ana's", "note.txt", "Linked"},
    "modifiedTime < '2026-09-21T00:00:00Z'": set(),
    "modifiedTime >= '2026-09-21T16:13:20+02:00'": {"Ana's", "note.txt", "Linked"},
    "sharedWithMe = true": set(),
    "'anyone@elsewhere.test' in readers": set(),
}


@pytest.mark.parametrize(("q", "expected"), QUERIES.items(), ids=QUERIES.keys())
def test_what_is_asked_for_is_found(office: Office, ana: Api, q: str, expected: set[str]) -> None:
    assert set(ana.names(q=q.format(anas=office.anas.id))) == expected


@pytest.mark.parametrize(
    "q",
    [
        "colour = 'red'", "name", "name =", "name = Plan", "name = 'Plan", "(trashed = false", "trashed = 'false'",
        "trashed = false and", "and", "'x' in children", "name < 'x'", "modifiedTime > 'yesterday'", "name = 'a' name = 'b'",
        "trashed = maybe", "((" * 60 + "trashed=true" + "))" * 60, "not " * 60 + "trashed=true",
    ],
)  # fmt: skip
def test_what_drive_does_not_understand_it_refuses(ana: Api, q: str) -> None:
    assert ana.refused("files", q=q) == (400, "invalid")


def test_a_folder_that_is_not_theirs_is_no_parent_to_ask_for(office: Office, ben: Api) -> None:
    assert ben.refused("files", q=f"'{office.anas.id}' in parents") == (404, "notFound")


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        ("name", ["Folder", "in-folder.txt", "in-shut.txt", "Plan", "Shut"]),
        ("name desc", ["Shut", "Plan", "in-shut.txt", "in-folder.txt", "Folder"]),
        ("folder,name desc", ["Shut", "Folder", "Plan", "in-shut.txt", "in-folder.txt"]),
        ("modifiedTime", ["Folder", "Shut", "in-folder.txt", "in-shut.txt", "Plan"]),
    ],
)
@pytest.mark.parametrize("size", [1, 2, 1000])
def test_pages_of_any_size_give_the_same_in_order(
    office: Office, ben: Api, order: str, expected: list[str], size: int
) -> None:
    office.clock.advance(5)
    office.drive.edit(office.plan.id, "# Plan\n\nSouth.")
    assert ben.names(**team(office, orderBy=order, pageSize=size)) == expected


def test_numbers_in_names_are_ordered_as_people_do(office: Office, ben: Api) -> None:
    for number in (10, 9, 1):
        office.drive.add_file(f"Part {number}", b"", owner="ben@acme.test")
    mine = {"q": "'me' in owners"}
    assert ben.names(orderBy="name", **mine) == ["Part 1", "Part 10", "Part 9"]
    assert ben.names(orderBy="name_natural", **mine) == ["Part 1", "Part 9", "Part 10"]


@pytest.mark.parametrize("order", ["colour", "name down", "name,,"])
def test_an_order_that_is_none_is_refused(ben: Api, order: str) -> None:
    assert ben.refused("files", orderBy=order) == (400, "invalid")


def test_nothing_is_lost_or_told_twice_when_things_change_between_pages(office: Office, ben: Api) -> None:
    for number in range(6):
        office.drive.add_file(f"{number}", b"", parent=office.folder.id)
    pages = ben.pages("files", **team(office, orderBy="name", pageSize=3))
    names = [each["name"] for each in next(pages)["files"]]
    gone = next(each for each in office.drive.files.values() if each.name == "0")
    office.drive.delete(gone.id)
    names += [each["name"] for page in pages for each in page["files"]]
    assert names == sorted(set(names), key=str.lower)
    assert set("12345") < set(names)


def test_a_page_token_is_good_for_its_list_only(office: Office, ben: Api) -> None:
    first = ben.json("files", **team(office, pageSize=2))["nextPageToken"]
    assert ben.refused("files", **team(office, pageToken=first, q="trashed = false")) == (400, "invalid")
    for wrong in ("x", "~!!~e30=", first[:-4]):
        assert ben.refused("files", **team(office, pageToken=wrong)) == (400, "invalid")


@pytest.mark.parametrize(("size", "status"), [("0", 400), ("-1", 400), ("many", 400), ("5000", 200)])
def test_a_page_size_that_is_none_is_refused_and_one_too_large_is_not(ben: Api, size: str, status: int) -> None:
    assert ben.get("files", pageSize=size).status_code == status


def test_only_the_fields_that_are_named_are_given(office: Office, ben: Api) -> None:
    usual = ben.json(f"files/{office.plan.id}", supportsAllDrives="true")
    assert set(usual) == {"kind", "id", "name", "mimeType", "driveId", "teamDriveId"}
    asked = {
        "fields": "id,capabilities(canEdit,canDownload),lastModifyingUser/displayName",
        "supportsAllDrives": "true",
    }
    office.drive.edit(office.plan.id, by="ben@acme.test")
    assert ben.json(f"files/{office.plan.id}", **asked) == {
        "id": office.plan.id,
        "capabilities": {"canEdit": True, "canDownload": True},
        "lastModifyingUser": {"displayName": "Ben Visser"},
    }
    some = ben.json("files", **team(office, fields="files(name),nextPageToken", pageSize=1))
    assert set(some) == {"files", "nextPageToken"}
    assert ben.json("files", **team(office, fields="files/name"))["files"][0] == {"name": "Folder"}


@pytest.mark.parametrize(
    "fields",
    [
        "colour",
        "files(colour)",
        "files(id",
        "files(id))",
        "files/",
        "files(permissions(who))",
        ",",
        "files id",
        "files/contentHints" + "/x" * 600,
    ],
)
def test_a_field_that_there_is_not_is_refused(ben: Api, fields: str) -> None:
    assert ben.refused("files", fields=fields) == (400, "invalidParameter")


def test_what_somebody_may_do_is_said_for_each(office: Office, ana: Api, ben: Api) -> None:
    asked = {"fields": "capabilities", "supportsAllDrives": "true"}
    of_ana = ana.json(f"files/{office.plan.id}", **asked)["capabilities"]
    of_ben = ben.json(f"files/{office.plan.id}", **asked)["capabilities"]
    assert (of_ana["canEdit"], of_ana["canShare"], of_ana["canDownload"], of_ana["canAccessViaGenAi"]) == (
        False, False, True, True,
    )  # fmt: skip
    assert (of_ben["canEdit"], of_ben["canShare"], of_ben["canDelete"]) == (True, True, True)
    office.drive.set_copy_requires_writer(office.plan.id, True)
    office.drive.set_gen_ai(office.plan.id, False)
    of_ana = ana.json(f"files/{office.plan.id}", **asked)["capabilities"]
    assert (of_ana["canDownload"], of_ana["canAccessViaGenAi"]) == (False, False)
    assert ben.json(f"files/{office.plan.id}", **asked)["capabilities"]["canDownload"]


def test_of_a_limited_folder_whoever_is_shut_out_sees_that_it_is_there(office: Office, ana: Api) -> None:
    asked = {"fields": "name,inheritedPermissionsDisabled,capabilities", "supportsAllDrives": "true"}
    shut = ana.json(f"files/{office.shut.id}", **asked)
    assert (shut["name"], shut["inheritedPermissionsDisabled"]) == ("Shut", True)
    assert not any(shut["capabilities"][each] for each in ("canListChildren", "canEdit", "canAccessViaGenAi"))
    assert ana.refused(f"files/{office.in_shut.id}", supportsAllDrives="true") == (404, "notFound")


def test_what_changes_when_something_is_shared_moved_or_trashed_is_its_version_and_no_date(
    office: Office, ben: Api
) -> None:
    def now() -> Any:
        return ben.json(f"files/{office.plan.id}", fields="version,modifiedTime", supportsAllDrives="true")

    before = now()
    for change in (
        lambda: office.drive.share(office.plan.id, "dev@acme.test"),
        lambda: office.drive.move(office.plan.id, office.folder.id),
        lambda: office.drive.trash(office.plan.id),
    ):
        office.clock.advance(60)
        change()
        after = now()
        assert after["modifiedTime"] == before["modifiedTime"]
        assert int(after["version"]) > int(before["version"])
        before = after
    office.drive.edit(office.plan.id, "# Plan")
    assert now()["modifiedTime"] > before["modifiedTime"]
    first = now()["modifiedTime"]
    office.drive.edit(office.plan.id, "# Plan\n\nAnother one.")
    assert now()["modifiedTime"] > first  # though the clock stands still


def test_a_shortcut_tells_where_it_leads_and_lets_nobody_in(
    office: Office, ana: Api, api_of: Callable[..., Api]
) -> None:
    made = office.drive.add_shortcut(office.note.id, parent=office.team.id)
    asked = {"fields": "mimeType,shortcutDetails", "supportsAllDrives": "true"}
    assert ana.json(f"files/{made.id}", **asked)["shortcutDetails"] == {
        "targetId": office.note.id,
        "targetMimeType": "text/plain",
    }
    ben = api_of(office.ben)
    assert ben.json(f"files/{made.id}", **asked)["shortcutDetails"] == {"targetId": office.note.id}
    assert ben.refused(f"files/{office.note.id}") == (404, "notFound")


def test_a_permission_that_ended_is_over_though_nobody_did_anything(office: Office, api_of: Callable[..., Api]) -> None:
    office.drive.share(office.note.id, "dev@acme.test", expires=office.clock.now() + 60)
    dev = api_of(office.dev)
    assert dev.names() == ["note.txt"]
    office.clock.advance(60)
    assert dev.names() == []
