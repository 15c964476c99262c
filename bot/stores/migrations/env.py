"""How Alembic reaches our tables; run by `bot.stores.schema` with a connection of its own."""

from typing import Any, Literal

from alembic import context
from sqlmodel import AutoString, SQLModel

from bot.stores.tables import Moment


def plainly(kind: str, item: Any, _: object) -> str | Literal[False]:
    """A migration must still run when our own types have moved on, so it names only SQLAlchemy's."""
    if kind == "type" and isinstance(item, Moment):
        return "sa.DateTime(timezone=True)"
    if kind == "type" and isinstance(item, AutoString):
        return repr(item.impl_instance).replace("String", "sa.String")
    return False


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=SQLModel.metadata,
    render_as_batch=True,
    render_item=plainly,
)
with context.begin_transaction():
    context.run_migrations()
