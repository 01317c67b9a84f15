"""The Home: each person what is theirs, and the doors in."""

import json
import re
import threading
from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.domain import people
from bot.domain.people import Person as PersonRow
from bot.domain.roles import Role
from bot.domain.workflow import Action
from bot.handlers import home
from bot.messages.home import SECTIONS
from tests.driver import Person
from tests.house import House
from tests.slack.desk import does, files, moves


def plain(person: Person) -> str:
    """The Home without its markup."""
    return person.home_text().replace("*", "").replace("`", "")


def gives(house: House, name: str, *roles: str) -> None:
    does(house, "update person set roles = :roles where name = :name", roles=list(roles), name=name)


def test_an_engineer_sees_their_own_work_and_what_nobody_has(house: House):
    moves(house, files(house, "Bo works on this one"), Action.TAKE)
    moves(house, files(house, "Eve works on this one"), Action.TAKE, by="Eve")
    files(house, "Nobody has this one")
    house.bo.opens_home()
    text = house.bo.home_text()
    assert "Hello Bo" in text
    mine, unowned = text.split("Nobody has these yet: 1")
    assert re.search(r"Yours.*: 1", mine)
    assert "Bo works on this one" in mine
    assert "Nobody has this one" in unowned
    assert "Eve works on this one" not in text


def test_a_client_sees_their_own_requests_and_nothing_of_others(house: House):
    files(house, "Ana asked for this")
    files(house, "Cleo asked for this", by="Cleo")
    files(house, "Umbrella's own matter", account="Umbrella", by="Rex")
    house.ana.opens_home()
    text = house.ana.home_text()
    assert "Your requests: 1" in text
    mine, colleagues = text.split("Acme’s other requests: 1")
    assert "Ana asked for this" in mine
    assert "Cleo asked for this" in colleagues
    assert "Umbrella" not in text
    assert "Log time" not in text
    house.rex.opens_home()
    assert "Umbrella's own matter" in house.rex.home_text()
    assert "asked for this" not in house.rex.home_text()


def test_an_empty_home_says_what_to_do(house: House):
    house.bo.opens_home()
    assert "Nothing is yours right now." in house.bo.home_text()
    assert "Every open ticket has an owner." in house.bo.home_text()
    house.ana.opens_home()
    assert "Nothing is open. Press *New request*" in house.ana.home_text()


def test_somebody_unknown_reads_how_to_become_known_and_nothing_changes(house: House):
    files(house, "Ana asked for this")
    before = house.state_of_the_world()
    house.zed.opens_home()
    assert "I don't know you yet" in house.zed.home_text()
    assert "New request" not in house.zed.home_text()
    assert "Ana asked" not in house.zed.home_text()
    assert house.state_of_the_world() == before


def test_a_request_begins_on_the_home_and_remembers_its_door(house: House):
    house.ana.opens_home()
    house.ana.clicks("New request").fills({
        "Request type": "Question", "Short description": "How do I add a macro?", "Business impact": "None",
        "Who is affected": "One person", "Desired timing": "Whenever",
    }).submits()  # fmt: skip
    house.ana.sees("T-101")
    assert house.one("select door from intake")["door"] == "home"


def test_whoever_is_away_is_not_told_what_a_day_holds(house: House):
    house.bo.opens("/steward away today")
    house.bo.opens_home()
    assert "Your time today: none logged, you are away" in plain(house.bo)


def test_time_is_logged_from_the_home(house: House):
    moves(house, files(house, "Bo works on this one"), Action.TAKE)
    house.bo.opens_home()
    assert "Your time today: none logged of 6h 24m" in plain(house.bo)
    house.bo.clicks("Log time")
    assert "T-101 Bo works on this one" in house.bo.modal_text()
    house.bo.fills({"Time spent": "45m"}).submits().closes()
    assert "Your time today: 45m logged of 6h 24m" in plain(house.bo)  # drawn anew beneath the window
    assert "45m T-101" in plain(house.bo)


