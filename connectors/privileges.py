"""What our account may do at a source, and what is lost where it may not. Asked of the source itself, one harmless thing
each; nothing of what is read is kept.
"""

from collections.abc import Callable, Iterable
from typing import NamedTuple, TypeVar

from connectors.http import Misunderstood
from connectors.model import AccessUnknown, Fatal
from policies.people import Noun

Answer = TypeVar("Answer")


class Privilege(Noun):
    """One thing that we do there. `missing`: why we cannot; `lost`: what that costs. Without a needed one nothing goes."""

    name: str
    scopes: tuple[str, ...]
    needed: bool
    lost: str
    missing: str | None = None


class Asked(NamedTuple):
    privilege: Privilege
    ask: Callable[[], str | None]  # why not, if not


def answered(asked: Iterable[Asked]) -> tuple[Privilege, ...]:
    return tuple(one.privilege.model_copy(update={"missing": one.ask()}) for one in asked)


def why(ask: Callable[[], object]) -> str | None:
    found = tried(ask)
    return str(found) if isinstance(found, Exception) else None


def tried(ask: Callable[[], Answer]) -> Answer | Fatal | AccessUnknown:
    try:
        return ask()
    except (Fatal, AccessUnknown) as error:
        return error
    except Misunderstood as error:
        return AccessUnknown(str(error))
