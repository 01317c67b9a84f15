"""From a request that is too large to a project with time on it."""

from tests.handlers.test_tickets import SEARCH
from tests.house import House

MADE = {"Name": "Search, rebuilt", "Owner": "Eve", "Budget hours": "40", "Approval": "Approved",
        "Why, for the client": "It takes more than a few days."}  # fmt: skip


def in_triage(house: House) -> None:
    house.files_a_request()
    house.bo.clicks("Take it", on=SEARCH)
    house.delivers()


def made(house: House, **fields: str) -> None:
    in_triage(house)
    house.bo.opens("/ticket T-101").clicks("Make it a project").fills({**MADE, **fields}).submits()
    house.delivers()


def test_an_estimate_that_is_too_large_says_what_to_do_and_that_can_be_done(house: House):
    in_triage(house)
    house.bo.clicks("Start", on=SEARCH).fills({"Estimate": "40h", "Billing code": "Included"})
    house.bo.submits(refused="Cancel, open T-101 and press Make it a project, or split off a first step.").closes()
    house.bo.chooses("More", "Open", on=SEARCH).clicks("Make it a project").fills(MADE).submits()
    house.delivers()
    assert "PR-1 Search, rebuilt" in house.bo.modal_text().replace("*", "")
    assert "0m of 40h" in house.bo.modal_text()
    house.ana.sees("T-101 became project PR-1: Search, rebuilt. It takes more than a few days.")
    house.ana.sees("Done: became project PR-1: Search, rebuilt")
    house.eve.sees("Closed by @bo as redirected: project PR-1, Search, rebuilt.")
    house.rex.does_not_see("PR-1")
    assert house.ticket()["close_reason"] == "redirected"
    assert house.one("select disposition from intake where ticket_id = 101")["disposition"] == "project"


def test_time_logs_to_it_by_line_and_by_form_and_the_budget_is_told(house: House):
    made(house)
    house.bo.opens("/time PR-1 6h sketched the index").sees("*6h* on *PR-1* Search, rebuilt").sees("Budget: 6h of 40h.")
    house.bo.opens("/time 2h and the import").sees("8h of 40h.")
    house.bo.opens("/time").fills({"Ticket": "PR-1", "Time spent": "1h"}).submits().sees("9h of 40h.").closes()
    house.bo.opens("/time today").sees("PR-1 Search, rebuilt · Project")
    rows = house.rows("select project_id, ticket_id, code from time_entry")
    assert {(row["project_id"], row["ticket_id"], row["code"]) for row in rows} == {(1, None, "project")}


def test_over_the_budget_nothing_is_blocked_and_it_says_by_how_much(house: House):
    made(house, **{"Budget hours": "1h30"})
    house.bo.opens("/time PR-1 2h more than planned").sees("Budget: 2h of 1h 30m, 30m over.")


def test_a_project_opens_in_a_window_and_its_owner_moves_it(house: House):
    made(house)
    house.eve.opens("/ticket pr-1").clicks("Start")
    assert "active, since" in house.eve.modal_text()
    house.delivers()
    house.ana.sees("Project PR-1 has started: Search, rebuilt.")
    house.eve.clicks("Change").fills({"Name": "Search 2", "Budget hours": "50"}).submits()
    assert "Search 2" in house.eve.modal_text()
    assert "0m of 50h" in house.eve.modal_text()
    house.eve.clicks("Done")
    assert "[Start]" in house.eve.modal_text()
    house.delivers()
    house.ana.sees("Project PR-1 is done: Search 2.")


def test_who_neither_owns_nor_leads_sees_it_and_changes_nothing(house: House):
    made(house)
    house.bo.closes()
    house.maya.opens("/ticket PR-1")
    assert "[Start]" in house.maya.modal_text()
    for person, sees in ((house.bo, "0m of 40h"), (house.ana, "proposed, since")):
        person.opens("/ticket PR-1")
        assert sees in person.modal_text()
        assert not {"[Start]", "[Drop]", "[Change]"} & set(person.modal_text().split())
    assert "40h" not in house.ana.modal_text()
    house.maya.clicks("Start")
    forged = house.last_sent("block_actions")
    before = house.state_of_the_world()
    for name in ("start", "done", "drop", "change"):
        for person in (house.bo, house.ana, house.rex):
            forged["user"]["id"] = person.id
            forged["actions"][0] |= {"action_id": f"project.{name}", "value": "PR-1:3"}
            assert house.sends_payload(forged)[0] == 200
    assert house.state_of_the_world() == before


def test_an_old_window_changes_nothing(house: House):
    made(house)
    house.eve.opens("/ticket PR-1")
    house.maya.opens("/ticket PR-1").clicks("Start")
    before = house.state_of_the_world()
    house.eve.clicks("Drop").sees("PR-1 changed meanwhile. Open it again with /ticket PR-1.")
    assert house.state_of_the_world() == before


def test_the_list_is_empty_with_an_example_and_then_shows_only_ones_own(house: House):
    house.bo.opens("/ticket projects")
    assert "There are no projects yet" in house.bo.modal_text()
    house.bo.closes()
    made(house)
    house.bo.opens("/queue").clicks("Projects")
    assert "Acme · proposed · Eve · 0m of 40h" in house.bo.modal_text()
    house.bo.clicks("Open")
    assert "T-101" in house.bo.modal_text()
    house.ana.opens("/ticket projects")
    assert "Search, rebuilt" in house.ana.modal_text()
    assert "40h" not in house.ana.modal_text()
    house.rex.opens("/ticket projects")
    assert "Search, rebuilt" not in house.rex.modal_text()
    house.rex.closes()
    house.rex.opens("/ticket PR-1").sees("I can't find “PR-1”")


def test_a_budget_that_is_no_time_stands_beside_its_field(house: House):
    in_triage(house)
    house.bo.opens("/ticket T-101").clicks("Make it a project").fills({**MADE, "Budget hours": "a lot"})
    before = house.state_of_the_world()
    house.bo.submits(refused="I can't read “a lot” as a time")
    assert house.state_of_the_world() == before


def test_the_same_form_delivered_twice_is_one_project(house: House):
    made(house)
    status, answer = house.sends_payload(house.last_sent("view_submission"))
    assert status == 200
    assert "PR-1" in answer
    assert len(house.rows("select 1 from project")) == 1


def test_a_ticket_in_work_offers_no_project(house: House):
    in_triage(house)
    house.bo.opens("/ticket T-101")
    assert "[Make it a project]" in house.bo.modal_text()
    house.bo.clicks("Start").fills({"Estimate": "2h", "Billing code": "Included"}).submits()
    assert "[Make it a project]" not in house.bo.modal_text()
    house.ana.opens("/ticket T-101")
    assert "[Make it a project]" not in house.ana.modal_text()
