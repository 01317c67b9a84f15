"""Menus too long for Slack are searched instead, and hold just the same."""

import pytest
from sqlalchemy import text

from tests.house import House

SEARCH = "Help centre search"


@pytest.fixture
def crowded(house: House) -> House:
    """A hundred more accounts, contacts of Acme, and engineers."""
    with house.owner.begin() as connection:
        connection.execute(
            text("insert into account (name, timezone) select 'Account ' || n, 'UTC' from generate_series(1, 120) n")
        )
        people = "insert into person (name, slack_id, account_id, roles, skills, weekly_minutes, active)"
        rest = "'{}', 2400, true from generate_series(1, 120) n"
        acme = "(select id from account where name = 'Acme')"
        connection.execute(text(f"{people} select 'Contact ' || n, 'U0C' || n, {acme}, '{{requester}}', {rest}"))
        connection.execute(text(f"{people} select 'Engineer ' || n, 'U0E' || n, null, '{{engineer}}', {rest}"))
    return house


def test_staff_find_the_account_by_typing_and_its_contacts_after_it(crowded: House):
    crowded.sam.opens("/request", channel="C0TRIAGE").fills({"Account": "Account 117"})
    crowded.sam.fills({"Account": "Acme", "Primary contact": "Contact 119"})


def test_a_client_of_many_is_its_own_contact_and_can_name_another(crowded: House):
    crowded.ana.opens("/request")
    assert "Primary contact: <Ana" in crowded.ana.modal_text()
    crowded.ana.fills({"Primary contact": "Contact 88"})


def test_a_lead_assigns_to_the_hundredth_engineer(crowded: House):
    crowded.files_a_request()
    crowded.maya.clicks("Assign", on=SEARCH).fills({"Who takes it": "Engineer 115"}).submits()
    assert crowded.ticket()["assignee_id"] == crowded.one("select id from person where name = 'Engineer 115'")["id"]


def test_an_outsider_is_offered_nobody_elses_people(crowded: House):
    crowded.files_a_request(crowded.rex, Approval="Not needed")
    crowded.ana.opens("/request").fills({"Primary contact": "Contact 88"})
    asked = crowded.last_sent("block_suggestion")
    asked["user"]["id"], asked["value"] = "U0REX", ""
    status, answer = crowded.sends_payload(asked)
    assert status == 200
    assert "Contact" not in answer
    assert "Ana" not in answer
