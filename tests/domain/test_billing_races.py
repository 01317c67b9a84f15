"""Time logged, months locked and numbers given at the same moment: nothing falls between, no gap, no double."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import select

from bot.domain import accounts, billing, invoices, people, provider, time
from bot.domain.agreements import AgreementType
from bot.domain.approvals import Approval
from bot.domain.billing import BillingReview, Fix, ReviewState
from bot.domain.codes import Code
from bot.domain.errors import Refused
from bot.domain.exports import invoices as exported
from bot.domain.invoices import BilledTime, Invoice, InvoiceAction
from bot.domain.tickets import Ticket
from bot.domain.time import TimeEntry
from bot.domain.time.write_offs import WriteOff
from tests.cast import by_name
from tests.domain.billed import AFTER, DECEMBER, LATER, NOVEMBER, bought, worked
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


def what_was_shown(sessions):
    with sessions.begin() as session:
        people.enter_as_system(session)
        return session.scalars(select(Approval.content_hash)).one()[:12]


def eve_signs(review_id, seen=None):
    def sign(session):
        eve = people.enter(session, "U0EVE")
        billing.sign(session, billing.visible_to(session, eve, review_id, lock=True), by=eve, now=AFTER, seen=seen)

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
    shown = what_was_shown(cast_sessions)

    def signs_too_late(session):
        with pytest.raises(Refused, match="Something changed since you saw it"):
            eve_signs(review_id, shown)(session)

    period, _ = one_waits_for_the_other(cast_sessions, cast_url, bo_logs(ticket_id), signs_too_late)
    assert period == date(2026, 11, 1)
    with cast_sessions.begin() as session:
        people.enter_as_system(session)
        assert session.scalars(select(BillingReview.state)).all() == [ReviewState.OPEN]
        assert session.scalars(select(BilledTime)).all() == []


def test_a_lock_looks_at_what_came_over_meanwhile(cast_sessions, cast_url):
    """An hour beyond the allowance was signed; then an hour came over from what was billed elsewhere."""
    with cast_sessions.begin() as session:
        people.enter_as_system(session)
        person(session, "Eve").roles = ["finance"]
        bought(session, included_minutes=60, overage_amount=Decimal(150))
        worked(session, file_a_ticket(session), 120)
        review = billing.open_for(session, by_name(session, "Acme"), NOVEMBER, AFTER)
        billing.sign(session, review, by=person(session, "Sam"), now=AFTER)
        review_id = review.id

    def comes_over(session):
        people.enter_as_system(session)
        accounts.lock(session, by_name(session, "Acme").id).billed_carry = 60
        session.flush()

    one_waits_for_the_other(cast_sessions, cast_url, comes_over, eve_signs(review_id))
    with cast_sessions.begin() as session:
        people.enter_as_system(session)
        assert session.scalars(select(BillingReview.state)).all() == [ReviewState.OPEN]
        assert session.scalars(select(Invoice)).all() == []


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


@pytest.fixture
def numbered(cast_sessions, month):
    """The invoice of that month, reviewed; who may name its number then does so."""
    with cast_sessions.begin() as session:
        people.enter_as_system(session)
        provider.get(session).billing = {"legal_name": "Steward Services Ltd"}
        eve_signs(month[1])(session)
        (invoice,) = session.scalars(select(Invoice))
        invoices.act(session, invoice, InvoiceAction.REVIEW, by=person(session, "Eve"), now=AFTER, seen=invoice.version)
        return invoice.id


def approves(number):
    def approve(session):
        eve = people.enter(session, "U0EVE")
        invoice = invoices.visible_to(session, eve, number, lock=True)
        try:
            invoices.act(session, invoice, InvoiceAction.APPROVE, by=eve, now=AFTER, seen=2)
        except Refused as refused:
            return str(refused)
        return invoice.number

    return approve


def test_two_who_approve_an_invoice_at_once_give_it_one_number(cast_sessions, cast_url, numbered):
    told = one_waits_for_the_other(cast_sessions, cast_url, approves(numbered), approves(numbered))
    assert told == ("INV-2026-0001", "INV-2026-0001 changed meanwhile. Open it again with /review invoices.")


@pytest.fixture
def shorter(cast_sessions, month):
    """November's invoice of 150 EUR has its number, its hour is none, and Sam has signed December."""
    with cast_sessions.begin() as session:
        people.enter_as_system(session)
        provider.get(session).billing = {"legal_name": "Steward Services Ltd"}
        eve_signs(month[1])(session)
        (invoice,) = session.scalars(select(Invoice))
        moves(session, invoice, InvoiceAction.REVIEW, InvoiceAction.APPROVE)
        entry = session.scalars(select(TimeEntry)).one()
        time.reverse(session, entry.id, by=person(session, "Bo"), now=AFTER, reason="none of it")
        review = billing.open_for(session, by_name(session, "Acme"), DECEMBER, LATER)
        billing.sign(session, review, by=person(session, "Sam"), now=LATER)
        return invoice.id, review.id


