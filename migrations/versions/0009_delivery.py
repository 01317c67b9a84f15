"""Delivery's end: dead letters that were let go, which interaction asked for a post, and what may be cleared away.

The application's role deletes nothing but receipts and outbox rows: both are notes of the machinery's own, about
what is in `event` and `post` for good. What goes, and when, is said beside each (receipts.purge, outbox.purge);
whatever the code says, the database keeps what is younger than a week, and what still waits.
"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

OLD = "< now() - interval '7 days'"
# Besides the policy that shows each account its own. Only who sees every account deletes.
MAY_GO = {
    "receipt": f"at {OLD} and key not like 'asked:%'",
    "outbox": f"created_at {OLD} and coalesce(done_at, dead_at) {OLD}",
}


def upgrade() -> None:
    op.add_column("outbox", sa.Column("let_go_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("outbox", sa.Column("reference", sa.Text(), nullable=True))
    op.create_index(
        "ix_outbox_dead", "outbox", ["post_id"], unique=False, postgresql_where=sa.text("dead_at is not null")
    )
    op.create_index("ix_outbox_post_id", "outbox", ["post_id"], unique=False)
    for table, old in MAY_GO.items():
        everybody = "nullif(current_setting('steward.accounts', true), '') = '*'"
        op.execute(
            f"create policy {table}_goes_when_old on {table} as restrictive for delete using ({everybody} and {old})"
        )
        op.execute(f"grant delete on {table} to steward_app")


def downgrade() -> None:
    for table in MAY_GO:
        op.execute(f"revoke delete on {table} from steward_app")
        op.execute(f"drop policy {table}_goes_when_old on {table}")
    op.drop_index("ix_outbox_post_id", table_name="outbox")
    op.drop_index("ix_outbox_dead", table_name="outbox", postgresql_where=sa.text("dead_at is not null"))
    op.drop_column("outbox", "reference")
    op.drop_column("outbox", "let_go_at")
