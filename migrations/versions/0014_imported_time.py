"""Time entries that came from elsewhere know their origin, so that an import is done once."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

ONCE = "uq_time_entry_source_source_key"


def upgrade() -> None:
    op.add_column("time_entry", sa.Column("source", sa.Text(), nullable=True))
    op.add_column("time_entry", sa.Column("source_key", sa.Text(), nullable=True))
    only_imported = sa.text("source is not null")
    op.create_index(ONCE, "time_entry", ["source", "source_key"], unique=True, postgresql_where=only_imported)


def downgrade() -> None:
    op.drop_index(ONCE, "time_entry")
    op.drop_column("time_entry", "source_key")
    op.drop_column("time_entry", "source")
