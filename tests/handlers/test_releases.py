"""Releases in Slack: planned in a calendar, approved, told to those they concern, gone out, verified or taken back."""

import threading
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.domain import approvals, changes, deciding, people, releases, risk
from bot.domain.approvals import Purpose
from bot.domain.changes import Change, Content, Result, Rollback, Touch
from bot.domain.risk import Blast
from bot.domain.seats import Verdict
from bot.domain.tickets import Ticket
from tests.cast import by_name
from tests.driver import Person
from tests.house import MONDAY, House

ROLLBACK = Rollback("Tickets <land> wrong", "Switch the trigger off", 15, "Bo", "None is lost", "A test ticket")
TITLE = "Route <billing> to its own group"
CARD = "*R-1*"
ROOM = "C0RELEASES"
# Tuesday evening, in the provider's London; a release day.
WINDOW = {"Day": "2026-11-24", "From": "18:00", "To": "20:00"}


@pytest.fixture(autouse=True)
def _roles(house: House) -> None:
    """Eve leads too; Sam owns the service and approves releases; Ana knows the technology."""
    with house.sessions.begin() as session:
        people.enter_as_system(session)
        named(session, "Eve").roles = ["engineer", "lead"]
        named(session, "Sam").roles = ["account_manager", "service_owner", "approver"]


def named(session: Session, name: str) -> people.Person:
    return session.scalars(select(people.Person).where(people.Person.name == name)).one()


def a_change(house: House, *, touches: tuple[Touch, ...] = (Touch.ROUTING,), ticket: int | None = None,
             approved: bool = True, title: str = TITLE, account: str = "Acme", **more: Any) -> int:  # fmt: skip
    """A change of Bo's, checked, and approved by Maya, and by Cleo where the client decides too."""
    with house.sessions.begin() as session:
        people.enter_as_system(session)
        bo = named(session, "Bo")
        content = Content(
            title=title, purpose="They look in three places today.", touches=touches, component="Zendesk",
            blast=Blast.TEAM, tested=risk.Tested.FULL, plan="Make the view.", implementer_id=bo.id, rollback=ROLLBACK,
        )  # fmt: skip
        carrier = session.scalars(select(Ticket).where(Ticket.id == ticket)).one() if ticket else None
        change = changes.draft(session, replace(content, **more), by_name(session, account), by=bo, now=house.now,
                               ticket=carrier)  # fmt: skip
        answers = {check.key: (Result.PASS, "looked") for check in change.checks}
        changes.answer_checks(session, change, answers, by=bo, now=house.now, seen=change.version)
        if approved:
            changes.ask(session, change, by=bo, now=house.now, seen=change.version)
            for name in ("Maya", "Cleo"):
                if approval := approvals.pending_of(session, Purpose.CHANGE, change.id):
                    deciding.decide(session, named(session, name), approval.id, Verdict.APPROVE, now=house.now)
        return change.id


def makes(house: House, by: Person | None = None, *, refused: str = "", changes_: str | list[str] = TITLE,
          **fields: str) -> None:  # fmt: skip
    """A release by the form, as its maker sees it."""
    maker = by or house.bo
    maker.opens("/release new").fills({"Name": "Tuesday release", "Changes": changes_, **WINDOW, **fields})
    maker.submits(refused=refused)
    if not refused:
        house.delivers()


def decides(house: House, name: str, verdict: Verdict = Verdict.APPROVE, reason: str = "") -> None:
    """Approve or Reject on the release's card: its handler is the approvals'."""
    with house.sessions.begin() as session:
        people.enter_as_system(session)
        approval = approvals.pending_of(session, Purpose.RELEASE, newest(house))
        deciding.decide(session, named(session, name), approval.id, verdict, now=house.now, reason=reason)
    house.delivers()


def asked(house: House, **fields: str) -> None:
    makes(house, **fields)
    house.bo.clicks("Ask for approval").closes()
    house.delivers()


def scheduled(house: House, *, approvers: tuple[str, ...] = ("Sam",), **fields: str) -> None:
    asked(house, **fields)
    for name in approvers:
        decides(house, name)
    house.bo.clicks("Schedule", on=CARD, channel=ROOM)
    house.delivers()


