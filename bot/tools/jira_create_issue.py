"""A new issue in a project of Jira, made by our own account for somebody who may make it themselves."""

from collections.abc import Callable
from typing import Annotated, ClassVar, Final

from pydantic import BeforeValidator, Field

from bot.core.acting import Actor, Arguments, Barred, Done, NotDone, Unsure, Would, byline
from bot.tools.outcomes import (
    ABSENT,
    ANOTHER,
    NOT_YOURS,
    UNKNOWN,
    OneLine,
    Stopped,
    asking,
    finding,
    is_another,
    nonce,
    not_done,
    quoted,
    writing,
)
from connectors.http import Refused
from connectors.jira.client import Client, reason
from connectors.jira.document import document
from connectors.jira.wire import IssueType, Mark, Project
from connectors.plain import NOTHING_BELOW, Below
from policies.people import Email, Noun

KINDS: Final = ("Task", "Bug", "Story")
NEEDS: Final = ("BROWSE_PROJECTS", "CREATE_ISSUES")
MOST_CHARACTERS: Final = 30_000  # Jira takes 32,767, with what is added


def _key(value: object) -> object:
    return value.strip().upper() if isinstance(value, str) else value


class Issue(Arguments):
    project: Annotated[str, BeforeValidator(_key)] = Field(
        description="Key of the Jira project, such as ENG",
        pattern=r"^[A-Z][A-Z0-9_]{1,62}$",
        json_schema_extra={"footnote": "target"},
    )
    type: OneLine = Field(
        default="Task", examples=list(KINDS), description="Kind of issue, as the project calls it: Task, Bug, Story"
    )
    summary: OneLine = Field(description="What it is about, in one line", json_schema_extra={"footnote": "text"})
    description: str = Field(
        default="",
        max_length=MOST_CHARACTERS,
        description="What more there is to say",
        json_schema_extra={"footnote": "text", "footnote_body": True},
    )


class _Checked(Noun):
    project: Project
    type: IssueType
    account: str


class JiraCreateIssue:
    """`known`: whose account somebody's is, where that is known without asking Jira."""

    name: ClassVar[str] = "jira.create_issue"
    takes: ClassVar[type[Arguments]] = Issue
    keyed: ClassVar[bool] = False
    signs: ClassVar[bool] = True

    def __init__(self, client: Client, known: Callable[[Email], str | None] = lambda _: None) -> None:
        self._client, self._known = client, known

    def is_set_up(self) -> bool:
        return True

    def look(self, arguments: Issue, actor: Actor) -> Would | Barred:
        found = self._checked(arguments, actor)
        if isinstance(found, Barred):
            return found
        project = found.project
        return Would(
            target=f"{project.key} – {project.name}",
            id=self._id(project),
            url=self._client.page_of(project.key),
        )

    def run(
        self, arguments: Issue, actor: Actor, key: str, below: Below = NOTHING_BELOW, *, at: str | None = None
    ) -> Done | NotDone:
        found = self._checked(arguments, actor)
        if isinstance(found, Barred):
            return not_done(found)
        if is_another(self._id(found.project), at):
            return ANOTHER
        fields = {
            "project": {"id": found.project.id},
            "issuetype": {"id": found.type.id},
            "summary": arguments.summary,
            "description": document(arguments.description, byline=byline(actor), below=below),
        }
        try:
            with writing():
                made = self._client.create_issue(fields, Mark(nonce=nonce(key), account=found.account))
        except Stopped as stopped:
            return stopped.not_done
        if isinstance(made, Refused):
            return NotDone(why="invalid" if made.status == 400 else "refused", said=quoted(reason(made)))  # noqa: PLR2004
        return self._done(made.key or made.id)

    def find(self, arguments: Issue, actor: Actor, key: str) -> Done | None:  # noqa: ARG002 - whoever it was for
        """Jira's search is behind: what it finds is there, and what it does not find may be."""
        with finding():
            project = self._project(arguments)
            found = self._client.marked_issue(project.id, nonce(key)) if project is not None else None
        if found is None:
            raise Unsure("Jira's search does not find it, which it may not do for some minutes even if it is there")
        return self._done(found.key)

    def _checked(self, arguments: Issue, actor: Actor) -> _Checked | Barred:
        try:
            with asking():
                account = self._known(actor.email) or self._client.account(actor.email)
                if account is None:
                    return UNKNOWN
                project = self._project(arguments)
                # Asked whether or not it is there: where we may not ask, that is told in any case.
                may = self._client.may(account, NEEDS, projects=[project.id] if project is not None else [])
                if project is None:
                    return ABSENT
                if not may:
                    return NOT_YOURS
                types = self._client.issue_types(project.id)
        except Stopped as stopped:
            return stopped.barred
        kind = next((each for each in types if each.name.casefold() == arguments.type.casefold()), None)
        if kind is None:
            names = ", ".join(each.name for each in types)
            said = f"type: one of {names}" if names else "our account may not make issues there"
            return Barred(why="invalid" if names else "refused", said=quoted(said))
        return _Checked(project=project, type=kind, account=account)

    def _project(self, arguments: Issue) -> Project | None:
        """Not by a key that it had once: rules name those of today."""
        found = self._client.project(arguments.project)
        return found if found is not None and found.key == arguments.project else None

    def _id(self, project: Project) -> str:
        return f"{self._client.settings.site} project {project.id}"

    def _done(self, key: str) -> Done:
        return Done(what=key, url=self._client.page_of(key))
