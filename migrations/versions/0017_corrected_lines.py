"""A line says which one it corrects, and charged time which line it is priced with: nothing is found by its words."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

# Until now a line was found by its words. An addition names the month it belongs to; a credit note by hand stands at
# the position of what it credits, one of a review under its words, or else its code and price.
OF_ADDITIONS = """
update invoice_line as line set corrects_id = charged.id
from invoice as later, invoice as earlier, invoice_line as charged
where later.id = line.invoice_id and earlier.id = charged.invoice_id and earlier.account_id = later.account_id
  and later.kind = 'invoice' and earlier.kind = 'invoice' and earlier.month < later.month
  and charged.code = line.code and charged.unit_price = line.unit_price and line.description =
    charged.description || ', correction of ' || to_char(earlier.month, 'FMMonth YYYY')
"""
OF_CREDIT_NOTES = """
update invoice_line as line set corrects_id = (
  select charged.id from invoice_line as charged
  where charged.invoice_id = note.credits_id and case when note.review_id is null
    then charged.position = line.position
    else charged.code = line.code and charged.unit_price = line.unit_price end
  order by starts_with(line.description, charged.description || ', correction of ') desc, charged.id limit 1)
from invoice as note where note.id = line.invoice_id and note.kind = 'credit_note'
"""
# Of the lines of that code and price the one whose words name the same project and hours.
OF_TIME = """
update billed_time as billed set line_id = (
  select coalesce(line.corrects_id, line.id) from invoice_line as line
  where line.invoice_id = billed.invoice_id and line.code = billed.code and line.unit_price = billed.rate
  order by (entry.project_id is null or line.description ~ (', PR-' || entry.project_id || ' ')) desc,
    (entry.after_hours = (line.description ~ ', after hours')) desc,
    ((entry.reverses_id is null and entry.replaces_id is null) = (line.corrects_id is null)) desc, line.id
  limit 1)
from time_entry as entry where entry.id = billed.entry_id
"""
FIRST_OF_TIME = """
update billed_time as billed set line_id = line.corrects_id from invoice_line as line
where line.id = billed.line_id and line.corrects_id is not null
"""
# What takes time back, or says it anew at the same price, puts right the line of what it goes back to: a month may have
# put several alike right. Once more for each time that it was put right again.
OF_WHAT_IT_PUTS_RIGHT = """
update billed_time as billed set line_id = known.line_id
from time_entry as entry, billed_time as known, time_entry as before, invoice_line as line, invoice_line as charged
where entry.id = billed.entry_id and known.entry_id = coalesce(entry.reverses_id, entry.replaces_id)
  and before.id = known.entry_id and known.account_id = billed.account_id and known.invoice_id <> billed.invoice_id
  and line.id = billed.line_id and charged.id = known.line_id and known.line_id <> billed.line_id
  and (entry.reverses_id is not null or (line.code = charged.code and line.unit_price = charged.unit_price
    and line.invoice_id <> billed.invoice_id and entry.after_hours = before.after_hours
    and entry.project_id is not distinct from before.project_id))
"""
BACK = """
update billed_time as billed set code = line.code, rate = line.unit_price from invoice_line as line
where line.id = billed.line_id
"""


def upgrade() -> None:
    op.add_column("invoice_line", sa.Column("corrects_id", sa.BigInteger(), nullable=True))
    op.add_column("billed_time", sa.Column("line_id", sa.BigInteger(), nullable=True))
    _fill("invoice_line", OF_ADDITIONS, OF_CREDIT_NOTES)
    _fill("billed_time", OF_TIME, FIRST_OF_TIME, OF_WHAT_IT_PUTS_RIGHT)
    op.alter_column("billed_time", "line_id", nullable=False)
    for table, column in (("invoice_line", "corrects_id"), ("billed_time", "line_id")):
        op.create_foreign_key(op.f(f"fk_{table}_{column}_invoice_line"), table, "invoice_line", [column], ["id"])
        op.create_index(op.f(f"ix_{table}_{column}"), table, [column])
    op.drop_index(op.f("ix_billed_time_invoice_id"), "billed_time")
    op.drop_column("billed_time", "code")
    op.drop_column("billed_time", "rate")


def downgrade() -> None:
    op.add_column("billed_time", sa.Column("code", sa.Text(), nullable=True))
    op.add_column("billed_time", sa.Column("rate", sa.Numeric(16, 4), nullable=True))
    _fill("billed_time", BACK)
    for column in ("code", "rate"):
        op.alter_column("billed_time", column, nullable=False)
    op.create_index(op.f("ix_billed_time_invoice_id"), "billed_time", ["invoice_id"])
    op.drop_column("billed_time", "line_id")
    op.drop_column("invoice_line", "corrects_id")


def _fill(table: str, *statements: str) -> None:
    """What is fixed by a trigger gets its new column all the same; each statement runs until it finds no more."""
    op.execute(f"alter table {table} disable trigger user")
    for statement in statements:
        while op.get_bind().execute(sa.text(statement)).rowcount and statement is OF_WHAT_IT_PUTS_RIGHT:
            pass
    op.execute(f"alter table {table} enable trigger user")
