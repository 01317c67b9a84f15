"""Time entries are append-only, corrections name what they replace, and a day can be called complete."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

APP_ROLE = "steward_app"


def upgrade() -> None:
    op.add_column("time_entry", sa.Column("replaces_id", sa.BigInteger(), nullable=True))
    op.add_column("time_entry", sa.Column("reason", sa.Text(), nullable=False, server_default=""))
    op.alter_column("time_entry", "reason", server_default=None)
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
    # The team's own: no client sees when somebody's day was complete.
    op.execute("alter table complete_day enable row level security")
    op.execute(
        "create policy complete_day_of_the_team on complete_day"
        " using (steward_sees(null)) with check (steward_sees(null))"
    )


def downgrade() -> None:
    op.drop_table("complete_day")
    op.execute(f"grant update on time_entry to {APP_ROLE}")
    op.drop_constraint(op.f("fk_time_entry_replaces_id_time_entry"), "time_entry", type_="foreignkey")
    op.drop_constraint(op.f("uq_time_entry_replaces_id"), "time_entry", type_="unique")
    op.drop_column("time_entry", "reason")
    op.drop_column("time_entry", "replaces_id")
