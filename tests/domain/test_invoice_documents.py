"""Stored invoices as documents and as files: they add up to what was approved, the same bytes each time."""

import zipfile
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select, text

from bot.domain import invoices, provider, time
from bot.domain.agreements import AgreementType
from bot.domain.codes import Code
from bot.domain.errors import Refused
from bot.domain.events import Event
from bot.domain.events import Kind as EventKind
from bot.domain.exports import invoices as exported
from bot.domain.exports import sending
from bot.domain.exports.changes import Wanted
from bot.domain.invoices import Invoice, InvoiceAction, InvoiceLine, InvoiceSeries, InvoiceState
from bot.domain.invoices.documents import _multiplied, document, documents, numbered, party, to_export
from bot.domain.invoicing.document import LONGEST_CELL, Kind, Line, TaxCategory, Unit
from bot.domain.money import rounded
from bot.domain.workflow import Status
from tests.cast import by_name
from tests.domain.billed import AFTER, DECEMBER, LATER, NOVEMBER, TODAY, bought, project_of, reviewed, signed, worked
from tests.domain.desk import file_a_ticket, person

SELLER = {
    "legal_name": "Steward Services Ltd", "address": ["1 High Street"], "city": "London", "postal_code": "N1 9GU",
    "country": "GB", "vat_id": "GB123456789", "registration": "0123", "email": "bills@steward.example",
    "endpoint": "0088:5790000435944", "iban": "GB82 WEST 1234 5698 7654 32", "bic": "WESTGB2L",
    "xero": {"default": "200"}, "xero_tax": "20% (VAT on Income)",
}  # fmt: skip
BUYER = {"legal_name": "Acme GmbH", "city": "Berlin", "country": "DE", "vat_id": "DE136695976", "reference": "PO-7",
         "endpoint": "9930:DE136695976"}  # fmt: skip


@pytest.fixture
def approved(session, who) -> Invoice:
    """Acme’s November: 100 minutes by the ten of them, at 149.99 EUR and 19 % tax; its number is given."""
    who("Eve").roles = ["engineer", "finance"]
    provider.get(session).billing = SELLER
    by_name(session, "Acme").billing = BUYER
    bought(session, type=AgreementType.TIME_AND_MATERIALS, rate_amount=Decimal("149.99"), tax_rate=Decimal("0.19"),
           rounding={"unit": 10, "mode": "up", "scope": "entry"})  # fmt: skip
    ticket = file_a_ticket(session, status=Status.TRIAGE, assignee_id=who("Bo"))
    worked(session, ticket, 92, code=Code.ADVISORY)
    (invoice,) = signed(session, reviewed(session))
    for action in (InvoiceAction.REVIEW, InvoiceAction.APPROVE):
        invoices.act(session, invoice, action, by=person(session, "Eve"), now=AFTER, seen=invoice.version)
    return invoice


def test_a_document_says_what_was_approved(session, approved):
    (made,) = documents(session, [approved])
    assert made.series == approved.series == "INV-2026"
    assert (made.number, made.kind, made.issued, made.due) == (
        "INV-2026-0001", Kind.INVOICE, date(2026, 12, 1), date(2026, 12, 15),
    )  # fmt: skip
    assert (made.totals.net, made.totals.tax, made.totals.payable) == (approved.net, approved.tax, approved.total)
    assert (made.seller.legal_name, made.buyer.name, made.buyer.legal_name) == (
        "Steward Services Ltd", "Acme", "Acme GmbH",
    )  # fmt: skip
    assert (made.buyer_reference, made.terms_days, made.period) == (
        "PO-7", 14, (NOVEMBER.first, NOVEMBER.last),
    )  # fmt: skip
    (line,) = made.lines
    assert (line.unit, line.tax, line.rate, line.code) == (Unit.HOUR, TaxCategory.STANDARD, Decimal("0.19"), "advisory")
    assert line.tickets[0].startswith("T-")


