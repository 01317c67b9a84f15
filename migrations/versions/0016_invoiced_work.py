"""An invoice's line says what its time went into: tickets by their titles, other work in words."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("invoice_line", sa.Column("work", JSONB(), nullable=False, server_default="[]"))


def downgrade() -> None:
    op.drop_column("invoice_line", "work")
