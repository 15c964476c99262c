"""Which documents changed, and when, so that an index reads again only those; and indexes that lead to their passages."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_NOT_LIVE = sa.text("state <> 'live'")


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
    with op.batch_alter_table("passage", schema=None) as batch_op:
        batch_op.drop_index("passage_by_document")
        batch_op.drop_index("passage_by_state")
        batch_op.create_index("passage_by_document", ["workspace", "document", "state"], unique=False)
        batch_op.create_index(
            "passage_left", ["workspace", "id"], unique=False, sqlite_where=_NOT_LIVE, postgresql_where=_NOT_LIVE
        )


def downgrade() -> None:
    with op.batch_alter_table("passage", schema=None) as batch_op:
        batch_op.drop_index("passage_left", sqlite_where=_NOT_LIVE, postgresql_where=_NOT_LIVE)
        batch_op.drop_index("passage_by_document")
        batch_op.create_index("passage_by_state", ["workspace", "state"], unique=False)
        batch_op.create_index("passage_by_document", ["workspace", "document"], unique=False)
    with op.batch_alter_table("document_change", schema=None) as batch_op:
        batch_op.drop_index("document_change_by_generation")
    op.drop_table("document_change")
