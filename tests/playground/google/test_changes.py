"""What the logs of changes tell, to whom, and for how long."""

from collections.abc import Callable
from typing import Any

import pytest

from bot.playground.google import GoogleEmulator, Habits
from tests.playground.google.conftest import BOTH, Api, Office

FIELDS = "newStartPageToken,nextPageToken,changes(changeType,removed,fileId,driveId,file(name,trashed),drive(name))"


class Log:
    """Of somebody, or of a shared drive as somebody sees it."""

    def __init__(self, api: Api, **params: str) -> None:
        self.api = api
        self.params = {**BOTH, "fields": FIELDS} | params
        self.token = self.start()

    def start(self) -> str:
        asked = {name: value for name, value in self.params.items() if name in {"driveId", "supportsAllDrives"}}
        return str(self.api.json("changes/startPageToken", **asked)["startPageToken"])

    def since(self, **params: Any) -> list[Any]:
        """And from there the next time."""
        pages = list(self.api.pages("changes", **self.params | {"pageToken": self.token} | params))
        self.token = pages[-1]["newStartPageToken"]
        return [each for page in pages for each in page["changes"]]

    def told(self) -> dict[str, str]:
        """By id, the name that it has, or that it is gone."""
        return {
            each.get("fileId") or each["driveId"]: (each.get("file") or each.get("drive") or {"name": "gone"})["name"]
            for each in self.since()
        }


@pytest.fixture
def of_team(office: Office, ben: Api) -> Log:
    return Log(ben, driveId=office.team.id)


def test_each_thing_is_told_once_where_it_changed_last_and_as_it_is_now(office: Office, of_team: Log) -> None:
    office.drive.edit(office.plan.id, "# One")
    office.drive.share(office.in_folder.id, "dev@acme.test")
    office.drive.rename(office.plan.id, "The plan")
    found = of_team.since()
    assert [each["fileId"] for each in found] == [office.in_folder.id, office.plan.id]
    assert found[1]["file"]["name"] == "The plan"
    assert of_team.since() == []


def test_page_by_page_it_is_the_same(office: Office, of_team: Log) -> None:
    files = [office.drive.add_file(f"{number}", b"", parent=office.folder.id) for number in range(5)]
    asked = [each["fileId"] for each in of_team.since(pageSize=2)]
    assert asked == [each.id for each in files]


def test_what_is_gone_is_told_by_its_id_alone(office: Office, of_team: Log) -> None:
    office.drive.delete(office.plan.id)
    assert of_team.since() == [{"changeType": "file", "removed": True, "fileId": office.plan.id}]


@pytest.mark.parametrize("what", ["move", "share", "limit", "trash", "delete"])
def test_of_a_folders_change_the_folder_alone_is_told(office: Office, of_team: Log, what: str) -> None:
    changes: dict[str, Callable[[], object]] = {
        "move": lambda: office.drive.move(office.folder.id, office.shut.id),
        "share": lambda: office.drive.share(office.folder.id, "dev@acme.test"),
        "limit": lambda: office.drive.limit(office.folder.id),
        "trash": lambda: office.drive.trash(office.folder.id),
        "delete": lambda: office.drive.delete(office.folder.id),
    }
    changes[what]()
    assert list(of_team.told()) == [office.folder.id]


def test_what_moved_between_drives_both_logs_tell(office: Office, ana: Api, of_team: Log) -> None:
    of_ana = Log(ana)
    office.drive.move(office.note.id, office.team.id)
    assert of_team.told() == {office.note.id: "note.txt"}
    assert of_ana.told() == {office.note.id: "gone"}
    office.drive.edit(office.note.id, b"later")
    assert of_team.told() == {office.note.id: "note.txt"}
    office.drive.move(office.note.id, office.anas.id)
    office.drive.edit(office.note.id, b"later still")
    assert of_team.told() == {office.note.id: "gone"}
    assert of_ana.told() == {office.note.id: "note.txt"}


