"""What a month costs, and the invoices that ask for it: each minute once, as agreed, as far as it is approved."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from bot.domain import billing, invoices, time
from bot.domain.agreements import AgreementType
from bot.domain.codes import Category, Code
from bot.domain.errors import Refused
from bot.domain.invoices import BilledTime, InvoiceAction, InvoiceKind, InvoiceState
from bot.domain.money import Money
from bot.domain.routing import RequestType
from bot.domain.workflow import CloseReason, Status
from tests.cast import by_name
from tests.domain.billed import (
    AFTER,
    DECEMBER,
    LATER,
    NOVEMBER,
    answers,
    bought,
    quoted,
    reviewed,
    signed,
    worked,
)
from tests.domain.desk import MONDAY, file_a_ticket, person

pytestmark = pytest.mark.usefixtures("finance")

TUESDAY = MONDAY.date() + timedelta(days=1)


@pytest.fixture
def ticket(session, who):
    return file_a_ticket(session, status=Status.TRIAGE, assignee_id=who("Bo"), related_system="Salesforce")


def costs(session, account="Acme", month=NOVEMBER, agreement=None):
    found = by_name(session, account)
    return invoices.of(session, found, month, agreement or bought(session, account))


def lines(charges) -> list[tuple[str, str, str]]:
    return [(line.code, f"{line.quantity.normalize():f}", str(line.amount)) for line in charges.lines]


def test_a_retainer_costs_its_fee_and_the_hours_beyond_its_allowance(session, ticket):
    terms = bought(session, included_minutes=120, fee_amount=Decimal(3000), overage_amount=Decimal(175))
    worked(session, ticket, 100)
    assert lines(costs(session, agreement=terms)) == [("fee", "1", "3,000.00 EUR")]
    worked(session, ticket, 95, day=TUESDAY)
    charges = costs(session, agreement=terms)
    # 100 and 95 minutes are 105 and 105 by the quarter of an hour, each day of the ticket.
    assert lines(charges) == [("fee", "1", "3,000.00 EUR"), ("overage", "1.5", "262.50 EUR")]
    assert (charges.allowance.used, charges.allowance.overage) == (210, 90)


def test_time_and_materials_charge_every_hour_by_code_and_by_who_worked(session, ticket):
    terms = bought(
        session, type=AgreementType.TIME_AND_MATERIALS,
        rates=[
            {"code": "advisory", "role": None, "amount": "210"},
            {"code": "included", "role": "lead", "amount": "190"},
        ],
    )  # fmt: skip
    worked(session, ticket, 60)
    worked(session, ticket, 60, by="Maya")
    worked(session, ticket, 105, code=Code.ADVISORY)
    worked(session, ticket, 45, code=Code.INTERNAL, category=Category.PROCESS_IMPROVEMENT)
    charges = costs(session, agreement=terms)
    assert lines(charges) == [
        ("included", "1", "190.00 EUR"), ("included", "1", "150.00 EUR"), ("advisory", "1.75", "367.50 EUR"),
    ]  # fmt: skip
    assert str(charges.net) == "707.50 EUR"


def test_a_fixed_price_includes_the_work_and_neither_advice_nor_what_is_outside(session, ticket):
    terms = bought(session, type=AgreementType.FIXED, fee_amount=Decimal(2000))
    worked(session, ticket, 600)
    worked(session, ticket, 60, code=Code.ADVISORY)
    worked(session, ticket, 60, code=Code.OUT_OF_SCOPE)
    charges = costs(session, agreement=terms)
    assert lines(charges) == [("fee", "1", "2,000.00 EUR"), ("advisory", "1", "150.00 EUR")]
    assert [one.minutes for one in charges.waiting] == [60]


def test_usage_has_a_price_per_ticket_of_a_type_and_what_was_no_work_is_free(session, who):
    terms = bought(session, type=AgreementType.USAGE, prices=[{"type": "question", "amount": "40"}])
    known = [file_a_ticket(session) for _ in range(3)]
    file_a_ticket(session, request_type=RequestType.INCIDENT)
    file_a_ticket(session, status=Status.CLOSED, close_reason=CloseReason.DUPLICATE)
    charges = costs(session, agreement=terms)
    assert lines(charges) == [("usage", "3", "120.00 EUR")]
    assert charges.lines[0].tickets == [one.id for one in known]


def test_out_of_scope_is_charged_at_the_quoted_price_as_far_as_it_is_approved(session, ticket):
    terms = bought(session, included_minutes=600, excluded=["Salesforce"], rate_amount=Decimal(160))
    early = worked(session, ticket, 60, code=Code.OUT_OF_SCOPE)
    quote = quoted(session, ticket, 120)
    assert lines(costs(session, agreement=terms)) == []
    answers(session, quote)
    inside, over = worked(session, ticket, 60), worked(session, ticket, 30)
    charges = costs(session, agreement=terms)
    assert lines(charges) == [("out_of_scope", "2", "320.00 EUR")]
    assert charges.lines[0].entries == [early.id, inside.id]
    assert charges.lines[0].decisions == [quote.decision_id]
    assert [one.id for one in charges.waiting] == [over.id]


def test_what_is_approved_after_its_month_was_billed_is_charged_in_the_next(session, ticket):
    bought(session, included_minutes=600, excluded=["Salesforce"], rate_amount=Decimal(160))
    worked(session, ticket, 60, code=Code.OUT_OF_SCOPE)
    quote = quoted(session, ticket, 120)
    assert signed(session, reviewed(session)) == []
    answers(session, quote, now=AFTER + timedelta(days=1))
    (invoice,) = signed(session, reviewed(session, DECEMBER, now=LATER), LATER)
    assert (invoice.net, invoice.month) == (Decimal(160), date(2026, 12, 1))


def test_what_was_taken_back_costs_nothing_and_a_correction_costs_what_it_says(session, ticket):
    """BIL-16: 90 minutes included were 60 out of scope; the minutes of the first are nothing."""
    terms = bought(session, type=AgreementType.TIME_AND_MATERIALS)
    entry, gone = worked(session, ticket, 90), worked(session, ticket, 45)
    time.reverse(session, gone.id, by=person(session, "Bo"), now=MONDAY)
    time.correct(
        session, entry.id, ticket, by=person(session, "Bo"), minutes=60, work_date=MONDAY.date(),
        category=Category.TICKET_RESOLUTION, code=Code.OUT_OF_SCOPE, note="rebuilt it", reason="wrong code", now=MONDAY,
        today=MONDAY.date(),
    )  # fmt: skip
    charges = costs(session, agreement=terms)
    assert lines(charges) == []
    assert [one.minutes for one in charges.waiting] == [60]


def test_time_that_is_written_off_stays_off(session, ticket):
    terms = bought(session, type=AgreementType.TIME_AND_MATERIALS)
    kept, off = worked(session, ticket, 60), worked(session, ticket, 60, day=TUESDAY)
    billing.write_off(session, off.id, off.account_id, "Our own mistake", by=person(session, "Sam"), now=AFTER)
    assert costs(session, agreement=terms).lines[0].entries == [kept.id]


def test_one_currency_and_no_float(session, ticket):
    with pytest.raises(TypeError, match="never a float"):
        Money(1.5, "EUR")
    with pytest.raises(ValueError, match="do not add up"):
        Money(Decimal(1), "EUR") + Money(Decimal(1), "JPY")


def an_invoice(session, ticket, minutes=105, code=Code.ADVISORY, tax="0.2", rate="210"):
    bought(session, type=AgreementType.TIME_AND_MATERIALS, rate_amount=Decimal(rate), tax_rate=Decimal(tax))
    worked(session, ticket, minutes, code=code)
    (invoice,) = signed(session, reviewed(session))
    return invoice


def moves(session, invoice, *actions, by="Eve", now=AFTER):
    for action in actions:
        invoices.act(session, invoice, action, by=person(session, by), now=now, seen=invoice.version)


def test_an_invoice_gets_its_number_when_it_is_approved_and_is_fixed_from_then_on(session, ticket, everything):
    invoice = an_invoice(session, ticket)
    assert (invoice.state, invoice.number, invoice.key) == (InvoiceState.DRAFT, None, f"Draft {invoice.id}")
    assert [str(one) for one in invoice.totals] == ["367.50 EUR", "73.50 EUR", "441.00 EUR"]
    before = everything()
    with pytest.raises(Refused, match="is draft"):
        moves(session, invoice, InvoiceAction.APPROVE)
    with pytest.raises(Refused, match="finance"):
        moves(session, invoice, InvoiceAction.REVIEW, by="Sam")
    assert everything() == before
    moves(session, invoice, InvoiceAction.REVIEW, InvoiceAction.BACK, InvoiceAction.REVIEW, InvoiceAction.APPROVE)
    assert (invoice.number, invoice.issue_date, invoice.due_date) == (
        "INV-2026-0001", date(2026, 12, 1), date(2026, 12, 15),
    )  # fmt: skip
    moves(session, invoice, InvoiceAction.EXPORT)
    assert invoice.state is InvoiceState.EXPORTED


ANOTHER_LINE = (
    "insert into invoice_line (account_id, invoice_id, position, code, description, quantity, unit, unit_price, amount,"
    " tax_rate) select account_id, id, 9, 'fee', 'more', 1, 'month', 1, 1, 0 from invoice"
)


@pytest.mark.parametrize("sql", [
    "update invoice set total = 1", "update invoice set number = 'INV-2026-0009'", "update invoice_line set amount = 1",
    "update invoice set issue_date = '2027-01-01'", "delete from invoice_line",
    ANOTHER_LINE,
])  # fmt: skip
def test_the_database_holds_a_numbered_invoice_to_what_it_says(session, ticket, sql):
    invoice = an_invoice(session, ticket)
    moves(session, invoice, InvoiceAction.REVIEW, InvoiceAction.APPROVE)
    with pytest.raises(DBAPIError, match=r"does not change|permission denied"):
        session.execute(text(sql))


def test_an_hour_less_after_it_was_billed_is_a_credit_note(session, ticket):
    """BIL-17: advisory 1.75 h becomes 1.25 h at 210, tax 20 %."""
    invoice = an_invoice(session, ticket)
    moves(session, invoice, InvoiceAction.REVIEW, InvoiceAction.APPROVE, InvoiceAction.EXPORT)
    (entry,) = session.scalars(select(time.TimeEntry).where(time.TimeEntry.code == Code.ADVISORY))
    time.correct(
        session, entry.id, ticket, by=person(session, "Bo"), minutes=75, work_date=entry.work_date,
        category=entry.category, code=Code.ADVISORY, note=entry.note, reason="it was less", now=AFTER,
        today=AFTER.date(),
    )  # fmt: skip
    (note,) = signed(session, reviewed(session, DECEMBER, now=LATER), LATER)
    assert (note.kind, note.credits_id) == (InvoiceKind.CREDIT_NOTE, invoice.id)
    assert [str(one) for one in note.totals] == ["105.00 EUR", "21.00 EUR", "126.00 EUR"]
    assert (invoice.state, invoice.total) == (InvoiceState.EXPORTED, Decimal(441))


def test_a_credit_note_waits_for_the_number_of_what_it_credits(session, ticket, everything):
    invoice = an_invoice(session, ticket)
    (entry,) = session.scalars(select(time.TimeEntry).where(time.TimeEntry.code == Code.ADVISORY))
    time.reverse(session, entry.id, by=person(session, "Bo"), now=AFTER)
    (note,) = signed(session, reviewed(session, DECEMBER, now=LATER), LATER)
    moves(session, note, InvoiceAction.REVIEW)
    before = everything()
    with pytest.raises(Refused, match="has no number yet"):
        moves(session, note, InvoiceAction.APPROVE)
    assert everything() == before
    moves(session, invoice, InvoiceAction.REVIEW, InvoiceAction.APPROVE)
    moves(session, note, InvoiceAction.APPROVE)
    assert (note.number, invoice.state) == ("INV-2026-0002", InvoiceState.CREDITED)


def test_an_hour_more_after_it_was_billed_stands_on_the_next_invoice(session, ticket):
    invoice = an_invoice(session, ticket)
    moves(session, invoice, InvoiceAction.REVIEW, InvoiceAction.APPROVE)
    (entry,) = session.scalars(select(time.TimeEntry).where(time.TimeEntry.code == Code.ADVISORY))
    time.correct(
        session, entry.id, ticket, by=person(session, "Bo"), minutes=135, work_date=entry.work_date,
        category=entry.category, code=Code.ADVISORY, note=entry.note, reason="it was more", now=AFTER,
        today=AFTER.date(),
    )  # fmt: skip
    (more,) = signed(session, reviewed(session, DECEMBER, now=LATER), LATER)
    (line,) = invoices.lines_of(session, [more.id])[more.id]
    assert (more.kind, line.quantity, str(more.totals[0])) == (InvoiceKind.INVOICE, Decimal("0.5"), "105.00 EUR")
    assert "correction of November 2026" in line.description


def test_finance_gives_back_what_of_a_line_it_says_and_no_more_than_there_is(session, ticket, everything):
    invoice = an_invoice(session, ticket)
    moves(session, invoice, InvoiceAction.REVIEW, InvoiceAction.APPROVE)
    give = lambda amount, reason="We were slow", by="Eve": invoices.credit(  # noqa: E731
        session, invoice, {1: Decimal(amount)}, reason, by=person(session, by), now=AFTER
    )
    before = everything()
    for amount, reason, by, told in [
        ("0", "We were slow", "Eve", "at least one line"), ("-1", "We were slow", "Eve", "At most"),
        ("400", "We were slow", "Eve", "At most 367.50 EUR"), ("10", "", "Eve", "Say why"),
        ("10", "We were slow", "Sam", "finance"),
    ]:  # fmt: skip
        with pytest.raises(Refused, match=told):
            give(amount, reason, by)
    assert everything() == before
    part = give("100")
    moves(session, part, InvoiceAction.REVIEW, InvoiceAction.APPROVE)
    assert (part.number, invoice.state) == ("INV-2026-0002", InvoiceState.APPROVED)
    rest = give("267.5")
    moves(session, rest, InvoiceAction.REVIEW, InvoiceAction.APPROVE)
    assert invoice.state is InvoiceState.CREDITED
    with pytest.raises(Refused, match="Only an invoice with a number"):
        give("1")


def test_no_entry_is_charged_twice_whatever_is_signed_again(session, ticket):
    an_invoice(session, ticket)
    assert signed(session, reviewed(session, DECEMBER, now=LATER), LATER) == []
    assert len(session.scalars(select(BilledTime)).all()) == 1


CATEGORY = {Code.INTERNAL: Category.PROCESS_IMPROVEMENT}
ENTRY = st.tuples(
    st.integers(1, 300), st.sampled_from([Code.INCLUDED, Code.ADVISORY, Code.INTERNAL]), st.integers(2, 20),
    st.sampled_from(["kept", "taken back", "corrected"]),
)  # fmt: skip


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    entries=st.lists(ENTRY, min_size=1, max_size=8, unique_by=lambda entry: entry[2]), unit=st.sampled_from([1, 6, 15]),
    scope=st.sampled_from(["entry", "ticket_day", "invoice_line"]),
    mode=st.sampled_from(["none", "up", "down", "closest"]),
)  # fmt: skip
def test_no_minute_is_lost_or_charged_twice(session, ticket, entries, unit, scope, mode):
    """Through corrections before and after the month was billed: what is charged is what stands."""
    with session.begin_nested() as step:
        rounding = {"unit": unit, "mode": mode, "scope": scope}
        bought(session, type=AgreementType.TIME_AND_MATERIALS, rounding=rounding)
        made = [
            worked(session, ticket, minutes, code=code, day=date(2026, 11, day), category=CATEGORY.get(code))
            for minutes, code, day, _ in entries
        ]
        invoiced = signed(session, reviewed(session))
        for entry, (minutes, *_, fate) in zip(made, entries, strict=True):
            if fate == "taken back":
                time.reverse(session, entry.id, by=person(session, "Bo"), now=AFTER)
            elif fate == "corrected":
                time.correct(
                    session, entry.id, ticket, by=person(session, "Bo"), minutes=max(1, 300 - minutes),
                    work_date=entry.work_date, category=entry.category, code=entry.code, note="other words",
                    reason="again", now=AFTER, today=AFTER.date(),
                )  # fmt: skip
        invoiced += signed(session, reviewed(session, DECEMBER, now=LATER), LATER)
        standing = select(time.TimeEntry).where(
            time.TimeEntry.ticket_id == ticket.id, time.TimeEntry.code != Code.INTERNAL,
            time.TimeEntry.reverses_id.is_(None),
        )  # fmt: skip
        gone = {one for one in session.scalars(select(time.TimeEntry.reverses_id)) if one}
        stands = sum(one.minutes for one in session.scalars(standing) if one.id not in gone)
        charged = 0
        for invoice in invoiced:
            sign = 1 if invoice.kind is InvoiceKind.INVOICE else -1
            told = invoices.lines_of(session, [invoice.id])[invoice.id]
            charged += sign * sum(line.billed_minutes for line in told)
            assert invoice.net == sum((line.amount for line in told), Decimal(0))
        if mode == "none" or unit == 1:
            assert charged == stands
        if not stands:
            assert charged == 0
        step.rollback()
