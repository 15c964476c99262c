"""The sources: does each let us do what we have to, and is what we know of it fresh?"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

from bot import app, kinds
from bot.cli.doctor.examined import Check, Finding, fault, note, well
from bot.core.channels import nothing_in
from bot.service.signing_in import is_reached
from bot.stores.loops import Checkpoint
from bot.stores.passages import PassageStore
from bot.stores.sources import Source
from connectors.model import AccessUnknown, Fatal, Loop, Retryable

if TYPE_CHECKING:
    from connectors.privileges import Privilege

_LATE: Final = 4  # passes that did not come
_FROM_IT: Final = "Nothing new is read of it, and what may be shown of it is asked there in vain."


def checks(records: app.Records) -> list[Check]:
    found = records.sources.active()
    if not found:
        return [Check("sources", lambda: [_NONE])]
    return [
        *(Check(f"source {each.name}", lambda each=each: list(_allowed(each))) for each in found),  # type: ignore[misc]
        *(Check(f"sign-in {each.name}", lambda each=each: list(_signs_in(records, each))) for each in found),  # type: ignore[misc]
        *(Check(f"freshness {each.name}", lambda each=each: list(_fresh(records, each))) for each in found),  # type: ignore[misc]
        Check("channel scopes", lambda: list(_scopes(records))),
    ]


def _scopes(records: app.Records) -> Iterator[Finding]:
    """A name that was misspelt narrows a channel to nothing, and so does a label where a source has none."""
    scopes = {channel: here.scope for channel, here in records.config.rules().channels.items() if here.scope}
    shelves = PassageStore(records.database).shelves() if scopes else {}
    for channel, scope in scopes.items():
        for place in nothing_in(scope, shelves):
            yield note(
                "channel scopes",
                f"There is nothing in {place}, a place of the scope of {channel}.",
                why="Nothing is found there; where it is the only place, nothing is answered in that channel.",
                fix="/footnote channel scope … in that channel; a # of a name is written twice, and only Confluence has labels.",
            )


_NONE: Final = note("sources", "There are none yet, so nothing is answered.", fix="footnote sources add --help")


def _allowed(source: Source) -> Iterator[Finding]:
    check = f"source {source.name}"
    try:
        match source.kind:
            case "folder":
                yield _folder(check, source.name, Path(source.settings["path"]))
            case "confluence":
                yield from _told(check, *_of_confluence(source))
            case "drive":
                yield from _told(check, *_of_drive(source))
            case _:
                yield note(check, f"This version knows no sources of kind {source.kind}.")
    except (Fatal, AccessUnknown, ValueError) as error:
        fix = f"Correct its secret, or what was said when it was added: footnote sources add {source.kind} --help"
        yield fault(check, _said(error), why=_FROM_IT, fix=fix)
    except Retryable as error:
        yield fault(
            check, _said(error), why=_FROM_IT, fix="Look at the network and at the site, and try again in a while."
        )


def _said(error: Exception) -> str:
    """Ours are worded for people; any other is told by its kind."""
    return (
        f"It does not answer as it has to ({error})."
        if not isinstance(error, ValueError)
        else "Its settings are not usable."
    )


def _folder(check: str, name: str, path: Path) -> Finding:
    if not path.is_dir():
        return fault(
            check,
            f"{path} is no folder any more.",
            why="What was read of it goes with the next sync that is told that all of it is gone.",
            fix=f"Put it back; or footnote sources remove {name}, and add it where it is.",
        )
    if not (path / "people.yaml").exists():
        return note(check, f"There is no people.yaml in {path}: nobody is in a group.")
    return well(check, f"{path} can be read.")


_Answered = tuple[bool, Sequence["Privilege"], Sequence[str]]


def _of_confluence(source: Source) -> _Answered:
    from connectors.confluence.check import checked

    with closing(kinds.confluence(source.name, source.settings)) as connector:
        found = checked(connector.reader)
    return found.is_enough, found.privileges, [f"{key}: nothing of this space is visible" for key in found.unseen]


def _of_drive(source: Source) -> _Answered:
    from connectors.drive.check import checked

    with closing(kinds.drive(source.name, source.settings)) as connector:
        found = checked(connector.reader)
    return found.is_enough, found.privileges, [f"{drive}: {why}" for drive, why in found.unseen]


def _signs_in(records: app.Records, source: Source) -> Iterator[Finding]:
    """Of a source with an OAuth client: does anybody come to it, and back?"""
    check, settings = f"sign-in {source.name}", records.settings
    try:
        client = kinds.sign_in(source.kind, source.settings, "")
    except Fatal:  # said of the source itself
        return
    if client is None:
        return
    if settings.public_url is None:
        what = "It has an OAuth client, and we have no address that browsers reach."
        fix = "Set FOOTNOTE_PUBLIC_URL=https://HOST, and register https://HOST/link/done with that client."
        yield fault(check, what, why=_NOBODY, fix=fix)
    elif not is_reached(settings):
        fix = "Set FOOTNOTE_PORT, to which that address leads; the socket to Slack stays as it is."
        yield fault(check, "It has an OAuth client, and no port is open here.", why=_NOBODY, fix=fix)
    else:
        try:
            client.secret()
        except Fatal as error:
            yield fault(
                check, f"{error}.", why=_NOBODY, fix="Put the secret of its OAuth client where it is read from."
            )
            return
        yield well(check, f"People may link themselves, and come back to {settings.public_url}/link/done.")


_NOBODY: Final = "Nobody can link themselves at it."


def _told(check: str, is_enough: bool, privileges: Sequence["Privilege"], unseen: Sequence[str]) -> Iterator[Finding]:  # noqa: FBT001 - it is called by position
    for one in privileges:
        if one.missing is not None:
            told = fault if one.needed else note
            fix = f"Give its account {' and '.join(one.scopes)}."
            yield told(check, f"It may not {one.name}: {one.missing}", why=f"Without it, {one.lost}.", fix=fix)
    for what in unseen:
        yield fault(check, what, why=_FROM_IT, fix="Is the id right, and may our account read there?")
    if is_enough and not unseen:
        yield well(check, "Our account may do all that is needed.")


def _fresh(records: app.Records, source: Source) -> Iterator[Finding]:
    check, now = f"freshness {source.name}", records.clock()
    if source.paused is not None:
        what = f"It is paused, by {source.paused.by} since {source.paused.at:%Y-%m-%d %H:%M} UTC."
        why = "What was read of it grows older, and is found no more once it is too old."
        yield note(check, what, why=why, fix=f"footnote sources resume {source.name}")
        return
    sync = f"footnote sync {source.name}"
    if not any(checkpoint.read_at for checkpoint in source.loops.values()):
        yield fault(check, "It has never been read to its end.", why="Nothing of it is found.", fix=sync)
        return
    stopped = {loop: one.stopped for loop, one in source.loops.items() if one.stopped is not None}
    for loop, because in stopped.items():
        yield fault(check, f"Its {loop} could not be read to the end: {because}", why=_FROM_IT, fix=sync)
    late = _late(source.loops, records.settings.minutes_between, now)
    for loop, minutes in late.items():
        what = f"The last pass over its {loop} is {minutes:,.0f} minutes old."
        yield fault(
            check, what, why="What has changed since is neither found nor taken back.", fix=f"footnote serve, or {sync}"
        )
    if not stopped and not late:
        yield well(check, "What we know of it is fresh.")


def _late(loops: Mapping[Loop, Checkpoint], between: Mapping[str, float], now: datetime) -> dict[Loop, float]:
    """Those of which several passes did not come."""
    ages = {loop: (now - one.read_at).total_seconds() / 60 for loop, one in loops.items() if one.read_at is not None}
    return {loop: age for loop, age in ages.items() if age > _LATE * between[loop]}
