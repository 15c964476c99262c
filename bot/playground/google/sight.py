"""What the caller of a request may see and do. The oracle says it; here it is only kept until that may have changed."""

from typing import TYPE_CHECKING

from bot.playground.google.nouns import RANK, File, Role, User
from bot.playground.google.oracle import Oracle

if TYPE_CHECKING:
    from bot.playground.world import World


class Sight:
    def __init__(self, world: "World") -> None:
        self._world = world
        self.oracle = Oracle(world)
        self._rights = -1
        self._until: float | None = None
        self._roles: dict[tuple[str, str, bool], Role | None] = {}
        self._names: dict[tuple[str, str], bool] = {}

    def role(self, user: User, file: File, *, by_link: bool = True) -> Role | None:
        self._forget()
        key = (user.id, file.id, by_link)
        if key not in self._roles:
            self._roles[key] = self.oracle.role(user.id, file.id, by_link=by_link)
        return self._roles[key]

    def sees(self, user: User, file: File) -> bool:
        """By its id."""
        return self.role(user, file) is not None or self._sees_name(user, file)

    def lists(self, user: User, file: File) -> bool:
        """Without having been given a link."""
        return self.role(user, file, by_link=False) is not None or self._sees_name(user, file)

    def at_least(self, role: Role, user: User, file: File) -> bool:
        has = self.role(user, file)
        return has is not None and RANK.index(has) >= RANK.index(role)

    def may_download(self, user: User, file: File) -> bool:
        return self.at_least("writer" if file.copy_requires_writer else "reader", user, file)

    def drive_role(self, user: User, drive_id: str) -> Role | None:
        return self.oracle.drive_role(user.id, drive_id)

    def _sees_name(self, user: User, file: File) -> bool:
        if not file.limited:
            return False
        self._forget()
        key = (user.id, file.id)
        if key not in self._names:
            self._names[key] = self.oracle.may_see_name(user.id, file.id)
        return self._names[key]

    def _forget(self) -> None:
        """When somebody changed something, or a permission ended by itself."""
        now = self._world.clock.now()
        if self._rights == self._world.rights and (self._until is None or now < self._until):
            return
        self._roles.clear()
        self._names.clear()
        self._rights = self._world.rights
        self._until = min((each for each in self._world.google.drive.expiries if each > now), default=None)
