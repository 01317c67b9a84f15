"""What finance gives back by hand: no more than was charged, of what has a number, and credited once all is back."""

from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select, text

from bot.domain import invoices, provider, time
from bot.domain.agreements import AgreementType
from bot.domain.codes import Code
from bot.domain.errors import NotFound, Refused
from bot.domain.invoices import Invoice, InvoiceAction, InvoiceKind, InvoiceLine, InvoiceState
from bot.domain.invoices.documents import documents
from bot.domain.invoices.drafting import add_up
from bot.domain.invoices.invoice import require_move
from bot.domain.invoicing.document import Unit
from bot.domain.roles import Permission
from bot.domain.workflow import Status
from tests.cast import by_name
from tests.domain.billed import AFTER, DECEMBER, LATER, bought, project_of, reviewed, signed, worked
from tests.domain.desk import MONDAY, file_a_ticket, person

REVIEW, BACK = InvoiceAction.REVIEW, InvoiceAction.BACK
APPROVE, EXPORT = InvoiceAction.APPROVE, InvoiceAction.EXPORT


@pytest.fixture
def invoice(session, who):
    """100 EUR of support and 200 of advice, 20 % tax: 360 EUR, with its number."""
    who("Eve").roles = ["engineer", "finance"]
    bought(
        session, type=AgreementType.TIME_AND_MATERIALS, rate_amount=Decimal(100), tax_rate=Decimal("0.2"),
        rates=[{"code": "advisory", "role": None, "amount": "200"}],
    )  # fmt: skip
    acme = by_name(session, "Acme")
    acme.billing = {**acme.billing, "reference": "PO-77"}
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
    assert (note.agreement_id, note.reference) == (invoice.agreement_id, "PO-77")


def test_a_long_reason_is_cut_to_what_a_note_holds(session, invoice):
    assert gives(session, invoice, {1: "1"}, f"  {'x' * 501}").reason == "x" * 500


def test_lines_stand_by_their_positions_however_they_were_written(session, invoice):
    note = gives(session, invoice, {2: "20", 1: "10"})
    for plan in ("indexscan", "bitmapscan", "indexonlyscan"):  # an index would have them in order by chance
        session.execute(text(f"set local enable_{plan} = off"))
    assert [position for position, *_ in lines(session, note)] == [1, 2]


def test_more_than_half_given_back_is_not_all_of_it(session, invoice):
    moves(session, gives(session, invoice, {2: "200"}), REVIEW, APPROVE)
    assert invoice.state is InvoiceState.APPROVED


def test_it_is_credited_once_all_of_it_has_a_number_and_a_draft_counts_not_yet(session, invoice):
    first, second = gives(session, invoice, {2: "200"}), gives(session, invoice, {1: "100"})
    moves(session, first, REVIEW, APPROVE)
    assert invoice.state is InvoiceState.APPROVED
    assert invoices.credited_by(session, invoice.id) == [first, second]
    moves(session, second, REVIEW, APPROVE)
    assert invoice.state is InvoiceState.CREDITED


def test_drafts_hold_what_they_give_back(session, invoice, everything):
    gives(session, invoice, {1: "60"})
    before = everything()
    with pytest.raises(Refused, match=r"At most 40\.00 EUR of “Support”"):
        gives(session, invoice, {1: "50"})
    assert everything() == before
    gives(session, invoice, {1: "40"})
    with pytest.raises(Refused, match=r"At most 0\.00 EUR of “Support”"):
        gives(session, invoice, {1: "1"})


def test_tax_is_on_the_sum_of_each_rate(session, invoice, who):
    """Three lines of 10.02 EUR, two of them at 20 %: 4.008 of tax, where line by line it were 4.00."""
    note = invoices.credit(session, invoice, {1: Decimal(10)}, "We were slow", by=who("Eve"), now=AFTER)
    (line,) = invoices.lines_of(session, [note.id])[note.id]
    line.amount = Decimal("10.02")
    for position, rate in ((2, "0.2"), (3, "0")):
        session.add(
            InvoiceLine(
                account_id=note.account_id, invoice_id=note.id, position=position, code="included", description="More",
                quantity=Decimal(1), unit="piece", unit_price=line.amount, amount=line.amount, tax_rate=Decimal(rate),
            )
        )  # fmt: skip
    session.flush()
    add_up(session, note)
    assert (note.net, note.tax, note.total) == (Decimal("30.06"), Decimal("4.01"), Decimal("34.07"))