def test_a_line_says_what_its_time_went_into(session, who):
    """Tickets by their titles, as they were then; a private one without; and what is on no ticket by its note."""
    who("Eve").roles = ["engineer", "finance"]
    bought(session, type=AgreementType.TIME_AND_MATERIALS)
    search = file_a_ticket(session, title="Search is empty", status=Status.TRIAGE, assignee_id=who("Bo"))
    hidden = file_a_ticket(session, title="Who may see salaries", private=True, status=Status.TRIAGE)
    worked(session, search, 45)
    worked(session, search, 30)
    worked(session, hidden, 15)
    worked(session, by_name(session, "Acme"), 20, note="Went through the roadmap with Cleo")
    review = reviewed(session)
    (invoice,) = signed(session, review)
    search.title = "Another title"
    session.flush()
    (line,) = documents(session, [invoice])[0].lines
    assert line.work == (
        f"T-{search.id} Search is empty (1h 15m)", f"T-{hidden.id} Private request (15m)",
        "Went through the roadmap with Cleo (20m)",
    )  # fmt: skip
    assert line.worked_minutes == 110
    assert line.described == "Support: " + "; ".join(line.work)


def test_each_line_names_its_own_work_by_days_a_projects_none_and_what_is_given_back_the_same(session, who):
    who("Eve").roles = ["engineer", "finance"]
    bought(session, type=AgreementType.TIME_AND_MATERIALS)
    acme, search = by_name(session, "Acme"), file_a_ticket(session, title="Search is empty", status=Status.TRIAGE)
    entries = [
        worked(session, search, 45),
        worked(session, search, 30, code=Code.ADVISORY),
        worked(session, acme, 20, note="Went through the roadmap", code=Code.INCLUDED),
        worked(session, acme, 25, note="Advised on next year’s budget", code=Code.ADVISORY),
        worked(session, acme, 10, note="Read the contract draft", code=Code.INCLUDED, day=TODAY - timedelta(days=3)),
        worked(session, project_of(session, 600), 60),
    ]
    (invoice,) = signed(session, reviewed(session))
    told = [
        (f"T-{search.id} Search is empty (45m)", "Read the contract draft (10m)", "Went through the roadmap (20m)"),
        (),
        (f"T-{search.id} Search is empty (30m)", "Advised on next year’s budget (25m)"),
    ]
    assert [line.work for line in documents(session, [invoice])[0].lines] == told
    for action in (InvoiceAction.REVIEW, InvoiceAction.APPROVE):
        invoices.act(session, invoice, action, by=person(session, "Eve"), now=AFTER, seen=invoice.version)
    for entry in entries:
        time.reverse(session, entry.id, by=person(session, "Bo"), now=AFTER)
    (note,) = signed(session, reviewed(session, DECEMBER, now=LATER), LATER)
    assert {line.work for line in documents(session, [note])[0].lines} == set(told)


def test_too_many_words_for_a_cell_are_the_tickets_keys():
    few = Line(position=1, description="Support", quantity=Decimal(1), unit_price=Decimal(1), tickets=("T-1", "T-2"),
               work=("T-1 Search", "T-2 Routing (5m)"))  # fmt: skip
    assert few.described == "Support: T-1 Search; T-2 Routing (5m)"
    assert replace(few, work=("x" * LONGEST_CELL,)).itemised == "x" * LONGEST_CELL
    assert replace(few, work=("x" * LONGEST_CELL, "y")).described == "Support: T-1, T-2"
    assert replace(few, work=()).described == "Support: T-1, T-2"


def test_what_is_credited_by_hand_in_part_names_the_work_without_its_time(session, approved):
    note = invoices.credit(session, approved, {1: Decimal(10)}, "Ours", by=person(session, "Eve"), now=AFTER)
    (line,) = documents(session, [note])[0].lines
    assert line.work == (f"{line.tickets[0]} How do macros work?",)
    left = invoices.credit(
        session, approved, {1: approved.net - 10}, "Ours", by=person(session, "Eve"), now=AFTER
    )  # fmt: skip
    assert documents(session, [left])[0].lines[0].work == line.work