def moves(session, invoice, *actions):
    for action in actions:
        invoices.act(session, invoice, action, by=person(session, "Eve"), now=AFTER, seen=invoice.version)


def eve_gives(number):
    def give(session):
        eve = people.enter(session, "U0EVE")
        invoice = invoices.visible_to(session, eve, number, lock=True)
        try:
            invoices.credit(session, invoice, {1: Decimal(100)}, "We were slow", by=eve, now=LATER)
        except Refused as refused:
            return str(refused)
        return ""

    return give


def eve_signs_december(number):
    def sign(session):
        eve = people.enter(session, "U0EVE")
        try:
            billing.sign(session, billing.visible_to(session, eve, number, lock=True), by=eve, now=LATER)
        except Refused as refused:
            return str(refused)
        return ""

    return sign


@pytest.mark.parametrize("is_signed_first", [True, False])
def test_by_hand_and_by_a_review_at_once_no_more_is_given_back_than_was_asked_for(
    cast_sessions, cast_url, shorter, is_signed_first
):
    invoice_id, review_id = shorter
    steps = [eve_signs_december(review_id), eve_gives(invoice_id)]
    told = one_waits_for_the_other(cast_sessions, cast_url, *(steps if is_signed_first else reversed(steps)))
    assert told[0] == ""
    assert not is_signed_first or told[1].startswith("At most 0.00 EUR of")
    with cast_sessions.begin() as session:
        people.enter_as_system(session)
        given = [one.net for one in invoices.credited_by(session, invoice_id)]
        assert given == ([150] if is_signed_first else [100])


def test_two_who_export_at_once_mark_it_once(cast_sessions, cast_url, numbered):
    with cast_sessions.begin() as session:
        approves(numbered)(session)

    def marks(session):
        people.enter_as_system(session)
        return exported.mark(session, list(session.scalars(select(Invoice))), AFTER)

    assert one_waits_for_the_other(cast_sessions, cast_url, marks, marks) == (1, 0)


def test_what_its_author_puts_right_in_that_moment_is_not_written_off(cast_sessions, cast_url, month):
    ticket_id, review_id = month
    with cast_sessions.begin() as session:
        people.enter_as_system(session)
        long = worked(session, session.get_one(Ticket, ticket_id), 500).id
        (key,) = [one.key for one in billing.examined(session, session.get_one(BillingReview, review_id), AFTER).open]

    def puts_right(session):
        bo = people.enter(session, "U0BO")
        entry = session.get_one(TimeEntry, long)
        return time.correct(
            session, long, session.get_one(Ticket, ticket_id), by=bo, minutes=50, work_date=entry.work_date,
            category=entry.category, code=entry.code, note=entry.note, reason="a slip", now=AFTER, today=AFTER.date(),
        ).id  # fmt: skip

    def writes_off(session):
        eve = people.enter(session, "U0EVE")
        review = billing.visible_to(session, eve, review_id, lock=True)
        with pytest.raises(Refused, match="put right meanwhile"):
            billing.fix(session, review, key, Fix.WRITE_OFF, by=eve, now=AFTER, reason="Nobody works that long")

    one_waits_for_the_other(cast_sessions, cast_url, puts_right, writes_off)
    with cast_sessions.begin() as session:
        people.enter_as_system(session)
        assert session.scalars(select(WriteOff)).all() == []
