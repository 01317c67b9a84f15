"""Doors: pinned posts, a post per channel, and the message that a request was made of."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("post", sa.Column("pinned", sa.Boolean(), server_default=sa.text("false"), nullable=False))
    op.drop_constraint("uq_post_subject_subject_id_place", "post", type_="unique")
    op.create_unique_constraint(
        "uq_post_subject_subject_id_place_channel_slack_id",
        "post",
        ["subject", "subject_id", "place", "channel_slack_id"],
    )
    op.add_column("intake", sa.Column("message_channel", sa.Text(), nullable=True))
    op.add_column("intake", sa.Column("message_ts", sa.Text(), nullable=True))
    op.create_unique_constraint("uq_intake_message_channel_message_ts", "intake", ["message_channel", "message_ts"])


def downgrade() -> None:
    op.drop_constraint("uq_intake_message_channel_message_ts", "intake", type_="unique")
    op.drop_column("intake", "message_ts")
    op.drop_column("intake", "message_channel")
    op.drop_constraint("uq_post_subject_subject_id_place_channel_slack_id", "post", type_="unique")
    op.create_unique_constraint("uq_post_subject_subject_id_place", "post", ["subject", "subject_id", "place"])
    op.drop_column("post", "pinned")
