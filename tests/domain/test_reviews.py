"""The morning's figures, computed from the records and the history as they stood."""

import json
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import event

from bot.domain import away, intakes, provider, reviews, rota, time
from bot.domain.business_time import Calendar, minutes_between
from bot.domain.date_ranges import Days
from bot.domain.priority import Priority
from bot.domain.tickets import Door
from bot.domain.turns import Duty
from bot.domain.workflow import Action, Status
from tests.domain.desk import complete

LONDON = Calendar(zone="Europe/London", country="GB-ENG")
MORNING = datetime.fromisoformat("2026-11-23T08:30:00+00:00")  # a Monday; the working day before is Friday the 20th
FRIDAY = datetime.fromisoformat("2026-11-20T10:00:00+00:00")
THURSDAY = datetime.fromisoformat("2026-11-19T10:00:00+00:00")


@pytest.fixture
def queue(session):
    def at(now: datetime = MORNING) -> dict:
        session.flush()
        return reviews.daily_queue(session, provider.get(session), now)

    return at


def listed(section: dict) -> list[int]:
    return [line["id"] for line in section["tickets"]]


@pytest.mark.parametrize(
    ("day", "before"),
    [
        ("2026-11-24", "2026-11-23"),
        ("2026-11-23", "2026-11-20"),
        ("2026-11-22", "2026-11-20"),
        ("2026-12-29", "2026-12-24"),
        ("2026-04-07", "2026-04-02"),
    ],
)
def test_the_day_before_is_the_working_day_before(day, before):
    found = reviews.previous_working_day(LONDON, date.fromisoformat(day))
    assert found == date.fromisoformat(before)


@pytest.mark.parametrize(
    ("now", "since"),
    [
        pytest.param("2026-11-25T08:30:00+00:00", "2026-11-23T09:00:00+00:00", id="midweek, before hours"),
        pytest.param("2026-11-24T12:00:00+00:00", "2026-11-20T12:00:00+00:00", id="over a weekend"),
        pytest.param("2026-12-29T12:00:00+00:00", "2026-12-23T12:00:00+00:00", id="over Christmas"),
        pytest.param("2026-03-30T11:00:00+00:00", "2026-03-26T12:00:00+00:00", id="noon stays noon when clocks change"),
    ],
)
def test_stalled_is_counted_in_business_days(now, since):
    found = reviews.stalled_before(LONDON, datetime.fromisoformat(now), 2)
    assert found == datetime.fromisoformat(since)


@given(st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 31), timezones=st.just(UTC)), st.integers(1, 5))  # noqa: DTZ001
def test_whatever_is_stalled_has_stood_for_that_many_business_days(now, days):
    """Also when somebody looks at the weekend."""
    now = now.replace(second=0, microsecond=0)
    since = reviews.stalled_before(LONDON, now, days)
    assert minutes_between(LONDON, since, now) >= days * 8 * 60


def test_an_empty_house_has_nothing_to_say(queue):
    found = queue()
    assert (found["date"], found["since"]) == ("2026-11-23", "2026-11-20")
    assert (found["open"], found["came_in"], found["closed"]) == (0, 0, 0)
    assert [found[name] for name in ("unowned", "stalled", "waiting")] == [{"total": 0, "tickets": []}] * 3
    assert found["people"] == {"total": 0, "rows": [], "idle": 3}


def test_a_crafted_week_gives_these_figures(session, queue, a_ticket, who):
    bo, eve = who("Bo"), who("Eve")
    old = {"status_since": THURSDAY - timedelta(days=7)}
    unowned = a_ticket(now=FRIDAY)
    stalled = a_ticket(now=THURSDAY, status=Status.IN_PROGRESS, assignee_id=bo, **old)
    waiting = a_ticket(now=THURSDAY, status=Status.WAITING, assignee_id=bo, waiting_whom="Cleo", **old)
    confirming = a_ticket(now=THURSDAY, status=Status.CLIENT_REVIEW, assignee_id=eve, **old)
    planned = a_ticket(now=THURSDAY, status=Status.SCHEDULED, assignee_id=eve, **old)
    checking = a_ticket(now=FRIDAY, status=Status.INTERNAL_REVIEW, assignee_id=bo, reviewer_id=eve)
    a_ticket(now=THURSDAY, status=Status.CLOSED, closed_at=FRIDAY)
    a_ticket(now=THURSDAY, status=Status.CLOSED, closed_at=THURSDAY)
    found = queue()
    assert (found["open"], found["closed"]) == (6, 1)
    assert listed(found["unowned"]) == [unowned.id]
    assert listed(found["stalled"]) == [stalled.id]
    assert listed(found["waiting"]) == [waiting.id, confirming.id]
    rows = {row["name"]: row for row in found["people"]["rows"]}
    assert rows.keys() == {"Bo", "Eve"}
    assert (found["people"]["total"], found["people"]["idle"]) == (2, 1)
    assert rows["Bo"]["in_hand"] == [stalled.id]
    assert rows["Bo"]["blocked"] == [{"id": waiting.id, "on": "Cleo"}]
    assert rows["Eve"]["in_hand"] == [planned.id, checking.id]
    assert rows["Eve"]["blocked"] == [{"id": confirming.id, "on": "Ana"}]


