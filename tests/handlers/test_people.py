"""How people become known: by writing, by asking, by an e-mail that was applied; and who stays unknown."""

import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.driver import Person
from tests.house import House
from tests.slack.desk import does, posted

JOINED = "in Acme's channel and is now its requester"


@pytest.fixture
def newt(house: House) -> Person:
    return house.slack.person("U0NEWT", "C0ACME")


@pytest.fixture
def nora(house: House) -> Person:
    return house.slack.person("U0NORA", "C0ACME")


def person(house: House, slack_id: str) -> dict[str, Any]:
    return house.one("select p.*, a.name as account from person p left join account a on a.id = account_id"
                     " where slack_id = :id", id=slack_id)  # fmt: skip


def nothing_but(before: dict[str, Any], after: dict[str, Any], *tables: str) -> bool:
    return {name for name in before if before[name] != after[name]} <= set(tables)


def test_somebody_unknown_who_writes_in_an_accounts_channel_becomes_its_requester(house: House, newt: Person):
    newt.types("C0ACME", "Hello, the search is empty")
    found = person(house, "U0NEWT")
    assert (found["account"], found["roles"], found["name"], found["active"]) == ("Acme", ["requester"], "Newt", True)
    house.delivers()
    house.bo.sees(JOINED)
    newt.opens("/request")
    assert "New request" in newt.modal_text()


def test_triage_is_told_once_however_much_they_write(house: House, newt: Person):
    for words in ("Hello", "is anybody there?", "The search is empty"):
        newt.types("C0ACME", words)
    house.delivers()
    assert [JOINED in message.text for message in posted(house, "C0TRIAGE")] == [True]
    for client in (house.ana, newt, house.rex, house.zed):
        client.does_not_see("is now its requester")


def test_two_first_messages_at_once_make_one_person_and_one_post(house: House, newt: Person):
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda n: newt.types("C0ACME", f"Hello {n}"), range(8)))
    assert person(house, "U0NEWT")["account"] == "Acme"
    house.delivers()
    assert len(posted(house, "C0TRIAGE")) == 1


def test_a_message_that_slack_sends_again_changes_nothing(house: House, newt: Person):
    newt.types("C0ACME", "Hello")
    house.delivers()
    house.slack.settle()
    before = house.state_of_the_world()
    event = next(d for d in house.slack.deliveries.kept if d.kind == "event" and d.person == "U0NEWT")
    assert house.slack.repeat(event).status == 200
    assert house.state_of_the_world() == before


def test_a_contact_applied_by_e_mail_is_recognised_by_their_first_request(house: House, nora: Person):
    known = house.one("select id from person where email = 'nora@acme.example'")["id"]
    nora.opens("/request")
    assert "New request" in nora.modal_text()
    found = person(house, "U0NORA")
    assert (found["id"], found["account"], found["name"]) == (known, "Acme", "Nora")
    assert house.one("select kind from event where actor_id = :id", id=known)["kind"] == "person_recognised"
    house.delivers()
    assert posted(house, "C0TRIAGE") == []  # they were expected: nothing to tell


def test_a_contact_applied_by_e_mail_is_recognised_on_their_home_where_no_channel_says_whose_they_are(
    house: House, nora: Person
):
    nora.opens_home()
    assert "Your requests" in nora.home_text()
    assert person(house, "U0NORA")["account"] == "Acme"


@pytest.mark.parametrize("team", ["T0ELSEWHERE", ""])
def test_an_e_mail_from_a_workspace_that_is_not_the_accounts_own_proves_nothing(house: House, team: str):
    does(house, "update account set team_slack_id = 'T0ACME' where name = 'Acme'")
    house.slack.workspace.people["U0ZED"].email = "nora@acme.example"
    house.slack.workspace.people["U0ZED"].team = team
    before = house.state_of_the_world()
    house.zed.types("C0GENERAL", "Hello")
    event = {"team_id": team or "T0NONE", "user_id": "U0ZED", "command": "/request", "channel_id": "C0GENERAL",
             "trigger_id": "1.2.3", "text": ""}  # fmt: skip
    assert "I don't know you yet" in house.sends_form(event)[1]
    assert house.state_of_the_world() == before
    assert house.one("select slack_id from person where email = 'nora@acme.example'")["slack_id"] is None


def test_an_ended_contact_is_not_recognised_by_their_e_mail(house: House, nora: Person):
    does(house, "update person set active = false where email = 'nora@acme.example'")
    nora.opens_home()
    assert "Your requests" not in nora.home_text()
    nora.opens("/queue", channel="C0ACME")
    assert nora.modal() is None


