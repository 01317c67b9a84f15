"""Every entity, so that migrations see the whole schema."""

from sqlalchemy import BigInteger, Column, DateTime, Float, Table, Text, func
from sqlalchemy.dialects.postgresql import JSONB

from bot.domain import (
    absences,
    accounts,
    agenda,
    agreements,
    approvals,
    billing,
    burn,
    bypasses,
    changes,
    events,
    imports,
    intakes,
    invoices,
    job_runs,
    outbox,
    people,
    projects,
    provider,
    quotes,
    receipts,
    recurring,
    releases,
    rota,
    tickets,
    time,
)
from bot.domain.base import metadata

__all__ = [
    "absences",
    "accounts",
    "agenda",
    "agreements",
    "approvals",
    "billing",
    "burn",
    "bypasses",
    "changes",
    "events",
    "imports",
    "intakes",
    "invoices",
    "job_runs",
    "metadata",
    "outbox",
    "people",
    "projects",
    "provider",
    "quotes",
    "receipts",
    "recurring",
    "releases",
    "rota",
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
