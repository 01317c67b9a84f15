"""How long tickets stood where, from a history made by hand."""

from datetime import datetime

import pytest
from sqlalchemy import event as sqlalchemy_event

from bot.domain.business_time import Calendar
from bot.domain.events import Event, Kind
from bot.domain.stays import hours_by_status
from bot.domain.workflow import Status
from tests.cast import by_name
from tests.domain.desk import file_a_ticket

CALENDAR = Calendar(zone="UTC")


def at(text: str) -> datetime:
    """`24T10:30`: a day of November 2026; the 23rd is a Monday."""
    return datetime.fromisoformat(f"2026-11-{text}+00:00")


@pytest.fixture
def history(session):
    def written(*moves: tuple[str, str, str], filed: str = "23T09:00", account: str = "Acme", by: str = "Ana") -> int:
        ticket = file_a_ticket(session, account=account, by=by, now=at(filed))
        session.add_all(
            Event(kind=Kind.MOVED, at=at(when), account_id=ticket.account_id, ticket_id=ticket.id,
                  source=source, target=target)
            for when, source, target in moves
        )  # fmt: skip
        session.flush()
        return ticket.id

    return written


@pytest.fixture
def hours(session):
    def counted(since: str = "23T00:00", until: str = "28T00:00", account=None) -> dict[str, float]:
        found = hours_by_status(session, account_id=account, since=at(since), until=at(until), calendar=CALENDAR)
        assert Status.CLOSED not in found
        return {status.value: round(spent, 4) for status, spent in found.items() if spent}

    return counted


def test_each_stay_counts_its_business_hours(history, hours):
    history(
        ("23T11:00", "New", "Triage"),
        ("23T16:30", "Triage", "Waiting on client"),  # over the night: half an hour, and two in the morning
        ("24T11:00", "Waiting on client", "In progress"),
        ("25T17:00", "In progress", "Internal review"),
        ("26T08:00", "Internal review", "Client review"),  # a night's check costs no business time
        ("26T10:00", "Client review", "Closed"),
    )
    assert hours() == {
        "New": 2, "Triage": 5.5, "Waiting on client": 2.5, "In progress": 14, "Client review": 1,
    }  # fmt: skip


def test_what_still_stands_there_counts_until_the_end_of_the_window(history, hours):
    history(("24T09:00", "New", "Triage"))
    assert hours(until="25T12:00") == {"New": 8, "Triage": 11}
    assert hours(until="29T00:00") == {"New": 8, "Triage": 32}  # the Saturday adds nothing


def test_only_what_lies_within_the_window_counts(history, hours):
    history(("24T09:00", "New", "Triage"), ("26T13:00", "Triage", "Closed"))
    assert hours(since="23T15:00", until="24T10:00") == {"New": 2, "Triage": 1}
    assert hours(since="25T00:00") == {"Triage": 12}
    assert hours(since="26T13:00") == {}


def test_coming_back_is_another_stay_and_what_is_closed_stands_nowhere(history, hours):
    history(("23T10:00", "New", "Closed"), ("25T10:00", "Closed", "Triage"), ("25T12:00", "Triage", "Closed"))
    assert hours() == {"New": 1, "Triage": 2}


def test_assigning_and_writing_end_no_stay(session, history, hours):
    number = history(("23T10:00", "New", "Triage"), ("23T15:00", "Triage", "Closed"))
    account = by_name(session, "Acme").id
    session.add_all(
        Event(kind=kind, at=at("23T12:00"), account_id=account, ticket_id=number, source="Triage", target="Triage")
        for kind in (Kind.ASSIGNED, Kind.CLIENT_WROTE)
    )
    session.flush()
    assert hours() == {"New": 1, "Triage": 5}


def test_an_accounts_hours_are_its_own_and_without_one_they_are_everybodys(session, history, hours):
    history(("23T10:00", "New", "Closed"))
    history(("23T12:00", "New", "Closed"), account="Umbrella", by="Rex")
    assert hours(account=by_name(session, "Acme").id) == {"New": 1}
    assert hours(account=by_name(session, "Umbrella").id) == {"New": 3}
    assert hours() == {"New": 4}


def test_it_is_two_queries_however_many_tickets(session, history, hours):
    for _ in range(20):
        history(("23T10:00", "New", "Closed"))
    asked = []
    connection = session.connection()
    sqlalchemy_event.listen(connection, "before_cursor_execute", lambda *call: asked.append(call[2]))
    assert hours() == {"New": 20}
    assert len(asked) == 2  # what moved, and what stood still


def test_a_window_without_business_hours_has_none(history, hours):
    history()
    assert hours(since="28T00:00", until="30T00:00") == {}