def test_whoever_may_no_longer_see_it_is_told_that_it_is_gone(office: Office, api_of: Callable[..., Api]) -> None:
    of_dev = Log(api_of(office.dev))
    office.drive.share(office.note.id, "dev@acme.test")
    assert of_dev.told() == {office.note.id: "note.txt"}
    office.drive.unshare(office.note.id, "dev@acme.test")
    assert of_dev.told() == {office.note.id: "gone"}
    office.drive.edit(office.note.id, b"not theirs")
    assert of_dev.told() == {}


def test_a_persons_log_tells_of_drives_and_leaves_what_is_in_them_to_their_own(
    office: Office, ana: Api, ben: Api
) -> None:
    of_ben, of_ana = Log(ben), Log(ana)
    office.drive.edit(office.plan.id, "# New")
    assert of_ben.told() == {}
    office.drive.rename_drive("Team", "Everybody")
    assert of_ben.told() == {office.team.id: "Everybody"}
    assert of_ana.told() == {office.team.id: "Everybody"}
    office.drive.remove_member("Everybody", "ben@acme.test")
    assert of_ben.told() == {office.team.id: "gone"}
    assert of_ana.told() == {office.team.id: "Everybody"}
    office.drive.remove_drive("Everybody")
    assert of_ana.told() == {office.team.id: "gone"}


def test_without_both_flags_shared_drives_are_not_spoken_of(office: Office, ben: Api) -> None:
    of_ben = Log(ben, includeItemsFromAllDrives="false")
    office.drive.rename_drive("Team", "Everybody")
    assert of_ben.told() == {}


def test_somebody_who_only_has_a_link_has_no_log_of_it(office: Office, ben: Api) -> None:
    of_ben = Log(ben)
    office.drive.edit(office.linked.id, "# Other")
    assert of_ben.told() == {}


def test_a_drives_log_is_its_members(office: Office, api_of: Callable[..., Api]) -> None:
    asked = {"driveId": office.team.id, "supportsAllDrives": "true"}
    assert api_of(office.dev).refused("changes/startPageToken", **asked) == (404, "notFound")


def test_what_is_in_a_limited_folder_is_not_told_to_whom_it_shuts_out(office: Office, ana: Api) -> None:
    of_team = Log(ana, driveId=office.team.id)
    office.drive.rename(office.in_shut.id, "secret")
    assert of_team.told() == {office.in_shut.id: "gone"}


def test_in_a_my_drive_it_is_in_no_log_of_theirs(office: Office, api_of: Callable[..., Api]) -> None:
    office.drive.share(office.anas.id, "dev@acme.test")
    inner = office.drive.add_folder("Inner", parent=office.anas.id)
    of_dev = Log(api_of(office.dev))
    office.drive.limit(inner.id)
    assert of_dev.told() == {inner.id: "Inner"}, "they see that there is one"
    office.drive.add_file("secret.txt", b"", parent=inner.id)
    assert of_dev.told() == {}


def test_removals_may_be_left_out(office: Office, of_team: Log) -> None:
    office.drive.delete(office.plan.id)
    assert of_team.since(includeRemoved="false") == []


@pytest.mark.parametrize(("status", "reason"), [(410, "gone"), (400, "invalid"), (404, "notFound")])
def test_a_token_that_was_kept_too_long_is_refused(
    office: Office, google: GoogleEmulator, of_team: Log, status: int, reason: str
) -> None:
    google.habits = Habits(rejects_tokens_with=status)
    office.drive.events.forget()
    assert of_team.api.refused("changes", **of_team.params, pageToken=of_team.token) == (status, reason)
    of_team.token = of_team.start()
    office.drive.edit(office.plan.id, "# New")
    assert of_team.told() == {office.plan.id: "Plan"}


def test_a_token_is_good_for_its_log_only(office: Office, ben: Api, of_team: Log) -> None:
    of_ben = Log(ben)
    for wrong in (of_ben.token, "12", "", "~!!~e30=", of_team.token[:-5]):
        assert ben.get("changes", **of_team.params, pageToken=wrong).status_code == 400


def test_a_permission_that_ends_by_itself_is_in_no_log(office: Office, api_of: Callable[..., Api]) -> None:
    office.drive.share(office.note.id, "dev@acme.test", expires=office.clock.now() + 60)
    of_dev = Log(api_of(office.dev))
    office.clock.advance(60)
    assert of_dev.told() == {}
