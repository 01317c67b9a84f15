"""`/time report`: where hours went, for those who may know; each choice draws it anew."""

import pytest
from sqlalchemy import text

from tests.house import House

HOURS = ("T-101 1h rebuilt the search index", "T-101 30m explained it to Ana")


@pytest.fixture
def worked(house: House) -> House:
    """Bo worked an hour and a half for Acme; Eve half an hour for Umbrella."""
    house.files_a_request()
    house.files_a_request(house.rex, Approval="Not needed")
    for line in HOURS:
        house.bo.opens(f"/time {line}")
    house.eve.opens("/time T-102 30m looked at their report")
    return house


def test_it_says_what_took_the_most_draws_it_and_lists_it(worked: House):
    worked.maya.opens("/time report")
    worked.maya.sees("November 2026 so far:* 2h logged").sees("Most: Acme, 1h 30m, 75 %.")
    worked.maya.sees("Umbrella").sees("25 %").sees("Total")
    worked.maya.does_not_see("that you work for")
    worked.maya.sees("3, half of them logged on the day itself; 0 % came more than a business day late")
    kinds = [block["type"] for block in worked.maya.ephemerals("C0TRIAGE")[-1]["blocks"]]
    assert kinds == ["section", "actions", "data_visualization", "table", "context"]


@pytest.mark.parametrize(
    ("choice", "sees"),
    [
        ("By category", "All of it: Ticket resolution."),
        ("By billing code", "All of it: Included."),
        ("By request type", "All of it: Incident."),
        ("By system", "All of it: No system named."),
        ("By person", "Most: Bo, 1h 30m, 75 %."),
        ("By ticket", "Most: T-101 Help centre search is empty"),
    ],
)
def test_another_choice_draws_it_anew_in_its_place(worked: House, choice: str, sees: str):
    worked.maya.opens("/time report")
    before, there = worked.state_of_the_world(), len(worked.maya.ephemerals())
    worked.maya.chooses("Told apart by", choice).sees(sees)
    assert len(worked.maya.ephemerals()) == there
    assert worked.state_of_the_world() == before


def test_other_days_are_chosen_and_what_was_chosen_beside_stays(worked: House):
    worked.maya.opens("/time report").chooses("Told apart by", "By person").chooses("Days", "Last month")
    worked.maya.sees("October 2026:* nothing is logged").sees("the menus show other days")
    worked.maya.chooses("Days", "Three months").sees("September to November 2026 so far:* 2h").sees("Most: Bo")


def test_one_account_is_named_in_the_line(worked: House):
    worked.sam.opens("/time report umb").sees("30m logged for Umbrella").sees("All of it: Umbrella.")
    worked.sam.chooses("Told apart by", "By person").sees("All of it: Eve.").does_not_see("Most: Bo")
    worked.sam.opens("/time report Globex").sees("I can’t find hours of “Globex”")


def test_one_account_is_chosen_and_left_again(worked: House):
    worked.maya.opens("/time report").chooses("Account", "Umbrella").sees("30m logged for Umbrella")
    worked.maya.chooses("Told apart by", "By person").sees("All of it: Eve.")
    worked.maya.chooses("Account", "Every account").sees("Most: Bo")


def test_a_month_with_nothing_says_what_to_do(house: House):
    house.maya.opens("/time report").sees("nothing is logged").sees("/time T-102 45m what you did")


def test_an_engineer_sees_the_accounts_they_work_for_and_no_colleague(worked: House):
    worked.bo.opens("/time report").sees("1h 30m logged").sees("All of it: Acme.")
    worked.bo.sees("These are the accounts that you work for. Leads see all of them.")
    report = worked.bo.ephemerals("C0TRIAGE")[-1]
    assert "Umbrella" not in str(report)
    offered = [option["text"]["text"] for option in report["blocks"][1]["elements"][1]["options"]]
    assert "By person" not in offered
    assert "By account" in offered
    worked.bo.opens("/time report umbrella").sees("I can’t find hours of “umbrella”. /time report shows")


def test_what_was_not_offered_is_refused(worked: House):
    worked.bo.opens("/time report").chooses("Told apart by", "By billing code")
    payload = worked.last_sent("block_actions")
    before = worked.state_of_the_world()
    bent = {**payload["actions"][0]}
    for value, says in (
        ("this_month:person:", "may see other people’s hours"),
        ("this_month:weather:", "from an older version"),
        ("this_month:account:x", "from an older version"),
    ):
        option = {**bent["selected_option"], "value": value}
        worked.sends_payload({**payload, "actions": [{**bent, "selected_option": option}]})
        worked.bo.sees(says)
    assert worked.state_of_the_world() == before


def test_clients_are_told_kindly(worked: House):
    before = worked.state_of_the_world()
    for client in (worked.ana, worked.cleo, worked.rex):
        client.opens("/time report").sees("Where our hours went is for the team.")
        client.does_not_see("logged")
    assert worked.state_of_the_world() == before


def test_below_the_week_a_button_leads_there(worked: House):
    worked.bo.opens("/time week").clicks("Where hours went").sees("All of it: Acme.")


def test_what_was_taken_back_is_gone_from_it(worked: House):
    worked.eve.clicks("Undo", on="looked at their report")
    worked.maya.opens("/time report").sees("All of it: Acme.")


def test_what_grows_beyond_the_agreement_is_said(worked: House):
    with worked.owner.begin() as connection:
        connection.execute(
            text("""
                insert into time_entry
                  (account_id, person_id, work_date, minutes, category, code, created_at, note, ticket_id)
                select account_id, person_id, work_date - 30, 60, category, code, created_at, note, ticket_id
                from time_entry;
                insert into time_entry
                  (account_id, person_id, work_date, minutes, category, code, created_at, note, ticket_id)
                select account_id, person_id, work_date, 60, category, 'out_of_scope', created_at, note, ticket_id
                from time_entry where ticket_id = 101 and minutes = 30
            """)
        )
    worked.maya.opens("/time report").sees("(out of scope and projects): 33 % of November, after 0 % in October")
    worked.maya.sees("(internal): 0 %")
