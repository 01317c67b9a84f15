"""Every entity, so that migrations see the whole schema, and which tables row security guards."""

from sqlalchemy import BigInteger, Column, DateTime, Float, Table, Text, func
from sqlalchemy.dialects.postgresql import JSONB

from bot.domain import (
    accounts,
    agreements,
    events,
    imports,
    intakes,
    job_runs,
    outbox,
    people,
    provider,
    receipts,
    tickets,
    time,
)
from bot.domain.base import metadata

__all__ = [
    "accounts",
    "agreements",
    "events",
    "imports",
    "intakes",
    "job_runs",
    "metadata",
    "outbox",
    "people",
    "provider",
    "receipts",
    "tickets",
    "time",
]

# Tables of rooms that know no entities: bot/playbook.py, bot/clock.py and bot/slack/budget.py.
Table(
    "playbook",
    metadata,
    Column("version", BigInteger, primary_key=True, autoincrement=False),
    Column("content", JSONB, nullable=False),
    Column("by", Text),
    Column("at", DateTime(timezone=True), nullable=False, server_default=func.now()),
)
Table(
    "clock",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("offset_seconds", Float, nullable=False),
)
Table(
    "slack_budget",
    metadata,
    Column("key", Text, primary_key=True),
    Column("full_until", DateTime(timezone=True), nullable=False),
)

# Row-level security holds these to the accounts a transaction has entered (people.enter). The value
# is whether rows without an account (staff, provider-wide posts) are seen by everybody.
GUARDED: dict[str, bool] = {
    "account": False,
    "agreement": False,
    "attachment": False,
    "closure": False,
    "event": False,
    "imported_row": False,
    "intake": False,
    "outbox": False,
    "person": True,
    "post": False,
    "receipt": False,
    "ticket": False,
    "time_entry": False,
}
