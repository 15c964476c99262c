"""What is in files: whole, in part, exported; and when it is not given."""

from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest

from bot.playground.google import GoogleEmulator, Habits
from bot.playground.google.nouns import DOCX, SHEET, XLSX
from tests.playground.google.conftest import EVERYTHING, Api, Office

ALL = {"supportsAllDrives": "true"}
MARKDOWN = {"mimeType": "text/markdown"}


@pytest.fixture
def google(office: Office) -> Iterator[GoogleEmulator]:
    with GoogleEmulator(office.world, delegated=EVERYTHING, habits=Habits(export_limit=1000)) as running:
        yield running


def test_a_file_is_given_as_it_is_with_its_size_and_sum(office: Office, ana: Api) -> None:
    found = ana.get(f"files/{office.note.id}", alt="media")
    assert (found.content, found.headers["content-type"]) == (b"0123456789", "text/plain; charset=utf-8")
    told = ana.json(f"files/{office.note.id}", fields="size,md5Checksum,fileExtension,originalFilename")
    assert told == {
        "size": "10",
        "md5Checksum": "781e5e245d69b566979b86e28d23f2c7",
        "fileExtension": "txt",
        "originalFilename": "note.txt",
    }


@pytest.mark.parametrize(
    ("asked", "status", "content", "said"),
    [
        ("bytes=0-3", 206, b"0123", "bytes 0-3/10"),
        ("bytes=4-", 206, b"456789", "bytes 4-9/10"),
        ("bytes=8-100", 206, b"89", "bytes 8-9/10"),
        ("bytes=10-", 416, b"", "bytes */10"),
        ("lines=1-2", 200, b"0123456789", None),
    ],
)
def test_a_part_is_given_if_a_part_is_asked_for(
    office: Office, ana: Api, asked: str, status: int, content: bytes, said: str | None
) -> None:
    ana.http.headers["range"] = asked
    found = ana.get(f"files/{office.note.id}", alt="media")
    assert (found.status_code, found.content, found.headers.get("content-range")) == (status, content, said)


def test_a_document_is_exported_and_has_no_bytes_of_its_own(office: Office, ana: Api) -> None:
    found = ana.get(f"files/{office.linked.id}/export", **MARKDOWN)
    assert (found.text, found.headers["content-type"]) == ("# Linked", "text/markdown; charset=utf-8")
    assert ana.refused(f"files/{office.linked.id}", alt="media") == (403, "fileNotDownloadable")
    told = ana.json(f"files/{office.linked.id}", fields="size,md5Checksum,exportLinks")
    assert set(told) == {"exportLinks"}


@pytest.mark.parametrize(
    ("what", "params", "expected"),
    [
        ("note", MARKDOWN, (403, "fileNotExportable")),
        ("linked", {"mimeType": DOCX}, (400, "badRequest")),
        ("linked", {}, (400, "required")),
        ("anas", MARKDOWN, (403, "fileNotExportable")),
    ],
)
def test_what_cannot_be_exported_is_refused(
    office: Office, ana: Api, what: str, params: dict[str, str], expected: tuple[int, str]
) -> None:
    assert ana.refused(f"files/{getattr(office, what).id}/export", **params) == expected


def test_what_is_too_large_to_export_is_at_its_links_for_the_same_readers(
    office: Office, google: GoogleEmulator, ana: Api, api_of: Callable[..., Api]
) -> None:
    sheet = office.drive.add_doc("Large", {XLSX: b"x" * 1001}, mime_type=SHEET, owner="ana@acme.test")
    assert ana.refused(f"files/{sheet.id}/export", mimeType=XLSX) == (403, "exportSizeLimitExceeded")
    links: dict[str, str] = ana.json(f"files/{sheet.id}", fields="exportLinks")["exportLinks"]
    assert list(links) == [XLSX]
    assert httpx.URL(links[XLSX]).host != httpx.URL(google.url).host, "it is another host, of Google's own"
    assert ana.http.get(links[XLSX]).content == b"x" * 1001
    dev = api_of(office.dev)
    assert dev.http.get(links[XLSX]).status_code == 404
    del dev.http.headers["authorization"]
    assert dev.http.get(links[XLSX]).status_code == 401


