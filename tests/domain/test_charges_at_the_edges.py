"""What a month costs at its edges: budgets, roundings, prices a ticket, what others approved, and what is put right."""

from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest

from bot.domain import billing, invoices, time
from bot.domain.agreements import AgreementType
from bot.domain.codes import Code
from bot.domain.workflow import CloseReason, Status
from tests.cast import by_name
from tests.domain.billed import AFTER, DECEMBER, NOVEMBER, answers, bought, project_of, quoted, reviewed, signed, worked
from tests.domain.desk import MONDAY, file_a_ticket, person

pytestmark = pytest.mark.usefixtures("finance")

HOURLY = AgreementType.TIME_AND_MATERIALS
TUESDAY = MONDAY.date() + timedelta(days=1)
JANUARY_IS_OVER = datetime.fromisoformat("2027-02-02T12:00:00+00:00")


@pytest.fixture
def ticket(session, who):
    return file_a_ticket(session, status=Status.TRIAGE, assignee_id=who("Bo"), related_system="Salesforce")


def costs(session, agreement, waited=()):
    return invoices.of(session, by_name(session, "Acme"), NOVEMBER, agreement, waited)


def lines(charges) -> list[tuple[str, str, str]]:
    return [(line.code, f"{line.quantity.normalize():f}", str(line.amount)) for line in charges.lines]


@pytest.mark.parametrize(("draws", "told"), [(True, []), (False, [("advisory", "1", "150.00 EUR")])])
def test_advice_draws_on_the_hours_where_that_is_agreed(session, ticket, draws, told):
    terms = bought(session, included_minutes=600, advisory_draws=draws)
    worked(session, ticket, 60, code=Code.ADVISORY)
    worked(session, ticket, 30)
    charges = costs(session, terms)
    assert lines(charges) == told
    assert (charges.free, charges.allowance.used) == ((90, 90) if draws else (30, 30))


def test_what_came_over_from_the_month_before_is_used_first(session, ticket):
    terms = bought(session, included_minutes=60, rollover_cap=Decimal("0.5"))
    by_name(session, "Acme").billed_carry = 30
    worked(session, ticket, 120)
    assert lines(costs(session, terms)) == [("overage", "0.5", "75.00 EUR")]


def test_what_was_approved_costs_what_was_quoted_whatever_is_agreed_since(session, ticket):
    bought(session, excluded=["Salesforce"])
    quote = quoted(session, ticket, 60)
    answers(session, quote)
    terms = bought(session, excluded=["Salesforce"], rate_amount=Decimal(999))
    worked(session, ticket, 60)
    assert lines(costs(session, terms)) == [("out_of_scope", "1", "150.00 EUR")]


def test_each_project_is_a_line_as_far_as_its_budget_goes(session, ticket):
    terms = bought(session)
    one, other = project_of(session, 60), project_of(session, 60)
    gone = worked(session, one, 60)
    time.reverse(session, gone.id, by=person(session, "Bo"), now=MONDAY)
    kept = [worked(session, one, 40), worked(session, one, 20, day=TUESDAY), worked(session, other, 30)]
    over = worked(session, one, 1, day=TUESDAY)
    charges = costs(session, terms)
    assert [(line.quantity * 60, line.entries) for line in charges.lines] == [
        (75, [kept[0].id, kept[1].id]), (30, [kept[2].id]),
    ]  # fmt: skip
    assert [line.description for line in charges.lines] == [
        f"Project delivery, PR-{one.id} New brand", f"Project delivery, PR-{other.id} New brand",
    ]  # fmt: skip
    assert [entry.id for entry in charges.waiting] == [over.id]


def test_a_days_work_on_a_project_is_rounded_together_as_on_a_ticket(session, ticket):
    """Twice 20 minutes are 40, and that is 45 by the quarter of an hour, not twice 30."""
    terms, one = bought(session), project_of(session, 600)
    worked(session, one, 20)
    worked(session, one, 20)
    assert lines(costs(session, terms)) == [("project", "0.75", "112.50 EUR")]


