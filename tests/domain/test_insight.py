"""Where hours go: whatever they are told apart by, they add up to the same; what was taken back is nothing."""

import re
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import event, func, select, text

from bot.domain import insight, provider, time
from bot.domain.codes import Category, Code
from bot.domain.date_ranges import Days
from bot.domain.errors import Refused
from bot.domain.insight import By, Lag, MonthOfHours, Period, Share
from bot.domain.months import Month
from bot.domain.routing import RequestType
from bot.domain.time import TimeEntry
from tests.cast import by_name
from tests.domain.desk import MONDAY, counted, file_a_ticket, person

TODAY = MONDAY.date()
NOVEMBER = Days(date(2026, 11, 1), date(2026, 11, 30))
LEADS = ["lead", "service_owner", "account_manager", "finance", "executive"]


@pytest.fixture
def log(session, a_ticket):
    ticket = a_ticket(related_system="Zendesk", request_type=RequestType.INCIDENT)

    def logged(minutes: int = 60, *, on=ticket, by: str = "Bo", work_date: date = TODAY, **more) -> TimeEntry:
        facts = {"now": MONDAY, "today": TODAY} | more
        return time.log(session, on, by=person(session, by), minutes=minutes, work_date=work_date, **facts)

    logged.ticket = ticket
    return logged


@pytest.fixture
def told(session):
    """Hours of November by something, as Maya reads them."""

    def told(by: By, days: Days = NOVEMBER, **more) -> insight.Hours:
        reader = person(session, "Maya")
        return insight.hours(session, by, days, insight.accounts_of(session, reader, days), reader=reader, **more)

    return told


def test_each_dimension_names_its_parts_the_greatest_first(session, log, told):
    other = file_a_ticket(
        session, account="Umbrella", by="Rex", related_system=None, request_type=RequestType.QUESTION, title="How to?"
    )
    log(90)
    log(30, on=other, by="Eve", category=Category.CLIENT_COMMUNICATION, code=Code.ADVISORY)
    key, theirs = log.ticket.key, other.key
    assert told(By.ACCOUNT) == (120, [Share("Acme", None, 90), Share("Umbrella", None, 30)], 2)
    assert told(By.CATEGORY).shares == [("ticket_resolution", None, 90), ("client_communication", None, 30)]
    assert told(By.CODE).shares == [("included", None, 90), ("advisory", None, 30)]
    assert told(By.SYSTEM).shares == [("Zendesk", None, 90), (None, None, 30)]
    assert told(By.REQUEST_TYPE).shares == [("incident", None, 90), ("question", None, 30)]
    assert told(By.PERSON).shares == [("Bo", None, 90), ("Eve", None, 30)]
    assert told(By.TICKET).shares == [("How do macros work?", key, 90), ("How to?", theirs, 30)]


def test_what_is_on_no_ticket_counts_too(session, log, told, acme, who):
    log(20)
    session.add(
        TimeEntry(
            account_id=acme.id, person_id=who("Bo").id, work_date=TODAY, minutes=40, code=Code.INCLUDED,
            category=Category.TICKET_RESOLUTION, created_at=MONDAY,
        )
    )  # fmt: skip
    session.flush()
    assert told(By.TICKET).shares == [(None, None, 40), ("How do macros work?", log.ticket.key, 20)]
    assert told(By.SYSTEM).total == told(By.ACCOUNT).total == 60


def test_only_the_days_count_both_ends_included(log, told):
    log(1, work_date=date(2026, 10, 31))
    log(2, work_date=date(2026, 11, 1))
    assert told(By.ACCOUNT).total == 2
    assert told(By.ACCOUNT, Days(date(2026, 10, 31), date(2026, 10, 31))).total == 1
    assert told(By.ACCOUNT, Days(date(2026, 9, 1), date(2026, 9, 30))) == (0, [], 0)


def test_what_was_taken_back_nets_to_nothing(session, log, told, who):
    entry = log(60)
    time.reverse(session, entry.id, by=who("Bo"), now=MONDAY)
    assert all(told(by) == (0, [], 0) for by in By)


