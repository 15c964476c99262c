"""Which documents changed, and when, so that an index reads again only those."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nothing to fill in: an index that is older than this is made anew from what is live."""
    op.create_table(
        "document_change",
        sa.Column("workspace", sa.String(length=64), nullable=False),
        sa.Column("document", sa.String(), nullable=False),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("workspace", "document"),
    )
    with op.batch_alter_table("document_change", schema=None) as batch_op:
        batch_op.create_index("document_change_by_generation", ["workspace", "generation"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("document_change", schema=None) as batch_op:
        batch_op.drop_index("document_change_by_generation")
    op.drop_table("document_change")
