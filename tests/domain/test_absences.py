"""Who is away: set once, in the person's own days, seen wherever work is handed to somebody."""

from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import event, select

from bot.domain import away, outbox, people, provider
from bot.domain.absences import Away, away_now
from bot.domain.date_ranges import Days
from bot.domain.errors import NotFound, Refused
from bot.domain.events import Event, Kind
from bot.domain.priority import Priority
from bot.domain.workflow import Action, Status
from tests.domain.desk import MONDAY, complete, delivered, one_waits_for_the_other, pending, person

TODAY = MONDAY.date()
THIS_WEEK = Days(TODAY, date(2026, 11, 27))
XMAS = Days(date(2026, 12, 24), date(2027, 1, 2))


@pytest.fixture
def goes(session, who):
    def go(name: str, days: Days, *, by: str | None = None, stand_in: str | None = None, **more) -> away.Left:
        deputy = who(stand_in) if stand_in else None
        left = away.go(session, who(name), days, by=who(by or name), now=MONDAY, stand_in=deputy, **more)
        session.flush()
        return left

    return go


def day(offset: int) -> datetime:
    return MONDAY + timedelta(days=offset)


def test_somebody_is_away_from_the_first_day_to_the_last_and_no_longer(session, who, goes):
    eve = who("Eve")
    goes("Eve", XMAS, stand_in="Bo", note=" Skiing ")
    found = {offset: away_now(session, [eve], day(offset)).get(eve.id) for offset in (30, 31, 40, 41)}
    assert found == {30: None, 31: Away(XMAS.last, who("Bo").id), 40: Away(XMAS.last, who("Bo").id), 41: None}
    event = session.scalars(select(Event).where(Event.kind == Kind.WENT_AWAY)).one()
    assert (event.actor_id, event.at, event.rule_version) == (eve.id, MONDAY, 1)
    assert {key: event.data[key] for key in ("starts", "ends", "note", "total")} == {
        "starts": "2026-12-24", "ends": "2027-01-02", "note": "Skiing", "total": 0,
    }  # fmt: skip


def test_days_are_those_where_the_person_is(session, who, goes):
    bo = who("Bo")
    bo.timezone = "Asia/Tokyo"
    goes("Bo", Days(date(2026, 11, 24), date(2026, 11, 24)))
    assert away_now(session, [bo], datetime.fromisoformat("2026-11-23T14:59:00+00:00")) == {}
    assert bo.id in away_now(session, [bo], datetime.fromisoformat("2026-11-23T15:00:00+00:00"))
    assert away_now(session, [bo], datetime.fromisoformat("2026-11-24T15:00:00+00:00")) == {}


def test_absences_that_follow_each_other_are_one(session, who, goes):
    eve = who("Eve")
    goes("Eve", THIS_WEEK)
    goes("Eve", Days(date(2026, 11, 28), date(2026, 12, 4)))
    goes("Eve", Days(date(2026, 12, 6), date(2026, 12, 7)))
    assert away_now(session, [eve], MONDAY)[eve.id].until == date(2026, 12, 4)


@pytest.mark.parametrize(
    ("days", "said"),
    [
        (Days(date(2026, 11, 20), date(2026, 11, 22)), "Those days are over"),
        (Days(date(2026, 11, 25), date(2026, 11, 24)), "The last day is before the first"),
        (Days(TODAY, date(2027, 11, 24)), "longer than a year"),
        (Days(date(2062, 12, 24), date(2062, 12, 25)), "more than two years from now"),
    ],
)
def test_days_that_make_no_sense_are_refused(goes, everything, days, said):
    world = everything()
    with pytest.raises(Refused, match=said):
        goes("Eve", days)
    assert everything() == world


def test_a_range_that_began_already_is_taken(session, who, goes):
    goes("Eve", Days(date(2026, 11, 20), TODAY))
    assert away_now(session, [who("Eve")], MONDAY)[who("Eve").id].until == TODAY


