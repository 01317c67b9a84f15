"""The monthly billing review: what it finds, what puts that right, two signatures, and the lock."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from bot.domain import accounts, approvals, billing, burn
from bot.domain.agreements import AgreementType
from bot.domain.approvals import Purpose, Standing
from bot.domain.billing import Finding, Fix, ReviewState
from bot.domain.codes import Category, Code
from bot.domain.errors import NotFound, Refused
from bot.domain.workflow import Status
from tests.cast import by_name
from tests.domain.billed import AFTER, DECEMBER, LATER, NOVEMBER, bought, reviewed, signed, worked
from tests.domain.desk import MONDAY, file_a_ticket, person

pytestmark = pytest.mark.usefixtures("finance", "billed_elsewhere")

FRIDAY = MONDAY.date() + timedelta(days=4)


@pytest.fixture
def ticket(session, who):
    return file_a_ticket(session, status=Status.TRIAGE, assignee_id=who("Bo"))


def found(session, review=None, finding=None):
    stands = billing.examined(session, review or reviewed(session), AFTER)
    told = [(one.finding, one.entry.id if one.entry else None) for one in stands.found]
    return [one for one in told if finding is None or one[0] is finding]


def test_a_clean_month_has_nothing_to_settle(session, ticket):
    worked(session, ticket, 60)
    assert [one for one, _ in found(session)] == [Finding.UNENTERED]


@pytest.mark.parametrize(("told", "finding"), [
    ({"minutes": 500}, Finding.LONG_ENTRY),
    ({"category": Category.BILLING_ADMIN, "code": Code.INCLUDED}, Finding.MISMATCH),
    ({"code": Code.INTERNAL}, Finding.MISMATCH),
    ({"now": MONDAY + timedelta(days=3)}, Finding.LATE),
    ({"code": Code.OUT_OF_SCOPE}, Finding.WAITING),
])  # fmt: skip
def test_what_is_odd_about_an_entry_is_found(session, ticket, told, finding):
    entry = worked(session, ticket, **{"minutes": 60} | told)
    assert (finding, entry.id) in found(session)


def test_the_same_again_and_a_day_that_is_too_long_are_found(session, ticket):
    first, again = worked(session, ticket, 60), worked(session, ticket, 60, note="rebuilt it once more")
    assert found(session, finding=Finding.DUPLICATE) == [(Finding.DUPLICATE, again.id)]
    for number in range(3):
        last = worked(session, ticket, 240 + number, day=FRIDAY)
    assert found(session, finding=Finding.LONG_DAY) == [(Finding.LONG_DAY, last.id)]
    assert first.id


def test_a_code_without_a_rate_is_found(session, ticket):
    bought(session, type=AgreementType.FIXED, rate_amount=None)
    entry = worked(session, ticket, 60, code=Code.ADVISORY)
    assert found(session, finding=Finding.CODE) == [(Finding.CODE, entry.id)]


def test_each_fix_puts_its_finding_right_and_keeps_the_history(session, ticket):
    review, sam = reviewed(session), person(session, "Sam")
    wrong, twice = worked(session, ticket, 60, code=Code.INTERNAL), None
    worked(session, ticket, 30, day=FRIDAY)
    twice = worked(session, ticket, 30, day=FRIDAY, note="the same once more")
    settle = {
        f"mismatch:{wrong.id}": (Fix.RECODE, {"code": Code.INCLUDED}),
        f"duplicate:{twice.id}": (Fix.WRITE_OFF, {"reason": "entered twice"}),
    }
    for key, (how, told) in settle.items():
        billing.fix(session, review, key, how, by=sam, now=AFTER, **told)
    assert billing.examined(session, review, AFTER).open == []
    rows = session.execute(text("select minutes, code, person_id, reason from time_entry order by id")).all()
    assert [(row.minutes, row.code) for row in rows[-2:]] == [(-60, "internal"), (60, "included")]
    assert {row.person_id for row in rows} == {person(session, "Bo").id}


def test_what_is_right_as_it_is_says_why(session, ticket):
    review, sam = reviewed(session), person(session, "Sam")
    entry = worked(session, ticket, 500)
    with pytest.raises(Refused, match="Say why"):
        billing.fix(session, review, f"long_entry:{entry.id}", Fix.WAIVE, by=sam, now=AFTER)
    billing.fix(session, review, f"long_entry:{entry.id}", Fix.WAIVE, by=sam, now=AFTER, reason="the night of the move")
    assert billing.examined(session, review, AFTER).open == []


@pytest.mark.parametrize(("key", "how", "by", "told"), [
    ("duplicate:0", Fix.WRITE_OFF, "Sam", "settled already"),
    ("long_entry:{}", Fix.RECODE, "Sam", "does not put it right"),
    ("long_entry:{}", Fix.WRITE_OFF, "Sam", "Say why"),
    ("long_entry:{}", Fix.WRITE_OFF, "Bo", "a lead"),
    ("long_entry:{}", Fix.WAIVE, "Rex", "a lead"),
])  # fmt: skip
def test_what_does_not_fit_is_refused_and_nothing_changes(session, ticket, everything, key, how, by, told):
    review, entry = reviewed(session), worked(session, ticket, 500)
    before = everything()
    with pytest.raises((Refused, NotFound), match=told):
        billing.fix(session, review, key.format(entry.id), how, by=person(session, by), now=AFTER)
    assert everything() == before


def test_two_people_sign_and_the_month_is_locked(session, ticket, everything):
    worked(session, ticket, 60)
    review = reviewed(session)
    before = everything()
    with pytest.raises(Refused, match="not over yet"):
        billing.sign(session, review, by=person(session, "Sam"), now=MONDAY)
    with pytest.raises(Refused, match="a lead"):
        billing.sign(session, review, by=person(session, "Bo"), now=AFTER)
    assert everything() == before
    billing.sign(session, review, by=person(session, "Sam"), now=AFTER)
    assert review.state is ReviewState.OPEN
    with pytest.raises(Refused, match="one person counts once"):
        billing.sign(session, review, by=person(session, "Sam"), now=AFTER)
    with pytest.raises(Refused, match="waits for somebody in finance \\(Eve\\)"):
        billing.sign(session, review, by=person(session, "Maya"), now=AFTER)
    billing.sign(session, review, by=person(session, "Eve"), now=AFTER)
    account = by_name(session, "Acme")
    assert (review.state, account.billed_through) == (ReviewState.LOCKED, date(2026, 11, 30))
    with pytest.raises(Refused, match="locked already"):
        billing.sign(session, review, by=person(session, "Eve"), now=AFTER)


def test_one_person_with_both_roles_signs_only_once(session, ticket, who):
    who("Sam").roles = ["account_manager", "finance"]
    who("Eve").roles = ["account_manager"]
    worked(session, ticket, 60)
    review = reviewed(session)
    billing.sign(session, review, by=person(session, "Sam"), now=AFTER)
    with pytest.raises(Refused, match="one person counts once"):
        billing.sign(session, review, by=person(session, "Sam"), now=AFTER)
    assert review.state is ReviewState.OPEN


def test_what_holds_it_up_is_settled_before_anybody_signs(session, ticket, everything):
    worked(session, ticket, 500)
    review = reviewed(session)
    before = everything()
    with pytest.raises(Refused, match="1 thing holds this up"):
        billing.sign(session, review, by=person(session, "Sam"), now=AFTER)
    assert everything() == before


def test_a_signature_is_on_what_stood_then(session, ticket):
    """An entry that comes in between the two: the first signature is void, and both sign what stands now."""
    worked(session, ticket, 60)
    review = reviewed(session)
    billing.sign(session, review, by=person(session, "Sam"), now=AFTER)
    worked(session, ticket, 61, day=FRIDAY, now=AFTER)
    billing.sign(session, review, by=person(session, "Eve"), now=AFTER)
    asked = approvals.of_subject(session, [Purpose.BILLING_REVIEW], review.id)
    assert [one.state for one in asked] == [Standing.VOID, Standing.PENDING]
    assert review.state is ReviewState.OPEN
    billing.sign(session, review, by=person(session, "Sam"), now=AFTER)
    assert review.state is ReviewState.LOCKED


def test_months_are_billed_in_their_order(session, ticket):
    worked(session, ticket, 60)
    reviewed(session)
    worked(session, ticket, 60, day=date(2026, 12, 2), now=AFTER + timedelta(days=1))
    december = reviewed(session, DECEMBER, now=LATER)
    with pytest.raises(Refused, match="November is open still"):
        billing.sign(session, december, by=person(session, "Sam"), now=LATER)


def test_a_locked_month_never_changes_and_what_comes_later_counts_in_the_open_one(session, ticket):
    entry = worked(session, ticket, 60)
    review = reviewed(session)
    signed(session, review)
    figures = dict(review.figures)
    late = worked(session, ticket, 45, day=FRIDAY, now=AFTER)
    assert (entry.period, late.period) == (date(2026, 11, 1), date(2026, 12, 1))
    worked(session, ticket, 30, day=date(2026, 12, 2), now=AFTER + timedelta(days=1))
    december = reviewed(session, DECEMBER, now=LATER)
    assert (Finding.STRAGGLER, late.id) in found(session, december)
    assert review.figures == figures
    assert billing.open_for(session, by_name(session, "Acme"), NOVEMBER, LATER) is review
    with pytest.raises(Refused, match="locked"):
        billing.fix(session, review, f"late:{entry.id}", Fix.WRITE_OFF, by=person(session, "Sam"), now=LATER)


def test_the_database_opens_no_month_again(session, ticket):
    worked(session, ticket, 60)
    signed(session, reviewed(session))
    with pytest.raises(DBAPIError, match="not opened again"):
        session.execute(text("update account set billed_through = '2026-10-31' where name = 'Acme'"))


def test_what_is_left_over_is_carried_once_the_month_is_locked(session, ticket):
    """BIL-02's first month: 20 h, half of it carried, 5 used: 10 carried, 5 forfeited."""
    terms = bought(session, starts=date(2026, 11, 1), included_minutes=20 * 60, rollover_cap=Decimal("0.5"))
    worked(session, ticket, 300)
    acme = by_name(session, "Acme")
    open_still = burn.carry_into(session, acme, DECEMBER, terms)
    signed(session, reviewed(session))
    assert (acme.billed_carry, burn.carry_into(session, acme, DECEMBER, terms), open_still) == (600, 600, 600)
    assert burn.of(session, acme, LATER - timedelta(days=20)).figures.available == 30 * 60


