"""What a signature on a month is on, whose counts, in which order months are signed, and which reviews there are."""

from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import select

from bot.domain import accounts, approvals, billing
from bot.domain.agreements import AgreementType
from bot.domain.approvals import Purpose, Standing
from bot.domain.billing import Finding, Fix, ReviewState
from bot.domain.codes import Code
from bot.domain.date_ranges import Days
from bot.domain.errors import NotFound, Refused
from bot.domain.invoices import Invoice
from bot.domain.seats import Seat
from bot.domain.workflow import Status
from tests.cast import by_name
from tests.domain.billed import AFTER, DECEMBER, LATER, NOVEMBER, answers, bought, quoted, reviewed, signed, worked
from tests.domain.desk import MONDAY, file_a_ticket, person

pytestmark = pytest.mark.usefixtures("finance", "billed_elsewhere")

TUESDAY = MONDAY.date() + timedelta(days=1)
OCTOBER_ENDS = date(2026, 10, 31)
JANUARY_IS_OVER = datetime.fromisoformat("2027-02-02T12:00:00+00:00")


@pytest.fixture
def ticket(session, who):
    return file_a_ticket(session, status=Status.TRIAGE, assignee_id=who("Bo"))


@pytest.fixture
def review(session):
    return reviewed(session)


def on_acme(session, note, code=Code.INCLUDED, minutes=60, category=None, day=TUESDAY):
    """An entry on no ticket."""
    return worked(session, by_name(session, "Acme"), minutes, note=note, code=code, category=category, day=day)


def fixes(session, review, finding, entry, how, by="Sam", **told):
    billing.fix(session, review, f"{finding}:{entry.id}", how, by=person(session, by), now=AFTER, **told)


# --- what a signature is on


def test_whatever_changes_is_something_else_to_sign(session, ticket, review):
    bought(session, included_minutes=600)
    waits, long = worked(session, ticket, 30, code=Code.OUT_OF_SCOPE), worked(session, ticket, 490, day=TUESDAY)
    seen = {billing.examined(session, review, AFTER).digest}

    def changed() -> bool:
        known = len(seen)
        seen.add(billing.examined(session, review, AFTER).digest)
        return len(seen) > known

    assert not changed()
    worked(session, ticket, 20, day=date(2026, 11, 25))  # in the allowance: no line of it
    assert changed()
    fixes(session, review, "long_entry", long, Fix.WAIVE, reason="the night of the move")
    assert changed()
    fixes(session, review, "waiting", waits, Fix.RECODE, code=Code.PROJECT)  # waits still, as something else
    assert changed()
    (again,) = [one.entry for one in billing.examined(session, review, AFTER).found if one.finding is Finding.WAITING]
    fixes(session, review, "waiting", again, Fix.WRITE_OFF, reason="our own mistake")
    assert changed()
    assert billing.examined(session, review, AFTER).written_off_minutes == 30


def test_who_was_shown_something_else_signs_nothing(session, ticket, review, everything):
    worked(session, ticket, 60)
    digest, before = billing.examined(session, review, AFTER).digest, everything()
    with pytest.raises(Refused, match="Something changed since you saw it"):
        billing.sign(session, review, by=person(session, "Sam"), now=AFTER, seen="0" * 8)
    assert everything() == before
    billing.sign(session, review, by=person(session, "Sam"), now=AFTER, seen=digest[:8])


def test_a_fix_voids_the_first_signature_where_it_changes_what_was_signed(session, ticket, review):
    bought(session, included_minutes=600)
    entry = on_acme(session, "went through the renewal terms")
    twice = worked(session, ticket, 30, code=Code.OUT_OF_SCOPE)
    asked = billing.sign(session, review, by=person(session, "Sam"), now=AFTER)
    fixes(session, review, "no_ticket", entry, Fix.ASSIGN, ticket=ticket)  # in the allowance all the same
    assert asked.state is Standing.PENDING
    fixes(session, review, "waiting", twice, Fix.WRITE_OFF, reason="our own mistake")
    assert asked.state is Standing.VOID


