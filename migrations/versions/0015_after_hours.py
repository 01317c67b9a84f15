"""Time outside working hours costs its own rate, and a retainer may be of money instead of hours."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

MONEY = sa.Numeric(16, 2)
BOUNDED = "ck_agreement_multiplier_bounded"


def upgrade() -> None:
    op.add_column("time_entry", sa.Column("after_hours", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("agreement", sa.Column("included_amount", MONEY, nullable=True))
    op.add_column(
        "agreement", sa.Column("after_hours_multiplier", sa.Numeric(4, 2), nullable=False, server_default="1")
    )
    op.create_check_constraint(op.f(BOUNDED), "agreement", "after_hours_multiplier between 1 and 10")


def downgrade() -> None:
    op.drop_constraint(op.f(BOUNDED), "agreement")
    op.drop_column("agreement", "after_hours_multiplier")
    op.drop_column("agreement", "included_amount")
    op.drop_column("time_entry", "after_hours")
