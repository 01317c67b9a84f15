"""Urgent bypasses, and the whole form of a request that went elsewhere, so that it can be filed after all."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "bypass",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("ticket_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "criterion",
            sa.Enum(
                "revenue_stopped",
                "customer_outage_no_workaround",
                "security_or_data_loss",
                "legal_deadline_1bd",
                "failed_release",
                name="criterion",
                native_enum=False,
                length=64,
            ),
            nullable=False,
        ),
        sa.Column("justification", sa.Text(), nullable=False),
        sa.Column("asked_by_id", sa.BigInteger(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("confirm_by", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "outcome",
            sa.Enum("confirmed", "not urgent", "lapsed", name="outcome", native_enum=False, length=64),
            nullable=True,
        ),
        sa.Column("decided_by_id", sa.BigInteger(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_bypass_account_id_account")),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_bypass_ticket_id_ticket")),
        sa.ForeignKeyConstraint(["asked_by_id"], ["person.id"], name=op.f("fk_bypass_asked_by_id_person")),
        sa.ForeignKeyConstraint(["decided_by_id"], ["person.id"], name=op.f("fk_bypass_decided_by_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bypass")),
        sa.UniqueConstraint("ticket_id", name=op.f("uq_bypass_ticket_id")),
    )
    op.create_index(op.f("ix_bypass_account_id"), "bypass", ["account_id"], unique=False)
    op.create_index(
        "ix_bypass_pending", "bypass", ["confirm_by"], unique=False, postgresql_where=sa.text("outcome is null")
    )
    op.execute("alter table bypass enable row level security")
    op.execute(
        "create policy bypass_by_account on bypass"
        " using (steward_sees(account_id)) with check (steward_sees(account_id))"
    )
    # The release before knows no such column, and files on while this one starts.
    op.add_column("intake", sa.Column("asked", postgresql.JSONB(), nullable=False, server_default=sa.text("'{}'")))


def downgrade() -> None:
    op.drop_column("intake", "asked")
    op.drop_table("bypass")