def test_a_month_is_signed_from_the_first_of_the_next_on_by_the_clients_clock(session, ticket, review, everything):
    worked(session, ticket, 60)
    last = datetime.fromisoformat("2026-11-30T22:59:00+00:00")  # a minute before midnight in Berlin
    before = everything()
    with pytest.raises(Refused, match="not over yet"):
        billing.sign(session, review, by=person(session, "Sam"), now=last)
    assert everything() == before
    billing.sign(session, review, by=person(session, "Sam"), now=last + timedelta(minutes=1))


def test_of_several_open_months_the_first_is_named(session, ticket):
    for day in (2, 3):
        worked(session, ticket, 60, day=date(2026, 11, day))
    reviewed(session)
    worked(session, ticket, 60, day=date(2026, 12, 2), now=LATER)
    reviewed(session, DECEMBER, now=LATER)
    worked(session, ticket, 60, day=date(2027, 1, 11), now=JANUARY_IS_OVER)
    january = reviewed(session, DECEMBER.after, now=JANUARY_IS_OVER)
    with pytest.raises(Refused, match="November is open still"):
        billing.sign(session, january, by=person(session, "Sam"), now=JANUARY_IS_OVER)


def test_what_waits_is_carried_from_the_month_that_was_locked_last(session, ticket):
    bought(session, included_minutes=600, excluded=["Salesforce"])
    ticket.related_system = "Salesforce"
    worked(session, ticket, 60, code=Code.OUT_OF_SCOPE)
    assert signed(session, reviewed(session)) == []
    worked(session, ticket, 30, code=Code.OUT_OF_SCOPE, day=date(2026, 12, 2), now=LATER)
    assert signed(session, reviewed(session, DECEMBER, now=LATER), LATER) == []
    quote = quoted(session, ticket, 120)
    answers(session, quote, now=LATER + timedelta(days=1))
    january = reviewed(session, DECEMBER.after, now=JANUARY_IS_OVER)
    (invoice,) = signed(session, january, JANUARY_IS_OVER)
    assert invoice.net == 225


# --- who has signed


def test_whose_signature_is_missing_and_whose_counts(session, ticket, review, who):
    bought(session, type=AgreementType.TIME_AND_MATERIALS)
    worked(session, ticket, 60)

    def stands(now=AFTER):
        told = billing.signatures(session, review, billing.examined(session, review, now), now)
        may = [name for name in ("Bo", "Maya", "Sam", "Eve") if billing.may_sign(session, review, told, who(name), now)]
        return [one.seat for one in told.made], told.missing, told.void, may

    account, money = Seat.ACCOUNT, Seat.FINANCE
    assert stands() == ([], [account, money], False, ["Sam", "Eve"])
    billing.sign(session, review, by=who("Sam"), now=AFTER)
    assert stands() == ([account], [money], False, ["Eve"])
    worked(session, ticket, 45, day=TUESDAY)
    assert stands() == ([account], [account, money], True, ["Sam", "Eve"])
    for name in ("Sam", "Eve"):
        billing.sign(session, review, by=who(name), now=AFTER)
    assert stands() == ([account, money], [], False, [])
    assert review.version == 4, "each signature is another state of it"


def test_who_sits_in_both_seats_is_offered_one_signature(session, ticket, review, who):
    who("Sam").roles = ["account_manager", "finance"]
    worked(session, ticket, 60)
    billing.sign(session, review, by=who("Sam"), now=AFTER)
    told = billing.signatures(session, review, billing.examined(session, review, AFTER), AFTER)
    assert len(told.missing) == 1
    assert not billing.may_sign(session, review, told, who("Sam"), AFTER)
    assert billing.may_sign(session, review, told, who("Eve"), AFTER) is (told.missing == [Seat.FINANCE])


