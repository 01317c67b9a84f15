"""Whoever presses whatever, over the wire and in whatever order: nothing goes out that was not decided on.

Presses are forged as anybody could: any person, any button, any number, any version. What went out is judged from the
raw rows, as in tests/domain/test_nothing_unasked.py.
"""

from collections import Counter
from copy import deepcopy
from dataclasses import replace
from datetime import timedelta
from random import Random
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.domain import changes, people, releases
from bot.domain.changes import Change, Touch
from bot.domain.errors import Refused
from bot.domain.releases import Package
from tests.domain.test_nothing_unasked import Anything
from tests.handlers.test_releases import a_change, named
from tests.house import House

PRESSES = 250
EVERYBODY = ("U0BO", "U0EVE", "U0MAYA", "U0SAM", "U0ANA", "U0CLEO", "U0REX")
BUTTONS = ("approval.approve",) * 4 + (
    "change.ask", "change.release_now", "release.ask", "release.schedule", "release.go", "release.verify",
)  # fmt: skip


class Judge(Anything):
    """The same judge, looking at what was committed."""

    def __init__(self, house: House):
        self.house, self.released = house, Counter[str]()
        self.session = Session(house.owner.execution_options(isolation_level="AUTOCOMMIT"))
        self.decided, self.out = {}, set()

    def looks(self) -> None:
        self.now = self.house.now
        self.session.expire_all()
        self.judge()


def value_of(house: House, button: str, dice: Random) -> str:
    """One that there is, mostly as it stands; now and then of a version that is no more, or of nothing at all."""
    table, key = {"a": ("approval", ""), "c": ("change", ""), "r": ("release", "R-")}[button[0]]
    there = house.rows(f"select * from {table} order by id")
    if dice.random() < 0.1 or not there:
        return f"{key}{dice.randint(1, 99)}" + (":1" if table != "approval" else "")
    row = dice.choice(there)
    if table == "approval":
        waiting = [one for one in there if one["state"] == "pending"] or there
        return str(dice.choice(waiting if dice.random() < 0.8 else there)["id"])
    return f"{key}{row['id']}:{row['version'] - (dice.random() < 0.1)}"


NEXT = {
    "change": {"draft": "change.ask", "approved": "change.release_now"},
    "release": {"draft": "release.ask", "approved": "release.schedule", "scheduled": "release.go"},
}


def likely(house: House, dice: Random) -> str:
    """What fits how far something is: or nothing would ever go out."""
    rows = [(table, row["state"]) for table in NEXT for row in house.rows(f"select state from {table} order by id")]
    fits = [NEXT[table][state] for table, state in rows if state in NEXT[table]]
    return dice.choice([*fits, "approval.approve", "approval.approve"])


def presses(house: House, pressed: dict[str, Any], who: str, button: str, value: str) -> None:
    payload = deepcopy(pressed)
    payload["user"]["id"] = who
    payload["actions"] = [{"type": "button", "action_id": button, "block_id": "b", "value": value}]
    payload.pop("response_url", None)
    status, _ = house.sends_payload(payload)
    assert status == 200


def meddles(house: House, dice: Random) -> None:
    """Somebody who may packs, edits, or lets time pass."""
    with house.sessions.begin() as session:
        people.enter_as_system(session)
        bo = named(session, "Bo")
        change = session.scalars(select(Change).where(Change.id == dice.randint(1, 4)).with_for_update()).one()
        try:
            if dice.random() < 0.5:
                starts = house.now - timedelta(minutes=5)
                package = Package("Now", starts, starts + timedelta(hours=8), (change.id,), "It can’t wait")
                releases.make(session, package, by=bo, now=house.now)
            elif dice.random() < 0.5:
                other = replace(change.content, plan=f"Plan {dice.randint(1, 9)}")
                changes.edit(session, change, other, by=bo, now=house.now, seen=change.version)
                releases.after_edit(session, change, by=bo, now=house.now)
        except Refused:
            session.rollback()
    if dice.random() < 0.2:
        house.passes(hours=dice.choice([1, 8, 24 * 15]))


@pytest.mark.parametrize("seed", [7, 11])
def test_whoever_presses_whatever_nothing_goes_out_unasked(house: House, seed: int):
    dice = Random(seed)
    with house.sessions.begin() as session:
        people.enter_as_system(session)
        named(session, "Eve").roles = ["engineer", "lead"]
        named(session, "Sam").roles = ["account_manager", "service_owner", "approver"]
    for touches, more in (((), {}), ((Touch.ROUTING,), {}), ((Touch.PERMISSIONS,), {}),
                          ((), {"emergency_reason": "Nothing works"})):  # fmt: skip
        a_change(house, touches=touches, approved=False, **more)
    house.files_a_request()
    house.bo.clicks("Take it", on="Help centre search is empty")
    pressed, judge = house.last_sent("block_actions"), Judge(house)
    for _ in range(PRESSES):
        button = likely(house, dice) if dice.random() < 0.7 else dice.choice(BUTTONS)
        presses(house, pressed, dice.choice(EVERYBODY), button, value_of(house, button, dice))
        judge.looks()
        if dice.random() < 0.06:
            meddles(house, dice)
            judge.looks()
    assert sum(judge.released.values()) > 0, "nothing went out at all, so nothing was judged"
    judge.session.close()