def card(house: House) -> dict[str, Any]:
    (found,) = [one for one in house.bo.messages(ROOM) if CARD in str(one["blocks"])]
    return found


def in_thread(house: House) -> list[str]:
    return [one["text"] for one in house.bo.thread(ROOM, card(house)["ts"])[1:]]


def told(house: House, channel: str = "C0ACME") -> list[str]:
    """What the client's channel reads of releases, without the cards of tickets."""
    return [one["text"] for one in house.ana.messages(channel) if "• " in one["text"]]


def newest(house: House) -> int:
    return house.one("select max(id) as id from release")["id"]


def state(house: House) -> str:
    return house.one("select state from release where id = :id", id=newest(house))["state"]


def test_a_release_goes_out_its_tickets_move_along_and_the_client_hears_it(house: House):
    ticket = works_on_it(house)
    a_change(house, ticket=ticket)
    house.delivers()
    asked(house)
    house.sam.sees(f"{TITLE} · Acme").sees("Waits for a release approver: neither author nor implementer")
    assert in_thread(house) == [
        (
            "<@U0MAYA>, <@U0SAM>, <@U0BO> asks whether R-1 may go out. "
            "Please press *Approve* or *Reject* on the card above."
        )
    ]
    assert "[Approve]" in house.sam.text()
    decides(house, "Sam")
    house.bo.clicks("Schedule", on=CARD, channel=ROOM)
    house.delivers()
    assert house.ticket(ticket)["status"] == "Scheduled"
    house.passes(days=1, hours=8, minutes=5)
    house.bo.clicks("Go", on=CARD, channel=ROOM)
    house.delivers()
    assert (state(house), house.ticket(ticket)["status"]) == ("released", "In progress")
    house.sam.sees("how it is taken back").sees("Switch the trigger off").sees("15 minutes at most; Bo decides.")
    house.eve.clicks("Verified", on=CARD, channel=ROOM)
    house.delivers()
    assert (state(house), house.ticket(ticket)["status"]) == ("verified", "Internal review")
    house.bo.sees("and checked: it works")
    assert [one for one in card(house)["blocks"] if one["type"] == "actions"] == []
    routed = told(house)
    assert [line.split("changes")[1][:4] for line in routed] == [" on ", " now"]
    assert "between 19:00 and 21:00 (Europe/Berlin)" in routed[0]
    assert "• Route &lt;billing&gt; to its own group" in routed[0]
    assert heard_by_the_client(house, ticket) == ["scheduled", "released", "verified"]
    house.rex.does_not_see("billing")


def heard_by_the_client(house: House, ticket: int) -> list[str]:
    """What the release did, in the ticket's own thread."""
    found = house.rows(
        "select event.target from post join post root on root.id = post.parent_id join event on event.id ="
        " post.subject_id where post.subject = 'event' and root.subject = 'ticket' and root.subject_id = :id"
        " and post.place = 'client' and event.change_id is not null order by post.id", id=ticket,
    )  # fmt: skip
    return [row["target"] for row in found]


def test_the_calendar_says_how_to_begin_and_shows_whatever_is_planned(house: House):
    house.bo.opens("/release")
    assert "*Nothing is planned.*" in house.bo.modal_text()
    assert "Free for a release: Tue 24 Nov, Wed 25 Nov, Thu 26 Nov" in house.bo.modal_text()
    house.bo.clicks("New release").sees(
        "There is no change that could go out. Begin one with /change"
    ).closes().closes()
    a_change(house)
    makes(house, Day="2026-11-25")
    house.bo.closes()
    house.maya.opens("/release freeze").clicks("New freeze")
    house.maya.fills({"Whose": "Acme", "First day": "2026-12-01", "Last day": "2026-12-04", "Why": "Peak <week>"})
    house.maya.submits().sees("*Freeze* Tue 1 Dec to Fri 4 Dec · Acme · Peak <week>").closes()
    house.eve.opens("/release")
    text = house.eve.modal_text()
    for said in ("This week, Mon 23 Nov to Sun 29 Nov", "*Wed 25 Nov*", "*R-1* Tuesday release · draft",
                 "1 change of Acme, low risk", "Free for a release: Tue 24 Nov, Thu 26 Nov",
                 "Next week, Mon 30 Nov to Sun 6 Dec", "Peak <week>"):  # fmt: skip
        assert said in text
    house.eve.clicks("Open")
    assert f"{TITLE} · Acme" in house.eve.modal_text()
    house.eve.clicks("Withdraw").fills({"Why, in a sentence": "Not this year"}).submits()
    assert "Withdrawn: Not this year" in house.eve.modal_text()
    house.rex.opens("/release").sees("Releases are planned by our team.")


