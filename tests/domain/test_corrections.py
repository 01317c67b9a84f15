"""Time that is put right after it was charged: what comes back, on which invoice, and what is added."""

from datetime import date, datetime
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.domain import agreements, billing, invoices, time
from bot.domain.agreements import AgreementType
from bot.domain.codes import Code
from bot.domain.invoices import InvoiceKind, InvoiceState
from bot.domain.workflow import Status
from tests.cast import by_name
from tests.domain.billed import (
    AFTER,
    DECEMBER,
    LATER,
    NOVEMBER,
    answers,
    bought,
    corrects,
    numbered,
    project_of,
    quoted,
    reviewed,
    signed,
    worked,
)
from tests.domain.desk import MONDAY, file_a_ticket, person
from tests.domain.test_charges_at_the_edges import HOURLY, JANUARY_IS_OVER, costs, lines

pytestmark = pytest.mark.usefixtures("finance")

JANUARY = DECEMBER.after
A_MINUTE = Decimal("2.5")  # of 150 EUR an hour
ENDS = [AFTER, LATER, JANUARY_IS_OVER, datetime.fromisoformat("2027-03-02T12:00:00+00:00"),
        datetime.fromisoformat("2027-04-02T12:00:00+00:00")]  # fmt: skip


@pytest.fixture
def ticket(session, who):
    return file_a_ticket(session, status=Status.TRIAGE, assignee_id=who("Bo"))


def billed_at(session, month, now):
    """A month reviewed, signed, and what came of it numbered."""
    made = signed(session, reviewed(session, month, now=now), now)
    numbered(session, *made, now=now)
    return made


def takes_back(session, entry, now=AFTER):
    time.reverse(session, entry.id, by=person(session, "Bo"), now=now, reason="none of it")


def gives(session, invoice, amounts):
    told = {position: Decimal(amount) for position, amount in amounts.items()}
    return invoices.credit(session, invoice, told, "We were slow", by=person(session, "Eve"), now=AFTER)


def lines_of(session, invoice):
    return invoices.lines_of(session, [invoice.id])[invoice.id]


def shown(session, made):
    """What each gives back or asks for, and of which invoice."""
    return [(one.kind.value, one.credits_id, line.description, line.billed_minutes, line.amount)
            for one in made for line in lines_of(session, one)]  # fmt: skip


def test_what_was_added_comes_back_first_and_the_rest_of_the_first_invoice(session, ticket):
    """An hour was two, then a quarter: December gives back its hour, November three quarters, neither more than all."""
    bought(session, type=HOURLY)
    entry = worked(session, ticket, 60)
    (november,) = billed_at(session, NOVEMBER, AFTER)
    again = corrects(session, entry, 120)
    (december,) = billed_at(session, DECEMBER, LATER)
    corrects(session, again, 15, now=LATER)
    made = billed_at(session, JANUARY, JANUARY_IS_OVER)
    assert shown(session, [december, *made]) == [
        ("invoice", None, "Support, correction of November 2026", 60, 150),
        ("credit_note", december.id, "Support, correction of November 2026", 60, 150),
        ("credit_note", november.id, "Support, correction of November 2026", 45, Decimal("112.5")),
    ]
    assert (november.state, december.state) == (InvoiceState.APPROVED, InvoiceState.CREDITED)


def test_where_two_invoices_share_it_each_names_the_work_and_neither_says_how_much(session, ticket):
    bought(session, type=HOURLY)
    once = worked(session, ticket, 60)
    billed_at(session, NOVEMBER, AFTER)
    again = corrects(session, once, 120)
    (december,) = billed_at(session, DECEMBER, LATER)
    corrects(session, again, 15, now=LATER)
    made = billed_at(session, JANUARY, JANUARY_IS_OVER)
    told = [
        [str(item) for item in invoices.items(line)] for one in (december, *made) for line in lines_of(session, one)
    ]
    named = f"{ticket.key} {ticket.title}"
    assert told == [[f"{named} (1h)"], [named], [named]]


