"""`/change figures`: how changes went, in a sentence, a table and a chart."""

from datetime import timedelta

import pytest

from bot.domain import people
from bot.domain.changes import Change, ChangeLink, ChangeState, Content, Relation, draft
from bot.domain.risk import ChangeClass
from bot.domain.routing import RequestType
from tests.cast import by_name
from tests.domain.desk import file_a_ticket, person
from tests.house import House


def goes_out(house: House, account: str = "Acme", *, days: int = 2, incident: bool = False, **facts: object) -> str:
    """One that was made five days ago and went out since, whatever way it came there."""
    with house.sessions.begin() as session:
        people.enter_as_system(session)
        made, out = house.now - timedelta(days=5), house.now - timedelta(days=5 - days)
        content = Content("Route <invoices> to billing", "They go astray today.")
        change: Change = draft(session, content, by_name(session, account), by=person(session, "Bo"), now=made)
        for name, value in {"state": ChangeState.VERIFIED, "released_at": out, **facts}.items():
            setattr(change, name, value)
        session.flush()
        if incident:
            ticket = file_a_ticket(session, account=account, now=out, request_type=RequestType.INCIDENT)
            session.add(ChangeLink(
                account_id=change.account_id, change_id=change.id, ticket_id=ticket.id, relation=Relation.CAUSED, at=out
            ))  # fmt: skip
        return change.key


def test_it_says_what_went_out_and_what_failed(house: House):
    for _ in range(3):
        goes_out(house)
    rolled_back = goes_out(house, state=ChangeState.ROLLED_BACK)
    blamed = goes_out(house, incident=True, change_class=ChangeClass.EMERGENCY)
    house.maya.opens("/change figures")
    house.maya.sees("5 changes went out in the last 90 days.* 60 % needed no rollback and brought no incident")
    house.maya.sees("Half of them were out within 2 days of their first draft.")
    house.maya.sees("20 % were emergencies*, more than 5 %.")
    house.maya.sees(f"{rolled_back} · Route <invoices> to billing · rolled back")
    house.maya.sees(f"{blamed} · Route <invoices> to billing · brought T-1")
    house.bo.does_not_see("went out")


def test_of_a_month_or_an_account(house: House):
    goes_out(house)
    goes_out(house, "Umbrella", days=1)
    house.sam.opens("/change figures acme").sees("1 change went out in the last 90 days for Acme.* 100 % needed")
    house.sam.sees("None of them failed.")
    house.sam.opens("/change figures 2026-11").sees("2 changes went out in November 2026.")


@pytest.mark.parametrize("typed", ["", " 2026-02", " umbrella"])
def test_nothing_yet_says_how_it_begins(house: House, typed: str):
    house.bo.opens(f"/change figures{typed}").sees("*Nothing went out").sees("A change begins with `/change`")


def test_an_unknown_account_and_a_client_are_refused(house: House):
    goes_out(house)
    before = house.state_of_the_world()
    for nobody in ("nobody", "0000-01", "9999-12"):
        house.bo.opens(f"/change figures {nobody}").sees(f"I know no account called “{nobody}”.")
    for client in (house.ana, house.cleo, house.rex):
        client.opens("/change figures").sees("How all changes went is for the team.")
    assert house.state_of_the_world() == before
