"""However it is rounded, split over months and put right: no more is charged than approved, no less than worked."""

from datetime import date, datetime
from decimal import Decimal

import pytest

from bot.domain import billing, invoices, quotes, time
from bot.domain.codes import Code
from bot.domain.invoices import InvoiceKind
from bot.domain.workflow import Status
from tests.domain.billed import (
    AFTER,
    DECEMBER,
    LATER,
    NOVEMBER,
    answers,
    bought,
    corrects,
    numbered,
    project_of,
    quoted,
    reviewed,
    worked,
)
from tests.domain.desk import MONDAY, file_a_ticket, person
from tests.domain.test_charges_at_the_edges import HOURLY, JANUARY_IS_OVER
from tests.domain.test_nothing_is_lost import JANUARY, billed, version

pytestmark = pytest.mark.usefixtures("finance")


@pytest.fixture
def ticket(session, who):
    return file_a_ticket(session, status=Status.TRIAGE, assignee_id=who("Bo"))


@pytest.fixture
def approved(session, ticket):
    """An hour at 150 EUR, at most an hour; a quarter of an hour is charged for each begun, per ticket and day."""
    bought(session, type=HOURLY, rounding={"unit": 15, "mode": "up", "scope": "ticket_day"})
    answers(session, quoted(session, ticket, 60))
    return ticket


def amounts(session, month=NOVEMBER, now=AFTER):
    stands = billing.examined(session, reviewed(session, month, now=now), now)
    return [(line.billed_minutes, line.amount.amount) for line in stands.charges.lines]


def test_rounding_charges_no_more_than_was_approved(session, approved):
    for day in range(16, 22):
        worked(session, approved, 10, day=date(2026, 11, day), code=Code.OUT_OF_SCOPE)
    assert amounts(session) == [(60, 150)]


def test_rounding_charges_no_more_than_is_left_of_what_was_approved(session, approved):
    for day in (16, 17):
        worked(session, approved, 20, day=date(2026, 11, day), code=Code.OUT_OF_SCOPE)
    billed(session, NOVEMBER, AFTER)  # twice half an hour: all of it
    worked(session, approved, 20, day=date(2026, 12, 7), now=LATER, code=Code.OUT_OF_SCOPE)
    assert amounts(session, DECEMBER, LATER) == [(0, 0)]  # sixty minutes were worked, and the hour is paid for


def test_what_is_left_of_an_approval_is_counted_as_it_was_charged(session, approved):
    """Twenty minutes were half an hour in November; December rounds to hours, and has the other half hour left."""
    worked(session, approved, 20, code=Code.OUT_OF_SCOPE)
    billed(session, NOVEMBER, AFTER)
    version(session, DECEMBER.first, rounding={"unit": 60, "mode": "up", "scope": "ticket_day"})
    worked(session, approved, 20, day=date(2026, 12, 7), now=LATER, code=Code.OUT_OF_SCOPE)
    assert amounts(session, DECEMBER, LATER) == [(30, 75)]


def test_new_words_keep_an_entry_within_its_approval(session, approved):
    first = worked(session, approved, 60, code=Code.OUT_OF_SCOPE)
    worked(session, approved, 30, code=Code.OUT_OF_SCOPE)  # waits
    again = corrects(session, first, 60)
    stands = billing.examined(session, reviewed(session), AFTER)
    assert [line.entries for line in stands.charges.lines] == [[again.id]]


def test_new_words_after_it_was_billed_change_nothing(session, approved):
    first = worked(session, approved, 60, code=Code.OUT_OF_SCOPE)
    worked(session, approved, 30, code=Code.OUT_OF_SCOPE)
    billed(session, NOVEMBER, AFTER)
    corrects(session, first, 60)
    assert billed(session, DECEMBER, LATER) == []


