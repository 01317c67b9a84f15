"""A ticket's whole day, as its people live it."""

from tests.house import House


def test_a_ticket_from_request_to_closed_note(house: House):
    house.files_a_request()
    house.bo.clicks("Take it", on="Help centre search")
    house.delivers()
    assert house.ticket()["status"] == "Triage"
    house.bo.clicks("Ask client", on="Help centre search").fills(
        {"What do you need?": "The search words you tried."}
    ).submits()
    house.delivers()
    assert house.ticket()["status"] == "Waiting on client"
    house.ana.sees("We need the search words you tried from Ana").sees("Bo needs Ana")
    house.bo.clicks("Start", on="Help centre search").fills({"Estimate": "2h", "Billing code": "Included"}).submits()
    house.delivers()
    house.ana.sees("Bo is working on it")
    house.bo.opens("/time T-101 1h30 Rebuilt the search index")
    house.bo.sees("1h 30m")
    house.bo.clicks("Send to review", on="Help centre search").fills({"Who checks it": "Eve"}).submits()
    house.delivers()
    house.bo.clicks("Approve", on="Help centre search")
    house.bo.sees("a reviewer who is not the assignee")
    house.eve.clicks("Approve", on="Help centre search")
    house.eve.sees("Rebuilt the search index").sees("1h 30m included")
    house.eve.fills(
        {
            "Summary": "Search finds articles again",
            "Systems or files affected": "Help centre",
            "Decisions made": "none",
            "Follow-up items": "none",
        }
    ).submits()
    house.delivers()
    assert house.ticket()["status"] == "Client review"
    house.ana.sees("Please confirm by")
    house.ana.clicks("Close", on="Help centre search")
    house.delivers()
    assert house.ticket()["status"] == "Closed"
    print(house.ana.text())
    print(house.bo.text())
    house.maya.opens("/queue")
    print(house.maya.modal_text())
    house.maya.closes()
    house.maya.opens("/ticket T-101")
    print(house.maya.modal_text())
    assert 0
