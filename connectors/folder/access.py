"""Who a document says may read it. Pure. Whatever is not understood is Malformed, hence nobody: nothing widens here."""

import hashlib
import re
import unicodedata
from collections.abc import Iterable
from typing import Final, Literal, get_args

from connectors.folder.plain_yaml import Items, Malformed, Node, Scalar
from connectors.model import OwnedLayer
from policies.access import Grant, Layer
from policies.people import Email, Principal, email_address, principal

ANYONE: Final = "anyone"
# A database's key takes a name only up to a length: beyond it one name would stop everybody's sync.
LONGEST_GROUP: Final = 200
LONGEST_ADDRESS: Final = 254  # no mailbox has a longer one
_GROUP = re.compile(r"group:[^\s:,;\"'<>(){}\[\]]+")
# Narrower than policies.people on purpose: lower-casing turns some non-ASCII letters into ASCII ones (the Kelvin sign
# into `k`), and one person's address into another's.
_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+=?^_`{|}~-]+@[A-Za-z0-9.-]+")


WithoutAccess = Literal["nobody", "anyone"]
"""Who may read a file that says nothing of `access`. Anything else about it, and anything unclear, is nobody all the same."""

WITHOUT_ACCESS: Final[tuple[WithoutAccess, ...]] = get_args(WithoutAccess)


def layers(source: str, access: Node | None, *, without_access: WithoutAccess = "nobody") -> tuple[OwnedLayer, ...]:
    """The layers of an `access` value: all must open. Absent or `[]`: none, which is nobody."""
    if access is None:
        return (owned_layer(source, [ANYONE]),) if without_access == ANYONE else ()
    if not isinstance(access, Items):
        raise Malformed(access.line, "`access` must be a list of layers, such as `[[group:eng]]`; nobody is `[]`")
    found = (owned_layer(source, _names(layer)) for layer in access.items)
    return tuple({layer.node: layer for layer in found}.values())


def owned_layer(source: str, names: Iterable[str]) -> OwnedLayer:
    """Named by its content, so that equal layers are stored once and a change is always another name."""
    principals = sorted({principal(source, name) for name in names})
    node = "set-" + hashlib.sha256("\n".join(principals).encode()).hexdigest()[:24]
    return OwnedLayer(node=node, layer=Layer(grants=frozenset(Grant(principal=held) for held in principals)))


def user_name(address: Email) -> str:
    return f"user:{address}"


def held_by(source: str, address: Email, groups: Iterable[str]) -> frozenset[Principal]:
    """Everything that somebody with these groups (already closed) is at this source."""
    return frozenset(principal(source, name) for name in (user_name(address), ANYONE, *groups))


def group_name(node: Node) -> str:
    """`group:NAME`, and nothing that only looks like it."""
    name = unicodedata.normalize("NFC", node.text) if isinstance(node, Scalar) else ""
    if _GROUP.fullmatch(name) is None or not name.isprintable() or len(name) > LONGEST_GROUP:
        raise Malformed(node.line, f"not a group: {_shown(node)} (write `group:NAME`)")
    return name


def address(text: str, line: int) -> Email:
    if _ADDRESS.fullmatch(text) is None or len(text) > LONGEST_ADDRESS:
        raise Malformed(line, f"not an e-mail address: {text!r}")
    try:
        return email_address(text)
    except ValueError as error:
        raise Malformed(line, str(error)) from error


def _names(layer: Node) -> list[str]:
    if not isinstance(layer, Items):
        raise Malformed(layer.line, f"each layer must be a list in the list: {_shown(layer)} stands alone")
    if not layer.items:
        raise Malformed(layer.line, "a layer without principals; for nobody write `access: []`")
    return [_name(node) for node in layer.items]


def _name(node: Node) -> str:
    if not isinstance(node, Scalar):
        raise Malformed(node.line, "a principal must be one word, such as `group:eng` (no blank after the colon)")
    if node.text == ANYONE:
        return ANYONE
    kind, _, rest = node.text.partition(":")
    if kind == "user":
        return user_name(address(rest, node.line))
    if kind == "group":
        return group_name(node)
    raise Malformed(node.line, f"unknown principal {node.text!r}: `group:NAME`, `user:EMAIL` or `anyone`")


def _shown(node: Node) -> str:
    return repr(node.text) if isinstance(node, Scalar) else "a list or mapping"