def test_who_is_named_once_the_first_has_signed_signs_for_nobody(session, ticket, review, who):
    """Maya answers for Eve from now on; what was asked before waits for Eve herself."""
    worked(session, ticket, 60)
    span, named = Days(AFTER.date(), AFTER.date()), AFTER + timedelta(minutes=1)

    def may(name):
        told = billing.signatures(session, review, billing.examined(session, review, named), named)
        return billing.may_sign(session, review, told, who(name), named)

    assert not may("Maya")
    billing.sign(session, review, by=who("Sam"), now=AFTER)
    approvals.delegate(session, who("Maya"), span, by=who("Eve"), now=named)
    assert (may("Maya"), may("Eve")) == (False, True)
    with pytest.raises(Refused):
        billing.sign(session, review, by=who("Maya"), now=named)


def test_who_is_named_before_it_is_asked_signs_for_them(session, ticket, review, who):
    worked(session, ticket, 60)
    approvals.delegate(session, who("Maya"), Days(AFTER.date(), AFTER.date()), by=who("Eve"), now=MONDAY)
    billing.sign(session, review, by=who("Sam"), now=AFTER)
    told = billing.signatures(session, review, billing.examined(session, review, AFTER), AFTER)
    assert billing.may_sign(session, review, told, who("Maya"), AFTER)


@pytest.mark.parametrize(("state", "void"), [
    (Standing.VOID, True), (Standing.EXPIRED, False), (Standing.REJECTED, False),
])  # fmt: skip
def test_a_signature_that_was_voided_or_went_stale_counts_no_more(session, ticket, review, who, state, void):
    worked(session, ticket, 60)
    billing.sign(session, review, by=who("Sam"), now=AFTER).state = state
    session.flush()
    told = billing.signatures(session, review, billing.examined(session, review, AFTER), AFTER)
    assert (told.missing, told.void) == ([Seat.ACCOUNT, Seat.FINANCE], void)
    assert (told.approval is None) is not void
    assert billing.may_sign(session, review, told, who("Sam"), AFTER)


# --- which there are


def test_what_is_billed_has_no_review_anew_and_the_month_after_has(session):
    account = by_name(session, "Acme")
    account.billed_through = OCTOBER_ENDS
    assert billing.open_for(session, account, NOVEMBER.before, AFTER) is None
    assert billing.open_for(session, account, NOVEMBER, AFTER) is not None


def test_who_worked_without_an_agreement_is_looked_at_too(session):
    bare = accounts.Account(name="Bare")
    session.add(bare)
    session.flush()
    worked(session, bare, 60, note="went through the renewal terms")
    assert billing.open_for(session, bare, NOVEMBER, AFTER) is not None


def test_open_ones_are_listed_first_and_only_to_who_reviews(session, ticket, who):
    worked(session, ticket, 60)
    locked = reviewed(session)
    signed(session, locked)
    theirs = reviewed(session, account="Umbrella")
    assert billing.listed(session, who("Sam")) == [theirs, locked]
    assert (locked.state, theirs.state) == (ReviewState.LOCKED, ReviewState.OPEN)
    for name in ("Bo", "Ana", "Cleo", "Rex"):
        for read in (billing.listed, lambda *asked: billing.visible_to(*asked, locked.id)):
            with pytest.raises(Refused, match="may review a month"):
                read(session, who(name))
    with pytest.raises(NotFound, match="/review billing lists them"):
        billing.visible_to(session, who("Sam"), theirs.id + 1)


def test_a_fixed_price_with_nothing_beside_it_is_one_line(session, ticket):
    bought(session, type=AgreementType.FIXED, fee_amount=2000)
    worked(session, ticket, 60)
    (invoice,) = signed(session, reviewed(session))
    assert session.scalars(select(Invoice.net).where(Invoice.id == invoice.id)).one() == 2000
    assert approvals.newest(session, Purpose.BILLING_REVIEW, [invoice.review_id])


def test_where_nobody_is_in_finance_who_signs_reads_what_to_do(session, ticket, review, who, everything):
    bought(session, included_minutes=600)
    who("Eve").roles = ["engineer"]
    session.flush()
    before = everything()
    with pytest.raises(Refused) as refused:
        billing.sign(session, review, by=person(session, "Sam"), now=AFTER)
    assert str(refused.value) == (
        "This needs somebody in finance, and there is nobody for it, as one person counts once: "
        "give somebody that role with `steward apply`."
    )
    assert everything() == before
