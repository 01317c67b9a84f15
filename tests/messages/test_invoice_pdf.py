"""An invoice on paper: what it says, that nothing typed is run, and that it is the same bytes each time."""

import io
from dataclasses import replace
from datetime import date

import pytest
from pypdf import PdfReader

from bot.domain.invoicing.document import Document, Unit
from bot.messages import invoice_pdf
from tests.domain.invoices import SAMPLES, SELLER, WHOLE, a_line, an_invoice

CREDIT = SAMPLES["credit-note"]


def pages(made: Document, *, draft: bool = False) -> list[str]:
    """The words of each page, with single spaces."""
    read = PdfReader(io.BytesIO(invoice_pdf.render(made, draft=draft)))
    return [" ".join(page.extract_text().split()) for page in read.pages]


def page(made: Document, *, draft: bool = False) -> str:
    [only] = pages(made, draft=draft)
    return only


@pytest.mark.parametrize(
    "said",
    [
        "Invoice", "MS-2026-0011", "30 November 2026", "14 December 2026", "1 November 2026 to 30 November 2026",
        "Northwind Services", "VAT GB123456789", "Reg. 08123456", "Acme, Ltd", "456 34 Stockholm, SE", "0150abc",
        "PO-77",
        "Included managed services", "1 month", "3,000.00", "Out-of-scope support", "Out of scope", "T-102, T-117",
        "Approved: A-3", "3.25 hours", "568.75", "0.3333 hours", "53.33", "−1.5 hours", "−315.00", "Agreed discount",
        "−50.00", "Travel", "Without VAT", "VAT 20% on", "VAT 5% on 53.33", "To pay", "GBP",
        "GB33 BUKB 2020 1555 5555 55", "BUKBGB22", "Thank you.", "page 1 of 1",
    ],
)  # fmt: skip
def test_it_says(said: str):
    lines = tuple(replace(line, code="out_of_scope") if line.position == 2 else line for line in WHOLE.lines)
    assert said in page(replace(WHOLE, lines=lines))


def test_what_was_worked_is_told_with_its_words_and_where_something_else_is_charged_for_it():
    hours = a_line(1, "1.5", "100", tickets=("T-1",), work=("T-1 Search (1h 20m)",))
    words = page(an_invoice(replace(hours, worked_minutes=80)))
    assert "T-1 Search (1h 20m)" in words
    assert "Worked 1h 20m, charged 1h 30m" in words
    assert "Worked" not in page(an_invoice(replace(hours, worked_minutes=90)))
    assert "Worked" not in page(an_invoice(hours))
    credit = replace(CREDIT, lines=(replace(hours, worked_minutes=80),))
    assert "Worked" not in page(credit)


def test_it_adds_up_as_the_document_does():
    words = page(WHOLE)
    for each in (WHOLE.totals.net, WHOLE.totals.payable, *(tax.tax for tax in WHOLE.totals.taxes)):
        assert f"{each:,}" in words


def test_a_draft_says_so_and_has_no_number_yet():
    assert "Draft" in page(replace(WHOLE, number=None), draft=True)
    assert "Given when it is approved" in page(replace(WHOLE, number=None), draft=True)
    assert "Draft" not in page(WHOLE)


def test_a_credit_note_names_what_it_credits_and_asks_for_nothing():
    words = page(CREDIT)
    assert "Credit note CN-2026-0001" in words
    assert "Credits MS-2026-0011 of 30 November 2026" in words
    assert "Credited to you" in words
    assert not [word for word in ("To pay", "IBAN", "Due") if word in words]


@pytest.mark.parametrize("kind", ["exempt", "reverse-charge", "export", "outside"])
def test_it_says_why_nothing_is_charged(kind: str):
    made = SAMPLES[kind]
    assert page(made).count(made.reason(made.lines[0].tax)) == 1


def test_where_there_is_no_vat_number_tax_is_called_tax():
    assert "Tax 20% on" in page(replace(WHOLE, seller=replace(SELLER, vat_id="")))


@pytest.mark.parametrize(
    "typed",
    [
        '#panic("no")', "#import sys", "\\u{41}", "@nobody", "$x^2$", "*bold* _thin_", "<here>", "// gone", "[open",
        "`raw", '"', "= big", "- point",
    ],
)  # fmt: skip
def test_nothing_typed_is_run(typed: str):
    made = an_invoice(
        a_line(1, 1, 1, description=f"a {typed} b", tickets=(typed,), code=typed), number=typed, note=f"c {typed} d",
        buyer=replace(WHOLE.buyer, name=typed), buyer_reference=typed,
    )  # fmt: skip
    words = page(made)
    assert f"a {typed} b" in words
    assert f"c {typed} d" in words
    assert words.count(typed) >= 6


def test_a_long_one_runs_over_pages_that_are_counted():
    lines = [a_line(place, 1, "10.00", unit=Unit.ONE, tickets=("T-1",)) for place in range(1, 61)]
    found = pages(an_invoice(*lines))
    assert len(found) > 1
    assert all(f"page {place} of {len(found)}" in words for place, words in enumerate(found, 1))
    assert all("Unit price" in words for words in found[:-1])


def test_a_line_with_hundreds_of_tickets_is_shown_whole():
    tickets = tuple(f"T-{place}" for place in range(1000, 2500))
    found = pages(an_invoice(a_line(1, 1, 1, tickets=tickets)))
    assert [ticket for ticket in tickets if ticket not in " ".join(found)] == []
    assert not [words for words in found if "T-1000" in words and "T-2499" in words]  # or it runs off the page


def test_the_same_document_is_the_same_bytes():
    backwards = replace(WHOLE, lines=tuple(reversed(WHOLE.lines)))
    assert invoice_pdf.render(WHOLE, draft=False) == invoice_pdf.render(backwards, draft=False)
    assert invoice_pdf.render(WHOLE, draft=False) != invoice_pdf.render(WHOLE, draft=True)


def test_it_is_a4_and_names_itself():
    read = PdfReader(io.BytesIO(invoice_pdf.render(WHOLE, draft=False)))
    box = read.pages[0].mediabox
    assert (round(box.width), round(box.height)) == (595, 842)
    assert read.metadata.title == "Invoice MS-2026-0011"
    assert read.metadata.author == "Northwind Services"
    assert read.metadata.creation_date.date() == read.metadata.modification_date.date() == date(2026, 11, 30)
