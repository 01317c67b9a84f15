"""UBL 2.1 as Peppol BIS Billing 3.0 has it (EN 16931): a file for each invoice and credit note.

Elements stand in the order of the schema; an element without content is never written (PEPPOL-EN16931-R008). The terms
(BT, BG) are those of docs.peppol.eu/poacc/billing/3.0. What it can't say for want of facts, `ubl_needs` has as a table.
"""

import re
from collections.abc import Iterable, Sequence
from decimal import Decimal
from urllib.parse import quote
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from bot.domain.invoicing.document import Adjustment, Document, Kind, Line, Party, Subtotal, TaxCategory, in_order
from bot.domain.invoicing.incomplete import check
from bot.domain.invoicing.ubl_needs import needs
from bot.domain.money import rounded

UBL = "urn:oasis:names:specification:ubl:schema:xsd:"
CUSTOMIZATION = "urn:cen.eu:en16931:2017#compliant#urn:fdc:peppol.eu:2017:poacc:billing:3.0"
PROFILE = "urn:fdc:peppol.eu:2017:poacc:billing:01:1.0"
ROOTS = {Kind.INVOICE: "Invoice", Kind.CREDIT_NOTE: "CreditNote"}
QUANTITIES = {Kind.INVOICE: "InvoicedQuantity", Kind.CREDIT_NOTE: "CreditedQuantity"}
CREDIT_TRANSFER = "30"  # UNTDID 4461
# CEF's list of reasons; an exemption has words alone.
REASON_CODES = {
    TaxCategory.REVERSE_CHARGE: "VATEX-EU-AE", TaxCategory.EXPORT: "VATEX-EU-G", TaxCategory.OUTSIDE: "VATEX-EU-O",
}  # fmt: skip
FINEST = Decimal("0.0000000001")
NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def write(documents: Iterable[Document]) -> list[tuple[str, bytes]]:
    """Files named after their numbers. Raises Incomplete with everything that is missing, of all of them."""
    ordered = in_order(documents)
    require(ordered)
    return [(f"{quote(made.number or '', safe='')}.xml", _written(made)) for made in ordered]


def require(documents: Sequence[Document]) -> None:
    """Raises Incomplete with everything that Peppol would miss."""
    check("UBL", documents, needs)


def _written(made: Document) -> bytes:
    name = ROOTS[made.kind]
    root = Element(name, {
        "xmlns": f"{UBL}{name}-2",
        "xmlns:cac": f"{UBL}CommonAggregateComponents-2",
        "xmlns:cbc": f"{UBL}CommonBasicComponents-2",
    })  # fmt: skip
    _head(root, made)
    _party(_group(root, "AccountingSupplierParty"), made.seller, made)
    _party(_group(root, "AccountingCustomerParty"), made.buyer, made)
    _payment(root, made)
    for each in made.adjustments:
        _adjustment(root, each, made)
    _totals(root, made)
    for line in made.lines:
        _line(root, line, made)
    indent(root)
    return b'<?xml version="1.0" encoding="UTF-8"?>\n' + tostring(root, encoding="utf-8") + b"\n"


def _head(root: Element, made: Document) -> None:
    is_invoice = made.kind is Kind.INVOICE
    _put(root, "CustomizationID", CUSTOMIZATION)
    _put(root, "ProfileID", PROFILE)
    _put(root, "ID", made.number)
    _put(root, "IssueDate", made.issued.isoformat())
    _put(root, "DueDate", made.due.isoformat() if is_invoice else None)  # a credit note of UBL 2.1 has none
    _put(root, f"{ROOTS[made.kind]}TypeCode", made.kind.value)
    _put(root, "Note", made.note)
    _put(root, "DocumentCurrencyCode", made.currency)
    _put(root, "BuyerReference", made.buyer_reference)
    if made.period:
        period = _group(root, "InvoicePeriod")
        _put(period, "StartDate", made.period[0].isoformat())
        _put(period, "EndDate", made.period[1].isoformat())
    _put_in(root, "OrderReference", "ID", made.purchase_order)
    if made.preceding:
        credited = _group(_group(root, "BillingReference"), "InvoiceDocumentReference")
        _put(credited, "ID", made.preceding.number)
        _put(credited, "IssueDate", made.preceding.issued.isoformat())


def _party(role: Element, one: Party, made: Document) -> None:
    party = _group(role, "Party")
    _put(party, "EndpointID", one.endpoint, schemeID=one.endpoint_scheme)
    _put(_group(party, "PartyName"), "Name", one.name)
    address = _group(party, "PostalAddress")
    street, more, *rest = *one.address, "", ""
    _put(address, "StreetName", street)
    _put(address, "AdditionalStreetName", more)
    _put(address, "CityName", one.city)
    _put(address, "PostalZone", one.postal_code)
    _put_in(address, "AddressLine", "Line", ", ".join(filter(None, rest)))
    _put(_group(address, "Country"), "IdentificationCode", one.country)
    is_outside = any(each.category is TaxCategory.OUTSIDE for each in made.totals.taxes)
    if one.vat_id and not is_outside:  # BR-O-02: who is outside of VAT names no number
        scheme = _group(party, "PartyTaxScheme")
        _put(scheme, "CompanyID", one.vat_id)
        _put(_group(scheme, "TaxScheme"), "ID", "VAT")
    legal = _group(party, "PartyLegalEntity")
    _put(legal, "RegistrationName", one.legal_name or one.name)
    _put(legal, "CompanyID", one.registration)
    _put_in(party, "Contact", "ElectronicMail", one.email)