def test_whoever_reads_from_elsewhere_finds_it_on_their_own_day(house: House):
    a_change(house)
    makes(house, From="22:00", To="02:00")
    with house.owner.begin() as connection:
        connection.exec_driver_sql("update person set timezone = 'Asia/Tokyo' where name = 'Eve'")
    house.eve.opens("/release")
    assert "*Wed 25 Nov*" in house.eve.modal_text()
    row = house.one("select starts, ends from release")
    assert (row["starts"], row["ends"]) == (MONDAY + timedelta(days=1, hours=12), MONDAY + timedelta(days=1, hours=16))


def test_an_hour_that_the_clocks_leave_out_is_refused_beside_its_field(house: House):
    a_change(house)
    before = house.state_of_the_world()
    makes(house, refused="The clocks go forward that night, so there is no 01:30 on Sun 28 Mar.",
          Day="2027-03-28", From="01:30", To="04:00")  # fmt: skip
    assert list(house.bo.modal()["errors"]) == ["starts"]
    assert house.state_of_the_world() == before


@pytest.mark.parametrize(
    ("fields", "field", "sentence"),
    [
        (
            {"Day": "2026-11-23"},
            "starts",
            "Mon 23 Nov is no release day (Tue, Wed and Thu). Choose another window, or ask",
        ),
        ({"Day": "2026-11-17"}, "starts", "That window is over."),
        ({"Name": "x"}, "name", "Give it a name of 3 to 100 characters."),
        ({"From": "20:00", "To": "20:00"}, "ends", "The window ends before it begins."),
    ],
)
def test_what_speaks_against_a_window_stands_beside_its_field(house: House, fields, field, sentence):
    a_change(house)
    before = house.state_of_the_world()
    makes(house, refused=sentence, **fields)
    assert list(house.bo.modal()["errors"]) == [field]
    assert house.state_of_the_world() == before


def test_two_releases_of_the_same_system_at_the_same_time_are_refused(house: House):
    a_change(house)
    a_change(house, title="Another view of <Zendesk>")
    asked(house)
    before = house.state_of_the_world()
    makes(house, house.eve, changes_="Another view", refused="R-1 touches the same system at that time (CH-1).")
    assert house.state_of_the_world() == before
    house.eve.fills({"From": "20:00", "To": "21:00"}).submits().closes()
    assert len(house.rows("select 1 from release")) == 2


def test_a_freeze_asks_a_service_owner_too_and_says_why_it_could_not_wait(house: House):
    a_change(house)
    house.maya.opens("/release freeze").clicks("New freeze")
    house.maya.fills(
        {"Whose": "All accounts", "First day": "2026-11-24", "Last day": "2026-11-24", "Why": "Black week"}
    )
    house.maya.submits().closes()
    makes(house, refused="There is a freeze, on Tue 24 Nov: Black week.")
    house.bo.fills({"Why it can’t wait": "Tickets get <lost> until then"}).submits()
    house.bo.clicks("Ask for approval").closes()
    house.delivers()
    house.sam.sees("In the way: there is a freeze").sees("*Why it can’t wait:* Tickets get <lost> until then")
    house.sam.sees("Waits for a release approver and a service owner")
    decides(house, "Maya")
    assert state(house) == "waiting for approval"
    house.sam.sees("Waits for a service owner: neither")
    decides(house, "Sam")
    assert state(house) == "approved"


def test_go_waits_for_its_window(house: House):
    a_change(house)
    scheduled(house)
    before = house.state_of_the_world()
    house.bo.clicks("Go", on=CARD, channel=ROOM).sees("Its window is Tue 24 Nov, 18:00 to 20:00 (Europe/London).")
    assert house.state_of_the_world() == before
    house.passes(days=1, hours=10, minutes=1)
    before = house.state_of_the_world()
    house.bo.clicks("Go", on=CARD, channel=ROOM).sees("Wait for it, or change the window.")
    assert house.state_of_the_world() == before


