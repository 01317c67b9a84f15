"""Whose turn it is, by arithmetic alone."""

from datetime import date, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from bot.domain.turns import Cover, Order, Turn, is_same_circle, monday_of, on, turns

MONDAY = date(2026, 11, 23)
WEDNESDAY = date(2026, 11, 25)
BO, EVE, MAYA = 1, 2, 3

teams = st.lists(st.integers(1, 9), unique=True, max_size=6).map(tuple)
days = st.dates(date(2026, 1, 1), date(2027, 12, 31))
absent = st.sets(st.tuples(st.integers(1, 9), st.integers(0, 60)), max_size=40)


def everybody(_person: int, _day: date) -> bool:
    return True


def nobody_of(*away: int):
    return lambda person, _day: person not in away


def week(number: int) -> date:
    return MONDAY + timedelta(weeks=number)


def who(order: list[Order], covers: list[Cover] | None = None, here=everybody, day: date = MONDAY) -> int | None:
    return on(day, order, covers or [], here).person


def test_the_first_has_the_week_in_which_a_rotation_begins_and_the_others_follow():
    order = [Order(WEDNESDAY, (BO, EVE, MAYA))]
    assert [who(order, day=day) for day in (WEDNESDAY, date(2026, 11, 29), week(1), week(2), week(3))] == [
        BO, BO, EVE, MAYA, BO,
    ]  # fmt: skip
    assert who(order, day=date(2026, 11, 24)) is None  # before there was one


def test_a_new_rotation_holds_from_its_day_on():
    order = [Order(MONDAY, (BO,)), Order(WEDNESDAY, (EVE,))]
    assert [who(order, day=MONDAY), who(order, day=WEDNESDAY)] == [BO, EVE]


def test_whoever_is_away_is_skipped_for_the_next_in_turn():
    order = [Order(MONDAY, (BO, EVE, MAYA))]
    assert on(MONDAY, order, [], nobody_of(BO)) == Turn(MONDAY, MONDAY, EVE, BO, False)
    assert who(order, here=nobody_of(BO, EVE)) == MAYA
    assert who(order, here=nobody_of(BO, EVE, MAYA)) is None


def test_a_hand_over_comes_before_the_rotation_and_the_newest_before_the_others():
    order, covers = [Order(MONDAY, (BO, EVE))], [Cover(MONDAY, week(1), MAYA), Cover(WEDNESDAY, WEDNESDAY, EVE)]
    assert on(MONDAY, order, covers, everybody) == Turn(MONDAY, MONDAY, MAYA, BO, True)
    assert [who(order, covers, day=day) for day in (WEDNESDAY, week(1), week(1) + timedelta(days=1))] == [
        EVE, MAYA, EVE,
    ]  # fmt: skip


def test_somebody_who_took_over_and_is_away_is_skipped_too():
    assert who([Order(MONDAY, (BO,))], [Cover(MONDAY, week(1), EVE)], nobody_of(EVE)) == BO


def test_a_rota_with_nobody_in_it_is_nobodys():
    assert on(MONDAY, [], [], everybody) == on(MONDAY, [Order(MONDAY, ())], [], everybody)
    assert who([Order(MONDAY, ())]) is None


def test_a_week_is_cut_where_somebody_else_has_it():
    found = turns(WEDNESDAY, 2, [Order(MONDAY, (BO, EVE))], [Cover(WEDNESDAY, WEDNESDAY, MAYA)], everybody)
    assert found == [
        Turn(MONDAY, date(2026, 11, 24), BO, BO, False),
        Turn(WEDNESDAY, WEDNESDAY, MAYA, BO, True),
        Turn(date(2026, 11, 26), date(2026, 11, 29), BO, BO, False),
        Turn(week(1), date(2026, 12, 6), EVE, EVE, False),
    ]


@given(teams, st.integers(0, 5))
def test_a_circle_is_the_same_wherever_it_begins(team, turned):
    turned %= max(len(team), 1)
    assert is_same_circle(team, [*team[turned:], *team[:turned]])
    assert len(team) < 3 or not is_same_circle(team, team[::-1])
    assert not is_same_circle(team, [*team, 99])


@given(teams, days, st.integers(0, 30))
def test_everybody_has_a_week_in_turn_and_nobody_two_in_a_row_unless_alone(team, since, start):
    first = monday_of(since) + timedelta(weeks=start)
    order = [Order(since, team)]
    weeks = [who(order, day=max(first + timedelta(weeks=number), since)) for number in range(len(team) * 2)]
    assert set(weeks) == set(team)
    assert weeks[: len(team)] == weeks[len(team) :]
    assert len(team) < 2 or all(one != other for one, other in pairwise(weeks))


@given(teams, st.integers(1, 6), absent)
def test_nobody_has_a_day_on_which_they_are_away_and_somebody_has_it_if_anybody_is_there(team, weeks, away):
    def here(person: int, day: date) -> bool:
        return (person, (day - MONDAY).days) not in away

    found = turns(MONDAY, weeks, [Order(MONDAY, team)], [], here)
    assert [day for turn in found for day in _days(turn)] == [MONDAY + timedelta(days=n) for n in range(weeks * 7)]
    for turn in found:
        assert monday_of(turn.starts) == monday_of(turn.ends)
        for day in _days(turn):
            assert turn.person is None or here(turn.person, day)
            assert turn.person is not None or not any(here(person, day) for person in team)


@given(teams, days, st.lists(st.tuples(st.integers(0, 20), st.integers(0, 20), st.integers(1, 9)), max_size=5))
def test_the_turns_of_weeks_say_what_each_day_says(team, since, given_away):
    covers = [Cover(since + timedelta(days=begins), since + timedelta(days=begins + length), person)
              for begins, length, person in given_away]  # fmt: skip
    order = [Order(since, team)]
    for turn in turns(since, 3, order, covers, everybody):
        assert all(on(day, order, covers, everybody)[2:] == turn[2:] for day in _days(turn))


def _days(turn: Turn) -> list[date]:
    return [turn.starts + timedelta(days=offset) for offset in range((turn.ends - turn.starts).days + 1)]