def test_what_grows_beyond_the_approval_comes_after_what_it_holds(session, approved):
    first = worked(session, approved, 30, code=Code.OUT_OF_SCOPE)
    second = worked(session, approved, 30, code=Code.OUT_OF_SCOPE)
    corrects(session, first, 60)
    stands = billing.examined(session, reviewed(session), AFTER)
    assert [line.entries for line in stands.charges.lines] == [[second.id]]


def test_what_was_written_off_uses_up_nothing_of_an_approval(session, approved, who):
    doubled = worked(session, approved, 60, code=Code.OUT_OF_SCOPE)
    right = worked(session, approved, 60, code=Code.OUT_OF_SCOPE)
    billing.write_off(session, doubled.id, doubled.account_id, "Entered twice", by=who("Eve"), now=AFTER)
    session.flush()
    stands = billing.examined(session, reviewed(session), AFTER)
    assert [line.entries for line in stands.charges.lines] == [[right.id]]


def test_what_was_taken_back_uses_up_nothing_of_a_budget(session):
    bought(session, type=HOURLY)
    work = project_of(session, 60)
    slip = worked(session, work, 60)
    right = worked(session, work, 60)
    time.reverse(session, slip.id, by=person(session, "Bo"), now=MONDAY, reason="a slip")
    stands = billing.examined(session, reviewed(session), AFTER)
    assert [line.entries for line in stands.charges.lines] == [[right.id]]


def test_what_was_written_off_uses_up_nothing_of_a_budget(session, who):
    bought(session, type=HOURLY)
    work = project_of(session, 60)
    doubled, right = worked(session, work, 60), worked(session, work, 60)
    billing.write_off(session, doubled.id, doubled.account_id, "Entered twice", by=who("Eve"), now=AFTER)
    session.flush()
    stands = billing.examined(session, reviewed(session), AFTER)
    assert [line.entries for line in stands.charges.lines] == [[right.id]]


def test_an_entry_across_two_prices_costs_the_lower_one(session, ticket):
    """Two hours at 150 EUR, then one at 180: an entry from 1:30 to 2:30 costs 150 an hour."""
    bought(session, type=HOURLY)
    answers(session, quoted(session, ticket, 120))
    version(session, date(2026, 11, 2), rate_amount=Decimal(180))
    answers(session, quoted(session, ticket, 60))
    for minutes in (90, 60, 30):
        worked(session, ticket, minutes, code=Code.OUT_OF_SCOPE)
    assert sorted(amounts(session)) == [(30, 90), (150, 375)]


def test_what_is_added_within_an_approval_names_its_decision(session, ticket):
    bought(session, type=HOURLY)
    quote = quoted(session, ticket, 120)
    answers(session, quote)
    entry = worked(session, ticket, 60, code=Code.OUT_OF_SCOPE)
    billed(session, NOVEMBER, AFTER)
    corrects(session, entry, 90)
    (made,) = billed(session, DECEMBER, LATER)
    (line,) = invoices.lines_of(session, [made.id])[made.id]
    assert (line.billed_minutes, line.amount, line.decisions) == (30, 75, [quote.decision_id])


def test_what_is_added_at_another_price_is_charged_at_that_one(session, approved):
    """An hour at 150 EUR was billed, and another is approved at 100: two hours cost no more than 250."""
    entry = worked(session, approved, 60, code=Code.OUT_OF_SCOPE)
    billed(session, NOVEMBER, AFTER)
    version(session, DECEMBER.first, rate_amount=Decimal(100))
    quote = quotes.propose(
        session, approved, minutes=60, cap_minutes=60, valid_until=date(2027, 1, 7), note="", by=person(session, "Bo"),
        now=LATER,
    )  # fmt: skip
    answers(session, quote, now=LATER)
    corrects(session, entry, 120, now=LATER)
    made = billed(session, DECEMBER, LATER)
    assert sorted((one.kind.value, one.net) for one in made) == [("credit_note", 150), ("invoice", 200)]