def test_of_two_who_press_go_one_releases_and_the_other_reads_so(house: House):
    a_change(house)
    scheduled(house)
    house.passes(days=1, hours=9)
    together = threading.Barrier(2)

    def presses(person: Person) -> None:
        together.wait()
        person.clicks("Go", on=CARD, channel=ROOM)

    hands = [threading.Thread(target=presses, args=(person,)) for person in (house.bo, house.eve)]
    for hand in hands:
        hand.start()
    for hand in hands:
        hand.join(30)
    house.delivers()
    assert state(house) == "released"
    assert len(house.rows("select 1 from event where kind = 'release_moved' and target = 'released'")) == 1
    assert "R-1 is released by now." in house.bo.text() + house.eve.text()
    assert len([line for line in told(house) if "changes now" in line]) == 1


def test_a_card_from_before_changes_nothing(house: House):
    a_change(house)
    scheduled(house)
    house.passes(days=1, hours=9)
    house.bo.clicks("Open", on=CARD, channel=ROOM)
    house.eve.clicks("Change window", on=CARD, channel=ROOM).fills({"To": "21:00"}).submits()
    house.delivers()
    before = house.state_of_the_world()
    house.bo.clicks("Go").sees("R-1 is draft by now. Look at its newest card")
    assert house.state_of_the_world() == before
    assert in_thread(house)[-1].startswith(
        "<@U0EVE> edited it, so nothing that was decided or planned counts any more."
    )


def test_a_rollback_has_its_plan_at_hand_and_tells_those_who_were_told(house: House):
    a_change(house)
    scheduled(house)
    house.passes(days=1, hours=9)
    house.bo.clicks("Go", on=CARD, channel=ROOM)
    house.delivers()
    house.bo.clicks("Roll back", on=CARD, channel=ROOM)
    assert "*If* Tickets <land> wrong" in house.bo.modal_text()
    before = house.state_of_the_world()
    house.bo.fills({"What went wrong, in a sentence": "Bad"}).submits(refused="Say what went wrong, in a sentence")
    assert house.state_of_the_world() == before
    house.bo.fills({"What went wrong, in a sentence": "Tickets landed in the <wrong> group"}).submits()
    house.delivers()
    assert state(house) == "rolled back"
    assert told(house)[-1] == (
        "<@U0ANA>, <@U0CLEO>\nWe took a change back, so everything is as it was before.\n• Route &lt;billing&gt; to "
        "its own group\nWhy: Tickets landed in the &lt;wrong&gt; group"
    )
    house.bo.sees("Taken back").does_not_see("[Verified]")
    assert in_thread(house)[-1] == "<@U0BO> rolled it back: Tickets landed in the &lt;wrong&gt; group."


def test_messages_go_out_at_their_times_over_days_and_once(house: House):
    a_change(house, touches=(Touch.INTEGRATIONS, Touch.CUSTOMER_FACING_CONTENT), blast=Blast.ONE)
    scheduled(house, Day="2026-11-26")
    assert ["What your customers read" in line for line in told(house)] == [True]
    house.passes(hours=20)  # Tuesday, 06:00; Berlin opens at 09:00, two business days before Thursday
    house.ticks()
    assert len(told(house)) == 1
    house.passes(hours=3)
    house.ticks()
    house.ticks()
    assert [line.split("\n")[0][:23] for line in told(house)[1:]] == ["An integration changes "]
    house.passes(days=2, hours=10)
    house.bo.clicks("Go", on=CARD, channel=ROOM)
    house.delivers()
    assert len(told(house)) == 4
    house.ticks()
    house.eve.clicks("Verified", on=CARD, channel=ROOM)
    house.delivers()
    house.ana.sees("The integration was changed, and we checked that it works.").sees("Released 26 Nov 2026 19:00 UTC")
    before = house.state_of_the_world()
    house.passes(hours=1)
    house.ticks()
    assert len(told(house)) == 5
    assert house.state_of_the_world()["rollout_message"] == before["rollout_message"]