def test_somebody_unknown_elsewhere_is_told_what_to_do_and_stays_unknown(house: House):
    before = house.state_of_the_world()
    house.zed.types("C0GENERAL", "Hello everybody")
    house.zed.opens("/request").sees("I don't know you yet").sees("your organisation's channel")
    house.zed.opens_home()
    assert "I don't know you yet" in house.zed.home_text()
    assert house.state_of_the_world() == before


def test_somebody_unknown_in_the_teams_own_channel_becomes_nobody(house: House):
    house.slack.workspace.channels["C0TRIAGE"].members.append("U0ZED")
    before = house.state_of_the_world()
    house.zed.types("C0TRIAGE", "May I read along?")
    house.zed.opens("/queue", channel="C0TRIAGE").sees("I don't know you yet")
    assert house.state_of_the_world() == before


@pytest.mark.parametrize("who", ["bo", "ana", "rex"])
def test_a_message_of_somebody_known_changes_nothing(house: House, who: str):
    before = house.state_of_the_world()
    speaker = getattr(house, who)
    speaker.types(speaker.channel, "Good morning")
    assert house.state_of_the_world() == before


def test_edits_and_deletions_and_the_bots_own_posts_make_nobody_known(house: House, newt: Person):
    event = {"type": "event_callback", "team_id": "T0PROVIDER", "event_id": "E1"}
    before = house.state_of_the_world()
    for more in ({"subtype": "message_changed"}, {"subtype": "message_deleted"}, {"bot_id": "B0OTHER"},
                 {"subtype": "channel_join"}, {"subtype": "bot_message"}):  # fmt: skip
        inner = {"type": "message", "user": "U0NEWT", "channel": "C0ACME", "text": "x", "ts": "1.1", **more}
        assert house.sends(json.dumps({**event, "event": inner}))[0] == 200
    assert house.state_of_the_world() == before


def test_a_known_contact_in_another_accounts_channel_stays_who_they_are(house: House):
    house.slack.workspace.channels["C0ACME"].members.append("U0REX")
    house.files_a_request()
    before = house.state_of_the_world()
    house.rex.types("C0ACME", "Wrong door")
    house.rex.opens("/ticket T-101", channel="C0ACME").sees("I can't find T-101")
    assert nothing_but(before, house.state_of_the_world())
    assert person(house, "U0REX")["account"] == "Umbrella"


def test_the_newcomer_sees_their_own_account_and_no_other(house: House, newt: Person):
    house.files_a_request()
    house.files_a_request(house.rex, **{"Short description": "Umbrella's own matter", "Approval": "Not needed"})
    newt.types("C0ACME", "Hello")
    newt.opens("/queue")
    assert "Help centre search is empty" in newt.modal_text()
    assert "Umbrella" not in newt.modal_text()
    house.rex.does_not_see("Newt")


def test_a_name_that_would_ping_is_harmless_in_triage(house: House):
    house.slack.workspace.people["U0NEWT"].real_name = "<!channel> & <@U0BO>"
    house.slack.person("U0NEWT", "C0ACME").types("C0ACME", "Hello")
    house.delivers()
    said = posted(house, "C0TRIAGE")[0]
    assert "&lt;!channel&gt; &amp; &lt;@U0BO&gt; " in said.text
    assert "<!channel>" not in str(said.blocks)


def test_while_slack_does_not_say_who_they_are_nobody_joins_and_the_next_try_succeeds(house: House, newt: Person):
    """A name that was guessed would stand for good."""
    before = house.state_of_the_world()
    house.slack.fail_next("users.info", 500)
    newt.opens("/request My words stay mine").sees("My words stay mine")
    assert newt.modal() is None
    assert house.state_of_the_world() == before
    newt.opens("/request")
    assert person(house, "U0NEWT")["name"] == "Newt"


@pytest.mark.parametrize("who", [{"user": "U0ROBOT", "bot_id": "B0ROBOT"}, {}, {"user": ""}])
@pytest.mark.parametrize("kind", ["app_mention", "message"])
def test_a_bot_or_nobody_never_becomes_a_requester(house: House, kind, who):
    before = house.state_of_the_world()["person"]
    event = {"type": kind, "channel": "C0ACME", "ts": "1795428000.000100", "text": "hello", **who}
    house.sends(json.dumps({"type": "event_callback", "team_id": "T0PROVIDER", "event_id": "Ev1", "event": event}))
    assert house.state_of_the_world()["person"] == before
