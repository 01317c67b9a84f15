"""Out of scope, early: nothing that costs extra is started before the client has said yes to its price."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from bot.domain import approvals, burn, deciding, outbox, quotes
from bot.domain.agreements import AgreementType, OutOfScope
from bot.domain.approvals import Purpose, Standing
from bot.domain.codes import Code
from bot.domain.errors import NotFound, Refused
from bot.domain.quotes import QuoteState
from bot.domain.seats import Verdict
from bot.domain.tickets import Inputs, unanswered
from bot.domain.workflow import Action, Clearance, CloseReason, Status
from tests.cast import by_name
from tests.domain.billed import answers, bought, quoted, worked
from tests.domain.desk import MONDAY, file_a_ticket, person


@pytest.fixture
def outside(session, who):
    """A request about what Acme's agreement excludes, sorted out by Bo."""
    return file_a_ticket(
        session, related_system="Salesforce", status=Status.TRIAGE, assignee_id=who("Bo"), code=Code.INCLUDED,
        estimate_minutes=120,
    )  # fmt: skip


def starts(session, ticket, by="Bo", **inputs):
    filled = Inputs(estimate_minutes=ticket.estimate_minutes, code=ticket.code, **inputs)
    return ticket.act(session, Action.START, by=person(session, by), now=MONDAY, inputs=filled)


def test_what_is_outside_the_agreement_can_not_be_started_before_it_is_approved(session, who, outside, everything):
    before = everything()
    with pytest.raises(Refused, match="press Quote"):
        starts(session, outside)
    assert everything() == before
    quote = quoted(session, outside, 120, 180)
    assert (outside.status, outside.clearance, outside.code) == (
        Status.WAITING, Clearance.ASKED, Code.OUT_OF_SCOPE,
    )  # fmt: skip
    assert (outside.waiting_for, outside.waiting_whom) == ("your approval of the extra cost", "Cleo")
    assert (str(quote.price), str(quote.most), quote.why) == ("300.00 EUR", "450.00 EUR", [OutOfScope.SYSTEM])
    with pytest.raises(Refused, match="has not answered"):
        starts(session, outside)
    answers(session, quote)
    assert (quote.state, outside.clearance, outside.status) == (
        QuoteState.APPROVED, Clearance.GIVEN, Status.TRIAGE,
    )  # fmt: skip
    starts(session, outside)
    assert outside.status is Status.IN_PROGRESS


@pytest.mark.parametrize(("name", "told"), [
    ("Ana", "the client’s approver \\(Cleo\\)"), ("Bo", "You are its author"), ("Maya", "Cleo"),
])  # fmt: skip
def test_whoever_may_not_approve_is_told_who_may(session, outside, everything, name, told):
    quote = quoted(session, outside)
    before = everything()
    with pytest.raises(Refused, match=told):
        answers(session, quote, name)
    assert everything() == before


def test_an_outsider_finds_nothing(session, outside, everything):
    quote = quoted(session, outside)
    before = everything()
    with pytest.raises(NotFound):
        answers(session, quote, "Rex")
    with pytest.raises(NotFound):
        quotes.find(session, person(session, "Rex"), quote.id)
    assert everything() == before


def test_a_decline_says_why_and_the_ticket_is_ours_again(session, outside):
    quote = quoted(session, outside)
    with pytest.raises(Refused, match="Say why"):
        answers(session, quote, verdict=Verdict.REJECT)
    answers(session, quote, verdict=Verdict.REJECT, reason="Too dear this year")
    assert (quote.state, outside.clearance, outside.status) == (
        QuoteState.DECLINED, Clearance.DECLINED, Status.TRIAGE,
    )  # fmt: skip
    with pytest.raises(Refused, match="declined"):
        starts(session, outside)
    assert quotes.newest_on(session, outside.id) is quote
    again = quoted(session, outside, 60)
    answers(session, again)
    starts(session, outside)


def test_nobody_answers_and_it_expires_once(session, outside):
    quote = quoted(session, outside)
    for days in (1.5, 3):
        deciding.sweep(session, MONDAY + timedelta(days=days))
    assert quote.state is QuoteState.ASKED
    assert deciding.sweep(session, MONDAY + timedelta(days=15)) == 1
    assert deciding.sweep(session, MONDAY + timedelta(days=15)) == 0
    assert (quote.state, outside.clearance, outside.status) == (QuoteState.EXPIRED, Clearance.LAPSED, Status.TRIAGE)
    assert approvals.newest(session, Purpose.QUOTE, [quote.id])[quote.id].state is Standing.EXPIRED
    with pytest.raises(Refused, match="Nobody answered"):
        starts(session, outside)


