"""Time as it was logged: one record an entry, in the order of the days. `import time` reads it again."""

from collections.abc import Iterator
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.domain import provider
from bot.domain.accounts import Account
from bot.domain.exports.changes import Wanted
from bot.domain.invoices import Invoice
from bot.domain.invoices.invoice import BilledTime
from bot.domain.months import Month
from bot.domain.people import Person
from bot.domain.projects import Project
from bot.domain.provider import Provider
from bot.domain.tickets import Ticket
from bot.domain.time import TimeEntry
from bot.domain.time.entry import undone
from bot.domain.timeliness import is_late
from bot.domain.vagueness import says_too_little

COLUMNS = (
    "work_date", "person", "account", "ticket", "project", "title", "minutes", "category", "code", "note", "vague",
    "late", "after_hours", "logged_at", "period", "entry", "stands", "reverses", "replaces", "reason", "source",
    "source_key", "steward", "person_id", "decision", "invoice",
)  # fmt: skip
HELD = 1000  # rows in memory


def records(session: Session, wanted: Wanted) -> Iterator[dict[str, Any]]:
    """What stands of the work done in that month, in whichever it is billed; with history also what no longer does."""
    firm = provider.get(session)
    rows = session.execute(_query(wanted), execution_options={"stream_results": True, "yield_per": HELD})
    late = lru_cache(maxsize=4096)(lambda day, logged: is_late(firm.calendar, day, logged))
    for row in rows:
        yield _record(firm, late, *row)


def _query(wanted: Wanted) -> Any:
    query = (
        select(TimeEntry, undone, Person.name, Person.slack_id, Person.email, Person.timezone, Account.name,
               Ticket.title, Project.name, BilledTime.decision_id, Invoice.number)
        .join(Person, Person.id == TimeEntry.person_id)
        .join(Account, Account.id == TimeEntry.account_id)
        .outerjoin(Ticket, Ticket.id == TimeEntry.ticket_id)
        .outerjoin(Project, Project.id == TimeEntry.project_id)
        .outerjoin(BilledTime, BilledTime.entry_id == TimeEntry.id)
        .outerjoin(Invoice, Invoice.id == BilledTime.invoice_id)
        .order_by(TimeEntry.work_date, TimeEntry.id)
    )  # fmt: skip
    if wanted.account is not None:
        query = query.where(TimeEntry.account_id == wanted.account.id)
    if wanted.month is not None:
        query = query.where(TimeEntry.work_date.between(wanted.month.first, wanted.month.last))
    return query if wanted.history else query.where(TimeEntry.reverses_id.is_(None), ~undone)


def _record(
    firm: Provider, late: Any, entry: TimeEntry, is_undone: bool, name: str, slack_id: str | None, email: str | None,
    zone: str | None, account: str, title: str | None, project: str | None, decision: int | None,
    number: str | None,
) -> dict[str, Any]:  # fmt: skip
    logged = entry.created_at.astimezone(ZoneInfo(zone or firm.timezone)).date()
    return {
        "work_date": entry.work_date.isoformat(), "person": name, "account": account,
        "ticket": f"T-{entry.ticket_id}" if entry.ticket_id else None,
        "project": f"PR-{entry.project_id}" if entry.project_id else None, "title": title or project,
        "minutes": entry.minutes, "category": entry.category.value, "code": entry.code.value, "note": entry.note,
        "vague": _yes(says_too_little(entry.note, has_title=bool(title or project))),
        "late": _yes(late(entry.work_date, logged)) if entry.is_first else None,
        "after_hours": _yes(entry.after_hours),
        "logged_at": _at(entry.created_at), "period": str(Month.of(entry.period)), "entry": entry.id,
        "stands": _yes(not is_undone and entry.reverses_id is None), "reverses": entry.reverses_id,
        "replaces": entry.replaces_id, "reason": entry.reason,
        "source": entry.source, "source_key": entry.source_key, "steward": firm.team_slack_id,
        "person_id": slack_id or email, "decision": decision, "invoice": number,
    }  # fmt: skip


def _yes(holds: bool) -> str:
    return "yes" if holds else "no"


def _at(when: datetime) -> str:
    return when.astimezone(UTC).isoformat(timespec="seconds")
