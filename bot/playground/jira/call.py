"""One request: who asks, for what, with which parameters; and what the caller may see. It must never change the world."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bot.playground.confluence.callers import Caller
from bot.playground.jira.errors import no_issue, no_project, refuse
from bot.playground.jira.nouns import BROWSE, Issue, Project

if TYPE_CHECKING:
    from bot.playground.jira.site import JiraSite
    from bot.playground.world import World


@dataclass(frozen=True)
class Call:
    world: "World"
    caller: Caller
    named: Mapping[str, str]  # what stands in the path
    params: Mapping[str, list[str]]
    body: Any
    base: str

    @property
    def site(self) -> "JiraSite":
        return self.world.jira

    # -- parameters

    def param(self, name: str, default: str = "") -> str:
        return self.params[name][-1] if name in self.params else default

    def several(self, name: str) -> list[str]:
        return [each for given in self.params.get(name, ()) for each in given.split(",") if each]

    def number(self, name: str, default: int) -> int:
        given = self.param(name)
        if given and not given.isdigit():
            refuse(400, f"'{given}' is not a number, as {name} has to be.")
        return int(given or default)

    def said(self) -> Mapping[str, Any]:
        if not isinstance(self.body, dict):
            refuse(400, "Invalid request payload. Refer to the REST API documentation and try again.")
        return self.body

    # -- what the caller may see

    def may(self, permission: str, project: Project, issue: Issue | None = None) -> bool:
        if self.caller.sees_everything:
            return True
        return self.site.may(self.caller.account_id, permission, project, issue)

    def project(self, ref: str) -> Project:
        try:
            found = self.site.project(ref)
        except LookupError:
            no_project(ref)
        if not self.may(BROWSE, found):
            no_project(ref)
        return found

    def issue(self, ref: str) -> Issue:
        try:
            found = self.site.issue(ref)
        except LookupError:
            no_issue()
        if not self.sees(found):
            no_issue()
        return found

    def sees(self, issue: Issue) -> bool:
        return self.may(BROWSE, self.site.project(issue.project_id), issue)