def test_what_only_writers_may_copy_readers_get_nothing_of(office: Office, ana: Api, ben: Api) -> None:
    for file in (office.plan, office.in_folder):
        office.drive.set_copy_requires_writer(file.id, True)
    assert ana.refused(f"files/{office.in_folder.id}", alt="media", **ALL) == (403, "cannotDownloadFile")
    assert ana.refused(f"files/{office.plan.id}/export", **MARKDOWN, **ALL) == (403, "cannotExportFile")
    assert "exportLinks" not in ana.json(f"files/{office.plan.id}", fields="exportLinks,id", **ALL)
    assert ben.get(f"files/{office.in_folder.id}", alt="media", **ALL).content == b"in a folder"


# -- permissions


def held(api: Api, office: Office, what: str, **params: Any) -> dict[str, Any]:
    """By their ids."""
    file_id = getattr(office, what).id
    found = api.json(f"files/{file_id}/permissions", fields="*", **ALL, **params)["permissions"]
    return {each["id"]: each for each in found}


def test_permissions_tell_what_is_inherited_and_from_where(office: Office, ben: Api) -> None:
    office.drive.share(office.folder.id, "dev@acme.test", "writer", expires=office.clock.now() + 60)
    office.drive.share(office.in_folder.id, "engineering@acme.test", "commenter")
    group = office.directory.group("engineering@acme.test").id
    found = held(ben, office, "in_folder")
    assert {each["emailAddress"]: each["role"] for each in found.values()} == {
        "ben@acme.test": "organizer",
        "dev@acme.test": "writer",
        "engineering@acme.test": "commenter",
    }
    assert found[office.dev.id]["expirationTime"] == "2026-09-21T14:14:20.000Z"
    assert found[office.dev.id]["permissionDetails"] == [
        {"permissionType": "file", "role": "writer", "inherited": True, "inheritedFrom": office.folder.id}
    ]
    assert found[group]["permissionDetails"] == [
        {"permissionType": "file", "role": "commenter", "inherited": False},
        {"permissionType": "member", "role": "reader", "inherited": True, "inheritedFrom": office.team.id},
    ]


def test_a_limited_folder_lists_whom_it_shuts_out_as_seeing_its_name(office: Office, ben: Api) -> None:
    group = office.directory.group("engineering@acme.test").id
    shut, inside = held(ben, office, "shut"), held(ben, office, "in_shut")
    assert shut[group]["view"] == "metadata"
    assert {name for name, each in shut.items() if "view" not in each} == {office.ben.id, office.guest.id}
    assert all(each["inheritedPermissionsDisabled"] for each in shut.values())
    assert set(inside) == {office.ben.id, office.guest.id}


def test_whom_a_limited_folder_shuts_out_is_named_on_it_and_on_nothing_in_it(office: Office, ana: Api) -> None:
    office.drive.share(office.anas.id, "dev@acme.test")
    inner = office.drive.add_folder("Inner", parent=office.anas.id)
    deeper = office.drive.add_folder("Deeper", parent=inner.id)
    for folder in (inner, deeper):
        office.drive.limit(folder.id)
    office.drive.move(office.note.id, inner.id)

    def views(id: str) -> dict[str, str | None]:  # noqa: A002
        found = ana.json(f"files/{id}/permissions", fields="permissions(emailAddress,view)")["permissions"]
        return {each["emailAddress"]: each.get("view") for each in found}

    assert views(inner.id) == {"ana@acme.test": None, "dev@acme.test": "metadata"}
    assert views(office.note.id) == {"ana@acme.test": None}
    assert views(deeper.id) == {"ana@acme.test": None}


