"""What a billing review finds and what it does not, and what puts it right."""

from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import select

from bot.domain import billing, events, time
from bot.domain.billing import Finding, Fix
from bot.domain.codes import Category, Code
from bot.domain.errors import Refused
from bot.domain.time import TimeEntry
from bot.domain.workflow import Status
from tests.cast import by_name
from tests.domain.billed import AFTER, project_of, reviewed, worked
from tests.domain.desk import MONDAY, delivered, file_a_ticket, pending, person

pytestmark = pytest.mark.usefixtures("finance")

TUESDAY = MONDAY.date() + timedelta(days=1)
OCTOBER_ENDS = date(2026, 10, 31)
JANUARY_IS_OVER = datetime.fromisoformat("2027-02-02T12:00:00+00:00")


@pytest.fixture
def ticket(session, who):
    return file_a_ticket(session, status=Status.TRIAGE, assignee_id=who("Bo"))


@pytest.fixture
def review(session):
    return reviewed(session)


def found(session, review, *kinds):
    stands = billing.examined(session, review, AFTER)
    return [(one.finding, one.entry.id if one.entry else None) for one in stands.found if one.finding in kinds]


def on_acme(session, note, code=Code.INCLUDED, minutes=60, category=None, day=TUESDAY):
    """An entry on no ticket."""
    return worked(session, by_name(session, "Acme"), minutes, note=note, code=code, category=category, day=day)


def fixes(session, review, finding, entry, how, by="Sam", **told):
    billing.fix(session, review, f"{finding}:{entry.id}", how, by=person(session, by), now=AFTER, **told)


# --- what is found


def test_on_no_ticket_a_note_that_says_little_holds_the_month_up_and_one_that_says_it_does_not(session, review):
    vague, told = on_acme(session, "support"), on_acme(session, "went through the renewal terms", minutes=30)
    ours = on_acme(session, "internal", Code.INTERNAL, 20, Category.PROCESS_IMPROVEMENT)
    stands = billing.examined(session, review, AFTER)
    assert found(session, review, Finding.VAGUE, Finding.NO_TICKET) == [
        (Finding.VAGUE, vague.id), (Finding.NO_TICKET, told.id),
    ]  # fmt: skip
    assert [one.entry.id for one in stands.open] == [vague.id]
    assert [one.finding for one in stands.shown[:2]] == [Finding.VAGUE, Finding.NO_TICKET]
    assert len(stands.shown) == len(stands.found)
    assert (stands.raw_minutes, stands.internal_minutes) == (110, ours.minutes)


def test_what_holds_a_month_up_is_not_told_again_as_on_no_ticket(session, review):
    once = on_acme(session, "went through the renewal terms")
    twice = on_acme(session, "went through the renewal terms")
    stands = billing.examined(session, review, AFTER)
    assert [(one.finding, one.entry.id) for one in stands.shown if one.entry] == [
        (Finding.DUPLICATE, twice.id), (Finding.NO_TICKET, once.id),
    ]  # fmt: skip
    fixes(session, review, Finding.DUPLICATE, twice, Fix.WAIVE, reason="Two calls")
    stands = billing.examined(session, review, AFTER)
    assert [one.entry.id for one in stands.shown if one.finding is Finding.NO_TICKET] == [once.id, twice.id]


def test_a_project_needs_no_note_and_what_goes_over_its_budget_waits_for_it(session, ticket, review):
    one = project_of(session, 60)
    within, over = worked(session, one, 60, note=""), worked(session, one, 30, note="", day=TUESDAY)
    outside = worked(session, ticket, 20, code=Code.OUT_OF_SCOPE)
    assert found(session, review, Finding.VAGUE, Finding.NO_TICKET) == []
    stands = billing.examined(session, review, AFTER)
    waits = {one.entry.id: one.because for one in stands.found if one.finding is Finding.WAITING}
    assert waits == {over.id: "budget", outside.id: "approval"}
    assert within.id not in waits


def test_eight_hours_are_an_entry_and_twelve_a_day_and_a_minute_more_is_looked_at(session, ticket, review):
    worked(session, ticket, 480)
    worked(session, ticket, 240)
    assert found(session, review, Finding.LONG_ENTRY, Finding.LONG_DAY) == []
    long, more = worked(session, ticket, 481, day=TUESDAY), worked(session, ticket, 240, day=TUESDAY)
    assert found(session, review, Finding.LONG_ENTRY, Finding.LONG_DAY) == [
        (Finding.LONG_ENTRY, long.id), (Finding.LONG_DAY, more.id),
    ]  # fmt: skip
    assert {one.finding for one in billing.examined(session, review, AFTER).open} == {
        Finding.LONG_ENTRY, Finding.LONG_DAY,
    }  # fmt: skip


def test_a_long_day_is_found_only_where_some_of_it_was_worked(session, ticket, review):
    theirs = file_a_ticket(session, account="Umbrella", by="Rex")
    worked(session, ticket, 30)
    for minutes in (400, 401):
        worked(session, theirs, minutes, day=TUESDAY)
    assert found(session, review, Finding.LONG_DAY) == []
    there = reviewed(session, account="Umbrella")
    assert [one.minutes for one in billing.examined(session, there, AFTER).found
            if one.finding is Finding.LONG_DAY] == [801]  # fmt: skip