@pytest.mark.parametrize(
    "days", [XMAS, Days(XMAS.last, date(2027, 1, 9)), Days(TODAY, XMAS.first), Days(XMAS.first, XMAS.first)]
)
def test_the_same_person_is_not_away_twice_on_a_day(goes, everything, days):
    goes("Eve", XMAS)
    world = everything()
    with pytest.raises(Refused, match="You are away Thu 24 Dec to Sat 2 Jan already") as refused:
        goes("Eve", days)
    assert (refused.value.field, everything()) == ("starts", world)
    with pytest.raises(Refused, match="Eve is away Thu 24 Dec"):
        goes("Eve", days, by="Maya")
    goes("Bo", days)  # somebody else may


def test_of_two_at_once_about_the_same_person_the_second_reads_of_the_first(cast_sessions, cast_url):
    def go(session) -> str:
        people.enter_as_system(session)
        eve = person(session, "Eve")
        try:
            away.go(session, eve, XMAS, by=eve, now=MONDAY)
        except Refused as refused:
            return str(refused)
        session.flush()
        return "stored"

    first, second = one_waits_for_the_other(cast_sessions, cast_url, go, go)
    assert (first, second[:23]) == ("stored", "You are away Thu 24 Dec")


@pytest.mark.parametrize("by", ["Bo", "Sam", "Ana", "Rex"])
def test_only_a_lead_says_it_for_somebody_else(goes, everything, by):
    world = everything()
    with pytest.raises(Refused):
        goes("Eve", XMAS, by=by)
    assert everything() == world


@pytest.mark.parametrize("name", ["Ana", "Rex"])
def test_contacts_have_no_absence(goes, everything, name):
    world = everything()
    for by in (name, "Maya"):
        with pytest.raises(Refused, match="for the support team only"):
            goes(name, XMAS, by=by)
    assert everything() == world


@pytest.mark.parametrize(
    ("stand_in", "said"),
    [("Eve", "Somebody else has to stand in"), ("Ana", "can't stand in"), ("Maya", "Maya is away too, Thu 24 Dec")],
)
def test_who_can_not_stand_in_is_refused(goes, everything, stand_in, said):
    goes("Maya", XMAS)
    world = everything()
    with pytest.raises(Refused, match=said) as refused:
        goes("Eve", Days(date(2026, 12, 30), date(2027, 1, 5)), stand_in=stand_in)
    assert (refused.value.field, everything()) == ("stand_in", world)


def test_coming_back_early_ends_it_from_that_day_on(session, who, goes):
    eve = who("Eve")
    left = goes("Eve", THIS_WEEK)
    away.come_back(session, left.absence.id, by=eve, now=day(2))
    assert eve.id in away_now(session, [eve], day(1))
    assert away_now(session, [eve], day(2)) == {}
    assert (left.absence.last_day, left.absence.ends) == (date(2026, 11, 24), THIS_WEEK.last)
    assert session.scalars(select(Event.data).where(Event.kind == Kind.CAME_BACK)).one()["back_on"] == "2026-11-25"
    away.go(session, eve, Days(date(2026, 11, 25), THIS_WEEK.last), by=eve, now=day(2))


def test_called_off_before_it_began_it_never_was(session, who, goes):
    eve = who("Eve")
    left = goes("Eve", XMAS)
    away.come_back(session, left.absence.id, by=eve, now=MONDAY)
    assert away_now(session, [eve], day(35)) == {}
    goes("Eve", XMAS)


@pytest.mark.parametrize(
    ("by", "now", "said"),
    [
        ("Eve", day(9), "is over already"),
        ("Bo", day(1), "Only a lead"),
        ("Ana", day(1), "I can't find"),
        ("Rex", day(1), "I can't find"),
    ],
)
def test_what_is_not_theirs_to_end_or_is_over_is_refused(session, who, goes, everything, by, now, said):
    left = goes("Eve", THIS_WEEK)
    world = everything()
    with pytest.raises(Refused, match=said):
        away.come_back(session, left.absence.id, by=who(by), now=now)
    assert everything() == world


def test_it_ends_once(session, who, goes, everything):
    left = goes("Eve", THIS_WEEK)
    away.come_back(session, left.absence.id, by=who("Maya"), now=day(1))
    world = everything()
    with pytest.raises(Refused, match="is over already"):
        away.come_back(session, left.absence.id, by=who("Eve"), now=day(1))
    with pytest.raises(NotFound):
        away.come_back(session, 999, by=who("Eve"), now=day(1))
    assert everything() == world


# --- what is left behind


