"""What the caller of a request may see. The oracle says it; here it is only kept until the world changes."""

from typing import TYPE_CHECKING

from bot.playground.confluence.callers import Caller
from bot.playground.confluence.nouns import Content, Space
from bot.playground.confluence.oracle import Oracle

if TYPE_CHECKING:
    from bot.playground.world import World


class Sight:
    def __init__(self, world: "World") -> None:
        self._world = world
        self.oracle = Oracle(world)
        self._generation = -1
        self._seen: dict[tuple[str, str], bool] = {}

    def sees(self, caller: Caller, content: Content) -> bool:
        return caller.sees_everything or self.may_open(caller.account_id, content.id)

    def sees_space(self, caller: Caller, space: Space) -> bool:
        return caller.sees_everything or self.oracle.may_read_space(caller.account_id, space.id)

    def may_open(self, account_id: str, content_id: str) -> bool:
        if self._generation != self._world.generation:
            self._seen.clear()
            self._generation = self._world.generation
        key = (account_id, content_id)
        if key not in self._seen:
            self._seen[key] = self.oracle.may_open(account_id, content_id)
        return self._seen[key]
