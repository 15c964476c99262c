"""Who may read what, as each source last said it: people's principals, layers, interned lists.

Reading is per moment: the lists that an audience may read are remembered until a list or a membership changes
(the access generation), or until a grant among them ends.
"""

import hashlib
import json
import threading
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple

from cachetools import LRUCache
from sqlalchemy import Text, bindparam, cast, delete, insert
from sqlmodel import Session, col, select

from bot.core.nouns import ListId
from bot.core.portions import portions
from bot.stores.database import MOST_PARAMETERS, Database, insert_into, insert_new
from bot.stores.generations import ACCESS, advance, generation
from bot.stores.tables import AccessListRow, LayerRow, MembershipRow, SourceRow
from connectors.model import Groups, OwnedLayer
from policies.access import AccessList, Grant, Layer, next_expiry, readable_lists
from policies.people import Audience, Email, Person, Principal, principal


class _Readers(NamedTuple):
    """All of an audience that decides what it may read, and what ten thousand readers are quickly compared by."""

    generation: int
    complete: bool
    held: frozenset[frozenset[Principal]]


class AccessStore:
    def __init__(self, database: Database) -> None:
        self._database = database
        self._one_at_a_time = threading.Lock()
        self._lists_at: tuple[int, Mapping[ListId, AccessList]] = (-1, {})
        # Ends with the access generation, or when a grant in it ends.
        self._readable: LRUCache[_Readers, tuple[datetime | None, frozenset[ListId]]] = LRUCache(256)

    def readable(self, audience: Audience, now: datetime) -> frozenset[ListId]:
        """The access lists that everyone in this audience may read."""
        with self._one_at_a_time, self._database.reading() as session:
            at = generation(session, ACCESS)
            if at != self._lists_at[0]:
                self._lists_at = (at, access_lists(session))
            lists = self._lists_at[1]
            readers = _Readers(at, audience.complete, frozenset(person.principals for person in audience.people))
            remembered = self._readable.get(readers)
            if remembered is not None and (remembered[0] is None or now < remembered[0]):
                return remembered[1]
            allowed = readable_lists(audience, lists, now)
            self._readable[readers] = (next_expiry(lists, now), allowed)
            return allowed

    def version(self) -> int:
        with self._database.reading() as session:
            return generation(session, ACCESS)

    def person(self, email: Email) -> Person:
        """Everything this person is at every active source. A source that does not know them adds nothing."""
        return self.people([email])[email]

    def people(self, emails: Collection[Email]) -> Mapping[Email, Person]:
        """A whole channel, in a few statements."""
        held: dict[Email, set[Principal]] = {email: set() for email in emails}
        with self._database.reading() as session:
            whose = col(MembershipRow.email)  # columns and not rows: a company has tens of thousands of these
            for some in portions(sorted(held), MOST_PARAMETERS):
                for member, holds in session.exec(select(whose, MembershipRow.principal).where(whose.in_(some))):
                    held[Email(member)].add(Principal(holds))
            open_sources = session.exec(
                select(SourceRow.name).where(col(SourceRow.open), col(SourceRow.state) == "active")
            ).all()
        for email, principals in held.items():
            principals.update(
                principal(source, name) for source in open_sources for name in ("anyone", f"user:{email}")
            )
        return {email: Person(email=email, principals=frozenset(principals)) for email, principals in held.items()}


def intern(session: Session, source: str, access: Sequence[OwnedLayer]) -> ListId:
    """The list of these layers, writing what is new. Changed grants of a known node change every list it is in."""
    nodes = [owned.node for owned in access]
    known = layers_of(session, source, nodes)
    fresh = {owned.node: owned.layer for owned in access}
    changed = [OwnedLayer(node=node, layer=layer) for node, layer in fresh.items() if known.get(node) != layer]
    set_layers(session, source, changed)
    return intern_nodes(session, source, nodes)


def set_layers(session: Session, source: str, layers: Sequence[OwnedLayer]) -> None:
    """What these nodes say from now on, in every list that they are part of. One write for each, however much lies below."""
    workspace = session.info["workspace"]
    rows = [
        {"workspace": workspace, "source": source, "node": owned.node, "grants": grants, "unsure": unsure}
        for owned in {owned.node: owned for owned in layers}.values()
        for grants, unsure in [_stored(owned.layer)]
    ]
    written = insert_into(session, LayerRow)
    replaced = {"grants": written.excluded.grants, "unsure": written.excluded.unsure}
    if rows:
        session.execute(
            written.on_conflict_do_update(index_elements=["workspace", "source", "node"], set_=replaced), rows
        )
        advance(session, ACCESS)


