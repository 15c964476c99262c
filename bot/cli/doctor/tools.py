"""The tools: is there anything in which those that the rules have enabled could be done, and anybody who can approve them?"""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from typing import Final

from bot import app
from bot.app import tools
from bot.cli.doctor.asked import asked
from bot.cli.doctor.examined import Check, Finding, fault
from connectors.model import Fatal
from policies.gate import ToolRule, is_group

_FIXES: Final[Mapping[str, str]] = {
    "confluence": "footnote sources add confluence --help",
    "drive": "footnote sources add drive --help",
    "jira": "Set FOOTNOTE_JIRA_URL, FOOTNOTE_JIRA_EMAIL and FOOTNOTE_JIRA_TOKEN",
}
"""By target. That of Slack is looked after where we speak there."""


def checks(records: app.Records) -> list[Check]:
    return [
        Check("tools", lambda: list(_without_target(records))),
        Check("approvers", lambda: list(_unread_groups(records))),
    ]


def _unread_groups(records: app.Records) -> Iterator[Finding]:
    """Of Slack, that approve something, where there is a token that is ours alone. By them nobody approves anything."""
    token = records.settings.slack_bot_token
    if token is None:
        return
    for name, rule in _enabled(records):
        for group in filter(is_group, rule.approvers):
            said = asked(records.settings, "usergroups.users.list", token.get_secret_value(), usergroup=group)
            if isinstance(said, str):
                yield fault(
                    f"approvers of {name}",
                    f"Who is in the user group {group} of Slack cannot be read ({said}).",
                    why="Nobody approves anything in its name, so what waits for that is not done.",
                    fix=f"Give the app usergroups:read, or name another: /footnote policy set tools.{name}.approvers",
                )


def _without_target(records: app.Records) -> Iterator[Finding]:
    there = _there(records)
    for name, _ in _enabled(records):
        target = name.partition(".")[0]
        if target in _FIXES and name not in there:
            yield fault(
                f"tool {name}",
                "It is enabled, and its target is not set up.",
                why="Whoever asks for it is told so, and nothing is done.",
                fix=f"{_FIXES[target]}; or in Slack: /footnote tools disable {name}",
            )


def _enabled(records: app.Records) -> Iterator[tuple[str, ToolRule]]:
    for target, each in records.config.rules().tools.items():
        yield from ((f"{target}.{does}", rule) for does, rule in each.items() if rule.enabled)


def _there(records: app.Records) -> frozenset[str]:
    with ExitStack() as stack:
        try:
            jira = tools.jira(records.settings)
        except Fatal:  # told of as Jira's own
            jira = None
        if jira is not None:
            stack.callback(jira.close)
        return frozenset(one.name for one in tools.tools(records, jira=jira) if one.is_set_up())
