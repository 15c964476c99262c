"""A Jira site's projects and issues, and everything that people do to them. What is new is searched at once, unless the
index was told to fall behind.
"""

from collections.abc import Iterable, Mapping
from itertools import count
from typing import TYPE_CHECKING, Any, Final

from bot.playground.jira.nouns import LICENSED, PERMISSIONS, TYPES, Comment, Issue, Json, Project

if TYPE_CHECKING:
    from bot.playground.world import World

FIRST_ID: Final = 10_000


class JiraSite:
    """Projects are named by key or id, issues likewise. Whatever makes something returns it."""

    def __init__(self, world: "World") -> None:
        self.world = world
        self.projects: dict[str, Project] = {}
        self.issues: dict[str, Issue] = {}
        self.indexed: set[str] | None = None  # issues that a search finds; None: all
        self._ids = count(FIRST_ID)

    # -- projects, and who may do what in them

    def add_project(
        self,
        key: str,
        name: str,
        *,
        types: Iterable[str] = TYPES,
        groups: Iterable[str] = (),
        users: Iterable[str] = (),
    ) -> Project:
        """For everybody who may use the site, unless groups or people are named: then for those."""
        with self.world.lock:
            if any(each.key == key for each in self.projects.values()):
                raise ValueError(f"there is a project {key!r} already")
            made = Project(str(next(self._ids)), key, name, tuple(types))
            self.projects[made.id] = made
            named = {self.world.group(each).id for each in groups} | {
                self.world.person(each).account_id for each in users
            }
            made.holders = {permission: set(named or {LICENSED}) for permission in PERMISSIONS}
            self.world.changed()
            return made

    def grant(self, project: str, permission: str, *holders: str) -> None:
        """Accounts, groups by id, or `licensed`."""
        with self.world.lock:
            self.project(project).holders.setdefault(permission, set()).update(holders)
            self.world.changed()

    def revoke(self, project: str, permission: str, *holders: str) -> None:
        """Nobody named: of everybody."""
        with self.world.lock:
            held = self.project(project).holders.setdefault(permission, set())
            held.difference_update(holders or set(held))
            self.world.changed()

    # -- issues

    def add_issue(
        self,
        project: str,
        summary: str,
        description: Json | None = None,
        *,
        type: str = "Task",  # noqa: A002 - as they call it
        author: str | None = None,
        labels: Iterable[str] = (),
        properties: Mapping[str, Any] | None = None,
    ) -> Issue:
        with self.world.lock:
            where = self.project(project)
            where.issues += 1
            made = Issue(
                id=str(next(self._ids)),
                key=f"{where.key}-{where.issues}",
                project_id=where.id,
                type=type,
                summary=summary,
                description=description,
                creator_id=self._who(author),
                created=self.world.clock.now(),
                labels=list(labels),
                properties=dict(properties or {}),
            )
            self.issues[made.id] = made
            self.world.changed()
            return made

    def add_comment(
        self, issue: str, body: Json, *, author: str | None = None, properties: Mapping[str, Any] | None = None
    ) -> Comment:
        with self.world.lock:
            made = Comment(
                str(next(self._ids)), self._who(author), body, self.world.clock.now(), dict(properties or {})
            )
            self.issue(issue).comments.append(made)
            self.world.changed()
            return made

    def secure(self, issue: str, *who: str) -> None:
        """A security level, for these people."""
        with self.world.lock:
            self.issue(issue).only = frozenset(self.world.person(each).account_id for each in who)
            self.world.changed()

    def move_issue(self, issue: str, project: str) -> Issue:
        """It has another key from now on, and answers to the old one too."""
        with self.world.lock:
            found, where = self.issue(issue), self.project(project)
            where.issues += 1
            found.former.add(found.key)
            found.key, found.project_id = f"{where.key}-{where.issues}", where.id
            self.world.changed()
            return found

    def delete_issue(self, issue: str) -> None:
        with self.world.lock:
            del self.issues[self.issue(issue).id]
            self.world.changed()

    # -- the index of the search

    def fall_behind(self) -> None:
        """From now on a search finds nothing that is newer, until it catches up."""
        with self.world.lock:
            self.indexed = set(self.issues)

    def catch_up(self) -> None:
        with self.world.lock:
            self.indexed = None

    # -- finding

    def project(self, ref: str) -> Project:
        found = self.projects.get(ref) or next((each for each in self.projects.values() if each.key == ref), None)
        if found is None:
            raise LookupError(f"no project {ref!r}")
        return found

    def issue(self, ref: str) -> Issue:
        found = self.issues.get(ref) or next(
            (each for each in self.issues.values() if ref in {each.key, *each.former}), None
        )
        if found is None:
            raise LookupError(f"no issue {ref!r}")
        return found

    def comment(self, id: str) -> tuple[Issue, Comment]:  # noqa: A002 - as they call it
        for issue in self.issues.values():
            for each in issue.comments:
                if each.id == id:
                    return issue, each
        raise LookupError(f"no comment {id!r}")

    # -- who may

    def may(self, account_id: str, permission: str, project: Project, issue: Issue | None = None) -> bool:
        """By the project's permissions; of an issue, also by its security level. Who is not active may nothing."""
        person = self.world.people.get(account_id)
        if person is None or not person.active:
            return False
        held = project.holders.get(permission, set())
        licensed = person.standing == "licensed" and LICENSED in held
        named = account_id in held or any(group in held for group in self.world.groups_of(account_id))
        within = issue is None or issue.only is None or account_id in issue.only
        return (licensed or named) and within

    def _who(self, who: str | None) -> str:
        if who is not None:
            return self.world.person(who).account_id
        return next(iter(self.world.people), "unknown")
