"""`/steward`: where to start, for whoever asks."""

import json
import re

import pytest

from bot.messages.help import HELP, Side
from tests import cast
from tests.house import House

MANIFEST = json.loads(cast.MANIFEST.read_text())["features"]["slash_commands"]
COMMANDS = {command["command"] for command in MANIFEST}


@pytest.mark.parametrize("typed", ["/steward", "/steward help", "/steward  HELP "])
def test_staff_read_where_to_start_by_their_role_and_what_there_is(house: House, typed: str):
    before = house.state_of_the_world()
    house.bo.opens(typed).sees("As an engineer,").sees("See what is open:").sees("/time T-102 45m").sees("unowned")
    house.bo.does_not_see("As a lead,")
    assert house.state_of_the_world() == before


def test_somebody_with_two_roles_reads_the_first_steps_of_both(house: House):
    house.maya.opens("/steward").sees("As a lead,").sees("As an approver,").does_not_see("As an engineer,")


def test_a_client_reads_what_clients_can_do_and_nothing_of_the_teams(house: House):
    house.ana.opens("/steward").sees("Ask for something").sees("/request")
    for word in ("/time", "triage", "unowned", "stalled", "/queue acme", "Log time"):
        house.ana.does_not_see(word)


@pytest.mark.parametrize("command", sorted(COMMANDS - {"/steward"}))
def test_help_after_a_command_says_what_it_does_with_examples_and_changes_nothing(house: House, command: str):
    before = house.state_of_the_world()
    house.bo.opens(f"{command} help")
    said = house.bo.ephemerals("C0TRIAGE")[-1]["text"]
    assert len(re.findall(rf"`({command}[^`]*)`", said)) >= 2
    assert "`/steward`" in said
    assert house.bo.modal() is None
    assert house.state_of_the_world() == before


@pytest.mark.parametrize(("who", "side"), [("bo", Side.STAFF), ("ana", Side.CLIENT)])
def test_every_example_of_every_command_works_as_it_is_written(house: House, who: str, side: Side):
    house.files_a_request()
    person = getattr(house, who)
    for command in HELP.values():
        topic = command.topics.get(side)
        for example in [typed for typed, _ in topic.examples] + list(topic.near) if topic else []:
            person.opens(example.replace("102", "101"))
            for refusal in ("I don’t know", "I can't find", "went wrong", "How long was it?", "is for our team"):
                person.does_not_see(refusal)
            if person.modal():
                person.closes()


def test_a_client_who_asks_for_a_command_of_the_teams_reads_what_to_write_instead(house: House):
    house.ana.opens("/time help").sees("is for our team").sees("/request").does_not_see("45m")


def test_a_request_that_begins_with_help_is_a_request(house: House):
    house.ana.opens("/request help centre search is empty")
    assert "help centre search is empty" in house.ana.modal_text()


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ("/steward hlep", "Did you mean “help”?"),
        ("/steward anything else", "/steward knows: help"),
        ("/ticket hepl", "Did you mean “help”?"),
        ("/ticket printer", "/ticket knows: help"),
        ("/queue stalles", "Did you mean “stalled”?"),
        ("/queue mine umbrela", "Did you mean “Umbrella”?"),
    ],
)
def test_a_word_it_does_not_know_is_answered_with_the_nearest_it_does(house: House, typed: str, says: str):
    before = house.state_of_the_world()
    house.bo.opens(typed).sees(says).sees(f"Write {typed.split()[0]} help for examples.").sees(typed)
    assert house.bo.modal() is None
    assert house.state_of_the_world() == before


def test_the_nearest_word_never_names_another_client(house: House):
    house.ana.opens("/queue umbrela").sees("I don’t know “umbrela”").does_not_see("Umbrella")
    house.rex.opens("/queue acm").sees("I don’t know “acm”").does_not_see("Acme")


def test_help_is_a_button_on_the_home_too(house: House):
    house.ana.opens_home()
    house.ana.clicks("Help")
    assert "Ask for something" in house.ana.modal_text()
    house.ana.clicks("My requests")
    assert "Your requests:" in house.ana.modal_text()


def test_the_manifest_says_of_each_command_what_the_table_says():
    declared = {item["command"]: (item["description"], item["usage_hint"]) for item in MANIFEST}
    assert declared == {name: (command.description, command.hint) for name, command in HELP.items()}


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