def test_what_was_for_another_ticket_is_given_back_there_and_charged_here(session, approved, who):
    entry = worked(session, approved, 60, code=Code.OUT_OF_SCOPE)
    billed(session, NOVEMBER, AFTER)
    other = file_a_ticket(session, status=Status.TRIAGE, assignee_id=who("Bo"))
    answers(session, quoted(session, other, 60))
    corrects(session, entry, 60, on=other)
    made = billed(session, DECEMBER, LATER)
    assert sorted((one.kind.value, one.net) for one in made) == [("credit_note", 150), ("invoice", 150)]


def test_what_is_freed_within_an_approval_is_charged_in_full_to_what_takes_its_place(session, approved):
    first = worked(session, approved, 60, code=Code.OUT_OF_SCOPE)
    billed(session, NOVEMBER, AFTER)
    time.reverse(session, first.id, by=person(session, "Bo"), now=AFTER, reason="another day")
    worked(session, approved, 60, day=date(2026, 12, 7), now=LATER, code=Code.OUT_OF_SCOPE)
    made = billed(session, DECEMBER, LATER)
    assert sorted((one.kind.value, one.net) for one in made) == [("credit_note", 150), ("invoice", 150)]


@pytest.mark.parametrize(("first", "then", "told"), [
    (40, 50, [("invoice", Decimal("12.5"))]), (50, 40, [("credit_note", Decimal("12.5"))]), (50, 50, []),
])  # fmt: skip
def test_what_is_put_right_is_rounded_no_further_than_was_approved(session, ticket, first, then, told):
    """Fifty minutes are approved: 40 are 45 on an invoice, and 50 are 50, not an hour."""
    bought(session, type=HOURLY, rounding={"unit": 15, "mode": "up", "scope": "ticket_day"})
    answers(session, quoted(session, ticket, 50))
    entry = worked(session, ticket, first, code=Code.OUT_OF_SCOPE)
    billed(session, NOVEMBER, AFTER)
    corrects(session, entry, then)
    assert [(one.kind.value, one.net) for one in billed(session, DECEMBER, LATER)] == told


@pytest.mark.parametrize(("unit", "minutes", "charged"), [(15, 50, 50), (60, 10, 10)])
def test_what_is_approved_ticket_by_ticket_is_charged_so(session, who, unit, minutes, charged):
    bought(session, type=HOURLY, rounding={"unit": unit, "mode": "up", "scope": "invoice_line"})
    for _ in range(10):
        ticket = file_a_ticket(session, status=Status.TRIAGE, assignee_id=who("Bo"))
        answers(session, quoted(session, ticket, minutes))
        worked(session, ticket, minutes, code=Code.OUT_OF_SCOPE)
    assert [minutes for minutes, _ in amounts(session)] == [charged] * 10


def test_after_hours_share_what_was_approved(session, ticket):
    bought(session, type=HOURLY, rounding={"unit": 15, "mode": "up", "scope": "ticket_day"})
    answers(session, quoted(session, ticket, 50))
    worked(session, ticket, 25, code=Code.OUT_OF_SCOPE)
    worked(session, ticket, 25, code=Code.OUT_OF_SCOPE, after_hours=True)
    assert amounts(session) == [(50, 125)]


@pytest.mark.parametrize(("mode", "scope", "minutes", "charged"), [
    ("down", "ticket_day", [50], 45), ("closest", "ticket_day", [50], 45), ("closest", "ticket_day", [53], 60),
    ("down", "entry", [14] * 8, 0), ("none", "entry", [14] * 8, 112), ("up", "ticket_day", [50, 60], 120),
])  # fmt: skip
def test_each_way_of_rounding_counts_for_what_was_approved_too(session, ticket, mode, scope, minutes, charged):
    bought(session, type=HOURLY, rounding={"unit": 15, "mode": mode, "scope": scope})
    answers(session, quoted(session, ticket, 120))
    for place, one in enumerate(minutes):
        worked(session, ticket, one, day=date(2026, 11, 2 + place), code=Code.OUT_OF_SCOPE)
    assert [line for line, _ in amounts(session)] == [charged]


