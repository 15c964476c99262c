"""Google's own client pages through it, and what it is told is as Google's own description of its APIs says."""

import json
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import googleapiclient
import httplib2
import pytest
from google.oauth2 import service_account
from google_auth_httplib2 import AuthorizedHttp
from googleapiclient.discovery import build
from googleapiclient.errors import HttpError
from jsonschema import Draft202012Validator

from bot.playground.google import GoogleEmulator, Oracle
from tests.playground.google.conftest import EVERYTHING, Office

DOCUMENTS = Path(googleapiclient.__file__).parent / "discovery_cache" / "documents"
BOTH = {"supportsAllDrives": True, "includeItemsFromAllDrives": True}


@cache
def described(api: str) -> Any:
    return json.loads((DOCUMENTS / f"{api}.json").read_text(encoding="utf-8"))


def valid(api: str, schema: str, found: Any) -> Any:
    """Everything in it is of a name and a type that Google describes."""
    validator(api, schema).validate(found)
    return found


@cache
def validator(api: str, schema: str) -> Draft202012Validator:
    defined = {name: translated(each) for name, each in described(api)["schemas"].items()}
    return Draft202012Validator({"$defs": defined, "$ref": f"#/$defs/{schema}"})


def translated(schema: Any) -> Any:
    """Discovery's dialect: `$ref` names a schema, `any` is anything, and what is not described is not there."""
    if "$ref" in schema:
        return {"$ref": f"#/$defs/{schema['$ref']}"}
    if schema.get("type") == "any":
        return {}
    found: dict[str, Any] = {"type": schema["type"]}
    if "enum" in schema:
        found["enum"] = schema["enum"]
    if schema.get("format") in PATTERNS and schema["type"] == "string":
        found["pattern"] = PATTERNS[schema["format"]]
    if "items" in schema:
        found["items"] = translated(schema["items"])
    if "properties" in schema:
        found["properties"] = {name: translated(each) for name, each in schema["properties"].items()}
        found["additionalProperties"] = False
    elif "additionalProperties" in schema:
        found["additionalProperties"] = translated(schema["additionalProperties"])
    return found


