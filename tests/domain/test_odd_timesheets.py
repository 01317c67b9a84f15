"""Timesheets with what is odd and still true: it is taken, and the month's review looks at it."""

from datetime import date

import pytest
from sqlalchemy import text

from bot.domain import billing
from bot.domain.billing import Finding
from bot.domain.workflow import CloseReason, Status
from tests.cast import by_name
from tests.domain.billed import AFTER, NOVEMBER
from tests.domain.desk import file_a_ticket
from tests.domain.test_time_in_and_out import crm, entries, in_it, load

__all__ = ["in_it", "load"]


def test_a_closed_ticket_takes_time_from_a_sheet_too(load, in_it):
    closed = in_it(lambda session: file_a_ticket(session, status=Status.CLOSED, close_reason=CloseReason.WITHDRAWN).id)
    assert load(crm({"Case": f"T-{closed}"})).new == 1
    assert in_it(lambda session: [entry.ticket_id for entry in entries(session)]) == [closed]


def test_rows_that_overlap_are_taken_and_the_day_is_looked_at(load, in_it):
    """Nine and eight hours from nine o'clock on: nobody refuses them, and nobody signs them unseen."""
    rows = [{"Start Time": f"2026-11-20T09:0{number}:00+00:00", "Time Spent": minutes, "Hours": ""}
            for number, minutes in enumerate(("540", "480"))]  # fmt: skip
    assert load(crm(*rows)).new == 2

    def looks(session):
        review = billing.open_for(session, by_name(session, "Acme"), NOVEMBER, AFTER)
        return {one.finding for one in billing.examined(session, review, AFTER).open}

    assert in_it(looks) >= {Finding.LONG_ENTRY, Finding.LONG_DAY}


def test_after_the_agreement_ended_it_is_taken_and_holds_the_month_up(load, in_it):
    ended = (
        "insert into agreement (account_id, type, starts, ends, renews, included_minutes, rollover_cap, rounding,"
        " scope, excluded) select id, 'retainer', '2026-10-01', '2026-10-31', false, 0, 0, '{}', '[]', '[]'"
        " from account where name = 'Acme'"
    )
    in_it(lambda session: session.execute(text(ended)))
    assert load(crm({})).new == 1

    def looks(session):
        review = billing.open_for(session, by_name(session, "Acme"), NOVEMBER, AFTER)
        return [one.finding for one in billing.examined(session, review, AFTER).open]

    assert Finding.CODE in in_it(looks)


@pytest.mark.parametrize(("start", "day"), [
    ("2026-03-29T01:30:00", date(2026, 3, 29)),  # an hour that London never had
    ("2026-03-28T23:59:59Z", date(2026, 3, 28)),
    ("2026-03-29T23:00:00Z", date(2026, 3, 30)),  # summer time already
    ("2026-10-25T01:30:00", date(2026, 10, 25)),  # one that it had twice
    ("2026-10-25T23:59:59Z", date(2026, 10, 25)),
])  # fmt: skip
def test_in_the_nights_in_which_the_clocks_change_a_day_is_its_persons(load, in_it, start, day):
    assert load(crm({"Start Time": start})).new == 1
    assert in_it(lambda session: entries(session)[0].work_date) == day
