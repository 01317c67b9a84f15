"""A month's figures, computed from the records and the history as they stood when it ended."""

import json
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import event

from bot.domain import intakes, reviews, time
from bot.domain.codes import Category, Code
from bot.domain.months import Month
from bot.domain.priority import Priority
from bot.domain.tickets import Door
from bot.domain.workflow import Action, Status
from tests.domain.desk import complete

NOVEMBER = Month(2026, 11)
DONE = (Action.TAKE, Action.START, Action.SEND_TO_REVIEW, Action.APPROVE, Action.CLOSE)


def at(text: str) -> datetime:
    """An instant of 2026, in UTC: Acme's clock is an hour ahead in November, two hours before 25 October."""
    return datetime.fromisoformat(f"2026-{text}").replace(tzinfo=UTC)


@pytest.fixture
def review(session, acme):
    def figures(month: Month = NOVEMBER, account=acme) -> dict[str, Any]:
        session.flush()
        return reviews.monthly(session, account, month, run=7)

    return figures


@pytest.fixture
def moves(session, who):
    """A ticket is moved: `moves(ticket, at("11-03T10:00"), Action.TAKE, …)`, one after the other in that minute."""

    def move(ticket, when: datetime, *actions: Action, **inputs: Any) -> None:
        bo, eve, ana = who("Bo"), who("Eve"), who("Ana")
        by = {Action.APPROVE: eve, Action.REOPEN: ana}
        for action in actions:
            if action is Action.CLOSE and ticket.status is Status.CLIENT_REVIEW:
                by[action], inputs["close_reason"] = ana, None
            filled = complete(assignee=eve, reviewer=eve, **inputs)
            ticket.act(session, action, by=by.get(action, bo), now=when, inputs=filled)

    return move


@pytest.fixture
def logs(session, who):
    def log(ticket, by: str, minutes: int, day: str, **facts: Any):
        work_date = date.fromisoformat(f"2026-{day}")
        when = datetime.combine(work_date, datetime.min.time(), UTC) + timedelta(hours=16)
        return time.log(
            session, ticket, by=who(by), minutes=minutes, work_date=work_date, now=when, today=work_date, **facts
        )

    return log


@pytest.fixture
def november(session, who, acme, a_ticket, moves, logs):
    """Six requests whose figures can be counted by hand."""
    old = a_ticket(now=at("10-05T10:00"), related_system="Zendesk")
    moves(old, at("10-06T10:00"), Action.TAKE)
    done = a_ticket(now=at("10-20T10:00"), priority=Priority.P2)
    moves(done, at("10-21T10:00"), Action.TAKE, Action.START)
    moves(done, at("11-10T10:00"), *DONE[2:])
    waits = a_ticket(now=at("11-03T08:00"), related_system="Help centre", approval_status="Pending")
    moves(waits, at("11-03T10:00"), Action.TAKE, Action.ASK_CLIENT)
    back = a_ticket(now=at("11-04T10:00"), related_system=" help  CENTRE")
    moves(back, at("11-06T10:00"), Action.TAKE, Action.CLOSE)
    moves(back, at("11-09T10:00"), Action.REOPEN)
    moves(back, at("11-10T10:00"), Action.SCHEDULE, planned_start=date(2026, 12, 3))
    a_ticket(now=at("11-30T23:30"))  # the first of December, by Acme's clock
    first = a_ticket(now=at("10-31T23:30"), priority=Priority.P1)  # and the first of November
    logs(done, "Bo", 120, "11-05")
    logs(done, "Eve", 60, "11-06", code=Code.INTERNAL, category=Category.PROCESS_IMPROVEMENT)
    logs(waits, "Bo", 90, "11-06", code=Code.OUT_OF_SCOPE)
    taken_back = logs(waits, "Bo", 45, "11-07", code=Code.ADVISORY)
    time.reverse(session, taken_back.id, by=who("Bo"), now=at("11-08T10:00"))
    logs(done, "Bo", 30, "10-31")
    logs(done, "Bo", 30, "12-01")
    for day, what in (("11-12", "meeting"), ("11-13", "withdrawn"), ("10-12", "meeting")):
        session.add(
            intakes.Intake(account_id=acme.id, person_id=who("Ana").id, disposition=intakes.Disposition(what),
                           door=Door.COMMAND, at=at(f"{day}T10:00"))
        )  # fmt: skip
    moves(first, at("12-02T10:00"), Action.TAKE, Action.CLOSE)
    moves(waits, at("12-02T10:00"), Action.CLOSE)
    return {"old": old.id, "done": done.id, "waits": waits.id, "back": back.id, "first": first.id}


def ids(part: dict[str, Any]) -> list[int]:
    return [item["id"] for item in part["tickets"]]


def test_what_came_and_went_is_counted_by_the_clients_own_clock(november, review):
    found = review()
    assert found["volume"] == {"came_in": 3, "imported": 0, "closed": 1, "reopened": 1, "open": 4}
    assert found["before"] == {"came_in": 2, "imported": 0, "closed": 0, "reopened": 0, "open": 2}
    assert found["by_type"] == {"question": 3}
    assert found["by_priority"] == {"P1": 1, "P3": 2}
    assert found["elsewhere"] == {"meeting": 1}
    assert [(week["first"][-2:], week["came_in"], week["closed"]) for week in found["weeks"]] == [
        ("01", 1, 0), ("02", 2, 0), ("09", 0, 1), ("16", 0, 0), ("23", 0, 0), ("30", 0, 0),
    ]  # fmt: skip


