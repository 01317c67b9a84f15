"""What the probes are made in: a day, in the ordinary tests, and a week, in the slow ones."""

import pytest

from tests.handlers.test_a_week import test_a_week as a_week
from tests.house import House

SEARCH = "Help centre search"


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


STORIES = [a_day, pytest.param(a_week, marks=pytest.mark.faults)]
told = pytest.mark.parametrize("story", STORIES, ids=["a day", "a week"])
