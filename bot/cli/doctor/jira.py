"""Jira: does it let us do there what people ask for, and find out who of them may?"""

from contextlib import closing

from bot.app.tools import jira
from bot.cli.doctor.examined import Check, Finding, fault, well
from bot.settings import Settings
from connectors.jira import Client
from connectors.model import AccessUnknown, Fatal, Retryable

_LOST = "Nothing can be made in Jira for anybody."
_FIX = "Look at FOOTNOTE_JIRA_URL, FOOTNOTE_JIRA_EMAIL, FOOTNOTE_JIRA_TOKEN and FOOTNOTE_JIRA_API."


def checks(settings: Settings) -> list[Check]:
    return [Check("jira", lambda: [_allowed(settings)])] if settings.jira_url is not None else []


def _allowed(settings: Settings) -> Finding:
    try:
        client = jira(settings)
        if client is None:
            return fault("jira", "FOOTNOTE_JIRA_TOKEN is not set.", why=_LOST, fix=_FIX)
        with closing(client):
            return _asked(client)
    except (Fatal, AccessUnknown, Retryable) as error:
        return fault("jira", f"{str(error)[:1].upper()}{str(error)[1:]}.", why=_LOST, fix=_FIX)


def _asked(client: Client) -> Finding:
    """About somebody else: of themselves everybody is told."""
    client.me()
    client.may("somebody-else", ["BROWSE_PROJECTS"])
    return well("jira", f"{client.settings.site} tells us what people may do there.")