def test_what_was_added_and_shrinks_comes_back_of_what_was_added_alone(session, ticket):
    bought(session, type=HOURLY)
    entry = worked(session, ticket, 60)
    billed_at(session, NOVEMBER, AFTER)
    again = corrects(session, entry, 120)
    worked(session, ticket, 30, day=date(2026, 12, 7))
    (december,) = billed_at(session, DECEMBER, LATER)
    corrects(session, again, 90, now=LATER)
    made = billed_at(session, JANUARY, JANUARY_IS_OVER)
    assert shown(session, made) == [
        ("credit_note", december.id, "Support, correction of November 2026", 30, 75)
    ]  # fmt: skip
    added, own = sorted(lines_of(session, december), key=lambda line: line.corrects_id is None)
    assert [line.corrects_id for line in lines_of(session, made[0])] == [added.id]
    assert (added.billed_minutes, own.billed_minutes) == (60, 30)


def test_additions_come_back_newest_first(session, ticket):
    bought(session, type=HOURLY)
    one = worked(session, ticket, 60)
    (november,) = billed_at(session, NOVEMBER, AFTER)
    two = corrects(session, one, 90)
    (december,) = billed_at(session, DECEMBER, LATER)
    three = corrects(session, two, 120, now=LATER)
    (january,) = billed_at(session, JANUARY, JANUARY_IS_OVER)
    corrects(session, three, 45, now=JANUARY_IS_OVER)
    made = billed_at(session, JANUARY.after, ENDS[3])
    assert [(note.credits_id, note.net) for note in made] == [
        (january.id, 75), (december.id, 75), (november.id, Decimal("37.5")),
    ]  # fmt: skip


def test_what_came_back_of_an_addition_already_does_not_again(session, ticket):
    """Of December's hour half came back in January, so that of three quarters a quarter is November's."""
    bought(session, type=HOURLY)
    one = worked(session, ticket, 60)
    (november,) = billed_at(session, NOVEMBER, AFTER)
    two = corrects(session, one, 120)
    (december,) = billed_at(session, DECEMBER, LATER)
    three = corrects(session, two, 90, now=LATER)
    (half,) = billed_at(session, JANUARY, JANUARY_IS_OVER)
    corrects(session, three, 45, now=JANUARY_IS_OVER)
    made = billed_at(session, JANUARY.after, ENDS[3])
    assert [(note.credits_id, note.net) for note in (half, *made)] == [
        (december.id, 75), (december.id, 75), (november.id, Decimal("37.5")),
    ]  # fmt: skip


def test_what_finance_gave_back_of_an_addition_is_not_given_back_again(session, ticket):
    bought(session, type=HOURLY)
    entry = worked(session, ticket, 60)
    (november,) = billed_at(session, NOVEMBER, AFTER)
    again = corrects(session, entry, 120)
    (december,) = billed_at(session, DECEMBER, LATER)
    gives(session, december, {1: "100"})
    takes_back(session, again, LATER)
    made = billed_at(session, JANUARY, JANUARY_IS_OVER)
    assert [(note.credits_id, note.net) for note in made] == [(december.id, 50), (november.id, 150)]


def test_what_finance_gave_back_in_full_stays_in_sight_of_every_later_correction(session, ticket):
    """Of two hours one was a gift: taking that one back gives nothing, and half of the other gives its 75 EUR."""
    bought(session, type=HOURLY)
    one = worked(session, ticket, 60)
    (november,) = billed_at(session, NOVEMBER, AFTER)
    two = corrects(session, one, 120)
    (december,) = billed_at(session, DECEMBER, LATER)
    gives(session, december, {1: "150"})
    three = corrects(session, two, 60, now=LATER)
    assert billed_at(session, JANUARY, JANUARY_IS_OVER) == []
    corrects(session, three, 30, now=JANUARY_IS_OVER)
    made = billed_at(session, JANUARY.after, ENDS[3])
    assert [(note.credits_id, note.net) for note in made] == [(november.id, 75)]


def test_each_entry_is_put_right_once_where_two_invoices_share_it(session, ticket):
    """The later correction is held against all that was charged and given back before."""
    bought(session, type=HOURLY)
    entry = worked(session, ticket, 60)
    billed_at(session, NOVEMBER, AFTER)
    again = corrects(session, entry, 120)
    billed_at(session, DECEMBER, LATER)
    once = corrects(session, again, 15, now=LATER)
    billed_at(session, JANUARY, JANUARY_IS_OVER)
    corrects(session, once, 75, now=JANUARY_IS_OVER)
    (more,) = billed_at(session, JANUARY.after, ENDS[3])
    assert shown(session, [more]) == [("invoice", None, "Support, correction of November 2026", 60, 150)]


