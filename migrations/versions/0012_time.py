"""Time entries are append-only, corrections name what they replace, days are called complete, and timers run."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

APP_ROLE = "steward_app"
SEEN_BY = {"timer": "steward_sees(account_id)", "complete_day": "steward_sees(null)"}
RUNNING = "uq_timer_person_id_running"


def upgrade() -> None:
    op.add_column("time_entry", sa.Column("replaces_id", sa.BigInteger(), nullable=True))
    op.add_column("time_entry", sa.Column("reason", sa.Text(), nullable=False, server_default=""))
    op.create_unique_constraint(op.f("uq_time_entry_replaces_id"), "time_entry", ["replaces_id"])
    op.create_foreign_key(
        op.f("fk_time_entry_replaces_id_time_entry"), "time_entry", "time_entry", ["replaces_id"], ["id"]
    )
    op.execute(f"revoke update on time_entry from {APP_ROLE}")
    op.create_table(
        "complete_day",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_complete_day_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_complete_day")),
        sa.UniqueConstraint("person_id", "day", name=op.f("uq_complete_day_person_id_day")),
    )
    op.create_table(
        "timer",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ticket_id", sa.BigInteger(), nullable=True),
        sa.Column("project_id", sa.BigInteger(), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("entry_id", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_timer_account_id_account")),
        sa.ForeignKeyConstraint(["entry_id"], ["time_entry.id"], name=op.f("fk_timer_entry_id_time_entry")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_timer_person_id_person")),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name=op.f("fk_timer_project_id_project")),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_timer_ticket_id_ticket")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_timer")),
    )
    op.create_index(RUNNING, "timer", ["person_id"], unique=True, postgresql_where=sa.text("ended_at is null"))
    # A day is the team's own; a timer, like an entry, is its account's.
    for table, column in SEEN_BY.items():
        op.execute(f"alter table {table} enable row level security")
        op.execute(f"create policy {table}_seen on {table} using ({column}) with check ({column})")


def downgrade() -> None:
    for table in SEEN_BY:
        op.drop_table(table)
    op.execute(f"grant update on time_entry to {APP_ROLE}")
    op.drop_constraint(op.f("fk_time_entry_replaces_id_time_entry"), "time_entry", type_="foreignkey")
    op.drop_constraint(op.f("uq_time_entry_replaces_id"), "time_entry", type_="unique")
    op.drop_column("time_entry", "reason")
    op.drop_column("time_entry", "replaces_id")
