"""A month's burn: what was used and promised, what came over from the months before, and who is told of it once."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from bot.domain import agreements, burn, time
from bot.domain.accounts import Account
from bot.domain.agreements import Agreement, AgreementType
from bot.domain.allowance import Burn, forecast, period
from bot.domain.burn import Burndown, ToldBurn
from bot.domain.codes import Category, Code
from bot.domain.durations import LONGEST
from bot.domain.months import Month
from bot.domain.rounding import Mode, Piece, Rounding, Scope
from bot.domain.time import TimeEntry
from bot.domain.workflow import Status
from tests.cast import by_name
from tests.domain.desk import counted, pending

HOUR = 60
NOW = datetime(2026, 11, 20, 10, tzinfo=UTC)
NOVEMBER = Month(2026, 11)


@pytest.fixture
def works(session: Session, who, acme):
    """`works(3, "2026-11-02")`: Bo logs so many hours on a day, in pieces that one entry can hold."""

    def log(hours: float, day: str, *, account: Account = acme, code: Code = Code.INCLUDED, **more) -> list[TimeEntry]:
        left, made = round(hours * HOUR), []
        while left:
            made.append(
                TimeEntry(
                    account_id=account.id, person_id=who("Bo").id, work_date=date.fromisoformat(day),
                    minutes=min(left, LONGEST), category=Category.TICKET_RESOLUTION, code=code, created_at=NOW, **more,
                )
            )  # fmt: skip
            left -= made[-1].minutes
            session.add(made[-1])
        session.flush()
        return made

    return log


@pytest.fixture
def buys(session: Session, acme):
    """`buys("2026-11-01", hours=50)`: Acme gets another version."""

    def make(starts: str, *, hours: float = 40, cap: str = "0.5", account: Account = acme, **more) -> Agreement:
        made = Agreement(
            account_id=account.id, type=more.pop("type", AgreementType.RETAINER), starts=date.fromisoformat(starts),
            included_minutes=round(hours * HOUR), rollover_cap=Decimal(cap), rate_amount=Decimal(150),
            rate_currency="EUR", **more,
        )  # fmt: skip
        session.add(made)
        session.flush()
        return made

    return make


@pytest.fixture
def locked(session: Session, acme):
    """`locked("2026-10-31", carry=5)`: Acme is billed up to there, and so many hours were left over."""

    def lock(through: str, *, carry: float = 0) -> None:
        acme.billed_through, acme.billed_carry = date.fromisoformat(through), round(carry * HOUR)
        session.flush()

    return lock


def now(session: Session, account: Account) -> Burndown:
    found = burn.of(session, account, NOW)
    assert found is not None
    return found


def hours(down: Burndown) -> tuple[float, float, float, float]:
    """Carried in, available, used, left."""
    return tuple(minutes / HOUR for minutes in (down.carried_in, down.available, down.used, down.remaining))


# --- carry over


def test_what_a_locked_month_left_over_is_kept_and_nothing_before_it_is_added_up(session, acme, works, locked):
    works(3, "2026-09-02")
    locked("2026-10-31", carry=12)
    works(30, "2026-11-03")
    assert hours(now(session, acme)) == (12, 52, 30, 22)


def test_open_months_are_added_up_one_after_the_other(session, acme, works, locked):
    acme.live_since = NOW - timedelta(days=120)
    locked("2026-08-31", carry=20)
    works(5, "2026-09-02")  # of the carried 20, of which 15 expire: its own 40 are left, 20 go on
    works(50, "2026-10-05")  # 20 of the carry, 30 of its own: 10 go on
    works(4, "2026-11-03")
    assert hours(now(session, acme)) == (10, 50, 4, 46)


def test_nothing_comes_over_from_months_in_which_we_did_not_serve_them(session, acme, works):
    """The agreement is older than our log: what was worked before is not known, so nothing is taken for left over."""
    acme.live_since = datetime(2026, 11, 2, 8, tzinfo=UTC)
    works(4, "2026-11-03")
    assert hours(now(session, acme)) == (0, 40, 4, 36)
    acme.live_since = datetime(2026, 10, 31, 8, tzinfo=UTC)
    assert hours(now(session, acme)) == (20, 60, 4, 56)


def test_a_correction_of_an_open_month_changes_what_came_over(session, acme, works, locked, who):
    locked("2026-09-30")
    entry = works(6, "2026-10-05")[0]
    works(30, "2026-10-06")
    assert now(session, acme).carried_in == 4 * HOUR
    time.reverse(session, entry.id, by=who("Bo"), now=NOW, reason="Another client's")
    assert now(session, acme).carried_in == 10 * HOUR


def test_a_correction_of_a_locked_month_counts_in_the_open_one_and_takes_back_no_more_than_all(
    session, acme, works, locked, who
):
    entry = works(6, "2026-10-05")[0]
    locked("2026-10-31", carry=0)
    works(2, "2026-11-03")
    time.reverse(session, entry.id, by=who("Bo"), now=NOW, reason="Another client's")
    down = now(session, acme)
    assert down.figures.used == -4 * HOUR
    assert (down.used, down.state) == (0, Burn.OK)
    assert down.remaining == 44 * HOUR  # what was put right gives the hours back
    assert down.forecast.minutes == 0


def test_what_is_logged_late_for_a_locked_month_is_used_in_the_open_one(session, acme, works, locked):
    locked("2026-10-31", carry=3)
    works(7, "2026-10-30")
    assert hours(now(session, acme)) == (3, 43, 7, 36)


# --- versions


def test_a_version_that_changes_between_months_counts_from_its_month_on(session, acme, works, buys, locked):
    locked("2026-09-30")
    buys("2026-11-01", hours=20, cap="0")
    works(10, "2026-10-05")  # 30 left of October's 40, of which October's cap lets 20 go on
    works(8, "2026-11-03")
    assert hours(now(session, acme)) == (20, 40, 8, 32)


def test_what_was_put_right_beyond_all_of_it_uses_nothing_of_what_came_over():
    told = period(600, Decimal("0.5"), -60, 120)
    assert (told.used, told.from_carry, told.expired_carry, told.carry_out, told.overage) == (-60, 0, 120, 300, 0)


def test_half_a_minute_of_the_cap_is_carried_too():
    assert period(601, Decimal("0.5"), 0, 0).carry_out == 301


@pytest.mark.parametrize(("unit", "minutes", "billed"), [(10, 4, 0), (10, 5, 10), (15, 7, 0), (15, 8, 15)])
def test_the_closest_of_two_is_the_upper_one_from_half_on(unit, minutes, billed):
    closest = Rounding(unit, Mode.CLOSEST)
    assert (closest.billed(minutes), closest.billed(-minutes)) == (billed, -billed)


def test_before_a_month_without_allowance_nothing_comes_over(session, acme, works, buys, locked):
    locked("2026-08-31", carry=20)
    buys("2026-10-01", type=AgreementType.TIME_AND_MATERIALS)
    buys("2026-11-01", hours=30)
    works(1, "2026-11-03")
    assert hours(now(session, acme)) == (0, 30, 1, 29)


def test_a_month_that_is_covered_in_part_has_its_share(session, buys, works):
    umbrella = by_name(session, "Umbrella")
    other = Account(name="Globex", timezone="Europe/Berlin")
    session.add(other)
    session.flush()
    buys("2026-11-16", account=other)
    works(5, "2026-11-17", account=other)
    found = burn.of_several(session, [umbrella, other], NOW)
    assert hours(found[other.id]) == (0, 20, 5, 15)
    assert umbrella.id not in found  # it pays by the hour
    # Five of its own working days are over, six are to come.
    assert found[other.id].forecast.minutes == (5 + 6) * HOUR


def test_an_agreement_that_has_ended_has_nothing_to_burn(session, acme, buys):
    buys("2026-10-01", ends=date(2026, 11, 15), renews=False)
    assert burn.of(session, acme, NOW) is None


def test_advisory_work_draws_where_the_agreement_says_so(session, acme, works, buys):
    works(4, "2026-11-03", code=Code.ADVISORY)
    works(2, "2026-11-03", code=Code.OUT_OF_SCOPE)
    assert now(session, acme).used == 0
    buys("2026-11-01", advisory_draws=True)
    assert now(session, acme).used == 4 * HOUR


# --- rounding


@pytest.mark.parametrize(
    ("rounding", "minutes"),
    [
        ({"unit": 15, "mode": "up", "scope": "entry"}, 90),
        ({"unit": 15, "mode": "up", "scope": "ticket_day"}, 75),
        ({"unit": 15, "mode": "up", "scope": "invoice_line"}, 60),
        ({"unit": 15, "mode": "none", "scope": "entry"}, 50),
        ({"unit": 15, "mode": "closest", "scope": "invoice_line"}, 45),
        ({"unit": 15, "mode": "down", "scope": "ticket_day"}, 15),
    ],
)
def test_minutes_count_as_the_agreement_rounds_them(session, acme, a_ticket, works, buys, rounding, minutes):
    buys("2026-11-01", rounding=rounding)
    first, second, third = (a_ticket().id for _ in range(3))
    days = [(first, "2026-11-03", 8), (first, "2026-11-03", 7), (first, "2026-11-04", 12), (second, "2026-11-04", 8),
            (third, "2026-11-05", 7), (second, "2026-11-06", 8)]  # fmt: skip
    for ticket, day, spent in days:
        works(spent / HOUR, day, ticket_id=ticket)
    assert now(session, acme).used == minutes


RULES = st.builds(Rounding, st.integers(1, 60), st.sampled_from(Mode), st.sampled_from(Scope))
WORK = st.lists(st.tuples(st.integers(1, 3), st.integers(1, 200), st.booleans()), max_size=8)  # day, minutes, undone


@given(RULES, WORK)
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_database_rounds_as_the_rule_does(session, acme, works, buys, who, rounding, worked):
    """Counted where they are, minutes come to what `Rounding.total` makes of them; what is taken back too."""
    nested = session.begin_nested()
    pieces = []
    for day, minutes, undone in worked:
        (entry,) = works(minutes / HOUR, f"2026-11-{day:02}")
        pieces.append(Piece(entry.id, None, date(2026, 11, day), minutes))
        if undone:
            time.reverse(session, entry.id, by=who("Bo"), now=NOW)
            pieces.append(Piece(entry.id, None, date(2026, 11, day), -minutes))
    told = {"unit": rounding.unit, "mode": rounding.mode.value, "scope": rounding.scope.value}
    bought = buys("2026-11-01", rounding=told)
    assert burn.used_in(session, bought, [NOVEMBER]).get(NOVEMBER, 0) == rounding.total(pieces)
    nested.rollback()


# --- promised


def test_open_estimates_are_promised_beyond_what_they_took(session, acme, works, a_ticket):
    half = a_ticket(status=Status.IN_PROGRESS, estimate_minutes=5 * HOUR, code=Code.INCLUDED)
    a_ticket(status=Status.TRIAGE, estimate_minutes=2 * HOUR, code=None)  # included, unless somebody says otherwise
    a_ticket(status=Status.IN_PROGRESS, estimate_minutes=9 * HOUR, code=Code.OUT_OF_SCOPE)
    a_ticket(status=Status.WAITING, estimate_minutes=9 * HOUR, code=Code.INCLUDED)
    a_ticket(status=Status.CLOSED, estimate_minutes=9 * HOUR, code=Code.INCLUDED, closed_at=NOW)
    over = a_ticket(status=Status.IN_PROGRESS, estimate_minutes=1 * HOUR, code=Code.INCLUDED)
    works(3, "2026-11-03", ticket_id=half.id)
    works(4, "2026-11-03", ticket_id=over.id)
    down = now(session, acme)
    assert (down.used, down.committed) == (7 * HOUR, 4 * HOUR)
    assert burn.of(session, acme, NOW, without=half.id).committed == 2 * HOUR


def test_the_day_it_runs_out_follows_from_the_pace(session, acme, works, locked):
    locked("2026-10-31")
    works(36, "2026-11-03")
    down = now(session, acme)  # 36 hours in 15 working days: 40 are used on the 17th, a Tuesday
    assert down.forecast.runs_out == date(2026, 11, 24)
    assert down.forecast.minutes == 36 * HOUR + round(36 * HOUR / 15 * 6)
    assert down.state is Burn.USED_80


# --- many at once


def test_it_runs_out_on_the_day_that_takes_the_last_of_it(acme):
    """250 minutes a day of 600: after two days 100 are left, so Wednesday is the day; of 500 nothing is, on Tuesday."""
    first, last = date(2026, 11, 2), date(2026, 11, 30)
    for available, day in ((600, 4), (500, 3)):
        told = forecast(acme.calendar, first, last, first, used=250, available=available)
        assert told.runs_out == date(2026, 11, day)


def test_as_many_statements_for_all_accounts_as_for_one(session, acme, works, locked, buys):
    others = [Account(name=f"Globex {number}", timezone="Europe/Berlin") for number in range(30)]
    session.add_all(others)
    session.flush()
    for other in others:
        buys("2026-10-01", account=other)
        works(10, "2026-11-03", account=other)
    session.expire_all()
    took = []
    for those in ([acme], [acme, *others]):
        with counted(session) as said:
            found = burn.of_several(session, those, NOW)
        took.append(len([line for line in said if line.startswith("SELECT") and "account.name" not in line]))
    assert took[0] == took[1] == 3
    assert {down.used for number, down in found.items() if number != acme.id} == {10 * HOUR}


def test_each_month_goes_by_the_rule_of_its_own_version(session, acme, works, buys, locked):
    """Umbrella's October goes by Acme's rule of November, but its November by its own."""
    locked("2026-10-31")
    umbrella, globex = by_name(session, "Umbrella"), Account(name="Globex")
    session.add(globex)
    session.flush()
    buys("2026-10-01", account=umbrella, cap="1")
    own = {"unit": 60, "mode": "up", "scope": "entry"}
    for account, rounding in ((globex, own), (umbrella, own), (acme, {})):
        buys("2026-11-01", account=account, rounding=rounding)
        works(1 / 60, "2026-10-05", account=account)
        works(1 / 60, "2026-11-03", account=account)
    for those in ([acme, umbrella], [globex, umbrella, acme]):
        found = burn.of_several(session, those, NOW)
        assert [found[account.id].used for account in (acme, umbrella)] == [30, 60]  # Acme's October came late
        assert found[umbrella.id].carried_in == 40 * HOUR - 15


# --- telling


def told(session: Session) -> list[Burn]:
    return list(session.scalars(select(ToldBurn.burn).order_by(ToldBurn.id)))


def test_each_state_is_told_once_and_what_is_milder_not_any_more(session, acme, works, locked):
    locked("2026-10-31")
    steps = [
        (20, [], "on course"),
        (12, [Burn.USED_80], "80 %"),
        (1, [Burn.USED_80], "told already"),
        (7, [Burn.USED_80, Burn.EXHAUSTED], "straight to all of it"),
        (5, [Burn.USED_80, Burn.EXHAUSTED], "over"),
    ]
    for spent, expected, why in steps:
        works(spent, "2026-11-20")
        burn.watch(session, NOW)
        assert told(session) == expected, why
    assert burn.watch(session, NOW) == 0


def test_when_it_gets_better_nothing_milder_is_told(session, acme, works, locked, who):
    locked("2026-10-31")
    works(28, "2026-11-03")
    late = works(12, "2026-11-04")[0]
    assert burn.watch(session, NOW) == 1
    time.reverse(session, late.id, by=who("Bo"), now=NOW, reason="Another client's")
    works(6, "2026-11-04")
    assert now(session, acme).state is Burn.USED_80
    assert burn.watch(session, NOW) == 0
    assert told(session) == [Burn.EXHAUSTED]


def test_the_forecast_is_told_before_the_hours_are_gone_and_the_worse_state_after_it(session, acme, works, locked):
    locked("2026-10-31")
    works(31, "2026-11-03")
    assert burn.watch(session, NOW) == 1
    works(1, "2026-11-04")
    assert burn.watch(session, NOW) == 1
    assert told(session) == [Burn.FORECAST_OVER, Burn.USED_80]


def test_the_next_month_is_told_of_again(session, acme, works, locked):
    locked("2026-10-31")
    works(41, "2026-11-03")
    assert burn.watch(session, NOW) == 1
    works(79, "2026-12-01")
    assert burn.watch(session, datetime(2026, 12, 3, 10, tzinfo=UTC)) == 1
    assert told(session) == [Burn.EXHAUSTED] * 2


@pytest.mark.parametrize(("tells", "places"), [(False, ["billing"]), (True, ["billing", "client"])])
def test_the_client_is_told_where_the_account_chose_so(session, acme, works, buys, locked, tells, places):
    buys("2026-11-01", tells_client=tells)
    locked("2026-10-31")
    works(41, "2026-11-03")
    burn.watch(session, NOW)
    assert [place for place, _ in pending(session)] == places


def test_the_database_lets_nobody_take_back_that_it_was_told(session, acme, works, locked):
    locked("2026-10-31")
    works(41, "2026-11-03")
    burn.watch(session, NOW)
    for sql in ("delete from told_burn", "update told_burn set burn = 'ok'"):
        with pytest.raises(DBAPIError, match=r"permission denied|append-only"), session.begin_nested():
            session.execute(text(sql))


def test_an_agreement_in_force_is_found_without_asking_again(session, acme, buys):
    buys("2026-12-01", hours=50)
    known = agreements.versions(session, acme.id)
    days = [date(2025, 12, 31), date(2026, 1, 1), date(2026, 11, 30), date(2026, 12, 1)]
    assert [agreements.in_force(known, day) for day in days] == [agreements.of(session, acme.id, day) for day in days]


def test_half_of_an_even_month_is_over_when_as_many_days_are_left(session, acme, buys):
    """October 2026 has 22 working days in Berlin; the eleventh is the 15th."""
    found = burn.midway(session, acme, buys("2026-01-01"), Month(2026, 10))
    assert found is not None
    assert found.day == date(2026, 10, 15)
