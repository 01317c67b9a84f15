"""Stored invoices as documents and as files: they add up to what was approved, the same bytes each time."""

import zipfile
from datetime import date
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
from bot.domain.invoices.documents import _multiplied, documents, party
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
