"""A Confluence site's spaces and what is in them, and everything that people do to them.

An edit is a new version. A move, a label, a restriction, a trip to the trash or the archive is none: no version tells of it.
"""

from collections.abc import Iterable, Sequence
from itertools import count
from typing import TYPE_CHECKING, Final

from bot.playground.confluence.nouns import (
    ALL_LICENSED_USERS,
    ALL_PRODUCT_ADMINS,
    FOLDERLIKE,
    IN_THE_TREE,
    Content,
    Grant,
    Kind,
    PrincipalType,
    Restriction,
    RoleAssignment,
    Space,
)
from bot.playground.confluence.shelves import Shelf

if TYPE_CHECKING:
    from bot.playground.world import World

NOBODY: Final = "unknown"
WHOLE: Final = (("read", "space"), ("create", "page"), ("create", "comment"))  # what whoever is let in may do
FIRST_ID: Final = 65_537


class ConfluenceSite:
    """Everything is named by id (or by itself, a space also by key). Whatever makes something returns it."""

    def __init__(self, world: "World") -> None:
        self.world = world
        self.spaces: dict[str, Space] = {}
        self.content: dict[str, Content] = {}
        self._by_number: dict[int, Content] = {}
        self._shelves: dict[tuple[str, str | None], Shelf] = {}
        self._ids = count(FIRST_ID)
        self._grant_ids = count(1)

    # -- spaces, and who may read them

    def add_space(
        self,
        key: str,
        name: str | None = None,
        *,
        licensed: bool = True,
        admins: bool = True,
        anonymous: bool = False,
        users: Iterable[str] = (),
        groups: Iterable[str] = (),
        author: str | None = None,
    ) -> Space:
        """As a new space is: all licensed users may read it and write there, and the administrators, by grants of their own."""
        with self.world.lock:
            if any(space.key == key for space in self.spaces.values()):
                raise ValueError(f"there is a space {key!r} already")
            space = Space(
                id=str(next(self._ids)),
                key=key,
                name=name or key,
                author_id=self._who(author),
                created_ms=self._now(None),
                anonymous=anonymous,
            )
            self.spaces[space.id] = space
            classes = [ALL_LICENSED_USERS] * licensed + [ALL_PRODUCT_ADMINS] * admins
            principals: list[tuple[PrincipalType, str]] = [
                *(("access-class", each) for each in classes),
                *(("user", self.world.person(each).account_id) for each in users),
                *(("group", self.world.group(each).id) for each in groups),
            ]
            for operation in WHOLE:
                for kind, principal in principals:
                    self.grant(space.id, kind, principal, key=operation[0], target=operation[1])
            self.world.changed()
            return space

    def grant(
        self, space: str, principal_type: PrincipalType, principal_id: str, *, key: str = "read", target: str = "space"
    ) -> Grant:
        with self.world.lock:
            made = Grant(str(next(self._grant_ids)), principal_type, principal_id, key, target)
            self.space(space).grants.append(made)
            self.world.changed()
            return made

    def revoke(
        self, space: str, principal_type: PrincipalType, principal_id: str, *, key: str = "read", target: str = "space"
    ) -> None:
        with self.world.lock:
            found = self.space(space)
            wanted = (principal_type, principal_id, key, target)
            found.grants = [g for g in found.grants if (g.principal_type, g.principal_id, g.key, g.target) != wanted]
            self.world.changed()

    def assign_role(self, space: str, role_id: str, principal_type: PrincipalType, principal_id: str) -> None:
        """It reads by this if a grant of the space gives the role reading."""
        with self.world.lock:
            self.space(space).roles.append(RoleAssignment(role_id, principal_type, principal_id))
            self.world.changed()

    def unassign_role(self, space: str, role_id: str, principal_type: PrincipalType, principal_id: str) -> None:
        with self.world.lock:
            found = self.space(space)
            gone = RoleAssignment(role_id, principal_type, principal_id)
            found.roles = [each for each in found.roles if each != gone]
            self.world.changed()

    def set_anonymous(self, space: str, anonymous: bool) -> None:  # noqa: FBT001 - it is what is set
        with self.world.lock:
            self.space(space).anonymous = anonymous
            self.world.changed()

    def rename_space(self, space: str, name: str) -> None:
        with self.world.lock:
            self.space(space).name = name
            self.world.changed()

    def delete_space(self, space: str) -> None:
        with self.world.lock:
            gone = self.space(space)
            for content in [each for each in self.content.values() if each.space_id == gone.id]:
                if content.id in self.content:  # it may have gone with what it hung on
                    self._forget(content)
            del self.spaces[gone.id]
            self.world.changed()

    # -- making

    def add_page(
        self,
        space: str,
        title: str,
        body: str = "",
        *,
        parent: str | None = None,
        author: str | None = None,
        at: float | None = None,
        position: int | None = None,
    ) -> Content:
        with self.world.lock:
            above = self._as_parent(space, parent)
            page = self._make("page", space, title, body=body, author=author, at=at)
            self._hang(page, above)
            page.position = len(self.content) if position is None else position
            return page

    def add_blogpost(
        self, space: str, title: str, body: str = "", *, author: str | None = None, at: float | None = None
    ) -> Content:
        with self.world.lock:
            return self._make("blogpost", space, title, body=body, author=author, at=at)

    def add_folder(
        self, space: str, title: str, *, parent: str | None = None, kind: Kind = "folder", author: str | None = None
    ) -> Content:
        """Or a whiteboard, a database, an embed: they stand in the tree as folders do."""
        with self.world.lock:
            if kind not in FOLDERLIKE:
                raise ValueError(f"a {kind} is no folder")
            above = self._as_parent(space, parent)
            folder = self._make(kind, space, title, author=author)
            self._hang(folder, above)
            return folder

    def add_attachment(
        self, container: str, filename: str, data: bytes, *, media_type: str = "text/plain", author: str | None = None
    ) -> Content:
        with self.world.lock:
            holder = self._as_container(container)
            made = self._make("attachment", holder.space_id, filename, container=holder, author=author)
            made.media_type, made.data = media_type, data
            return made

    def add_comment(
        self,
        container: str,
        body: str,
        *,
        inline: bool = False,
        selection: str = "",
        reply_to: str | None = None,
        author: str | None = None,
        at: float | None = None,
    ) -> Content:
        with self.world.lock:
            holder = self._as_container(container)
            first = self.get(reply_to) if reply_to else None
            inline = first.inline if first else inline
            return self._make(
                "comment",
                holder.space_id,
                f"Re: {holder.title}",
                body=body,
                container=holder,
                inline=inline,
                selection=selection,
                reply_to=reply_to,
                author=author,
                at=at,
            )

    # -- what is a new version

    def edit(
        self,
        id: str,  # noqa: A002 - as they call it
        *,
        title: str | None = None,
        body: str | None = None,
        data: bytes | None = None,
        by: str | None = None,
        message: str = "",
        at: float | None = None,
    ) -> Content:
        with self.world.lock:
            content = self.get(id)
            shelves = list(self._shelves_of(content))
            for shelf in shelves:
                shelf.take(content)
            content.title = content.title if title is None else title
            content.body = content.body if body is None else body
            content.data = content.data if data is None else data
            content.version += 1
            content.message = message
            content.editor_id = self._who(by)
            content.modified_ms = self._now(at)
            for shelf in shelves:
                shelf.put(content)
            self._touched(content, rights=False)
            return content

    def rename(self, id: str, title: str, *, by: str | None = None) -> Content:  # noqa: A002
        return self.edit(id, title=title, by=by)

    # -- what is none

    def move(self, id: str, *, parent: str | None = None, space: str | None = None) -> None:  # noqa: A002
        """With all that lies below it. No parent: to the top of its space, or of the other one."""
        with self.world.lock:
            content = self.get(id)
            above = self.get(parent) if parent else None
            to = self.space(space).id if space else above.space_id if above else content.space_id
            if content.kind not in IN_THE_TREE:
                raise ValueError(f"a {content.kind} has no place in the tree")
            if above is not None and (
                above.kind not in IN_THE_TREE
                or above.status != "current"
                or above.space_id != to
                or content in (above, *self.ancestors(above))
            ):
                raise ValueError(f"{id} cannot be put below {parent}")
            self._unhang(content)
            for each in [content, *self.below(content)]:
                self._put_into(each, to)
            self._hang(content, above)
            self._touched(content)

    def labelled(self) -> list[Content]:
        """Whatever has a label and is there."""
        return [each for each in self.content.values() if each.labels and each.status == "current"]

    def label(self, id: str, *labels: str) -> None:  # noqa: A002
        with self.world.lock:
            content = self.get(id)
            content.labels = list(dict.fromkeys([*content.labels, *labels]))
            self._touched(content, rights=False)

    def unlabel(self, id: str, *labels: str) -> None:  # noqa: A002
        with self.world.lock:
            content = self.get(id)
            content.labels = [each for each in content.labels if each not in labels]
            self._touched(content, rights=False)

    def restrict(
        self,
        id: str,  # noqa: A002
        *,
        users: Iterable[str] = (),
        groups: Iterable[str] = (),
        apps: Iterable[str] = (),
        editing: bool = False,
    ) -> None:
        """Ids (nobody asks whether they exist). `editing`: of who may change it, which hides it from nobody."""
        with self.world.lock:
            content = self.get(id)
            if content.kind in ("attachment", "comment"):
                raise ValueError(f"a {content.kind} has no restriction of its own")
            only = Restriction(tuple(users), tuple(groups), tuple(apps))
            if editing:
                content.update = only
            else:
                content.read = only
            self._touched(content)

    def unrestrict(self, id: str, *, editing: bool = False) -> None:  # noqa: A002
        self.restrict(id, editing=editing)

    def trash(self, id: str, *, with_children: bool = False) -> None:  # noqa: A002
        """Its children move up to where it was, as Confluence has it, and with them goes its restriction."""
        self._leave(id, "trashed", with_children=with_children)

    def archive(self, id: str, *, with_children: bool = False) -> None:  # noqa: A002
        with self.world.lock:
            if self.get(id).kind != "page":
                raise ValueError("only pages are archived")
            self._leave(id, "archived", with_children=with_children)

    def restore(self, id: str) -> None:  # noqa: A002
        """From the trash or the archive, to where it was; to the top of its space if that is no longer there."""
        with self.world.lock:
            content = self.get(id)
            content.status = "current"
            above = self.content.get(content.parent_id) if content.parent_id else None
            if above is None or above.status != "current":
                self._unhang(content)
            self._touched(content)

    def purge(self, id: str) -> None:  # noqa: A002
        """For good. What hung on it goes too."""
        with self.world.lock:
            content = self.get(id)
            self._lift_children(content, only_current=False)
            self._forget(content)
            self.world.changed()

    # -- finding

    def get(self, id: str) -> Content:  # noqa: A002
        found = self.content.get(id)
        if found is None:
            raise LookupError(f"no content {id!r}")
        return found

    def space(self, ref: str) -> Space:
        """By id, or by key."""
        found = self.spaces.get(ref) or next((each for each in self.spaces.values() if each.key == ref), None)
        if found is None:
            raise LookupError(f"no space {ref!r}")
        return found

    def numbered(self, number: int) -> Content:
        return self._by_number[number]

    def container(self, content: Content) -> Content:
        """What an attachment or a comment hangs on; everything else itself."""
        return self.content[content.container_id] if content.container_id else content

    def ancestors(self, content: Content) -> list[Content]:
        """In the tree, from the top."""
        found: list[Content] = []
        at = content
        while at.parent_id and at.parent_id in self.content:
            at = self.content[at.parent_id]
            found.append(at)
        return found[::-1]

    def below(self, content: Content) -> list[Content]:
        """In the tree, at whatever depth."""
        found: list[Content] = []
        waiting = [content]
        while waiting:
            children = [self.content[child] for child in sorted(waiting.pop().children)]
            found += children
            waiting += children
        return found

    def shelf(self, kind: str, space_id: str | None = None) -> Shelf:
        """What the API lists under this name, in a space or in all of them."""
        return self._shelves.get((kind, space_id)) or Shelf()

    # -- how

    def _make(
        self,
        kind: Kind,
        space: str,
        title: str,
        *,
        body: str = "",
        container: Content | None = None,
        inline: bool = False,
        selection: str = "",
        reply_to: str | None = None,
        author: str | None = None,
        at: float | None = None,
    ) -> Content:
        number = next(self._ids)
        when, who = self._now(at), self._who(author)
        content = Content(
            id=f"att{number}" if kind == "attachment" else str(number),
            order=number,
            kind=kind,
            space_id=self.space(space).id,
            title=title,
            author_id=who,
            created_ms=when,
            modified_ms=when,
            editor_id=who,
            container_id=container.id if container else None,
            body=body,
            inline=inline,
            selection=selection,
            reply_to=reply_to,
        )
        self.content[content.id] = content
        self._by_number[number] = content
        if container:
            (container.attachments if kind == "attachment" else container.comments).add(content.id)
        for shelf in self._shelves_of(content):
            shelf.put(content)
        self.world.changed()
        return content

    def _forget(self, content: Content) -> None:
        for hanging in [*content.attachments, *content.comments]:
            if hanging in self.content:
                self._forget(self.content[hanging])
        for shelf in self._shelves_of(content):
            shelf.take(content)
        self._unhang(content)
        if content.container_id in self.content:
            container = self.content[content.container_id]
            container.attachments.discard(content.id)
            container.comments.discard(content.id)
        del self.content[content.id], self._by_number[content.order]

    def _leave(self, id: str, status: str, *, with_children: bool) -> None:  # noqa: A002
        with self.world.lock:
            content = self.get(id)
            if with_children:
                for each in self.below(content):
                    each.status = "archived" if status == "archived" else "trashed"
                    self._touched(each)
            else:
                self._lift_children(content, only_current=True)
            content.status = "archived" if status == "archived" else "trashed"
            self._touched(content)

    def _lift_children(self, content: Content, *, only_current: bool) -> None:
        above = self.content.get(content.parent_id) if content.parent_id else None
        for child in sorted(content.children):
            moved = self.content[child]
            if only_current and moved.status != "current":
                continue
            self._unhang(moved)
            self._hang(moved, above)
            self._touched(moved)

    def _hang(self, content: Content, above: Content | None) -> None:
        content.parent_id = above.id if above else None
        if above:
            above.children.add(content.id)

    def _unhang(self, content: Content) -> None:
        if content.parent_id in self.content:
            self.content[content.parent_id].children.discard(content.id)
        content.parent_id = None

    def _put_into(self, content: Content, space_id: str) -> None:
        if content.space_id == space_id:
            return
        for shelf in self._shelves_of(content):
            shelf.take(content)
        content.space_id = space_id
        for shelf in self._shelves_of(content):
            shelf.put(content)
        for hanging in [*content.attachments, *content.comments]:
            self._put_into(self.content[hanging], space_id)
        self._touched(content)

    def _as_parent(self, space: str, parent: str | None) -> Content | None:
        above = self.get(parent) if parent else None
        if above and (
            above.kind not in IN_THE_TREE or above.space_id != self.space(space).id or above.status != "current"
        ):
            raise ValueError(f"nothing of {space} can be put below {parent}")
        return above

    def _as_container(self, ref: str) -> Content:
        holder = self.get(ref)
        if holder.kind not in ("page", "blogpost"):
            raise ValueError(f"nothing hangs on a {holder.kind}")
        return holder

    def _shelves_of(self, content: Content) -> Sequence[Shelf]:
        kind = listed_as(content)
        return [self._shelves.setdefault((kind, where), Shelf()) for where in (None, content.space_id)]

    def _touched(self, content: Content, *, rights: bool = True) -> None:
        content.stamp += 1
        self.world.changed(rights=rights)

    def _now(self, at: float | None) -> int:
        return int((self.world.clock.now() if at is None else at) * 1000)

    def _who(self, who: str | None) -> str:
        if who is not None:
            return self.world.person(who).account_id
        return next(iter(self.world.people), NOBODY)


def listed_as(content: Content) -> str:
    """The API's name of the listing that it is in."""
    if content.kind == "comment":
        return "inline-comments" if content.inline else "footer-comments"
    return f"{content.kind}s"
