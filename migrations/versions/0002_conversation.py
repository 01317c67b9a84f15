"""Both threads in step: what is said on a ticket, who follows it, and private tickets."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("ticket", sa.Column("private", sa.Boolean(), server_default="false", nullable=False))
    op.add_column("ticket", sa.Column("private_reader_id", sa.BigInteger(), nullable=True))
    op.create_foreign_key(
        op.f("fk_ticket_private_reader_id_person"), "ticket", "person", ["private_reader_id"], ["id"]
    )
    op.add_column(
        "ticket",
        sa.Column("follower_ids", postgresql.ARRAY(sa.BigInteger()), server_default="{}", nullable=False),
    )
    op.create_table(
        "message",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("ticket_id", sa.BigInteger(), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("author_id", sa.BigInteger(), nullable=False),
        sa.Column("visibility", sa.String(length=64), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("channel_slack_id", sa.Text(), nullable=True),
        sa.Column("ts", sa.Text(), nullable=True),
        sa.Column("files", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("back_in", sa.String(length=64), nullable=True),
        sa.Column("asks", sa.Boolean(), nullable=False),
        sa.Column("settled_by_id", sa.BigInteger(), nullable=True),
        sa.Column("edited_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_message_account_id_account")),
        sa.ForeignKeyConstraint(["author_id"], ["person.id"], name=op.f("fk_message_author_id_person")),
        sa.ForeignKeyConstraint(["settled_by_id"], ["person.id"], name=op.f("fk_message_settled_by_id_person")),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_message_ticket_id_ticket")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_message")),
        sa.UniqueConstraint("channel_slack_id", "ts", name=op.f("uq_message_channel_slack_id_ts")),
    )
    op.create_index(op.f("ix_message_account_id"), "message", ["account_id"])
    op.create_index(op.f("ix_message_ticket_id"), "message", ["ticket_id"])
    op.execute("alter table message enable row level security")
    op.execute(
        "create policy message_by_account on message"
        " using (steward_sees(account_id)) with check (steward_sees(account_id))"
    )


def downgrade() -> None:
    op.drop_table("message")
    op.drop_column("ticket", "follower_ids")
    op.drop_column("ticket", "private_reader_id")
    op.drop_column("ticket", "private")
