"""What the probes are made in: a day, in the ordinary tests; a week and a bill, in the slow ones."""

from datetime import datetime

import pytest

from tests.handlers.test_a_week import test_a_week as a_week
from tests.house import House
from tests.slack.desk import does

SEARCH = "Help centre search"
NOVEMBER_IS_OVER = datetime.fromisoformat("2026-12-01T09:00:00+00:00")
TERMS = {"Included a month": "50"}
QUOTED = {"Extra time": "2h", "At most": "3h", "What they get for it": "The export in their own format"}

GIVEN_BACK = {"Why": "Half of it was our mistake", "Out-of-scope support, 375.00 EUR": "75"}


def a_day(house: House) -> None:
    """Something is asked for, taken, asked about, answered, worked on and looked at."""
    house.files_a_request()
    house.bo.clicks("Take it", on=SEARCH)
    house.delivers()
    house.bo.opens("/time T-101 45m rebuilt the index")
    house.bo.clicks("Ask client", on=SEARCH).fills({"What do you need?": "The words you searched for"}).submits()
    house.delivers()
    [card] = house.ana.messages("C0ACME")
    house.ana.types("C0ACME", "It was macro, and field", thread=card["ts"])
    house.slack.settle()
    house.delivers()
    house.ana.opens("/ticket T-101").closes()
    house.ana.opens_home()


def a_bill(house: House) -> None:
    """What costs extra is quoted, approved and worked on; the month is signed, billed, and some of it given back."""
    does(house, "update person set roles = '{finance}' where name = 'Eve'")
    does(house, "update account set billed_through = '2026-10-31' where name = 'Acme'")
    house.sam.opens("/review agreements Acme").clicks("New version").fills(TERMS).submits().closes()
    house.files_a_request()
    does(house, "update ticket set related_system = 'Salesforce'")
    house.bo.clicks("Take it", on=SEARCH)
    house.delivers()
    house.bo.chooses("More", "Open", on=SEARCH).clicks("Quote").fills(QUOTED).submits().closes()
    house.delivers()
    house.cleo.opens_home()
    house.cleo.clicks("Approve", on="T-101 costs extra", channel="C0ACME")
    house.delivers()
    house.bo.clicks("Start", on=SEARCH)
    house.delivers()
    house.bo.opens("/time T-101 2h built the export")
    house.bo.clicks("Edit").fills({"Time spent": "2h30"}).submits().closes()
    house.bo.opens("/time T-101 45m support").clicks("Undo", on="45m")
    house.now = NOVEMBER_IS_OVER
    house.ticks()
    for who in (house.sam, house.eve):
        who.looks_at("C0BILLING").clicks("Sign", on="Billing review: Acme, November 2026")
        house.delivers()
    for button in ("Reviewed", "Back to draft", "Reviewed", "Approve"):
        presses(house, button)
    window = house.eve.opens("/review invoices").clicks("Open", on="INV-2026-0001")
    window.clicks("Files").closes().clicks("Credit").fills(GIVEN_BACK).submits().closes().closes().closes()
    house.delivers()
    for button in ("Reviewed", "Approve"):
        presses(house, button)


def presses(house: House, button: str) -> None:
    """Finance does, on the only card in the channel that has it."""
    house.eve.clicks(button, on="Acme, November 2026", channel="C0BILLING")
    house.delivers()


STORIES = [a_day, *(pytest.param(story, marks=pytest.mark.faults) for story in (a_week, a_bill))]
told = pytest.mark.parametrize("story", STORIES, ids=["a day", "a week", "a bill"])
