"""`/queue`: what is open, by filter and by page, each reader only what is theirs to see."""

import json
from datetime import timedelta

import pytest

from bot.domain.workflow import Action
from tests.driver import Person
from tests.house import House
from tests.slack.desk import does, files, moves


def titles(reader: Person) -> list[str]:
    """The tickets in the window, in their order."""
    return [line.split("* ", 1)[1] for line in reader.modal_text().splitlines() if "*T-" in line or "|T-" in line]


def rows(reader: Person) -> int:
    return reader.modal_text().count("[Open]")


@pytest.fixture
def busy(house: House) -> House:
    """One ticket in each of the filters' corners, and Umbrella's."""
    files(house, "Nobody has this one")
    bos = files(house, "Bo works on this one")
    moves(house, bos, Action.TAKE)
    waiting = files(house, "This one waits for Ana", by="Cleo")
    moves(house, waiting, Action.TAKE, by="Eve")
    moves(house, waiting, Action.ASK_CLIENT, by="Eve", reason="Which report is it?")
    review = files(house, "This one is being checked")
    moves(house, review, Action.TAKE, by="Eve")
    does(house, "update ticket set status = 'Internal review' where id = :id", id=review)
    stalled = files(house, "Nothing moves in this one")
    moves(house, stalled, Action.TAKE, by="Eve")
    does(house, "update ticket set status_since = :at where id = :id", at=house.now - timedelta(days=9), id=stalled)
    closed = files(house, "This one is over")
    does(house, "update ticket set status = 'Closed' where id = :id", id=closed)
    files(house, "Umbrella's own matter", account="Umbrella", by="Rex")
    house.delivers()
    return house


@pytest.mark.parametrize(
    ("word", "seen"),
    [
        ("", {"Nobody has", "Bo works", "This one waits", "being checked", "Nothing moves", "Umbrella's own"}),
        ("all", {"Nobody has", "Bo works", "This one waits", "being checked", "Nothing moves", "Umbrella's own"}),
        ("mine", {"Bo works"}),
        ("unowned", {"Nobody has", "Umbrella's own"}),
        ("waiting", {"This one waits"}),
        ("review", {"being checked"}),
        ("stalled", {"Nothing moves"}),
        ("  MINE ", {"Bo works"}),
    ],
)
def test_a_word_narrows_the_queue(busy: House, word: str, seen: set[str]):
    busy.bo.opens(f"/queue {word}")
    text = busy.bo.modal_text()
    everything = {"Nobody has", "Bo works", "This one waits", "being checked", "Nothing moves", "Umbrella's own",
                  "This one is over"}  # fmt: skip
    assert {words for words in everything if words in text} == seen
    assert rows(busy.bo) == len(seen)


def test_another_filter_is_chosen_in_the_window(busy: House):
    busy.bo.opens("/queue")
    busy.bo.chooses("*Everything open:* 6", "Unowned")
    assert "Nobody has this one" in busy.bo.modal_text()
    assert "Bo works" not in busy.bo.modal_text()


def test_a_word_it_does_not_know_is_refused_with_those_it_does(busy: House):
    before = busy.state_of_the_world()
    busy.bo.opens("/queue everything").sees("/queue knows: all, mine, check, unowned, waiting, stalled, review")
    busy.bo.sees("/queue everything")  # what they typed comes back
    assert busy.bo.modal() is None
    assert busy.state_of_the_world() == before


def test_looking_changes_nothing(busy: House):
    before = busy.state_of_the_world()
    for person in (busy.bo, busy.ana, busy.rex):
        person.opens("/queue").closes()
    assert busy.state_of_the_world() == before


def test_the_most_urgent_and_longest_standing_come_first(house: House):
    for number, (priority, hours) in enumerate([("P3", 1), ("P3", 5), ("P1", 0), ("P2", 9)]):
        made = files(house, f"Ticket in place {number}")
        does(house, "update ticket set priority = :p, status_since = :at where id = :id",
             p=priority, at=house.now - timedelta(hours=hours), id=made)  # fmt: skip
    house.bo.opens("/queue")
    text = house.bo.modal_text()
    assert sorted(range(4), key=lambda n: text.index(f"Ticket in place {n}")) == [2, 3, 1, 0]


