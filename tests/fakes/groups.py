"""User groups of Slack, as a test says."""

from collections.abc import Mapping

from bot.core.admin import Groups
from connectors.model import AccessUnknown, Retryable


class FakeGroups(Groups):
    """`there`: who is in each. Which are `unread` may not be looked into; `is_down`: nothing can be found out now."""

    def __init__(self) -> None:
        self.there: dict[str, set[str]] = {}
        self.unread: set[str] = set()
        self.is_down = False
        self.looks = 0

    def members(self, group: str) -> frozenset[str]:
        self.looks += 1
        if self.is_down:
            raise Retryable("away")
        if group in self.unread or group not in self.there:
            raise AccessUnknown("usergroups.users.list: missing_scope")
        return frozenset(self.there[group])

    def handles(self) -> Mapping[str, str]:
        return {group: group.lower() for group in self.there if group not in self.unread}
