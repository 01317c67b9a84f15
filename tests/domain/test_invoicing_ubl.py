"""UBL as it is sent: right by the schema of UBL 2.1, by the rules of EN 16931, and by those of Peppol BIS that we meet.

Peppol's own schematron is run apart (`tests/domain/official.py`); what of it concerns us stands below as a table.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from lxml import etree

from bot.domain.invoicing import ubl
from bot.domain.invoicing.document import Adjustment, Document, Kind, Party, TaxCategory
from bot.domain.invoicing.incomplete import Incomplete
from tests.domain.invoices import BUYER, SAMPLES, SELLER, WHOLE, a_line, an_invoice, documents
from tests.domain.official import against_rules, against_schema

NAMES = {
    "cac": "urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2",
    "cbc": "urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2",
}
BILLING = "urn:cen.eu:en16931:2017#compliant#urn:fdc:peppol.eu:2017:poacc:billing:3.0"
OFF = "(cbc:LineExtensionAmount - cac:Price/cbc:PriceAmount * (cbc:InvoicedQuantity | cbc:CreditedQuantity))"
# fmt: off
BIS = {  # Peppol BIS Billing 3.0, release 3.0.19: what has to be so of the whole document
    "PEPPOL-EN16931-R001": "cbc:ProfileID",
    "PEPPOL-EN16931-R002": "count(cbc:Note) < 2",
    "PEPPOL-EN16931-R003": "cbc:BuyerReference | cac:OrderReference/cbc:ID",
    "PEPPOL-EN16931-R004": f"cbc:CustomizationID = '{BILLING}'",
    "PEPPOL-EN16931-R007": "cbc:ProfileID = 'urn:fdc:peppol.eu:2017:poacc:billing:01:1.0'",
    "PEPPOL-EN16931-R008": "not(//*[not(*) and normalize-space() = ''])",
    "PEPPOL-EN16931-R010": "cac:AccountingCustomerParty/cac:Party/cbc:EndpointID",
    "PEPPOL-EN16931-R020": "cac:AccountingSupplierParty/cac:Party/cbc:EndpointID",
    "PEPPOL-EN16931-R043": "not(//cbc:ChargeIndicator[. != 'true' and . != 'false'])",
    "PEPPOL-EN16931-R051": "not(//@currencyID[. != /*/cbc:DocumentCurrencyCode])",
    "PEPPOL-EN16931-R053": "count(cac:TaxTotal/cac:TaxSubtotal/..) = 1",
    "PEPPOL-EN16931-R054": "count(cac:TaxTotal) = 1 and not(cbc:TaxCurrencyCode)",
    "PEPPOL-EN16931-R120": f"not(//*[cac:Price][{OFF} * {OFF} > 0.0004])",
    "PEPPOL-EN16931-CL008": "not(//cbc:EndpointID[string-length(@schemeID) != 4])",
    "PEPPOL-EN16931-F001": "not((//cbc:IssueDate | //cbc:DueDate | cac:InvoicePeriod/*)[string-length() != 10])",
    "PEPPOL-EN16931-P0100": "not(cbc:InvoiceTypeCode[. != '380'])",
    "PEPPOL-EN16931-P0101": "not(cbc:CreditNoteTypeCode[. != '381'])",
    "PEPPOL-EN16931-P0104": "not(//cac:TaxCategory[cbc:TaxExemptionReasonCode = 'VATEX-EU-G' and cbc:ID != 'G'])",
    "PEPPOL-EN16931-P0105": "not(//cac:TaxCategory[cbc:TaxExemptionReasonCode = 'VATEX-EU-O' and cbc:ID != 'O'])",
    "PEPPOL-EN16931-P0107": "not(//cac:TaxCategory[cbc:TaxExemptionReasonCode = 'VATEX-EU-AE' and cbc:ID != 'AE'])",
}
BROKEN = {  # what is written over what, and the rule that finds it
    "PEPPOL-EN16931-R003": ("BuyerReference>0150abc</cbc:BuyerReference", "Note>PO</cbc:Note"),
    "PEPPOL-EN16931-R004": ("#compliant#", "#conformant#"),
    "PEPPOL-EN16931-R007": ("billing:01:1.0", "billing:1.0"),
    "PEPPOL-EN16931-R008": ("<cbc:ID>PO-77</cbc:ID>", "<cbc:ID> </cbc:ID>"),
    "PEPPOL-EN16931-R043": ("<cbc:ChargeIndicator>true", "<cbc:ChargeIndicator>1"),
    "PEPPOL-EN16931-R051": ('PriceAmount currencyID="GBP"', 'PriceAmount currencyID="EUR"'),
    "PEPPOL-EN16931-R120": ('"GBP">568.75<', '"GBP">568.95<'),
    "PEPPOL-EN16931-CL008": ('schemeID="0088"', 'schemeID="GLN"'),
    "PEPPOL-EN16931-F001": ("2026-12-14", "14.12.2026."),
    "PEPPOL-EN16931-P0100": ("TypeCode>380<", "TypeCode>383<"),
}
# fmt: on
samples = pytest.mark.parametrize("made", SAMPLES.values(), ids=SAMPLES)


def written(made: Document) -> bytes:
    [(_, file)] = ubl.write([made])
    return file


def against_bis(file: bytes) -> Iterator[str]:
    read = etree.fromstring(file)
    return (rule for rule, held in BIS.items() if not read.xpath(f"boolean({held})", namespaces=NAMES))


def values(file: bytes, path: str) -> list[str]:
    return [each.text or "" for each in etree.fromstring(file).findall(path, NAMES)]


@samples
def test_it_is_valid_ubl(made: Document):
    assert against_schema(written(made)) == []


@samples
def test_it_keeps_the_rules_of_en_16931(made: Document):
    assert against_rules(written(made)) == []


@samples
def test_it_keeps_the_rules_of_peppol_bis(made: Document):
    assert list(against_bis(written(made))) == []


@pytest.mark.parametrize("rule", BROKEN)
def test_a_broken_rule_of_peppol_bis_is_found(rule: str):
    right = written(replace(WHOLE, purchase_order="") if rule == "PEPPOL-EN16931-R003" else WHOLE).decode()
    old, new = BROKEN[rule]
    assert old in right
    assert rule in against_bis(right.replace(old, new).encode())


def test_what_is_taken_off_or_added_and_comes_to_nothing_breaks_no_rule():
    nothing = tuple(replace(each, amount=Decimal("0.00")) for each in WHOLE.adjustments)
    assert {each.is_charge for each in nothing} == {True, False}
    file = written(replace(WHOLE, adjustments=nothing))
    assert (against_schema(file), against_rules(file), list(against_bis(file))) == ([], [], [])


@settings(max_examples=25)
@given(documents())
def test_whatever_is_on_it_no_rule_is_broken(made: Document):
    for document in (made, made.credited(number="CN-1", issued=date(2026, 12, 3))):
        file = written(replace(document, buyer_reference="0150abc"))
        assert (against_schema(file), against_rules(file), list(against_bis(file))) == ([], [], [])


def test_the_official_checks_find_what_is_wrong():
    right = written(WHOLE)
    payable = str(WHOLE.totals.payable).encode()
    assert "BR-CO-15" in "".join(against_rules(right.replace(b">" + payable, b">1" + payable)))
    assert "DueDate" in "".join(against_schema(right.replace(b"cbc:IssueDate", b"cbc:DueDate")))


def test_it_says_what_the_invoice_says():
    file = written(WHOLE)
    assert values(file, "cac:InvoiceLine/cac:Item/cbc:Description") == ["T-102, T-117; approved: A-3"]
    assert values(file, "cac:InvoiceLine/cbc:LineExtensionAmount") == ["3000.00", "568.75", "53.33", "-315.00", "0.00"]
    assert values(file, "cac:InvoiceLine/cbc:InvoicedQuantity") == ["1", "3.25", "0.3333333333", "-1.5", "4"]
    assert values(file, "cac:LegalMonetaryTotal/cbc:PayableAmount") == [str(WHOLE.totals.payable)]
    assert values(file, ".//cbc:BuyerReference") == ["0150abc"]


def test_a_credit_note_stands_upright_and_names_its_invoice():
    [(name, file)] = ubl.write([SAMPLES["credit-note"]])
    assert name == "CN-2026-0001.xml"
    assert etree.QName(etree.fromstring(file)).localname == "CreditNote"
    assert values(file, "cac:BillingReference/cac:InvoiceDocumentReference/cbc:ID") == ["MS-2026-0011"]
    assert values(file, "cac:CreditNoteLine/cbc:CreditedQuantity")[0] == "1"
    assert values(file, ".//cbc:DueDate") == values(file, "cac:PaymentMeans/*") == []


def test_the_same_document_is_the_same_bytes():
    backwards = replace(WHOLE, lines=tuple(reversed(WHOLE.lines)))
    everything = [replace(made, number=name) for name, made in SAMPLES.items()]
    assert written(WHOLE) == written(backwards)
    assert ubl.write(everything) == ubl.write(list(reversed(everything)))


def test_a_number_is_a_file_name_of_its_own():
    names = [ubl.write([replace(WHOLE, number=number)])[0][0] for number in ("MS/1", "MS-1", "../MS 1")]
    assert names == ["MS%2F1.xml", "MS-1.xml", "..%2FMS%201.xml"]


def test_everything_that_is_missing_is_told_at_once():
    parties = {"seller": Party("Northwind"), "buyer": Party("Acme", vat_id="12")}
    bare = an_invoice(number="MS-2", issued=date(2026, 12, 1), **parties)
    taxed = (TaxCategory.OUTSIDE, TaxCategory.EXEMPT, TaxCategory.REVERSE_CHARGE)
    lines = [a_line(place, 1, -1, tax=tax, description=" ") for place, tax in enumerate(taxed, 1)]
    second = an_invoice(
        *lines, number="MS-3", currency="KWD", kind=Kind.CREDIT_NOTE, buyer=replace(BUYER, vat_id="", registration=""),
        seller=replace(SELLER, vat_id=""), issued=date(2026, 12, 2),
        adjustments=(Adjustment(reason="", amount=Decimal(1)),),
    )  # fmt: skip
    with pytest.raises(Incomplete) as told:
        ubl.write([second, bare])
    whose = ("country, as two letters (SE)", "e-invoice address in Peppol", "e-invoice scheme, as four digits (0088)")
    assert told.value.missing == {
        "MS-2": (
            *(f"the seller’s {what}" for what in whose), *(f"the buyer’s {what}" for what in whose),
            "the buyer’s VAT number with its country in front", "a line", "the buyer’s reference or purchase order",
        ),
        "MS-3": (
            "a description on every line", "a reason for whatever is taken off or added",
            "the buyer’s reference or purchase order", "a currency with two decimals at most",
            "prices that are not negative, with the minus on the quantity", "the seller’s VAT number",
            "the buyer’s VAT or registration number, for a reverse charge", "the reason why it is exempt",
            "lines that are all outside the scope of VAT, or none of them",
            "a rate above zero where tax is charged, and of zero elsewhere", "the invoice that it credits",
        ),
    }  # fmt: skip
    assert str(told.value).startswith("UBL can’t be written yet. MS-2 needs the seller’s country, as two letters (SE);")


def test_who_is_outside_of_vat_is_known_by_their_registration():
    outside = SAMPLES["outside"]
    assert values(written(outside), ".//cac:PartyTaxScheme/*") == []
    with pytest.raises(Incomplete, match="the seller’s registration number"):
        ubl.write([replace(outside, seller=replace(SELLER, registration=""))])


def test_a_draft_is_sent_nowhere():
    with pytest.raises(Incomplete, match="approve it first"):
        ubl.write([replace(WHOLE, number=None)])
