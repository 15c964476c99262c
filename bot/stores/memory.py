"""What is kept of one source, for its connector to compare with: documents, the tree, and the layers of its nodes."""

from collections.abc import Collection, Iterable, Mapping

from sqlalchemy import ColumnElement, delete, true
from sqlalchemy import select as sql_select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped
from sqlmodel import Session, col, select

from bot.core.portions import portions
from bot.stores import access
from bot.stores.database import MOST_PARAMETERS, Database
from bot.stores.passages import labels_in
from bot.stores.tables import AccessListRow, DocumentRow, NodeRow
from connectors.model import Known, Node
from policies.access import Layer


class SourceMemory:
    """The port `connectors.model.Memory`."""

    def __init__(self, database: Database, source: str) -> None:
        self._database, self._source = database, source

    def known(self, ids: Collection[str] | None = None) -> Mapping[str, Known]:
        columns = (getattr(DocumentRow, name) for name in ("id_at_source", "version", "label", "labels"))
        documents = (
            sql_select(*columns, col(AccessListRow.nodes))
            .join(AccessListRow, col(AccessListRow.id) == col(DocumentRow.list_id))
            .where(col(DocumentRow.source) == self._source)
        )

        which = _which(col(DocumentRow.id_at_source), ids)
        with self._database.reading() as session:
            return {
                id_: Known(version=version, label=label, access=tuple(nodes), labels=labels_in(labels))
                for some in which
                for id_, version, label, labels, nodes in session.execute(documents.where(some))
            }

    def nodes(self, ids: Collection[str] | None = None) -> Mapping[str, Node]:
        ours = select(NodeRow).where(col(NodeRow.source) == self._source)

        which = _which(col(NodeRow.id), ids)
        with self._database.reading() as session:
            return {row.id: _node(row) for some in which for row in session.exec(ours.where(some))}

    def below(self, ids: Collection[str]) -> Mapping[str, Node]:
        """Level by level: as many statements as the tree is deep there."""
        found: dict[str, Node] = {}
        with self._database.reading() as session:
            level: Collection[str] = frozenset(ids)
            while level:
                children: dict[str, Node] = {}
                for some in portions(sorted(level), MOST_PARAMETERS):
                    of = select(NodeRow).where(col(NodeRow.source) == self._source, col(NodeRow.parent).in_(some))
                    children.update((row.id, _node(row)) for row in session.exec(of))
                level = children.keys() - found.keys() - frozenset(ids)
                found.update((id_, children[id_]) for id_ in level)
        return found

    def layers(self, nodes: Collection[str]) -> Mapping[str, Layer]:
        with self._database.reading() as session:
            return access.layers_of(session, self._source, nodes)


def place(session: Session, source: str, nodes: Iterable[Node]) -> None:
    """Writes these nodes as they are now."""
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    rows = [
        {"workspace": session.info["workspace"], "source": source, **node.model_dump()}
        for node in {node.id: node for node in nodes}.values()
    ]
    for some in portions(rows, MOST_PARAMETERS // len(NodeRow.model_fields)):
        written = insert(NodeRow).values(some)
        session.execute(
            written.on_conflict_do_update(
                index_elements=["workspace", "source", "id"],
                set_={name: written.excluded[name] for name in ("kind", "parent", "label", "missing")},
            )
        )


def forget(session: Session, source: str, nodes: Collection[str]) -> None:
    """Their layers go too: whatever still names one is shut."""
    for some in portions(sorted(nodes), MOST_PARAMETERS):
        session.execute(delete(NodeRow).where(col(NodeRow.source) == source, col(NodeRow.id).in_(some)))
    access.forget_layers(session, source, nodes)


def _which(column: Mapped[str], ids: Collection[str] | None) -> list[ColumnElement[bool]]:
    """All, or some of these at a time."""
    return [true()] if ids is None else [column.in_(some) for some in portions(sorted(ids), MOST_PARAMETERS)]


def _node(row: NodeRow) -> Node:
    return Node(id=row.id, kind=row.kind, parent=row.parent, label=row.label, missing=row.missing)
