"""A client files a request: the form, its errors, and what becomes of it."""

from tests.house import House


def test_a_request_becomes_a_ticket_with_one_thread_and_one_card(house: House):
    house.ana.opens("/request")
    house.ana.fills(
        {
            "Request type": "Incident",
            "Short description": "Checkout shows no orders",
            "Business impact": "Stopped",
            "Who is affected": "One person",
            "Blocks revenue": True,
            "Desired timing": "Now",
            "What happens if it waits": "Every order is lost until it works",
        }
    ).submits()
    house.ana.sees("T-101").sees("P1")
    house.delivers()
    card = house.bo.messages("C0TRIAGE")
    thread = house.ana.messages("C0ACME")
    assert len(card) == len(thread) == 1
    house.bo.sees("Checkout shows no orders")
    assert house.ticket()["priority"] == "P1"
