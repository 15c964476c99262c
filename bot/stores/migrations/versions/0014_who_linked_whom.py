"""Who said that somebody is an account at a source, who agreed, and since when."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("link") as link:
        link.add_column(sa.Column("by", sa.String(), nullable=True))
        link.add_column(sa.Column("agreed_by", sa.String(), nullable=True))
        link.add_column(sa.Column("at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("link") as link:
        for column in ("at", "agreed_by", "by"):
            link.drop_column(column)
