"""Terms that change while time goes on: an agreement within a month, another tax, another currency."""

from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import select

from bot.domain import accounts, billing, invoices, time
from bot.domain.agreements import Agreement, AgreementType
from bot.domain.billing import Finding
from bot.domain.codes import Code
from bot.domain.invoices import InvoiceAction, InvoiceKind
from bot.domain.workflow import Status
from tests.cast import by_name
from tests.domain.billed import AFTER, DECEMBER, LATER, NOVEMBER, bought, reviewed, signed, worked
from tests.domain.desk import MONDAY, file_a_ticket, person

pytestmark = pytest.mark.usefixtures("finance")


@pytest.fixture
def ticket(session, who):
    return file_a_ticket(session, status=Status.TRIAGE, assignee_id=who("Bo"))


def globex(session, **terms) -> accounts.Account:
    """A client that has only this one agreement."""
    account = accounts.Account(name="Globex")
    session.add(account)
    session.flush()
    told = {"type": AgreementType.FIXED, "rate_currency": "EUR", "fee_amount": Decimal(3000)} | terms
    session.add(Agreement(account_id=account.id, **told))
    session.flush()
    return account


@pytest.mark.parametrize(
    ("starts", "ends", "fee"),
    [
        (date(2026, 11, 16), None, "1500.00"),  # begins within the month
        (date(2026, 1, 1), date(2026, 11, 15), "1500.00"),  # ends within it
        (date(2026, 11, 10), date(2026, 11, 18), "900.00"),  # both
        (date(2026, 11, 30), date(2026, 11, 30), "100.00"),
        (date(2026, 1, 1), date(2026, 10, 31), None),  # before
        (date(2026, 12, 1), None, None),  # after
    ],
)
def test_a_month_is_billed_as_far_as_its_agreement_covers_it_though_nobody_worked(session, starts, ends, fee):
    account = globex(session, starts=starts, ends=ends, renews=False)
    review = billing.open_for(session, account, NOVEMBER, AFTER)
    if fee is None:
        assert review is None
        return
    assert billing.examined(session, review, AFTER).charges.net.amount == Decimal(fee)


def test_what_is_worked_where_nothing_is_agreed_any_more_is_found_and_holds_the_month_up(session, ticket):
    bought(session, starts=date(2026, 1, 1), ends=date(2026, 10, 31), renews=False)
    entry, ours = worked(session, ticket, 60), worked(session, ticket, 45, code=Code.INTERNAL)
    stands = billing.examined(session, reviewed(session), AFTER)
    assert (stands.charges.ended, stands.charges.lines) == (True, [])
    assert [one.entry.id for one in stands.open if one.finding is Finding.CODE] == [entry.id]
    assert ours.id


def an_invoice(session, ticket, minutes=60, **terms):
    """November's, with its number."""
    bought(session, type=AgreementType.TIME_AND_MATERIALS, **terms)
    entry = worked(session, ticket, minutes, code=Code.ADVISORY)
    (invoice,) = signed(session, reviewed(session))
    numbered(session, invoice)
    return invoice, entry


def numbered(session, invoice):
    for action in (InvoiceAction.REVIEW, InvoiceAction.APPROVE):
        invoices.act(session, invoice, action, by=person(session, "Eve"), now=AFTER, seen=invoice.version)


def from_december(session, **terms):
    told = {"type": AgreementType.TIME_AND_MATERIALS, "rate_amount": Decimal(150), "rate_currency": "EUR"} | terms
    made = Agreement(account_id=by_name(session, "Acme").id, starts=date(2026, 12, 1), **told)
    session.add(made)
    session.flush()
    return made


def test_what_is_given_back_has_the_tax_it_was_charged_with(session, ticket):
    """20 % in November, 25 % from December on."""
    invoice, entry = an_invoice(session, ticket, tax_rate=Decimal("0.2"))
    time.reverse(session, entry.id, by=person(session, "Bo"), now=AFTER)
    from_december(session, tax_rate=Decimal("0.25"))
    (note,) = signed(session, reviewed(session, DECEMBER, now=LATER), LATER)
    assert (note.kind, note.credits_id) == (InvoiceKind.CREDIT_NOTE, invoice.id)
    assert [str(one) for one in note.totals] == ["150.00 EUR", "30.00 EUR", "180.00 EUR"]


def test_an_invoice_is_due_by_the_terms_it_was_drafted_by(session, ticket):
    from_december(session, payment_days=60)
    invoice, _ = an_invoice(session, ticket, payment_days=30)
    assert (invoice.issue_date, invoice.due_date) == (date(2026, 12, 1), date(2026, 12, 31))


@pytest.mark.parametrize(("currency", "rate", "amount"), [("USD", "150", "112.50 USD"), ("JPY", "4999", "3,749 JPY")])
def test_an_invoice_is_in_its_agreements_currency_and_rounds_as_that_does(session, ticket, currency, rate, amount):
    invoice, _ = an_invoice(session, ticket, 45, rate_amount=Decimal(rate), rate_currency=currency)
    assert str(invoice.totals[0]) == amount
    assert {line.amount for line in invoices.lines_of(session, [invoice.id])[invoice.id]} == {invoice.net}
    assert session.scalar(select(Agreement.rate_currency).where(Agreement.id == invoice.agreement_id)) == currency
    assert MONDAY.date() < invoice.issue_date
