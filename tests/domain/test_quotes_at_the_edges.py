"""Quotes at their edges: what is left and what is promised, until when, for whom, and what a quote leaves alone."""

from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select

from bot.domain import approvals, burn, outbox, people, quotes, time
from bot.domain.approvals import Purpose
from bot.domain.codes import Code
from bot.domain.errors import NotFound, Refused
from bot.domain.events import Event, Kind
from bot.domain.outbox import Place, Subject
from bot.domain.quotes import QuoteState
from bot.domain.seats import Verdict
from bot.domain.tickets import Inputs, Ticket
from bot.domain.workflow import Action, Clearance, CloseReason, Status
from tests.cast import by_name
from tests.domain.billed import answers, bought, quoted, worked
from tests.domain.desk import MONDAY, delivered, file_a_ticket, one_waits_for_the_other, pending, person


@pytest.fixture
def outside(session, who):
    """A request about what Acme's agreement excludes, sorted out by Bo."""
    return file_a_ticket(
        session, related_system="Salesforce", status=Status.TRIAGE, assignee_id=who("Bo"), code=Code.INCLUDED,
        estimate_minutes=120,
    )  # fmt: skip


@pytest.fixture
def beyond(session, who):
    """Six hours where four are left."""
    bought(session, included_minutes=10 * 60, overage_amount=Decimal(175))
    worked(session, file_a_ticket(session), 6 * 60)
    return file_a_ticket(
        session, status=Status.TRIAGE, assignee_id=who("Bo"), code=Code.INCLUDED, estimate_minutes=6 * 60
    )


def proposed(session, ticket, **told):
    asked = {"minutes": 120, "cap_minutes": 120, "valid_until": date(2026, 12, 7), "note": "The export", "by": "Bo"}
    asked |= told
    return quotes.propose(session, ticket, **asked | {"by": person(session, asked["by"])}, now=MONDAY)


# --- what costs extra


def test_the_rate_is_the_one_for_what_is_outside(session, outside):
    rates = [{"code": "out_of_scope", "role": None, "amount": "190"}]
    bought(session, excluded=["Salesforce"], rates=rates)
    assert quotes.beyond(session, outside, MONDAY).rate == 190
    assert proposed(session, outside).rate_amount == 190


@pytest.mark.parametrize("code", [Code.PROJECT, Code.INTERNAL, Code.ADVISORY])
def test_what_does_not_draw_on_the_hours_is_not_held_against_them(session, beyond, code):
    beyond.code = code
    assert quotes.beyond(session, beyond, MONDAY) is None


@pytest.mark.parametrize(("used", "estimate", "found"), [
    (6, 4, None),  # all that is left
    (6, 3, None),
    (6, 5, (60, 240)),
    (10, 5, (300, 0)),
    (12, 5, (300, 0)),  # what others went over is none of this ticket's
])  # fmt: skip
def test_what_fits_into_the_hours_costs_nothing_and_no_ticket_costs_more_than_itself(
    session, who, used, estimate, found
):
    """Ten hours; a ticket that has no code yet is one that is included."""
    bought(session, included_minutes=10 * 60)
    worked(session, file_a_ticket(session), used * 60)
    ticket = file_a_ticket(session, status=Status.TRIAGE, assignee_id=who("Bo"), estimate_minutes=estimate * 60)
    ticket.code = None
    extra = quotes.beyond(session, ticket, MONDAY)
    assert (extra and (extra.minutes, extra.free)) == found


def test_the_hours_hold_up_a_start_and_nothing_else(session, beyond):
    with pytest.raises(Refused, match="2h more than Acme has left this month"):
        quotes.check_start(session, beyond, Action.START, MONDAY)
    for action in set(Action) - {Action.START}:
        quotes.check_start(session, beyond, action, MONDAY)
    beyond.clearance = Clearance.GIVEN
    quotes.check_start(session, beyond, Action.START, MONDAY)


def test_what_is_out_of_scope_its_own_move_refuses(session, outside):
    quotes.check_start(session, outside, Action.START, MONDAY)


