"""Who is in a user group of Slack, and what people call it. The port `Groups`. Nothing is remembered: whoever has left a group
decides nothing in its name.
"""

from collections.abc import Mapping

import structlog
from slack_sdk import WebClient

from bot.slack import wire
from bot.slack.calls import ask
from connectors.model import AccessUnknown, Retryable

log = structlog.get_logger()


class SlackGroups:
    def __init__(self, client: WebClient) -> None:
        self._client = client

    def members(self, group: str) -> frozenset[str]:
        return frozenset(ask(self._client, "usergroups.users.list", wire.GroupMembers, usergroup=group).users)

    def handles(self) -> Mapping[str, str]:
        """Only to name them: where Slack does not say it, their ids are all there is."""
        try:
            found = ask(self._client, "usergroups.list", wire.UserGroups).usergroups
        except (AccessUnknown, Retryable) as why:
            log.warning("what user groups are called could not be found out", why=str(why))
            return {}
        return {one.id: one.handle for one in found if one.handle}