def test_a_message_is_reworded_until_it_is_sent(house: House):
    a_change(house)
    scheduled(house, Day="2026-11-26")
    house.bo.opens("/release R-1").clicks("Edit", on="a business day before")
    house.eve.opens("/release R-1").clicks("Edit", on="a business day before")
    assert "between 19:00 and 21:00 (Europe/Berlin)" in house.bo.modal_text()
    house.bo.fills({"What they read": "From Thursday, <billing> has a group of its own."}).submits()
    house.bo.sees(">From Thursday, <billing> has a group of its own.").closes()
    before = house.state_of_the_world()
    house.eve.fills({"What they read": "Mine"}).submits(refused="Somebody edited it meanwhile. Open it again.")
    assert house.state_of_the_world() == before
    house.eve.closes().clicks("Edit", on="at release").submits().closes()  # nothing changed: Steward's own words
    assert house.rows("select 1 from rollout_message where text is not null and moment = 'at_release'") == []
    house.maya.opens("/release R-1").clicks("Edit", on="a business day before")
    house.passes(days=2)
    house.ticks()
    assert told_in(house, "From Thursday, &lt;billing&gt; has a group of its own.")
    before = house.state_of_the_world()
    house.maya.fills({"What they read": "Too late"}).submits(refused="It was sent already. Write in the channel")
    assert house.state_of_the_world() == before


def told_in(house: House, words: str, channel: str = "C0ACME") -> bool:
    return any(words == one["text"] for one in house.ana.messages(channel))


def test_an_edit_of_a_change_takes_it_back_to_a_draft_and_those_who_were_told_hear_it(house: House):
    number = a_change(house)
    scheduled(house)  # the message of the day before goes out at once
    assert len(told(house)) == 1
    edits_it(house, number)
    assert state(house) == "draft"
    assert in_thread(house)[-1].startswith("CH-1 is draft now, so nothing that was decided or planned")
    (first,) = [one for one in house.ana.messages("C0ACME") if "• " in one["text"]]
    assert house.ana.thread("C0ACME", first["ts"])[-1]["text"] == (
        "This does not happen at that time. The new time follows here."
    )
    house.passes(days=3)
    house.ticks()
    assert len(told(house)) == 1
    assert house.rows("select 1 from rollout_message where send_at is not null and sent_at is null") == []


def works_on_it(house: House) -> int:
    ticket = house.files_a_request()
    house.bo.clicks("Take it", on="Help centre")
    house.delivers()
    house.bo.clicks("Start", on="Help centre")
    house.bo.fills({"Estimate": "2h", "Billing code": "Included"}).submits()
    house.delivers()
    return ticket


def edits_it(house: House, number: int) -> None:
    with house.sessions.begin() as session:
        people.enter_as_system(session)
        change = session.scalars(select(Change).where(Change.id == number).with_for_update()).one()
        bo = named(session, "Bo")
        changes.edit(session, change, replace(change.content, plan="More"), by=bo, now=house.now, seen=change.version)
        releases.after_edit(session, change, by=bo, now=house.now)
    house.delivers()


def test_what_is_off_the_plan_is_back_in_work_and_its_client_hears_it_in_the_tickets_own_thread(house: House):
    ticket = works_on_it(house)
    number = a_change(house, touches=(), ticket=ticket)  # routine: no rollout message tells of it
    scheduled(house)
    assert house.ticket(ticket)["status"] == "Scheduled"
    edits_it(house, number)
    assert (house.ticket(ticket)["status"], house.ticket(ticket)["planned_start"]) == ("In progress", None)
    (card_of_it,) = [one for one in house.ana.messages("C0ACME") if "Help centre" in str(one["blocks"])]
    said = [one["text"] for one in house.ana.thread("C0ACME", card_of_it["ts"])]
    assert said[-1].endswith("does not go live as planned. We tell you here when it does.")


def test_a_ticket_that_somebody_planned_by_hand_stays_planned(house: House):
    ticket = works_on_it(house)
    number = a_change(house, touches=(), ticket=ticket)
    house.bo.chooses("More", "Schedule", on="Help centre")
    house.bo.fills({"Planned start": "2026-11-26"}).submits()
    scheduled(house)
    edits_it(house, number)
    assert str(house.ticket(ticket)["planned_start"]) == "2026-11-26"
    assert house.ticket(ticket)["status"] == "Scheduled"


