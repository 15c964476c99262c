"""Which changes one log tells of: a person's, or a shared drive's. Each thing once, where it changed last."""

from collections.abc import Iterator, Mapping
from typing import Any

from bot.playground.google.call import Call, read, written
from bot.playground.google.errors import invalid, refused
from bot.playground.google.events import MY_DRIVE, Event
from bot.playground.google.masks import Mask, masked, within
from bot.playground.google.nouns import File
from bot.playground.google.wire_drive import Eyes, change_json, drive_json, file_json

Json = dict[str, Any]


def start(call: Call, log: str) -> str:
    return token(log, call.google.drive.events.last)


def token(log: str, number: int) -> str:
    return written({"log": log, "number": number})


def number_of(call: Call, log: str) -> int:
    """Of a token; one that is too old is refused as Drive refuses it today."""
    said: Mapping[str, Any] = read(call.param("pageToken"))
    number, events = said.get("number"), call.google.drive.events
    if said.get("log") != log or not isinstance(number, int) or not 0 <= number <= events.last:
        raise invalid("pageToken")
    if number < events.forgotten:
        status = call.habits.rejects_tokens_with
        raise refused(
            status, {400: "invalid", 404: "notFound"}.get(status, "gone"), "The page token is no longer valid."
        )
    return number


def of_a_drive(call: Call, drive_id: str, after: int) -> list[Event]:
    return _last(each for each in call.google.drive.events.after(after) if drive_id in each.places)


def of_a_person(call: Call, after: int) -> list[Event]:
    """What is or was in anybody's My Drive and theirs to see; and of shared drives themselves, with both flags.

    Of what is in a shared drive, only what was shared with them beyond it: its members have its own log.
    """
    shared = call.all_drives and call.including_all_drives
    return _last(each for each in call.google.drive.events.after(after) if _concerns(call, each, shared=shared))


def _concerns(call: Call, event: Event, *, shared: bool) -> bool:
    if not shared and MY_DRIVE not in event.places:
        return False
    if event.kind == "file" and call.flag("restrictToMyDrive") and MY_DRIVE not in event.places:
        return False
    oracle = call.sight.oracle
    mine = {("user", call.user.id)} | {("group", each) for each in oracle.groups_of(call.user)}
    mine |= set() if call.user.external else {("domain", call.google.name)}
    return bool(mine & event.readers)


def _last(events: Iterator[Event]) -> list[Event]:
    """What came after stands for what came before."""
    found: dict[tuple[str, str], Event] = {}
    for event in events:
        found.pop(event.key, None)
        found[event.key] = event
    return list(found.values())


def written_down(call: Call, eyes: Eyes, event: Event, log: str, wanted: Mask | None) -> Json:
    """As things are now, whenever it happened."""
    of_file, of_drive = within(wanted, "file"), within(wanted, "drive")
    file = _file(call, event, log) if event.kind == "file" else None
    drive = call.google.drive.drives.get(event.id) if event.kind == "drive" else None
    if drive is not None and call.sight.drive_role(call.user, drive.id) is None:
        drive = None
    whole = change_json(
        event,
        file=file_json(eyes, file, of_file) if file else None,
        drive=masked(drive_json(eyes, drive), of_drive) if drive else None,
    )
    return dict(masked(whole, wanted))


def _file(call: Call, event: Event, log: str) -> File | None:
    """If it is still of this log, and this caller may know of it."""
    file = call.google.drive.files.get(event.id)
    if file is None or not call.sight.lists(call.user, file):
        return None
    moved_away = file.drive_id != log if log else bool(file.drive_id) and MY_DRIVE in event.places
    return None if moved_away and not call.flag("includeCorpusRemovals") else file