PATTERNS = {"date-time": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$", "int64": r"^-?\d+$"}


class Client:
    """Drive and the Directory, as somebody."""

    def __init__(self, google: GoogleEmulator, who: str) -> None:
        info = dict(google.key())
        credentials = service_account.Credentials.from_service_account_info(info, scopes=EVERYTHING, subject=who)  # type: ignore[no-untyped-call]
        http = AuthorizedHttp(credentials, http=httplib2.Http(timeout=5))
        self.drive = self._built(http, "drive", "v3", google.drive_url)
        self.directory = self._built(http, "admin", "directory_v1", f"{google.url}/")

    @staticmethod
    def _built(http: Any, name: str, version: str, where: str) -> Any:
        return build(name, version, http=http, static_discovery=True, client_options={"api_endpoint": where})

    def pages(self, of: Any, method: str, **params: Any) -> Iterator[Any]:
        asked = getattr(of, method)(**params)
        while asked is not None:
            page = asked.execute()
            yield page
            asked = getattr(of, f"{method}_next")(asked, page)


@pytest.fixture
def client_of(google: GoogleEmulator) -> Iterator[Callable[[str], Client]]:
    opened: list[Client] = []

    def make(who: str) -> Client:
        opened.append(Client(google, who))
        return opened[-1]

    yield make
    for each in opened:
        each.drive.close()
        each.directory.close()


def test_it_pages_through_all_files_of_a_shared_drive(office: Office, client_of: Callable[[str], Client]) -> None:
    made = {office.drive.add_file(f"{number}.txt", b"", parent=office.folder.id).id for number in range(25)}
    ben = client_of("ben@acme.test")
    asked = {"corpora": "drive", "driveId": office.team.id, "pageSize": 10, "fields": "*", **BOTH}
    pages = [valid("drive.v3", "FileList", page) for page in ben.pages(ben.drive.files(), "list", **asked)]
    ids = [each["id"] for page in pages for each in page["files"]]
    assert len(pages) == 3
    assert len(ids) == len(set(ids))
    assert set(ids) == made | {
        each.id for each in (office.plan, office.folder, office.in_folder, office.shut, office.in_shut)
    }


def test_it_pages_through_permissions(office: Office, client_of: Callable[[str], Client]) -> None:
    for number in range(130):
        office.drive.share(office.plan.id, f"person-{number}@elsewhere.test", expires=office.clock.now() + 10)
    office.drive.share(office.plan.id, "acme.test", discoverable=False)
    office.drive.share(office.plan.id)
    ben = client_of("ben@acme.test")
    asked = {"fileId": office.plan.id, "supportsAllDrives": True, "fields": "*"}
    pages = [valid("drive.v3", "PermissionList", page) for page in ben.pages(ben.drive.permissions(), "list", **asked)]
    assert [len(page["permissions"]) for page in pages] == [100, 34]


def test_it_pages_through_changes_and_is_told_where_to_go_on(
    office: Office, client_of: Callable[[str], Client]
) -> None:
    ben = client_of("ben@acme.test")
    of_drive = {"driveId": office.team.id, "supportsAllDrives": True}
    started = ben.drive.changes().getStartPageToken(**of_drive).execute()
    valid("drive.v3", "StartPageToken", started)
    made = {office.drive.add_file(f"{number}.txt", b"", parent=office.folder.id).id for number in range(15)}
    office.drive.delete(office.plan.id)
    office.drive.rename_drive(office.team.id, "The team")
    asked = {"pageToken": started["startPageToken"], "pageSize": 10, "fields": "*", **of_drive, **BOTH}
    pages = [valid("drive.v3", "ChangeList", page) for page in ben.pages(ben.drive.changes(), "list", **asked)]
    told = [each for page in pages for each in page["changes"]]
    assert len(pages) == 2
    assert {each["fileId"] for each in told if not each["removed"] and each["changeType"] == "file"} == made
    assert [each["fileId"] for each in told if each["removed"]] == [office.plan.id]
    assert [each["drive"]["name"] for each in told if each["changeType"] == "drive"] == ["The team"]
    again = ben.drive.changes().list(**asked | {"pageToken": pages[-1]["newStartPageToken"]}).execute()
    assert again["changes"] == []


def test_it_pages_through_shared_drives(office: Office, client_of: Callable[[str], Client]) -> None:
    for number in range(12):
        office.drive.add_drive(f"Drive {number}", {"ben@acme.test": "reader"})
    ben = client_of("ben@acme.test")
    pages = [valid("drive.v3", "DriveList", each) for each in ben.pages(ben.drive.drives(), "list", fields="*")]
    assert [len(page["drives"]) for page in pages] == [10, 3]


def test_it_pages_through_people_groups_and_members(office: Office, client_of: Callable[[str], Client]) -> None:
    office.directory.add_members("platform@acme.test", "customer", "guest@elsewhere.test")
    admin = client_of("admin@acme.test")
    users, groups, members = admin.directory.users(), admin.directory.groups(), admin.directory.members()
    found = [
        valid("admin.directory_v1", "Users", page)
        for page in admin.pages(users, "list", customer="my_customer", maxResults=2)
    ]
    assert [each["primaryEmail"].partition("@")[0] for page in found for each in page["users"]] == [
        "admin", "ana", "ben", "dev", "gone",
    ]  # fmt: skip
    found = [
        valid("admin.directory_v1", "Groups", page)
        for page in admin.pages(groups, "list", customer="my_customer", maxResults=1)
    ]
    assert [each["name"] for page in found for each in page["groups"]] == ["engineering", "platform"]
    found = [
        valid("admin.directory_v1", "Members", page)
        for page in admin.pages(members, "list", groupKey="platform@acme.test", maxResults=2)
    ]
    assert sorted(each["type"] for page in found for each in page["members"]) == ["CUSTOMER", "USER", "USER", "USER"]


def test_everything_that_is_got_one_by_one_is_as_described(office: Office, client_of: Callable[[str], Client]) -> None:
    office.drive.add_shortcut(office.plan.id, owner="ben@acme.test")
    ben, admin = client_of("ben@acme.test"), client_of("admin@acme.test")
    for seen in Oracle(office.world).openable("ben@acme.test"):
        got = ben.drive.files().get(fileId=seen, supportsAllDrives=True, fields="*").execute()
        valid("drive.v3", "File", got)
    valid("drive.v3", "Drive", ben.drive.drives().get(driveId=office.team.id, fields="*").execute())
    held = {"fileId": office.plan.id, "permissionId": office.ben.id, "supportsAllDrives": True, "fields": "*"}
    valid("drive.v3", "Permission", ben.drive.permissions().get(**held).execute())
    given = {"type": "user", "role": "reader", "emailAddress": "dev@acme.test"}
    made = ben.drive.permissions().create(fileId=office.plan.id, body=given, supportsAllDrives=True, fields="*")
    valid("drive.v3", "Permission", made.execute())
    valid("admin.directory_v1", "User", admin.directory.users().get(userKey="ribeiro@acme.test").execute())
    valid("admin.directory_v1", "Group", admin.directory.groups().get(groupKey="platform@acme.test").execute())
    units = admin.directory.orgunits().list(customerId="my_customer", type="all").execute()
    valid("admin.directory_v1", "OrgUnits", units)
    assert [each["orgUnitPath"] for each in units["organizationUnits"]] == ["/Porto", "/Porto/Engineering"]


def test_it_gets_contents_exports_and_refusals(office: Office, client_of: Callable[[str], Client]) -> None:
    ben = client_of("ben@acme.test")
    assert ben.drive.files().get_media(fileId=office.in_folder.id, supportsAllDrives=True).execute() == b"in a folder"
    with pytest.raises(HttpError) as no:
        ben.drive.files().get(fileId=office.note.id).execute()
    assert (no.value.status_code, no.value.error_details[0]["reason"]) == (404, "notFound")


def test_what_google_does_not_describe_is_found_out(office: Office, client_of: Callable[[str], Client]) -> None:
    """Or the checks above would prove nothing."""
    ben = client_of("ben@acme.test")
    got = ben.drive.files().get(fileId=office.plan.id, supportsAllDrives=True, fields="*").execute()
    for wrong in (got | {"colour": "red"}, got | {"trashed": "false"}, got | {"modifiedTime": "yesterday"}):
        assert not validator("drive.v3", "File").is_valid(wrong)
