"""The tools: those of Confluence and Drive, whose targets are the sources that there are at each moment; of Jira, as the settings
name it; of Slack, where we speak there.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from bot.app.archive import Records
from bot.core.acting import Tool
from bot.core.speaking import Speaker
from bot.settings import Settings
from connectors.http import origin
from policies.people import Email

if TYPE_CHECKING:
    from bot.tools.drive_share_file import Drive
    from bot.tools.wikis import Wiki
    from connectors.jira import Client as Jira


def tools(records: Records, speaker: Speaker | None = None, jira: "Jira | None" = None) -> tuple[Tool[Any], ...]:
    """A source that is added or removed later is one of their targets, or is none any more, at once."""
    from bot import tools as every

    made: list[Tool[Any]] = []
    if jira is not None:
        made += [every.JiraCreateIssue(jira, _known(records, jira)), every.JiraComment(jira, _known(records, jira))]
    made += [
        every.ConfluenceCreatePage(lambda: wikis(records)),
        every.ConfluenceComment(lambda: wikis(records)),
        every.DriveShareFile(lambda: drives(records)),
    ]
    if speaker is not None:
        made.append(every.SlackPostMessage(speaker))
    return tuple(made)


def jira(settings: Settings) -> "Jira | None":
    """Its connections are made once; whoever asks for it closes it. Raises Fatal, where what is said of it is not understood."""
    if settings.jira_url is None or settings.jira_token is None:
        return None
    from connectors.jira import Client, parse

    given = {"site": settings.jira_url, "api": settings.jira_api or settings.jira_url, "user": settings.jira_email}
    token = settings.jira_token
    understood = parse({name: value for name, value in given.items() if value is not None})
    return Client(understood, token.get_secret_value)


def wikis(records: Records) -> Sequence["Wiki"]:
    found = []
    for source, connector in records.built.of(records.sources.listed()):
        if source.kind != "confluence":
            continue
        from bot.tools.wikis import Wiki
        from connectors.confluence import ConfluenceConnector

        assert isinstance(connector, ConfluenceConnector)
        reader = connector.reader
        found.append(
            Wiki(
                source=source.name,
                settings=reader.settings,
                client=reader.client.hurried(),
                held=lambda email: records.access.person(email).principals,
                clock=records.clock,
            )
        )
    return found


def drives(records: Records) -> Sequence["Drive"]:
    found = []
    for source, connector in records.built.of(records.sources.listed()):
        if source.kind != "drive":
            continue
        from bot.tools.drive_share_file import Drive
        from connectors.drive import DriveConnector

        assert isinstance(connector, DriveConnector)
        found.append(Drive(connector.reader.settings, connector.reader.client.hurried()))
    return found


def _known(records: Records, jira: "Jira") -> Any:
    """An account is one at Atlassian: who is known to the Confluence of the same site is known to its Jira."""
    from connectors.confluence.people import account_of

    def known(email: Email) -> str | None:
        held = records.access.person(email).principals
        same = [each for each in wikis(records) if origin(each.settings.site) == origin(jira.settings.site)]
        return next((account for each in same if (account := account_of(each.source, held)) is not None), None)

    return known
