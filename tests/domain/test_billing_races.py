"""Time logged, months locked and numbers given at the same moment: nothing falls between, no gap, no double."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest
from sqlalchemy import select

from bot.domain import billing, invoices, people
from bot.domain.agreements import AgreementType
from bot.domain.billing import BillingReview, ReviewState
from bot.domain.codes import Code
from bot.domain.errors import Refused
from bot.domain.invoices import BilledTime, Invoice, InvoiceAction
from bot.domain.tickets import Ticket
from bot.domain.time import TimeEntry
from tests.cast import by_name
from tests.domain.billed import AFTER, NOVEMBER, bought, worked
from tests.domain.desk import file_a_ticket, one_waits_for_the_other, person

MOST = 8


@pytest.fixture
def month(cast_sessions):
    """Acme's November, signed by Sam; Eve is in finance."""
    with cast_sessions.begin() as session:
        people.enter_as_system(session)
        person(session, "Eve").roles = ["finance"]
        bought(session, type=AgreementType.TIME_AND_MATERIALS)
        ticket = file_a_ticket(session)
        worked(session, ticket, 60)
        review = billing.open_for(session, by_name(session, "Acme"), NOVEMBER, AFTER)
        billing.sign(session, review, by=person(session, "Sam"), now=AFTER)
        return ticket.id, review.id


def eve_signs(review_id):
    def sign(session):
        eve = people.enter(session, "U0EVE")
        billing.sign(session, billing.visible_to(session, eve, review_id, lock=True), by=eve, now=AFTER)

    return sign


def bo_logs(ticket_id):
    def log(session):
        people.enter(session, "U0BO")
        ticket = session.get(Ticket, ticket_id)
        return worked(session, ticket, 30, code=Code.INCLUDED, now=AFTER).period

    return log


def test_an_entry_that_comes_while_a_month_is_locked_counts_in_the_next(cast_sessions, cast_url, month):
    ticket_id, review_id = month
    _, period = one_waits_for_the_other(cast_sessions, cast_url, eve_signs(review_id), bo_logs(ticket_id))
    assert period == date(2026, 12, 1)
    with cast_sessions.begin() as session:
        people.enter_as_system(session)
        (invoice,) = session.scalars(select(Invoice))
        assert invoice.net == 150


def test_a_lock_waits_for_an_entry_under_way_and_is_not_what_was_signed_then(cast_sessions, cast_url, month):
    ticket_id, review_id = month

    def signs_too_late(session):
        with pytest.raises(Refused, match="was logged while you signed"):
            eve_signs(review_id)(session)

    period, _ = one_waits_for_the_other(cast_sessions, cast_url, bo_logs(ticket_id), signs_too_late)
    assert period == date(2026, 11, 1)
    with cast_sessions.begin() as session:
        people.enter_as_system(session)
        assert session.scalars(select(BillingReview.state)).all() == [ReviewState.OPEN]
        assert session.scalars(select(BilledTime)).all() == []


def test_two_who_sign_at_once_lock_it_once(cast_sessions, month):
    _, review_id = month
    refused = []

    def sign(_):
        try:
            with cast_sessions.begin() as session:
                eve_signs(review_id)(session)
        except Refused as refusal:
            refused.append(str(refusal))

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(sign, range(4)))
    assert len(refused) == 3
    with cast_sessions.begin() as session:
        people.enter_as_system(session)
        assert len(session.scalars(select(Invoice)).all()) == 1


def test_invoices_that_are_approved_at_once_get_numbers_without_a_gap(cast_sessions, month):
    with cast_sessions.begin() as session:
        people.enter_as_system(session)
        account = by_name(session, "Acme")
        for _ in range(MOST):
            invoice = Invoice(
                account_id=account.id, month=NOVEMBER.first, kind=invoices.InvoiceKind.INVOICE, currency="EUR",
                made_at=AFTER, state=invoices.InvoiceState.REVIEWED,
            )  # fmt: skip
            session.add(invoice)
        session.flush()
        numbers = list(session.scalars(select(Invoice.id)))

    def approve(number):
        with cast_sessions() as session:
            eve = people.enter(session, "U0EVE")
            invoice = invoices.visible_to(session, eve, number, lock=True)
            invoices.act(session, invoice, InvoiceAction.APPROVE, by=eve, now=AFTER, seen=invoice.version)
            if number == numbers[2]:
                session.rollback()  # one that fails gives its number back
            else:
                session.commit()

    with ThreadPoolExecutor(MOST) as pool:
        list(pool.map(approve, numbers))
    with cast_sessions.begin() as session:
        people.enter_as_system(session)
        given = sorted(one for one in session.scalars(select(Invoice.sequence)) if one)
        assert given == list(range(1, MOST))
        assert session.scalars(select(TimeEntry.id)).all()