def test_a_ticket_opens_from_the_home(house: House):
    moves(house, files(house, "Bo works on this one"), Action.TAKE)
    house.bo.opens_home()
    house.bo.clicks("Open")
    assert "Bo: New → Triage" in house.bo.modal_text()


def test_what_does_not_fit_is_counted(house: House):
    for number in range(13):
        files(house, f"Ticket number {number:02} of many")
    house.bo.opens_home()
    assert house.bo.home_text().count("of many") == 10
    assert "Nobody has these yet: 13" in house.bo.home_text()
    house.bo.clicks("Show all (13)")
    assert "*Unowned:* 13" in house.bo.modal_text()
    assert house.bo.modal_text().count("of many") == 13


def test_the_home_is_drawn_anew_each_time_it_is_opened(house: House):
    house.bo.opens_home()
    moves(house, files(house, "Bo works on this one"), Action.TAKE)
    house.bo.opens_home()
    assert "Bo works on this one" in house.bo.home_text()


def test_opening_the_messages_tab_draws_nothing(house: House):
    event = {"type": "app_home_opened", "user": "U0BO", "channel": "D0BO", "tab": "messages"}
    body = {"type": "event_callback", "team_id": "T0PROVIDER", "event_id": "E1", "event": event}
    before = house.state_of_the_world()
    assert house.sends(json.dumps(body))[0] == 200
    assert house.slack.calls_to("views.publish") == []
    assert house.state_of_the_world() == before


def test_a_home_that_could_not_be_drawn_is_asked_for_again(house: House):
    house.slack.fail_next("views.publish", 500)
    house.bo.opens_home()
    assert house.bo.home() is None or "Hello Bo" in house.bo.home_text()
    house.bo.opens_home()
    assert "Hello Bo" in house.bo.home_text()


def test_a_title_on_the_home_pings_nobody(house: House):
    moves(house, files(house, "<!channel> <@U0EVE> wake up"), Action.TAKE)
    does(house, "update person set name = '<!here> Bo' where slack_id = 'U0BO'")
    house.bo.opens_home()
    blocks = str(house.bo.home()["blocks"])
    assert "<!channel>" not in blocks
    assert "<@U0EVE>" not in blocks
    assert "&lt;!channel&gt;" in blocks


def test_what_waits_for_a_contact_stands_first_and_only_with_whoever_was_asked(house: House):
    asked = files(house, "Which report is it", by="Ana")
    moves(house, asked, Action.TAKE)
    moves(house, asked, Action.ASK_CLIENT, reason="The name of the report", whom="Cleo")
    unnamed = files(house, "To be confirmed by whoever asked", by="Ana")
    does(house, "update ticket set status = 'Client review' where id = :id", id=unnamed)
    files(house, "Ana's other one", by="Ana")
    for person, waiting in ((house.ana, "To be confirmed"), (house.cleo, "Which report is it")):
        person.opens_home()
        first, _, rest = plain(person).partition("Your requests:")
        assert "Waits for you: 1" in first
        assert waiting in first
        assert waiting not in rest
    assert "the name of the report from Cleo" in house.cleo.home_text()
    house.rex.opens_home()
    assert "Waits for you: 0" in plain(house.rex)


def test_whoever_was_asked_and_left_leaves_it_to_the_one_who_filed_it(house: House):
    asked = files(house, "Which report is it", by="Ana")
    moves(house, asked, Action.TAKE)
    moves(house, asked, Action.ASK_CLIENT, reason="The name of the report", whom="Cleo")
    does(house, "update person set active = false where name = 'Cleo'")
    house.ana.opens_home()
    assert "Waits for you: 1" in plain(house.ana)


def test_a_ticket_is_taken_on_the_home_which_is_drawn_anew(house: House):
    files(house, "Nobody has this one")
    house.bo.opens_home()
    house.bo.clicks("Take it", on="Nobody has this one")
    text = plain(house.bo)
    assert "Yours: 1" in text
    assert "Nobody has these yet: 0" in text
    assert house.ticket()["status"] == "Triage"


