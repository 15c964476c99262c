"""What is proposed to be done, who said yes to it, and what became of it."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

_OPEN = sa.text("state IN ('waiting', 'claimed')")


def upgrade() -> None:
    op.create_table(
        "execution",
        sa.Column("workspace", sa.String(length=64), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("payload", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("fence", sa.Integer(), nullable=False),
        sa.Column("lease_owner", sa.String(), nullable=True),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("error", sa.String(), nullable=True),
        sa.Column("receipt", sa.String(), nullable=False),
        sa.Column("tool", sa.String(), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("stage", sa.String(length=16), nullable=False),
        sa.Column("shows", sa.String(length=16), nullable=True),
        sa.Column("confirmed_by", sa.String(), nullable=True),
        sa.Column("approved_by", sa.String(), nullable=True),
        sa.Column("channel", sa.String(), nullable=True),
        sa.Column("message", sa.String(), nullable=True),
        sa.Column("approvals", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("because", sa.String(), nullable=True),
        sa.Column("said", sa.Text(), nullable=True),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("workspace", "id"),
        sa.UniqueConstraint("workspace", "kind", "key"),
    )
    op.create_index(
        "execution_by_due", "execution", ["workspace", "due_at", "id"], sqlite_where=_OPEN, postgresql_where=_OPEN
    )
    op.create_index("execution_by_use", "execution", ["workspace", "actor", "tool", "began_at"])


def downgrade() -> None:
    op.drop_table("execution")
