"""What was worked is charged or given back once, in some month: late, after the agreement ended, or without a price."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select

from bot.domain import billing, invoices, quotes, time
from bot.domain.accounts import Account
from bot.domain.agreements import Agreement, AgreementType
from bot.domain.billing import BillingReview, Finding, Fix
from bot.domain.codes import Category, Code
from bot.domain.errors import NotFound, Refused
from bot.domain.workflow import Status
from tests.cast import by_name
from tests.domain.billed import (
    AFTER,
    DECEMBER,
    LATER,
    NOVEMBER,
    answers,
    bought,
    corrects,
    quoted,
    reviewed,
    signed,
    worked,
)  # fmt: skip
from tests.domain.desk import MONDAY, file_a_ticket, person
from tests.domain.test_charges_at_the_edges import HOURLY, JANUARY_IS_OVER
from tests.domain.test_findings import project

pytestmark = pytest.mark.usefixtures("finance")
OCTOBER, JANUARY = NOVEMBER.before, DECEMBER.after


@pytest.fixture
def ticket(session, who):
    return file_a_ticket(session, status=Status.TRIAGE, assignee_id=who("Bo"))


def billed(session, month, now, account="Acme"):
    return signed(session, reviewed(session, month, account, now), now)


def version(session, starts, **terms):
    """Another version of Acme's, which leaves alone what is billed."""
    told = {"type": HOURLY, "rate_currency": "EUR", "rate_amount": Decimal(150)} | terms
    made = Agreement(account_id=by_name(session, "Acme").id, starts=starts, **told)
    made.made_at = MONDAY
    session.add(made)
    session.flush()


def months(session, account="Acme"):
    query = select(BillingReview.month).where(BillingReview.account_id == by_name(session, account).id)
    return sorted(session.scalars(query))


# --- months that nobody looked at


def test_a_month_that_got_its_time_late_is_opened_with_the_next(session, ticket):
    acme = by_name(session, "Acme")
    acme.live_since, acme.billed_through = MONDAY, None
    worked(session, ticket, 120, day=date(2026, 10, 30), now=MONDAY)
    billing.open_due(session, acme, NOVEMBER, AFTER)
    assert months(session) == [OCTOBER.first, NOVEMBER.first]


def test_a_month_whose_first_agreement_was_made_late_is_opened_with_the_next(session):
    """A client since September buys in November, from the middle of October on."""
    late = Account(
        name="Initech", timezone="Europe/Berlin", channel_slack_id="C0INITECH", live_since=MONDAY - timedelta(days=60)
    )
    session.add(late)
    session.flush()
    bought = Agreement(account_id=late.id, type=HOURLY, starts=date(2026, 10, 15), rate_currency="EUR",
                       rate_amount=Decimal(150), fee_amount=Decimal(310))  # fmt: skip
    bought.made_at = MONDAY
    session.add(bought)
    session.flush()
    billing.open_due(session, late, NOVEMBER, AFTER)
    assert months(session, "Initech") == [OCTOBER.first, NOVEMBER.first]


def test_what_was_billed_elsewhere_before_billing_began_here_is_left_alone(session, ticket):
    """Acme was served here before its first review: time was logged, and nobody billed it by that."""
    acme = by_name(session, "Acme")
    acme.billed_through = None
    worked(session, ticket, 60, day=date(2026, 10, 26))
    version(session, date(2026, 1, 1), rate_amount=Decimal(160))  # the price of old is put right
    billing.open_due(session, acme, NOVEMBER, AFTER)
    assert months(session) == [NOVEMBER.first]


def test_no_month_since_the_first_review_is_passed_over(session):
    """No worker ran when November's was due."""
    acme = by_name(session, "Acme")
    acme.billed_through = None
    billing.open_for(session, acme, OCTOBER, AFTER)
    billing.open_due(session, acme, DECEMBER, LATER)
    assert months(session) == [OCTOBER.first, NOVEMBER.first, DECEMBER.first]


def test_a_slip_of_the_year_opens_that_month_and_none_between(session, ticket):
    """Acme's agreement began in January, and it is served since November: the months between were billed elsewhere."""
    acme = by_name(session, "Acme")
    acme.live_since, acme.billed_through = MONDAY, None
    worked(session, ticket, 60, day=date(2026, 2, 3), now=MONDAY)
    billing.open_due(session, acme, NOVEMBER, AFTER)
    assert months(session) == [date(2026, 2, 1), NOVEMBER.first]