@pytest.mark.parametrize(("status", "remaining"), [(Status.NEW, 420), (Status.SCHEDULED, 240)])
def test_only_what_is_promised_is_left_for_it(session, who, status, remaining):
    """Ten hours, three worked on another; the three estimated for this one count unless it is new."""
    bought(session, included_minutes=10 * 60)
    worked(session, file_a_ticket(session), 180)
    ticket = file_a_ticket(session, status=status, assignee_id=who("Bo"), code=Code.INCLUDED, estimate_minutes=180)
    down = burn.of(session, by_name(session, "Acme"), MONDAY)
    assert (down.remaining, quotes.left_for(session, ticket, down)) == (remaining, 420)


def test_more_worked_than_was_promised_takes_nothing_back(session, who):
    bought(session, included_minutes=10 * 60)
    ticket = file_a_ticket(
        session, status=Status.SCHEDULED, assignee_id=who("Bo"), code=Code.INCLUDED, estimate_minutes=60
    )
    worked(session, ticket, 180)
    down = burn.of(session, by_name(session, "Acme"), MONDAY)
    assert quotes.left_for(session, ticket, down) == down.remaining == 420


# --- asking


@pytest.mark.parametrize(("filled", "told"), [
    ({"cap_minutes": 60 * 2000 + 1}, "at least the estimate"),
    ({"valid_until": MONDAY.date() + timedelta(days=367)}, "at most a year away"),
    ({"by": "Sam"}, "Only whoever works on"),
])  # fmt: skip
def test_what_can_not_be_asked_is_refused_and_nothing_changes(session, outside, everything, filled, told):
    before = everything()
    with pytest.raises(Refused, match=told):
        proposed(session, outside, **filled)
    assert everything() == before


@pytest.mark.parametrize("status", [Status.NEW, Status.CLOSED])
def test_what_is_new_or_done_is_not_quoted(session, outside, everything, status):
    outside.status = status
    session.flush()
    before = everything()
    with pytest.raises(Refused, match="a quote goes out while it is sorted out or in work"):
        proposed(session, outside)
    assert everything() == before


@pytest.mark.parametrize("days", [0, 366])
def test_it_may_be_valid_for_today_and_for_a_year(session, outside, days):
    """Until the end of that day where the client is: Acme is in Berlin."""
    day = MONDAY.date() + timedelta(days=days)
    quote = proposed(session, outside, valid_until=day, cap_minutes=60 * 2000)
    asked = approvals.pending_of(session, Purpose.QUOTE, quote.id)
    assert asked.expires_at == datetime.fromisoformat(f"{day + timedelta(days=1)}T00:00:00+01:00")


def test_its_last_day_is_one_of_the_clients_calendar(session, outside, everything):
    """Half past eleven at night by UTC, and Tuesday in Berlin: what ends on Monday is over."""
    late, before = datetime.fromisoformat("2026-11-23T23:30:00+00:00"), everything()
    with pytest.raises(Refused, match="from today on"):
        quotes.propose(
            session, outside, minutes=60, cap_minutes=60, valid_until=MONDAY.date(), note="", by=person(session, "Bo"),
            now=late,
        )  # fmt: skip
    assert everything() == before


def test_what_had_no_estimate_has_the_quoted_one_and_the_code_it_costs(session, outside):
    outside.estimate_minutes = None
    quote = proposed(session, outside)
    assert (outside.estimate_minutes, outside.code, quote.free_minutes) == (120, Code.OUT_OF_SCOPE, 0)


def test_what_only_goes_beyond_the_hours_keeps_its_code(session, beyond):
    quote = proposed(session, beyond)
    assert (beyond.code, beyond.estimate_minutes, quote.free_minutes) == (Code.INCLUDED, 360, 240)


def test_a_quote_for_more_than_was_estimated_leaves_nothing_free(session, beyond):
    quote = proposed(session, beyond, minutes=7 * 60, cap_minutes=7 * 60)
    assert (beyond.estimate_minutes, quote.free_minutes) == (360, 0)


def test_without_a_card_of_the_ticket_it_stands_in_the_clients_channel(session, outside):
    for post in outbox.posts_of(session, Subject.TICKET, outside.id):
        post.place = Place.TRIAGE
    session.flush()
    quote = proposed(session, outside)
    (card,) = outbox.posts_of(session, Subject.QUOTE, quote.id)
    assert (card.place, card.parent_id, card.channel_slack_id) == (Place.CLIENT, None, "C0ACME")