def forget_layers(session: Session, source: str, nodes: Collection[str]) -> None:
    """Whatever still names one of these is shut."""
    for some in portions(sorted(nodes), MOST_PARAMETERS):
        session.execute(delete(LayerRow).where(col(LayerRow.source) == source, col(LayerRow.node).in_(some)))
    if nodes:
        advance(session, ACCESS)


def layers_of(session: Session, source: str, nodes: Collection[str]) -> dict[str, Layer]:
    """Of those that were ever read."""
    return {
        node: _layer(grants, unsure)
        for its_source, node, grants, unsure in _where(session, _SOME_LAYERS, nodes)
        if its_source == source
    }


def intern_nodes(session: Session, source: str, nodes: Sequence[str]) -> ListId:
    """The list of layers that are known already."""
    list_id = list_id_of(source, nodes)
    if insert_new(session, AccessListRow, [{"id": list_id, "source": source, "nodes": list(nodes)}]):
        advance(session, ACCESS)
    return list_id


def list_id_of(source: str, nodes: Sequence[str]) -> ListId:
    return ListId(f"{source}:{hashlib.sha256(json.dumps(nodes).encode()).hexdigest()[:24]}")


def owned_layers(session: Session, list_id: str) -> tuple[OwnedLayer, ...]:
    """What the list says now. A layer that is unknown is shut."""
    ((_, source, text),) = _where(session, _SOME_LISTS, [list_id])
    nodes = _nodes(text)
    layers = layers_of(session, source, nodes)
    return tuple(OwnedLayer(node=node, layer=layers.get(node, Layer())) for node in nodes)


def replace_groups(session: Session, source: str, groups: Groups) -> bool:
    """Takes over a snapshot that was read completely; whether it changed anything."""
    row = session.exec(select(SourceRow).where(col(SourceRow.name) == source)).one()
    if row.groups_digest == groups.digest and row.open == groups.open:
        return False
    row.groups_digest, row.open = groups.digest, groups.open
    session.execute(delete(MembershipRow).where(col(MembershipRow.source) == source))
    rows = [
        {"workspace": row.workspace, "source": source, "email": email, "principal": held}
        for email, principals in groups.members.items()
        for held in principals
    ]
    if rows:
        session.execute(insert(MembershipRow), rows)
    advance(session, ACCESS)
    return True


def access_lists(session: Session, ids: Iterable[ListId] | None = None) -> Mapping[ListId, AccessList]:
    """The lists as they are now, or those of `ids`. A list that names an unknown layer is nobody's."""
    if ids is None:
        rows, found = list(session.execute(_LISTS)), list(session.execute(_LAYERS))
    else:
        rows = _where(session, _SOME_LISTS, ids)
        found = _where(session, _SOME_LAYERS, (node for _, _, nodes in rows for node in _nodes(nodes)))
    layers = {(source, node): _layer(grants, unsure) for source, node, grants, unsure in found}
    shut = Layer()
    return {
        ListId(id_): AccessList(layers=tuple(layers.get((source, node), shut) for node in _nodes(nodes)))
        for id_, source, nodes in rows
    }


# Read as text, for a question looks at a hundred lists again that it has just been judged by: what one text says is
# remembered, and which text it is now is read.
_LISTS = select(AccessListRow.id, AccessListRow.source, cast(AccessListRow.nodes, Text))
_LAYERS = select(LayerRow.source, LayerRow.node, cast(LayerRow.grants, Text), LayerRow.unsure)
_SOME_LISTS = _LISTS.where(col(AccessListRow.id).in_(bindparam("some", expanding=True)))
_SOME_LAYERS = _LAYERS.where(col(LayerRow.node).in_(bindparam("some", expanding=True)))


def _where(session: Session, statement: Any, values: Iterable[str]) -> list[Any]:
    some_values = portions(sorted(set(values)), MOST_PARAMETERS)
    return [row for some in some_values for row in session.execute(statement, {"some": some})]


@lru_cache(maxsize=4096)
def _nodes(text: str) -> tuple[str, ...]:
    return tuple(json.loads(text))


@lru_cache(maxsize=4096)
def _layer(text: str, unsure: bool) -> Layer:  # noqa: FBT001 - a column's value
    return _from_json(json.loads(text), unsure=unsure)


def _stored(layer: Layer) -> tuple[list[list[str | None]], bool]:
    return _as_json(layer), layer.unsure


def _as_json(layer: Layer) -> list[list[str | None]]:
    return sorted(
        ([grant.principal, grant.valid_until.isoformat() if grant.valid_until else None] for grant in layer.grants),
        key=lambda grant: (grant[0], grant[1] or ""),
    )


def _from_json(grants: list[list[str | None]], *, unsure: bool) -> Layer:
    return Layer(
        unsure=unsure,
        grants=frozenset(
            Grant(principal=Principal(holder), valid_until=datetime.fromisoformat(until) if until else None)
            for holder, until in grants
            if holder is not None
        ),
    )