def test_the_same_minutes_on_another_day_of_another_person_or_on_another_ticket_are_no_duplicate(
    session, ticket, review
):
    another = file_a_ticket(session)
    worked(session, ticket, 60)
    worked(session, ticket, 60, day=TUESDAY)
    worked(session, ticket, 60, by="Maya")
    worked(session, another, 60)
    worked(session, ticket, 61)
    assert found(session, review, Finding.DUPLICATE) == []


def test_what_was_logged_the_next_working_day_is_in_time(session, ticket, review):
    worked(session, ticket, 60, now=MONDAY + timedelta(days=1))
    assert found(session, review, Finding.LATE) == []


def test_days_that_are_full_or_called_complete_are_not_missing(session, ticket, review, who):
    who("Bo").weekly_minutes = 5 * 60
    for day in range(1, 31):
        worked(session, ticket, 60, day=date(2026, 11, day))
    session.flush()
    assert found(session, review, Finding.UNENTERED) == []


@pytest.mark.parametrize(("minutes", "days"), [(192, []), (191, [(1, 193)])])
def test_a_day_looks_short_below_half_of_it_as_at_its_end(session, ticket, review, who, minutes, days):
    """Bo works 32 hours a week: 6h 24m a day."""
    bo = who("Bo")
    for day in (date(2026, 11, number) for number in range(2, 31)):
        time.call_complete(session, day, by=bo, now=AFTER)
    time.call_complete(session, TUESDAY, by=bo, now=AFTER, complete=False)
    worked(session, ticket, minutes, day=TUESDAY)
    stands = billing.examined(session, review, AFTER)
    found = [(int(one.because), one.minutes) for one in stands.found if one.finding is Finding.UNENTERED]
    assert found == days


# --- what a fix needs


@pytest.mark.parametrize(("finding", "how", "told", "refusal"), [
    ("vague", Fix.NOTE, {"note": " x "}, "what was done"),
    ("vague", Fix.ASSIGN, {}, "Choose one of this account's tickets"),
    ("vague", Fix.ASSIGN, {"ticket": "Umbrella"}, "Choose one of this account's tickets"),
    ("vague", Fix.WRITE_OFF, {"reason": "   "}, "Say why, in a few words"),
    ("mismatch", Fix.RECODE, {}, "Choose another code"),
    ("mismatch", Fix.RECODE, {"code": Code.INTERNAL}, "Choose another code"),
    ("mismatch", Fix.WAIVE, {"reason": " x "}, "Say why, in a few words"),
])  # fmt: skip
def test_what_a_fix_lacks_is_said_and_nothing_changes(session, review, everything, finding, how, told, refusal):
    vague = finding == "vague"
    entry = on_acme(session, "support", Code.INCLUDED if vague else Code.INTERNAL)
    if told.get("ticket"):
        told = {"ticket": file_a_ticket(session, account="Umbrella", by="Rex")}
    before = everything()
    with pytest.raises(Refused, match=refusal):
        fixes(session, review, finding, entry, how, **told)
    assert everything() == before


def test_each_fix_is_told_and_draws_the_card_anew(session, ticket, review):
    entry, long = on_acme(session, "support"), worked(session, ticket, 490)
    version = review.version
    delivered(session)
    fixes(session, review, "vague", entry, Fix.ASSIGN, ticket=ticket)
    fixes(session, review, "long_entry", long, Fix.WAIVE, reason="the night of the move")
    assert review.version == version + 2
    assert ("billing", "billing_review") in pending(session)
    kinds = list(session.scalars(select(events.Event.kind).order_by(events.Event.id.desc()).limit(3)))
    assert kinds == [events.Kind.FINDING_WAIVED, events.Kind.TIME_LOGGED, events.Kind.TIME_REVERSED]
    stands = session.scalars(select(TimeEntry).where(TimeEntry.replaces_id == entry.id)).one()
    assert (stands.ticket_id, stands.minutes, stands.reason) == (
        ticket.id,
        60,
        "put on its ticket in the billing review",
    )


def test_what_was_written_off_stays_so_when_its_author_puts_it_right(session, ticket, review):
    entry = on_acme(session, "went through the renewal terms")
    fixes(session, review, "no_ticket", entry, Fix.WRITE_OFF, reason="a favour")
    facts = {
        "minutes": 90,
        "work_date": TUESDAY,
        "note": "went through them twice",
        "now": AFTER,
        "today": AFTER.date(),
    }
    time.correct(
        session, entry.id, ticket, by=person(session, "Bo"), category=entry.category, code=entry.code, reason="longer",
        **facts,
    )  # fmt: skip
    stands = billing.examined(session, review, AFTER)
    assert (stands.raw_minutes, stands.written_off_minutes, stands.charges.allowance.used) == (90, 90, 0)
    assert found(session, review, Finding.NO_TICKET) == []


def test_what_was_written_off_for_one_client_is_charged_to_the_one_it_was_really_for(session, review):
    entry = on_acme(session, "went through the renewal terms")
    fixes(session, review, "no_ticket", entry, Fix.WRITE_OFF, reason="a favour")
    moved = time.correct(
        session, entry.id, by_name(session, "Umbrella"), by=person(session, "Bo"), minutes=60, work_date=TUESDAY,
        category=entry.category, code=entry.code, note=entry.note, reason="not theirs", now=AFTER, today=AFTER.date(),
    )  # fmt: skip
    stands = billing.examined(session, reviewed(session, account="Umbrella"), AFTER)
    assert stands.written_off_minutes == 0
    assert [line.entries for line in stands.charges.lines] == [[moved.id]]
