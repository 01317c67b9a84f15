"""How risky a change is, and who must decide."""

import pytest

from bot.domain import risk
from bot.domain.risk import (
    APPROVALS,
    Answers,
    Blast,
    ChangeClass,
    Level,
    Undo,
    classify,
    level,
    points,
    score,
    success_percent,
)
from bot.domain.routing import Area
from bot.domain.seats import Seat

ALL_AREAS = tuple(Area)


@pytest.mark.parametrize(("areas", "emergency", "expected"), [
    ((Area.ROUTING,), False, ChangeClass.SENSITIVE),
    ((Area.PERMISSIONS,), False, ChangeClass.SENSITIVE),
    ((Area.INTEGRATIONS,), False, ChangeClass.SENSITIVE),
    ((Area.CUSTOMER_FACING_CONTENT,), False, ChangeClass.SENSITIVE),
    ((), False, ChangeClass.ROUTINE),
    ((), True, ChangeClass.EMERGENCY),
    ((Area.ROUTING,), True, ChangeClass.EMERGENCY),
])  # fmt: skip
def test_what_it_touches_makes_its_class(areas, emergency, expected):
    assert classify(areas, emergency=emergency) is expected


def test_a_template_makes_it_standard_and_an_emergency_goes_first():
    assert classify((), standard=True) is ChangeClass.STANDARD
    assert classify((Area.CUSTOMER_FACING_CONTENT,), standard=True) is ChangeClass.STANDARD
    assert classify((), standard=True, emergency=True) is ChangeClass.EMERGENCY


@pytest.mark.parametrize(("answers", "emergency", "kind", "total", "high", "steps"), [
    (Answers(blast=Blast.TEAM, tested=risk.Tested.PARTIAL), False,
     ChangeClass.ROUTINE, 2, Level.LOW, [[Seat.PEER]]),
    (Answers((Area.ROUTING,), Blast.ALL_AGENTS, Undo.TESTED_PLAN), False,
     ChangeClass.SENSITIVE, 6, Level.MEDIUM, [[Seat.LEAD], [Seat.CLIENT]]),
    (Answers((Area.CUSTOMER_FACING_CONTENT,), Blast.END_CUSTOMERS, Undo.TOGGLE, risk.Tested.FULL), False,
     ChangeClass.SENSITIVE, 5, Level.MEDIUM, [[Seat.LEAD], [Seat.CLIENT]]),
    (Answers(ALL_AREAS, Blast.END_CUSTOMERS, Undo.IRREVERSIBLE, risk.Tested.NONE, failed_lately=True), False,
     ChangeClass.SENSITIVE, 18, Level.HIGH, [[Seat.LEAD, Seat.SERVICE_OWNER], [Seat.CLIENT]]),
    (Answers((Area.INTEGRATIONS,), Blast.END_CUSTOMERS, Undo.TESTED_PLAN, risk.Tested.PARTIAL), True,
     ChangeClass.EMERGENCY, 9, Level.MEDIUM, [[Seat.ONCALL_LEAD]]),
])  # fmt: skip
def test_the_questionnaire_adds_up_to_who_decides(answers, emergency, kind, total, high, steps):
    found = classify(answers.areas, emergency=emergency)
    assert (found, score(answers), level(score(answers))) == (kind, total, high)
    assert [list(step) for step in APPROVALS[found][high]] == steps


@pytest.mark.parametrize(("total", "expected"), [
    (0, Level.LOW), (4, Level.LOW), (5, Level.MEDIUM), (9, Level.MEDIUM), (10, Level.HIGH), (20, Level.HIGH),
])  # fmt: skip
def test_levels_begin_above_four_and_above_nine(total, expected):
    assert level(total) is expected


def test_further_areas_add_one_each_up_to_six():
    assert score(Answers((Area.CUSTOMER_FACING_CONTENT,))) == 2
    assert score(Answers((Area.ROUTING, Area.CUSTOMER_FACING_CONTENT))) == 4
    assert score(Answers(ALL_AREAS)) == 6


def test_every_point_is_explained_and_none_that_is_nothing():
    answers = Answers((Area.ROUTING,), Blast.TEAM, Undo.TOGGLE, risk.Tested.NONE, at_peak=True, failed_lately=True)
    assert sum(one.points for one in points(answers)) == score(answers) == 11
    assert [one.why for one in points(answers)] == [
        "touches routing", "hits one team", "not tested", "at a peak or in a freeze", "a change of it failed lately",
    ]  # fmt: skip


def test_every_class_and_level_says_who_decides():
    assert {(kind, high) for kind, rows in APPROVALS.items() for high in rows} == {
        (kind, high) for kind in ChangeClass for high in Level
    }


def test_the_success_rate_counts_rollbacks_and_incidents():
    assert success_percent(implemented=40, rolled_back=2, incident_within_7_days=1) == 92.5
    assert success_percent(implemented=0, rolled_back=0, incident_within_7_days=0) is None
