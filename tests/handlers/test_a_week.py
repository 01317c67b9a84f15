"""A week of the whole house: every door, both threads, somebody away, and nothing internal on any client's screen."""

from datetime import timedelta

from tests.house import House

MARKER = "zebra-7141"
NOTE = {"Summary": "Works again", "Actions taken": f"Rebuilt it, {MARKER}", "Systems or files affected": "none",
        "Decisions made": f"none, {MARKER}", "Follow-up items": "Watch the index"}  # fmt: skip
SEARCH, SLOW, LOGIN = "Help centre search is empty", "The help centre is slow today", "Kim can't log in any more"


def next_morning(house: House) -> list[str]:
    """The next day at nine in London, with whatever falls due."""
    house.now = (house.now + timedelta(days=1)).replace(hour=9, minute=0)
    return house.ticks()


def test_a_week(house: House):
    house.now = house.now.replace(hour=9, minute=0)
    house.ticks()
    # Monday: two requests, one of them twice; the second is merged, both threads are told.
    house.files_a_request(house.ana, **{"Short description": SEARCH})
    house.files_a_request(house.cleo, **{"Short description": SLOW})
    house.bo.clicks("Take it", on=SEARCH)
    house.delivers()
    house.maya.opens("/ticket T-102").clicks("Merge").fills({"Is the same as": "T-101"}).submits().closes()
    house.bo.chooses("More", "Note", on=SEARCH).fills({"Note": f"Their index again, {MARKER}"}).submits()
    house.delivers()
    house.cleo.sees("This is the same as T-101")
    # Tuesday: Bo asks, and goes away; the digest says so.
    assert any(done.startswith("daily-digest") for done in next_morning(house))
    house.bo.clicks("Ask client", on=SEARCH).fills({"What do you need?": "The words you searched for"}).submits()
    house.bo.opens("/steward away 25 Nov - 27 Nov")
    house.delivers()
    house.eve.sees("is away Wed 25 Nov to Fri 27 Nov")
    # Wednesday: a private request, and the morning without Bo.
    next_morning(house)
    house.maya.sees("Away:")
    house.files_a_request(house.ana, **{"Short description": LOGIN, "Request type": "Access", "Private": True})
    for person in (house.cleo, house.eve, house.sam, house.rex):
        person.does_not_see(LOGIN)
    # Thursday: the client is reminded; the answer brings the ticket back; Eve takes over.
    next_morning(house)
    house.ana.sees("we still need this from you")
    [card] = [m for m in house.ana.messages("C0ACME") if SEARCH in str(m["blocks"])]
    house.ana.types("C0ACME", "macro and field", thread=card["ts"])
    house.slack.settle()
    house.delivers()
    assert house.ticket(101)["status"] == "Triage"
    house.maya.opens("/ticket T-101").clicks("Assign")
    house.maya.fills({"Who takes it": "Eve", "Hand-over note": f"Bo is away, {MARKER}"}).submits().closes()
    house.delivers()
    house.eve.clicks("Start", on=SEARCH).fills({"Estimate": "1h", "Billing code": "Included"}).submits()
    house.delivers()
    house.eve.opens(f"/time T-101 45m rebuilt the index {MARKER}")
    house.eve.clicks("Send to review", on=SEARCH).fills({"Who checks it": "Maya"}).submits()
    house.delivers()
    # Friday: checked, confirmed, and the follow-up is filed.
    next_morning(house)
    house.maya.clicks("Approve", on=SEARCH).fills(NOTE).submits()
    house.delivers()
    house.ana.clicks("Close", on=SEARCH)
    house.delivers()
    house.maya.clicks("File follow-ups", on=SEARCH).submits()
    house.delivers()
    assert house.rows("select title from ticket where id > 103") == [{"title": "Watch the index"}]
    # The month ends: the client's review, and ours.
    house.now = house.now.replace(month=12, day=1, hour=10)
    assert "monthly-client-review 2026-11 Acme" in house.ticks()
    house.ana.sees("November").sees("Works again")
    nothing_internal(house)
    assert house.rows("select 1 from outbox where dead_at is not null") == []


def nothing_internal(house: House) -> None:
    """Every surface a client has, walked."""
    for client in (house.ana, house.cleo, house.rex):
        client.opens_home()
        client.opens("/queue").does_not_see(MARKER).closes()
        for key in ("T-101", "T-102"):
            client.opens(f"/ticket {key}").does_not_see(MARKER)
            if client.modal():
                client.closes()
        client.opens(f"/ticket search {MARKER}")
        assert MARKER not in client.modal_text().replace(f"<{MARKER}>", "")  # but for the box it was typed into
        client.closes()
        for channel in ("C0ACME", "C0UMBRELLA"):
            said = [m for c in client.screen()["channels"] if c["id"] == channel for m in c["messages"]]
            assert MARKER not in str([m["blocks"] for m in said if not m["ephemeral"]])
    house.rex.does_not_see(SEARCH).does_not_see("Works again")