def test_a_quote_is_taken_back_by_whoever_works_on_it(session, outside, everything):
    quote = quoted(session, outside)
    before = everything()
    with pytest.raises(Refused, match="Only whoever works on"):
        quotes.withdraw(session, quote, outside, by=person(session, "Sam"), now=MONDAY)
    assert everything() == before
    quotes.withdraw(session, quote, outside, by=person(session, "Bo"), now=MONDAY)
    assert (quote.state, outside.clearance, outside.status) == (QuoteState.WITHDRAWN, None, Status.TRIAGE)
    assert approvals.newest(session, Purpose.QUOTE, [quote.id])[quote.id].state is Standing.WITHDRAWN
    with pytest.raises(Refused, match="withdrawn already"):
        quotes.withdraw(session, quote, outside, by=person(session, "Bo"), now=MONDAY)


@pytest.mark.parametrize(("filled", "told"), [
    ({"minutes": 0}, "at least the estimate"),
    ({"minutes": -60}, "at least the estimate"),
    ({"cap_minutes": 60}, "at least the estimate"),
    ({"valid_until": date(2026, 11, 22)}, "from today on"),
    ({"valid_until": date(2028, 11, 22)}, "from today on"),
    ({"seen": 99}, "is now|was first|already"),
])  # fmt: skip
def test_what_can_not_be_quoted_is_refused_and_nothing_changes(session, outside, everything, filled, told):
    asked = {"minutes": 120, "cap_minutes": 120, "valid_until": date(2026, 12, 7), "note": "The export", "seen": None}
    before = everything()
    with pytest.raises(Refused, match=told):
        quotes.propose(session, outside, **asked | filled, by=person(session, "Bo"), now=MONDAY)
    assert everything() == before


def test_one_quote_at_a_time(session, outside):
    quoted(session, outside)
    with pytest.raises(Refused, match="has a quote already"):
        quoted(session, outside)


def test_without_an_agreement_or_a_rate_nothing_is_quoted(session, outside):
    bought(session, rate_amount=None, excluded=["Salesforce"])
    with pytest.raises(Refused, match="no rate to quote"):
        quoted(session, outside)


def test_more_than_the_hours_that_are_left_is_quoted_for_what_goes_beyond(session, who):
    """BIL-19 to BIL-21: 6 h where 4 h are left, at 175 an hour."""
    bought(session, included_minutes=10 * 60, overage_amount=Decimal(175))
    worked(session, file_a_ticket(session), 6 * 60)
    ticket = file_a_ticket(session, status=Status.TRIAGE, assignee_id=who("Bo"), code=Code.INCLUDED,
                           estimate_minutes=6 * 60)  # fmt: skip
    found = quotes.beyond(session, ticket, MONDAY)
    assert (found.reasons, found.minutes, found.free, found.rate) == ([OutOfScope.ALLOWANCE], 120, 240, 175)
    with pytest.raises(Refused, match="2h more than Acme has left this month"):
        quotes.check_start(session, ticket, Action.START, MONDAY)
    quotes.check_start(session, ticket, Action.START, MONDAY, estimate=4 * 60)
    quote = quoted(session, ticket, 120)
    assert (str(quote.price), str(quote.rate), quote.free_minutes) == ("350.00 EUR", "175.00 EUR", 240)
    assert ticket.code is Code.INCLUDED
    answers(session, quote)
    worked(session, ticket, 5 * 60)
    assert quotes.spending(session, ticket.id, [quote]) == (60, 120)


def test_what_others_are_promised_is_not_left(session, who):
    bought(session, included_minutes=10 * 60)
    file_a_ticket(session, status=Status.SCHEDULED, code=Code.INCLUDED, estimate_minutes=8 * 60)
    ticket = file_a_ticket(session, status=Status.TRIAGE, assignee_id=who("Bo"), code=Code.INCLUDED,
                           estimate_minutes=3 * 60)  # fmt: skip
    assert quotes.beyond(session, ticket, MONDAY).minutes == 60


def test_hours_are_charged_as_agreed_where_every_hour_is(session, who):
    bought(session, type=AgreementType.TIME_AND_MATERIALS, excluded=["Salesforce"])
    ticket = file_a_ticket(session, related_system="Salesforce", estimate_minutes=600, code=Code.INCLUDED)
    assert quotes.beyond(session, ticket, MONDAY) is None


def test_a_type_that_is_not_covered_costs_extra(session, who):
    bought(session, excluded_types=["question"])
    assert quotes.beyond(session, file_a_ticket(session), MONDAY).reasons == [OutOfScope.TYPE]


