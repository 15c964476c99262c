"""`footnote workspaces`: where the app is installed, and under which name what is kept of each lies. No token is ever shown."""

from datetime import datetime

from rich.table import Table

from bot import app
from bot.cli.terminal import command, operator, print_json, say, show_table
from bot.core.installing import Installed
from bot.service import several

_COLUMNS = ("workspace", "team", "state", "since", "first admin", "token until")


def show(*, as_json: bool) -> None:
    with command() as settings, app.records(settings) as records:
        found = several.installations(records).all()
    if as_json:
        print_json({"workspaces": [one.model_dump(mode="json", exclude={"version"}) for one in found]})
    elif not found:
        say("Nobody has installed the app by OAuth yet. `footnote serve` shows where that is done.")
    else:
        show_table(_table(found))
        say("To work on one of them: FOOTNOTE_WORKSPACE=w_… footnote sources add …", style="dim")


def forget(id_: str) -> None:
    with command() as settings, app.records(settings) as records:
        rows = several.forget(records, id_, "footnote workspaces forget", operator())
    say(
        f"Nothing is kept of {id_} any more: {rows:,} rows, its vectors and its index are gone. Backups are yours to clear."
    )


def _table(found: tuple[Installed, ...]) -> Table:
    table = Table(box=None, pad_edge=False)
    for name in _COLUMNS:
        table.add_column(name, no_wrap=True, overflow="fold")
    for one in found:
        since = one.ended_at or one.installed_at
        ends = _moment(one.expires_at) if one.expires_at is not None else "it is removed"
        table.add_row(
            one.id, one.team, one.state, f"{since:%Y-%m-%d}", one.first_admin, ends if one.state == "live" else ""
        )
    return table


def _moment(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M}"
