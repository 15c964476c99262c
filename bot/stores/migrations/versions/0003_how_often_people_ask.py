"""How often people ask. What was asked before counts for nobody."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "told",
        sa.Column("workspace", sa.String(length=64), nullable=False),
        sa.Column("asker", sa.String(), nullable=False),
        sa.Column("minute", sa.DateTime(timezone=True), nullable=False),
        sa.Column("receipt", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("workspace", "asker", "minute"),
    )
    with op.batch_alter_table("inbox", schema=None) as batch_op:
        batch_op.add_column(sa.Column("counts_for", sa.String(), nullable=True))
        batch_op.create_index("inbox_by_asker", ["workspace", "counts_for", "received_at", "id"], unique=False)
        batch_op.create_index(
            "inbox_by_arrival",
            ["workspace", "received_at", "id"],
            unique=False,
            sqlite_where=sa.text("counts_for IS NOT NULL"),
            postgresql_where=sa.text("counts_for IS NOT NULL"),
        )


def downgrade() -> None:
    with op.batch_alter_table("inbox", schema=None) as batch_op:
        batch_op.drop_index(
            "inbox_by_arrival",
            sqlite_where=sa.text("counts_for IS NOT NULL"),
            postgresql_where=sa.text("counts_for IS NOT NULL"),
        )
        batch_op.drop_index("inbox_by_asker")
        batch_op.drop_column("counts_for")
    op.drop_table("told")