def test_what_gave_back_too_much_before_lines_said_what_they_correct_takes_nothing_from_the_next(session, ticket):
    """As a note from before 0017 did: 400 of 150. The next one asks for no more, and takes nothing back either."""
    bought(session, type=HOURLY)
    entry = worked(session, ticket, 60)
    (november,) = billed_at(session, NOVEMBER, AFTER)
    again = corrects(session, entry, 120)
    (december,) = billed_at(session, DECEMBER, LATER)
    note = gives(session, december, {1: "150"})
    (line,) = lines_of(session, note)
    line.billed_minutes, line.amount = 160, Decimal(400)
    session.flush()
    takes_back(session, again, LATER)
    made = billed_at(session, JANUARY, JANUARY_IS_OVER)
    assert [(one.credits_id, one.net) for one in made] == [(november.id, 150)]


def test_time_that_was_for_another_client_comes_back_there_and_is_charged_here_by_their_own_price(session, ticket, who):
    bought(session, type=HOURLY)
    bought(session, "Umbrella", type=HOURLY, rate_amount=Decimal(100))
    entry = worked(session, ticket, 60)
    (november,) = billed_at(session, NOVEMBER, AFTER)
    theirs = file_a_ticket(session, account="Umbrella", by="Rex", status=Status.TRIAGE, assignee_id=who("Bo"))
    corrects(session, entry, 60, on=theirs)
    (charged,) = costs_of(session, NOVEMBER, "Umbrella").lines
    assert (charged.description, charged.billed_minutes, charged.amount.amount) == ("Support", 60, 100)
    (note,) = billed_at(session, DECEMBER, LATER)
    assert (note.credits_id, note.net, november.state) == (november.id, 150, InvoiceState.CREDITED)


@pytest.mark.parametrize(("first", "then", "told"), [
    (90, 75, [("invoice", Decimal("37.5"))]), (30, 60, []), (120, 15, [("credit_note", Decimal("112.5"))]),
])  # fmt: skip
def test_what_is_put_right_twice_before_it_is_signed_counts_once(session, ticket, first, then, told):
    """At the price it was charged with, whatever an hour costs by now."""
    bought(session, type=HOURLY)
    entry = worked(session, ticket, 60)
    billed_at(session, NOVEMBER, AFTER)
    bought(session, type=HOURLY, starts=date(2026, 12, 1), rate_amount=Decimal(160))
    corrects(session, corrects(session, entry, first), then)
    stands = billing.examined(session, reviewed(session, DECEMBER, now=LATER), LATER)
    assert (stands.raw_minutes, stands.taken_back_minutes) == (then, 60)
    assert [(one.kind.value, one.net) for one in billed_at(session, DECEMBER, LATER)] == told


def test_what_was_free_and_is_put_right_twice_stays_free(session, ticket):
    bought(session, type=AgreementType.FIXED, fee_amount=Decimal(2000), starts=date(2026, 11, 1))
    entry = worked(session, ticket, 60)
    billed_at(session, NOVEMBER, AFTER)
    bought(session, type=HOURLY, starts=date(2026, 12, 1))
    corrects(session, corrects(session, entry, 45), 60)
    assert billed_at(session, DECEMBER, LATER) == []


def test_advice_that_was_ours_for_a_moment_is_the_same_advice(session, ticket):
    bought(session, type=HOURLY, rates=[{"code": "advisory", "role": None, "amount": "210"}])
    entry = worked(session, ticket, 60, code=Code.ADVISORY)
    billed_at(session, NOVEMBER, AFTER)
    corrects(session, corrects(session, entry, 60, Code.INCLUDED), 90, Code.ADVISORY)
    (more,) = billed_at(session, DECEMBER, LATER)
    assert shown(session, [more]) == [("invoice", None, "Strategic advisory, correction of November 2026", 30, 105)]


