"""What does not belong in the queue: kept whole, told to the team, and filed after all if a lead says so."""

from collections.abc import Callable
from dataclasses import fields
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from bot.domain import outbox, people
from bot.domain.accounts import Account
from bot.domain.bypass import Criterion
from bot.domain.intakes.intake import Intake
from bot.domain.people import Person
from bot.domain.priority import Effect, Timing, Users
from bot.domain.provider import Provider
from bot.domain.routing import Area, RequestType
from bot.domain.tickets import CameFrom, Door, Filing

# How the parts of a filing that are no plain text come back from the record.
_READ: dict[str, Callable[[Any], Any]] = {
    "request_type": RequestType,
    "effect": Effect,
    "users": Users,
    "timing": Timing,
    "wanted_by": date.fromisoformat,
    "door": Door,
    "came_from": CameFrom,
    "criterion": Criterion,
    "areas": lambda names: tuple(Area(name) for name in names),
}


def stored(filing: Filing) -> dict[str, Any]:
    facts = {part.name: getattr(filing, part.name) for part in fields(filing)}
    contact = filing.primary_contact
    when = filing.wanted_by.isoformat() if filing.wanted_by else None
    return {**facts, "wanted_by": when, "primary_contact": contact.id if contact else None}


def filing_of(session: Session, intake: Intake) -> Filing:
    known = {part.name for part in fields(Filing)}
    facts = {name: _READ[name](value) if value and name in _READ else value
             for name, value in intake.asked.items() if name in known}  # fmt: skip
    return Filing(**{**facts, "primary_contact": people.by_id(session, intake.asked.get("primary_contact"))})


def tell_triage(session: Session, intake: Intake, by: Person, account: Account, provider: Provider) -> None:
    """What goes elsewhere is still asked for: the team reads it, or it would be lost."""
    if provider.triage_channel:
        outbox.open_thread(
            session,
            outbox.Subject.INTAKE,
            intake.id,
            outbox.Place.TRIAGE,
            provider.triage_channel,
            account_id=account.id,
            snapshot={
                "title": intake.title,
                "details": intake.details,
                "account": account.name,
                "asked_by": people.facts(by),
                "disposition": intake.disposition.value,
                **_facts(intake.asked),
            },
        )


def _facts(asked: dict[str, Any]) -> dict[str, Any]:
    """What triage reads of the form besides its words."""
    return {
        "areas": [Area(area).label for area in asked["areas"]],
        "effect": asked["effect"],
        "users": asked["users"],
        "timing": asked["wanted_by"] or asked["timing"],
        "consequence": asked["consequence"],
        "system": asked["related_system"],
        "files": len(asked["files"]),
    }
