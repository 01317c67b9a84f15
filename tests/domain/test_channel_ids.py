"""A channel that gets another id takes everything along that names it."""

from bot.domain import schema
from bot.domain.setup.channels import HELD


def test_every_column_that_holds_a_channels_id_is_brought_along():
    named = {(table.name, column.name) for table in schema.metadata.sorted_tables for column in table.columns
             if "channel" in column.name}  # fmt: skip

    assert named - {("provider", "channels")} == {(entity.__table__.name, name) for entity, name in HELD}