def test_what_grows_beyond_its_approval_waits_and_what_was_charged_of_it_comes_back(session, ticket):
    ticket.related_system = "Salesforce"
    bought(session, excluded=["Salesforce"])
    answers(session, quoted(session, ticket, 120))
    entry = worked(session, ticket, 120)
    (november,) = billed_at(session, NOVEMBER, AFTER)
    corrects(session, entry, 300)
    review = reviewed(session, DECEMBER, now=LATER)
    charges = costs_of(session, DECEMBER)
    assert [one.minutes for one in charges.waiting] == [300]
    (note,) = signed(session, review, LATER)
    assert (note.credits_id, note.net) == (november.id, november.net)


def test_what_grows_beyond_a_budget_waits(session, ticket):
    bought(session)
    entry = worked(session, project_of(session, 60), 60)
    (november,) = billed_at(session, NOVEMBER, AFTER)
    corrects(session, entry, 600)
    charges = costs_of(session, DECEMBER)
    assert [one.minutes for one in charges.waiting] == [600]
    assert [(one.invoice.id, line.amount.amount) for one in charges.credits for line in one.back] == [
        (november.id, 150)
    ]


def costs_of(session, month, account="Acme"):
    account = by_name(session, account)
    terms = agreements.of(session, account.id, month.last)
    return invoices.of(session, account, month, terms)


def test_a_line_is_rounded_as_it_was_charged_whatever_is_agreed_by_now(session, ticket):
    """61 minutes were two hours; all of it comes back, and not a minute's part."""
    bought(session, type=HOURLY, rounding={"unit": 60, "mode": "up", "scope": "entry"})
    entry = worked(session, ticket, 61)
    (november,) = billed_at(session, NOVEMBER, AFTER)
    bought(session, type=HOURLY, starts=date(2026, 12, 1))
    takes_back(session, entry)
    (note,) = billed_at(session, DECEMBER, LATER)
    assert (note.net, november.state) == (300, InvoiceState.CREDITED)


def test_an_addition_names_the_work_that_is_there_and_none_that_moved_away(session, ticket, who):
    bought(session, type=HOURLY)
    other = file_a_ticket(session, status=Status.TRIAGE, assignee_id=who("Bo"))
    entry = worked(session, ticket, 60)
    billed_at(session, NOVEMBER, AFTER)
    corrects(session, entry, 90, on=other)
    (more,) = billed_at(session, DECEMBER, LATER)
    assert [str(item) for line in lines_of(session, more) for item in invoices.items(line)] == [
        f"{other.key} {other.title} (1h 30m)"
    ]  # fmt: skip


def test_what_comes_back_in_thirds_leaves_no_cent(session, ticket):
    bought(session, type=HOURLY, rate_amount=Decimal(100), rounding={"unit": 1, "mode": "none", "scope": "entry"})
    entry = worked(session, ticket, 60)
    (november,) = billed_at(session, NOVEMBER, AFTER)
    given, month = [], DECEMBER
    for minutes, now, end in ((40, AFTER, LATER), (20, LATER, JANUARY_IS_OVER)):
        entry = corrects(session, entry, minutes, now=now)
        given += [note.net for note in billed_at(session, month, end)]
        month = month.after
    takes_back(session, entry, JANUARY_IS_OVER)
    given += [note.net for note in billed_at(session, month, ENDS[3])]
    assert given == [Decimal("33.33"), Decimal("33.33"), Decimal("33.34")]
    assert november.state is InvoiceState.CREDITED


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    lengths=st.lists(st.tuples(st.integers(1, 300), st.integers(1, 300)), min_size=2, max_size=5),
    unit=st.sampled_from([1, 6, 15]), scope=st.sampled_from(["entry", "ticket_day", "invoice_line"]),
    by_hand=st.none() | st.tuples(st.integers(0, 3), st.integers(1, 400)),
)  # fmt: skip
def test_however_often_time_is_put_right_no_line_gives_back_more_than_it_asked_for(
    session, ticket, lengths, unit, scope, by_hand
):
    """Two entries, put right month after month; once finance gives something back by hand too."""
    with session.begin_nested() as step:
        bought(session, type=HOURLY, rounding={"unit": unit, "mode": "up", "scope": scope})
        stands = [
            worked(session, ticket, minutes, day=date(2026, 11, 23 + at)) for at, minutes in enumerate(lengths[0])
        ]
        made, month, gift = [], NOVEMBER, 0
        for at, now in enumerate(ENDS[: len(lengths)]):
            made += billed_at(session, month, now)
            month = month.after
            if by_hand and by_hand[0] == at:
                gift = give_what_is_left(session, made, by_hand[1])
            if at + 1 < len(lengths):
                stands = [
                    entry if entry.minutes == minutes else corrects(session, entry, minutes, now=now)
                    for entry, minutes in zip(stands, lengths[at + 1], strict=True)
                ]
        asked = [line for one in made if one.kind is InvoiceKind.INVOICE for line in lines_of(session, one)]
        given = invoices.given_back(session, [line.id for line in asked])
        for line in asked:
            back = given.get(line.id, invoices.Given(0, Decimal(0)))
            assert (back.minutes <= line.billed_minutes, back.amount <= line.amount) == (True, True)
        charged = sum(line.billed_minutes for line in asked) - sum(back.minutes for back in given.values())
        paid = sum(line.amount for line in asked) - sum(back.amount for back in given.values())
        if not by_hand:
            assert paid == charged * A_MINUTE
        if unit == 1:
            due = sum(lengths[-1]) * A_MINUTE
            assert due - gift <= paid <= due
            assert by_hand or paid == due
        step.rollback()


