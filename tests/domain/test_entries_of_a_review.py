"""Any entry of an open month may be put right, though nothing was found about it."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.domain import billing
from bot.domain.billing import Finding, Fix
from bot.domain.codes import Category, Code
from bot.domain.errors import NotFound, Refused
from bot.domain.time import TimeEntry
from bot.domain.workflow import Status
from tests.cast import by_name
from tests.domain.billed import AFTER, DECEMBER, LATER, bought, project_of, reviewed, signed, worked
from tests.domain.desk import MONDAY, file_a_ticket, person

pytestmark = pytest.mark.usefixtures("finance")

TUESDAY = MONDAY.date() + timedelta(days=1)


@pytest.fixture
def ticket(session, who):
    return file_a_ticket(session, status=Status.TRIAGE, assignee_id=who("Bo"))


@pytest.fixture
def review(session):
    bought(session, included_minutes=600)
    return reviewed(session)


def listed(session, review, narrowed=billing.ALL):
    return [(one.finding, entry.id) for one, entry in billing.narrow(billing.entries_of(session, review), narrowed)]


def fixes(session, review, entry, how, *, kind="entry", by="Sam", **told):
    billing.fix(session, review, f"{kind}:{entry.id}", how, by=person(session, by), now=AFTER, **told)


def in_place_of(session, entry):
    return session.scalars(select(TimeEntry).where(TimeEntry.replaces_id == entry.id)).one()


def test_they_come_in_the_order_of_the_work_and_what_was_taken_back_is_out(session, ticket, review):
    another = file_a_ticket(session)
    late = worked(session, ticket, 60, day=TUESDAY)
    general = worked(session, by_name(session, "Acme"), 20, note="went through the renewal terms")
    early, last = worked(session, ticket, 45), worked(session, another, 30)
    fixes(session, review, last, Fix.RECODE, code=Code.ADVISORY)
    stands = in_place_of(session, last)
    assert [number for _, number in listed(session, review)] == [early.id, late.id, stands.id, general.id]


def test_of_another_account_or_month_none_is_listed_or_put_right(session, ticket, review, everything):
    theirs = worked(session, file_a_ticket(session, account="Umbrella", by="Rex"), 60)
    straggler = worked(session, ticket, 60, day=MONDAY.date().replace(month=10, day=5))
    december = worked(session, ticket, 50, day=AFTER.date())
    assert listed(session, review) == [(Finding.ENTRY, straggler.id)]  # October is billed, so it counts here
    before = everything()
    for entry in (theirs, december):
        with pytest.raises(NotFound, match="settled already"):
            fixes(session, review, entry, Fix.WRITE_OFF, reason="a favour")
    assert everything() == before


def test_they_are_narrowed_to_a_code_a_person_or_what_was_written_off(session, ticket, review, who):
    one, given = worked(session, ticket, 60), worked(session, ticket, 45)
    ours = worked(session, ticket, 20, code=Code.INTERNAL, category=Category.PROCESS_IMPROVEMENT, by="Maya")
    fixes(session, review, given, Fix.WRITE_OFF, reason="a favour")
    told = billing.shares(session, billing.entries_of(session, review))
    assert [(share.label, share.minutes) for share in told] == [
        ("All entries", 125), ("Included", 105), ("Internal", 20), ("Written off", 45), ("Bo", 105), ("Maya", 20),
    ]  # fmt: skip
    shown = {share.label: [number for _, number in listed(session, review, share.narrowed)] for share in told}
    assert shown == {
        "All entries": [one.id, given.id, ours.id], "Included": [one.id, given.id], "Internal": [ours.id],
        "Written off": [given.id], "Bo": [one.id, given.id], "Maya": [ours.id],
    }  # fmt: skip
    assert listed(session, review, "nonsense:1") == listed(session, review)


def test_each_may_be_recoded_noted_assigned_and_written_off(session, ticket, review):
    another = file_a_ticket(session)
    entry = worked(session, ticket, 60)
    fixes(session, review, entry, Fix.RECODE, code=Code.ADVISORY)
    recoded = in_place_of(session, entry)
    fixes(session, review, recoded, Fix.NOTE, note="rebuilt it for their new catalogue")
    noted = in_place_of(session, recoded)
    fixes(session, review, noted, Fix.ASSIGN, ticket=another)
    moved = in_place_of(session, noted)
    told = (moved.code, moved.note, moved.ticket_id, moved.minutes, moved.person_id)
    assert told == (Code.ADVISORY, "rebuilt it for their new catalogue", another.id, 60, entry.person_id)
    fixes(session, review, moved, Fix.WRITE_OFF, reason="a favour")
    assert listed(session, review) == [(Finding.OFF, moved.id)]


def test_what_was_written_off_is_charged_after_all_and_no_minute_is_lost_or_counted_twice(session, ticket, review):
    entry = worked(session, ticket, 90)
    as_it_was = billing.figures(billing.examined(session, review, AFTER))
    fixes(session, review, entry, Fix.WRITE_OFF, reason="a favour")
    assert billing.examined(session, review, AFTER).charges.allowance.used == 0
    fixes(session, review, entry, Fix.CHARGE, kind="off", reason="written off by mistake")
    stands = in_place_of(session, entry)
    assert billing.figures(billing.examined(session, review, AFTER)) == as_it_was
    assert listed(session, review) == [(Finding.ENTRY, stands.id)]
    assert stands.reason == "charged after all: written off by mistake"
    assert billing.settled_in(session, review) == []


def test_what_is_put_right_unsigns_the_month(session, ticket, review):
    entry = worked(session, ticket, 90)
    billing.sign(session, review, by=person(session, "Sam"), now=AFTER)
    fixes(session, review, entry, Fix.WRITE_OFF, reason="a favour")
    signed_ = billing.signatures(session, review, billing.examined(session, review, AFTER), AFTER)
    assert signed_.void


def test_what_leaves_a_project_is_charged_as_its_ticket_is(session, ticket, review):
    entry = worked(session, project_of(session, 600), 60, note="")
    assert entry.code is Code.PROJECT
    fixes(session, review, entry, Fix.ASSIGN, ticket=ticket)
    moved = in_place_of(session, entry)
    assert (moved.ticket_id, moved.project_id, moved.code) == (ticket.id, None, Code.INCLUDED)


@pytest.mark.parametrize(("how", "told", "refusal"), [
    (Fix.RECODE, {"code": Code.INCLUDED}, "Choose another code"),
    (Fix.NOTE, {"note": " rebuilt the search index "}, "It says so already"),
    (Fix.NOTE, {"note": "stuff"}, "still says too little"),
    (Fix.ASSIGN, {"ticket": "same"}, "on that ticket already"),
    (Fix.WRITE_OFF, {"reason": " x "}, "Say why"),
    (Fix.WAIVE, {"reason": "it is right"}, "That does not put it right"),
    (Fix.CHARGE, {"reason": "charge it"}, "That does not put it right"),
])  # fmt: skip
def test_what_changes_nothing_or_says_nothing_is_refused(session, ticket, review, everything, how, told, refusal):
    entry = worked(session, ticket, 60)
    if told.get("ticket"):
        told = {"ticket": ticket}
    before = everything()
    with pytest.raises(Refused, match=refusal):
        fixes(session, review, entry, how, **told)
    assert everything() == before


def test_our_own_affairs_are_not_written_off_and_what_is_charged_is_not_charged_after_all(
    session, ticket, review, everything
):
    ours = worked(session, ticket, 20, code=Code.INTERNAL, category=Category.PROCESS_IMPROVEMENT)
    before = everything()
    with pytest.raises(Refused, match="does not put it right"):
        fixes(session, review, ours, Fix.WRITE_OFF, reason="a favour")
    with pytest.raises(NotFound, match="settled already"):
        fixes(session, review, ours, Fix.CHARGE, kind="off", reason="by mistake")
    assert everything() == before


@pytest.mark.parametrize("by", ["Bo", "Cleo", "Rex"])
def test_who_does_not_sign_puts_nothing_right(session, ticket, review, everything, by):
    entry = worked(session, ticket, 60)
    before = everything()
    with pytest.raises(Refused, match="may review a month"):
        fixes(session, review, entry, Fix.WRITE_OFF, by=by, reason="a favour")
    assert everything() == before


def test_in_a_locked_month_nothing_is_put_right(session, ticket, review, everything):
    entry = worked(session, ticket, 60)
    signed(session, review)
    before = everything()
    with pytest.raises(Refused, match="is locked"):
        fixes(session, review, entry, Fix.WRITE_OFF, reason="a favour")
    assert everything() == before
    assert listed(session, review) == [(Finding.ENTRY, entry.id)]


def test_what_is_written_off_is_listed_in_the_month_in_which_it_was_done(session, ticket, review):
    """What waited since November is settled in December's review, so whoever signs December reads of it."""
    waits = worked(session, ticket, 60, code=Code.OUT_OF_SCOPE)
    given = worked(session, ticket, 45, day=TUESDAY)
    fixes(session, review, given, Fix.WRITE_OFF, reason="a favour")
    signed(session, review)
    later = reviewed(session, DECEMBER, now=LATER)
    sam = person(session, "Sam")
    billing.fix(session, later, f"waiting:{waits.id}", Fix.WRITE_OFF, by=sam, now=LATER, reason="never approved")
    told = [[one.entry.id for one in billing.settled_in(session, month)] for month in (review, later)]
    assert told == [[given.id], [waits.id]]
    signed(session, later, now=LATER)
    told = [[one.entry.id for one in billing.settled_in(session, month)] for month in (review, later)]
    assert told == [[given.id], [waits.id]]