def test_whoever_goes_is_told_of_their_open_tickets_the_urgent_ones_first(session, who, goes, a_ticket):
    eve = who("Eve")
    plain = a_ticket(status=Status.IN_PROGRESS, assignee_id=eve)
    urgent = a_ticket(status=Status.WAITING, assignee_id=eve, priority=Priority.P1)
    a_ticket(status=Status.CLOSED, assignee_id=eve)
    a_ticket(status=Status.IN_PROGRESS, assignee_id=who("Bo"))
    checking = a_ticket(status=Status.INTERNAL_REVIEW, assignee_id=who("Bo"), reviewer_id=eve)
    left = goes("Eve", XMAS)
    assert (left.total, [ticket.id for ticket in left.tickets]) == (3, [urgent.id, plain.id, checking.id])
    assert pending(session) == [("triage", "event")]  # one post; the cards change when it begins
    told = session.scalars(select(Event.data).where(Event.kind == Kind.WENT_AWAY)).one()
    assert (told["total"], told["urgent"]) == (3, [{"id": urgent.id, "priority": "P1"}])


def test_triage_hears_nothing_where_nothing_is_left(session, goes, a_ticket, who):
    a_ticket(status=Status.IN_PROGRESS, assignee_id=who("Bo"))
    goes("Eve", XMAS)
    assert pending(session) == []


def test_an_urgent_ticket_without_a_card_in_triage_is_counted_and_not_named(session, who, goes, a_ticket):
    ticket = a_ticket(status=Status.IN_PROGRESS, assignee_id=who("Eve"), priority=Priority.P1)
    for post in outbox.posts_of(session, outbox.Subject.TICKET, ticket.id):
        post.subject_id += 10**6
    session.flush()
    goes("Eve", XMAS)
    told = session.scalars(select(Event.data).where(Event.kind == Kind.WENT_AWAY)).one()
    assert (told["total"], told["urgent"]) == (1, [])


def test_an_absence_that_runs_redraws_the_cards_at_once_and_one_to_come_on_its_morning(session, who, goes, a_ticket):
    eve, calendar = who("Eve"), provider.get(session).calendar
    a_ticket(status=Status.IN_PROGRESS, assignee_id=eve)
    left = goes("Eve", THIS_WEEK)
    assert sorted(pending(session)) == [("triage", "event"), ("triage", "ticket")]
    delivered(session)
    away.come_back(session, left.absence.id, by=eve, now=MONDAY)
    assert sorted(pending(session)) == [("triage", "event"), ("triage", "ticket")]
    delivered(session)
    goes("Eve", Days(date(2026, 11, 28), date(2026, 11, 30)))  # from Saturday to Monday
    delivered(session)
    for offset, drawn in ((4, 0), (7, 1), (8, 1), (9, 0)):
        away.redraw_cards(session, calendar, day(offset))
        assert len(pending(session)) == drawn, offset
        delivered(session)


# --- what is handed to somebody who is away


@pytest.mark.parametrize(
    ("action", "status"), [(Action.ASSIGN, Status.TRIAGE), (Action.SEND_TO_REVIEW, Status.IN_PROGRESS)]
)
def test_what_is_handed_to_somebody_away_says_so_in_its_event(session, who, goes, a_ticket, action, status):
    bo, eve, maya = who("Bo"), who("Eve"), who("Maya")
    goes("Eve", THIS_WEEK, stand_in="Maya")
    ticket = a_ticket(status=status, assignee_id=bo)
    told = ticket.act(session, action, by=bo, now=MONDAY, inputs=complete(assignee=eve, reviewer=eve)).data
    assert (told["away_until"], told["stand_in"]["name"]) == ("2026-11-27", "Maya")
    other = a_ticket(status=status, assignee_id=bo)
    told = other.act(session, action, by=bo, now=MONDAY, inputs=complete(assignee=maya, reviewer=maya)).data
    assert told.keys().isdisjoint({"away_until", "stand_in"})


def test_it_asks_once_however_many_people_are_asked_about(session, connection, who, goes):
    goes("Eve", THIS_WEEK)
    asked: list[str] = []
    eve, team = who("Eve"), people.staff(session)
    event.listen(connection, "before_cursor_execute", lambda *args: asked.append(args[2]))
    assert away_now(session, [eve], MONDAY) == away_now(session, team, MONDAY)
    assert len(asked) == 2
