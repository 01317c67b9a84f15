"""What an invoice adds up to. The worked examples carry their ids; the figures stand here, read from nowhere else."""

from datetime import date
from decimal import Decimal
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.invoicing.document import Adjustment, Document, Kind, TaxCategory
from bot.domain.money import rounded
from tests.domain.invoices import a_line, an_invoice, documents

TODAY = date(2026, 12, 3)
S, Z, E, O = TaxCategory.STANDARD, TaxCategory.ZERO, TaxCategory.EXEMPT, TaxCategory.OUTSIDE  # noqa: E741
BASE = [(7, 400, S, 25), (-3, 500, S, 25)]
# fmt: off
OFFICIAL = {  # Peppol BIS 3.0's own examples: lines (quantity, price, category, %), charges -> net, taxes, with tax
    "base-example":                 (BASE, [25], "1325", ["331.25"], "1656.25"),
    "base-creditnote-correction":   (BASE, [25], "1325", ["331.25"], "1656.25"),
    "sales-order-example":          (BASE, [25], "1325", ["331.25"], "1656.25"),
    "base-negative-inv-correction": ([(-7, 400, S, 25), (3, 500, S, 25)], [-25], "-1325", ["-331.25"], "-1656.25"),
    "Allowance-example": (  # a line's own allowances, and prices for two, are worked into the price
        [(10, 400, S, 25), (10, 100, E, 0), (10, 90, S, 25)], [200, -200], "5900", ["0", "1225"], "7125"),
    "Vat-category-S": (
        [(10, 400, S, 25), (10, 200, S, 15), (10, 90, S, 25)], [200, -100], "7000", ["300", "1250"], "8550"),
    "vat-category-E":               ([(10, 120, E, 0)], [], "1200", ["0"], "1200"),
    "vat-category-O":               ([(1, 3200, O, 0)], [], "3200", ["0"], "3200"),
    "vat-category-Z":               ([(10, 120, Z, 0)], [], "1200", ["0"], "1200"),
}
# fmt: on


def amounts(document: Document) -> list[str]:
    return [str(document.amount(line)) for line in document.lines]


def test_bil_11_a_draft_of_five_codes():
    wanted = [
        ("Included managed services (retainer)", "1", "3000.00"), ("Out-of-scope support", "3.25", "175.00"),
        ("Project delivery", "5.5", "160.00"), ("Strategic advisory", "1.75", "210.00"),
        ("Internal non-billable", "4", "0.00"),
    ]  # fmt: skip
    lines = [a_line(place, *figures, description=text) for place, (text, *figures) in enumerate(wanted, 1)]
    draft = an_invoice(*lines, number=None)
    assert amounts(draft) == ["3000.00", "568.75", "880.00", "367.50", "0.00"]
    assert (draft.totals.net, draft.totals.tax, draft.totals.payable) == tuple(
        map(Decimal, ("4816.25", "963.25", "5779.50"))
    )


def test_bil_13_tax_is_on_the_sum_and_not_by_the_line():
    nineteen = Decimal("0.19")
    made = an_invoice(*(a_line(place, 1, "33.33", rate=nineteen) for place in (1, 2, 3)))
    assert made.totals.tax == Decimal("19.00")
    assert sum(rounded(made.amount(line) * nineteen, "GBP") for line in made.lines) == Decimal("18.99")


def test_bil_14_the_base_example():
    rate = Decimal("0.25")
    charge = Adjustment(reason="Insurance", amount=Decimal(25), is_charge=True, rate=rate)
    made = an_invoice(a_line(1, 7, 400, rate=rate), a_line(2, -3, 500, rate=rate), adjustments=(charge,))
    totals = made.totals
    assert (totals.lines, totals.net, totals.tax, totals.payable) == tuple(
        map(Decimal, ("1300.00", "1325.00", "331.25", "1656.25"))
    )


@pytest.mark.parametrize("example", OFFICIAL.values(), ids=OFFICIAL)
def test_the_official_examples_come_to_the_same(example):
    figures, charges, net, taxes, payable = example
    lines = [
        a_line(place, quantity, price, tax=tax, rate=Decimal(percent) / 100)
        for place, (quantity, price, tax, percent) in enumerate(figures, 1)
    ]
    adjustments = tuple(
        Adjustment(reason="Agreed", amount=Decimal(abs(each)), is_charge=each > 0, rate=lines[0].rate)
        for each in charges
    )
    totals = an_invoice(*lines, adjustments=adjustments).totals
    assert (totals.net, totals.payable) == (Decimal(net), Decimal(payable))
    assert [each.tax for each in totals.taxes] == [Decimal(tax) for tax in taxes]


