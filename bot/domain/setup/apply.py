"""Bringing the database to what the file says: what differs is changed and told, the rest is left alone.

People who became known by writing in a channel are not in the file, so contacts who are missing
from it stay; staff who are missing lose their access.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.domain import accounts, events, people, provider, rota
from bot.domain.accounts import Account
from bot.domain.people import Person
from bot.domain.provider import Provider
from bot.domain.setup import channels, selling
from bot.domain.setup.changes import update
from bot.domain.setup.file import (
    AccountPart,
    BillingPart,
    ContactPart,
    ProviderPart,
    SetupFile,
    StaffPart,
)
from bot.domain.setup.hours import HoursPart
from bot.domain.setup.parts import BadFile
from bot.domain.turns import Duty

ALREADY = "Everything stands as the file says: nothing to change."


def apply(session: Session, wanted: SetupFile, *, now: datetime) -> list[str]:
    """Make it so, in the caller's transaction; returns what changed, a sentence each."""
    people.enter_as_system(session)
    changes = _provider(session, wanted.provider, now)
    changes += _staff(session, wanted.people)
    changes += _rota(session, wanted.rota, now)
    for part in wanted.accounts:
        changes += _account(session, part, now)
    if changes:
        events.record(session, events.Kind.APPLIED, account_id=None, at=now, data={"changes": changes})
    return changes


def _provider(session: Session, part: ProviderPart, now: datetime) -> list[str]:
    firm = provider.find(session)
    values = {
        "team_slack_id": part.team,
        **_hours(part, "The provider", now),
        "channels": {use: channels.current(session, channel) for use, channel in part.channels.items()},
        **_billing(part.billing),
    }
    if firm is None:
        session.add(Provider(**values, live_since=now))
        session.flush()
        return ["Provider set up."]
    return [f"Provider: {text}" for text in update(firm, values)]


def _hours(part: HoursPart, whose: str, now: datetime) -> dict[str, Any]:
    today = part.calendar.local_date(now)
    if not part.calendar.has_working_days(today):
        raise BadFile(
            f"{whose} has no working day in the year from {today}: nothing would ever fall due. "
            "Look at its working_days, closed and holidays."
        )
    return part.columns


def _rota(session: Session, wanted: dict[Duty, list[str]], now: datetime) -> list[str]:
    """A duty that the file does not name stays as it was set in Slack."""
    team = {person.slack_id: person for person in people.staff(session)}
    return [
        change
        for duty, turns in wanted.items()
        if (change := rota.keep_to(session, duty, [team[slack] for slack in turns], now=now))
    ]


def _staff(session: Session, parts: list[StaffPart]) -> list[str]:
    changes = []
    for part in parts:
        person = _person_by_slack(session, part.slack)
        values = {
            "name": part.name,
            "account_id": None,  # whoever became a contact by writing in a client's channel comes home
            "roles": sorted(role.value for role in part.roles),
            "skills": part.skills,
            "weekly_minutes": round(part.weekly_hours * 60),
            "timezone": part.timezone,
            "active": True,
        }
        changes += _put(session, person, values, f"Staff {part.name}", slack_id=part.slack)
    listed = {part.slack for part in parts}
    for person in people.staff(session):
        if person.slack_id not in listed:
            person.active = False
            changes.append(f"Staff {person.name}: no longer in the file, access ended.")
    return changes


def _account(session: Session, part: AccountPart, now: datetime) -> list[str]:
    account = session.scalar(select(Account).where(func.lower(Account.name) == part.name.lower()))
    values = {
        "name": part.name,
        "team_slack_id": part.team,
        **_hours(part, part.name, now),
        "arr_amount": part.arr.amount if part.arr else None,
        "arr_currency": part.arr.currency if part.arr else None,
        "renews": part.renews,
        **_billing(part.billing),
    }
    channel = channels.current(session, part.channel) if part.channel else None
    if channel:  # else it is chosen in Slack, and stays as it was chosen
        values["channel_slack_id"] = channel
    taken = session.scalar(select(Account.name).where(Account.channel_slack_id == channel))
    if taken and taken.lower() != part.name.lower():
        # Never a rename by guess: the channel's people would see the tickets of whoever had it before.
        raise BadFile(
            f"{part.channel} is {taken}'s channel already. Give {part.name} its own, or keep the name {taken}."
        )
    if account is None:
        account = Account(**values, live_since=now)
        session.add(account)
        session.flush()
        changes = [f"Account {part.name} added."]
    else:
        changes = [f"Account {part.name}: {text}" for text in update(account, values)]
        if not changes and not accounts.is_welcomed(session, account):
            changes = [f"Account {part.name}: a welcome message goes to its channel."]
    if changes:
        accounts.welcome(session, account)
    for contact in part.contacts:
        changes += _contact(session, account, contact)
    changes += selling.agreed(session, account, part.agreement, now)
    return changes + selling.opened(session, account, part.opening, now)


def _contact(session: Session, account: Account, part: ContactPart) -> list[str]:
    person = _person_by_slack(session, part.slack) or _contact_by_email(session, account, part.email)
    values: dict[str, Any] = {
        "name": part.name,
        "account_id": account.id,
        "roles": sorted(role.value for role in part.roles),
        "active": part.active,
    }
    values |= {name: value for name, value in {"slack_id": part.slack, "email": part.email}.items() if value}
    return _put(session, person, values, f"{account.name}: contact {part.name}")


def _billing(part: BillingPart | None) -> dict[str, Any]:
    return {} if part is None else {"billing": part.model_dump(exclude_defaults=False, exclude_none=True)}


def _put(session: Session, person: Person | None, values: dict[str, Any], who: str, **identity: Any) -> list[str]:
    if person is None:
        session.add(Person(**values, **identity))
        session.flush()
        return [f"{who} added."]
    return [f"{who}: {text}" for text in update(person, values)]


def _person_by_slack(session: Session, slack_id: str | None) -> Person | None:
    return session.scalar(select(Person).where(Person.slack_id == slack_id)) if slack_id else None


def _contact_by_email(session: Session, account: Account, email: str | None) -> Person | None:
    if not email:
        return None
    return session.scalar(
        select(Person).where(Person.account_id == account.id, func.lower(Person.email) == email.lower())
    )
