"""What was worked is charged or given back once, in some month: late, after the agreement ended, or without a price."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select

from bot.domain import billing, invoices, time
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
    project_of,
    quoted,
    reviewed,
    signed,
    worked,
)  # fmt: skip
from tests.domain.desk import MONDAY, file_a_ticket, person
from tests.domain.test_charges_at_the_edges import HOURLY, JANUARY_IS_OVER

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


def served_since(session, when):
    """A client of its own, without an agreement."""
    made = Account(name="Initech", timezone="Europe/Berlin", channel_slack_id="C0INITECH", live_since=when)
    session.add(made)
    session.flush()
    return made


# --- months that nobody looked at


@pytest.fixture
def acme(session):
    """Billed here from the beginning, in November."""
    found = by_name(session, "Acme")
    found.live_since, found.billed_through = MONDAY, None
    session.flush()
    return found


def test_a_month_that_nobody_looked_at_is_opened_with_the_next(session, acme):
    """No worker ran when November's was due."""
    billing.open_due(session, acme, DECEMBER, LATER)
    assert months(session) == [NOVEMBER.first, DECEMBER.first]


def test_a_month_whose_first_agreement_was_made_late_is_opened_with_the_next(session):
    """A client since September buys in November, from the middle of October on."""
    late = served_since(session, MONDAY - timedelta(days=60))
    bought = Agreement(account_id=late.id, type=HOURLY, starts=date(2026, 10, 15), rate_currency="EUR",
                       rate_amount=Decimal(150), fee_amount=Decimal(310))  # fmt: skip
    bought.made_at = MONDAY
    session.add(bought)
    session.flush()
    billing.open_due(session, late, NOVEMBER, AFTER)
    assert months(session, "Initech") == [OCTOBER.first, NOVEMBER.first]


def test_a_first_agreement_whose_start_is_put_right_is_billed_from_that_day_on(session):
    """Made in October with November for its start, put right in November: October's share of the fee is charged."""
    late = served_since(session, MONDAY - timedelta(days=40))
    for made_at, starts in ((MONDAY - timedelta(days=35), date(2026, 11, 1)), (MONDAY, date(2026, 10, 15))):
        bought = Agreement(account_id=late.id, type=HOURLY, starts=starts, rate_currency="EUR",
                           rate_amount=Decimal(150), fee_amount=Decimal(310))  # fmt: skip
        bought.made_at = made_at
        session.add(bought)
        session.flush()
    billing.open_due(session, late, NOVEMBER, AFTER)
    assert months(session, "Initech") == [OCTOBER.first, NOVEMBER.first]


def test_what_was_before_an_account_was_served_here_counts_in_its_first_month_and_opens_none(session, acme, ticket):
    """A Friday in October that is logged late, and a slip of the year: one review shows both."""
    version(session, date(2026, 1, 1), fee_amount=Decimal(2000))
    late = worked(session, ticket, 30, day=date(2026, 10, 30), now=MONDAY)
    slip = worked(session, ticket, 45, day=date(2026, 2, 3), now=MONDAY)
    for _ in range(2):  # run twice, it says the same
        billing.open_due(session, acme, NOVEMBER, AFTER)
        billing.open_due(session, acme, DECEMBER, LATER)
    assert months(session) == [NOVEMBER.first, DECEMBER.first]
    stands = billing.examined(session, reviewed(session), AFTER)
    found = [one.entry.id for one in stands.found if one.finding is Finding.STRAGGLER]
    assert found == [slip.id, late.id]
    assert [(line.code, line.raw_minutes) for line in stands.charges.lines] == [("fee", 0), (Code.INCLUDED, 75)]


def test_the_first_month_is_the_same_for_the_database_and_for_us_on_either_side_of_midnight(session, acme, ticket):
    """Acme went live at half past midnight of the first of November in Berlin, when it was October still in UTC."""
    acme.live_since = datetime(2026, 10, 31, 23, 30, tzinfo=UTC)
    session.flush()
    late = worked(session, ticket, 30, day=date(2026, 9, 30), now=MONDAY)
    assert late.period == OCTOBER.first
    billing.open_due(session, acme, NOVEMBER, AFTER)
    assert months(session) == [OCTOBER.first, NOVEMBER.first]