def test_what_is_not_named_stays_in_the_total(log, told):
    for name, minutes in (("Bo", 30), ("Eve", 20), ("Maya", 10)):
        log(minutes, by=name)
    found = told(By.PERSON, shown=1)
    assert (found.total, found.parts, found.others) == (60, 3, 30)
    assert found.shares == [("Bo", None, 30)]


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    drafts=st.lists(
        st.tuples(st.integers(1, 720), st.sampled_from(["Bo", "Eve", "Maya"]), st.sampled_from(list(Category)),
                  st.sampled_from(list(Code)), st.integers(0, 80), st.integers(0, 2), st.booleans()),
        max_size=12,
    )
)  # fmt: skip
def test_whatever_hours_are_told_apart_by_they_are_the_same(session, drafts):
    with session.begin_nested() as nested:
        works = [
            file_a_ticket(session, related_system="Zendesk"),
            file_a_ticket(session, request_type=RequestType.INCIDENT),
            file_a_ticket(session, account="Umbrella", by="Rex"),
        ]
        for minutes, name, category, code, ago, which, taken_back in drafts:
            bo = person(session, name)
            entry = time.log(
                session, works[which], by=bo, minutes=minutes, work_date=TODAY - timedelta(days=ago), now=MONDAY,
                today=TODAY, category=category, code=code,
            )  # fmt: skip
            if taken_back:
                time.reverse(session, entry.id, by=bo, now=MONDAY)
        maya = person(session, "Maya")
        accounts = insight.accounts_of(session, maya, NOVEMBER)
        inside = [one for one in drafts if TODAY - timedelta(days=one[4]) >= NOVEMBER.first]
        expected = sum(one[0] for one in inside if not one[6])
        for by in By:
            found = insight.hours(session, by, NOVEMBER, accounts, reader=maya, shown=2)
            assert found.total == expected
            everything = insight.hours(session, by, NOVEMBER, accounts, reader=maya, shown=100)
            assert sum(share.minutes for share in everything.shares) == expected
            assert found.others == sum(share.minutes for share in everything.shares[2:])
        by_month = insight.months(session, Month(2026, 11), accounts)
        assert sum(one.minutes for one in by_month) == sum(one[0] for one in drafts if not one[6])
        nested.rollback()


# --- whose


@pytest.mark.parametrize("role", LEADS)
def test_those_who_answer_for_it_see_everybodys(session, log, role, who):
    sam = who("Sam")
    sam.roles = [role]
    assert By.PERSON in insight.dimensions(sam)
    assert [one.name for one in insight.accounts_of(session, sam, NOVEMBER)] == ["Acme", "Umbrella"]


@pytest.mark.parametrize("role", ["engineer", "approver", "admin"])
def test_others_see_the_accounts_they_work_for_and_no_names(session, log, role, who):
    bo = who("Bo")
    bo.roles = [role]
    assert insight.accounts_of(session, bo, NOVEMBER) == []
    log(10)
    file_a_ticket(session, account="Umbrella", by="Rex", assignee_id=who("Eve"))
    acme, umbrella = by_name(session, "Acme"), by_name(session, "Umbrella")
    assert insight.accounts_of(session, bo, NOVEMBER) == [acme]
    file_a_ticket(session, account="Umbrella", by="Rex", assignee_id=bo)
    assert insight.accounts_of(session, bo, NOVEMBER) == [acme, umbrella]
    assert By.PERSON not in insight.dimensions(bo)
    with pytest.raises(Refused, match="may see other people’s hours"):
        insight.hours(session, By.PERSON, NOVEMBER, [acme], reader=bo)


@pytest.mark.parametrize("name", ["Ana", "Cleo", "Rex"])
def test_contacts_see_none(session, log, who, name):
    with pytest.raises(Refused, match="is for the team"):
        insight.accounts_of(session, who(name), NOVEMBER)


# --- what they say of the work


def test_months_tell_what_nobody_foresaw_and_what_nobody_pays_for(session, log):
    log(40, work_date=date(2026, 10, 5))
    log(20, work_date=date(2026, 10, 5), code=Code.PROJECT)
    log(30, code=Code.OUT_OF_SCOPE)
    log(30, code=Code.INTERNAL)
    log(9, work_date=date(2026, 5, 31))  # before the first of six months
    accounts = insight.accounts_of(session, person(session, "Maya"), NOVEMBER)
    october, november = Month(2026, 10), Month(2026, 11)
    assert insight.months(session, november, accounts) == [
        MonthOfHours(october, 60, 20, 0), MonthOfHours(november, 60, 30, 30),
    ]  # fmt: skip


def lag_of(session) -> Lag:
    accounts = insight.accounts_of(session, person(session, "Maya"), NOVEMBER)
    return insight.entry_lag(session, provider.get(session), NOVEMBER, accounts)


