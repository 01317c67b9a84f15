"""The worked examples of intake and priority, each by its id. The figures stand here, read from nowhere else."""

import inspect
from datetime import UTC, datetime

import pytest

from bot.domain.bypass import check
from bot.domain.intakes import check as check_filing
from bot.domain.people import Person
from bot.domain.priority import MATRIX, Effect, Level, Users, assess
from bot.domain.routing import Area, RequestType, destination
from bot.domain.tickets import Filing
from bot.modals import form, request
from tests.messages.shown import acme

# fmt: off
ASSESSED = {  # effect, users, blocks revenue, days until wanted, consequence -> points, impact, urgency, priority
    "PRI-01": (Effect.STOPPED,  Users.ONE,  True,  0,    True,  6, "high",   "high",   "P1"),
    "PRI-02": (Effect.NONE,     Users.ALL,  False, 0,    False, 3, "low",    "medium", "P4"),
    "PRI-03": (Effect.DEGRADED, Users.MANY, False, 3,    True,  4, "medium", "medium", "P3"),
    "PRI-04": (Effect.NONE,     Users.ONE,  False, None, True,  0, "low",    "low",    "P4"),
    "PRI-06": (Effect.DEGRADED, Users.ALL,  False, 10,   True,  5, "high",   "low",    "P3"),
    "PRI-07": (Effect.STOPPED,  Users.FEW,  False, 0,    True,  4, "medium", "high",   "P2"),
    "PRI-08": (Effect.MINOR,    Users.ONE,  True,  0,    True,  4, "medium", "high",   "P2"),
}
PRI_09 = {
    "high/high":   "P1", "high/medium":   "P2", "high/low":   "P3",
    "medium/high": "P2", "medium/medium": "P3", "medium/low": "P4",
    "low/high":    "P3", "low/medium":    "P4", "low/low":    "P4",
}
ROUTED = {  # request type, estimate in hours, sensitive areas it is asked to change -> destination, counts as ticket
    "RTE-01": ("planning",        None, [],          "planning_meeting", False),
    "RTE-02": ("service_request", 60,   [],          "separate_project", False),
    "RTE-03": ("service_request", 2,    ["routing"], "change_request",   False),
    "RTE-04": ("service_request", 2,    [],          "ticket",           True),
    "RTE-05": ("service_request", 24,   [],          "ticket",           True),
}
BYPASSED = {  # criterion, justification, confirmed after minutes -> lane, reason
    "BYP-01": ("revenue_stopped", "Card payments fail for every order since 09:12", 12,
               "expedite", None),
    "BYP-03": ("vip_asked", "The CEO wants the banner green before lunch today", 2,
               "normal", "criterion not on the list"),
    "BYP-04": ("security_or_data_loss", "Customer list exported to a public link, still reachable", 45,
               "normal", "not confirmed by the on-call lead within 30 minutes"),
}
# fmt: on


@pytest.mark.parametrize("row", ASSESSED.values(), ids=ASSESSED)
def test_priority_is_impact_times_urgency(row):
    effect, users, revenue, days, consequence, *expected = row
    found = assess(effect, users, blocks_revenue=revenue, business_days=days, has_consequence=consequence)
    assert [found.points, found.impact, found.urgency, found.priority] == expected


@pytest.mark.parametrize(
    ("more_urgent", "less_urgent"),
    [("PRI-01", "PRI-02"), ("PRI-03", "PRI-04")],
    ids=["PRI-00 PRI-01 before PRI-02", "PRI-00 PRI-03 before PRI-04"],
)
def test_the_orderings_that_any_scoring_must_keep(more_urgent, less_urgent):
    def priority(name: str) -> str:
        effect, users, revenue, days, consequence, *_ = ASSESSED[name]
        return assess(effect, users, blocks_revenue=revenue, business_days=days, has_consequence=consequence).priority

    assert priority(more_urgent) < priority(less_urgent)


def test_neither_rank_nor_reminders_nor_wording_can_be_an_input():
    """PRI-00: who asks, how often and in which tone has no way in."""
    assert set(inspect.signature(assess).parameters) == {
        "effect", "users", "blocks_revenue", "business_days", "has_consequence",
    }  # fmt: skip


@pytest.mark.parametrize(("cell", "priority"), PRI_09.items(), ids=[f"PRI-09 {cell}" for cell in PRI_09])
def test_the_full_matrix(cell, priority):
    impact, urgency = cell.split("/")
    assert MATRIX[Level(impact), Level(urgency)] == priority
    assert len(MATRIX) == len(PRI_09)


@pytest.mark.parametrize("row", ROUTED.values(), ids=ROUTED)
def test_an_intake_goes_where_it_belongs(row):
    request_type, estimate, areas, expected, counts = row
    found = destination(
        RequestType(request_type), estimate_hours=estimate, sensitive_areas=[Area(area) for area in areas]
    )
    assert (found.value, found.counts_as_ticket) == (expected, counts)


@pytest.mark.parametrize("row", BYPASSED.values(), ids=BYPASSED)
def test_what_bypasses_the_queue_is_on_the_list_and_confirmed_in_time(row):
    criterion, justification, confirmed_after, lane, reason = row
    assert check(criterion, justification, confirmed_after) == (lane, reason)


# The eight fields of INT-01, each with the inputs it has in our form.
INT_01 = {
    "request_type": {"request_type"},
    "short_description": {"title", "details"},
    "business_impact": {"effect", "users", "blocks_revenue"},
    "desired_timing": {"timing", "consequence"},
    "related_system": {"related_system"},
    "attachments": {"attachments"},
    "primary_contact": {"primary_contact"},
    "approval_status": {"approval"},
}
ANA = Person(name="Ana", account_id=1)
ANA.id = 3


def fields_of(**chosen: str) -> list[dict]:
    metadata = request.Metadata(opened_at=datetime(2026, 11, 23, tzinfo=UTC), account_id=1)
    made = request.view(metadata, ANA, [], [ANA], chosen=chosen, billable=True)
    return [block for block in made["blocks"] if block["type"] == "input"]


def test_the_form_asks_for_the_eight_fields_of_int_01_and_no_more():
    shown = {block["block_id"] for block in fields_of(timing="Now")}
    assert shown == set().union(*INT_01.values())


def test_what_int_02_leaves_out_is_not_required():
    """INT-02: attachments and the related system “where relevant”, the approval only if it may be billed."""
    state = {
        "request_type": {"type": "static_select", "selected_option": {"value": "incident"}},
        "title": {"type": "plain_text_input", "value": "Report R-12 empty"},
        "effect": {"type": "static_select", "selected_option": {"value": "Degraded"}},
        "timing": {"type": "static_select", "selected_option": {"value": "This week"}},
        "primary_contact": {"type": "static_select", "selected_option": {"value": "person:3"}},
    }
    filled = form.read(request.Form, {"state": {"values": {name: {name: value} for name, value in state.items()}}})
    filing = Filing(filled.request_type, filled.title, filled.effect, filled.users, filled.timing)
    check_filing(filing, by=ANA, account=acme())
    assert {block["block_id"] for block in fields_of() if block["optional"]} >= {"attachments", "related_system"}
