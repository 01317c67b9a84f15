"""Two who do at once what only one can: whoever commits first has done it, the other reads who was faster."""

from collections.abc import Callable
from typing import NamedTuple

import pytest

from tests.driver import Person
from tests.handlers.test_a_week import NOTE
from tests.house import House
from tests.probes.turns import Step, Turns

SEARCH = "Help centre search"


class Side(NamedTuple):
    """One of two: what they do, what the ticket is when they were first, and what the other one reads then."""

    step: Step
    result: dict[str, object]
    told: str


def clicks(who: Person, label: str, **result: object) -> Side:
    return Side(Step(who, lambda _lost: who.clicks(label, on=SEARCH)), result, f"“{label}”")


def submits(who: Person, did: str, **result: object) -> Side:
    """Sends the window that lies open."""
    return Side(Step(who, lambda lost: who.submits(refused="was first" if lost else "")), result, did)


def two_who_take(house: House) -> tuple[Side, Side]:
    house.files_a_request()
    bo, eve = (clicks(who, "Take it", status="Triage", assignee_id=id_of(house, who)) for who in (house.bo, house.eve))
    return bo, eve


def take_and_close(house: House) -> tuple[Side, Side]:
    house.files_a_request()
    house.maya.chooses("More", "Close", on=SEARCH)
    house.maya.fills({"Why it closes without work": "Withdrawn", "A sentence for the client": "You asked us to."})
    take = clicks(house.bo, "Take it", status="Triage", close_reason=None)
    return take, submits(house.maya, "“Close”", status="Closed", close_reason="withdrawn")


def two_who_approve(house: House) -> tuple[Side, Side]:
    start(house)
    house.bo.submits()
    house.delivers()
    house.bo.clicks("Send to review", on=SEARCH).fills({"Who checks it": "Eve"}).submits()
    house.delivers()
    for approver in (house.eve, house.maya):
        approver.clicks("Approve", on=SEARCH).fills({**NOTE, "Summary": f"Checked by {approver.id}"})
    eve, maya = (submits(who, "“Approve”", status="Client review") for who in (house.eve, house.maya))
    return eve, maya


def approve_and_reject(house: House) -> tuple[Side, Side]:
    eve, _ = two_who_approve(house)
    house.maya.closes()
    house.maya.clicks("Reject", on=SEARCH).fills({"What has to change?": "The index is still empty"})
    return eve, submits(house.maya, "“Reject”", status="In progress")


def edit_while_submitting(house: House) -> tuple[Side, Side]:
    start(house)
    house.maya.opens("/ticket T-101").clicks("Edit").fills({"Short description": "Search in the help centre is empty"})
    edit = submits(house.maya, "", status="Triage", title="Search in the help centre is empty")
    return edit, submits(house.bo, "“Start”", status="In progress", title="Help centre search is empty")


def start(house: House) -> None:
    """Bo has it, and the form to start it lies open."""
    house.files_a_request()
    house.bo.clicks("Take it", on=SEARCH)
    house.delivers()
    house.bo.clicks("Start", on=SEARCH).fills({"Estimate": "2h", "Billing code": "Included"})


def id_of(house: House, who: Person) -> int:
    return house.one("select id from person where slack_id = :id", id=who.id)["id"]


STORIES = [two_who_take, take_and_close, two_who_approve, approve_and_reject, edit_while_submitting]


@pytest.mark.parametrize("turned", [False, True], ids=["one first", "other first"])
@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.__name__.replace("_", " "))
def test_of_two_at_once_the_first_has_done_it_and_the_second_reads_so(
    house: House, story: Callable[[House], tuple[Side, Side]], turned: bool
):
    sides = story(house)
    winner, loser = reversed(sides) if turned else sides
    version, events = house.ticket()["version"], house.one("select count(*) from event")["count"]
    assert Turns(house).take(winner.step, loser.step)
    ticket = house.ticket()
    assert {name: ticket[name] for name in winner.result} == winner.result
    assert ticket["version"] == version + 1
    assert house.one("select count(*) from event")["count"] == events + 1
    name = house.one("select name from person where slack_id = :id", id=winner.step.who.id)["name"]
    loser.step.who.sees(f"{name} was first: {winner.told}")