def test_more_than_twenty_are_turned_page_by_page_and_none_is_left_out(house: House):
    for number in range(45):
        files(house, f"Ticket number {number:02} of many")
    seen = []
    house.bo.opens("/queue")
    assert "*Everything open:* 45, page 1" in house.bo.modal_text()
    assert "[Previous]" not in house.bo.modal_text()
    for page, (count, last) in enumerate([(20, False), (20, False), (5, True)]):
        text = house.bo.modal_text()
        assert (rows(house.bo), "[Next]" not in text) == (count, last)
        seen += [number for number in range(45) if f"Ticket number {number:02} of many" in text]
        assert f"page {page + 1}" in text
        if not last:
            house.bo.clicks("Next")
    assert sorted(seen) == list(range(45))
    house.bo.clicks("Previous").clicks("Previous")
    assert "page 1" in house.bo.modal_text()


def test_turning_keeps_the_filter(house: House):
    for number in range(21):
        files(house, f"Nobody has number {number:02}")
    moves(house, files(house, "Bo has this one"), Action.TAKE)
    house.bo.opens("/queue unowned").clicks("Next")
    assert rows(house.bo) == 1
    assert "Bo has this one" not in house.bo.modal_text()
    assert "*Unowned:* 21, page 2" in house.bo.modal_text()


@pytest.mark.parametrize("value", ["all:999", "all:", "all", ":1", "nonsense:1", "all:-1", "all:٣",
                                   "all:99999999999999999999"])  # fmt: skip
def test_a_bent_page_number_shows_something_sensible_and_changes_nothing(house: House, value: str):
    for number in range(21):
        files(house, f"Ticket number {number:02} of many")
    house.bo.opens("/queue").clicks("Next")
    forged = house.last_sent("block_actions")
    forged["actions"][0]["value"] = value
    before = house.state_of_the_world()
    status, _ = house.sends_payload(forged)
    assert status == 200
    assert "database does not answer" not in house.bo.text()
    assert "Nothing is open" not in house.bo.text()
    assert house.state_of_the_world() == before


def test_a_client_sees_its_own_account_only_and_whose_it_is_by_name(busy: House):
    busy.ana.opens("/queue")
    text = busy.ana.modal_text()
    assert "Nobody has this one" in text
    assert "Umbrella" not in text
    assert "Acme" not in text  # all of it is
    busy.rex.opens("/queue")
    assert titles(busy.rex) == ["Umbrella's own matter"]
    assert "*Everything open:* 1" in busy.rex.modal_text()


def test_a_clients_mine_is_what_they_asked_for(busy: House):
    busy.cleo.opens("/queue mine")
    assert titles(busy.cleo) == ["This one waits for Ana"]


def test_a_client_turning_a_bent_page_sees_nothing_of_others(house: House):
    for number in range(21):
        files(house, f"Ticket number {number:02} of many")
    house.ana.opens("/queue").clicks("Next")
    forged = house.last_sent("block_actions")
    house.rex.opens("/queue")
    forged["user"] = {**forged["user"], "id": "U0REX"}
    assert house.sends_payload(forged)[0] == 200
    house.rex.does_not_see("of many")


def test_each_row_opens_its_ticket_and_links_to_the_card_its_reader_may_open(busy: House):
    busy.bo.opens("/queue mine")
    assert "/archives/C0TRIAGE/p" in str(busy.bo.modal()["blocks"])
    busy.bo.clicks("Open")
    assert "Bo: New → Triage" in busy.bo.modal_text()
    busy.ana.opens("/queue")
    assert "C0TRIAGE" not in str(busy.ana.modal()["blocks"])
    assert "/archives/C0ACME/p" in str(busy.ana.modal()["blocks"])


@pytest.mark.parametrize(
    ("word", "says"),
    [
        ("all", "Nothing is open. File something with /request the report is empty"),
        ("mine", "Nothing is yours right now."),
        ("unowned", "Every open ticket has an owner."),
        ("waiting", "Nothing waits on a client."),
        ("stalled", "Nothing is stalled"),
        ("review", "Nothing waits for a check."),
        ("check", "Nobody waits for your check."),
    ],
)
def test_an_empty_list_says_so(house: House, word: str, says: str):
    house.bo.opens(f"/queue {word}")
    assert says in house.bo.modal_text().replace("`", "")
    assert "*: 0" in house.bo.modal_text() or ":* 0" in house.bo.modal_text()


def test_somebody_unknown_sees_no_queue(busy: House):
    before = busy.state_of_the_world()
    busy.zed.opens("/queue").sees("I don't know you yet")
    assert busy.zed.modal() is None
    assert busy.state_of_the_world() == before


