"""Releases in Slack: planned in a calendar, approved, told to those they concern, gone out, verified or taken back."""

import threading
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.domain import approvals, changes, people, releases
from bot.domain.approvals import Purpose
from bot.domain.changes import Change, Content, Result, Rollback, Touch
from bot.domain.risk import Blast, Tested
from bot.domain.seats import Verdict
from bot.domain.tickets import Ticket
from tests.cast import by_name
from tests.driver import Person
from tests.house import MONDAY, House

ROLLBACK = Rollback("Tickets <land> wrong", "Switch the trigger off", 15, "Bo", "None is lost", "A test ticket")
TITLE = "Route <billing> to its own group"
CARD = "R-1"
ROOM = "C0RELEASES"
# Tuesday evening, in the provider's London; a release day.
WINDOW = {"Day": "2026-11-24", "From": "18:00", "To": "20:00"}


@pytest.fixture(autouse=True)
def _roles(house: House) -> None:
    """Eve leads too; Sam owns the service and approves releases; Ana knows the technology."""
    with house.sessions.begin() as session:
        people.enter_as_system(session)
        named(session, "Eve").roles = ["engineer", "lead"]
        named(session, "Sam").roles = ["account_manager", "service_owner", "approver"]


def named(session: Session, name: str) -> people.Person:
    return session.scalars(select(people.Person).where(people.Person.name == name)).one()


def a_change(house: House, *, touches: tuple[Touch, ...] = (Touch.ROUTING,), ticket: int | None = None,
             approved: bool = True, title: str = TITLE, account: str = "Acme", **more: Any) -> int:  # fmt: skip
    """A change of Bo's, checked, and approved by Maya."""
    with house.sessions.begin() as session:
        people.enter_as_system(session)
        bo = named(session, "Bo")
        content = Content(
            title=title, purpose="They look in three places today.", touches=touches, component="Zendesk",
            blast=Blast.TEAM, tested=Tested.FULL, plan="Make the view.", implementer_id=bo.id, rollback=ROLLBACK,
        )  # fmt: skip
        carrier = session.scalars(select(Ticket).where(Ticket.id == ticket)).one() if ticket else None
        change = changes.draft(session, replace(content, **more), by_name(session, account), by=bo, now=house.now,
                               ticket=carrier)  # fmt: skip
        answers = {check.key: (Result.PASS, "looked") for check in change.checks}
        changes.answer_checks(session, change, answers, by=bo, now=house.now, seen=change.version)
        if approved:
            changes.ask(session, change, by=bo, now=house.now, seen=change.version)
            approval = approvals.pending_of(session, Purpose.CHANGE, change.id)
            releases.decide(session, named(session, "Maya"), approval.id, Verdict.APPROVE, now=house.now)
        return change.id


def makes(house: House, by: Person | None = None, *, refused: str = "", changes_: str | list[str] = TITLE,
          **fields: str) -> None:  # fmt: skip
    """A release by the form, as its maker sees it."""
    maker = by or house.bo
    maker.opens("/release new").fills({"Name": "Tuesday release", "Changes": changes_, **WINDOW, **fields})
    maker.submits(refused=refused)
    house.delivers()


def decides(house: House, name: str, verdict: Verdict = Verdict.APPROVE, reason: str = "") -> None:
    """Approve or Reject on the release's card: its handler is the approvals'."""
    with house.sessions.begin() as session:
        people.enter_as_system(session)
        approval = approvals.pending_of(session, Purpose.RELEASE, 1)
        releases.decide(session, named(session, name), approval.id, verdict, now=house.now, reason=reason)
    house.delivers()


def asked(house: House, **fields: str) -> None:
    makes(house, **fields)
    house.bo.clicks("Ask for approval").closes()
    house.delivers()


def scheduled(house: House, *, approvers: tuple[str, ...] = ("Sam",), **fields: str) -> None:
    asked(house, **fields)
    for name in approvers:
        decides(house, name)
    house.bo.clicks("Schedule", on=CARD, channel=ROOM)
    house.delivers()


def card(house: House) -> dict[str, Any]:
    (found,) = [one for one in house.bo.messages(ROOM) if CARD in str(one["blocks"])]
    return found


def in_thread(house: House) -> list[str]:
    return [one["text"] for one in house.bo.thread(ROOM, card(house)["ts"])[1:]]


def told(house: House, channel: str = "C0ACME") -> list[str]:
    """What the client's channel reads of releases, without the cards of tickets."""
    return [one["text"] for one in house.ana.messages(channel) if "• " in one["text"]]


def state(house: House, number: int = 1) -> str:
    return house.one("select state from release where id = :id", id=number)["state"]


def test_a_release_goes_out_its_tickets_move_along_and_the_client_hears_it(house: House):
    ticket = house.files_a_request()
    house.bo.clicks("Take it", on="Help centre").clicks("Start", on="Help centre")
    house.bo.fills({"Estimate": "2h", "Billing code": "Included"}).submits()
    house.delivers()
    a_change(house, ticket=ticket)
    house.delivers()
    asked(house)
    house.sam.sees(f"{TITLE} · Acme").sees("Waits for a release approver: neither author nor implementer")
    assert in_thread(house) == [
        "<@U0MAYA>, <@U0SAM>, <@U0BO> asks whether R-1 may go out. Please press *Approve* or *Reject* on the card above."
    ]
    assert "[Approve]" in house.sam.text()
    decides(house, "Sam")
    house.bo.clicks("Schedule", on=CARD, channel=ROOM)
    house.delivers()
    assert house.ticket(ticket)["status"] == "scheduled"
    house.passes(days=1, hours=8, minutes=5)
    house.bo.clicks("Go", on=CARD, channel=ROOM)
    house.delivers()
    assert (state(house), house.ticket(ticket)["status"]) == ("released", "in_progress")
    house.sam.sees("how it is taken back").sees("Switch the trigger off").sees("15 minutes at most; Bo decides.")
    house.eve.clicks("Verified", on=CARD, channel=ROOM)
    house.delivers()
    assert (state(house), house.ticket(ticket)["status"]) == ("verified", "internal_review")
    house.bo.sees("and checked: it works")
    assert [one for one in card(house)["blocks"] if one["type"] == "actions"] == []
    routed = told(house)
    assert [line.split("changes")[1][:4] for line in routed] == [" on ", " now"]
    assert "between 19:00 and 21:00 (Europe/Berlin)" in routed[0]
    assert "• Route &lt;billing&gt; to its own group" in routed[0]
    house.rex.does_not_see("billing")
