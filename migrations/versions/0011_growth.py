"""What reviews look back on is found by when it came or went, however long the history before it is."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

INDEXES = {
    "ix_ticket_created_at": ("ticket", ["created_at"]),
    "ix_ticket_closed_at_account_id": ("ticket", ["closed_at", "account_id"]),
    "ix_intake_at_account_id": ("intake", ["at", "account_id"]),
}
WAITING, PENDING = "ix_outbox_pending", "done_at is null and dead_at is null"


def upgrade() -> None:
    for name, (table, columns) in INDEXES.items():
        op.create_index(name, table, columns, unique=False)
    # The next post to bring is the oldest that waits: found, not sorted out of all that wait.
    op.create_index(WAITING, "outbox", ["id"], unique=False, postgresql_where=sa.text(PENDING))


def downgrade() -> None:
    op.drop_index(WAITING, table_name="outbox", postgresql_where=sa.text(PENDING))
    for name, (table, _) in INDEXES.items():
        op.drop_index(name, table_name=table)
