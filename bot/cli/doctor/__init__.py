"""`footnote doctor`: what is well, what is not, why that matters, and what mends it. It mends nothing itself."""

from contextlib import ExitStack
from typing import Final

from bot import app
from bot.cli.doctor import installations, jira, machine, models, slack, sources, stores, tools
from bot.cli.doctor.examined import Finding, examine, fault
from bot.cli.terminal import FAULT, command, print_json, say
from bot.core.clock import Clock, utc_now
from bot.core.errors import FootnoteError
from bot.settings import Settings

_PATIENCE_S: Final = 30.0
_SIGNS: Final = {"well": "ok", "note": "--", "fault": "NO"}


def doctor(*, as_json: bool) -> None:
    with command() as settings:
        found = findings(settings)
    is_well = all(one.state != "fault" for one in found)
    if as_json:
        print_json({"well": is_well, "findings": [one.model_dump() for one in found]})
    else:
        for one in found:
            _say(one)
    if not is_well:
        raise SystemExit(FAULT)


def findings(settings: Settings, clock: Clock = utc_now, patience_s: float = _PATIENCE_S) -> tuple[Finding, ...]:
    """(1) what needs no database, and the database; (2) what is in it, if that can be read as it is."""
    alone = [
        *machine.checks(settings),
        *slack.checks(settings, clock),
        *models.weights(settings),
        *jira.checks(settings),
        stores.database(settings),
    ]
    found = examine(alone, patience_s)
    if found[-1].state != "well":
        return (*found, *examine(slack.scopes(settings, app.rules_in_force(None)), patience_s))
    with ExitStack() as opened:
        try:
            records = opened.enter_context(app.records(settings, clock))
        except FootnoteError as error:
            return (
                *found,
                fault("records", str(error), why="What is kept cannot be looked at.", fix="As it says there."),
            )
        kept = [
            *slack.scopes(settings, app.rules_in_force(records)),
            *stores.checks(records),
            *models.checks(records),
            *sources.checks(records),
            *tools.checks(records),
            *installations.checks(records),
        ]
        return (*found, *examine(kept, patience_s))


def _say(one: Finding) -> None:
    say(f"{_SIGNS[one.state]}  {one.check}: {one.what}", style="bold" if one.state == "fault" else "dim")
    for words in (one.why, f"Fix: {one.fix}" if one.fix else ""):
        if words:
            say(f"    {words}")
