"""What finance gives back by hand: no more than was charged, of what has a number, and credited once all is back."""

from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select

from bot.domain import invoices, provider, time
from bot.domain.agreements import AgreementType
from bot.domain.codes import Code
from bot.domain.errors import NotFound, Refused
from bot.domain.invoices import InvoiceAction, InvoiceKind, InvoiceState
from bot.domain.invoices.documents import documents
from bot.domain.roles import Permission
from bot.domain.workflow import Status
from tests.cast import by_name
from tests.domain.billed import AFTER, DECEMBER, LATER, bought, reviewed, signed, worked
from tests.domain.desk import MONDAY, file_a_ticket, person

REVIEW, APPROVE, EXPORT = InvoiceAction.REVIEW, InvoiceAction.APPROVE, InvoiceAction.EXPORT


@pytest.fixture
def invoice(session, who):
    """100 EUR of support and 200 of advice, 20 % tax: 360 EUR, with its number."""
    who("Eve").roles = ["engineer", "finance"]
    bought(
        session, type=AgreementType.TIME_AND_MATERIALS, rate_amount=Decimal(100), tax_rate=Decimal("0.2"),
        rates=[{"code": "advisory", "role": None, "amount": "200"}],
    )  # fmt: skip
    ticket = file_a_ticket(session, status=Status.TRIAGE, assignee_id=who("Bo"))
    worked(session, ticket, 60)
    worked(session, ticket, 60, code=Code.ADVISORY, day=MONDAY.date() + timedelta(days=1))
    (made,) = signed(session, reviewed(session))
    moves(session, made, REVIEW, APPROVE)
    return made


def moves(session, invoice, *actions):
    for action in actions:
        invoices.act(session, invoice, action, by=person(session, "Eve"), now=AFTER, seen=invoice.version)


def gives(session, invoice, amounts, reason="We were slow"):
    told = {position: Decimal(amount) for position, amount in amounts.items()}
    return invoices.credit(session, invoice, told, reason, by=person(session, "Eve"), now=AFTER)


def lines(session, note):
    return [(line.position, line.unit, line.quantity, line.unit_price, line.amount, line.tax_rate)
            for line in invoices.lines_of(session, [note.id])[note.id]]  # fmt: skip


def test_part_of_a_line_is_an_amount_and_all_of_it_is_the_line_as_it_was(session, invoice):
    note = gives(session, invoice, {1: "40", 2: "200"})
    tax = Decimal("0.2")
    assert lines(session, note) == [(1, "piece", 1, 40, 40, tax), (2, "hour", 1, 200, 200, tax)]
    assert [str(one) for one in note.totals] == ["240.00 EUR", "48.00 EUR", "288.00 EUR"]
    assert (note.kind, note.credits_id, note.reason) == (InvoiceKind.CREDIT_NOTE, invoice.id, "We were slow")
    assert note.agreement_id == invoice.agreement_id


def test_more_than_half_given_back_is_not_all_of_it(session, invoice):
    moves(session, gives(session, invoice, {2: "200"}), REVIEW, APPROVE)
    assert invoice.state is InvoiceState.APPROVED


def test_it_is_credited_once_all_of_it_has_a_number_and_a_draft_counts_not_yet(session, invoice):
    first, second = gives(session, invoice, {2: "200"}), gives(session, invoice, {1: "100"})
    moves(session, first, REVIEW, APPROVE)
    assert invoice.state is InvoiceState.APPROVED
    moves(session, second, REVIEW, APPROVE)
    assert invoice.state is InvoiceState.CREDITED


def test_drafts_hold_what_they_give_back(session, invoice, everything):
    gives(session, invoice, {1: "60"})
    before = everything()
    with pytest.raises(Refused, match=r"At most 40\.00 EUR of “Support”"):
        gives(session, invoice, {1: "50"})
    assert everything() == before
    gives(session, invoice, {1: "40"})


def test_what_was_put_right_in_a_review_is_given_back_already(session, invoice, everything):
    """Half of the hour of advice came back that way: of 300 EUR there are 200 left."""
    (entry,) = session.scalars(select(time.TimeEntry).where(time.TimeEntry.code == Code.ADVISORY))
    time.correct(
        session, entry.id, time.with_work(session, person(session, "Maya"), [entry])[0][1], by=person(session, "Bo"),
        minutes=30, work_date=entry.work_date, category=entry.category, code=entry.code, note="less", reason="less",
        now=AFTER, today=AFTER.date(),
    )  # fmt: skip
    (note,) = signed(session, reviewed(session, DECEMBER, now=LATER), LATER)
    assert note.net == 100
    before = everything()
    with pytest.raises(Refused, match=r"Of INV-2026-0001 200\.00 EUR is left to give back"):
        gives(session, invoice, {1: "100", 2: "100.01"})
    assert everything() == before
    gives(session, invoice, {1: "100", 2: "100"})


