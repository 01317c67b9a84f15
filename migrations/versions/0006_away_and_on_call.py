"""Away and on call: business hours of provider and accounts, absences, and the rota with its hand-overs."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

KEEP_HOURS = ("provider", "account")


def upgrade() -> None:
    for table in KEEP_HOURS:
        op.add_column(table, sa.Column("opens", sa.Time(), server_default="09:00", nullable=False))
        op.add_column(table, sa.Column("closes", sa.Time(), server_default="17:00", nullable=False))
        op.add_column(
            table,
            sa.Column("working_days", sa.ARRAY(sa.String()), server_default="{Mon,Tue,Wed,Thu,Fri}", nullable=False),
        )
        op.add_column(table, sa.Column("closed", sa.ARRAY(sa.Date()), server_default="{}", nullable=False))
        op.create_check_constraint(op.f(f"ck_{table}_opens_first"), table, "opens < closes")
    op.create_table(
        "absence",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("starts", sa.Date(), nullable=False),
        sa.Column("ends", sa.Date(), nullable=False),
        sa.Column("set_by_id", sa.BigInteger(), nullable=False),
        sa.Column("stand_in_id", sa.BigInteger(), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("event_id", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("starts <= ends", name=op.f("ck_absence_begins_first")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_absence_person_id_person")),
        sa.ForeignKeyConstraint(["set_by_id"], ["person.id"], name=op.f("fk_absence_set_by_id_person")),
        sa.ForeignKeyConstraint(["stand_in_id"], ["person.id"], name=op.f("fk_absence_stand_in_id_person")),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_absence_event_id_event")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_absence")),
    )
    op.create_index("ix_absence_person_id_ends", "absence", ["person_id", "ends"], unique=False)
    op.create_table(
        "rotation",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("duty", sa.Enum("triage", "on_call", name="duty", native_enum=False, length=64), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("person_ids", sa.ARRAY(sa.BigInteger()), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rotation")),
    )
    op.create_table(
        "hand_over",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("duty", sa.Enum("triage", "on_call", name="duty", native_enum=False, length=64), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("starts", sa.Date(), nullable=False),
        sa.Column("ends", sa.Date(), nullable=False),
        sa.Column("by_id", sa.BigInteger(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.CheckConstraint("starts <= ends", name=op.f("ck_hand_over_begins_first")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_hand_over_person_id_person")),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_hand_over_by_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hand_over")),
    )
    op.create_index("ix_hand_over_ends", "hand_over", ["ends"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_hand_over_ends", table_name="hand_over")
    op.drop_table("hand_over")
    op.drop_table("rotation")
    op.drop_index("ix_absence_person_id_ends", table_name="absence")
    op.drop_table("absence")
    for table in reversed(KEEP_HOURS):
        op.drop_constraint(op.f(f"ck_{table}_opens_first"), table, type_="check")
        for column in ("closed", "working_days", "closes", "opens"):
            op.drop_column(table, column)
