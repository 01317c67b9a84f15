"""`/steward`: where to start, for whoever asks."""

import json
import re

import pytest

from tests import cast
from tests.house import House

COMMANDS = {command["command"] for command in json.loads(cast.MANIFEST.read_text())["features"]["slash_commands"]}


@pytest.mark.parametrize("typed", ["/steward", "/steward help", "/steward anything else"])
def test_staff_read_what_staff_can_do(house: House, typed: str):
    before = house.state_of_the_world()
    house.bo.opens(typed).sees("The queue:").sees("/time T-102 45m").sees("unowned")
    assert house.state_of_the_world() == before


def test_a_client_reads_what_clients_can_do_and_nothing_of_the_teams(house: House):
    house.ana.opens("/steward").sees("Ask for something:").sees("/request")
    house.ana.does_not_see("/time").does_not_see("triage").does_not_see("unowned")


def test_somebody_unknown_reads_how_to_become_known(house: House):
    before = house.state_of_the_world()
    house.zed.opens("/steward").sees("I don't know you yet")
    assert house.state_of_the_world() == before


def test_only_the_person_who_asked_sees_it(house: House):
    house.bo.opens("/steward")
    assert len(house.bo.ephemerals("C0TRIAGE")) == 1
    assert house.eve.ephemerals("C0TRIAGE") == []


@pytest.mark.parametrize("who", ["bo", "ana"])
def test_every_command_it_speaks_of_exists_and_works_as_written(house: House, who: str):
    house.files_a_request()
    person = getattr(house, who)
    person.opens("/steward")
    said = person.ephemerals()[-1]["text"]
    examples = re.findall(r"`(/[^`]+)`", said)
    assert examples
    for example in examples:
        assert example.split()[0] in COMMANDS
        person.opens(example.replace("T-102", "T-101"))
        person.does_not_see("/queue knows").does_not_see("went wrong").does_not_see("How long was it?")
        if person.modal():
            person.closes()


def test_everything_staff_can_type_is_spoken_of(house: House):
    house.bo.opens("/steward")
    said = house.bo.ephemerals("C0TRIAGE")[-1]["text"]
    assert {command for command in COMMANDS if command not in said} <= {"/steward"}