@pytest.mark.parametrize(("amounts", "reason", "told"), [
    ({1: "100.01"}, "We were slow", "At most 100.00 EUR"),
    ({1: "10", 2: "-5"}, "We were slow", "At most 200.00 EUR"),
    ({3: "10"}, "We were slow", "has no such line"),
    ({1: "10"}, "   x ", "Say why"),
    ({1: "0", 2: "0"}, "We were slow", "at least one line"),
])  # fmt: skip
def test_what_can_not_be_given_back_is_refused_and_nothing_changes(session, invoice, everything, amounts, reason, told):
    before = everything()
    with pytest.raises(Refused, match=told):
        gives(session, invoice, amounts, reason)
    assert everything() == before


def test_what_is_exported_is_credited_and_a_credit_note_or_a_draft_is_not(session, invoice, everything):
    moves(session, invoice, EXPORT)
    note = gives(session, invoice, {1: "10"})
    for move in (None, REVIEW, APPROVE, EXPORT):
        if move:
            moves(session, note, move)
        before = everything()
        with pytest.raises(Refused, match="Only an invoice with a number"):
            gives(session, note, {1: "5"})
        assert everything() == before


def test_without_our_own_name_or_with_another_series(session, invoice, everything):
    note = gives(session, invoice, {1: "10"})
    moves(session, note, REVIEW)
    billing = provider.get(session).billing
    provider.get(session).billing = {**billing, "legal_name": ""}
    session.flush()
    before = everything()
    with pytest.raises(Refused, match="Nobody would know whose invoice that is"):
        moves(session, note, APPROVE)
    assert everything() == before
    provider.get(session).billing = {**billing, "series": "CN"}
    moves(session, note, APPROVE)
    assert (note.number, invoice.number) == ("CN-2026-0001", "INV-2026-0001")


def test_what_was_approved_says_the_same_whatever_parties_are_called_since(session, invoice):
    before = documents(session, [invoice])
    provider.get(session).billing = {"legal_name": "Another Ltd"}
    account = by_name(session, "Acme")
    account.name, account.billing = "Acme Group", {"legal_name": "Acme Group SE"}
    session.flush()
    assert documents(session, [invoice]) == before


def test_back_to_draft_nobody_has_reviewed_it(session, invoice):
    note = gives(session, invoice, {1: "10"})
    moves(session, note, REVIEW)
    assert (note.reviewed_at, note.reviewed_by_id) == (AFTER, person(session, "Eve").id)
    moves(session, note, InvoiceAction.BACK)
    assert (note.state, note.reviewed_at, note.reviewed_by_id) == (InvoiceState.DRAFT, None, None)
    assert note.actions == [REVIEW]


@pytest.mark.parametrize("name", ["Bo", "Ana", "Cleo", "Rex"])
def test_who_may_not_see_money_reads_none_of_it(session, invoice, who, name):
    actor = who(name)
    assert not actor.may(Permission.SEE_MONEY)
    for read in (
        lambda: invoices.visible_to(session, actor, invoice.id), lambda: invoices.listed(session, actor),
        lambda: invoices.of_review(session, actor, invoice.review_id), lambda: invoices.months(session, actor),
    ):  # fmt: skip
        with pytest.raises(Refused, match="may see rates and invoices"):
            read()


def test_who_may_finds_them_by_number_review_and_month(session, invoice, who):
    sam, note = who("Sam"), gives(session, invoice, {1: "10"})
    assert invoices.visible_to(session, sam, invoice.id) is invoice
    assert invoices.listed(session, sam) == [note, invoice]
    assert invoices.of_review(session, sam, invoice.review_id) == [invoice]
    assert invoices.credited_by(session, invoice.id) == [note]
    assert invoices.months(session, sam) == [invoice.period]
    assert invoices.listed(session, sam, month=invoice.period.after) == []
    with pytest.raises(NotFound, match="/review invoices lists them"):
        invoices.visible_to(session, sam, note.id + 1)


@pytest.mark.parametrize("seen", [-1, 1])
def test_who_saw_another_version_opens_it_again(session, invoice, everything, seen):
    before = everything()
    with pytest.raises(Refused, match="changed meanwhile"):
        invoices.act(
            session, invoice, EXPORT, by=person(session, "Eve"), now=AFTER, seen=invoice.version + seen
        )  # fmt: skip
    assert everything() == before
