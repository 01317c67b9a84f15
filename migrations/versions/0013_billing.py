"""Agreements have versions; months are reviewed, signed, locked and billed; what costs extra is quoted first."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

TABLES = (
    "quote", "write_off", "billing_review", "waived_finding", "invoice", "invoice_line", "billed_time",
    "billed_ticket", "told_burn",
)  # fmt: skip
# What stands there stands for good.
APPEND_ONLY = ("agreement", "write_off", "billed_time", "billed_ticket", "told_burn")

ROUTINES = (
    # An entry counts in the month of its work date while that is open, else in the first open month. The account's
    # row is held for it: whoever locks a month (for update) waits for the entries under way, and they for the lock.
    """
create function steward_period() returns trigger language plpgsql as $$
declare through date;
begin
  select billed_through into through from account where id = new.account_id for key share;
  new.period := date_trunc('month', greatest(new.work_date, coalesce(through + 1, new.work_date)))::date;
  return new;
end $$
""",
    "create trigger time_entry_period before insert on time_entry for each row execute function steward_period()",
    """
create function steward_locked_month() returns trigger language plpgsql as $$
begin
  if old.billed_through is not null and (new.billed_through is null or new.billed_through < old.billed_through) then
    raise exception 'a month that was billed is not opened again' using errcode = '23514';
  end if;
  return new;
end $$
""",
    (
        "create trigger account_locked_month before update of billed_through on account"
        " for each row execute function steward_locked_month()"
    ),
    # A numbered invoice is never another one: only how far it is changes.
    """
create function steward_numbered() returns trigger language plpgsql as $$
begin
  if tg_op = 'DELETE' or (old.number is not null and
     to_jsonb(new) - '{state,version,exported_at,exported_by_id}'::text[]
     is distinct from to_jsonb(old) - '{state,version,exported_at,exported_by_id}'::text[]) then
    raise exception 'an invoice with a number does not change' using errcode = '23514';
  end if;
  return new;
end $$
""",
    (
        "create trigger invoice_numbered before update or delete on invoice"
        " for each row execute function steward_numbered()"
    ),
    """
create function steward_numbered_line() returns trigger language plpgsql as $$
begin
  if exists (select from invoice where id in (new.invoice_id, old.invoice_id) and number is not null) then
    raise exception 'an invoice with a number does not change' using errcode = '23514';
  end if;
  return coalesce(new, old);
end $$
""",
    (
        "create trigger invoice_line_numbered before insert or update or delete on invoice_line"
        " for each row execute function steward_numbered_line()"
    ),
)


def _account() -> list[sa.Column]:
    return [sa.Column("account_id", sa.BigInteger(), nullable=False)]


def _table(name: str, *columns: sa.Column, refers: dict[str, str], unique: tuple[tuple[str, ...], ...] = ()) -> None:
    """A table of an account's own rows, with its number, its foreign keys and its index by account."""
    keys = [
        sa.ForeignKeyConstraint([column], [f"{other}.id"], name=op.f(f"fk_{name}_{column}_{other}"))
        for column, other in {"account_id": "account", **refers}.items()
    ]
    once = [sa.UniqueConstraint(*of, name=op.f(f"uq_{name}_{'_'.join(of)}")) for of in unique]
    op.create_table(
        name,
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        *columns,
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{name}")),
        *keys,
        *once,
    )
    op.create_index(op.f(f"ix_{name}_account_id"), name, ["account_id"])


def _text(name: str, **more: object) -> sa.Column:
    return sa.Column(name, sa.Text(), nullable=False, **more)


def _word(name: str, *words: str) -> sa.Column:
    return sa.Column(name, sa.Enum(*words, native_enum=False, length=64), nullable=False)


def _number(name: str, nullable: bool = False, **more: object) -> sa.Column:
    return sa.Column(name, sa.BigInteger(), nullable=nullable, **more)


def _at(name: str, nullable: bool = False) -> sa.Column:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _money(name: str, digits: int = 3, nullable: bool = False, **more: object) -> sa.Column:
    return sa.Column(name, sa.Numeric(16, digits), nullable=nullable, **more)


def _json(name: str, default: str) -> sa.Column:
    return sa.Column(name, postgresql.JSONB(), nullable=False, server_default=default)


