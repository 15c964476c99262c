"""The company's Jira: an emulator in this process, and how Footnote reaches it. Its token is never printed."""

from typing import Final

from pydantic import SecretStr

from bot.cli.demo.sites import Sites
from bot.settings import Settings

SITE: Final = "https://jira.acme.test"  # where links for people lead; nobody is there


def reached(settings: Settings, sites: Sites | None) -> Settings:
    """Whatever Jira the environment names: the demo's, or none."""
    if sites is None:
        none = dict.fromkeys(("jira_url", "jira_api", "jira_email", "jira_token"))
        return settings.model_copy(update=none)
    caller = sites.jira.caller
    return settings.model_copy(
        update={
            "jira_url": SITE,
            "jira_api": sites.jira.url,
            "jira_email": caller.email,
            "jira_token": SecretStr(caller.token),
        }
    )
