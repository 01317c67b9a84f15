"""Going away and coming back: the absence, and whoever is left with the open tickets is told.

Triage hears of it once, and only where there is something to look after; coming back edits that post.
"""

from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy.orm import Session

from bot import playbook
from bot.domain import absences, events, outbox, people, provider, tickets
from bot.domain.absences import Absence
from bot.domain.business_time import Calendar
from bot.domain.date_ranges import Days
from bot.domain.people import Person
from bot.domain.priority import Priority
from bot.domain.tickets import Ticket

SHOWN_TICKETS = 5
URGENT = {Priority.P1, Priority.P2}


class Left(NamedTuple):
    """What somebody leaves behind: the open tickets in their hands, the most urgent first."""

    absence: Absence
    total: int
    tickets: list[Ticket]


def go(
    session: Session, person: Person, days: Days, *, by: Person, now: datetime, note: str = "",
    stand_in: Person | None = None,
) -> Left:  # fmt: skip
    """Somebody will be away, or is; what they leave behind is counted, and triage is told if there is any."""
    absence = absences.begin(session, person, days, by=by, now=now, note=note, stand_in=stand_in)
    total, found = tickets.open_with(session, by, person, most=SHOWN_TICKETS)
    event = events.record(
        session, events.Kind.WENT_AWAY, account_id=None, person=by.id, at=now,
        data={"absence": absence.id, "person": people.facts(person), "starts": days.first.isoformat(),
              "ends": days.last.isoformat(), "stand_in": people.facts(stand_in), "note": absence.note,
              "total": total, "urgent": _urgent(session, found)},
        rule_version=playbook.of(session).version,
    )  # fmt: skip
    absence.event_id = event.id
    if total and (channel := provider.get(session).triage_channel):
        outbox.open_thread(session, outbox.Subject.EVENT, event.id, outbox.Place.TRIAGE, channel, account_id=None)
    _bring_up_to_date(session, absence, person, now)
    return Left(absence, total, found)


def _urgent(session: Session, found: list[Ticket]) -> list[dict[str, object]]:
    """The urgent ones that the channel knows of already: those whose card stands there."""
    there = outbox.roots_of_many(
        session, outbox.Subject.TICKET, [ticket.id for ticket in found], outbox.Place.TRIAGE
    )  # fmt: skip
    urgent = [ticket for ticket in found if ticket.priority in URGENT and ticket.id in there]
    return [{"id": ticket.id, "priority": ticket.priority.value} for ticket in urgent]


def come_back(session: Session, absence_id: int, *, by: Person, now: datetime) -> tuple[Absence, Person]:
    """Somebody is back, or stays after all."""
    absence, person = absences.end(session, absence_id, by=by, now=now)
    session.flush()
    if absence.event_id:
        outbox.refresh(session, outbox.Subject.EVENT, absence.event_id)
    _bring_up_to_date(session, absence, person, now)
    return absence, person


def _bring_up_to_date(session: Session, absence: Absence, person: Person, now: datetime) -> None:
    """Cards say who is away today; what begins or ends later is redrawn on the working morning after."""
    today = people.local_date(person, provider.get(session), now)
    if absence.days.first <= today <= absence.days.last:
        tickets.refresh_cards_of(session, {person.id})


def redraw_cards(session: Session, calendar: Calendar, now: datetime) -> None:
    """A working morning: the cards of whoever went away or came back since the working day before."""
    today = calendar.local_date(now)
    before = next(calendar.working_days(today - timedelta(days=1), step=-1))
    tickets.refresh_cards_of(session, absences.changed(session, before, today))
