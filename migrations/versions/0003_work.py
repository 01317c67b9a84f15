"""Work beyond the single ticket: links between tickets, projects, recurring work."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

GUARDED = ("ticket_link", "project", "recurring", "recurring_run")


REQUEST_TYPE = sa.Enum(
    "incident", "question", "service_request", "access", "report_data", "content", "billing", "improvement",
    "planning", "change",
    name="requesttype", native_enum=False, length=64,
)  # fmt: skip
CADENCE = sa.Enum(
    "every working day", "every week", "every two weeks", "every month", "every quarter",
    name="cadence", native_enum=False, length=64,
)  # fmt: skip
CODE = sa.Enum(
    "included", "out_of_scope", "project", "advisory", "internal", name="code", native_enum=False, length=64
)  # fmt: skip


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
    op.create_table(
        "project",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("owner_id", sa.BigInteger(), nullable=False),
        sa.Column("budget_minutes", sa.BigInteger(), nullable=False),
        sa.Column("approval", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_id", sa.BigInteger(), nullable=False),
        sa.Column("state_since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("from_ticket_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "state",
            sa.Enum("proposed", "active", "done", "dropped", name="projectstate", native_enum=False, length=64),
            nullable=False,
        ),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_project_account_id_account")),
        sa.ForeignKeyConstraint(["created_by_id"], ["person.id"], name=op.f("fk_project_created_by_id_person")),
        sa.ForeignKeyConstraint(["from_ticket_id"], ["ticket.id"], name=op.f("fk_project_from_ticket_id_ticket")),
        sa.ForeignKeyConstraint(["owner_id"], ["person.id"], name=op.f("fk_project_owner_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_project")),
    )
    op.create_index(op.f("ix_project_account_id"), "project", ["account_id"], unique=False)
    op.create_index(op.f("ix_project_from_ticket_id"), "project", ["from_ticket_id"], unique=False)
    op.add_column("time_entry", sa.Column("project_id", sa.BigInteger(), nullable=True))
    op.create_foreign_key(op.f("fk_time_entry_project_id_project"), "time_entry", "project", ["project_id"], ["id"])
    op.create_index(op.f("ix_time_entry_project_id"), "time_entry", ["project_id"], unique=False)
    op.create_table(
        "recurring",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("request_type", REQUEST_TYPE, nullable=False),
        sa.Column("cadence", CADENCE, nullable=False),
        sa.Column("first_on", sa.Date(), nullable=False),
        sa.Column("next_on", sa.Date(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_id", sa.BigInteger(), nullable=False),
        sa.Column("details", sa.Text(), nullable=False),
        sa.Column("related_system", sa.Text(), nullable=True),
        sa.Column("owner_id", sa.BigInteger(), nullable=True),
        sa.Column("estimate_minutes", sa.BigInteger(), nullable=True),
        sa.Column("code", CODE, nullable=True),
        sa.Column("paused_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_recurring_account_id_account")),
        sa.ForeignKeyConstraint(["created_by_id"], ["person.id"], name=op.f("fk_recurring_created_by_id_person")),
        sa.ForeignKeyConstraint(["owner_id"], ["person.id"], name=op.f("fk_recurring_owner_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recurring")),
    )
    op.create_index(op.f("ix_recurring_account_id"), "recurring", ["account_id"], unique=False)
    op.create_table(
        "recurring_run",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("recurring_id", sa.BigInteger(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ticket_id", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_recurring_run_account_id_account")),
        sa.ForeignKeyConstraint(
            ["recurring_id"], ["recurring.id"], name=op.f("fk_recurring_run_recurring_id_recurring")
        ),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_recurring_run_ticket_id_ticket")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recurring_run")),
        sa.UniqueConstraint("recurring_id", "due_on", name=op.f("uq_recurring_run_recurring_id_due_on")),
    )
    op.create_index(op.f("ix_recurring_run_account_id"), "recurring_run", ["account_id"], unique=False)
    op.create_index(op.f("ix_recurring_run_ticket_id"), "recurring_run", ["ticket_id"], unique=False)
    for table in GUARDED:
        _guard(table)


def downgrade() -> None:
    op.drop_table("recurring_run")
    op.drop_table("recurring")
    op.drop_column("time_entry", "project_id")
    op.drop_table("project")
    op.drop_table("ticket_link")
