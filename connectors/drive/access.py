"""What Drive says about access, as one layer a file. Pure. What is not understood opens nothing, and nothing here widens.

A file's permissions are the whole of it: what it has from its folders, and from its drive, stands among them. Layers are
named by what they say, so that all files with the same readers share one.
"""

import hashlib
import json
from collections.abc import Iterable
from typing import Final, NamedTuple

from connectors.drive.wire import Permission
from connectors.model import OwnedLayer
from policies.access import Grant, Layer
from policies.people import Principal, email_address, principal

ANYONE: Final = "anyone"
SHUT: Final = Layer()
_READING: Final = frozenset({"owner", "organizer", "fileOrganizer", "writer", "commenter", "reader"})
_FOR_ALL: Final = frozenset({ANYONE, "domain"})


class Sharing(NamedTuple):
    """What an admin said: whose domains are ours, and whether a link that only those have who were given it counts for
    all of these.
    """

    domains: tuple[str, ...]
    link_is_for_domain: bool = False

    def is_of_ours(self, address: str) -> bool:
        return domain_of(address) in self.domains


def domain_of(address: str) -> str:
    return address.rpartition("@")[2].lower()


def user(address: str) -> str:
    return f"user:{address}"


def group(address: str) -> str:
    return f"group:{address}"


def domain(name: str) -> str:
    return f"domain:{name}"


def layer(source: str, permissions: Iterable[Permission], sharing: Sharing) -> Layer:
    """Nobody, where there are none."""
    return Layer(
        grants=frozenset(
            Grant(principal=held, valid_until=one.expiration_time)
            for one in permissions
            if _counts(one)
            for held in _principals(source, one, sharing)
        )
    )


def owned(found: Layer) -> OwnedLayer:
    said = [sorted((grant.principal, str(grant.valid_until or "")) for grant in found.grants), found.unsure]
    return OwnedLayer(node=f"readers:{hashlib.sha256(json.dumps(said).encode()).hexdigest()[:32]}", layer=found)


def doubted(found: Layer) -> OwnedLayer:
    """Somewhere above it something has changed: whoever could read it is asked about at the source, until it is read."""
    return owned(found.model_copy(update={"unsure": True}))


def _counts(one: Permission) -> bool:
    """With a `view` it is seen, and not read. Who is to be its owner is nobody yet."""
    return one.role in _READING and not one.deleted and not one.pending_owner and one.view is None


def _principals(source: str, one: Permission, sharing: Sharing) -> tuple[Principal, ...]:
    return tuple(principal(source, name) for name in _names(one, sharing))


def _names(one: Permission, sharing: Sharing) -> tuple[str, ...]:
    if one.type in _FOR_ALL and one.allow_file_discovery is not True:
        return _with_the_link(one, sharing)
    match one.type:
        case "user" | "group":
            address = _address(one.email_address)
            return () if address is None else (f"{one.type}:{address}",)
        case "domain":
            return _of_ours([one.domain], sharing)
        case "anyone":
            return (ANYONE,)
        case _:
            return ()


def _with_the_link(one: Permission, sharing: Sharing) -> tuple[str, ...]:
    """Whoever was not given it does not find it."""
    if not sharing.link_is_for_domain:
        return ()
    return _of_ours(sharing.domains if one.type == ANYONE else [one.domain], sharing)


def _of_ours(names: Iterable[str | None], sharing: Sharing) -> tuple[str, ...]:
    return tuple(domain(name.lower()) for name in names if name is not None and name.lower() in sharing.domains)


def _address(text: str | None) -> str | None:
    try:
        return email_address(text) if text else None
    except ValueError:
        return None
