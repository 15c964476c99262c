"""One request: who asks, for what, with which parameters. It must never change the world."""

import base64
import binascii
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from bot.playground.confluence.callers import Caller
from bot.playground.confluence.errors import RefusedError, missing, refuse
from bot.playground.confluence.nouns import Content, Space
from bot.playground.confluence.shelves import Place
from bot.playground.confluence.sight import Sight

if TYPE_CHECKING:
    from bot.playground.confluence.site import ConfluenceSite
    from bot.playground.confluence.wire_v2 import Writer
    from bot.playground.world import World

MOST: Final = 250


@dataclass(frozen=True)
class Habits:
    """What a site does that others may not."""

    most_at_once: int | None = None  # no list gives more at once, whatever was asked for
    trashed_by_id: bool = True  # a trashed page is still given by its id, with its status


@dataclass(frozen=True)
class Call:
    world: "World"
    caller: Caller
    sight: Sight
    writer: "Writer"
    habits: Habits
    path: str  # without the gateway's prefix, as `next` has it
    named: Mapping[str, str]  # what stands in the path
    params: Mapping[str, list[str]]
    body: Any
    base: str  # …/wiki
    media: str  # where bytes are fetched from

    @property
    def site(self) -> "ConfluenceSite":
        return self.world.confluence

    # -- parameters

    def param(self, name: str, default: str = "") -> str:
        return self.params[name][-1] if name in self.params else default

    def several(self, name: str) -> list[str]:
        """Given more than once, or with commas."""
        return [each for given in self.params.get(name, ()) for each in given.split(",") if each]

    def number(self, name: str, default: int, *, least: int = 0, most: int | None = None) -> int:
        given = self.param(name)
        if not given:
            return default
        if not given.isdigit() or int(given) < least or (most is not None and int(given) > most):
            refuse(400, f"Invalid value for parameter '{name}': {given}")
        return int(given)

    def limit(self, default: int = 25) -> int:
        """Of the second API: more than 250 is refused. Of what is let through, a site may give less."""
        asked = self.number("limit", default, least=1, most=MOST)
        return min(asked, self.habits.most_at_once or asked)

    def one_of(self, name: str, allowed: frozenset[str], default: str = "") -> str:
        given = self.param(name, default)
        if given and given not in allowed:
            refuse(400, f"Provided value for '{name}' is invalid: {given}")
        return given

    def statuses(self, default: frozenset[str], allowed: frozenset[str]) -> frozenset[str]:
        given = frozenset(self.several("status"))
        if given - allowed:
            refuse(400, f"Provided value for 'status' is invalid: {', '.join(sorted(given - allowed))}")
        return given or default

    def cursor(self, order: str) -> Place | None:
        given = self.param("cursor")
        if not given:
            return None
        try:
            read = json.loads(base64.urlsafe_b64decode(given))
            if read["contentOrder"] == order:
                return read["contentOrderValue"], int(read["id"])
        except (binascii.Error, ValueError, KeyError, TypeError):
            pass
        raise RefusedError(400, "Invalid cursor")

    # -- what the caller may see

    def content(self, *kinds: str) -> Content:
        """What the path names, if it is of such a kind and this caller may know of it."""
        return self.seen(self.named["id"], *kinds)

    def seen(self, id: str, *kinds: str) -> Content:  # noqa: A002 - as they call it
        found = self.site.content.get(id)
        if found is None or (kinds and found.kind not in kinds) or not self.sees(found):
            missing(id)
        return found

    def sees(self, content: Content) -> bool:
        return self.sight.sees(self.caller, content)

    def space(self, ref: str) -> Space:
        space = self.site.spaces.get(ref)
        if space is None or not self.sight.sees_space(self.caller, space):
            missing(ref)
        return space


def cursor(order: str, last: Place) -> str:
    """Whoever reads it apart relies on what may be otherwise tomorrow."""
    value, number = last
    written = json.dumps({"id": str(number), "contentOrder": order, "contentOrderValue": value})
    return base64.urlsafe_b64encode(written.encode()).decode()
