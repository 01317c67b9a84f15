"""What is worked outside working hours costs its own rate, and an allowance may be an amount of money."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from sqlalchemy.exc import IntegrityError

from bot.domain import billing, burn, invoices, quotes, time
from bot.domain.agreements import Agreement, AgreementType, OutOfScope
from bot.domain.allowance import Burn
from bot.domain.codes import Code
from bot.domain.money import Money, of_minor_units
from bot.domain.workflow import Status
from tests.cast import by_name
from tests.domain.billed import (
    AFTER,
    DECEMBER,
    LATER,
    NOVEMBER,
    TODAY,
    answers,
    bought,
    quoted,
    reviewed,
    signed,
    worked,
)
from tests.domain.desk import MONDAY, file_a_ticket, person

ONE_AND_A_HALF = Decimal("1.5")


@pytest.fixture
def ticket(session, who):
    return file_a_ticket(session, status=Status.TRIAGE, assignee_id=who("Bo"))


def money_retainer(session, amount: int = 1000, rate: str = "100", **terms) -> Agreement:
    told = {"after_hours_multiplier": ONE_AND_A_HALF} | terms
    return bought(session, included_amount=Decimal(amount), rate_amount=Decimal(rate), **told)


def costs(session, terms: Agreement, month=NOVEMBER) -> invoices.Charges:
    return invoices.of(session, by_name(session, "Acme"), month, terms)


def lines(charges: invoices.Charges) -> list[tuple[str, str, str]]:
    return [(one.description, f"{one.quantity:f}", str(one.amount)) for one in charges.lines]


def drawn(session, terms: Agreement) -> Money:
    return of_minor_units(burn.used_in(session, terms, [NOVEMBER]).get(NOVEMBER, 0), terms.currency)


def test_an_hour_after_hours_draws_the_rate_times_the_multiplier(session, ticket):
    """BIL-15: 100 an hour, one and a half times after hours."""
    terms = money_retainer(session)
    assert of_minor_units(terms.draw(60, after_hours=True), "EUR") == Money(Decimal("150.00"), "EUR")
    worked(session, ticket, 60, after_hours=True)
    assert drawn(session, terms) == Money(Decimal("150.00"), "EUR")
    worked(session, ticket, 60)
    assert drawn(session, terms) == Money(Decimal("250.00"), "EUR")


def test_from_bought_hours_it_takes_more_of_them(session, ticket):
    terms = bought(session, included_minutes=600, after_hours_multiplier=ONE_AND_A_HALF)
    worked(session, ticket, 60, after_hours=True)
    worked(session, ticket, 60)
    assert burn.used_in(session, terms, [NOVEMBER])[NOVEMBER] == 90 + 60


def test_without_a_multiplier_an_hour_is_an_hour(session, ticket):
    terms = bought(session, included_minutes=600)
    worked(session, ticket, 60, after_hours=True)
    assert burn.used_in(session, terms, [NOVEMBER])[NOVEMBER] == 60


def test_money_is_drawn_at_the_rate_of_who_worked_and_of_the_code(session, ticket):
    rates = [{"code": "included", "role": "lead", "amount": "180"}, {"code": "advisory", "role": None, "amount": "200"}]
    terms = money_retainer(session, rates=rates, advisory_draws=True)
    worked(session, ticket, 60)
    worked(session, ticket, 60, by="Maya")
    worked(session, ticket, 30, code=Code.ADVISORY, after_hours=True)
    assert drawn(session, terms) == Money(Decimal(100 + 180 + 150), "EUR")


def test_each_rounded_piece_is_weighed_and_no_amount_is_a_float(session, ticket):
    terms = money_retainer(session, rate="99.99")
    worked(session, ticket, 20, after_hours=True)  # 30 minutes by the quarter of an hour
    assert drawn(session, terms) == Money(Decimal("74.99") + Decimal("0.01"), "EUR")  # 149.99 an hour, half of it
    assert terms.rate(Code.INCLUDED, after_hours=True) == Decimal("149.99")


def test_every_hour_is_charged_at_its_own_rate_on_its_own_line(session, ticket):
    terms = bought(session, type=AgreementType.TIME_AND_MATERIALS, after_hours_multiplier=Decimal(2))
    worked(session, ticket, 60)
    worked(session, ticket, 90, after_hours=True)
    assert lines(costs(session, terms)) == [
        ("Support", "1", "150.00 EUR"), ("Support, after hours", "1.5", "450.00 EUR"),
    ]  # fmt: skip


def test_what_was_quoted_costs_what_was_quoted_at_any_hour(session, ticket, who):
    terms = bought(session, included_minutes=600, excluded=["Salesforce"], after_hours_multiplier=Decimal(2))
    answers(session, quoted(session, ticket, 120))
    worked(session, ticket, 60, code=Code.OUT_OF_SCOPE, after_hours=True)
    assert lines(costs(session, terms)) == [("Out-of-scope support", "1", "150.00 EUR")]


def test_what_goes_beyond_the_amount_is_charged_as_it_was_drawn(session, ticket):
    terms = money_retainer(session, amount=200)
    worked(session, ticket, 150)
    charges = costs(session, terms)
    assert lines(charges) == [("Work beyond the included amount", "1", "50.00 EUR")]
    assert (charges.allowance.available, charges.allowance.used, charges.allowance.overage) == (20_000, 25_000, 5_000)


def test_what_is_left_of_an_amount_is_carried_on_as_an_amount(session, ticket, who):
    who("Eve").roles = ["finance"]
    money_retainer(session, amount=1000, rollover_cap=Decimal("0.25"))
    worked(session, ticket, 60)
    assert signed(session, reviewed(session)) == []
    acme = by_name(session, "Acme")
    assert acme.billed_carry == 25_000
    review = reviewed(session, DECEMBER, now=LATER)
    assert billing.examined(session, review, LATER).charges.allowance.available == 125_000


def test_hours_that_are_left_are_no_money(session, ticket):
    bought(session, included_minutes=1200, rollover_cap=Decimal("0.5"), starts=date(2026, 10, 1))
    by_name(session, "Acme").live_since = AFTER - timedelta(days=90)
    terms = Agreement(
        account_id=ticket.account_id, type=AgreementType.RETAINER, starts=NOVEMBER.first,
        included_amount=Decimal(1000), rate_amount=Decimal(100), rate_currency="EUR",
    )  # fmt: skip
    session.add(terms)
    session.flush()
    assert costs(session, terms).allowance.available == 100_000
    by_name(session, "Acme").billed_through, by_name(session, "Acme").billed_carry = date(2026, 10, 31), 600
    assert costs(session, terms).allowance.available == 100_000


def test_an_agreement_of_money_that_begins_within_the_month_includes_less(session):
    terms = money_retainer(session, amount=3000, starts=date(2026, 11, 16))
    assert terms.allowance(NOVEMBER) == 150_000


def test_the_month_of_an_amount_stands_in_money_and_knows_how_many_hours_that_is(session, ticket, who):
    money_retainer(session, amount=1000)
    worked(session, ticket, 480)
    down = burn.of(session, by_name(session, "Acme"), MONDAY)
    assert (down.available, down.used, down.remaining, down.state) == (100_000, 80_000, 20_000, Burn.USED_80)
    assert (down.minutes_left, down.currency) == (120, "EUR")


def test_an_estimate_beyond_what_is_left_of_an_amount_is_quoted_for_the_rest(session, ticket, who):
    money_retainer(session, amount=300)
    ticket.estimate_minutes = 240
    found = quotes.beyond(session, ticket, MONDAY)
    assert (found.reasons, found.minutes, found.free, found.rate) == ([OutOfScope.ALLOWANCE], 60, 180, Decimal(100))


def test_a_correction_from_after_hours_gives_back_the_dearer_line(session, ticket, who):
    who("Eve").roles = ["finance"]
    bought(session, type=AgreementType.TIME_AND_MATERIALS, after_hours_multiplier=Decimal(2))
    entry = worked(session, ticket, 60, after_hours=True)
    (invoice,) = signed(session, reviewed(session))
    assert invoice.net == 300
    for action in (invoices.InvoiceAction.REVIEW, invoices.InvoiceAction.APPROVE):
        invoices.act(session, invoice, action, by=person(session, "Eve"), now=AFTER, seen=invoice.version)
    time.correct(
        session, entry.id, ticket, by=person(session, "Bo"), minutes=60, work_date=entry.work_date,
        category=entry.category, code=entry.code, note=entry.note, reason="it was in the morning", now=LATER,
        today=LATER.date(), after_hours=False,
    )  # fmt: skip
    made = signed(session, reviewed(session, DECEMBER, now=LATER), LATER)
    assert sorted((one.kind.value, one.net) for one in made) == [("credit_note", 300), ("invoice", 150)]
    (line,) = invoices.lines_of(session, [made[1].id])[made[1].id]
    assert line.description == "Support, after hours, correction of November 2026"


def test_a_reversal_and_a_review_keep_when_it_was(session, ticket, who):
    who("Eve").roles = ["finance"]
    entry = worked(session, ticket, 60, after_hours=True)
    amended = time.amend(session, entry, by=person(session, "Eve"), now=MONDAY, reason="said more", note="the mailer")
    assert amended.after_hours
    assert time.reverse(session, amended.id, by=person(session, "Bo"), now=MONDAY).after_hours


@pytest.mark.parametrize("times", ["0.5", "11"])
def test_the_database_knows_what_a_multiplier_may_be(session, times):
    with pytest.raises(IntegrityError), session.begin_nested():
        bought(session, after_hours_multiplier=Decimal(times))


def test_half_a_month_leads_to_expect_what_the_whole_comes_to(session, ticket):
    """21 working days: on the 11th, 11 hours lead to 21; what was logged later, or is done later, is not known then."""
    terms = bought(session, included_minutes=2400, rollover_cap=Decimal(0))
    middle = date(2026, 11, 16)
    for offset in range(15):
        day = date(2026, 11, 2) + timedelta(days=offset)
        if day.weekday() < 5:
            worked(session, ticket, 60, day=day)
    worked(session, ticket, 480, day=middle, now=MONDAY)
    worked(session, ticket, 480, day=TODAY)
    found = burn.midway(session, by_name(session, "Acme"), terms, NOVEMBER)
    assert (found.day, found.forecast) == (middle, 21 * 60)
    figures = billing.figures(billing.examined(session, reviewed(session), AFTER))
    assert (figures["allowance"]["forecast"], figures["allowance"]["used"]) == (21 * 60, 11 * 60 + 960)