def test_what_was_before_an_account_was_served_or_is_billed_is_not_opened(session, ticket):
    acme = by_name(session, "Acme")
    acme.live_since, acme.billed_through = MONDAY, None
    imported = time.TimeEntry(
        account_id=acme.id, person_id=person(session, "Bo").id, ticket_id=ticket.id, work_date=date(2026, 8, 3),
        minutes=60, category=Category.TICKET_RESOLUTION, code=Code.INCLUDED, note="", created_at=MONDAY,
        source="toggl", source_key="1",
    )  # fmt: skip
    session.add(imported)
    session.flush()
    billing.open_due(session, acme, NOVEMBER, AFTER)
    assert months(session) == [NOVEMBER.first]


def test_opening_them_twice_is_opening_them_once(session):
    acme = by_name(session, "Acme")
    assert billing.open_due(session, acme, NOVEMBER, AFTER) == billing.open_due(session, acme, NOVEMBER, AFTER)


# --- after the agreement


def ends(session, day=date(2026, 11, 30)):
    return bought(session, type=HOURLY, ends=day, renews=False)


def test_what_is_taken_back_after_the_agreement_ended_is_given_back(session, ticket):
    ends(session)
    entry = worked(session, ticket, 120)
    (november,) = billed(session, NOVEMBER, AFTER)
    time.reverse(session, entry.id, by=person(session, "Bo"), now=AFTER, reason="not done")
    (note,) = billed(session, DECEMBER, LATER)
    assert (note.credits_id, note.net, note.currency) == (november.id, 300, "EUR")


def test_after_the_agreement_ended_nothing_else_is_charged(session, ticket):
    bought(session, ends=date(2026, 11, 30), renews=False, fee_amount=Decimal(1000), included_minutes=60)
    billed(session, NOVEMBER, AFTER)
    worked(session, ticket, 60, day=date(2026, 12, 7), now=LATER)
    stands = billing.examined(session, reviewed(session, DECEMBER, now=LATER), LATER)
    assert (stands.charges.lines, stands.charges.allowance) == ([], None)
    assert [one.finding for one in stands.open] == [Finding.CODE]


def test_what_was_approved_is_charged_after_the_agreement_ended(session, ticket):
    ends(session)
    quote = quoted(session, ticket, 60)
    answers(session, quote)
    worked(session, ticket, 60, day=date(2026, 12, 7), now=LATER, code=Code.OUT_OF_SCOPE)
    (made,) = billed(session, DECEMBER, LATER)
    (line,) = invoices.lines_of(session, [made.id])[made.id]
    assert (line.billed_minutes, line.amount, line.decisions) == (60, 150, [quote.decision_id])


def test_what_waits_is_not_forgotten_in_a_month_without_an_agreement(session, ticket):
    ends(session)
    waiting = worked(session, ticket, 60, code=Code.OUT_OF_SCOPE)
    billed(session, NOVEMBER, AFTER)
    ours = {"code": Code.INTERNAL, "category": Category.PROCESS_IMPROVEMENT}
    worked(session, ticket, 30, day=date(2026, 12, 7), now=LATER, **ours)
    billed(session, DECEMBER, LATER)
    version(session, JANUARY.first)
    answers(session, quoted(session, ticket), now=MONDAY)
    (made,) = billed(session, JANUARY, JANUARY_IS_OVER)
    (line,) = invoices.lines_of(session, [made.id])[made.id]
    assert (line.billed_minutes, line.amount, waiting.code) == (60, 150, Code.OUT_OF_SCOPE)


def test_what_waited_for_a_budget_and_has_no_price_by_then_waits_on(session):
    bought(session, type=HOURLY)
    work = project(session, 30)
    entry = worked(session, work, 60)
    billed(session, NOVEMBER, AFTER)
    work.budget_minutes = 600
    bought(session, starts=DECEMBER.first, type=AgreementType.RETAINER, rate_amount=None, included_minutes=600)
    stands = billing.examined(session, reviewed(session, DECEMBER, now=LATER), LATER)
    assert [one.id for one in stands.charges.waiting] == [entry.id]
    assert stands.charges.unpriced == []
    assert entry.id in billing.figures(stands)["waiting"]


def test_what_waits_since_an_earlier_month_can_be_written_off_in_a_later_one(session, ticket, who):
    bought(session, type=HOURLY)
    entry = worked(session, ticket, 60, code=Code.OUT_OF_SCOPE)
    billed(session, NOVEMBER, AFTER)
    review = reviewed(session, DECEMBER, now=LATER)
    (found,) = [one for one in billing.examined(session, review, LATER).found if one.finding is Finding.WAITING]
    billing.fix(session, review, found.key, Fix.WRITE_OFF, by=who("Eve"), now=LATER, reason="They declined it")
    session.flush()
    assert billing.examined(session, review, LATER).charges.waiting == []
    assert entry.code is Code.OUT_OF_SCOPE