def test_who_was_second_is_told_and_sees_how_it_stands_now(house: House):
    files(house, "Nobody has this one")
    house.bo.opens_home()
    moves(house, 101, Action.TAKE, by="Eve")
    before = house.ticket()
    house.bo.clicks("Take it", on="Nobody has this one").sees("Eve")
    assert "Nobody has these yet: 0" in plain(house.bo)
    assert house.ticket() == before


def test_a_move_in_a_window_opened_from_the_home_shows_on_the_home(house: House):
    moves(house, files(house, "Bo works on this one"), Action.TAKE)
    house.bo.opens_home()
    house.bo.clicks("Open").clicks("Start").fills({"Estimate": "2h", "Billing code": "Included"}).submits().closes()
    assert "In progress, since" in plain(house.bo)


def test_what_needs_a_check_stands_with_the_reviewer_and_not_among_what_is_theirs(house: House):
    made = files(house, "Eve is to check this")
    moves(house, made, Action.TAKE)
    does(house, "update ticket set status = 'Internal review', reviewer_id = (select id from person where name = 'Eve')"
         " where id = :id", id=made)  # fmt: skip
    house.eve.opens_home()
    mine, check = plain(house.eve).split("For you to check: 1")
    assert "Yours: 0" in mine
    assert "Eve is to check this" in check
    house.bo.opens_home()
    assert "next: Eve" in plain(house.bo)


def test_the_urgent_come_first_and_then_what_is_due_first(house: House):
    facts = [("P3", "Scheduled", 0, "starts late"), ("P3", "In progress", 2, "has stood two days"),
             ("P1", "In progress", 0, "urgent"), ("P3", "Triage", 0, "triage is due soon"),
             ("P3", "Triage", 9, "triage was due long ago")]  # fmt: skip
    for priority, status, days, title in facts:
        number = files(house, f"This one {title}")
        does(house, "update ticket set priority = :p, status = :s, status_since = :at, created_at = :at,"
             " planned_start = '2026-12-24', assignee_id = (select id from person where name = 'Bo') where id = :id",
             p=priority, s=status, at=house.now - timedelta(days=days), id=number)  # fmt: skip
    house.bo.opens_home()
    text = plain(house.bo)
    expected = ["urgent", "triage was due long ago", "has stood two days", "triage is due soon", "starts late"]
    assert sorted(expected, key=lambda words: text.index(f"This one {words}")) == expected
    assert "triage was due" in text
    assert "starts Thu 24 Dec" in text


def test_what_changed_hands_says_from_whom_and_why_until_it_is_old_news(house: House):
    made = files(house, "Bo gets this one")
    moves(house, made, Action.TAKE, by="Maya")
    with house.sessions.begin() as session:
        people.enter_as_system(session)
        bo = session.scalars(select(PersonRow).where(PersonRow.name == "Bo")).one()
    moves(house, made, Action.ASSIGN, by="Maya", assignee=bo, reason="You know the index")
    house.bo.opens_home()
    assert "New in your hands" in plain(house.bo)
    assert "Bo gets this one, from Maya" in plain(house.bo)
    assert "“You know the index”" in plain(house.bo)
    house.maya.opens_home()
    assert "New in your hands" not in plain(house.maya)
    house.passes(days=7)
    house.bo.opens_home()
    assert "New in your hands" not in plain(house.bo)