def test_bil_17_after_an_export_half_an_hour_is_credited():
    before = an_invoice(a_line(1, "1.75", "210.00"))
    credit = before.credited(number="MS-2026-0012", issued=TODAY, lines=[a_line(1, "0.5", "210.00")])
    assert (credit.totals.net, credit.totals.tax, credit.totals.payable) == tuple(
        map(Decimal, ("105.00", "21.00", "126.00"))
    )
    assert (credit.kind, credit.preceding.number, credit.reference) == (Kind.CREDIT_NOTE, *["MS-2026-0011"] * 2)
    assert before.totals.payable == Decimal("441.00")


@given(documents())
def test_the_sum_of_the_lines_is_the_total(made: Document):
    adjusted = sum(each.signed for each in made.adjustments)
    assert made.totals.net == sum(made.amount(line) for line in made.lines) + adjusted
    assert made.totals.net == sum(each.taxable for each in made.totals.taxes)
    assert made.totals.payable == made.totals.net + sum(each.tax for each in made.totals.taxes)
    assert all(made.amount(line) == rounded(made.amount(line), "GBP") for line in made.lines)


@given(documents())
def test_tax_is_taken_once_for_each_rate(made: Document):
    groups = [(each.category, each.rate) for each in made.totals.taxes]
    assert len(set(groups)) == len(groups)
    assert set(groups) >= {(line.tax, line.rate) for line in made.lines}
    assert all(each.tax == rounded(each.taxable * each.rate, "GBP") for each in made.totals.taxes)


@given(documents())
def test_an_invoice_that_is_credited_whole_comes_to_nothing(made: Document):
    credit = made.credited(number="CN-1", issued=TODAY)
    assert credit.sign * credit.totals.payable + made.sign * made.totals.payable == 0
    assert credit.sign * credit.totals.tax + made.sign * made.totals.tax == 0
    with pytest.raises(ValueError, match="only an invoice"):
        credit.credited(number="CN-2", issued=TODAY)


@given(documents(), st.randoms(use_true_random=False))
def test_lines_stand_by_their_positions(made: Document, dice: Random):
    shuffled = list(made.lines)
    dice.shuffle(shuffled)
    assert an_invoice(*shuffled, adjustments=made.adjustments) == made


def test_a_rate_is_a_fraction_and_money_no_float():
    with pytest.raises(ValueError, match="no fraction"):
        a_line(1, 1, 1, rate=Decimal(20))
    with pytest.raises(ValueError, match="no fraction"):
        a_line(1, 1, 1, rate=Decimal(1))
    with pytest.raises(TypeError, match="never a float"):
        a_line(1, 1, 1, rate=0.2)
    with pytest.raises(TypeError, match="never a float"):
        Adjustment(reason="Agreed", amount=1.5)  # pyright: ignore[reportArgumentType]


def test_what_cannot_be_is_said_at_once():
    with pytest.raises(ValueError, match="one position"):
        an_invoice(a_line(1, 1, 1), a_line(1, 2, 2))
    with pytest.raises(ValueError, match="before it begins"):
        an_invoice(a_line(1, 1, 1), period=(date(2026, 11, 30), date(2026, 11, 1)))
    with pytest.raises(ValueError, match="without a minus"):
        Adjustment(reason="Agreed", amount=Decimal(-1))
    with pytest.raises(ValueError, match="only an invoice with a number"):
        an_invoice(a_line(1, 1, 1), number=None).credited(number="CN-1", issued=TODAY)


def test_a_period_may_be_one_day():
    assert an_invoice(a_line(1, 1, 1), period=(TODAY, TODAY)).period == (TODAY, TODAY)


def test_less_than_a_cent_taken_back_is_nothing_without_a_minus():
    made = an_invoice(a_line(1, Decimal(-1) / 60, "0.05"))
    assert [*amounts(made), str(made.totals.tax)] == ["0.00", "0.00"]


@pytest.mark.parametrize(("currency", "amount"), [("JPY", "333"), ("EUR", "333.33"), ("KWD", "333.333")])
def test_amounts_have_the_digits_of_their_currency(currency: str, amount: str):
    made = an_invoice(a_line(1, Decimal(1) / 3, 1000), currency=currency)
    assert amounts(made) == [amount]


def test_taxes_of_two_categories_at_one_rate_stay_apart():
    zero, exempt = TaxCategory.ZERO, TaxCategory.EXEMPT
    made = an_invoice(*(a_line(place, 1, 10, tax=tax, rate=Decimal(0)) for place, tax in enumerate((zero, exempt))))
    assert [each.category for each in made.totals.taxes] == [exempt, zero]