@pytest.mark.parametrize(
    ("at", "counted"),
    [
        ("2026-11-19T23:59:59+00:00", 0),
        ("2026-11-20T00:00:00+00:00", 1),
        ("2026-11-22T12:00:00+00:00", 1),
        ("2026-11-23T08:29:59+00:00", 1),
        ("2026-11-23T08:30:00+00:00", 0),
    ],
)
def test_what_came_and_went_counts_since_the_midnight_of_the_working_day_before(
    session, queue, a_ticket, who, acme, at, counted
):
    at = datetime.fromisoformat(at)
    intake = intakes.Intake(
        account_id=acme.id, person_id=who("Ana").id, disposition=intakes.Disposition.MEETING, door=Door.COMMAND, at=at
    )
    session.add(intake)
    a_ticket(now=THURSDAY, status=Status.CLOSED, closed_at=at)
    assert (queue()["came_in"], queue()["closed"]) == (counted, counted)


def test_a_form_that_was_closed_without_sending_did_not_come_in(session, queue, who, acme):
    intakes.abandon(session, by=who("Ana"), account_id=acme.id, door=Door.HOME, opened_at=FRIDAY, now=FRIDAY)
    assert queue()["came_in"] == 0


def test_each_person_has_what_they_moved_and_whether_their_time_is_missing(session, queue, a_ticket, who):
    bo, eve = who("Bo"), who("Eve")
    ticket, older = a_ticket(now=THURSDAY), a_ticket(now=THURSDAY)
    older.act(session, Action.TAKE, by=bo, now=THURSDAY)
    for action in (Action.TAKE, Action.START):
        ticket.act(session, action, by=bo, now=FRIDAY, inputs=complete(assignee=eve, reviewer=eve))
    ticket.act(session, Action.ASSIGN, by=bo, now=FRIDAY, inputs=complete(assignee=eve, reviewer=eve))
    time.log(session, ticket, by=bo, minutes=30, work_date=FRIDAY.date(), now=FRIDAY, today=FRIDAY.date())
    rows = {row["name"]: row for row in queue()["people"]["rows"]}
    assert (rows["Bo"]["moved"], rows["Bo"]["in_hand"], rows["Bo"]["time_missing"]) == ([ticket.id], [older.id], False)
    assert (rows["Eve"]["moved"], rows["Eve"]["in_hand"], rows["Eve"]["time_missing"]) == ([], [ticket.id], True)


def test_a_list_shows_three_lines_the_most_urgent_first_and_counts_all(queue, a_ticket):
    tickets = [a_ticket(now=FRIDAY, priority=priority) for priority in map(Priority, ("P3", "P1", "P4", "P2"))]
    found = queue()["unowned"]
    assert (found["total"], listed(found)) == (4, [tickets[1].id, tickets[3].id, tickets[0].id])
    line = found["tickets"][0]
    assert (line["priority"], line["status"], line["account"], line["owner"]) == ("P1", "New", "Acme", {})
    assert (line["version"], line["title"], line["days"]) == (1, "How do macros work?", 0.9)


def test_the_snapshot_can_be_stored_and_read_back(queue, a_ticket, who):
    a_ticket(now=THURSDAY, status=Status.WAITING, assignee_id=who("Bo"), status_since=THURSDAY)
    found = queue()
    assert json.loads(json.dumps(found)) == found