@pytest.mark.parametrize(
    ("words", "seen"),
    [
        ("acme", {"Nobody has", "Bo works", "This one waits", "being checked", "Nothing moves"}),
        ("UMBRELLA unowned", {"Umbrella's own"}),
        ("mine acme", {"Bo works"}),
        ("acm mine", {"Bo works"}),
        ("p1", {"Bo works"}),
        ("mine umbrella", set()),
        ("zendesk", {"Nothing moves"}),
        ("stalled p2 zendesk", set()),
    ],
)
def test_words_combine_in_one_line_in_any_order(busy: House, words: str, seen: set[str]):
    does(busy, "update ticket set priority = 'P1' where title = 'Bo works on this one'")
    does(busy, "update ticket set related_system = 'Zendesk' where title = 'Nothing moves in this one'")
    before = busy.state_of_the_world()
    busy.bo.opens(f"/queue {words}")
    text = busy.bo.modal_text()
    everything = {"Nobody has", "Bo works", "This one waits", "being checked", "Nothing moves", "Umbrella's own"}
    assert {one for one in everything if one in text} == seen
    assert seen or "Nothing fits." in text
    assert busy.state_of_the_world() == before


def test_menus_narrow_the_window_and_are_kept_while_another_filter_is_chosen(busy: House):
    does(busy, "update ticket set related_system = 'Zendesk', priority = 'P1' where title = 'Nobody has this one'")
    busy.bo.opens("/queue")
    busy.bo.chooses("Account", "Acme").chooses("Priority", "P1").chooses("System", "Zendesk")
    assert titles(busy.bo) == ["Nobody has this one"]
    busy.bo.chooses("*Everything open:* 1", "Mine")
    assert "Nothing fits." in busy.bo.modal_text()
    busy.bo.chooses("Priority", "Any priority").chooses("System", "Any system")
    assert titles(busy.bo) == ["Bo works on this one"]


def test_a_client_has_its_own_filters_and_none_of_the_teams(busy: House):
    busy.ana.opens("/queue")
    text = busy.ana.modal_text()
    assert "Everything open / Your requests / Waits for you" in text
    for word in ("Unowned", "Stalled", "In review", "Every account", "triage rota"):
        assert word not in text
    assert "Any priority" in text
    busy.ana.closes().opens("/queue stalled").sees("I don’t know “stalled”").sees("/queue knows: all, mine, waiting")
    busy.cleo.opens("/queue waiting")
    assert titles(busy.cleo) == ["This one waits for Ana"]  # nobody was named, and it is Cleo's


def test_a_client_bending_the_window_sees_nothing_of_others_and_no_filter_of_the_teams(busy: House):
    busy.ana.opens("/queue").chooses("Priority", "Any priority")
    forged = busy.last_sent("block_actions")
    before = busy.state_of_the_world()
    theirs = busy.one("select id from account where name = 'Umbrella'")["id"]
    for selection in ({"account_id": theirs}, {"what": "stalled"}, {"what": "nonsense"}, "nonsense"):
        forged["view"]["private_metadata"] = json.dumps({"selection": selection})
        assert busy.sends_payload(forged)[0] == 200
        busy.ana.does_not_see("Umbrella").does_not_see("went wrong")
    assert busy.state_of_the_world() == before


def test_two_accounts_alike_are_asked_about(busy: House):
    does(busy, "insert into account (name, timezone) values ('Acme Labs', 'UTC'), ('Acme Retail', 'UTC')")
    busy.bo.opens("/queue acme l")
    assert "Nothing fits." in busy.bo.modal_text()
    busy.bo.closes().opens("/queue acm").sees("Which account: Acme, Acme Labs, Acme Retail?")
    busy.bo.opens("/queue acme")  # the whole name of one of them
    assert "*Everything open:* 5" in busy.bo.modal_text()


def test_more_accounts_than_a_menu_holds_are_searched(busy: House):
    does(busy, "insert into account (name, timezone) select 'Client ' || n, 'UTC' from generate_series(1, 120) n")
    busy.bo.opens("/queue").chooses("Account", "Umbrella")
    assert titles(busy.bo) == ["Umbrella's own matter"]
    busy.bo.closes().opens_home()
    busy.bo.chooses("Account", "Umbrella")
    assert "Nobody has these yet: 1" in busy.bo.home_text()


def test_a_row_says_by_when_and_who_is_next(busy: House):
    busy.bo.opens("/queue")
    text = busy.bo.modal_text()
    for said in ("New, triage due", "next: *nobody yet*", "next: Cleo", "“Which report is it?”",
                 "next: Bo", "Acme · "):  # fmt: skip
        assert said in text, said
    busy.ana.opens("/queue")
    text = busy.ana.modal_text()
    for said in ("Received; review due", "We need which report is it? from Cleo", "Being checked before you see it"):
        assert said in text
    assert "nobody yet" not in text