def test_what_was_put_right_in_a_review_is_given_back_already(session, invoice, everything):
    """Half of the hour of advice came back that way: of 300 EUR there are 200 left."""
    halves_the_advice(session)
    (note,) = of_december(session)
    (line,) = invoices.lines_of(session, [note.id])[note.id]
    assert (note.net, line.raw_minutes, line.billed_minutes) == (100, 30, 30)
    before = everything()
    with pytest.raises(Refused, match=r"At most 100\.00 EUR of “Strategic advisory”"):
        gives(session, invoice, {2: "100.01"})
    assert everything() == before
    gives(session, invoice, {1: "100", 2: "100"})


def halves_the_advice(session):
    """The hour of advice was half an hour: 100 EUR of 200."""
    corrected_advice(session, 30)


def corrected_advice(session, minutes):
    (entry,) = session.scalars(select(time.TimeEntry).where(time.TimeEntry.code == Code.ADVISORY))
    time.correct(
        session, entry.id, time.with_work(session, person(session, "Maya"), [entry])[0][1], by=person(session, "Bo"),
        minutes=minutes, work_date=entry.work_date, category=entry.category, code=entry.code, note="anew",
        reason="anew", now=AFTER, today=AFTER.date(),
    )  # fmt: skip


def of_december(session):
    return signed(session, reviewed(session, DECEMBER, now=LATER), LATER)


@pytest.mark.parametrize(("by_hand", "comes_back"), [("60", 100), ("150", 50), ("200", 0)])
def test_what_was_given_back_by_hand_is_not_given_back_again_by_a_correction(session, invoice, by_hand, comes_back):
    """As far as the line goes: of 200 EUR no more than 200 come back, however they do."""
    gives(session, invoice, {2: by_hand})
    halves_the_advice(session)
    notes = of_december(session)
    assert [note.net for note in notes] == [comes_back] * bool(comes_back)
    if comes_back == 50:
        (line,) = documents(session, notes)[0].lines
        assert (line.quantity, line.unit, line.unit_price) == (1, Unit.ONE, 50)
        (before,) = documents(session, [invoice])
        assert before.lines[1].unit is Unit.HOUR
    rest = session.scalars(
        select(time.TimeEntry).where(time.TimeEntry.code == Code.ADVISORY, time.TimeEntry.minutes == 30)
    ).one()
    time.reverse(session, rest.id, by=person(session, "Bo"), now=LATER, reason="none of it")
    later = LATER + timedelta(days=31)
    further = signed(session, reviewed(session, DECEMBER.after, now=later), later)
    given = Decimal(by_hand) + comes_back + sum(note.net for note in further)
    assert given == 200


def test_what_was_given_back_of_one_line_holds_back_nothing_of_another(session, invoice):
    gives(session, invoice, {1: "100"})
    halves_the_advice(session)
    assert [note.net for note in of_december(session)] == [100]


def test_what_was_given_back_of_one_price_holds_back_nothing_of_another(session, who):
    """An hour of Maya's at 190 EUR and one of Bo's at 150: all of hers is given back by hand, all of his comes back."""
    who("Eve").roles = ["engineer", "finance"]
    bought(session, type=AgreementType.TIME_AND_MATERIALS,
           rates=[{"code": "included", "role": "lead", "amount": "190"}])  # fmt: skip
    ticket = file_a_ticket(session, status=Status.TRIAGE, assignee_id=who("Bo"))
    entry, _ = worked(session, ticket, 60), worked(session, ticket, 60, by="Maya")
    (made,) = signed(session, reviewed(session))
    moves(session, made, REVIEW, APPROVE)
    gives(session, made, {1: "190"})
    time.reverse(session, entry.id, by=person(session, "Bo"), now=AFTER, reason="none of it")
    assert [note.net for note in of_december(session)] == [150]


def test_what_was_given_back_of_one_project_holds_back_nothing_of_another(session, who):
    """An hour of each at 150 EUR, 50 given back by hand of the first: all of the second comes back, then 100."""
    who("Eve").roles = ["engineer", "finance"]
    bought(session)
    one, other = project_of(session, 600), project_of(session, 600)
    first, second = worked(session, one, 60), worked(session, other, 60)
    (made,) = signed(session, reviewed(session))
    moves(session, made, REVIEW, APPROVE)
    (line,) = [line for line in invoices.lines_of(session, [made.id])[made.id] if f"{one.key} " in line.description]
    gives(session, made, {line.position: "50"})
    time.reverse(session, second.id, by=person(session, "Bo"), now=AFTER, reason="none of it")
    assert [note.net for note in of_december(session)] == [150]
    time.reverse(session, first.id, by=person(session, "Bo"), now=LATER, reason="nor of that")
    later = LATER + timedelta(days=31)
    assert [note.net for note in signed(session, reviewed(session, DECEMBER.after, now=later), later)] == [100]