def test_a_lead_sees_what_stalls_what_waits_and_who_has_how_much_in_words_and_figures(house: House):
    stalled = files(house, "Nothing moves in this one")
    moves(house, stalled, Action.TAKE, by="Eve")
    does(house, "update ticket set status_since = :at, created_at = :at, estimate_minutes = 120 where id = :id",
         at=house.now - timedelta(days=9), id=stalled)  # fmt: skip
    house.eve.opens("/time T-101 30m looked into it")
    waiting = files(house, "This one waits for Ana")
    moves(house, waiting, Action.TAKE, by="Eve")
    moves(house, waiting, Action.ASK_CLIENT, by="Eve", reason="Which report is it?")
    house.maya.opens_home()
    text = plain(house.maya)
    for said in ("Stalled: 1", "Waiting on clients: 1", "next: Ana", "“Which report is it?”", "Waits for a check: 0",
                 "Eve has the most: 2 open. 2 of the team have nothing.",
                 "Eve | 0 | 0 | 2 | 0 | 1h 30m, 1 without | 9 days", "Waits for your decision: 0"):  # fmt: skip
        assert said in text, said
    house.bo.opens_home()
    assert "Stalled" not in plain(house.bo)


@pytest.mark.parametrize(
    ("role", "sees", "does_not"),
    [
        ("account_manager", ["Accounts", "Acme | 1 | 0 | 0 |", "Umbrella has", "Billing review"], ["Set-up", "Yours:"]),
        (
            "finance",
            ["Billing review", "Your time today: none logged"],
            ["Accounts", "Nobody has these yet", "none logged of"],
        ),
        ("executive", ["Customer health", "Acme | 1"], ["Billing review"]),
        ("admin", ["Set-up", "Nothing to mend"], ["Accounts"]),
        ("approver", ["Waits for a check", "Waits for your decision: 0"], ["Accounts", "Stalled"]),
        ("service_owner", ["Stalled: 0", "Who has how much"], ["Accounts"]),
    ],
)
def test_each_role_has_its_own_sections(house: House, role: str, sees: list[str], does_not: list[str]):
    files(house, "Ana asked for this")
    for _ in range(2):
        files(house, "Umbrella's own matter", account="Umbrella", by="Rex")
    gives(house, "Sam", role)
    house.sam.opens_home()
    text = plain(house.sam)
    assert [words for words in sees if words not in text] == []
    assert [words for words in does_not if words in text] == []


def test_several_roles_see_each_section_once(house: House):
    gives(house, "Sam", *(role.value for role in Role))
    house.sam.opens_home()
    text = plain(house.sam)
    for section in SECTIONS:
        if section.roles and section.key not in {"handed", "undelivered"}:  # where there is something
            assert text.count(f"{section.title}") >= 1
    for title in ("Nobody has these yet:", "Yours:", "Your time today:", "Billing review", "Accounts\n"):
        assert text.count(title) == 1, title


def test_staff_without_a_role_read_why_there_is_nothing(house: House):
    gives(house, "Sam")
    house.sam.opens_home()
    assert "you have none yet" in plain(house.sam)


def test_an_admin_reads_what_there_is_to_mend(house: House):
    gives(house, "Sam", "admin")
    gives(house, "Eve")
    does(house, "update account set channel_slack_id = null where name = 'Umbrella'")
    files(house, "Ana asked for this")
    does(house, "update outbox set dead_at = now() where id = (select min(id) from outbox)")
    house.sam.opens_home()
    text = plain(house.sam)
    assert "1 post could not be delivered" in text
    assert "No channel: Umbrella." in text
    assert "No role: Eve." in text


def test_the_home_is_narrowed_by_account_and_priority_and_stays_so(house: House):
    urgent = files(house, "Acme's urgent one")
    does(house, "update ticket set priority = 'P1' where id = :id", id=urgent)
    files(house, "Acme's other one")
    files(house, "Umbrella's own matter", account="Umbrella", by="Rex")
    house.bo.opens_home()
    house.bo.chooses("Account", "Acme")
    assert "Nobody has these yet: 2" in plain(house.bo)
    house.bo.chooses("Priority", "P1")
    assert "Nobody has these yet: 1" in plain(house.bo)
    house.bo.clicks("Take it")  # what is done there keeps it
    assert "Nobody has these yet: 0" in plain(house.bo)
    house.bo.opens_home()
    assert "Nobody has these yet: 0" in plain(house.bo)
    house.bo.chooses("Account", "Every account").chooses("Priority", "Any priority")
    assert "Nobody has these yet: 2" in plain(house.bo)
    house.ana.opens_home()
    assert "Account" not in house.ana.home_text()