def test_what_was_approved_is_the_most_that_is_charged_over_months(session, ticket):
    """Ten hours, at most 1,500 EUR, in sixty pieces of ten minutes that round to a quarter of an hour each."""
    bought(session, type=HOURLY, rounding={"unit": 15, "mode": "up", "scope": "ticket_day"})
    answers(session, quoted(session, ticket, 600))
    asked = []
    for month, now, count in ((NOVEMBER, AFTER, 24), (DECEMBER, LATER, 24), (JANUARY, JANUARY_IS_OVER, 12)):
        for place in range(count):
            day = date(month.year, month.number, 1 + place)
            worked(
                session, ticket, 10, day=day, now=min(datetime.combine(day, now.timetz()), now), code=Code.OUT_OF_SCOPE
            )
        asked.append(sum(one.net for one in billed(session, month, now)))
    assert asked == [900, 600, 0]


def test_more_that_is_approved_later_is_charged_in_full(session, approved):
    """What rounding ate of the first hour is not taken from the second."""
    for day in range(16, 22):
        worked(session, approved, 10, day=date(2026, 11, day), code=Code.OUT_OF_SCOPE)
    billed(session, NOVEMBER, AFTER)
    answers(session, quoted(session, approved, 60))
    for day in (7, 8):
        worked(session, approved, 20, day=date(2026, 12, day), now=LATER, code=Code.OUT_OF_SCOPE)
    assert amounts(session, DECEMBER, LATER) == [(60, 150)]


def more_or_less(session, month=DECEMBER, now=LATER):
    """What is put right in that month, in billed minutes of each invoice and credit note."""
    made = billed(session, month, now)
    return [sum(line.billed_minutes for line in lines) * (-1 if one.kind is InvoiceKind.CREDIT_NOTE else 1)
            for one, lines in ((one, invoices.lines_of(session, [one.id])[one.id]) for one in made)]  # fmt: skip


