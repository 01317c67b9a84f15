"""Invoices as tables for other systems: their headers, limits and figures, and no cell that runs."""

import csv
import io
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given

from bot.domain.invoicing import plain, quickbooks, xero
from bot.domain.invoicing.document import Adjustment, Document, TaxCategory
from bot.domain.invoicing.incomplete import Incomplete
from bot.domain.invoicing.quickbooks import Item
from bot.domain.invoicing.xero import Posting
from bot.domain.money import rounded
from tests.domain.invoices import BUYER, a_line, an_invoice, documents

POSTINGS = {"": Posting("200", "20% (VAT on Income)", {TaxCategory.REVERSE_CHARGE: "Reverse Charge"})}
ITEMS = {"": Item("Services", "20.0% S"), "advisory": Item("Advisory", "20.0% S")}
EVERY = {
    "xero": lambda made: xero.write(made, POSTINGS),
    "quickbooks": lambda made: quickbooks.write(made, ITEMS),
    "plain": plain.write,
}
exports = pytest.mark.parametrize("write", EVERY.values(), ids=EVERY)
SCOPE = a_line(1, "3.25", "175.00", description="Out-of-scope support", tickets=("T-102", "T-117"))
ADVICE = a_line(2, "1.75", "210.00", description="Advice", code="advisory", approvals=("A-3",))
TODAY = date(2026, 12, 3)


def rows(file: tuple[str, bytes]) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(file[1].decode(), newline="")))


def table(file: tuple[str, bytes]) -> list[list[str]]:
    return list(csv.reader(io.StringIO(file[1].decode(), newline="")))


def test_bil_22_a_row_for_xero():
    [(name, written)] = xero.write([an_invoice(SCOPE)], POSTINGS)
    header, row, end = written.decode().split("\r\n")
    assert name == "xero-1.csv"
    assert header == (
        "*ContactName,EmailAddress,*InvoiceNumber,Reference,*InvoiceDate,*DueDate,*Description,*Quantity,*UnitAmount,"
        "*AccountCode,*TaxType,Currency"
    )
    assert row == (
        '"Acme, Ltd",ap@acme.example,MS-2026-0011,Nov 2026,30/11/2026,14/12/2026,"Out-of-scope support: T-102, T-117",'
        "3.25,175.00,200,20% (VAT on Income),GBP"
    )
    assert end == ""


def test_accounts_and_taxes_are_those_of_the_code():
    postings = POSTINGS | {"advisory": Posting("210", "20% (VAT on Income)")}
    abroad = a_line(3, 1, 10, tax=TaxCategory.REVERSE_CHARGE, rate=Decimal(0))
    [file] = xero.write([an_invoice(SCOPE, ADVICE, abroad)], postings)
    assert [(row["*AccountCode"], row["*TaxType"]) for row in rows(file)] == [
        ("200", "20% (VAT on Income)"), ("210", "20% (VAT on Income)"), ("200", "Reverse Charge"),
    ]  # fmt: skip
    assert rows(file)[1]["*Description"] == "Advice (approved: A-3)"


def test_a_credit_note_takes_back_in_xero_and_in_the_plain_table():
    credit = an_invoice(SCOPE).credited(number="CN-1", issued=TODAY)
    [file] = xero.write([credit], POSTINGS)
    assert [(row["*Quantity"], row["*UnitAmount"], row["Reference"]) for row in rows(file)] == [
        ("-3.25", "175.00", "MS-2026-0011")
    ]
    [row] = rows(plain.write([credit])[0])
    assert (row["quantity"], row["amount"], row["document_payable"]) == ("-3.25", "-568.75", "-682.50")
    assert (row["credits"], row["credits_issued"], row["kind"]) == ("MS-2026-0011", "2026-11-30", "credit_note")


def test_a_credit_note_stands_upright_in_a_file_of_its_own_for_quickbooks():
    invoice = an_invoice(SCOPE, ADVICE)
    first, second = quickbooks.write([invoice.credited(number="CN-1", issued=TODAY), invoice], ITEMS)
    assert (first[0], second[0]) == ("quickbooks-1.csv", "quickbooks-credit-memos-1.csv")
    assert first[1].decode().startswith("*InvoiceNo,*Customer,*InvoiceDate,*DueDate,Terms,")
    assert [(row["*ItemAmount"], row["Item(Product/Service)"]) for row in rows(first)] == [
        ("568.75", "Services"), ("367.50", "Advisory"),
    ]  # fmt: skip
    assert [row["ItemQuantity"] for row in rows(second)] == ["3.25", "1.75"]