def upgrade() -> None:
    _agreements()
    _time()
    _quotes()
    _reviews()
    _invoices()
    for routine in ROUTINES:
        op.execute(routine)
    for table in TABLES:
        op.execute(f"alter table {table} enable row level security")
        op.execute(
            f"create policy {table}_seen on {table} using (steward_sees(account_id))"
            " with check (steward_sees(account_id))"
        )
    for table in APPEND_ONLY:
        op.execute(
            f"create trigger {table}_append_only before update or delete on {table}"
            " for each row execute function steward_append_only()"
        )


def _agreements() -> None:
    op.drop_index("ix_agreement_account_id", "agreement")
    op.create_index("ix_agreement_account_id", "agreement", ["account_id"])
    for column in (
        sa.Column("ends", sa.Date()),
        sa.Column("renews", sa.Boolean(), nullable=False, server_default="true"),
        _json("rates", "[]"),
        _json("prices", "[]"),
        _money("fee_amount", 2, nullable=True),
        _money("overage_amount", 2, nullable=True),
        sa.Column("advisory_draws", sa.Boolean(), nullable=False, server_default="false"),
        _json("excluded_types", "[]"),
        sa.Column("tax_rate", sa.Numeric(6, 4), nullable=False, server_default="0"),
        sa.Column("payment_days", sa.BigInteger(), nullable=False, server_default="14"),
        sa.Column("tells_client", sa.Boolean(), nullable=False, server_default="false"),
        _number("made_by_id", nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now()),
    ):
        op.add_column("agreement", column)
    op.create_foreign_key(op.f("fk_agreement_made_by_id_person"), "agreement", "person", ["made_by_id"], ["id"])
    op.add_column("account", sa.Column("billed_through", sa.Date()))
    op.add_column("account", _number("billed_carry", server_default="0"))
    for table in ("account", "provider"):
        op.add_column(table, _json("billing", "{}"))


def _time() -> None:
    op.add_column("time_entry", sa.Column("period", sa.Date()))
    op.execute("alter table time_entry disable trigger user")
    op.execute("update time_entry set period = date_trunc('month', work_date)::date")
    op.execute("alter table time_entry enable trigger user")
    op.alter_column("time_entry", "period", nullable=False)
    op.create_index("ix_time_entry_account_id_period", "time_entry", ["account_id", "period"])
    op.add_column(
        "ticket",
        sa.Column(
            "clearance", sa.Enum("asked", "given", "declined", "lapsed", "used_up", native_enum=False, length=64)
        ),
    )
    _table(
        "write_off", _number("entry_id"), _text("reason"), _number("by_id"), _at("at"),
        refers={"entry_id": "time_entry", "by_id": "person"}, unique=(("entry_id",),),
    )  # fmt: skip
    _table(
        "told_burn", sa.Column("period", sa.Date(), nullable=False),
        _word("burn", "exhausted", "used_95", "used_80", "forecast_over", "ok"), _number("event_id"),
        refers={"event_id": "event"}, unique=(("account_id", "period", "burn"),),
    )  # fmt: skip


def _quotes() -> None:
    _table(
        "quote", _number("ticket_id"), _number("minutes"), _money("rate_amount", 2), _text("rate_currency"),
        _number("cap_minutes"), _number("free_minutes", server_default="0"),
        sa.Column("valid_until", sa.Date(), nullable=False), _json("reasons", "[]"),
        _text("note"), _number("made_by_id"), _at("made_at"),
        _word("state", "asked", "approved", "declined", "expired", "withdrawn"),
        _number("version", server_default="1"), _number("decision_id", nullable=True), _at("settled_at", nullable=True),
        _at("warned_at", nullable=True), _at("used_up_at", nullable=True),
        refers={"ticket_id": "ticket", "made_by_id": "person", "decision_id": "decision"},
    )  # fmt: skip
    op.create_index(op.f("ix_quote_ticket_id"), "quote", ["ticket_id"])
    op.create_index("uq_quote_asked", "quote", ["ticket_id"], unique=True, postgresql_where=sa.text("state = 'asked'"))


def _reviews() -> None:
    _table(
        "billing_review", sa.Column("month", sa.Date(), nullable=False), _word("state", "open", "locked"),
        _at("opened_at"), _number("version", server_default="1"), _at("locked_at", nullable=True),
        _json("figures", "{}"),
        refers={}, unique=(("account_id", "month"),),
    )  # fmt: skip
    _table(
        "waived_finding", _number("review_id"), _text("finding"), _text("reason"), _number("by_id"), _at("at"),
        refers={"review_id": "billing_review", "by_id": "person"}, unique=(("review_id", "finding"),),
    )  # fmt: skip


