"""What Slack refused for good: those who can mend it read it on their Home, and settle it with a button."""

import json
import urllib.request

import pytest

from bot.domain.outbox import Place, Subject
from bot.domain.workflow import Action
from bot.messages.undelivered import REFUSALS, WHAT, WHERE, refusal_of
from bot.slack.delivery import PERMANENT
from tests.driver import Person
from tests.house import House
from tests.slack.desk import TITLE, delivers, does, files, moves, pending, posted

SECTION = "Could not be delivered"


def archives(house: House, archived: bool = True) -> None:
    house.slack.workspace.channels["C0ACME"].archived = archived


def a_dead_card(house: House) -> int:
    """Acme's channel was archived: the client's card died, the team's stands."""
    archives(house)
    number = files(house)
    delivers(house)
    return number


def home_of(person: Person) -> str:
    return person.opens_home().home_text()


def counted(house: House) -> int:
    with urllib.request.urlopen(house.events_url.replace("/slack/events", "/readyz"), timeout=10) as answer:
        return json.load(answer)["dead_letters"]


def an_admin(house: House, who: str) -> None:
    does(house, "update person set roles = array['admin'] where name = :who", who=who)


def settled(house: House) -> list[tuple[str, str | None]]:
    """Who settled what, as history has it."""
    rows = house.rows("select kind, name from event left join person on person.id = actor_id"
                      " where kind like 'delivery%' order by event.id")  # fmt: skip
    return [(row["kind"], row["name"]) for row in rows]


@pytest.mark.parametrize("role", ["admin", "lead", "service_owner"])
def test_who_can_mend_it_reads_what_where_since_when_and_what_to_do(house: House, role: str):
    assert SECTION not in home_of(house.maya)
    a_dead_card(house)
    does(house, "update person set roles = array[:role] where name = 'Maya'", role=role)
    text = home_of(house.maya)
    for words in (f"{SECTION}: 1", "Card of T-101", "for the client in #acme", "The channel is archived.",
                  "Unarchive it", "Try again", "Let it go"):  # fmt: skip
        assert words in text, text


def test_nobody_else_reads_or_presses_it(house: House):
    a_dead_card(house)
    home_of(house.maya)
    house.maya.clicks("Try again")
    pressed = house.last_sent("block_actions")
    delivers(house)  # it died again
    archives(house, False)
    before = house.state_of_the_world()
    for person in (house.bo, house.eve, house.sam, house.ana, house.cleo, house.rex, house.zed):
        assert SECTION not in home_of(person)
        for name in ("again", "all_again", "let_go"):
            bent = {**pressed, "user": {**pressed["user"], "id": person.id}}
            bent["actions"] = [{**pressed["actions"][0], "action_id": f"delivery.{name}"}]
            assert house.sends_payload(bent)[0] == 200
    after = house.state_of_the_world()
    assert {name for name in before if before[name] != after[name]} <= {"person"}
    assert delivers(house) == 0


def test_try_again_brings_it_and_what_waited_behind_it(house: House):
    number = a_dead_card(house)
    moves(house, number, Action.TAKE)
    moves(house, number, Action.ASK_CLIENT, reason="The words you searched for")
    delivers(house)  # the card dies again, and its reply waits
    archives(house, False)
    home_of(house.maya)
    house.maya.clicks("Try again")
    assert SECTION not in house.maya.home_text()
    assert counted(house) == 0
    delivers(house)
    house.ana.sees(TITLE).sees("The words you searched for")
    house.rex.does_not_see(TITLE)
    assert settled(house) == [("delivery_tried_again", "Maya")]


def test_what_arrived_after_all_is_found_and_not_doubled(house: House):
    house.slack.fault("lost", method="chat.postMessage", channel="C0ACME")
    files(house)
    delivers(house)
    does(house, "update outbox set dead_at = now(), last_error = 'not_in_channel' where done_at is null")
    home_of(house.maya)
    house.maya.clicks("Try again")
    delivers(house)
    assert len(posted(house, "C0ACME")) == 1
    assert pending(house) == []


