"""Work beyond the single ticket: links between tickets."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0002"
branch_labels = None
depends_on = None

GUARDED = ("ticket_link",)


def _guard(table: str) -> None:
    sees = "steward_sees(account_id)"
    op.execute(f"alter table {table} enable row level security")
    op.execute(f"create policy {table}_by_account on {table} using ({sees}) with check ({sees})")


def upgrade() -> None:
    op.create_table(
        "ticket_link",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("from_id", sa.BigInteger(), nullable=False),
        sa.Column("to_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "relates to", "follows up", "duplicate of", "blocked by",
                name="linkkind", native_enum=False, length=64,
            ),
            nullable=False,
        ),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_id", sa.BigInteger(), nullable=True),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_ticket_link_account_id_account")),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_ticket_link_by_id_person")),
        sa.ForeignKeyConstraint(["from_id"], ["ticket.id"], name=op.f("fk_ticket_link_from_id_ticket")),
        sa.ForeignKeyConstraint(["to_id"], ["ticket.id"], name=op.f("fk_ticket_link_to_id_ticket")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ticket_link")),
    )  # fmt: skip
    op.create_index(op.f("ix_ticket_link_account_id"), "ticket_link", ["account_id"], unique=False)
    op.create_index("ix_ticket_link_to_id", "ticket_link", ["to_id"], unique=False)
    op.create_index(
        "uq_ticket_link_live",
        "ticket_link",
        ["from_id", "to_id", "kind"],
        unique=True,
        postgresql_where=sa.text("ended_at is null"),
    )
    for table in GUARDED:
        _guard(table)


def downgrade() -> None:
    op.drop_table("ticket_link")