def test_where_one_is_a_draft_all_of_them_are_for_peoples_eyes_only(session, approved):
    note = invoices.credit(session, approved, {1: Decimal(10)}, "Ours", by=person(session, "Eve"), now=AFTER)
    assert sending.formats_of([approved]) == [exported.PDF, *exported.FORMATS]
    assert sending.formats_of([approved, note]) == sending.formats_of([note]) == [exported.PDF]


def test_files_of_several_stand_in_the_order_of_their_numbers_and_belong_to_no_one_account(session, approved, who):
    note = invoices.credit(session, approved, {1: Decimal(10)}, "Ours", by=who("Eve"), now=AFTER)
    moves = [(note, InvoiceAction.REVIEW), (note, InvoiceAction.APPROVE), (approved, InvoiceAction.EXPORT)]
    for one, action in moves:
        invoices.act(session, one, action, by=who("Eve"), now=AFTER, seen=one.version)
    with pytest.raises(Refused, match="may see rates and invoices"):
        sending.send(session, [approved], exported.PDF, to=who("Bo"), now=AFTER)
    with pytest.raises(Refused, match="finance"):
        exported.mark(session, [note], AFTER, by=who("Bo"))
    for found, whose in (([approved], approved.account_id), ([note, approved], None)):
        sending.send(session, found, exported.PDF, to=who("Eve"), now=AFTER)
        told = session.scalars(select(Event).order_by(Event.id.desc()).limit(1)).one()
        assert (told.kind, told.account_id) == (EventKind.INVOICE_FILE_ASKED, whose)
    for plan in ("indexscan", "bitmapscan", "indexonlyscan"):  # an index would have them in order by chance
        session.execute(text(f"set local enable_{plan} = off"))
    assert sending.asked(session, told.id).invoices == [approved, note]


def test_a_credit_note_names_what_it_credits(session, approved):
    note = invoices.credit(session, approved, {1: Decimal(10)}, "Ours", by=person(session, "Eve"), now=AFTER)
    (made,) = documents(session, [note])
    assert (made.kind, made.number, made.note) == (Kind.CREDIT_NOTE, None, "Ours")
    assert made.preceding is not None
    assert made.preceding.number == approved.number
    assert made.totals.payable == note.total


@given(
    minutes=st.integers(1, 60_000),
    rate=st.decimals("0.01", "2000", places=2),
    currency=st.sampled_from(["EUR", "JPY", "KWD"]),
)
def test_whatever_was_charged_a_document_multiplies_to_the_same_amount(minutes: int, rate: Decimal, currency: str):
    exact = Decimal(minutes) / 60
    amount = rounded(exact * rate, currency)
    stored = InvoiceLine(
        account_id=1, invoice_id=1, position=1, code="advisory", description="", quantity=round(exact, 4), unit="hour",
        unit_price=rate, amount=amount, tax_rate=Decimal(0),
    )  # fmt: skip
    quantity, price = _multiplied(stored, currency)
    assert rounded(quantity * price, currency) == amount
    assert (quantity, price) == (exact, rate)


def test_what_its_digits_do_not_multiply_to_is_one_of_the_amount():
    """A third of a month at 1000 EUR: four digits of it would be three cents off."""
    stored = InvoiceLine(
        account_id=1, invoice_id=1, position=1, code="fee", description="", quantity=Decimal("0.3333"), unit="month",
        unit_price=Decimal(1000), amount=Decimal("333.33"), tax_rate=Decimal(0),
    )  # fmt: skip
    assert _multiplied(stored, "EUR") == (1, Decimal("333.33"))