def test_it_asks_the_database_as_often_for_thirty_tickets_as_for_one(session, connection, queue, a_ticket, who):
    asked: list[str] = []
    event.listen(connection, "before_cursor_execute", lambda *args: asked.append(args[2]))

    def questions() -> int:
        session.flush()
        session.expire_all()
        session.info.clear()
        asked.clear()
        queue()
        return len(asked)

    def file_some(count: int) -> None:
        for number in range(count):
            status = (Status.NEW, Status.IN_PROGRESS, Status.WAITING, Status.INTERNAL_REVIEW)[number % 4]
            owner = (None, "Bo", "Eve", "Maya")[number % 4]
            ticket = a_ticket(now=THURSDAY, status=status, assignee_id=owner and who(owner))
            ticket.status_since = THURSDAY - timedelta(days=9)

    file_some(4)
    few = questions()
    file_some(26)
    assert (questions(), queue()["open"]) == (few, 30)


# --- who is on duty, who is away


@pytest.fixture
def team(session, who):
    bo, eve, maya = who("Bo"), who("Eve"), who("Maya")
    rota.change(session, Duty.TRIAGE, [bo, eve], by=maya, now=FRIDAY)
    rota.change(session, Duty.ON_CALL, [maya], by=maya, now=FRIDAY)
    return bo, eve, maya


def test_where_nobody_takes_turns_and_all_are_there_nothing_is_said(queue):
    assert queue()["team"] == {"duties": {}, "away": [], "left": {"total": 0, "tickets": []}}


def test_it_says_who_is_on_duty_and_who_is_away(session, queue, who, team):
    eve = team[1]
    away.go(session, eve, Days(date(2026, 11, 23), date(2026, 11, 27)), by=eve, now=FRIDAY)
    found = queue()["team"]
    assert {duty: person["name"] for duty, person in found["duties"].items()} == {"triage": "Bo", "on_call": "Maya"}
    assert found["away"] == [{"id": eve.id, "name": "Eve", "slack_id": "U0EVE", "until": "2026-11-27"}]


def test_a_duty_that_nobody_can_have_is_nobodys(session, queue, who, team):
    maya = team[2]
    away.go(session, maya, Days(date(2026, 11, 23), date(2026, 11, 23)), by=maya, now=FRIDAY)
    assert queue()["team"]["duties"]["on_call"] == {}


def test_what_people_who_are_away_leave_behind_is_named_unless_it_waits_for_somebody_else(
    session, queue, a_ticket, team
):
    bo, eve, _ = team
    a_ticket(now=FRIDAY, status=Status.IN_PROGRESS, assignee_id=bo)
    a_ticket(now=FRIDAY, status=Status.WAITING, assignee_id=eve)
    a_ticket(now=FRIDAY, status=Status.INTERNAL_REVIEW, assignee_id=eve, reviewer_id=bo)
    a_ticket(now=FRIDAY, status=Status.CLOSED, assignee_id=eve, priority=Priority.P1)
    plain = a_ticket(now=FRIDAY, status=Status.IN_PROGRESS, assignee_id=eve)
    checking = a_ticket(now=FRIDAY, status=Status.INTERNAL_REVIEW, assignee_id=bo, reviewer_id=eve)
    urgent = a_ticket(now=FRIDAY, status=Status.WAITING, assignee_id=eve, priority=Priority.P1)
    assert queue()["team"]["left"]["total"] == 0
    away.go(session, eve, Days(FRIDAY.date(), date(2026, 11, 27)), by=eve, now=FRIDAY)
    left = queue()["team"]["left"]
    assert (left["total"], listed(left)) == (3, [urgent.id, plain.id, checking.id])
    more = [a_ticket(now=FRIDAY, status=Status.TRIAGE, assignee_id=eve, priority=Priority.P2) for _ in range(2)]
    left = queue()["team"]["left"]
    assert (left["total"], listed(left)) == (5, [urgent.id, *(ticket.id for ticket in more)])


@pytest.mark.parametrize("closed", ["no working days", "everything closed"])
def test_a_year_without_working_days_has_its_digest_all_the_same(session, queue, a_ticket, closed):
    firm = provider.get(session)
    if closed == "no working days":
        firm.working_days = []
    else:
        firm.closed = [date(2025, 1, 1) + timedelta(days=offset) for offset in range(2000)]
    a_ticket(now=FRIDAY)
    found = queue()
    assert (found["open"], found["since"]) == (1, "2026-11-22")