def test_one_that_dies_again_is_told_again(house: House):
    a_dead_card(house)
    home_of(house.maya)
    house.maya.clicks("Try again")
    delivers(house)
    assert f"{SECTION}: 1" in home_of(house.maya)


def test_one_that_is_let_go_is_told_and_counted_no_more(house: House):
    number = a_dead_card(house)
    assert counted(house) == 1
    home_of(house.maya)
    house.maya.clicks("Let it go")
    assert SECTION not in house.maya.home_text()
    assert counted(house) == 0
    assert settled(house) == [("delivery_let_go", "Maya")]
    archives(house, False)
    assert delivers(house) == 0
    moves(house, number, Action.TAKE)  # a card still comes with its ticket's next move
    delivers(house)
    house.ana.sees(TITLE)


@pytest.mark.parametrize("first", ["Try again", "Let it go"])
@pytest.mark.parametrize("second", ["again", "let_go"])
def test_of_two_who_press_the_second_reads_that_it_is_settled(house: House, first: str, second: str):
    a_dead_card(house)
    an_admin(house, "Sam")
    home_of(house.maya)
    home_of(house.sam)
    house.maya.clicks(first)
    before = house.state_of_the_world()
    house.sam.clicks("Try again" if second == "again" else "Let it go").sees("settled already")
    assert house.state_of_the_world() == before


def test_one_whose_post_was_delivered_since_stands_no_more(house: House):
    number = a_dead_card(house)
    home_of(house.maya)
    archives(house, False)
    moves(house, number, Action.TAKE)
    assert counted(house) == 0  # a newer delivery is on its way
    house.maya.clicks("Try again").sees("settled already")
    delivers(house)
    assert len(posted(house, "C0ACME")) == 1
    assert SECTION not in home_of(house.maya)


def test_many_are_listed_page_by_page_and_tried_at_once(house: House):
    archives(house)
    for number in range(5):
        files(house, f"{TITLE} {number}")
    delivers(house)
    text = home_of(house.maya)
    assert f"{SECTION}: 5" in text
    assert text.count("Try again") == 3
    house.maya.clicks("Next", on=None)
    assert house.maya.home_text().count("Try again") == 2
    archives(house, False)
    house.maya.clicks("Try all again")
    delivers(house)
    assert len(posted(house, "C0ACME")) == 5
    assert settled(house) == [("delivery_tried_again", "Maya")] * 5


def test_a_number_that_names_none_is_settled_already(house: House):
    a_dead_card(house)
    home_of(house.maya)
    house.maya.clicks("Let it go")
    pressed = house.last_sent("block_actions")
    before = house.state_of_the_world()
    for value in ("", "x", "-1", "9" * 30, "999999"):
        pressed["actions"][0] |= {"value": value, "action_id": "delivery.again"}
        assert house.sends_payload(pressed)[0] == 200
    assert house.state_of_the_world() == before


def test_what_waits_behind_a_dead_card_is_no_delay(house: House):
    number = a_dead_card(house)
    moves(house, number, Action.TAKE)
    moves(house, number, Action.ASK_CLIENT, reason="The words you searched for")
    delivers(house)  # the card dies again, and its reply waits
    does(house, "update outbox set created_at = now() - interval '1 day'")
    with urllib.request.urlopen(house.events_url.replace("/slack/events", "/readyz"), timeout=10) as answer:
        report = json.load(answer)
    assert (report["dead_letters"], report["outbox_oldest_seconds"]) == (1, 0.0)


def test_every_post_and_place_has_its_words():
    assert (set(WHAT), set(WHERE)) == (set(Subject), set(Place))


def test_whatever_ends_a_delivery_is_told_in_words():
    assert PERMANENT - REFUSALS.keys() == set()
    for refusal in (*REFUSALS.values(), refusal_of("made_up")):
        assert refusal.why.endswith(".")
        assert refusal.cure.endswith(".")