def give_what_is_left(session, made, amount):
    """Something of the last invoice's first line, as far as it goes."""
    (*_, invoice) = [one for one in made if one.kind is InvoiceKind.INVOICE]
    line = lines_of(session, invoice)[0]
    back = invoices.given_back(session, [line.id]).get(line.id)
    left = line.amount - (back.amount if back else 0)
    if left and invoice.state is InvoiceState.APPROVED:
        return gives(session, invoice, {line.position: min(left, Decimal(amount))}).net
    return 0


def test_what_is_put_right_before_its_month_is_billed_costs_what_it_says(session, ticket):
    terms = bought(session, type=HOURLY)
    corrects(session, worked(session, ticket, 90), 60, now=MONDAY)
    assert lines(costs(session, terms)) == [("included", "1", "150.00 EUR")]


def test_new_words_alone_give_nothing_back_and_ask_for_nothing(session, ticket):
    """A credit note of nothing would be one more paper for everybody; what comes later still finds its line."""
    bought(session, type=HOURLY)
    entry = worked(session, ticket, 60)
    (invoice,) = signed(session, reviewed(session))
    numbered(session, invoice)
    again = corrects(session, entry, 60)
    assert signed(session, reviewed(session, DECEMBER, now=LATER), LATER) == []
    corrects(session, again, 30, now=LATER)
    (note,) = signed(session, reviewed(session, DECEMBER.after, now=JANUARY_IS_OVER), JANUARY_IS_OVER)
    assert (note.kind, note.credits_id, note.net) == (InvoiceKind.CREDIT_NOTE, invoice.id, Decimal(75))


def test_each_correction_is_held_against_what_was_charged_and_given_back_before(session, ticket):
    """100 minutes are 105, 61 are 75, 59 are 60: first half an hour comes back, then a quarter."""
    bought(session, type=HOURLY)
    entry = worked(session, ticket, 100)
    (invoice,) = signed(session, reviewed(session))
    numbered(session, invoice)
    again = corrects(session, entry, 61)
    (first,) = signed(session, reviewed(session, DECEMBER, now=LATER), LATER)
    numbered(session, first, now=LATER)
    corrects(session, again, 59, now=LATER)
    (second,) = signed(session, reviewed(session, DECEMBER.after, now=JANUARY_IS_OVER), JANUARY_IS_OVER)
    assert [(one.credits_id, one.net) for one in (first, second)] == [
        (invoice.id, Decimal(75)), (invoice.id, Decimal("37.5")),
    ]  # fmt: skip


def test_a_correction_concerns_the_line_of_its_own_price(session, ticket):
    """50 minutes of each are an hour each; 44 of one are 45."""
    bought(session, type=HOURLY, rates=[{"code": "included", "role": "lead", "amount": "190"}])
    entry, _ = worked(session, ticket, 50), worked(session, ticket, 50, by="Maya")
    numbered(session, *signed(session, reviewed(session)))
    corrects(session, entry, 44)
    (note,) = signed(session, reviewed(session, DECEMBER, now=LATER), LATER)
    assert note.net == Decimal("37.5")


