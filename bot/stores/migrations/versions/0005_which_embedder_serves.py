"""Which embedder serves, and of which embedders each passage has a vector, so that another can come beside it."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_SERVES = sa.text("state = 'serving'")
_BUILT_IN = 384  # dimensions: until now there was no other embedder


def upgrade() -> None:
    """Whoever made most of a workspace's vectors serves it. Another's, if there are any, are cleared away."""
    op.create_table(
        "embedder",
        sa.Column("workspace", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("setting", sa.String(), nullable=False),
        sa.Column("dimensions", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.PrimaryKeyConstraint("workspace", "name"),
    )
    op.create_table(
        "passage_vector",
        sa.Column("workspace", sa.String(length=64), nullable=False),
        sa.Column("passage", sa.String(), nullable=False),
        sa.Column("embedder", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("workspace", "passage", "embedder"),
    )
    op.execute(
        "INSERT INTO passage_vector (workspace, passage, embedder) "
        "SELECT workspace, id, embedded_by FROM passage WHERE embedded_by IS NOT NULL"
    )
    op.execute(
        "INSERT INTO embedder (workspace, name, setting, dimensions, state) "  # noqa: S608 - a number of ours
        f"SELECT workspace, embedder, 'builtin', {_BUILT_IN}, CASE WHEN place = 1 THEN 'serving' ELSE 'retired' END "
        "FROM (SELECT workspace, embedder, ROW_NUMBER() OVER (PARTITION BY workspace ORDER BY COUNT(*) DESC, embedder) "
        "AS place FROM passage_vector GROUP BY workspace, embedder) AS made"
    )
    with op.batch_alter_table("embedder", schema=None) as batch_op:
        batch_op.create_index(
            "embedder_that_serves", ["workspace"], unique=True, sqlite_where=_SERVES, postgresql_where=_SERVES
        )
    op.drop_column("passage", "embedded_by")


def downgrade() -> None:
    op.add_column("passage", sa.Column("embedded_by", sa.String(), nullable=True))
    op.execute(
        "UPDATE passage SET embedded_by = (SELECT made.embedder FROM passage_vector AS made "
        "JOIN embedder ON embedder.workspace = made.workspace AND embedder.name = made.embedder "
        "WHERE embedder.state = 'serving' AND made.workspace = passage.workspace AND made.passage = passage.id)"
    )
    op.drop_table("passage_vector")
    with op.batch_alter_table("embedder", schema=None) as batch_op:
        batch_op.drop_index("embedder_that_serves", sqlite_where=_SERVES, postgresql_where=_SERVES)
    op.drop_table("embedder")