def test_a_second_reminder_is_read_in_triage_too(session, outside):
    quote = proposed(session, outside)
    asked = approvals.pending_of(session, Purpose.QUOTE, quote.id)
    for escalate, places in ((False, ["client"]), (True, ["client", "triage"])):
        delivered(session)
        quotes.remind(session, (quote, outside), asked, MONDAY, escalate=escalate)
        session.flush()
        assert sorted(place for place, _ in pending(session)) == places


# --- its answer


def test_a_client_who_is_asked_something_else_meanwhile_is_waited_for_still(session, outside):
    quote = quoted(session, outside)
    outside.waiting_for = "Which region?"
    answers(session, quote)
    assert (quote.state, outside.clearance, outside.status) == (QuoteState.APPROVED, Clearance.GIVEN, Status.WAITING)


def test_the_decision_stands_on_the_quote_and_its_card_is_drawn_anew(session, outside):
    quote = quoted(session, outside)
    version = quote.version
    answers(session, quote, verdict=Verdict.REJECT, reason="Too dear")
    assert quote.decision_id is not None
    assert (quote.version, quote.settled_at) == (version + 1, MONDAY)
    told = session.scalars(select(Event).where(Event.kind == Kind.QUOTE_SETTLED)).one()
    assert (told.data["state"], told.data["reason"]) == ("declined", "Too dear")


def test_what_is_said_yes_to_is_every_figure_of_it(session, outside):
    quote = quoted(session, outside)
    was = {quote.content_hash}
    for name, value in [
        ("minutes", 121), ("rate_amount", Decimal(151)), ("rate_currency", "USD"), ("cap_minutes", 122),
        ("valid_until", date(2026, 12, 8)), ("note", "More"),
    ]:  # fmt: skip
        with session.no_autoflush:
            setattr(quote, name, value)
        assert quote.content_hash not in was
        was.add(quote.content_hash)
    session.rollback()


def test_the_newest_is_the_one_that_counts(session, outside):
    first = quoted(session, outside)
    answers(session, first, verdict=Verdict.REJECT, reason="Too dear")
    second = quoted(session, outside, 60)
    assert quotes.newest_on(session, outside.id) is second
    assert quotes.find(session, person(session, "Cleo"), first.id) is first
    with pytest.raises(NotFound):
        quotes.find(session, person(session, "Rex"), second.id)


def test_what_was_decided_is_of_one_account_and_until_the_end_of_that_time(session, outside):
    quote = quoted(session, outside)
    answers(session, quote)
    acme, umbrella = (by_name(session, name).id for name in ("Acme", "Umbrella"))
    second = timedelta(seconds=1)
    ((found, decision),) = quotes.decided_within(session, acme, MONDAY, MONDAY + second)
    assert (found, decision.id) == (quote, quote.decision_id)
    assert quotes.decided_within(session, acme, MONDAY - second, MONDAY) == []
    assert quotes.decided_within(session, umbrella, MONDAY, MONDAY + second) == []


# --- spending


def test_only_what_was_approved_may_be_spent(session, outside):
    first = quoted(session, outside, 60)
    assert quotes.spending(session, outside.id, [first]) == (0, 0)
    answers(session, first, verdict=Verdict.REJECT, reason="Too dear")
    second = quoted(session, outside, 120, 180)
    answers(session, second)
    assert quotes.spending(session, outside.id, [first, second]) == (0, 180)


def test_less_than_what_is_free_spends_nothing(session, beyond):
    quote = proposed(session, beyond)
    answers(session, quote)
    worked(session, beyond, 60)
    assert quotes.spending(session, beyond.id, [quote]) == (0, 120)
    worked(session, beyond, 240, code=Code.ADVISORY)
    assert quotes.spending(session, beyond.id, [quote]) == (60, 120), "advice draws on the hours too"


def test_without_free_hours_only_what_costs_extra_is_spent(session, outside):
    quote = quoted(session, outside, 120)
    answers(session, quote)
    worked(session, outside, 60, code=Code.INCLUDED)
    extra = worked(session, outside, 30, code=Code.OUT_OF_SCOPE)
    assert quotes.spending(session, outside.id, [quote]) == (30, 120)
    assert quotes.covered(session, [outside.id]) == {extra.id: quote}