def test_withdrawn_after_it_was_told_the_client_hears_that_it_is_off(house: House):
    a_change(house)
    scheduled(house)
    house.bo.clicks("Open", on=CARD, channel=ROOM).clicks("Withdraw")
    house.bo.fills({"Why, in a sentence": "The vendor is late"}).submits()
    house.delivers()
    assert told(house)[-1].endswith(
        "is called off, so nothing changes.\n• Route &lt;billing&gt; to its own group\nWhy: The vendor is late"
    )
    assert house.one("select state, release_id from change") == {"state": "approved", "release_id": None}


def test_a_rejection_takes_it_back_and_its_reason_stays_in_sight(house: House):
    a_change(house)
    asked(house)
    decides(house, "Sam", Verdict.REJECT, "Not before the sale")
    assert in_thread(house)[-2:] == [
        "<@U0SAM> rejected it: Not before the sale", "It is a draft again. Edit it and ask anew, or withdraw it.",
    ]  # fmt: skip
    house.bo.opens("/release R-1")
    assert "@sam rejected as a release approver" in house.bo.modal_text()


def test_approvers_are_reminded_by_name(house: House):
    a_change(house)
    asked(house, Day="2026-12-03")
    with house.sessions.begin() as session:
        people.enter_as_system(session)
        deciding.sweep(session, house.now + timedelta(days=1, hours=1))
    house.delivers()
    assert in_thread(house)[-1].startswith("<@U0MAYA>, <@U0SAM>, this release still waits for a release approver.")


def test_nobody_but_the_team_comes_near_it(house: House):
    a_change(house)
    scheduled(house)
    house.passes(days=1, hours=9)
    house.bo.clicks("Open", on=CARD, channel=ROOM)
    pressed = house.last_sent("block_actions")
    house.bo.clicks("Change window").fills({"Name": "Another"}).submits()
    sent = house.last_sent("view_submission")
    house.bo.closes()
    version = house.one("select version from release")["version"]
    before = house.state_of_the_world()
    for slack_id in ("U0ANA", "U0REX", "U0ZED"):
        sent["user"]["id"] = pressed["user"]["id"] = slack_id
        sent["view"]["private_metadata"] = f'{{"release": "R-1", "message": 1, "seen": {version}}}'
        for number, callback_id in enumerate(FORMS):
            sent["view"] |= {"id": f"V0BENT{slack_id}{number}", "callback_id": callback_id}
            assert house.sends_payload(sent)[0] == 200
        for action_id in CONTROLS:
            for value in (f"R-1:{version}", "R-999:1", f"1:{version}", "1", "x", ""):
                pressed["actions"][0] |= {"value": value, "action_id": action_id}
                assert house.sends_payload(pressed)[0] == 200
    assert house.state_of_the_world() == before
    for person in (house.ana, house.rex):
        for command in ("/release R-1", "/release new", "/release freeze"):
            person.opens(command)
        assert person.modal() is None
        person.does_not_see("Tuesday release")


FORMS = ("release.form", "release.withdraw_it", "release.roll_back_it", "release.message", "release.freeze_it")
CONTROLS = ("release.open", "release.edit", "release.ask", "release.schedule", "release.go", "release.verify",
            "release.roll_back", "release.withdraw", "release.lift", "release.freeze", "release.freezes", "release.new",
            "release.edit_message")  # fmt: skip


def test_a_form_delivered_twice_makes_one_release(house: House):
    a_change(house)
    makes(house)
    before = house.state_of_the_world()
    assert house.sends_payload(house.last_sent("view_submission")) == (200, "")
    assert house.state_of_the_world() == before


def test_the_second_of_two_who_edit_a_draft_is_told_to_look_again(house: House):
    a_change(house)
    makes(house)
    house.bo.clicks("Edit", on="Made by").fills({"Name": "Mine"})
    house.eve.opens("/release R-1").clicks("Edit", on="Made by").fills({"Name": "Hers"}).submits()
    before = house.state_of_the_world()
    house.bo.submits(refused="R-1 is draft by now. Look at its newest card, or open it with /release R-1.")
    assert house.state_of_the_world() == before
