"""The agenda of planning meetings: what was asked to be planned, for which day, and what was decided."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "agenda_item",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("intake_id", sa.BigInteger(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("asked_by_id", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("details", sa.Text(), nullable=False),
        sa.Column("planned_for", sa.Date(), nullable=True),
        sa.Column("decision", sa.Text(), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("changed_by_id", sa.BigInteger(), nullable=True),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_agenda_item_account_id_account")),
        sa.ForeignKeyConstraint(["intake_id"], ["intake.id"], name=op.f("fk_agenda_item_intake_id_intake")),
        sa.ForeignKeyConstraint(["asked_by_id"], ["person.id"], name=op.f("fk_agenda_item_asked_by_id_person")),
        sa.ForeignKeyConstraint(["changed_by_id"], ["person.id"], name=op.f("fk_agenda_item_changed_by_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agenda_item")),
        sa.UniqueConstraint("intake_id", name=op.f("uq_agenda_item_intake_id")),
    )
    op.create_index(op.f("ix_agenda_item_account_id"), "agenda_item", ["account_id"], unique=False)
    op.execute("alter table agenda_item enable row level security")
    op.execute(
        "create policy agenda_item_by_account on agenda_item"
        " using (steward_sees(account_id)) with check (steward_sees(account_id))"
    )


def downgrade() -> None:
    op.drop_table("agenda_item")