def test_each_ticket_stands_where_it_stood_when_the_month_ended(november, review):
    """Two of them were closed in December; a review that runs late says what a timely one would have said."""
    found = review()
    names = {number: name for name, number in november.items()}
    told = {
        part: [names[number] for number in ids(found[part])]
        for part in ("closed", "oldest", "reopened", "waiting", "scheduled")
    }
    assert told == {
        "closed": ["done"], "oldest": ["old", "first", "waits", "back"], "reopened": ["back"],
        "waiting": ["waits"], "scheduled": ["back"],
    }  # fmt: skip
    closed, oldest = found["closed"]["tickets"][0], found["oldest"]["tickets"][0]
    assert (closed["summary"], closed["closed"], closed["close_reason"]) == ("Macros are explained", "2026-11-10", None)
    assert (oldest["days"], oldest["status"], oldest["owner"]) == (40, "Triage", "Bo")
    waiting = found["waiting"]["tickets"][0]
    assert (waiting["what"], waiting["whom"], waiting["since"]) == ("The search words you tried", "Ana", "2026-11-03")
    assert found["scheduled"]["tickets"][0]["starts"] == "2026-12-03"


def test_a_system_that_was_asked_about_twice_is_named_however_it_was_written(november, review):
    assert review()["systems"] == [{"system": "Help centre", "count": 2}]


def test_triage_time_is_business_time_until_somebody_had_decided(november, review):
    """Two hours, and two business days; one was not looked at in November."""
    assert review()["triage"] == {"done": 2, "of": 3, "median_minutes": (120 + 960) / 2}


def test_hours_are_those_worked_in_the_month_and_not_taken_back(november, review):
    found = review()
    assert found["hours"] == {"included": 120, "out_of_scope": 90}
    assert found["categories"] == {"ticket_resolution": 210}
    assert found["internal_hours"] == 60
    assert found["allowance"] == {"included": 40 * 60, "carried": 20 * 60, "used": 120}
    assert [(item["id"], item["minutes"], item["approval"]) for item in found["out_of_scope"]["tickets"]] == [
        (november["waits"], 90, "Pending")
    ]
    assert found["load"] == [
        {"name": "Bo", "minutes": 210, "open": 4},  # all that was open is his by now
        {"name": "Eve", "minutes": 60, "open": 0},
    ]
    assert found["reopen_rate"] == 1.0


def test_where_tickets_stood_is_told_in_business_hours_of_the_month(november, review):
    """Worked out by hand on the 21 working days of November, nine to five in Berlin."""
    hours = review()["status_hours"]
    assert hours["Waiting on client"] == 6 + 19 * 8
    assert hours["Scheduled"] == 6 + 14 * 8
    assert hours["New"] == 21 * 8 + 2 + 2 * 8  # "first" all month, "waits" two hours, "back" two days
    assert hours["Triage"] == 21 * 8 + 8  # "old" all month, "back" for a day
    assert hours["In progress"] == 6 * 8 + 2  # "done", from the second until eleven on the tenth


def test_another_clients_month_is_another_clients(session, november, review, a_ticket, acme):
    from tests.cast import by_name

    umbrella = by_name(session, "Umbrella")
    found = review(account=umbrella)
    assert found["volume"] == {"came_in": 0, "imported": 0, "closed": 0, "reopened": 0, "open": 0}
    assert (found["hours"], found["load"], found["allowance"]) == ({}, [], None)
    before = review()
    a_ticket(account="Umbrella", by="Rex", now=at("11-12T10:00"))
    assert review() == before


def test_a_first_month_has_nothing_to_compare_with(review, acme, a_ticket):
    acme.live_since = at("11-02T10:00")
    assert review()["before"] is None
    a_ticket(now=at("10-12T10:00"), source="jira", source_key="A-1")  # an import brought its own past
    assert review()["before"]["came_in"] == 1


def test_imports_are_counted_and_flagged(review, a_ticket):
    a_ticket(now=at("11-12T10:00"), source="jira", source_key="A-1")
    found = review()
    assert (found["volume"]["came_in"], found["volume"]["imported"]) == (1, 1)
    assert found["oldest"]["tickets"][0]["imported"] is True
    assert found["triage"] == {"done": 0, "of": 0, "median_minutes": None}


def test_what_the_client_disputes_counts_as_reopened(review, a_ticket, moves):
    ticket = a_ticket(now=at("11-12T10:00"))
    moves(ticket, at("11-12T11:00"), *DONE[:4])
    moves(ticket, at("11-13T11:00"), Action.REOPEN)
    found = review()
    assert (found["volume"]["reopened"], found["volume"]["closed"], found["reopen_rate"]) == (1, 0, None)
    assert ids(found["in_work"]) == [ticket.id]


def test_the_snapshot_can_be_stored_and_read_back(november, review):
    assert json.loads(json.dumps(review())) == review()


def test_the_table_of_audiences_names_every_part_and_nothing_else(november, review):
    assert reviews.AUDIENCE.keys() == review().keys()


def test_it_asks_the_database_as_often_for_thirty_tickets_as_for_one(
    session, connection, review, a_ticket, moves, logs
):
    asked: list[str] = []
    event.listen(connection, "before_cursor_execute", lambda *args: asked.append(args[2]))

    def questions() -> int:
        session.flush()
        session.expire_all()
        session.info.clear()
        asked.clear()
        review()
        return len(asked)

    def some(count: int) -> None:
        for number in range(count):
            ticket = a_ticket(now=at("11-03T10:00"))
            moves(ticket, at("11-04T10:00"), *DONE[: number % 6])
            logs(ticket, "Bo", 30, "11-05", code=Code.OUT_OF_SCOPE)

    some(6)
    few = questions()
    some(24)
    assert (questions(), review()["volume"]["came_in"]) == (few, 30)
