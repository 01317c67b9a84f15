"""Logging time: one line, or a form; taken back with one press."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

import pytest
from sqlalchemy import text

from bot.domain.workflow import Action, CloseReason
from tests.house import House
from tests.slack.desk import does, files, moves


@pytest.mark.parametrize(
    ("typed", "minutes", "note"),
    [
        ("90 Rebuilt it", 90, "Rebuilt it"),
        ("1h30 Rebuilt it", 90, "Rebuilt it"),
        ("1,5h Rebuilt it", 90, "Rebuilt it"),
        ("1:30 Rebuilt it", 90, "Rebuilt it"),
        ("45m", 45, ""),
        ("1h 30m Rebuilt it", 90, "Rebuilt it"),
        ("2 h 15 min Rebuilt it", 135, "Rebuilt it"),
    ],
)
def test_durations_as_people_write_them(house: House, typed, minutes, note):
    house.files_a_request()
    house.bo.opens(f"/time T-101 {typed}").sees("T-101")
    entry = house.one("select minutes, note, category, code from time_entry")
    assert entry == {"minutes": minutes, "note": note, "category": "ticket_resolution", "code": "included"}


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("T-101 soon fixed it", "I can't read “soon” as a time"),
        ("T-101 0 nothing", "outside what one entry can hold"),
        ("T-101 -45m less than nothing", "I can't read “-45m” as a time"),
        ("T-101 25h a long day", "outside what one entry can hold"),
        ("T-101 13h too long", "outside what one entry can hold"),
        ("T-101", "How long was it?"),
        ("T-101 1h 30 tickets sorted", "Is “30” part of the time?"),
        ("T-999 45m not there", "I can't find T-999"),
        ("45m on nothing", "On which ticket?"),
    ],
)
def test_what_can_not_be_is_refused_in_a_sentence_with_the_text_given_back(house: House, typed, sentence):
    house.files_a_request()
    before = house.state_of_the_world()
    house.bo.opens(f"/time {typed}").sees(sentence).sees(typed)
    assert house.state_of_the_world() == before


def test_without_a_ticket_the_last_one_is_taken(house: House):
    house.files_a_request()
    house.bo.opens("/time T-101 45m looked into it")
    house.passes(minutes=5)
    house.bo.opens("/time 15m and again")
    assert [row["ticket_id"] for row in house.rows("select ticket_id from time_entry")] == [101, 101]


def test_the_form_is_prefilled_and_stores_what_it_shows(house: House):
    house.files_a_request()
    house.bo.opens("/time T-101 45m looked into it").opens("/time")
    assert "T-101 Help centre search is empty" in house.bo.modal_text()
    assert "2026-11-23" in house.bo.modal_text()
    house.bo.fills({"Time spent": "1:15", "Category": "Client communication", "Note": "Called Ana"}).submits()
    house.bo.sees("1h 15m").sees("2h logged for that day")
    assert house.rows("select minutes, category from time_entry order by id")[1] == {
        "minutes": 75,
        "category": "client_communication",
    }


def test_a_wrong_time_in_the_form_stands_beside_its_field(house: House):
    house.files_a_request()
    house.bo.opens("/time").fills({"Ticket": "T-101", "Time spent": "a while"})
    before = house.state_of_the_world()
    house.bo.submits(refused="I can't read “a while”")
    assert set(house.bo.modal()["errors"]) == {"minutes"}
    assert house.state_of_the_world() == before


@pytest.mark.parametrize("day", ["2026-11-24", "2027-11-23"])
def test_tomorrow_and_next_year_are_refused(house: House, day: str):
    house.files_a_request()
    house.bo.opens("/time").fills({"Ticket": "T-101", "Time spent": "45m", "Work date": day})
    before = house.state_of_the_world()
    house.bo.submits(refused="That day has not come yet")
    assert set(house.bo.modal()["errors"]) == {"work_date"}
    assert house.state_of_the_world() == before


def test_a_closed_ticket_still_takes_time(house: House):
    moves(house, files(house), Action.CLOSE, close_reason=CloseReason.WITHDRAWN)
    house.bo.opens("/time T-101 15m told them why").sees("15m")
    assert house.ticket()["status"] == "Closed"
    assert house.one("select minutes from time_entry")["minutes"] == 15


@pytest.mark.parametrize(
    ("now", "day"),
    [
        ("2026-10-24T22:59+00:00", "2026-10-24"), ("2026-10-24T23:00+00:00", "2026-10-25"),  # summer time still
        ("2026-10-25T23:59+00:00", "2026-10-25"), ("2026-10-26T00:00+00:00", "2026-10-26"),  # no longer
        ("2026-03-28T23:59+00:00", "2026-03-28"), ("2026-03-29T22:59+00:00", "2026-03-29"),
        ("2026-03-29T23:00+00:00", "2026-03-30"),
    ],
)  # fmt: skip
def test_around_a_night_in_which_the_clocks_change_today_is_what_their_clock_says(house: House, now: str, day: str):
    files(house)
    house.now = datetime.fromisoformat(now)
    house.bo.opens("/time T-101 45m rebuilt the search index")
    assert str(house.one("select work_date from time_entry")["work_date"]) == day


def test_an_outsider_finds_nobodys_ticket_in_time(house: House):
    house.files_a_request()
    before = house.state_of_the_world()
    for typed in ("T-101 45m mine", "start T-101", "stop", "today", "Acme 45m call about the renewal"):
        house.rex.opens(f"/time {typed}").sees("Only").does_not_see("Help centre search")
    assert house.state_of_the_world() == before


def test_the_same_line_at_once_is_asked_about_and_stored_when_meant(house: House):
    house.files_a_request()
    house.bo.opens("/time T-101 45m looked into it")
    house.bo.opens("/time T-101 45m looked into it").sees("Was it meant?")
    assert len(house.rows("select 1 from time_entry")) == 1
    house.bo.clicks("Log it again")
    assert len(house.rows("select 1 from time_entry")) == 2


def test_the_same_line_from_two_devices_at_once_is_stored_once(house: House):
    house.files_a_request()
    line = "/time T-101 45m looked into it"
    with house.owner.connect() as slow:  # both lines are on their way before either can look
        slow.execute(text("select 1 from person where slack_id = 'U0BO' for update"))
        with ThreadPoolExecutor(2) as both:
            sent = [both.submit(house.bo.opens, line) for _ in range(2)]
            while len(house.rows("select 1 from pg_stat_activity where wait_event_type = 'Lock'")) < 2:
                assert not all(one.done() for one in sent)
            slow.rollback()
            [one.result() for one in sent]
    assert len(house.rows("select 1 from time_entry")) == 1


def test_the_same_command_delivered_twice_is_one_entry_and_one_answer(house: House):
    house.files_a_request()
    house.bo.opens("/time T-101 45m looked into it")
    status, answer = house.sends_form(house.last_sent("command"))
    assert status == 200
    assert "45m" in answer
    assert "Was it meant" not in answer
    assert len(house.rows("select 1 from time_entry")) == 1


def test_undo_takes_it_back_once_and_keeps_the_history(house: House):
    house.files_a_request()
    house.bo.opens("/time T-101 45m looked into it").clicks("Undo").sees("Undone: 45m on T-101 taken back")
    house.bo.clicks("Undo").sees("undone already")
    assert [row["minutes"] for row in house.rows("select minutes from time_entry order by id")] == [45, -45]
    house.bo.opens("/time today").sees("0m logged")


def test_today_shows_the_day_and_what_is_missing(house: House):
    house.files_a_request()
    house.bo.opens("/time today").sees("Nothing yet")
    house.bo.opens("/time T-101 2h looked into it").opens("/time today")
    house.bo.sees("2h logged, 4h 24m to the 6h 24m of a working day")


def test_a_date_shows_that_day_and_logs_nothing(house: House):
    house.files_a_request()
    house.bo.opens("/time T-101 2h looked into it")
    house.passes(days=1)
    before = house.state_of_the_world()
    for typed in ("23 Nov", "2026-11-23", "Monday", "yesterday"):
        house.bo.opens(f"/time {typed}").sees("Mon 23 Nov:* 2h logged")
    assert house.state_of_the_world() == before


def test_clients_do_not_log_time(house: House):
    house.files_a_request()
    before = house.state_of_the_world()
    house.ana.opens("/time T-101 45m mine").sees("Only")
    assert house.state_of_the_world() == before


def test_log_time_on_a_card_opens_the_form_with_its_ticket(house: House):
    house.files_a_request()
    house.bo.clicks("Take it", on="Help centre search")
    house.delivers()
    house.bo.chooses("More", "Log time", on="Help centre search")
    assert "T-101 Help centre search" in house.bo.modal_text()


def test_an_entry_is_put_right_in_the_form_it_was_stored_with(house: House):
    house.files_a_request()
    house.bo.opens("/time T-101 45m support").sees("“support” says little").clicks("Edit")
    assert house.bo.modal_text().count("45m") == 1
    house.bo.fills({"Time spent": "30m", "Note": "Rebuilt the index", "Why": "Typed in a hurry"}).submits()
    house.bo.sees("30m").sees("30m logged for that day")
    rows = house.rows("select minutes, note, reason from time_entry order by id")
    assert [row["minutes"] for row in rows] == [45, -45, 30]
    assert [row["reason"] for row in rows] == ["", "Typed in a hurry", "Typed in a hurry"]
    house.bo.closes().clicks("Edit", on="45m").sees("corrected already")


def test_the_same_correction_twice_is_one(house: House):
    house.files_a_request()
    house.bo.opens("/time T-101 45m support").clicks("Edit").fills({"Time spent": "30m"}).submits()
    before = house.state_of_the_world()
    assert house.sends_payload(house.last_sent("view_submission"))[0] == 200
    assert house.state_of_the_world() == before


def test_somebody_elses_entry_is_not_found_whatever_is_pressed(house: House):
    house.files_a_request()
    house.bo.opens("/time T-101 45m support").clicks("Edit").closes()
    forged = house.last_sent("block_actions")
    forged["user"]["id"] = "U0EVE"
    before = house.state_of_the_world()
    for value in (forged["actions"][0]["value"], "", "x", "9" * 30):
        forged["actions"][0]["value"] = value
        for action in ("time.edit", "time.undo"):
            forged["actions"][0]["action_id"] = action
            assert house.sends_payload(forged)[0] == 200
    assert house.eve.modal() is None or "Not done" in house.eve.modal_text()
    assert house.state_of_the_world() == before


def test_an_entry_of_the_day_is_edited_or_taken_back(house: House):
    house.files_a_request()
    house.bo.opens("/time T-101 2h looked into it").opens("/time today")
    house.bo.chooses("More", "Edit", on="4h 24m to").fills({"Time spent": "1h"}).submits().closes()
    house.bo.opens("/time today").chooses("More", "Undo", on="1h logged, 5h 24m to the 6h 24m").sees(
        "Undone: 1h on T-101 taken back"
    )
    assert [row["minutes"] for row in house.rows("select minutes from time_entry order by id")] == [120, -120, 60, -60]


def test_a_day_is_called_complete_and_that_is_taken_back(house: House):
    house.files_a_request()
    house.bo.opens("/time T-101 2h looked into it").opens("/time today")
    house.bo.clicks("My day is complete").sees("2h logged, and complete").does_not_see("4h 24m to")
    house.bo.clicks("It is not complete").sees("2h logged, 4h 24m to the 6h 24m")
    assert house.one("select at from complete_day")["at"] is None


def test_the_week_is_a_table_with_what_is_missing(house: House):
    house.files_a_request()
    house.bo.opens("/time T-101 2h looked into it").opens("/time week")
    house.bo.sees("Mon 23 Nov to Sun 29 Nov").sees("2h logged, 4h 24m missing")
    house.bo.clicks("The week before").sees("Mon 16 Nov to Sun 22 Nov")
    assert "32h missing" in house.bo.text()


def test_yesterday_has_a_day_too(house: House):
    house.bo.opens("/time yesterday").sees("*Sun 22 Nov:* 0m logged").clicks("Log time")
    assert "2026-11-22" in house.bo.modal_text()


def test_a_bent_day_in_the_button_does_no_harm(house: House):
    house.bo.opens("/time yesterday").clicks("Log time").closes()
    forged = house.last_sent("block_actions")
    before = house.state_of_the_world()
    for value in (":2026-13-01", ":-", ":9999-12-31", ":2027-01-01"):
        forged["actions"][0]["value"] = value
        assert house.sends_payload(forged)[0] == 200
    house.bo.does_not_see("That went wrong on our side")
    assert house.state_of_the_world() == before


def test_a_forged_day_is_refused_in_a_sentence(house: House):
    house.files_a_request()
    house.bo.opens("/time today").clicks("My day is complete")
    forged = house.last_sent("block_actions")
    before = house.state_of_the_world()
    for value in ("", "tomorrow", "2026-11-24", "2020-01-01", "0001-01-01", "9999-12-31"):
        for action in ("time.complete", "time.week"):
            forged["actions"][0] |= {"action_id": action, "value": value}
            assert house.sends_payload(forged)[0] == 200, (action, value)
    assert house.state_of_the_world() == before


def test_contacts_see_nobodys_day(house: House):
    house.files_a_request()
    before = house.state_of_the_world()
    for command in ("/time today", "/time week", "/time yesterday"):
        house.ana.opens(command).sees("Only")
    assert house.state_of_the_world() == before


def of_acme(house: House) -> list[dict[str, object]]:
    return house.rows(
        "select account.name, ticket_id, project_id, minutes, category, code, note"
        " from time_entry join account on account.id = account_id where ticket_id is null order by time_entry.id"
    )


@pytest.mark.parametrize("named", ["Acme", "acme", "ac", "“Acme”", '"acme"'])
def test_time_on_an_account_needs_no_ticket_only_a_reason(house: House, named: str):
    house.files_a_request()
    house.bo.opens(f"/time {named} 45m call about the renewal, not T-101").sees("*Acme* (no ticket)")
    assert of_acme(house) == [
        {"name": "Acme", "ticket_id": None, "project_id": None, "minutes": 45, "category": "client_communication",
         "code": "included", "note": "call about the renewal, not T-101"}
    ]  # fmt: skip


def test_a_name_of_several_words_is_understood_with_and_without_quotes(house: House):
    does(house, "update account set name = 'Big Shop 54' where name = 'Umbrella'")
    house.bo.opens("/time “Big Shop 54” 45m call about the renewal").sees("*Big Shop 54* (no ticket)")
    house.bo.opens("/time Big Shop 2 h 15 min call about the contract").sees("2h 15m")
    assert [row["minutes"] for row in of_acme(house)] == [45, 135]


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("Globex 45m call about the renewal", "I know no ticket and no account “Globex”"),
        ("Globex 45m call about the renewal", "the accounts are Acme, Umbrella."),
        ("Ac% 45m call about the renewal", "I know no ticket and no account"),
        ("Acme 45m", "Say in the note what it was for"),
        ("Acme 0m call about the renewal", "outside what one entry can hold"),
        ("Acme 25h call about the renewal", "outside what one entry can hold"),
        ("Acme -45m call about the renewal", "I can't read “-45m” as a time"),
        ("Big Shop 54 45m call about the renewal", "Is 54 part of the name?"),
    ],
)
def test_what_can_not_be_logged_on_an_account_is_refused_in_a_sentence(house: House, typed: str, sentence: str):
    before = house.state_of_the_world()
    house.bo.opens(f"/time {typed}").sees(sentence)
    assert house.state_of_the_world() == before


def test_two_accounts_that_begin_alike_are_asked_about_and_a_whole_name_is_enough(house: House):
    does(house, "update account set name = 'Acme Labs' where name = 'Umbrella'")
    before = house.state_of_the_world()
    house.bo.opens("/time ac 45m call about the renewal").sees("Which account: Acme, Acme Labs?")
    assert house.state_of_the_world() == before
    house.bo.opens("/time acme 45m call about the renewal").sees("*Acme* (no ticket)")


def test_the_form_offers_accounts_after_tickets_and_asks_for_the_reason(house: House):
    house.files_a_request()
    house.bo.opens("/time").fills({"Ticket": "Acme", "Time spent": "45m"})
    before = house.state_of_the_world()
    house.bo.submits(refused="Say in the note what it was for")
    assert set(house.bo.modal()["errors"]) == {"note"}
    assert house.state_of_the_world() == before
    house.bo.fills({"Note": "Call about the renewal"}).submits().sees("*Acme* (no ticket)")
    assert [row["minutes"] for row in of_acme(house)] == [45]


def test_time_on_an_account_is_seen_edited_and_taken_back_like_any_other(house: House):
    house.files_a_request()
    house.bo.opens("/time Acme 45m call about the renewal").opens("/time today").sees("*45m* Acme (no ticket)")
    house.bo.opens_home()
    assert "45m Acme" in house.bo.home_text()
    house.bo.chooses("More", "Edit", on="5h 39m to")
    assert "Acme (no ticket)" in house.bo.modal_text()
    house.bo.fills({"Ticket": "T-101", "Why": "There is a ticket"}).submits().closes()
    assert house.rows("select ticket_id, minutes from time_entry order by id") == [
        {"ticket_id": None, "minutes": 45}, {"ticket_id": None, "minutes": -45}, {"ticket_id": 101, "minutes": 45},
    ]  # fmt: skip
    house.bo.opens("/time Acme 30m call about the renewal").clicks("Undo", on="*30m* on").sees("30m taken back")


def test_the_same_line_on_an_account_at_once_is_asked_about_too(house: House):
    house.files_a_request()
    house.bo.opens("/time Acme 45m call about the renewal").opens("/time T-101 45m call about the renewal")
    house.bo.opens("/time Acme 45m call about the renewal").sees("Was it meant?").clicks("Log it again")
    assert len(of_acme(house)) == 2


def test_no_contact_logs_time_on_an_account_whatever_is_sent(house: House):
    house.bo.opens("/time").fills({"Ticket": "Acme", "Time spent": "45m", "Note": "Call about the renewal"})
    house.bo.submits()
    forged = house.last_sent("view_submission")
    before = house.state_of_the_world()
    for number, who in enumerate(["U0REX", "U0ANA"]):
        forged["user"]["id"], forged["view"]["id"] = who, f"V0FORGED{number}"
        assert house.sends_payload(forged)[0] == 200
    house.rex.opens("/time Acme 45m call about the renewal").sees("Only")
    assert house.state_of_the_world() == before


@pytest.mark.parametrize(("typed", "note"), [
    ("after hours restarted the mailer", "restarted the mailer"),
    ("After-hours: restarted the mailer", "restarted the mailer"),
    ("after hours", ""),
])  # fmt: skip
def test_a_line_may_say_that_it_was_after_hours(house: House, typed, note):
    house.files_a_request()
    house.bo.opens(f"/time T-101 45m {typed}").sees("Included, after hours, Mon 23 Nov")
    assert house.one("select note, after_hours from time_entry") == {"note": note, "after_hours": True}
    house.bo.opens("/time today").sees("Included, after hours")


def test_words_that_only_contain_it_are_a_note(house: House):
    house.files_a_request()
    house.bo.opens("/time T-101 45m called Ana after hours")
    assert house.one("select note, after_hours from time_entry") == {
        "note": "called Ana after hours",
        "after_hours": False,
    }


def test_after_hours_is_ticked_in_the_form_and_put_right_by_edit(house: House):
    house.files_a_request()
    house.bo.opens("/time").fills(
        {"Ticket": "T-101", "Time spent": "1h", "After hours": ["It was outside their working hours"]}
    )
    house.bo.submits().sees("after hours").clicks("Edit")
    house.bo.fills({"After hours": []}).submits().does_not_see("after hours")
    rows = house.rows("select minutes, after_hours from time_entry order by id")
    assert [tuple(row.values()) for row in rows] == [(60, True), (-60, True), (60, False)]


@pytest.mark.parametrize(("line", "day", "note"), [
    ("yesterday T-101 45m rebuilt it", "2026-11-22", "rebuilt it"),
    ("today T-101 45m rebuilt it", "2026-11-23", "rebuilt it"),
    ("Friday T-101 45m rebuilt it", "2026-11-20", "rebuilt it"),
    ("12 Oct T-101 45m rebuilt it", "2026-10-12", "rebuilt it"),
    ("Thu 12 Nov T-101 45m rebuilt it", "2026-11-12", "rebuilt it"),
    ("12 Oct 2025 T-101 45m rebuilt it", "2025-10-12", "rebuilt it"),
    ("2026-11-20 T-101 45m rebuilt it", "2026-11-20", "rebuilt it"),
    ("2026-11-20 45m T-101 rebuilt it", "2026-11-20", "rebuilt it"),
    ("2026-10-12 T-101 45m rebuilt it", "2026-10-12", "rebuilt it"),
    ("T-101 yesterday 45m rebuilt it", "2026-11-22", "rebuilt it"),
    ("T-101 45m yesterday rebuilt it", "2026-11-22", "rebuilt it"),
    ("T-101 45m 2026-11-20", "2026-11-20", ""),
    ("T-101 yesterday 45m today it broke again", "2026-11-22", "today it broke again"),
    ("T-101 45m Friday's report", "2026-11-23", "Friday's report"),
    ("T-101 45m Friday is when it broke", "2026-11-23", "Friday is when it broke"),
    ("T-101 45m yesterday's call", "2026-11-23", "yesterday's call"),
    ("12 Oct, T-101 45m rebuilt it", "2026-10-12", "rebuilt it"),
    ("Monday: T-101 45m rebuilt it", "2026-11-23", "rebuilt it"),
    ("T-101 45m 2026-12-01 go-live prepared", "2026-11-23", "2026-12-01 go-live prepared"),
    ("45m T-101 rebuilt 2 nodes", "2026-11-23", "rebuilt 2 nodes"),
])  # fmt: skip
def test_a_line_may_be_for_another_day(house: House, line: str, day: str, note: str):
    house.files_a_request()
    house.bo.opens(f"/time {line}").sees("45m* on *T-101*")
    assert house.rows("select work_date::text as day, minutes, note from time_entry") == [
        {"day": day, "minutes": 45, "note": note}
    ]


def test_the_same_line_for_another_day_is_no_slip(house: House):
    house.files_a_request()
    house.bo.opens("/time T-101 45m rebuilt it").opens("/time yesterday T-101 45m rebuilt it")
    assert [row["day"] for row in house.rows("select work_date::text as day from time_entry order by id")] == [
        "2026-11-23", "2026-11-22"
    ]  # fmt: skip
    house.bo.opens("/time yesterday T-101 45m rebuilt it").sees("Was it meant?")


@pytest.mark.parametrize(("line", "said"), [
    ("2026-12-01 T-101 45m rebuilt it", "2026-12-01 is no day that is over, nor today."),
    ("T-101 2026-12-01 45m rebuilt it", "2026-12-01 is no day that is over, nor today."),
    ("31 Nov T-101 45m rebuilt it", "I can’t read “31 Nov” as a day."),
    ("30 Feb T-101 45m rebuilt it", "I can’t read “30 Feb” as a day."),
    ("12 Okt T-101 45m rebuilt it", "I can’t read “12 Okt” as a day."),
    ("Fri 20 T-101 45m rebuilt it", "I can’t read “Fri 20” as a day."),
    ("12 T-101 45m rebuilt it", "I can’t read “12” as a day."),
])  # fmt: skip
def test_what_is_no_day_before_the_ticket_is_refused_and_nothing_is_stored(house: House, line: str, said: str):
    house.files_a_request()
    before = house.state_of_the_world()
    house.bo.opens(f"/time {line}").sees(said)
    assert house.state_of_the_world() == before


def test_a_day_to_come_is_no_day_to_log_on(house: House):
    house.files_a_request()
    before = house.state_of_the_world()
    house.bo.opens("/time tomorrow T-101 45m rebuilt it").sees("Tomorrow has not come yet")
    assert house.state_of_the_world() == before


def test_an_empty_day_that_is_over_shows_a_line_for_that_day(house: House):
    house.bo.opens("/time yesterday").sees("Nothing yet. `/time 2026-11-22 T-102 45m what you did` is all it takes.")
    house.bo.opens("/time today").sees("Nothing yet. `/time T-102 45m what you did` is all it takes.")


def test_our_own_affairs_are_ours_whatever_the_ticket_is_about(house: House):
    house.files_a_request()
    with house.owner.begin() as connection:
        connection.execute(text("update ticket set related_system = 'Salesforce'"))
    house.bo.opens("/time").fills({"Ticket": "T-101", "Time spent": "30m", "Category": "Process improvement"}).submits()
    assert house.one("select code from time_entry")["code"] == "internal"


def test_what_triage_called_included_is_included(house: House):
    house.files_a_request()
    with house.owner.begin() as connection:
        connection.execute(text("update ticket set related_system = 'Salesforce', code = 'included'"))
    house.bo.opens("/time T-101 45m rebuilt the export").sees("Ticket resolution, Included")
    assert house.one("select code from time_entry")["code"] == "included"


def test_what_the_agreement_does_not_cover_is_out_of_scope_from_the_first_minute_on(house: House):
    house.files_a_request()
    with house.owner.begin() as connection:
        connection.execute(text("update ticket set related_system = 'Salesforce'"))
    house.bo.opens("/time T-101 45m rebuilt the export").sees("Ticket resolution, Out of scope")
    house.bo.sees("It costs extra and the client has not approved it: it is kept, and off the invoice until they do.")
    assert house.one("select code from time_entry")["code"] == "out_of_scope"