# --- never more than was approved


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
    assert amounts(session, DECEMBER, LATER) == [(20, 50)]  # as it was worked, which is within the hour


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
    work = project(session, 60)
    slip = worked(session, work, 60)
    right = worked(session, work, 60)
    time.reverse(session, slip.id, by=person(session, "Bo"), now=MONDAY, reason="a slip")
    stands = billing.examined(session, reviewed(session), AFTER)
    assert [line.entries for line in stands.charges.lines] == [[right.id]]


def test_what_was_written_off_uses_up_nothing_of_a_budget(session, who):
    bought(session, type=HOURLY)
    work = project(session, 60)
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


@pytest.mark.parametrize(("unit", "minutes", "charged"), [(15, 50, 500), (60, 10, 100)])
def test_a_line_that_is_rounded_once_charges_no_less_than_was_worked(session, who, unit, minutes, charged):
    bought(session, type=HOURLY, rounding={"unit": unit, "mode": "up", "scope": "invoice_line"})
    for _ in range(10):
        ticket = file_a_ticket(session, status=Status.TRIAGE, assignee_id=who("Bo"))
        answers(session, quoted(session, ticket, minutes))
        worked(session, ticket, minutes, code=Code.OUT_OF_SCOPE)
    assert [minutes for minutes, _ in amounts(session)] == [charged]


def test_after_hours_share_what_was_approved(session, ticket):
    bought(session, type=HOURLY, rounding={"unit": 15, "mode": "up", "scope": "ticket_day"})
    answers(session, quoted(session, ticket, 50))
    worked(session, ticket, 25, code=Code.OUT_OF_SCOPE)
    worked(session, ticket, 25, code=Code.OUT_OF_SCOPE, after_hours=True)
    assert sum(minutes for minutes, _ in amounts(session)) == 55  # 30, and what was worked of the other


def test_each_price_has_its_own_cap(session, ticket):
    bought(session, type=HOURLY, rate_amount=Decimal(100), rounding={"unit": 15, "mode": "up", "scope": "ticket_day"})
    answers(session, quoted(session, ticket, 50))
    version(session, date(2026, 11, 2), rate_amount=Decimal(150),
            rounding={"unit": 15, "mode": "up", "scope": "ticket_day"})  # fmt: skip
    answers(session, quoted(session, ticket, 60))
    worked(session, ticket, 50, code=Code.OUT_OF_SCOPE)
    worked(session, ticket, 60, code=Code.OUT_OF_SCOPE)
    assert sorted(minutes for minutes, _ in amounts(session)) == [50, 60]


# --- who signs


def test_a_signature_stands_as_long_as_what_was_signed_does(session, ticket):
    worked(session, ticket, 60)
    review = reviewed(session)
    billing.sign(session, review, by=person(session, "Sam"), now=AFTER)
    billing.sign(session, review, by=person(session, "Eve"), now=AFTER + timedelta(days=20))
    assert review.state is billing.ReviewState.LOCKED


def test_other_terms_are_signed_anew(session, ticket):
    bought(session, type=HOURLY)
    worked(session, ticket, 60)
    review = reviewed(session)
    billing.sign(session, review, by=person(session, "Sam"), now=AFTER)
    version(session, date(2026, 11, 2), tax_rate=Decimal("0.2"))
    billing.sign(session, review, by=person(session, "Eve"), now=AFTER)
    assert review.state is billing.ReviewState.OPEN


def test_what_is_right_already_is_not_called_right_twice(session, ticket, who, everything):
    worked(session, ticket, 500)
    review = reviewed(session)
    (found,) = billing.examined(session, review, AFTER).open
    billing.fix(session, review, found.key, Fix.WAIVE, by=who("Sam"), now=AFTER, reason="All day")
    before = everything()
    with pytest.raises(NotFound, match="settled already"):
        billing.fix(session, review, found.key, Fix.WAIVE, by=who("Eve"), now=AFTER, reason="All day")
    assert everything() == before


def test_nothing_is_quoted_on_a_private_request_that_no_approver_reads(session, who, everything):
    private = file_a_ticket(session, status=Status.TRIAGE, assignee_id=who("Bo"), private=True)
    before = everything()
    with pytest.raises(Refused, match="approves nothing"):
        quoted(session, private)
    assert everything() == before