def _invoices() -> None:
    op.create_table(
        "invoice_series",
        _text("name"),
        _number("last_number", server_default="0"),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_invoice_series")),
    )
    _table(
        "invoice", sa.Column("month", sa.Date(), nullable=False), _word("kind", "invoice", "credit_note"),
        _word("state", "draft", "reviewed", "approved", "exported", "credited"), _text("currency"),
        _number("review_id", nullable=True), _number("agreement_id", nullable=True),
        _number("credits_id", nullable=True),
        _text("reason", server_default=""), _text("reference", server_default=""),
        sa.Column("series", sa.Text()), _number("sequence", nullable=True), sa.Column("number", sa.Text()),
        sa.Column("issue_date", sa.Date()), sa.Column("due_date", sa.Date()),
        _json("seller", "{}"), _json("buyer", "{}"),
        _money("net"), _money("tax"), _money("total"), _number("version", server_default="1"),
        _at("made_at"), _number("made_by_id", nullable=True), _at("reviewed_at", nullable=True),
        _number("reviewed_by_id", nullable=True), _at("approved_at", nullable=True),
        _number("approved_by_id", nullable=True), _at("exported_at", nullable=True),
        _number("exported_by_id", nullable=True),
        refers={
            "review_id": "billing_review", "agreement_id": "agreement", "credits_id": "invoice",
            "made_by_id": "person", "reviewed_by_id": "person", "approved_by_id": "person",
            "exported_by_id": "person",
        },
        unique=(("number",), ("series", "sequence")),
    )  # fmt: skip
    op.create_index("ix_invoice_month", "invoice", ["month", "account_id"])
    _table(
        "invoice_line", _number("invoice_id"), _number("position"), _text("code"), _text("description"),
        _json("tickets", "[]"), _json("decisions", "[]"), _money("quantity", 4), _text("unit"),
        _money("unit_price", 4), _money("amount"), sa.Column("tax_rate", sa.Numeric(6, 4), nullable=False),
        _number("raw_minutes", server_default="0"), _number("billed_minutes", server_default="0"),
        refers={"invoice_id": "invoice"}, unique=(("invoice_id", "position"),),
    )  # fmt: skip
    _table(
        "billed_time", _number("entry_id"), _number("invoice_id"), _text("code"), _money("rate", 4),
        _number("decision_id", nullable=True),
        refers={"entry_id": "time_entry", "invoice_id": "invoice", "decision_id": "decision"}, unique=(("entry_id",),),
    )  # fmt: skip
    op.create_index(op.f("ix_billed_time_invoice_id"), "billed_time", ["invoice_id"])
    _table(
        "billed_ticket", _number("ticket_id"), _number("invoice_id"),
        refers={"ticket_id": "ticket", "invoice_id": "invoice"}, unique=(("ticket_id",),),
    )  # fmt: skip


def downgrade() -> None:
    op.execute("drop trigger agreement_append_only on agreement")
    for table in (
        "billed_ticket", "billed_time", "invoice_line", "invoice", "invoice_series", "waived_finding",
        "billing_review", "quote", "told_burn", "write_off",
    ):  # fmt: skip
        op.drop_table(table)
    op.execute("drop trigger time_entry_period on time_entry")
    op.execute("drop trigger account_locked_month on account")
    for function in ("steward_period", "steward_locked_month", "steward_numbered", "steward_numbered_line"):
        op.execute(f"drop function {function}()")
    op.drop_column("ticket", "clearance")
    op.drop_index("ix_time_entry_account_id_period", "time_entry")
    op.drop_column("time_entry", "period")
    for table in ("account", "provider"):
        op.drop_column(table, "billing")
    op.drop_column("account", "billed_carry")
    op.drop_column("account", "billed_through")
    op.drop_constraint(op.f("fk_agreement_made_by_id_person"), "agreement", type_="foreignkey")
    for column in (
        "ends", "renews", "rates", "prices", "fee_amount", "overage_amount", "advisory_draws", "excluded_types",
        "tax_rate", "payment_days", "tells_client", "made_by_id", "made_at",
    ):  # fmt: skip
        op.drop_column("agreement", column)
    op.drop_index("ix_agreement_account_id", "agreement")
    op.create_index("ix_agreement_account_id", "agreement", ["account_id"], unique=True)
