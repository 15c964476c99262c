"""The words by which passages are found, once more: in their own languages, and names in parts."""

import sqlalchemy as sa
from alembic import op

from bot.stores.passages import term_vector

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_AT_ONCE = 400  # passages held in memory

_PASSAGE = sa.table(
    "passage",
    sa.column("workspace", sa.String),
    sa.column("id", sa.String),
    sa.column("document", sa.String),
    sa.column("heading_path", sa.JSON),
    sa.column("text", sa.Text),
    sa.column("term_ids", sa.LargeBinary),
    sa.column("term_counts", sa.LargeBinary),
)
_GENERATION = sa.table("generation", sa.column("workspace", sa.String), sa.column("name"), sa.column("value"))
_CHANGE = sa.table("document_change", sa.column("workspace"), sa.column("document"), sa.column("generation"))


def upgrade() -> None:
    """By the code as it is now, however old the home: a question is taken apart by the same."""
    for workspace in op.get_bind().scalars(sa.select(_PASSAGE.c.workspace).distinct()).all():
        _of_workspace(workspace)


def downgrade() -> None:
    """What an older version wrote is gone, and cannot be told by this one: it must read its sources anew."""


def _of_workspace(workspace: str) -> None:
    bind, ours = op.get_bind(), _PASSAGE.c.workspace == workspace
    rows = sa.select(_PASSAGE).where(ours).order_by(_PASSAGE.c.id).limit(_AT_ONCE)
    generation, last = None, ""
    while found := bind.execute(rows.where(_PASSAGE.c.id > last)).all():
        last = found[-1].id
        changed = [
            {"of": row.id, "document": row.document, "ids": ids, "counts": counts}
            for row in found
            for ids, counts in [term_vector("\n".join((*filter(None, [" › ".join(row.heading_path)]), row.text)))]
            if (ids, counts) != (row.term_ids, row.term_counts)
        ]
        if changed:
            generation = generation or _next_generation(workspace)
            new = sa.update(_PASSAGE).where(ours, _PASSAGE.c.id == sa.bindparam("of"))
            bind.execute(new.values(term_ids=sa.bindparam("ids"), term_counts=sa.bindparam("counts")), changed)
            _note(workspace, sorted({row["document"] for row in changed}), generation)


def _next_generation(workspace: str) -> int:
    """As `bot.stores.changes` notes it, so that an index reads these documents again."""
    bind, ours = op.get_bind(), sa.and_(_GENERATION.c.workspace == workspace, _GENERATION.c.name == "index")
    before = bind.scalar(sa.select(_GENERATION.c.value).where(ours))
    if before is None:
        bind.execute(sa.insert(_GENERATION).values(workspace=workspace, name="index", value=1))
    else:
        bind.execute(sa.update(_GENERATION).where(ours).values(value=before + 1))
    return (before or 0) + 1


def _note(workspace: str, documents: list[str], generation: int) -> None:
    bind = op.get_bind()
    bind.execute(
        sa.delete(_CHANGE).where(_CHANGE.c.workspace == workspace, _CHANGE.c.document.in_(documents)),
    )
    bind.execute(
        sa.insert(_CHANGE),
        [{"workspace": workspace, "document": document, "generation": generation} for document in documents],
    )