def test_another_code_afterwards_gives_all_back_and_is_charged_anew(session, ticket):
    bought(session, type=HOURLY, rates=[{"code": "advisory", "role": None, "amount": "210"}])
    entry = worked(session, ticket, 60)
    numbered(session, *signed(session, reviewed(session)))
    corrects(session, entry, 60, Code.ADVISORY)
    made = signed(session, reviewed(session, DECEMBER, now=LATER), LATER)
    assert [(one.kind.value, one.net) for one in made] == [("invoice", Decimal(210)), ("credit_note", Decimal(150))]


def test_time_that_was_for_another_project_comes_back_of_the_first_and_is_charged_on_the_other(session, ticket):
    bought(session, rounding={"unit": 15, "mode": "up", "scope": "invoice_line"})
    one, other = project_of(session, 600), project_of(session, 600)
    entry = worked(session, one, 60)
    (invoice,) = billed_at(session, NOVEMBER, AFTER)
    corrects(session, entry, 60, on=other)
    made = billed_at(session, DECEMBER, LATER)
    assert [(note.credits_id, line.description, note.net) for note in made for line in lines_of(session, note)] == [
        (None, f"Project delivery, PR-{other.id} {other.name}", 150),
        (invoice.id, f"Project delivery, PR-{one.id} {one.name}, correction of November 2026", 150),
    ]  # fmt: skip


def test_a_project_that_is_corrected_leaves_another_alone(session, ticket):
    """Each line rounds for itself: 50 minutes are an hour, 44 are 45."""
    bought(session, rounding={"unit": 15, "mode": "up", "scope": "invoice_line"})
    one, other = project_of(session, 600), project_of(session, 600)
    entry, _ = worked(session, one, 50), worked(session, other, 50)
    numbered(session, *signed(session, reviewed(session)))
    corrects(session, entry, 44)
    (note,) = signed(session, reviewed(session, DECEMBER, now=LATER), LATER)
    (line,) = invoices.lines_of(session, [note.id])[note.id]
    assert (note.net, f"PR-{one.id} New brand" in line.description) == (Decimal("37.5"), True)


def test_what_was_free_and_is_taken_back_under_other_terms_gives_nothing_back(session, ticket):
    """In November it was in the price; from December on every hour is charged."""
    bought(session, type=AgreementType.FIXED, fee_amount=Decimal(2000), starts=date(2026, 11, 1))
    entry = worked(session, ticket, 60)
    numbered(session, *signed(session, reviewed(session)))
    time.reverse(session, entry.id, by=person(session, "Bo"), now=AFTER)
    bought(session, type=HOURLY, starts=date(2026, 12, 1))
    assert signed(session, reviewed(session, DECEMBER, now=LATER), LATER) == []


def test_what_cost_nothing_and_turns_out_to_be_advice_is_charged(session, ticket):
    bought(session, type=AgreementType.FIXED, rates=[{"code": "advisory", "role": None, "amount": "210"}])
    entry = worked(session, ticket, 60)
    assert signed(session, reviewed(session)) == []
    corrects(session, entry, 60, Code.ADVISORY)
    (invoice,) = signed(session, reviewed(session, DECEMBER, now=LATER), LATER)
    assert (invoice.kind, invoice.net) == (InvoiceKind.INVOICE, 210)


def test_in_another_currency_what_was_charged_is_given_back_in_its_own_and_stands_anew(session, ticket):
    """An hour at 150 EUR; from December on it is paid in dollars, and the hour was half an hour."""
    bought(session, type=HOURLY, tax_rate=Decimal("0.2"))
    entry = worked(session, ticket, 60)
    (invoice,) = signed(session, reviewed(session))
    numbered(session, invoice)
    corrects(session, entry, 30)
    bought(session, type=HOURLY, starts=date(2026, 12, 1), rate_amount=Decimal(180), rate_currency="USD")
    made = signed(session, reviewed(session, DECEMBER, now=LATER), LATER)
    assert [(one.kind.value, [str(total) for total in one.totals]) for one in made] == [
        ("invoice", ["90.00 USD", "0.00 USD", "90.00 USD"]), ("credit_note", ["150.00 EUR", "30.00 EUR", "180.00 EUR"]),
    ]  # fmt: skip
    numbered(session, *made, now=LATER)
    assert invoice.state.value == "credited"
