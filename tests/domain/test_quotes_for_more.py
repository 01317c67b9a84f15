"""More is asked for while some of what was approved is left, or once all of it is used; what was approved stands."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from bot.domain import billing, deciding, quotes
from bot.domain.codes import Code
from bot.domain.errors import Refused
from bot.domain.quotes import QuoteState
from bot.domain.seats import Verdict
from bot.domain.tickets import Inputs
from bot.domain.workflow import Action, Clearance, Status
from tests.domain.billed import answers, bought, quoted, worked
from tests.domain.desk import MONDAY, file_a_ticket, person


def outside(session, who):
    """A request about what Acme's agreement excludes, with Bo."""
    return file_a_ticket(
        session, related_system="Salesforce", status=Status.TRIAGE, assignee_id=who("Bo"), code=Code.INCLUDED,
        estimate_minutes=120,
    )  # fmt: skip


@pytest.fixture
def approved(session, who):
    """Two hours of what Acme's agreement excludes are approved, and Bo works on it."""
    ticket = outside(session, who)
    answers(session, quoted(session, ticket))
    starts(session, ticket)
    return ticket


def starts(session, ticket):
    ticket.act(session, Action.START, by=person(session, "Bo"), now=MONDAY, inputs=Inputs())


def stands(ticket):
    return ticket.clearance, ticket.status


def taken_back(session, ticket, quote):
    quotes.withdraw(session, quote, ticket, by=person(session, "Bo"), now=MONDAY)


def declined(session, _ticket, quote):
    answers(session, quote, verdict=Verdict.REJECT, reason="Too dear")


def expired(session, _ticket, _quote):
    assert deciding.sweep(session, MONDAY + timedelta(days=15)) == 1


def test_who_asks_before_all_is_used_works_on(session, approved):
    worked(session, approved, 100, code=Code.OUT_OF_SCOPE)
    more = quoted(session, approved, 60)
    assert stands(approved) == (Clearance.ASKED, Status.IN_PROGRESS)
    answers(session, more)
    assert stands(approved) == (Clearance.GIVEN, Status.IN_PROGRESS)
    assert quotes.spending(session, approved.id, quotes.on_ticket(session, approved.id)) == (100, 180)


def test_who_asks_once_all_is_used_waits(session, approved):
    worked(session, approved, 120, code=Code.OUT_OF_SCOPE)
    quotes.watch(session, MONDAY)
    quoted(session, approved, 60)
    assert stands(approved) == (Clearance.ASKED, Status.WAITING)


@pytest.mark.parametrize("ends", [taken_back, declined, expired])
def test_without_more_what_was_approved_before_stands(session, approved, ends):
    more = quoted(session, approved, 60)
    ends(session, approved, more)
    assert more.state is not QuoteState.ASKED
    assert stands(approved) == (Clearance.GIVEN, Status.IN_PROGRESS)


@pytest.mark.parametrize("ends", [taken_back, declined, expired])
def test_without_more_what_was_used_up_before_is_used_up(session, approved, ends):
    worked(session, approved, 120, code=Code.OUT_OF_SCOPE)
    quotes.watch(session, MONDAY)
    more = quoted(session, approved, 60)
    ends(session, approved, more)
    assert stands(approved) == (Clearance.USED_UP, Status.IN_PROGRESS)


def test_all_is_used_while_more_is_asked_for(session, approved):
    """The second quote is still out: who declines it leaves nothing to work on."""
    more = quoted(session, approved, 60)
    worked(session, approved, 120, code=Code.OUT_OF_SCOPE)
    assert quotes.watch(session, MONDAY) == 1
    declined(session, approved, more)
    assert stands(approved) == (Clearance.USED_UP, Status.IN_PROGRESS)


def test_what_the_hours_cover_of_a_ticket_counts_once(session, who):
    """Six hours where four are left: two are approved, then one more. So seven may be worked, not twelve."""
    bought(session, included_minutes=10 * 60, overage_amount=Decimal(175))
    worked(session, file_a_ticket(session), 6 * 60)
    ticket = file_a_ticket(
        session, status=Status.TRIAGE, assignee_id=who("Bo"), code=Code.INCLUDED, estimate_minutes=6 * 60
    )
    answers(session, quoted(session, ticket, 120))
    worked(session, ticket, 6 * 60, day=date(2026, 11, 23))
    more = quoted(session, ticket, 60)
    assert more.free_minutes == 0
    answers(session, more)
    assert quotes.spending(session, ticket.id, quotes.on_ticket(session, ticket.id)) == (120, 180)


def test_without_an_approver_or_an_agreement_nothing_is_quoted(session, who, everything):
    ticket = file_a_ticket(session, account="Umbrella", by="Rex", status=Status.TRIAGE, assignee_id=who("Bo"))
    who("Rex").roles = ["requester"]
    before = everything()
    with pytest.raises(Refused, match="Umbrella has nobody who approves a cost yet"):
        quotes.check(session, ticket, by=who("Bo"), now=MONDAY)
    assert everything() == before
    who("Rex").roles = ["approver"]
    before = everything()
    with pytest.raises(Refused, match="no agreement to quote from"):
        quotes.check(session, ticket, by=who("Bo"), now=MONDAY - timedelta(days=800))
    assert everything() == before


def test_who_has_not_begun_waits_for_the_answer(session, who):
    ticket = outside(session, who)
    answers(session, quoted(session, ticket))
    quoted(session, ticket, 60)
    assert stands(ticket) == (Clearance.ASKED, Status.WAITING)


def test_what_was_written_off_is_not_spent(session, approved, who):
    who("Eve").roles = ["finance"]
    entry = worked(session, approved, 120, code=Code.OUT_OF_SCOPE)
    billing.write_off(session, entry.id, entry.account_id, "Entered twice", by=who("Eve"), now=MONDAY)
    session.flush()
    assert quotes.spending(session, approved.id, quotes.on_ticket(session, approved.id)).spent == 0
    assert quotes.watch(session, MONDAY) == 0