def at(day: int, clock: str = "10:00") -> dict:
    now = datetime.fromisoformat(f"2026-11-{day:02}T{clock}:00+00:00")
    return {"now": now, "today": now.date()}


def test_lag_is_the_median_in_business_days_and_how_many_were_late(session, log):
    assert lag_of(session) == (0, 0, 0)
    log(work_date=date(2026, 11, 20), **at(20))  # the worked examples: 0, 1 and 2 business days
    log(work_date=date(2026, 11, 20), **at(23))
    assert lag_of(session) == (2, 0.5, 0)
    log(work_date=date(2026, 11, 18), **at(20))
    assert lag_of(session) == (3, 1, 1)


def test_a_day_ends_where_its_person_is(session, log):
    session.execute(text("update person set timezone = 'Asia/Tokyo' where name = 'Eve'"))
    log(by="Eve", work_date=date(2026, 11, 18), **at(18, "16:00"))  # past midnight in Tokyo
    assert lag_of(session) == (1, 1, 0)


def test_a_correction_is_no_late_entry_and_an_import_tells_nothing(session, log, who):
    entry = log(work_date=date(2026, 11, 9), **at(9))
    time.correct(
        session, entry.id, log.ticket, by=who("Bo"), minutes=30, work_date=date(2026, 11, 9), code=None, note="",
        category=Category.TICKET_RESOLUTION, reason="", now=MONDAY, today=TODAY,
    )  # fmt: skip
    session.add(
        TimeEntry(
            account_id=entry.account_id, person_id=entry.person_id, work_date=date(2026, 11, 2), minutes=40,
            code=Code.INCLUDED, category=Category.TICKET_RESOLUTION, created_at=MONDAY, source="toggl", source_key="1",
        )
    )  # fmt: skip
    session.flush()
    assert lag_of(session) == (1, 0, 0)


@pytest.mark.parametrize(
    ("period", "first", "last"),
    [(Period.THIS_MONTH, "2026-11-01", "2026-11-30"), (Period.LAST_MONTH, "2026-10-01", "2026-10-31"),
     (Period.THREE_MONTHS, "2026-09-01", "2026-11-30")],
)  # fmt: skip
def test_periods_are_whole_months(period, first, last):
    assert insight.days_of(period, TODAY) == (date.fromisoformat(first), date.fromisoformat(last))


# --- what it costs


def test_each_question_is_one_statement(session, log, told):
    log()
    provider.get(session)
    reader = person(session, "Maya")
    accounts = insight.accounts_of(session, reader, NOVEMBER)
    for by in By:
        with counted(session) as said:
            insight.hours(session, by, NOVEMBER, accounts, reader=reader)
        assert len(said) == 1
    with counted(session) as said:
        insight.months(session, Month(2026, 11), accounts)
        insight.entry_lag(session, provider.get(session), NOVEMBER, accounts)
    assert len(said) == 2


def test_a_month_reads_what_the_month_holds_and_not_what_lies_before_it(session, log):
    """Postgres is asked how it would go about it with years of entries there."""
    log()
    session.execute(text("set local statement_timeout = 0"))
    session.execute(
        text("""
            insert into time_entry (account_id, person_id, work_date, minutes, category, code, created_at, note)
            select account_id, person_id, work_date - n / 8, 15, category, code, created_at, ''
            from time_entry cross join generate_series(1, 6000) as n
        """)
    )
    session.execute(text("set local role none; analyze time_entry; set local role steward_app"))
    accounts = insight.accounts_of(session, person(session, "Maya"), NOVEMBER)
    assert session.scalar(select(func.count()).select_from(TimeEntry)) == 6001
    maya = person(session, "Maya")
    for by in By:
        plan = plan_of(session, lambda by=by: insight.hours(session, by, NOVEMBER, accounts, reader=maya))
        assert re.search(r"Index Cond: .*work_date >= '2026-11-01'", plan), plan
        assert "Seq Scan on time_entry" not in plan, plan


def plan_of(session, ask: Callable[[], Any]) -> str:
    """How Postgres goes about what is asked."""
    asked: list[tuple[str, Any]] = []

    def note(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_rest: Any) -> None:
        asked.append((statement, parameters))

    connection = session.connection()
    event.listen(connection, "before_cursor_execute", note)
    ask()
    event.remove(connection, "before_cursor_execute", note)
    ((statement, parameters),) = asked
    return "\n".join(row[0] for row in connection.exec_driver_sql(f"explain {statement}", parameters))