@pytest.mark.parametrize(("logged", "warned", "stopped"), [
    ([95], 0, 0), ([96], 1, 0), ([60, 59], 1, 0), ([60, 60], 0, 1), ([60, 36, 30], 0, 1),
])  # fmt: skip
def test_at_80_percent_of_what_was_approved_it_is_told_and_at_all_of_it_work_stops(
    session, outside, logged, warned, stopped
):
    quote = quoted(session, outside, 100, 120)
    answers(session, quote)
    starts(session, outside)
    for minutes in logged:
        worked(session, outside, minutes)
    assert quotes.watch(session, MONDAY) == (1 if warned or stopped else 0)
    assert quotes.watch(session, MONDAY) == 0
    assert (quote.warned_at is not None, quote.used_up_at is not None) == (bool(warned), bool(stopped))
    assert outside.clearance is (Clearance.USED_UP if stopped else Clearance.GIVEN)


def test_what_was_logged_before_and_what_goes_over_waits_for_the_next_approval(session, outside):
    early = worked(session, outside, 60, code=Code.OUT_OF_SCOPE)
    first = quoted(session, outside, 120)
    assert quotes.covered(session, [outside.id]) == {}
    answers(session, first)
    inside, over = worked(session, outside, 60), worked(session, outside, 30)
    assert quotes.covered(session, [outside.id]) == {early.id: first, inside.id: first}
    assert quotes.watch(session, MONDAY) == 1
    with pytest.raises(Refused, match="All the client approved"):
        starts(session, outside)
    second = quoted(session, outside, 60)
    answers(session, second)
    assert quotes.covered(session, [outside.id]) == {early.id: first, inside.id: first, over.id: second}
    assert quotes.spending(session, outside.id, [first, second]) == (150, 180)


def test_the_client_reads_it_in_the_tickets_thread_and_triage_hears_of_the_answer(session, outside):
    quote = quoted(session, outside)
    (card,) = outbox.posts_of(session, outbox.Subject.QUOTE, quote.id)
    roots = outbox.posts_of(session, outbox.Subject.TICKET, outside.id)
    root = next(post for post in roots if post.place is outbox.Place.CLIENT)
    assert (card.place, card.parent_id, card.channel_slack_id) == (outbox.Place.CLIENT, root.id, "C0ACME")


def test_what_the_ticket_itself_is_promised_is_left_for_it(session, who):
    bought(session, included_minutes=10 * 60)
    file_a_ticket(session, status=Status.SCHEDULED, code=Code.INCLUDED, estimate_minutes=8 * 60)
    ticket = file_a_ticket(session, status=Status.TRIAGE, assignee_id=who("Bo"), code=Code.INCLUDED,
                           estimate_minutes=3 * 60)  # fmt: skip
    worked(session, ticket, 60)
    down = burn.of(session, by_name(session, "Acme"), MONDAY)
    assert quotes.left_for(session, ticket, down) == 60  # ten hours without the eight of another and the one it took
    assert quotes.left_for(session, ticket, None) is None


def test_while_it_is_asked_nobody_is_reminded_of_the_same_twice(session, outside):
    outbox.posts_of(session, outbox.Subject.TICKET, outside.id)[0].ts = "1793000000.000100"
    quote = quoted(session, outside)
    assert unanswered.sweep(session, MONDAY + timedelta(days=9)) == 0
    assert outside.status is Status.WAITING
    quotes.withdraw(session, quote, outside, by=person(session, "Bo"), now=MONDAY)
    outside.act(session, Action.ASK_CLIENT, by=person(session, "Bo"), now=MONDAY, inputs=Inputs(reason="Which region?"))
    assert unanswered.sweep(session, MONDAY + timedelta(days=9)) == 1


def test_on_a_closed_ticket_nothing_is_asked_any_more(session, outside):
    quote = quoted(session, outside)
    assert quotes.withdraw_of_closed(session, MONDAY) == 0
    closing = Inputs(close_reason=CloseReason.WITHDRAWN, reason="Not needed after all")
    outside.act(session, Action.CLOSE, by=person(session, "Bo"), now=MONDAY, inputs=closing)
    assert quotes.withdraw_of_closed(session, MONDAY) == 1
    assert quotes.withdraw_of_closed(session, MONDAY) == 0
    assert (quote.state, outside.status) == (QuoteState.WITHDRAWN, Status.CLOSED)
    assert approvals.newest(session, Purpose.QUOTE, [quote.id])[quote.id].state is Standing.WITHDRAWN