def test_without_a_vat_number_nothing_is_taxed_and_an_address_in_peppol_has_its_scheme(session, approved):
    made = party({"legal_name": "We", "endpoint": "0088:5790000435944"})
    assert (made.name, made.endpoint, made.endpoint_scheme) == ("We", "5790000435944", "0088")
    assert party({}).endpoint_scheme == ""


NAMES = {
    "csv": ["invoices.csv"], "xero": ["xero-1.csv"], "quickbooks": ["quickbooks-1.csv"], "ubl": ["INV-2026-0001.xml"],
}  # fmt: skip


@pytest.mark.parametrize("how", sorted(exported.FORMATS))
def test_files_are_the_same_bytes_each_time_and_change_nothing(session, approved, how, everything):
    before = everything()
    made = exported.batch(session, Wanted(NOVEMBER))
    first = exported.files(session, made.documents, how)
    again = exported.files(session, exported.batch(session, Wanted(NOVEMBER)).documents, how)
    assert [name for name, _ in first] == NAMES[how]
    assert exported.zipped(first) == exported.zipped(again)
    assert zipfile.ZipFile(BytesIO(exported.zipped(first))).namelist() == NAMES[how]
    assert everything() == before


def test_what_is_marked_is_exported_once(session, approved):
    found = exported.batch(session, Wanted(NOVEMBER)).invoices
    assert exported.mark(session, found, AFTER) == 1
    assert (approved.state, approved.exported_by_id) == (InvoiceState.EXPORTED, None)
    assert exported.mark(session, found, AFTER) == 0


def test_nothing_to_export_says_what_comes_first(session, approved):
    with pytest.raises(Refused, match="no invoice with a number yet"):
        exported.batch(session, Wanted(DECEMBER))
    with pytest.raises(Refused, match="no invoice with a number yet"):
        exported.batch(session, Wanted(NOVEMBER, by_name(session, "Umbrella")))


def test_what_another_system_would_miss_is_said_at_once(session, approved):
    provider.get(session).billing = {}
    made = exported.batch(session, Wanted()).documents
    with pytest.raises(Refused, match="an account for the code “advisory”"):
        exported.files(session, made, "xero")


def test_a_line_is_a_document_line_with_its_unit_tax_and_approvals(session, approved):
    """A price a ticket counts pieces; without tax it is zero-rated, or outside of tax where we have no VAT number."""
    facts = {"account_id": 1, "invoice_id": 1, "code": "usage", "description": "Question", "unit_price": Decimal(40)}
    stored = [
        InvoiceLine(position=1, quantity=Decimal(3), unit="ticket", amount=Decimal(120), tax_rate=Decimal("0.19"),
                    tickets=[7, 8], decisions=[5], **facts),
        InvoiceLine(position=2, quantity=Decimal(1), unit="month", amount=Decimal(40), tax_rate=Decimal(0), **facts),
    ]  # fmt: skip
    firm, account = provider.get(session), by_name(session, "Acme")
    made = document(firm, account, approved, stored, None)
    assert [(line.unit, line.tax, line.quantity) for line in made.lines] == [
        (Unit.ONE, TaxCategory.STANDARD, 3), (Unit.MONTH, TaxCategory.ZERO, 1),
    ]  # fmt: skip
    assert (made.lines[0].tickets, made.lines[0].approvals) == (("T-7", "T-8"), ("decision 5",))
    unregistered = Invoice(
        account_id=approved.account_id, month=NOVEMBER.first, kind=approved.kind, currency="EUR", made_at=AFTER,
        seller={"legal_name": "We"},
    )  # fmt: skip
    assert document(firm, account, unregistered, stored[1:], None).lines[0].tax is TaxCategory.OUTSIDE


