"""Priority comes from what happens to the client's work, and from nothing else. Worked examples: test_golden_intake."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.priority import Effect, Level, Priority, Timing, Users, assess

wanted_in = st.none() | st.integers(-3, 60)


@pytest.mark.parametrize("users", Users)
@pytest.mark.parametrize("days", [None, 0, 5, 6])
def test_what_holds_nobody_up_is_low_impact_however_many_see_it(users, days):
    assert assess(Effect.NONE, users, blocks_revenue=False, business_days=days).impact is Level.LOW


@pytest.mark.parametrize(
    ("users", "impact"), [(Users.ONE, Level.MEDIUM), (Users.FEW, Level.MEDIUM), (Users.MANY, Level.HIGH)]
)
def test_blocked_revenue_lifts_even_what_has_no_other_effect(users, impact):
    assert assess(Effect.NONE, users, blocks_revenue=True, business_days=None).impact is impact


@pytest.mark.parametrize(
    ("days", "consequence", "urgency"),
    [
        (0, True, "high"),
        (0, False, "medium"),
        (1, True, "medium"),
        (5, True, "medium"),
        (6, True, "low"),
        (None, True, "low"),
    ],
)
def test_only_now_with_a_consequence_is_highly_urgent(days, consequence, urgency):
    found = assess(Effect.MINOR, Users.ONE, blocks_revenue=False, business_days=days, has_consequence=consequence)
    assert found.urgency == urgency


@given(st.sampled_from(Effect), st.sampled_from(Users), st.booleans(), wanted_in, st.booleans())
def test_priority_is_never_worse_when_more_is_hurt(effect, users, revenue, days, consequence):
    def priority(effect: Effect, users: Users, revenue: bool) -> Priority:
        return assess(effect, users, blocks_revenue=revenue, business_days=days, has_consequence=consequence).priority

    now = priority(effect, users, revenue)
    assert all(priority(worse, users, revenue) <= now for worse in list(Effect)[list(Effect).index(effect) :])
    assert all(priority(effect, more, revenue) <= now for more in list(Users)[list(Users).index(users) :])
    assert priority(effect, users, True) <= now


@given(st.sampled_from(Effect), st.sampled_from(Users), st.booleans(), st.booleans())
def test_priority_is_never_worse_when_it_is_wanted_sooner(effect, users, revenue, consequence):
    priorities = [
        assess(effect, users, blocks_revenue=revenue, business_days=days, has_consequence=consequence).priority
        for days in (0, 1, 5, 6, 30, None)
    ]
    assert all(sooner <= later for sooner, later in pairwise(priorities))


def test_the_reasons_are_words_a_client_can_read():
    found = assess(Effect.STOPPED, Users.FEW, blocks_revenue=True, business_days=0)
    assert found.reasons == (
        "work has stopped", "affects a few people", "revenue is blocked", "wanted now, with a consequence",
    )  # fmt: skip
    assert found.why == (
        "high impact, high urgency: work has stopped; affects a few people; revenue is blocked; "
        "wanted now, with a consequence"
    )


@given(st.sampled_from(Effect), st.sampled_from(Users), st.booleans(), wanted_in, st.booleans())
def test_revenue_is_a_reason_exactly_when_it_is_blocked(effect, users, revenue, days, consequence):
    found = assess(effect, users, blocks_revenue=revenue, business_days=days, has_consequence=consequence)
    assert ("revenue is blocked" in found.reasons) is revenue
    assert len(found.reasons) == 3 + revenue


@pytest.mark.parametrize(
    ("days", "consequence", "words"),
    [
        (0, False, "wanted now, no consequence given"),
        (3, True, "wanted within 5 business days"),
        (6, True, "wanted later than this week"),
        (None, True, "no date asked for"),
    ],
)
def test_the_last_reason_says_when_it_is_wanted(days, consequence, words):
    found = assess(Effect.MINOR, Users.ONE, blocks_revenue=False, business_days=days, has_consequence=consequence)
    assert found.reasons[-1] == words


def test_the_form_offers_the_seeds_words():
    assert [*map(str, Effect)] == ["None", "Minor", "Degraded", "Stopped"]
    assert [*map(str, Users)] == ["One person", "A few", "Many or a team", "Everyone"]
    assert [*map(str, Timing)] == ["Now", "This week", "By a date", "Whenever"]