def test_an_account_with_nothing_to_bill_has_no_review(session):
    bare = accounts.Account(name="Bare")
    session.add(bare)
    session.flush()
    assert billing.open_for(session, bare, NOVEMBER, AFTER) is None


def test_what_is_put_right_here_was_not_logged_late(session, ticket):
    review, sam = reviewed(session), person(session, "Sam")
    wrong = worked(session, ticket, 60, code=Code.INTERNAL)
    billing.fix(session, review, f"mismatch:{wrong.id}", Fix.RECODE, by=sam, now=AFTER, code=Code.INCLUDED)
    assert found(session, finding=Finding.LATE) == []


def test_a_note_that_still_says_too_little_is_no_fix(session, ticket, everything):
    review, sam, acme = reviewed(session), person(session, "Sam"), by_name(session, "Acme")
    entry = worked(session, acme, 45, note="call")
    before = everything()
    for note in ("", "call", "did some more support"):
        with pytest.raises(Refused, match="says too little"):
            billing.fix(session, review, f"vague:{entry.id}", Fix.NOTE, by=sam, now=AFTER, note=note)
    assert everything() == before
    told = "Explained how partial refunds are shown"
    billing.fix(session, review, f"vague:{entry.id}", Fix.NOTE, by=sam, now=AFTER, note=told)
    assert found(session, finding=Finding.VAGUE) == []


def test_nobody_is_short_of_the_days_before_they_ever_logged(session, ticket):
    worked(session, ticket, 60, day=FRIDAY)
    stands = billing.examined(session, reviewed(session), AFTER)
    (short,) = [one for one in stands.found if one.finding is Finding.UNENTERED]
    assert short.day == FRIDAY
