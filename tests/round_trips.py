"""Everyday interactions one after another, and what each of them asks of the database and of Slack before its answer.

The test holds these numbers to a table, `steward bench` prints them.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from tests.house import House
from tests.wire import Wire

FORM = {
    "Request type": "Incident", "Short description": "Help centre search is empty", "Business impact": "Degraded",
    "Who is affected": "Many or a team", "Desired timing": "This week",
}  # fmt: skip


@dataclass
class Asked:
    """Of one interaction: statements, waits for the database (`Wire` says what counts), and calls of Slack's."""

    statements: int = 0
    round_trips: int = 0
    calls: list[str] = field(default_factory=list)
    said: list[str] = field(default_factory=list)


class Counting:
    def __init__(self, house: House, wire: Wire):
        self._house, self._wire = house, wire
        self.found: dict[str, Asked] = {}

    @contextmanager
    def __call__(self, name: str) -> Iterator[None]:
        self._wire.since_last()
        before = len(self._house.slack.calls)
        yield
        traffic = self._wire.since_last()
        calls = [call.method for call in list(self._house.slack.calls)[before:]]
        self.found[name] = Asked(traffic.statements, traffic.round_trips, calls, traffic.said)


def counted(house: House) -> dict[str, Asked]:
    """A request, a line of time and a press of a button, each after one of its kind: a process has had its first."""
    engine = house.sessions.kw["bind"]
    with Wire.of(engine) as wire:
        count = Counting(house, wire)
        _warm(house)
        with count("opening a form"):
            house.ana.opens("/request")
        house.ana.fills({**FORM, "Short description": "Invoices of October are missing"})
        with count("/request, submitted"):
            house.ana.submits()
        house.ana.closes()
        house.delivers()
        with count("a line of /time"):
            house.bo.opens("/time T-102 30m read the log")
        house.bo.opens("/time")
        with count("options while typing"):
            house.bo.fills({"Ticket": "Invoices of October"})
        house.bo.closes()
        with count("Take it"):
            house.bo.clicks("Take it", on="Invoices of October")
        house.was_understood()
        return count.found


def _warm(house: House) -> None:
    house.files_a_request()
    house.bo.opens("/time T-101 45m looked into it")
    house.bo.clicks("Take it", on=FORM["Short description"])