def test_a_draft_by_hand_is_discarded_and_what_it_held_is_free_again(session, invoice):
    note = gives(session, invoice, {1: "100", 2: "200"})
    moves(session, note, InvoiceAction.DISCARD)
    assert (note.state, note.actions, note.number) == (InvoiceState.DISCARDED, [], None)
    again = gives(session, invoice, {1: "100", 2: "200"})
    assert invoices.credited_by(session, invoice.id) == [again]
    halves_the_advice(session)
    assert of_december(session) == []


def test_only_a_draft_by_hand_is_discarded(session, invoice, everything):
    note = gives(session, invoice, {1: "100"})
    moves(session, note, REVIEW)
    halves_the_advice(session)
    (of_review,) = of_december(session)
    for one in (note, of_review, invoice):
        before = everything()
        with pytest.raises(Refused, match="“Discard” is no step from there"):
            moves(session, one, InvoiceAction.DISCARD)
        assert everything() == before


@pytest.mark.parametrize(("amounts", "reason", "told"), [
    ({1: "100.01"}, "We were slow", "At most 100.00 EUR"),
    ({1: "10", 2: "-5"}, "We were slow", "At most 200.00 EUR"),
    ({3: "10"}, "We were slow", "has no such line"),
    ({1: "10"}, "  no ", "Say why"),
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


def test_its_day_and_the_year_of_its_series_are_those_where_we_are(session, invoice):
    """Four in the afternoon of New Year's Eve, in UTC, is the first of January in Tokyo."""
    note = gives(session, invoice, {1: "10"})
    provider.get(session).timezone = "Asia/Tokyo"
    late = datetime.fromisoformat("2026-12-31T16:00:00+00:00")
    for action in (REVIEW, APPROVE):
        invoices.act(session, note, action, by=person(session, "Eve"), now=late, seen=note.version)
    assert (note.number, note.issue_date, note.due_date) == ("INV-2027-0001", date(2027, 1, 1), date(2027, 1, 15))


def test_what_was_approved_says_the_same_whatever_parties_are_called_since(session, invoice):
    before = documents(session, [invoice])
    provider.get(session).billing = {"legal_name": "Another Ltd"}
    account = by_name(session, "Acme")
    account.name, account.billing = "Acme Group", {"legal_name": "Acme Group SE"}
    session.flush()
    assert documents(session, [invoice]) == before


@pytest.mark.parametrize("state", [InvoiceState.DRAFT, InvoiceState.REVIEWED, InvoiceState.CREDITED])
def test_what_has_no_number_or_was_given_back_is_not_credited(session, invoice, state):
    with session.no_autoflush:
        invoice.state = state
        with pytest.raises(Refused, match="Only an invoice with a number"):
            gives(session, invoice, {1: "5"})
        session.expunge(invoice)


@pytest.mark.parametrize(("state", "actions"), [
    (InvoiceState.DRAFT, [REVIEW]), (InvoiceState.REVIEWED, [APPROVE, BACK]), (InvoiceState.APPROVED, [EXPORT]),
    (InvoiceState.EXPORTED, []), (InvoiceState.CREDITED, []),
])  # fmt: skip
def test_what_may_become_of_it_now_and_nothing_else(session, invoice, state, actions):
    with session.no_autoflush:
        invoice.state = state
        assert invoice.actions == actions
        for action in set(InvoiceAction) - set(actions):
            with pytest.raises(Refused, match=f"is {state.value}, so “{action.label}” is no step from there"):
                require_move(invoice, action, invoice.version)
        session.expunge(invoice)


def test_back_to_draft_nobody_has_reviewed_it(session, invoice):
    note = gives(session, invoice, {1: "10"})
    moves(session, note, REVIEW)
    assert (note.version, note.reviewed_at, note.reviewed_by_id) == (2, AFTER, person(session, "Eve").id)
    moves(session, note, InvoiceAction.BACK)
    assert (note.state, note.reviewed_at, note.reviewed_by_id) == (InvoiceState.DRAFT, None, None)
    assert note.actions == [REVIEW, InvoiceAction.DISCARD]


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
    late = Invoice(account_id=invoice.account_id, month=invoice.period.before.first, kind=InvoiceKind.INVOICE,
                   currency="EUR", made_at=LATER)  # fmt: skip
    session.add(late)
    session.flush()
    assert invoices.listed(session, sam) == [note, invoice, late]
    assert invoices.months(session, sam) == [invoice.period, late.period]
    with pytest.raises(NotFound, match="/review invoices lists them"):
        invoices.visible_to(session, sam, late.id + 1)


@pytest.mark.parametrize("seen", [-1, 1])
def test_who_saw_another_version_opens_it_again(session, invoice, everything, seen):
    before = everything()
    with pytest.raises(Refused, match="changed meanwhile"):
        invoices.act(
            session, invoice, EXPORT, by=person(session, "Eve"), now=AFTER, seen=invoice.version + seen
        )  # fmt: skip
    assert everything() == before
