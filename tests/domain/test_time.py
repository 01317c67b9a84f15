"""Time is logged in a sentence and corrected by an equal and opposite entry; nothing is changed in place."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError, IntegrityError

from bot.domain import absences, people, provider, time
from bot.domain.business_time import Calendar
from bot.domain.codes import Category, Code
from bot.domain.date_ranges import Days
from bot.domain.errors import NotFound, Refused
from bot.domain.events import Event, Kind
from bot.domain.people import Person
from bot.domain.time import Doubt, TimeEntry, timers
from bot.domain.workflow import Status
from tests.cast import by_name
from tests.domain.billed import project_of
from tests.domain.desk import MONDAY, file_a_ticket, one_waits_for_the_other, person

TODAY = MONDAY.date()


@pytest.fixture
def log(session, a_ticket, who):
    ticket = a_ticket()

    def logged(minutes: int = 45, *, by: str = "Bo", work_date: date = TODAY, on=ticket, **more) -> TimeEntry:
        return time.log(
            session, on, by=who(by), minutes=minutes, work_date=work_date, **({"now": MONDAY, "today": TODAY} | more)
        )

    logged.ticket = ticket
    return logged


def test_an_entry_keeps_who_when_what_and_how_it_is_charged(session, log, who, acme):
    entry = log(90, note="  Rebuilt the search index ")
    assert (entry.person_id, entry.account_id, entry.ticket_id) == (who("Bo").id, acme.id, log.ticket.id)
    assert (entry.work_date, entry.minutes, entry.created_at) == (TODAY, 90, MONDAY)
    assert (entry.category, entry.code) == (Category.TICKET_RESOLUTION, Code.INCLUDED)
    assert entry.note == "Rebuilt the search index"
    event = session.scalars(select(Event).order_by(Event.id.desc()).limit(1)).one()
    assert (event.kind, event.actor_id, event.ticket_id, event.at) == (
        Kind.TIME_LOGGED, who("Bo").id, log.ticket.id, MONDAY,
    )  # fmt: skip
    assert event.data == {"entry": entry.id, "minutes": 90, "code": "included", "note": "Rebuilt the search index"}


@pytest.mark.parametrize(
    ("given", "of_ticket", "category", "code"),
    [
        (None, None, Category.BILLING_ADMIN, Code.INTERNAL),
        (None, Code.PROJECT, Category.BILLING_ADMIN, Code.PROJECT),
        (Code.ADVISORY, Code.PROJECT, Category.BILLING_ADMIN, Code.ADVISORY),
    ],
)
def test_the_code_is_what_was_chosen_else_the_tickets_else_the_categorys(log, given, of_ticket, category, code):
    log.ticket.code = of_ticket
    assert log(category=category, code=given).code is code


def test_a_day_that_has_not_come_is_refused(log, everything):
    world = everything()
    with pytest.raises(Refused, match="has not come yet") as refused:
        log(work_date=TODAY + timedelta(days=1))
    assert refused.value.field == "work_date"
    assert everything() == world


def test_a_closed_ticket_still_takes_time_and_so_does_a_day_long_past(log):
    log.ticket.status = Status.CLOSED
    assert log(work_date=TODAY - timedelta(days=300)).id


def test_a_contact_logs_nothing(log, everything):
    world = everything()
    with pytest.raises(Refused, match="may log time"):
        log(by="Ana")
    assert everything() == world


@pytest.mark.parametrize("minutes", [0, 721, -45])
def test_the_database_holds_the_bounds_of_an_entry(log, minutes):
    with pytest.raises(IntegrityError, match="ck_time_entry_"):
        log(minutes)


def test_undoing_an_entry_writes_its_opposite_and_keeps_both(session, log, who):
    entry = log(45, note="wrong ticket", code=Code.ADVISORY, category=Category.ESCALATION_SUPPORT)
    later = MONDAY + timedelta(hours=1)
    undone = time.reverse(session, entry.id, by=who("Bo"), now=later)
    same = ("person_id", "account_id", "ticket_id", "work_date", "category", "code", "note")
    assert [getattr(undone, name) for name in same] == [getattr(entry, name) for name in same]
    assert (undone.minutes, undone.reverses_id, undone.created_at) == (-45, entry.id, later)
    assert entry.minutes == 45
    event = session.scalars(select(Event).order_by(Event.id.desc()).limit(1)).one()
    assert (event.kind, event.data["minutes"], event.data["entry"]) == (Kind.TIME_REVERSED, -45, undone.id)


def test_an_entry_is_undone_once(session, log, who, everything):
    entry = log()
    time.reverse(session, entry.id, by=who("Bo"), now=MONDAY)
    world = everything()
    with pytest.raises(Refused, match="undone already"):
        time.reverse(session, entry.id, by=who("Bo"), now=MONDAY)
    assert everything() == world


def test_of_two_who_undo_at_once_one_does(cast_sessions, cast_url):
    with cast_sessions.begin() as session:
        people.enter_as_system(session)
        ticket = file_a_ticket(session)
        bo = person(session, "Bo")
        number = time.log(session, ticket, by=bo, minutes=5, work_date=TODAY, now=MONDAY, today=TODAY).id

    def undo(session) -> str:
        try:
            return str(time.reverse(session, number, by=people.enter(session, "U0BO"), now=MONDAY).minutes)
        except Refused as refused:
            return str(refused)

    first, second = one_waits_for_the_other(cast_sessions, cast_url, undo, undo)
    assert (first, second) == (
        "-5",
        "That entry was undone already. Look at /time today: it is not in your day any more.",
    )


def test_somebody_elses_entry_an_absent_one_and_an_undoing_read_the_same(session, log, who):
    entry = log()
    undoing = time.reverse(session, entry.id, by=who("Bo"), now=MONDAY)
    sentences = set()
    for number, by in ((entry.id, "Maya"), (10**9, "Bo"), (undoing.id, "Bo")):
        with pytest.raises(NotFound) as refused:
            time.reverse(session, number, by=who(by), now=MONDAY)
        sentences.add(str(refused.value))
    assert sentences == {"I can't find that entry among yours. /time today shows them."}


def test_a_days_entries_are_those_that_stand(session, log, who):
    wrong, right = log(30), log(60)
    log(15, by="Eve")
    log(20, work_date=TODAY - timedelta(days=1))
    time.reverse(session, wrong.id, by=who("Bo"), now=MONDAY)
    assert time.standing(session, who("Bo"), TODAY) == [right]


def test_what_a_ticket_took_is_summed_by_code_without_what_was_undone(session, log, who, a_ticket):
    log(30)
    log(60, by="Eve")
    log(45, code=Code.ADVISORY)
    time.reverse(session, log(90, code=Code.PROJECT).id, by=who("Bo"), now=MONDAY)
    log(500, on=a_ticket())
    assert time.minutes_by_code(session, log.ticket.id) == {"included": 90, "advisory": 45}


def test_the_notes_of_what_stands_start_the_closure_note(session, log, who):
    log(note="first")
    time.reverse(session, log(note="mistaken").id, by=who("Bo"), now=MONDAY)
    log(note="second", by="Eve")
    assert time.notes_on(session, log.ticket.id) == ["first", "second"]


def test_the_same_line_sent_twice_is_noticed(session, log, who):
    entry = log(45, note="index")
    since = MONDAY - timedelta(minutes=2)
    same = {"by": who("Bo"), "minutes": 45, "note": " index ", "since": since, "work_date": entry.work_date}
    for work in (log.ticket, log.ticket.key):
        found, before = time.before(session, work, **same)
        assert (found, before.again, before.minutes) == (log.ticket, True, 45)
        for different in ({"minutes": 46}, {"note": "other"}, {"by": who("Eve")}, {"since": MONDAY}):
            assert not time.before(session, work, **(same | different))[1].again
    time.reverse(session, entry.id, by=who("Bo"), now=MONDAY)
    before = time.before(session, log.ticket, **same)[1]
    assert (before.again, before.minutes) == (False, 0)


def test_the_form_offers_the_ticket_somebody_logged_on_last(session, log, who, a_ticket):
    assert time.latest_work(session, who("Bo")) is None
    log()
    other = a_ticket()
    log(on=other)
    assert time.latest_work(session, who("Bo")).ticket_id == other.id


def test_a_working_day_holds_a_fifth_of_the_week():
    bo = Person(name="Bo", weekly_minutes=32 * 60, roles=["engineer"])
    assert time.expected_minutes(bo, Calendar(), date(2026, 11, 23)) == 384
    assert time.expected_minutes(bo, Calendar(), date(2026, 11, 22)) == 0


def test_of_who_does_no_work_on_tickets_no_hours_are_expected():
    sam = Person(name="Sam", weekly_minutes=40 * 60, roles=["account_manager"])
    assert time.expected_minutes(sam, Calendar(), date(2026, 11, 23)) == 0


def test_whose_day_has_an_entry_that_stands_has_logged(session, log, who):
    log(by="Eve")
    time.reverse(session, log(by="Bo").id, by=who("Bo"), now=MONDAY)
    log(by="Maya", work_date=TODAY - timedelta(days=1))
    assert time.people_who_logged(session, [who("Bo"), who("Eve"), who("Maya")], TODAY) == {who("Eve").id}


def test_an_entry_is_undone_once_even_past_the_code(session, log, who):
    undone = time.reverse(session, log().id, by=who("Bo"), now=MONDAY)
    columns = "account_id, person_id, work_date, minutes, category, code, created_at, note, reverses_id, reason"
    with pytest.raises(IntegrityError, match="uq_time_entry_reverses_id"):
        session.execute(
            text(f"insert into time_entry ({columns}) select {columns} from time_entry where id = :id"),
            {"id": undone.id},
        )


def corrects(session, who, entry, ticket, **more):
    told = {
        "minutes": 60, "work_date": TODAY, "category": Category.TICKET_RESOLUTION, "code": Code.OUT_OF_SCOPE,
        "note": "Rebuilt the search index", "reason": "", "now": MONDAY, "today": TODAY, "by": who("Bo"), **more,
    }  # fmt: skip
    return time.correct(session, entry.id, ticket, **told)


def test_a_correction_reverses_and_replaces(session, log, who):
    """BIL-16: 90 minutes included were really 60 out of scope."""
    entry = log(90)
    replacement = corrects(session, who, entry, log.ticket, reason=" Asked for later ")
    appended = session.scalars(select(TimeEntry).where(TimeEntry.id != entry.id).order_by(TimeEntry.id)).all()
    assert [(one.code, one.minutes, one.reverses_id, one.replaces_id) for one in appended] == [
        (Code.INCLUDED, -90, entry.id, None),
        (Code.OUT_OF_SCOPE, 60, None, entry.id),
    ]
    assert {one.reason for one in appended} == {"Asked for later"}
    assert (entry.minutes, entry.code) == (90, Code.INCLUDED)
    assert time.minutes_by_code(session, log.ticket.id) == {"out_of_scope": 60}
    assert time.standing(session, who("Bo"), TODAY) == [replacement]


def test_a_correction_of_a_correction_is_one(session, log, who):
    first = corrects(session, who, log(90), log.ticket)
    corrects(session, who, first, log.ticket, minutes=30)
    assert time.minutes_by_code(session, log.ticket.id) == {"out_of_scope": 30}


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        ({"minutes": 90, "code": Code.INCLUDED}, "It says so already"),
        ({"work_date": TODAY + timedelta(days=1)}, "has not come yet"),
        ({"by": "Eve"}, "can't find that entry"),
    ],
    ids=["nothing new", "tomorrow", "somebody else's"],
)
def test_what_can_not_be_corrected_stays(session, log, who, everything, more, sentence):
    entry = log(90, note="Rebuilt the search index")
    world = everything()
    with pytest.raises(Refused, match=sentence):
        corrects(session, who, entry, log.ticket, **{**more, **({"by": who(more["by"])} if "by" in more else {})})
    session.expunge_all()
    assert everything() == world


def test_what_was_corrected_is_neither_undone_nor_corrected_again(session, log, who):
    entry = log(90)
    corrects(session, who, entry, log.ticket)
    for again in (
        lambda: time.reverse(session, entry.id, by=who("Bo"), now=MONDAY),
        lambda: corrects(session, who, entry, log.ticket, minutes=10),
    ):
        with pytest.raises(Refused, match="corrected already"):
            again()


def test_only_who_reviews_billing_amends_an_entry_and_not_what_was_put_right_meanwhile(session, log, who, everything):
    entry = log(90)
    before = everything()
    with pytest.raises(Refused, match="may review a month before it is billed"):
        time.amend(session, entry, by=who("Bo"), now=MONDAY, reason="recoded", code=Code.ADVISORY)
    assert everything() == before
    time.amend(session, entry, by=who("Sam"), now=MONDAY, reason="recoded", code=Code.ADVISORY)
    before = everything()
    with pytest.raises(Refused, match="put right meanwhile"):
        time.amend(session, entry, by=who("Sam"), now=MONDAY, reason="recoded", code=Code.PROJECT)
    assert everything() == before
    assert time.minutes_by_code(session, log.ticket.id) == {"advisory": 90}


def test_the_database_lets_nobody_change_an_entry(session, log):
    log()
    with pytest.raises(DBAPIError, match="permission denied"):
        session.execute(text("update time_entry set minutes = 5"))


def test_a_week_tells_what_is_missing_day_by_day(session, log, who):
    monday, friday = date(2026, 11, 16), date(2026, 11, 20)
    log(384, work_date=monday)
    log(60, work_date=friday)
    time.call_complete(session, friday, by=who("Bo"), now=MONDAY)
    found = time.week(session, who("Bo"), monday, TODAY)
    assert [one.day.isoweekday() for one in found] == [1, 2, 3, 4, 5, 6, 7]
    assert [one.missing for one in found] == [0, 384, 384, 384, 0, 0, 0]
    assert [one.complete for one in found] == [False] * 4 + [True] + [False] * 2


def test_today_counts_as_any_working_day_and_a_day_taken_back_is_not_complete(session, who):
    bo, monday = who("Bo"), date(2026, 11, 16)
    for complete in (True, False):
        time.call_complete(session, monday, by=bo, now=MONDAY, complete=complete)
    found = time.days_of(session, bo, monday, monday + timedelta(days=2), today=monday + timedelta(days=1))
    assert [(one.missing, one.complete) for one in found] == [(384, False), (384, False), (0, False)]


def test_nothing_is_missing_of_days_to_come_or_away(session, who):
    bo = who("Bo")
    absences.begin(session, bo, Days(TODAY, TODAY), by=bo, now=MONDAY)
    found = time.week(session, bo, TODAY, TODAY)
    assert [one.missing for one in found] == [0] * 7
    assert [one.away for one in found] == [True] + [False] * 6


def test_a_day_is_complete_until_that_is_taken_back(session, who):
    bo = who("Bo")
    for complete in (True, True, False, False, True):
        time.call_complete(session, TODAY, by=bo, now=MONDAY, complete=complete)
        assert (bo.id in time.who_completed(session, [bo], TODAY)) is complete
    told = session.scalars(select(Event.kind).where(Event.actor_id == bo.id).order_by(Event.id)).all()
    assert told == [Kind.DAY_COMPLETED, Kind.DAY_REOPENED, Kind.DAY_COMPLETED]


def test_two_months_ago_is_called_complete(session, who):
    long_ago = TODAY - timedelta(days=62)
    time.call_complete(session, long_ago, by=who("Bo"), now=MONDAY)
    assert time.of_day(session, who("Bo"), long_ago).complete


@pytest.mark.parametrize("days", [1, -63])
def test_neither_tomorrow_nor_long_ago_is_called_complete(session, who, everything, days):
    world = everything()
    with pytest.raises(Refused, match="Only today and the last two months"):
        time.call_complete(session, TODAY + timedelta(days=days), by=who("Bo"), now=MONDAY)
    assert everything() == world


@pytest.mark.parametrize(
    ("more", "total", "asked"),
    [
        ({}, 45, []),
        ({"note": "Rebuilt the search index"}, 45, []),
        ({"note": "support"}, 45, [Doubt.VAGUE]),
        ({"minutes": 480}, 480, []),
        ({"minutes": 481}, 481, [Doubt.LONG_ENTRY]),
        ({}, 720, []),
        ({}, 721, [Doubt.LONG_DAY]),
        ({"work_date": date(2026, 11, 19)}, 45, [Doubt.LATE]),
        ({"work_date": date(2026, 11, 20)}, 45, []),
        ({"work_date": date(2026, 11, 22)}, 45, [Doubt.DAY_OFF]),
    ],
)
def test_what_is_odd_about_an_entry_is_asked(log, more, total, asked):
    entry = log(more.pop("minutes", 45), **more)
    assert time.doubts(entry, Calendar(), TODAY, total) == asked


def test_what_is_put_right_is_not_asked_about_its_day_once_more(session, log, who):
    entry = log(45, work_date=date(2026, 11, 19))
    again = time.correct(
        session, entry.id, log.ticket, by=who("Bo"), minutes=60, work_date=entry.work_date, category=entry.category,
        code=entry.code, note=entry.note, reason="it was an hour", now=MONDAY, today=TODAY,
    )  # fmt: skip
    assert time.doubts(again, Calendar(), TODAY, 60) == []


def test_a_project_has_a_title_and_needs_no_note(session, log):
    assert time.doubts(log(on=project_of(session, 600)), Calendar(), TODAY, 45) == []


@pytest.mark.parametrize(
    ("ran", "minutes", "forgotten"),
    [
        (timedelta(0), 1, False),
        (timedelta(seconds=59), 1, False),
        (timedelta(minutes=1, seconds=1), 2, False),
        (timedelta(hours=12), 720, False),
        (timedelta(hours=12, seconds=1), 721, True),
    ],
)
def test_a_timer_comes_to_every_minute_begun_and_was_forgotten_beyond_what_an_entry_holds(
    session, log, who, ran, minutes, forgotten
):
    """It is started at nine in the morning where Acme is, so within working hours, however short it ran."""
    started = MONDAY.replace(hour=8)
    timer = timers.start(session, log.ticket, by=who("Bo"), now=started)
    found = timers.ran(timer, who("Bo"), provider.get(session), by_name(session, "Acme"), started + ran)
    assert found == (TODAY, minutes, forgotten, False)