def test_what_is_taken_back_makes_room(session, outside):
    quote = quoted(session, outside, 60)
    answers(session, quote)
    first, second = worked(session, outside, 60), worked(session, outside, 45)
    assert quotes.covered(session, [outside.id]) == {first.id: quote}
    time.reverse(session, first.id, by=person(session, "Bo"), now=MONDAY)
    assert quotes.covered(session, [outside.id]) == {second.id: quote}


@pytest.mark.parametrize(("state", "clearance"), [
    ({"status": Status.CLOSED, "close_reason": CloseReason.WITHDRAWN}, Clearance.GIVEN),
    ({"clearance": Clearance.ASKED}, Clearance.ASKED),
    ({}, Clearance.USED_UP),
])  # fmt: skip
def test_what_is_used_up_stops_open_work_that_was_cleared_and_nothing_else(session, outside, state, clearance):
    quote = quoted(session, outside, 60)
    answers(session, quote)
    worked(session, outside, 60)
    for name, value in state.items():
        setattr(outside, name, value)
    session.flush()
    version = outside.version
    delivered(session)
    assert quotes.watch(session, MONDAY) == 1
    assert [place for place, subject in pending(session) if subject == "event"] == ["triage"]
    assert (quote.used_up_at, outside.clearance) == (MONDAY, clearance)
    # Who has a form open from before reads that it changed.
    assert outside.version == version + (clearance is Clearance.USED_UP)


def test_an_earlier_quote_that_was_used_up_keeps_when(session, outside):
    first = quoted(session, outside, 60)
    answers(session, first)
    worked(session, outside, 60)
    quotes.watch(session, MONDAY)
    second = quoted(session, outside, 60)
    answers(session, second)
    worked(session, outside, 60)
    later = MONDAY + timedelta(hours=2)
    assert quotes.watch(session, later) == 1
    assert (first.used_up_at, second.used_up_at) == (MONDAY, later)


def costs_extra(session):
    """An hour's work of Bo's on what the agreement does not cover."""
    return file_a_ticket(
        session, related_system="Salesforce", status=Status.TRIAGE, assignee_id=person(session, "Bo"),
        code=Code.INCLUDED, estimate_minutes=60,
    )  # fmt: skip


def test_two_workers_who_look_at_once_tell_it_once(cast_sessions, cast_url):
    with cast_sessions.begin() as session:
        people.enter_as_system(session)
        ticket = costs_extra(session)
        quote = quoted(session, ticket, 60)
        answers(session, quote)
        worked(session, ticket, 60)

    def look(session):
        people.enter_as_system(session)
        return quotes.watch(session, MONDAY)

    assert one_waits_for_the_other(cast_sessions, cast_url, look, look) == (1, 0)


@pytest.fixture
def asked_of_a_closed(cast_sessions):
    """The number of a ticket that was closed while its quote was out."""
    with cast_sessions.begin() as session:
        people.enter_as_system(session)
        ticket = costs_extra(session)
        quoted(session, ticket, 60)
        closing = Inputs(close_reason=CloseReason.WITHDRAWN, reason="Not needed after all")
        ticket.act(session, Action.CLOSE, by=person(session, "Bo"), now=MONDAY, inputs=closing)
        return ticket.id


def takes_back(session):
    people.enter_as_system(session)
    return quotes.withdraw_of_closed(session, MONDAY)


def test_two_workers_take_back_what_a_closed_ticket_asked_once(cast_sessions, cast_url, asked_of_a_closed):
    assert one_waits_for_the_other(cast_sessions, cast_url, takes_back, takes_back) == (1, 0)


def test_a_ticket_that_is_reopened_in_that_moment_keeps_its_quote(cast_sessions, cast_url, asked_of_a_closed):
    def reopens(session):
        people.enter_as_system(session)
        ticket = session.get_one(Ticket, asked_of_a_closed)
        ticket.act(
            session, Action.REOPEN, by=person(session, "Bo"), now=MONDAY, inputs=Inputs(reason="Needed after all")
        )
        session.flush()

    assert one_waits_for_the_other(cast_sessions, cast_url, reopens, takes_back) == (None, 0)
    with cast_sessions.begin() as session:
        people.enter_as_system(session)
        assert [one.state for one in quotes.on_ticket(session, asked_of_a_closed)] == [QuoteState.ASKED]
