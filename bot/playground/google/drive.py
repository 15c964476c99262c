"""Everybody's My Drive and the shared drives, what is in them, and everything that people do to them.

An edit and a new name are a new version, and change when it was modified. Sharing, moving and trashing change neither
name nor date. Of a folder's change the log names the folder alone, whatever became of what is in it.
"""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from hashlib import sha256
from typing import TYPE_CHECKING, Final

from bot.playground.google.events import MY_DRIVE, Events
from bot.playground.google.nouns import (
    DOC,
    FOLDER,
    MARKDOWN,
    SHORTCUT,
    File,
    Grant,
    Mail,
    Principal,
    Role,
    SharedDrive,
    User,
)

if TYPE_CHECKING:
    from bot.playground.world import World

MOMENT: Final = 0.001  # as exactly as times are told
OF_A_DRIVE: Final = frozenset({"organizer", "fileOrganizer", "writer", "commenter", "reader"})
OF_A_FILE: Final = frozenset({"fileOrganizer", "writer", "commenter", "reader"})


class Drive:
    """Files are named by id, people by address. Whatever makes something returns it."""

    def __init__(self, world: "World") -> None:
        self.world = world
        self.files: dict[str, File] = {}
        self.drives: dict[str, SharedDrive] = {}
        self.events = Events()
        self.expiries: set[float] = set()  # of grants: when somebody may read less, though nobody did anything
        self.mails: list[Mail] = []  # that Google sent about what was shared
        self._made = 0

    # -- shared drives

    def add_drive(self, name: str, members: Mapping[str, Role], *, at: float | None = None) -> SharedDrive:
        with self.world.lock:
            drive = SharedDrive(self._id("drive", name, length=19, first="0A"), name, self._now(at))
            self.drives[drive.id] = drive
            self._put(File(drive.id, self._made, name, FOLDER, drive.created, drive.created, "", drive_id=drive.id))
            for who, role in members.items():
                self.set_member(drive.id, who, role)
            return drive

    def drive(self, ref: str) -> SharedDrive:
        """By id, or by its name of today."""
        found = self.drives.get(ref) or next((each for each in self.drives.values() if each.name == ref), None)
        if found is None:
            raise LookupError(f"no shared drive {ref!r}")
        return found

    def set_member(self, drive: str, who: str, role: Role, *, expires: float | None = None) -> None:
        """A user or a group."""
        if role not in OF_A_DRIVE:
            raise ValueError(f"nobody is {role} of a shared drive")
        with self._changing_drive(drive) as found:
            principal = self.principal(who)
            found.members = [*_without(found.members, principal), self._grant(Grant(principal, role, expires))]

    def remove_member(self, drive: str, who: str) -> None:
        with self._changing_drive(drive) as found:
            found.members = _without(found.members, self.principal(who))

    def rename_drive(self, drive: str, name: str) -> None:
        with self._changing_drive(drive) as found:
            found.name = self.files[found.id].name = name

    def remove_drive(self, drive: str) -> None:
        """With all that is in it; each log tells of the drive alone."""
        with self._changing_drive(drive) as found:
            for file in [each for each in self.files.values() if each.drive_id == found.id]:
                del self.files[file.id]
            del self.drives[found.id]

    # -- making

    def add_folder(
        self, name: str, *, parent: str | None = None, owner: str | None = None, at: float | None = None
    ) -> File:
        return self._make(name, FOLDER, parent=parent, owner=owner, at=at)

    def add_file(
        self,
        name: str,
        data: bytes,
        *,
        mime_type: str = "text/plain",
        parent: str | None = None,
        owner: str | None = None,
        at: float | None = None,
        id: str | None = None,  # noqa: A002 - as they call it
    ) -> File:
        with self.world.lock:
            file = self._make(name, mime_type, parent=parent, owner=owner, at=at, id=id)
            file.data = data
            return file

    def add_doc(
        self,
        name: str,
        exports: str | Mapping[str, bytes],
        *,
        mime_type: str = DOC,
        parent: str | None = None,
        owner: str | None = None,
        at: float | None = None,
        id: str | None = None,  # noqa: A002
    ) -> File:
        """What Google keeps in a form of its own. A string: what the document is as Markdown."""
        with self.world.lock:
            file = self._make(name, mime_type, parent=parent, owner=owner, at=at, id=id)
            file.exports = _exports(exports)
            return file

    def add_shortcut(
        self, target: str, *, name: str | None = None, parent: str | None = None, owner: str | None = None
    ) -> File:
        """It lets nobody read what it leads to."""
        with self.world.lock:
            file = self._make(name or self.file(target).name, SHORTCUT, parent=parent, owner=owner)
            file.target_id = target
            return file

    def give_root(self, user: User) -> None:
        """Everybody's My Drive is a folder that nobody made."""
        now = self._now(None)
        user.root_id = self._id("root", user.id, length=19, first="0A")
        self._put(File(user.root_id, self._made, "My Drive", FOLDER, now, now, user.id, owner_id=user.id))

    def file(self, id: str) -> File:  # noqa: A002
        found = self.files.get(id)
        if found is None:
            raise LookupError(f"no file {id!r}")
        return found

    # -- what is a new version

    def edit(
        self,
        id: str,  # noqa: A002
        content: bytes | str | Mapping[str, bytes] | None = None,
        *,
        name: str | None = None,
        by: str | None = None,
        at: float | None = None,
    ) -> File:
        with self._changing(id, rights=False) as file:
            if isinstance(content, bytes):
                file.data = content
            elif content is not None:
                file.exports = _exports(content)
            file.name = file.name if name is None else name
            # Two edits never have one time at Google's, though here a clock may stand still between them.
            file.modified = at if at is not None else max(self._now(None), file.modified + MOMENT)
            file.editor_id = self.world.google.directory.user(by).id if by else file.editor_id
            return file

    def rename(self, id: str, name: str, *, by: str | None = None) -> File:  # noqa: A002
        return self.edit(id, name=name, by=by)

    # -- what is none

    def share(
        self,
        id: str,  # noqa: A002
        who: str | None = None,  # an address, or a domain; nobody named: anyone
        role: Role = "reader",
        *,
        expires: float | None = None,
        discoverable: bool = True,
        pending_owner: bool = False,
        view: str = "",
    ) -> Grant:
        """Whoever had a permission of this very file has this one instead."""
        if role not in OF_A_FILE:
            raise ValueError(f"a file is not shared as {role}")
        with self._changing(id) as file:
            if pending_owner and file.drive_id:
                raise ValueError("what is in a shared drive belongs to nobody")
            principal = self.principal(who)
            made = Grant(principal, role, expires, discoverable, pending_owner, view)
            file.grants = [*_without(file.grants, principal), self._grant(made)]
            return made

    def unshare(self, id: str, who: str | None = None) -> None:  # noqa: A002
        """Of this very file: what it inherits it keeps."""
        with self._changing(id) as file:
            file.grants = _without(file.grants, self.principal(who))

    def limit(self, id: str, limited: bool = True) -> None:  # noqa: A002, FBT001, FBT002 - it is what is set
        """A folder that only its own permissions open, and who owns or organizes it."""
        with self._changing(id) as folder:
            if not folder.is_folder or folder.parent_id is None:
                raise ValueError("a folder in a drive is limited, and nothing else")
            folder.limited = limited

    def transfer(self, id: str, to: str) -> None:  # noqa: A002
        """The owner of before may write from then on."""
        with self._changing(id) as file:
            if file.owner_id is None:
                raise ValueError("what is in a shared drive belongs to nobody")
            before: Principal = ("user", file.owner_id)
            file.owner_id = self.world.google.directory.user(to).id
            rest = _without(_without(file.grants, before), ("user", file.owner_id))
            file.grants = [*rest, Grant(before, "writer")]

    def move(self, id: str, parent: str) -> None:  # noqa: A002
        """With all that is in it. Into a shared drive, which owns it then, or out of one, to whoever owns the folder; nobody
        is asked any more whether they want to own it.
        """
        with self._changing(id) as file:
            above = self.file(parent)
            if not above.is_folder or any(each.id == file.id for each in self.chain(above)):
                raise ValueError("it cannot lie there")
            if file.parent_id is None:
                raise ValueError("a drive does not lie in a folder")
            self.files[file.parent_id].children.discard(file.id)
            above.children.add(file.id)
            file.parent_id = above.id
            if file.drive_id != above.drive_id:
                for each in self.below(file):
                    each.drive_id, each.owner_id = above.drive_id, above.owner_id
                    each.grants = [grant for grant in each.grants if not grant.pending_owner]

    def trash(self, id: str) -> None:  # noqa: A002
        with self._changing(id) as file:
            file.trashed, file.trashed_at = True, self._now(None)

    def untrash(self, id: str) -> None:  # noqa: A002
        with self._changing(id) as file:
            file.trashed, file.trashed_at = False, None

    def delete(self, id: str) -> None:  # noqa: A002
        """For ever, with all that is in it."""
        with self._changing(id) as file:
            if file.parent_id is None:
                raise ValueError("a drive is not deleted as a file is")
            self.files[file.parent_id].children.discard(file.id)
            for each in list(self.below(file)):
                del self.files[each.id]

    def set_copy_requires_writer(self, id: str, required: bool) -> None:  # noqa: A002, FBT001 - it is what is set
        with self._changing(id) as file:
            file.copy_requires_writer = required

    def set_gen_ai(self, id: str, allowed: bool) -> None:  # noqa: A002, FBT001 - it is what is set
        with self._changing(id) as file:
            file.gen_ai = allowed

    # -- how things lie

    def chain(self, file: File) -> Iterator[File]:
        """Itself, and all above."""
        at: File | None = file
        while at is not None:
            yield at
            at = self.files.get(at.parent_id) if at.parent_id else None

    def below(self, file: File) -> Iterator[File]:
        """Itself, and all that is in it."""
        yield file
        for child in sorted(file.children):
            yield from self.below(self.files[child])

    def is_trashed(self, file: File) -> bool:
        return any(each.trashed for each in self.chain(file))

    def principal(self, who: str | None) -> Principal:
        """An address is a group's, a user's, or that of somebody of another company; without an @ it is a domain."""
        if who is None:
            return "anyone", ""
        directory = self.world.google.directory
        if "@" not in who and who not in directory.users and who not in directory.groups:
            return "domain", who
        group = directory.find_group(who)
        if group:
            return "group", group.id
        user = directory.find_user(who) or directory.stranger(who)
        return "user", user.id

    # -- within

    def _make(
        self,
        name: str,
        mime_type: str,
        *,
        parent: str | None,
        owner: str | None,
        at: float | None = None,
        id: str | None = None,  # noqa: A002
    ) -> File:
        with self.world.lock:
            above = self._place(parent, owner)
            by = self.world.google.directory.user(owner).id if owner else above.owner_id
            now = self._now(at)
            file = File(
                id=id or self._id("file", name, length=33, first="1"),
                order=self._made,
                name=name,
                mime_type=mime_type,
                created=now,
                modified=now,
                editor_id=by or "",
                parent_id=above.id,
                drive_id=above.drive_id,
                owner_id=None if above.drive_id else by,
            )
            if file.id in self.files:
                raise ValueError(f"there is a file {file.id!r} already")
            above.children.add(file.id)
            self._put(file)
            self._tell(file, {file.drive_id or MY_DRIVE}, self._readers(file))
            self.world.changed()
            return file

    def _place(self, parent: str | None, owner: str | None) -> File:
        if parent is None:
            if owner is None:
                raise ValueError("whose is it, or where does it lie?")
            parent = self.world.google.directory.user(owner).root_id
        above = self.file(parent)
        if not above.is_folder:
            raise ValueError("it does not lie in a folder")
        return above

    def _put(self, file: File) -> None:
        self.files[file.id] = file
        self._made += 1

    def _grant(self, grant: Grant) -> Grant:
        if grant.expires is not None:
            self.expiries.add(grant.expires)
        return grant

    @contextmanager
    def _changing(self, id: str, *, rights: bool = True) -> Iterator[File]:  # noqa: A002
        """Whatever is done to it meanwhile is one change of it, for those who saw it before and those who see it after."""
        with self.world.lock:
            file = self.file(id)
            places, readers = {file.drive_id or MY_DRIVE}, self._readers(file)
            yield file
            file.version += 1
            if file.id in self.files:
                places |= {file.drive_id or MY_DRIVE}
                readers |= self._readers(file)
            self._tell(file, places, readers)
            self.world.changed(rights=rights)

    @contextmanager
    def _changing_drive(self, ref: str) -> Iterator[SharedDrive]:
        with self.world.lock:
            drive = self.drive(ref)
            before = {each.principal for each in drive.members}
            yield drive
            readers = before | {each.principal for each in drive.members}
            self.events.add("drive", drive.id, at=self._now(None), places={drive.id}, readers=readers)
            self.world.changed()

    def _readers(self, file: File) -> set[Principal]:
        """Whom a permission lets in, here or above, if not by a link."""
        found: set[Principal] = set()
        for each in self.chain(file):
            found |= {grant.principal for grant in each.grants if not grant.by_link}
            found |= {("user", each.owner_id)} if each.owner_id else set()
            if each.limited:
                break
        return found

    def _tell(self, file: File, places: Iterable[str], readers: Iterable[Principal]) -> None:
        self.events.add("file", file.id, at=self._now(None), places=set(places), readers=set(readers))

    def _id(self, kind: str, name: str, *, length: int, first: str) -> str:
        """The same in every run, so that a failure can be run again."""
        made = sha256(f"{kind} {self._made} {name}".encode()).hexdigest()
        return (first + made)[:length]

    def _now(self, at: float | None) -> float:
        return self.world.clock.now() if at is None else at


def _without(grants: Iterable[Grant], principal: Principal) -> list[Grant]:
    return [grant for grant in grants if grant.principal != principal]


def _exports(content: str | Mapping[str, bytes]) -> dict[str, bytes]:
    return {MARKDOWN: content.encode()} if isinstance(content, str) else dict(content)