def test_links_domains_and_everybody_are_told_apart(office: Office, ana: Api) -> None:
    office.drive.share(office.note.id, "acme.test")
    office.drive.share(office.note.id)
    found = held(ana, office, "note")
    assert {
        name: (each["type"], each["allowFileDiscovery"]) for name, each in found.items() if each["type"] != "user"
    } == {
        next(name for name, each in found.items() if each["type"] == "domain"): ("domain", True),
        "anyone": ("anyone", True),
    }
    assert held(ana, office, "linked")["anyoneWithLink"]["allowFileDiscovery"] is False


def test_who_was_deleted_stays_on_the_list_as_deleted(office: Office, ana: Api) -> None:
    office.drive.share(office.note.id, "dev@acme.test")
    office.drive.share(office.note.id, "platform@acme.test")
    group = office.directory.group("platform@acme.test").id
    office.directory.delete_user("dev@acme.test")
    office.directory.delete_group("platform@acme.test")
    found = held(ana, office, "note")
    assert found[office.dev.id]["deleted"]
    assert found[group]["deleted"]
    assert "emailAddress" not in found[group]


def test_who_is_only_asked_to_own_it_is_told_apart(office: Office, ana: Api) -> None:
    office.drive.share(office.note.id, "dev@acme.test", "writer", pending_owner=True)
    assert held(ana, office, "note")[office.dev.id]["pendingOwner"]


def test_readers_are_not_told_who_else_reads(office: Office, ana: Api, admin: Api) -> None:
    where = f"files/{office.plan.id}/permissions"
    assert ana.refused(where, **ALL) == (403, "insufficientFilePermissions")
    assert "permissions" not in ana.json(f"files/{office.plan.id}", fields="id,permissions", **ALL)
    assert admin.refused(where, **ALL) == (404, "notFound")
    assert len(admin.json(where, useDomainAdminAccess="true", **ALL)["permissions"]) == 2
    assert ana.refused(where, useDomainAdminAccess="true", **ALL)[0] == 403


def test_files_carry_their_permissions_in_a_my_drive_and_not_in_a_shared_one(
    office: Office, ana: Api, ben: Api
) -> None:
    asked = {"fields": "id,permissions(id,role),permissionIds", **ALL}
    assert ana.json(f"files/{office.note.id}", **asked)["permissions"] == [{"id": office.ana.id, "role": "owner"}]
    assert set(ben.json(f"files/{office.plan.id}", **asked)) == {"id"}


def test_sharing_over_the_api_is_sharing(office: Office, ana: Api, api_of: Callable[..., Api]) -> None:
    where = f"/drive/v3/files/{office.note.id}/permissions"
    given = {"type": "user", "role": "reader", "emailAddress": "dev@acme.test"}
    assert ana.http.post(where, json=given).json()["id"] == office.dev.id
    assert api_of(office.dev).names() == ["note.txt"]


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"type": "user", "role": "reader"},
        {"type": "user", "role": "owner", "emailAddress": "dev@acme.test"},
        {"type": "domain", "role": "reader"},
        {"type": "domain", "role": "reader", "domain": "dev@acme.test"},
        {"type": "planet", "role": "reader"},
        {"type": "user", "role": "reader", "emailAddress": "acme.test"},
        {"type": "user", "role": "reader", "emailAddress": "nobody@acme.test"},
        {"type": "user", "role": "reader", "emailAddress": "dev@acme.test", "expirationTime": "2020-01-01T00:00:00Z"},
        {"type": "user", "role": "reader", "emailAddress": "dev@acme.test", "expirationTime": "soon"},
        ["reader"],
    ],
    ids=str,
)
def test_what_is_no_permission_is_refused_and_shares_nothing(office: Office, ana: Api, given: Any) -> None:
    found = ana.http.post(f"/drive/v3/files/{office.note.id}/permissions", json=given)
    assert found.status_code in {400, 403}
    assert not office.note.grants


def test_who_may_not_write_may_not_share(office: Office, ana: Api) -> None:
    given = {"type": "anyone", "role": "reader"}
    found = ana.http.post(f"/drive/v3/files/{office.plan.id}/permissions?supportsAllDrives=true", json=given)
    assert found.status_code == 403