@pytest.mark.parametrize(("name", "most"), [("xero", 500), ("quickbooks", 100)])
def test_a_file_has_as_many_invoices_as_are_taken_at_once(name: str, most: int):
    made = [an_invoice(SCOPE, ADVICE, number=f"MS-{place:04}") for place in range(most + 1)]
    files = EVERY[name](reversed(made))
    numbers = [{row.get("*InvoiceNumber") or row["*InvoiceNo"] for row in rows(file)} for file in files]
    assert [len(each) for each in numbers] == [most, 1]
    assert numbers[1] == {f"MS-{most:04}"}


@pytest.mark.parametrize(
    "said", ["=HYPERLINK(1)", "+1", "-2+3", "@SUM(1)", "\t=1", "\r=1", " =1", "＝1", "＋1", "－1", "＠1", "\ufeff=1"]
)
@exports
def test_bil_24_no_cell_is_a_formula(write, said: str):
    made = an_invoice(
        a_line(1, 1, 1, description=said), number=said, buyer_reference=said, note=said,
        adjustments=(Adjustment(reason=said, amount=Decimal(1)),), buyer=BUYER.__class__(name=said, email=said),
    )  # fmt: skip
    cells = [cell for file in write([made]) for row in table(file) for cell in row]
    assert [cell for cell in cells if cell.endswith(said) and not cell.startswith("'")] == []
    assert sum(cell == "'" + said for cell in cells) >= 5


@exports
@given(made=documents())
def test_the_same_invoices_are_the_same_bytes(write, made: Document):
    later = an_invoice(*made.lines, number="MS-2026-0012", issued=made.issued + timedelta(1))
    backwards = an_invoice(*reversed(made.lines), adjustments=made.adjustments)
    assert write([made, later]) == write([made, later]) == write([later, backwards])


@given(documents())
def test_xero_multiplies_to_the_same_amounts(made: Document):
    for document in (made, made.credited(number="CN-1", issued=TODAY)):
        [file] = xero.write([document], POSTINGS)
        figures = [(Decimal(row["*Quantity"]), Decimal(row["*UnitAmount"])) for row in rows(file)]
        amounts = [made.amount(line) for line in made.lines] + [each.signed for each in made.adjustments]
        multiplied = [rounded(quantity * price, "GBP") for quantity, price in figures]
        assert multiplied == [document.sign * amount for amount in amounts]
        assert all(price >= 0 and quantity == round(quantity, 4) for quantity, price in figures)


@given(documents())
def test_the_plain_table_adds_up(made: Document):
    found = rows(plain.write([made])[0])
    assert sum(Decimal(row["amount"]) for row in found) == Decimal(found[0]["document_net"]) == made.totals.net


@pytest.mark.parametrize("write", [EVERY["xero"], EVERY["quickbooks"]])
def test_a_draft_is_sent_nowhere(write):
    with pytest.raises(Incomplete, match="A draft needs a number: approve it first"):
        write([an_invoice(SCOPE, number=None)])
    assert rows(plain.write([an_invoice(SCOPE, number=None)])[0])[0]["number"] == ""


def test_everything_that_is_missing_is_told_at_once():
    made = [an_invoice(SCOPE, ADVICE, number="A" * 22), an_invoice(ADVICE, number="B", issued=TODAY)]
    with pytest.raises(Incomplete) as told:
        quickbooks.write(made, {})
    assert told.value.missing == {
        "A" * 22: (
            "a number of 21 characters at most",
            "a product or service for the code “”",
            "a product or service for the code “advisory”",
        ),
        "B": ("a product or service for the code “advisory”",),
    }
    with pytest.raises(Incomplete, match="an account for the code “advisory”"):
        xero.write(made, {})


def test_two_of_one_number_are_not_written_over_each_other():
    with pytest.raises(Incomplete, match="MS-2026-0011 needs a number of its own"):
        xero.write([an_invoice(SCOPE), an_invoice(ADVICE)], POSTINGS)


def test_nothing_to_export_is_no_file():
    assert xero.write([], POSTINGS) == quickbooks.write([], ITEMS) == []
