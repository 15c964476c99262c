"""How far each loop of a source has come, what has a place in its tree, and whom an admin linked."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """What was one pass over everything becomes the checkpoints of the two loops that it was."""
    op.create_table(
        "loop",
        sa.Column("workspace", sa.String(length=64), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("loop", sa.String(length=16), nullable=False),
        sa.Column("cursor", sa.Text(), nullable=True),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("problems", sa.JSON(), nullable=False),
        sa.Column("stopped", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("workspace", "source", "loop"),
    )
    op.create_table(
        "node",
        sa.Column("workspace", sa.String(length=64), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("parent", sa.String(), nullable=True),
        sa.Column("label", sa.String(), nullable=True),
        sa.Column("missing", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("workspace", "source", "id"),
    )
    op.create_index("node_by_parent", "node", ["workspace", "source", "parent"])
    op.create_table(
        "link",
        sa.Column("workspace", sa.String(length=64), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("account", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("workspace", "source", "email"),
    )
    op.execute(
        "INSERT INTO loop (workspace, source, loop, cursor, read_at, problems) "
        "SELECT workspace, name, 'content', cursor, content_read_at, problems FROM source "
        "WHERE content_read_at IS NOT NULL"
    )
    op.execute(
        "INSERT INTO loop (workspace, source, loop, read_at, problems) "
        "SELECT workspace, name, 'groups', groups_read_at, '[]' FROM source WHERE groups_read_at IS NOT NULL"
    )
    with op.batch_alter_table("source", schema=None) as batch_op:
        for column in ("cursor", "content_read_at", "groups_read_at", "problems"):
            batch_op.drop_column(column)
    with op.batch_alter_table("layer", schema=None) as batch_op:
        batch_op.add_column(sa.Column("unsure", sa.Boolean(), nullable=False, server_default=sa.false()))


def downgrade() -> None:
    """A layer that nobody was sure of is shut: the older version would believe it."""
    op.execute("UPDATE layer SET grants = '[]' WHERE unsure")
    with op.batch_alter_table("layer", schema=None) as batch_op:
        batch_op.drop_column("unsure")
    with op.batch_alter_table("source", schema=None) as batch_op:
        batch_op.add_column(sa.Column("cursor", sa.String(), nullable=True))
        batch_op.add_column(sa.Column("content_read_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("groups_read_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("problems", sa.JSON(), nullable=False, server_default="[]"))
    for column, loop in (("content_read_at", "content"), ("groups_read_at", "groups")):
        op.execute(
            f"UPDATE source SET {column} = (SELECT read_at FROM loop WHERE loop.workspace = source.workspace "  # noqa: S608 - words of ours
            f"AND loop.source = source.name AND loop.loop = '{loop}')"
        )
    for table in ("link", "node", "loop"):
        op.drop_table(table)
