"""One request: who asks, as whom, for what, with which parameters. It must never change the world."""

import base64
import binascii
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, TypeVar

from bot.playground.google import masks
from bot.playground.google.errors import invalid, no_drive, no_file, only_for_admins, refused
from bot.playground.google.nouns import File, SharedDrive, User
from bot.playground.google.sight import Sight
from bot.playground.google.tokens import Token

if TYPE_CHECKING:
    from bot.playground.google.domain import GoogleDomain
    from bot.playground.world import World

Item = TypeVar("Item")
YES: Final = {"true": True, "false": False}


@dataclass(frozen=True)
class Habits:
    """What Drive does today, and may do otherwise tomorrow; and what a test would wait for too long."""

    most_at_once: int | None = None  # no list gives more at once, whatever was asked for
    export_limit: int = 10 * 1024 * 1024
    rejects_tokens_with: int = 410  # of changes; or 400, or 404
    tells_members: bool = False  # readers, too, may list permissions
    shares_outside: bool = True  # the domain lets people share with others than its own


@dataclass(frozen=True)
class Call:
    world: "World"
    user: User
    token: Token
    reads_directory: bool  # the service account itself, as an administrator may
    sight: Sight
    habits: Habits
    named: Mapping[str, str]  # what stands in the path
    params: Mapping[str, list[str]]
    headers: Mapping[str, str]
    body: Any
    url: str
    other_url: str  # the same machine under another name

    @property
    def google(self) -> "GoogleDomain":
        return self.world.google

    # -- parameters

    def param(self, name: str, default: str = "") -> str:
        return self.params[name][-1] if name in self.params else default

    def flag(self, name: str) -> bool:
        given = self.param(name, "false").lower()
        if given not in YES:
            raise invalid(name)
        return YES[given]

    def size(self, name: str, *, default: int, most: int) -> int:
        """More than there is at once is not refused: one gets what there is at once."""
        given = self.param(name)
        if given and (not given.isdigit() or int(given) < 1):
            raise invalid(name, f"Invalid value '{given}'. Values must be within the range: [1, {most}]")
        return min(int(given or default), most, self.habits.most_at_once or most)

    def fields(self, known: masks.Known | None, default: str) -> masks.Mask:
        return masks.mask(self.param("fields") or default, known)

    def fields_anyhow(self) -> masks.Mask:
        """Where it is not checked which parts there are."""
        return masks.mask(self.param("fields") or "*", None)

    def page(
        self, items: Sequence[Item], *, key: Callable[[Item], str], size: int
    ) -> tuple[Sequence[Item], str | None]:
        """Of a list in the order of its keys. A page begins after the last key of the one before, whatever changed."""
        after = self.position()
        rest = [item for item in items if not after or key(item) > after]
        batch = rest[:size]
        return batch, written({"after": key(batch[-1])}) if len(rest) > size else None

    def position(self) -> str:
        given = self.param("pageToken")
        if not given:
            return ""
        said = read(given).get("after")
        if not isinstance(said, str):
            raise invalid("pageToken")
        return said

    # -- what the caller may see

    @property
    def all_drives(self) -> bool:
        return self.flag("supportsAllDrives") or self.flag("supportsTeamDrives")

    @property
    def including_all_drives(self) -> bool:
        return self.flag("includeItemsFromAllDrives") or self.flag("includeTeamDriveItems")

    def file(self, *, anywhere: bool = False) -> File:
        """What the path names. Whoever does not say that they know of shared drives sees nothing that is in one, but for an
        export, which cannot be asked for with that.
        """
        id = self.named["id"]  # noqa: A001 - as they call it
        found = self.google.drive.files.get(self.user.root_id if id == "root" else id)
        if found is None or (found.drive_id and not (anywhere or self.all_drives)):
            raise no_file(id)
        if not self.sees(found) and not self.as_admin_of(found):
            raise no_file(id)
        return found

    def sees(self, file: File) -> bool:
        return self.sight.sees(self.user, file)

    def as_admin_of(self, file: File) -> bool:
        return bool(file.drive_id) and self.as_admin()

    def as_admin(self) -> bool:
        if not self.flag("useDomainAdminAccess"):
            return False
        if not self.user.admin:
            raise refused(403, "insufficientPermissions", "The domain administrator access is required.")
        return True

    def drive(self, id: str) -> SharedDrive:  # noqa: A002
        found = self.google.drive.drives.get(id)
        if found is None:
            raise no_drive(id)
        if self.sight.drive_role(self.user, id) is None and not self.as_admin():
            raise no_drive(id)
        return found

    def need_directory(self) -> None:
        if not self.user.admin and not (self.reads_directory and self.user.program):
            raise only_for_admins()


def written(said: Mapping[str, object]) -> str:
    """Whoever reads it apart relies on what may be otherwise tomorrow."""
    return "~!!~" + base64.urlsafe_b64encode(json.dumps(said).encode()).decode()


def read(token: str) -> Mapping[str, Any]:
    try:
        said = json.loads(base64.urlsafe_b64decode(token.removeprefix("~!!~")))
    except (binascii.Error, ValueError):
        said = None
    if not isinstance(said, dict):
        raise invalid("pageToken")
    return said