def test_a_slip_of_the_year_that_is_put_right_counts_where_it_belongs(session, acme, ticket):
    slip = worked(session, ticket, 60, day=date(2026, 2, 3), now=MONDAY)
    time.correct(
        session, slip.id, ticket, by=person(session, "Bo"), minutes=60, work_date=date(2026, 11, 3), code=slip.code,
        category=slip.category, note=slip.note, reason="the year", now=MONDAY, today=MONDAY.date(),
    )  # fmt: skip
    billing.open_due(session, acme, NOVEMBER, AFTER)
    assert months(session) == [NOVEMBER.first]
    stands = billing.examined(session, reviewed(session), AFTER)
    assert (stands.raw_minutes, [one for one in stands.found if one.finding is Finding.STRAGGLER]) == (60, [])


def imported(session, acme, ticket, day):
    made = time.TimeEntry(
        account_id=acme.id, person_id=person(session, "Bo").id, ticket_id=ticket.id, work_date=day,
        minutes=60, category=Category.TICKET_RESOLUTION, code=Code.INCLUDED, note="", created_at=MONDAY,
        source="toggl", source_key=str(day),
    )  # fmt: skip
    session.add(made)
    session.flush()
    session.refresh(made)
    return made


def test_history_that_came_from_elsewhere_was_billed_there_also_when_it_gets_other_words(session, acme, ticket):
    entry = imported(session, acme, ticket, date(2026, 8, 3))
    again = corrects(session, entry, 60, now=MONDAY)
    session.refresh(again)
    taken_back = time.reverse(session, imported(session, acme, ticket, date(2026, 8, 4)).id, by=person(session, "Bo"),
                              now=MONDAY, reason="a slip")  # fmt: skip
    session.refresh(taken_back)
    assert {entry.period, again.period, taken_back.period} == {date(2026, 8, 1)}
    billing.open_due(session, acme, NOVEMBER, AFTER)
    assert months(session) == [NOVEMBER.first]
    assert billing.examined(session, reviewed(session), AFTER).raw_minutes == 0


def test_what_comes_in_for_a_month_before_the_one_that_is_signed_is_signed_first(session, ticket, everything):
    """Served since October, in which nothing was logged until November's was to be signed."""
    acme = by_name(session, "Acme")
    acme.live_since, acme.billed_through = MONDAY - timedelta(days=40), None
    version(session, date(2026, 11, 1))
    november = reviewed(session)
    worked(session, ticket, 120, day=date(2026, 10, 30), now=AFTER)
    session.expire_all()
    before = everything()
    with pytest.raises(Refused, match="October came up meanwhile"):
        billing.sign(session, november, by=person(session, "Sam"), now=AFTER)
    assert everything() == before
    billing.open_late(session, acme, AFTER)
    assert months(session) == [OCTOBER.first, NOVEMBER.first]
    with pytest.raises(Refused, match="October is open still"):
        billing.sign(session, november, by=person(session, "Sam"), now=AFTER)


def test_each_account_whose_month_waits_gets_the_months_that_came_up_before_it(session):
    acme = by_name(session, "Acme")
    acme.live_since, acme.billed_through = MONDAY - timedelta(days=40), None
    reviewed(session)
    assert months(session) == [NOVEMBER.first]
    billing.open_all_late(session, AFTER)
    assert months(session) == [OCTOBER.first, NOVEMBER.first]


def test_opening_them_twice_is_opening_them_once(session, acme):
    first = billing.open_due(session, acme, NOVEMBER, AFTER)
    assert billing.open_due(session, acme, NOVEMBER, AFTER) == first != []


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
    billed(session, NOVEMBER, AFTER)
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
    work = project_of(session, 30)
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


# --- who signs


def test_a_signature_stands_as_long_as_what_was_signed_does(session, ticket):
    bought(session, type=HOURLY)
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
