"""Who may read what in Confluence, from the world's state alone.

    A person reads a thing iff they may read its space, and pass the read restriction of every ancestor, and its own.

Naive on purpose: it is what everything else is measured against. It must never learn from how the product decides,
nor from what the API shows: Confluence enforces what its API does not tell, a folder's restriction for one.
"""

from collections.abc import Collection, Iterator
from typing import TYPE_CHECKING

from bot.playground.confluence.nouns import ALL_LICENSED_USERS, ALL_PRODUCT_ADMINS, DOCUMENTS, Content, Space

if TYPE_CHECKING:
    from bot.playground.world import Person, World


class Oracle:
    def __init__(self, world: "World") -> None:
        self.world = world

    def readable(self, account_id: str, *, kinds: Collection[str] = DOCUMENTS) -> set[str]:
        """Everything that this account may read now: all that any answer to them may ever draw on."""
        with self.world.lock:
            return {
                content.id
                for content in self.world.confluence.content.values()
                if content.kind in kinds and self.may_read(account_id, content.id)
            }

    def may_read(self, account_id: str, content_id: str) -> bool:
        """It is there now (neither trashed nor archived, nor is what it hangs on), and this account may open it."""
        with self.world.lock:
            content = self.world.confluence.content.get(content_id)
            return content is not None and self.is_current(content) and self.may_open(account_id, content_id)

    def is_current(self, content: Content) -> bool:
        container = self.world.confluence.container(content)
        return content.status == "current" and container.status == "current"

    def may_open(self, account_id: str, content_id: str) -> bool:
        """The same, whatever its status: what Confluence itself shows to those who know the id."""
        with self.world.lock:
            person = self.world.people.get(account_id)
            content = self.world.confluence.content.get(content_id)
            if person is None or not person.active or content is None:
                return False
            space = self.world.confluence.spaces[content.space_id]
            return self._may_read_space(person, space) and all(
                self._passes(person, each) for each in self._chain(content)
            )

    def may_read_space(self, account_id: str, space_id: str) -> bool:
        with self.world.lock:
            person = self.world.people.get(account_id)
            space = self.world.confluence.spaces.get(space_id)
            return person is not None and person.active and space is not None and self._may_read_space(person, space)

    def may_create(self, account_id: str, space_id: str, what: str) -> bool:
        """A page, or a comment, in a space that they may read."""
        with self.world.lock:
            person, space = self.world.people.get(account_id), self.world.confluence.spaces.get(space_id)
            if person is None or space is None or not self.may_read_space(account_id, space_id):
                return False
            return self._is_granted(person, space, ("create", what))

    def _chain(self, content: Content) -> Iterator[Content]:
        """Itself, or what it hangs on, and all above."""
        at: Content | None = self.world.confluence.container(content)
        while at is not None:
            yield at
            at = self.world.confluence.content.get(at.parent_id) if at.parent_id else None

    def _passes(self, person: "Person", content: Content) -> bool:
        only = content.read
        if not only.restricts:
            return True
        return (
            person.account_id in only.users
            or person.account_id in only.apps
            or any(group in only.groups for group in self.world.groups_of(person.account_id))
        )

    def _may_read_space(self, person: "Person", space: Space) -> bool:
        """An administrator may because of a grant, like everybody else. Anonymous: everybody on the site may."""
        if space.anonymous:
            return True
        return self._is_granted(person, space, ("read", "space"))

    def _is_granted(self, person: "Person", space: Space, operation: tuple[str, str]) -> bool:
        able = [grant for grant in space.grants if (grant.key, grant.target) == operation]
        roles = {grant.principal_id for grant in able if grant.principal_type == "role"}
        principals = [(grant.principal_type, grant.principal_id) for grant in able]
        principals += [(each.principal_type, each.principal_id) for each in space.roles if each.role_id in roles]
        return any(self._is(person, kind, name) for kind, name in principals)

    def _is(self, person: "Person", kind: str, name: str) -> bool:
        match kind, name:
            case "user", _:
                return person.account_id == name
            case "group", _:
                return name in self.world.groups_of(person.account_id)
            case "access-class", _ if name == ALL_LICENSED_USERS:
                return person.standing == "licensed"
            case "access-class", _ if name == ALL_PRODUCT_ADMINS:
                return person.admin
            case _:
                return False
