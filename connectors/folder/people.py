"""Who is in which group, from `people.yaml`. Pure: a text becomes whole Groups or is Malformed, never half of them."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import Final

from connectors.folder import access, plain_yaml
from connectors.folder.plain_yaml import Items, Malformed, Node, Scalar, Table
from connectors.model import Groups
from policies.people import Email, Principal

FILE: Final = "people.yaml"
_KEYS: Final = ("people", "groups")


def parse(source: str, text: str) -> Groups:
    """Raises Malformed."""
    tables = _tables(plain_yaml.parse(text))
    belongs_to = _belongs_to(tables.get("groups"))
    closed: dict[str, frozenset[str]] = {}
    members = {}
    for address, direct in _people(tables["people"]).items():
        for group in direct - closed.keys():
            closed[group] = closure(group, belongs_to)
        held = frozenset().union(*(closed[group] for group in direct))
        members[address] = access.held_by(source, address, held)
    return groups(members)


def groups(members: Mapping[Email, frozenset[Principal]], *, is_open: bool = False) -> Groups:
    canonical = [is_open, sorted((address, sorted(held)) for address, held in members.items())]
    digest = hashlib.sha256(json.dumps(canonical).encode()).hexdigest()
    return Groups(members=members, open=is_open, digest=digest)


def closure(group: str, belongs_to: Mapping[str, frozenset[str]]) -> frozenset[str]:
    """The group and everything it belongs to, however far; groups may belong to each other in a ring."""
    reached: set[str] = set()
    waiting = [group]
    while waiting:
        here = waiting.pop()
        if here not in reached:
            reached.add(here)
            waiting.extend(belongs_to.get(here, ()))
    return frozenset(reached)


def _tables(node: Node | None) -> dict[str, Table]:
    if not isinstance(node, Table):
        raise Malformed(node.line if node else 1, "must be a mapping with `people` and `groups`")
    found = {}
    for key, value in node.entries:
        if key.text not in _KEYS:
            raise Malformed(key.line, f"unknown key {key.text!r}: only `people` and `groups` are known")
        if not isinstance(value, Table):
            raise Malformed(value.line, f"`{key.text}` must be a mapping (`{{}}` if there are none)")
        found[key.text] = value
    if "people" not in found:
        raise Malformed(node.line, "`people` is missing")
    return found


def _people(table: Table) -> dict[Email, frozenset[str]]:
    found: dict[Email, frozenset[str]] = {}
    for key, value in table.entries:
        address = access.address(key.text, key.line)
        if address in found:
            raise Malformed(key.line, f"{address} stands here twice (upper and lower case are one address)")
        found[address] = _group_names(key, value)
    return found


def _belongs_to(table: Table | None) -> dict[str, frozenset[str]]:
    found: dict[str, frozenset[str]] = {}
    for key, value in table.entries if table else ():
        group = access.group_name(key)
        if group in found:
            raise Malformed(key.line, f"{group} stands here twice")
        found[group] = _group_names(key, value)
    return found


def _group_names(key: Scalar, value: Node) -> frozenset[str]:
    if not isinstance(value, Items):
        raise Malformed(value.line, f"{key.text}: must be a list of groups (`[]` if there are none)")
    return frozenset(_each(value.items))


def _each(nodes: Iterable[Node]) -> Iterable[str]:
    return (access.group_name(node) for node in nodes)