def _payment(root: Element, made: Document) -> None:
    if made.preceding and made.kind is Kind.CREDIT_NOTE:
        told = f"Credits {made.preceding.number} of {made.preceding.issued.isoformat()}"
        _put(_group(root, "PaymentTerms"), "Note", told)
        return
    if made.seller.iban:
        means = _group(root, "PaymentMeans")
        _put(means, "PaymentMeansCode", CREDIT_TRANSFER)
        _put(means, "PaymentID", made.number)
        account = _group(means, "PayeeFinancialAccount")
        _put(account, "ID", made.seller.iban.replace(" ", ""))
        _put(account, "Name", made.seller.payee or made.seller.legal_name or made.seller.name)
        _put_in(account, "FinancialInstitutionBranch", "ID", made.seller.bic)
    if made.terms_days is not None:
        _put(_group(root, "PaymentTerms"), "Note", f"Net {made.terms_days} days")


def _adjustment(root: Element, each: Adjustment, made: Document) -> None:
    charged = _group(root, "AllowanceCharge")
    _put(charged, "ChargeIndicator", "true" if each.is_charge else "false")
    _put(charged, "AllowanceChargeReason", each.reason)
    _amount(charged, "Amount", each.amount, made)
    _category(charged, "TaxCategory", each.tax, each.rate)


def _totals(root: Element, made: Document) -> None:
    totals = made.totals
    taxes = _group(root, "TaxTotal")
    _amount(taxes, "TaxAmount", totals.tax, made)
    for each in totals.taxes:
        _subtotal(taxes, each, made)
    sums = _group(root, "LegalMonetaryTotal")
    _amount(sums, "LineExtensionAmount", totals.lines, made)
    _amount(sums, "TaxExclusiveAmount", totals.net, made)
    _amount(sums, "TaxInclusiveAmount", totals.payable, made)
    if any(not each.is_charge for each in made.adjustments):  # also where they come to nothing: BR-CO-11 and 12
        _amount(sums, "AllowanceTotalAmount", totals.allowances, made)
    if any(each.is_charge for each in made.adjustments):
        _amount(sums, "ChargeTotalAmount", totals.charges, made)
    _amount(sums, "PayableAmount", totals.payable, made)


def _subtotal(taxes: Element, each: Subtotal, made: Document) -> None:
    group = _group(taxes, "TaxSubtotal")
    _amount(group, "TaxableAmount", each.taxable, made)
    _amount(group, "TaxAmount", each.tax, made)
    _category(group, "TaxCategory", each.category, each.rate, made.reason(each.category))


def _line(root: Element, line: Line, made: Document) -> None:
    group = _group(root, f"{ROOTS[made.kind]}Line")
    _put(group, "ID", str(line.position))
    _put(group, QUANTITIES[made.kind], _number(line.quantity), unitCode=line.unit.value)
    _amount(group, "LineExtensionAmount", made.amount(line), made)
    item = _group(group, "Item")
    approvals = ", ".join(line.approvals)
    _put(item, "Description", "; ".join(filter(None, (line.itemised, approvals and f"approved: {approvals}"))))
    _put(item, "Name", line.description)
    _put_in(item, "SellersItemIdentification", "ID", line.code)
    _category(item, "ClassifiedTaxCategory", line.tax, line.rate)
    _put(_group(group, "Price"), "PriceAmount", _number(line.unit_price), currencyID=made.currency)


def _category(parent: Element, tag: str, category: TaxCategory, rate: Decimal, reason: str = "") -> None:
    group = _group(parent, tag)
    _put(group, "ID", category.value)
    _put(group, "Percent", None if category is TaxCategory.OUTSIDE else _number(rate * 100))  # BR-O-05
    if reason:
        _put(group, "TaxExemptionReasonCode", REASON_CODES.get(category))
        _put(group, "TaxExemptionReason", reason)
    _put(_group(group, "TaxScheme"), "ID", "VAT")


def _group(parent: Element, tag: str) -> Element:
    return SubElement(parent, f"cac:{tag}")


def _put(parent: Element, tag: str, text: str | None, **attributes: str) -> None:
    """One value, where there is one."""
    if said := _said(text):
        SubElement(parent, f"cbc:{tag}", attributes).text = said


def _put_in(parent: Element, group: str, tag: str, text: str) -> None:
    """One value in a group of its own, where there is one."""
    if _said(text):
        _put(_group(parent, group), tag, text)


def _said(text: str | None) -> str:
    return NOT_XML.sub("", text or "").strip()


def _amount(parent: Element, tag: str, amount: Decimal, made: Document) -> None:
    _put(parent, tag, f"{rounded(amount, made.currency):f}", currencyID=made.currency)


def _number(number: Decimal) -> str:
    """Without trailing zeros, and with so many digits that no cent is lost."""
    return f"{number.quantize(FINEST).normalize() + 0:f}"