def test_what_rounds_to_nothing_is_charged_as_nothing_and_is_done(session, ticket):
    terms = bought(session, type=HOURLY, rounding={"unit": 15, "mode": "down", "scope": "entry"})
    entry = worked(session, ticket, 10)
    charges = costs(session, terms)
    assert [(line.raw_minutes, line.billed_minutes, str(line.amount), line.entries) for line in charges.lines] == [
        (10, 0, "0.00 EUR", [entry.id])
    ]


def test_a_fee_of_nothing_is_no_line(session):
    assert lines(costs(session, bought(session, type=AgreementType.FIXED, fee_amount=Decimal(0)))) == []


def test_tickets_are_charged_in_the_month_they_came_by_the_clients_clock_once(session):
    """Acme is in Berlin, an hour ahead; what ended as no work of its own, or came from ourselves, is free."""
    terms = bought(session, type=AgreementType.USAGE, prices=[{"type": "question", "amount": "40"}])
    came = {
        at: file_a_ticket(session, now=datetime.fromisoformat(at)).id
        for at in ("2026-10-31T22:59:59+00:00", "2026-10-31T23:00:00+00:00", "2026-11-30T22:59:59+00:00",
                   "2026-11-30T23:00:00+00:00")
    }  # fmt: skip
    for reason in (CloseReason.DUPLICATE, CloseReason.WITHDRAWN, CloseReason.REDIRECTED):
        file_a_ticket(session, status=Status.CLOSED, close_reason=reason)
    file_a_ticket(session, requester_id=None)
    (line,) = costs(session, terms).lines
    assert line.tickets == [came["2026-10-31T23:00:00+00:00"], came["2026-11-30T22:59:59+00:00"]]
    (invoice,) = signed(session, reviewed(session))
    assert invoice.net == 80
    assert lines(costs(session, terms)) == []


def test_what_was_written_off_and_then_taken_back_is_nothing(session, ticket):
    terms = bought(session, type=HOURLY)
    kept, off = worked(session, ticket, 60), worked(session, ticket, 60, day=TUESDAY)
    billing.write_off(session, off.id, off.account_id, "Our own mistake", by=person(session, "Sam"), now=AFTER)
    time.reverse(session, off.id, by=person(session, "Bo"), now=MONDAY)
    assert [line.entries for line in costs(session, terms).lines] == [[kept.id]]


def test_what_was_approved_in_another_currency_waits(session, ticket):
    bought(session, excluded=["Salesforce"])
    answers(session, quoted(session, ticket, 60))
    terms = bought(session, excluded=["Salesforce"], rate_currency="USD")
    entry = worked(session, ticket, 60)
    charges = costs(session, terms)
    assert (lines(charges), [one.id for one in charges.waiting]) == ([], [entry.id])


def test_what_went_over_a_budget_and_was_taken_back_makes_no_room(session, ticket):
    terms, one = bought(session), project_of(session, 60)
    kept, over = worked(session, one, 60), worked(session, one, 60, day=TUESDAY)
    time.reverse(session, over.id, by=person(session, "Bo"), now=MONDAY)
    late = worked(session, one, 30, day=TUESDAY)
    charges = costs(session, terms)
    assert [line.entries for line in charges.lines] == [[kept.id]]
    assert [entry.id for entry in charges.waiting] == [late.id]


def test_what_is_charged_costs_nothing_again_whichever_way_it_is_asked(session, ticket):
    bought(session, type=HOURLY)
    entry = worked(session, ticket, 60)
    (invoice,) = signed(session, reviewed(session))
    terms = bought(session, type=HOURLY, starts=date(2026, 12, 1))
    assert lines(costs(session, terms)) == []
    december = invoices.of(session, by_name(session, "Acme"), DECEMBER, terms, [entry.id])
    assert (lines(december), invoice.net) == ([], 150)


def test_what_was_worked_for_another_client_is_not_theirs_to_pay(session, ticket):
    terms = bought(session, type=HOURLY)
    worked(session, file_a_ticket(session, account="Umbrella", by="Rex"), 60)
    assert lines(costs(session, terms)) == []