def test_the_pages_of_a_list_are_turned_on_the_home(house: House):
    for number in range(23):
        files(house, f"Ticket number {number:02} of many")
    house.ana.opens_home()
    seen = set()
    for turn in ("Next", "Next", ""):
        seen |= {number for number in range(23) if f"Ticket number {number:02} of many" in house.ana.home_text()}
        house.ana.clicks(turn) if turn else None
    assert seen == set(range(23))
    assert "[Next]" not in house.ana.home_text()
    house.ana.clicks("Previous").clicks("Refresh")
    assert "Ticket number 10 of many" in house.ana.home_text()
    house.ana.clicks("Show all (23)")
    assert "Your requests, not waits for you:* 23, page 1" in house.ana.modal_text()


def test_a_client_who_bends_the_home_sees_nothing_of_others(house: House):
    files(house, "Umbrella's own matter", account="Umbrella", by="Rex")
    for number in range(11):
        files(house, f"Ticket number {number:02} of many")
    house.ana.opens_home()
    house.ana.clicks("Next")
    forged = house.last_sent("block_actions")
    before = house.state_of_the_world()
    theirs = house.one("select id from account where name = 'Umbrella'")["id"]
    for metadata in (f'{{"account_id": {theirs}}}', '{"pages": {"yours": 99999}}', "[]", "nonsense"):
        for value in ("yours:1", "nonsense", "unowned:0", "yours:99999999999999999999"):
            forged["view"]["private_metadata"] = metadata
            forged["actions"][0]["value"] = value
            assert house.sends_payload(forged)[0] == 200
            house.ana.does_not_see("Umbrella").does_not_see("went wrong")
    stalled = json.dumps({"what": "stalled", "account_id": theirs})
    forged["actions"][0] |= {"action_id": "queue.open", "value": stalled}
    assert house.sends_payload(forged)[0] == 200
    house.ana.does_not_see("Umbrella")
    assert house.state_of_the_world() == before


def test_somebody_else_drew_it_meanwhile_and_it_is_drawn_once_more(house: House):
    files(house, "Nobody has this one")
    house.bo.opens_home()
    house.bo.clicks("Refresh")
    late = house.last_sent("block_actions")
    house.bo.clicks("Refresh")
    late["view"]["hash"] = "0.long-ago"
    drawn = len(house.slack.calls_to("views.publish"))
    assert house.sends_payload(late)[0] == 200
    assert "Nobody has this one" in house.bo.home_text()
    assert len(house.slack.calls_to("views.publish")) == drawn + 2


def test_a_home_that_slack_does_not_take_leaves_what_was_done_done(house: House):
    files(house, "Nobody has this one")
    house.bo.opens_home()
    house.slack.fail_next("views.publish", 500)
    house.bo.clicks("Take it")
    assert house.ticket()["assignee_id"] is not None
    house.bo.clicks("Refresh")
    assert "Yours: 1" in plain(house.bo)


def test_nobody_waits_until_the_home_is_drawn_and_it_follows(house: House, monkeypatch):
    files(house, "Nobody has this one")
    house.bo.opens_home()
    may_draw, draw = threading.Event(), home.publish
    monkeypatch.setattr(home, "publish", lambda *args: may_draw.wait(10) and draw(*args))
    settled, house.slack.settled = house.slack.settled, lambda: None
    house.bo.clicks("Take it")
    assert house.ticket()["assignee_id"] is not None
    assert "Yours: 1" not in plain(house.bo)
    may_draw.set()
    settled()
    assert "Yours: 1" in plain(house.bo)