@pytest.mark.parametrize(("first", "then", "more"), [
    (50, 40, [-5]), (50, None, [-50]), (40, 50, [5]), (40, 41, []), (50, 49, []), (20, 35, [15]),
])  # fmt: skip
def test_another_ticket_s_approval_has_no_part_in_what_is_put_right(session, who, ticket, first, then, more):
    """Fifty minutes were approved here; three hours there, of which twenty minutes stand as half an hour."""
    bought(session, type=HOURLY, rounding={"unit": 15, "mode": "up", "scope": "ticket_day"})
    other = file_a_ticket(session, status=Status.TRIAGE, assignee_id=who("Bo"))
    answers(session, quoted(session, ticket, 50))
    answers(session, quoted(session, other, 200))
    entry = worked(session, ticket, first, code=Code.OUT_OF_SCOPE)
    worked(session, other, 20, code=Code.OUT_OF_SCOPE)
    before = [minutes for minutes, _ in amounts(session)]
    assert before == [min(-(-first // 15) * 15, 50), 30]
    billed(session, NOVEMBER, AFTER)
    if then:
        corrects(session, entry, then)
    else:
        time.reverse(session, entry.id, by=person(session, "Bo"), now=AFTER, reason="never happened")
    assert more_or_less(session) == more


def test_a_later_approval_does_not_lift_what_an_earlier_line_was_held_to(session, ticket):
    bought(session, type=HOURLY, rounding={"unit": 15, "mode": "up", "scope": "ticket_day"})
    answers(session, quoted(session, ticket, 50))
    entry = worked(session, ticket, 50, code=Code.OUT_OF_SCOPE)
    billed(session, NOVEMBER, AFTER)  # fifty, not an hour
    answers(session, quoted(session, ticket, 60))
    again = corrects(session, entry, 50)  # other words
    assert billed(session, DECEMBER, LATER) == []
    corrects(session, again, 40, now=LATER)
    assert more_or_less(session, JANUARY, JANUARY_IS_OVER) == [-5]


def test_what_was_paid_for_by_rounding_is_never_less_than_was_worked(session, approved):
    """An hour: twice 20 minutes took all of it in November, so December's 20 cost nothing. Then November's shrink."""
    entries = [worked(session, approved, 20, day=date(2026, 11, day), code=Code.OUT_OF_SCOPE) for day in (16, 17)]
    billed(session, NOVEMBER, AFTER)
    worked(session, approved, 20, day=date(2026, 12, 7), now=LATER, code=Code.OUT_OF_SCOPE)
    assert more_or_less(session) == [0]
    for entry in entries:
        corrects(session, entry, 10, now=LATER)
    assert more_or_less(session, JANUARY, JANUARY_IS_OVER) == [10, -30]  # forty were worked in all


def test_what_was_given_back_is_charged_again_when_it_grows_again(session, ticket):
    bought(session, type=HOURLY, rounding={"unit": 15, "mode": "up", "scope": "ticket_day"})
    answers(session, quoted(session, ticket, 50))
    entry = worked(session, ticket, 50, code=Code.OUT_OF_SCOPE)
    billed(session, NOVEMBER, AFTER)
    less = corrects(session, entry, 40)
    assert more_or_less(session) == [-5]
    corrects(session, less, 50, now=LATER)
    assert more_or_less(session, JANUARY, JANUARY_IS_OVER) == [5]


def test_what_finance_gave_back_in_full_is_asked_for_again_only_as_far_as_it_grows(session, approved):
    entry = worked(session, approved, 60, code=Code.OUT_OF_SCOPE)
    (invoice,) = billed(session, NOVEMBER, AFTER)
    numbered(session, invoice)
    invoices.credit(session, invoice, {1: invoice.net}, "A favour", by=person(session, "Eve"), now=AFTER)
    less = corrects(session, entry, 30)
    assert billed(session, DECEMBER, LATER) == []  # nothing is left of it to give back
    corrects(session, less, 45, now=LATER)
    assert more_or_less(session, JANUARY, JANUARY_IS_OVER) == [15]


def test_what_is_added_and_what_is_new_share_what_is_left(session, approved):
    first = worked(session, approved, 20, code=Code.OUT_OF_SCOPE)
    billed(session, NOVEMBER, AFTER)  # half an hour
    corrects(session, first, 40)
    worked(session, approved, 20, day=date(2026, 12, 7), now=LATER, code=Code.OUT_OF_SCOPE)
    assert more_or_less(session) == [30]  # a quarter of an hour added, one that is new: the hour, and no more


def test_each_ticket_has_its_own_line_with_its_decision(session, who, ticket):
    bought(session, type=HOURLY)
    other = file_a_ticket(session, status=Status.TRIAGE, assignee_id=who("Bo"))
    told = []
    for one in (ticket, other):
        quote = quoted(session, one, 60)
        answers(session, quote)
        worked(session, one, 60, code=Code.OUT_OF_SCOPE)
        told.append(([one.id], [quote.decision_id]))
    stands = billing.examined(session, reviewed(session), AFTER)
    assert [(line.tickets, line.decisions) for line in stands.charges.lines] == told


def test_each_price_has_its_own_cap(session, ticket):
    bought(session, type=HOURLY, rate_amount=Decimal(100), rounding={"unit": 15, "mode": "up", "scope": "ticket_day"})
    answers(session, quoted(session, ticket, 50))
    version(session, date(2026, 11, 2), rate_amount=Decimal(150),
            rounding={"unit": 15, "mode": "up", "scope": "ticket_day"})  # fmt: skip
    answers(session, quoted(session, ticket, 60))
    worked(session, ticket, 50, code=Code.OUT_OF_SCOPE)
    worked(session, ticket, 60, code=Code.OUT_OF_SCOPE)
    assert sorted(minutes for minutes, _ in amounts(session)) == [50, 60]