def test_days_are_those_that_were_given_and_a_drafts_are_of_when_it_was_made(session, approved):
    (given,) = documents(session, [approved])
    assert (given.issued, given.due, given.terms_days) == (approved.issue_date, approved.due_date, 14)
    note = invoices.credit(
        session, approved, {1: Decimal(10)}, "Ours", by=person(session, "Eve"), now=AFTER + timedelta(days=3)
    )
    (draft,) = documents(session, [note])
    (line,) = invoices.lines_of(session, [note.id])[note.id]
    assert (line.quantity, line.unit, line.unit_price) == (1, "piece", 10), "part of 100 minutes is an amount"
    assert (draft.issued, draft.due, draft.terms_days) == (date(2026, 12, 4), date(2026, 12, 4), 0)
    for action in (InvoiceAction.REVIEW, InvoiceAction.APPROVE):
        invoices.act(session, note, action, by=person(session, "Eve"), now=AFTER + timedelta(days=5), seen=note.version)
    (numbered_note,) = documents(session, [note])
    assert (numbered_note.issued, numbered_note.due) == (date(2026, 12, 6), date(2026, 12, 20))


def test_a_draft_names_no_invoice_that_has_no_number_and_has_our_own_day(session, approved):
    """Half past eleven at night by UTC is the next day in Berlin."""
    firm, acme = provider.get(session), by_name(session, "Acme")
    firm.timezone = "Europe/Berlin"
    made_at = AFTER.replace(hour=23, minute=30)
    first, second = (
        invoices.credit(session, approved, {1: Decimal(10)}, "Ours", by=person(session, "Eve"), now=made_at)
        for _ in range(2)
    )
    made = document(firm, acme, first, invoices.lines_of(session, [first.id])[first.id], second)
    assert (made.preceding, made.issued) == (None, date(2026, 12, 2))


def test_what_is_exported_is_in_the_order_of_the_numbers_and_marked_once(session, approved):
    """Of two credit notes the second gets its number first; what is credited is exported still, and marked no more."""
    eve, notes = person(session, "Eve"), []
    for amount in (Decimal(10), approved.net - 10):
        notes.append(invoices.credit(session, approved, {1: amount}, "Ours", by=eve, now=AFTER))
    for note in reversed(notes):
        for action in (InvoiceAction.REVIEW, InvoiceAction.APPROVE):
            invoices.act(session, note, action, by=eve, now=AFTER, seen=note.version)
    assert approved.state is InvoiceState.CREDITED
    found = numbered(session, NOVEMBER, None)
    assert found == [approved, notes[1], notes[0]]
    assert numbered(session, None, by_name(session, "Acme")) == found
    assert numbered(session, DECEMBER, None) == numbered(session, None, by_name(session, "Umbrella")) == []
    assert to_export(session, found) == notes
    assert exported.mark(session, found, AFTER) == 2
    assert to_export(session, found) == []
    assert numbered(session, NOVEMBER, None) == found, "what was exported is exported again, as often as it is asked"


def test_the_ten_thousandth_comes_after_those_before(session, approved):
    """By number as it is written, 10000 would be before 9999."""
    eve, notes = person(session, "Eve"), []
    session.get_one(InvoiceSeries, approved.series).last_number = 9998
    for amount in (Decimal(10), Decimal(20)):
        notes.append(invoices.credit(session, approved, {1: amount}, "Ours", by=eve, now=AFTER))
        for action in (InvoiceAction.REVIEW, InvoiceAction.APPROVE):
            invoices.act(session, notes[-1], action, by=eve, now=AFTER, seen=notes[-1].version)
    assert [one.number for one in numbered(session, None, None)] == ["INV-2026-0001", "INV-2026-9999", "INV-2026-10000"]


@pytest.mark.parametrize(("told", "scheme", "endpoint"), [
    ("0088:5790000435944", "0088", "5790000435944"), ("0088:", "", ""), ("0088", "", ""), (None, "", ""),
])  # fmt: skip
def test_an_address_without_its_number_is_none(told, scheme, endpoint):
    made = party({"legal_name": "We", "name": "We all", "endpoint": told})
    assert (made.endpoint_scheme, made.endpoint, made.name, made.legal_name) == (scheme, endpoint, "We all", "We")
