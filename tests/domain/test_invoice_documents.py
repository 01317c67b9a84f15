"""Stored invoices as documents and as files: they add up to what was approved, the same bytes each time."""

import zipfile
from datetime import date, timedelta
from decimal import Decimal
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain import invoices, provider
from bot.domain.agreements import AgreementType
from bot.domain.codes import Code
from bot.domain.errors import Refused
from bot.domain.exports import invoices as exported
from bot.domain.exports.changes import Wanted
from bot.domain.invoices import Invoice, InvoiceAction, InvoiceLine, InvoiceState
from bot.domain.invoices.documents import _multiplied, document, documents, numbered, party, to_export
from bot.domain.invoicing.document import Kind, TaxCategory, Unit
from bot.domain.money import rounded
from bot.domain.workflow import Status
from tests.cast import by_name
from tests.domain.billed import AFTER, DECEMBER, NOVEMBER, bought, reviewed, signed, worked
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
    assert (draft.issued, draft.due, draft.terms_days) == (date(2026, 12, 4), date(2026, 12, 4), 0)


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


@pytest.mark.parametrize(("told", "scheme", "endpoint"), [
    ("0088:5790000435944", "0088", "5790000435944"), ("0088:", "", ""), ("0088", "", ""), (None, "", ""),
])  # fmt: skip
def test_an_address_without_its_number_is_none(told, scheme, endpoint):
    made = party({"legal_name": "We", "name": "We all", "endpoint": told})
    assert (made.endpoint_scheme, made.endpoint, made.name, made.legal_name) == (scheme, endpoint, "We all", "We")
