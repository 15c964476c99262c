"""`footnote sources add drive`: what the service account may do is said before anything is added, and what would be read,
if that is all that was asked for.
"""

from collections.abc import Mapping
from contextlib import closing
from functools import partial
from typing import TYPE_CHECKING, Any

from bot import app, kinds
from bot.cli import adding
from bot.cli.adding import Looked, asking, say_nothing_added, say_privileges, say_problems
from bot.cli.terminal import command, complain, say
from bot.core.errors import BadUse
from connectors.model import Fatal

if TYPE_CHECKING:
    from connectors.drive.check import Checked
    from connectors.drive.preview import Preview


def add(name: str, settings: Mapping[str, str], *, dry_run: bool, as_json: bool) -> None:
    from connectors.drive.check import checked
    from connectors.drive.preview import preview

    with command() as ours, app.records(ours) as records:
        try:
            connector = kinds.drive(name, settings)
        except (Fatal, ValueError) as error:
            raise BadUse(f"{error}.") from error
        with closing(connector), asking():
            found = checked(connector.reader)
            shown = preview(connector.reader, records.clock()) if dry_run and found.is_enough else None
        looked = Looked(found.is_enough, partial(_say, found, shown), _as_json(found, shown))
        adding.add(records, name, "drive", settings, looked, dry_run=dry_run, as_json=as_json)


def _say(checked: "Checked", shown: "Preview | None") -> None:
    own = f" The own Drives of {checked.people:,} people." if checked.people else ""
    say(f"Account: {checked.account}. Shared drives: {', '.join(checked.drives) or 'none'}.{own}")
    for drive, why in checked.unseen:
        complain(f"{drive}: {why}")
    say_privileges(checked.privileges)
    if shown is not None:
        _say_shown(shown)


def _say_shown(shown: "Preview") -> None:
    say("It would read:")
    for kind, number in sorted(shown.types.items()):
        say(f"  {number:>7,}  {kind}")
    for place, number in sorted(shown.places.items()):
        say(f"{place}: {number:,} files")
    if shown.too_large or shown.withheld:
        say(
            f"By their names alone: {shown.too_large:,} that are too large, {shown.withheld:,} that readers may not take away."
        )
    asked = shown.readers
    say(
        f"Of {asked.asked} files that were asked about, all {shown.people:,} people read {asked.everybody}, nobody whom we know "
        f"reads {asked.nobody}, {asked.unknown} unknown."
    )
    say_problems(shown.problems)
    say_nothing_added()


def _as_json(checked: "Checked", shown: "Preview | None") -> dict[str, Any]:
    body: dict[str, Any] = {"check": checked.model_dump(mode="json"), "enough": checked.is_enough}
    if shown is not None:
        body["preview"] = shown.model_dump(mode="json")
    return body
