"""The tools: is there anything in which those that the rules have enabled could be done?"""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from typing import Final

from bot import app
from bot.app import tools
from bot.cli.doctor.examined import Check, Finding, fault
from connectors.model import Fatal

_FIXES: Final[Mapping[str, str]] = {
    "confluence": "footnote sources add confluence --help",
    "drive": "footnote sources add drive --help",
    "jira": "Set FOOTNOTE_JIRA_URL, FOOTNOTE_JIRA_EMAIL and FOOTNOTE_JIRA_TOKEN",
}
"""By target. That of Slack is looked after where we speak there."""


def checks(records: app.Records) -> list[Check]:
    return [Check("tools", lambda: list(_without_target(records)))]


def _without_target(records: app.Records) -> Iterator[Finding]:
    there = _there(records)
    for target, each in records.config.rules().tools.items():
        for does, rule in each.items():
            name = f"{target}.{does}"
            if rule.enabled and target in _FIXES and name not in there:
                yield fault(
                    f"tool {name}",
                    "It is enabled, and its target is not set up.",
                    why="Whoever asks for it is told so, and nothing is done.",
                    fix=f"{_FIXES[target]}; or in Slack: /footnote tools disable {name}",
                )


def _there(records: app.Records) -> frozenset[str]:
    with ExitStack() as stack:
        try:
            jira = tools.jira(records.settings)
        except Fatal:  # told of as Jira's own
            jira = None
        if jira is not None:
            stack.callback(jira.close)
        return frozenset(one.name for one in tools.tools(records, jira=jira) if one.is_set_up())
