"""A channel before anybody asks: the pinned welcome, and the question whose channel it is."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from bot.domain import setup
from tests import cast
from tests.house import House
from tests.slack.desk import a_courier, does, pending, posted

WELCOME, QUESTION = "How to ask us for something", "Which account is this channel for?"
NEW = "C0NEW"


def applies(house: House, file: str = cast.SETUP) -> list[str]:
    with house.sessions.begin() as session:
        changes = setup.apply(session, setup.read(file), now=house.now)
    house.delivers()
    return changes


def changed(*replacements: tuple[str, str]) -> str:
    file = cast.SETUP
    for old, new in replacements:
        assert file.count(old) == 1, old
        file = file.replace(old, new)
    return file


@pytest.fixture
def new_channel(house: House) -> House:
    """A channel that Steward does not know, with staff, Ana, Rex and Zed in it."""
    members = [*cast.STAFF, "U0ANA", "U0REX", "U0ZED"]
    house.slack.workspace.add_channel({"id": NEW, "name": "new-client", "private": True, "members": members})
    return house


# --- the welcome


def test_applying_welcomes_each_account_in_its_channel_and_pins_it(house: House):
    applies(house)
    for channel in ("C0ACME", "C0UMBRELLA"):
        assert [(WELCOME in m.text, m.pinned) for m in posted(house, channel)] == [(True, True)]
    assert posted(house, "C0TRIAGE") == []
    house.ana.sees("Monday to Friday, 09:00 to 17:00, Berlin time, except on public holidays.")
    house.rex.sees("Monday to Friday, 09:00 to 17:00, Tokyo time. You can ask at any hour.")
    house.rex.does_not_see("Acme")


def test_the_welcome_tells_the_way_when_it_burns(house: House):
    applies(house)
    house.ana.sees("*Urgent?*").sees("what happens if it waits").sees("Our triage team sees it at once")


def test_its_buttons_open_the_same_doors_for_those_who_have_no_commands(house: House):
    applies(house)
    house.rex.clicks("New request", on=WELCOME)
    assert "Short description" in house.rex.modal_text()
    house.rex.closes().clicks("My requests", on=WELCOME)
    assert "Requests" in str(house.rex.modal())
    assert house.one("select door from intake")["door"] == "button"


def test_applying_again_says_nothing_twice_and_edits_nothing(house: House):
    applies(house)
    before = [(m.ts, m.edited) for m in posted(house, "C0ACME")]
    assert applies(house) == []
    assert [(m.ts, m.edited) for m in posted(house, "C0ACME")] == before


def test_accounts_from_before_the_welcome_get_one_and_the_admin_reads_so(house: House):
    assert "Account Acme: a welcome message goes to its channel." in applies(house)


def test_what_the_welcome_says_is_edited_in_place(house: House):
    applies(house)
    first = posted(house, "C0ACME")[0].ts
    applies(house, changed(("timezone: Europe/Berlin\n    holidays: DE", "timezone: America/New_York")))
    assert [m.ts for m in posted(house, "C0ACME")] == [first]
    house.ana.sees("New York time. You can ask").does_not_see("Berlin time")


def test_what_changes_while_the_welcome_is_under_way_is_shown_after_it(house: House):
    applies(house)
    does(house, "update account set timezone = 'Europe/Paris' where name = 'Acme'")
    with house.sessions.begin() as session:
        setup.apply(session, setup.read(cast.SETUP), now=house.now)

    class Meanwhile(type(house.courier)):
        def _finish(self, *brought):
            does(house, "update account set timezone = 'Asia/Tokyo' where name = 'Acme'")
            self._finish = super()._finish  # once
            self._finish(*brought)

    a_courier(house, Meanwhile).drain()
    house.ana.sees("Tokyo time")


def test_a_new_channel_gets_its_own_and_the_old_one_says_that_it_is_out_of_date(new_channel: House):
    house = new_channel
    house.slack.workspace.channels[NEW].bot_member = True
    applies(house)
    applies(house, changed(("channel: C0ACME", f"channel: {NEW}")))
    assert [(WELCOME in m.text, m.pinned) for m in posted(house, NEW)] == [(True, True)]
    old = posted(house, "C0ACME")
    assert len(old) == 1
    assert "out of date" in old[0].text
    assert "New request" not in str(old[0].blocks)
    assert "Acme" not in str(old[0].blocks)
    applies(house)
    assert len(posted(house, NEW)) == len(posted(house, "C0ACME")) == 1
    house.ana.sees("Berlin time")


def test_the_welcome_that_died_outside_comes_with_the_invitation(house: House):
    house.slack.workspace.channels["C0ACME"].bot_member = False
    applies(house)
    assert posted(house, "C0ACME") == []
    assert house.one("select count(*) as n from outbox where dead_at is not null")["n"] == 1
    house.maya.opens("/invite @Steward", channel="C0ACME")
    house.delivers()
    assert [(WELCOME in m.text, m.pinned) for m in posted(house, "C0ACME")] == [(True, True)]


def test_an_account_without_a_welcome_gets_it_with_the_invitation_and_never_twice(house: House):
    house.slack.workspace.channels["C0ACME"].bot_member = False
    house.maya.opens("/invite @Steward", channel="C0ACME")
    joined = next(d for d in house.slack.deliveries.kept if d.summary == "member_joined_channel")
    for _ in range(2):
        house.slack.repeat(joined)
        house.delivers()
    assert len(posted(house, "C0ACME")) == 1


@pytest.mark.parametrize("channel", ["C0ACME", NEW])
def test_invitations_that_come_all_at_once_say_it_once(new_channel: House, channel: str):
    house = new_channel
    house.slack.workspace.channels[channel].bot_member = False
    house.maya.opens("/invite @Steward", channel=channel)
    does(house, "delete from outbox")
    does(house, "delete from post")
    does(house, "delete from receipt")
    joined = next(d for d in house.slack.deliveries.kept if d.summary == "member_joined_channel")
    with ThreadPoolExecutor(4) as pool:
        statuses = [delivery.status for delivery in pool.map(house.slack.repeat, [joined] * 4)]
    house.delivers()
    assert statuses == [200] * 4
    assert len(posted(house, channel)) == 1


def test_somebody_elses_arrival_says_nothing(house: House):
    house.slack.workspace.channels["C0GENERAL"].members.remove("U0EVE")
    before = house.state_of_the_world()
    house.eve.joins("C0GENERAL")
    assert house.state_of_the_world() == before


# --- whose channel is it


def test_an_unknown_channel_asks_once_naming_nobody(new_channel: House):
    house = new_channel
    house.maya.opens("/invite @Steward", channel=NEW)
    joined = next(d for d in house.slack.deliveries.kept if d.summary == "member_joined_channel")
    house.slack.repeat(joined)
    house.delivers()
    asked = posted(house, NEW)
    assert [QUESTION in m.text for m in asked] == [True]
    assert "Acme" not in str(asked[0].blocks)
    assert "Umbrella" not in str(asked[0].blocks)
    house.zed.sees(QUESTION)
    assert house.one("select data from event where kind = 'invited'")["data"] == {"channel": NEW, "inviter": "U0MAYA"}


@pytest.mark.parametrize("channel", ["C0TRIAGE", "C0RELEASES", "C0BILLING", "C0LEADERS"])
def test_the_teams_own_channels_are_not_asked_about(house: House, channel: str):
    if channel == "C0TRIAGE":
        house.slack.workspace.channels[channel].bot_member = False
    else:
        house.slack.workspace.add_channel({"id": channel, "name": "own", "private": True, "members": cast.STAFF})
    before = house.state_of_the_world()
    house.maya.opens("/invite @Steward", channel=channel)
    assert house.state_of_the_world() == before


@pytest.fixture
def asked(new_channel: House) -> House:
    """The question stands in the channel; Acme has none yet."""
    does(new_channel, "update account set channel_slack_id = null where name = 'Acme'")
    new_channel.maya.opens("/invite @Steward", channel=NEW)
    new_channel.delivers()
    return new_channel


@pytest.mark.parametrize("who", ["sam", "maya"])
def test_who_manages_accounts_chooses_and_the_welcome_follows(asked: House, who: str):
    chooser = getattr(asked, who)
    chooser.clicks("Choose the account", channel=NEW)
    assert [o["text"]["text"] for o in chooser.modal()["blocks"][1]["element"]["options"]] == [
        "Acme", "Umbrella (has a channel)",
    ]  # fmt: skip
    chooser.fills({"Account": "Acme"}).submits().sees("This channel is *Acme*'s now.").closes()
    asked.delivers()
    question, welcome = posted(asked, NEW)
    assert "This channel is Acme's" in question.text
    assert "channel.choose" not in str(question.blocks)
    assert (WELCOME in welcome.text, welcome.pinned) == (True, True)
    event = asked.one("select actor_id, data, rule_version from event where kind = 'channel_linked'")
    assert (event["data"], event["rule_version"]) == ({"channel": NEW, "before": None}, 1)
    assert event["actor_id"] == asked.one("select id from person where slack_id = :id", id=chooser.id)["id"]
    asked.ana.opens("/request", channel=NEW)
    assert "New request" in asked.ana.modal_text()


@pytest.mark.parametrize(
    ("who", "sentence"),
    [
        ("bo", "Only a lead, a service owner, an account manager or an admin may manage accounts."),
        ("ana", "Only a lead, a service owner, an account manager or an admin may manage accounts."),
        ("rex", "Only a lead, a service owner, an account manager or an admin may manage accounts."),
        ("zed", "I don't know you yet"),
    ],
)
def test_others_are_refused_kindly(asked: House, who: str, sentence: str):
    before = asked.state_of_the_world()
    person = getattr(asked, who)
    person.clicks("Choose the account", channel=NEW)
    person.sees(sentence)
    assert asked.state_of_the_world() == before


@pytest.mark.parametrize("slack_id", ["U0BO", "U0ANA", "U0REX"])
def test_the_form_in_anothers_hands_changes_nothing(asked: House, slack_id: str):
    asked.sam.clicks("Choose the account", channel=NEW).fills({"Account": "Acme"}).submits()
    does(asked, "update account set channel_slack_id = null where name = 'Acme'")
    sent = asked.last_sent("view_submission")
    sent["user"]["id"], sent["view"]["id"] = slack_id, "V0OTHER"
    before = asked.state_of_the_world()
    asked.sends_payload(sent)
    assert asked.state_of_the_world() == before


def test_replacing_an_accounts_channel_is_asked_for(asked: House):
    applies(asked, changed(("    channel: C0ACME\n", "")))
    before = asked.state_of_the_world()
    asked.sam.clicks("Choose the account", channel=NEW).fills({"Account": "Umbrella"})
    asked.sam.submits(refused="Umbrella has a channel already. Tick this to use this one instead.")
    assert asked.state_of_the_world() == before
    asked.sam.fills({"If it has a channel already": True}).submits()
    asked.delivers()
    assert "out of date" in posted(asked, "C0UMBRELLA")[0].text
    assert "Tokyo time" in str(posted(asked, NEW)[-1].blocks)
    assert asked.one("select channel_slack_id as c from account where name = 'Umbrella'")["c"] == NEW


def test_of_two_who_choose_the_second_is_told(asked: House):
    for person in (asked.sam, asked.maya):
        person.clicks("Choose the account", channel=NEW).fills({"Account": "Acme"})
    asked.sam.submits()
    before = asked.state_of_the_world()
    asked.maya.submits(refused="This channel is Acme's already.")
    assert asked.state_of_the_world() == before


def test_a_channel_applied_meanwhile_answers_the_question(asked: House):
    applies(asked, changed(("channel: C0ACME", f"channel: {NEW}")))
    question, welcome = posted(asked, NEW)
    assert "This channel is Acme's" in question.text
    assert WELCOME in welcome.text


def test_an_account_applied_without_a_channel_waits_for_one_and_keeps_what_was_chosen(asked: House):
    without = changed(("    channel: C0ACME\n", ""))
    applies(asked, without)
    asked.sam.clicks("Choose the account", channel=NEW).fills({"Account": "Acme"}).submits()
    applies(asked, without)
    assert asked.one("select channel_slack_id as c from account where name = 'Acme'")["c"] == NEW
    assert pending(asked) == []


def test_where_there_is_no_account_it_says_where_they_come_from(asked: House):
    does(asked, "alter table agreement disable trigger agreement_append_only")  # a database of before there were any
    for table in ("agreement", "person where account_id is not null", "account"):
        does(asked, f"delete from {table}")
    asked.sam.clicks("Choose the account", channel=NEW).sees("There is no account yet.").sees("steward apply")
