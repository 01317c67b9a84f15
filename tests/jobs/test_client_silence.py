"""A client who does not answer is reminded twice, in its thread; then the ticket closes, and can come back."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest

from bot.domain.workflow import Action
from bot.jobs import SWEEPS, ticker
from tests.domain.desk import NOTE
from tests.house import House
from tests.slack.desk import does, files, moves, pending, posted

QUESTION = "The words you searched for"
WAITING_SINCE = datetime.fromisoformat("2026-11-23T10:00:00+00:00")  # a Monday, 11:00 in Berlin


@pytest.fixture
def waiting(house: House) -> int:
    """Acme's ticket waits for Ana since Monday, 11:00 her time."""
    number = files(house)
    moves(house, number, Action.TAKE)
    moves(house, number, Action.ASK_CLIENT, reason=QUESTION, whom="Ana")
    house.delivers()
    return number


def days_later(house: House, days: int, **more: float) -> None:
    """That many days after it began to wait; Monday to Friday are one business day each."""
    house.now = WAITING_SINCE + timedelta(days=days, **more)


def sweeps(house: House) -> list[str]:
    return [done for done in house.ticks() if done.startswith("client-silence")]


def said(house: House, channel: str = "C0ACME") -> list[str]:
    """The replies of the bot, newest last."""
    return [message.text for message in posted(house, channel) if message.thread_ts not in (None, message.ts)]


def steps(house: House) -> list[str]:
    return [row["step"] for row in house.rows("select data->>'step' as step from event where kind = 'reminded'")]


def test_reminders_come_after_two_and_four_business_days_and_it_closes_after_five(house: House, waiting: int):
    days_later(house, 2, microseconds=-1)
    assert sweeps(house) == []
    days_later(house, 2)
    assert sweeps(house) == ["client-silence 1"]
    first = said(house)[-1]
    assert first == (
        f"<@U0ANA>, we still need this from you: {QUESTION}\nPlease answer here in the thread. "
        "If we hear nothing, it closes on Mon 30 Nov; you can reopen it then."
    )
    days_later(house, 3)
    assert sweeps(house) == []
    days_later(house, 4)
    assert sweeps(house) == ["client-silence 1"]
    assert said(house)[-1].startswith("<@U0ANA>, a last reminder: we still need")
    days_later(house, 6)  # a Sunday
    assert sweeps(house) == []
    days_later(house, 7, microseconds=-1)
    assert sweeps(house) == []
    assert house.ticket(waiting)["status"] == "Waiting on client"
    days_later(house, 7)
    assert sweeps(house) == ["client-silence 1"]
    ticket = house.ticket(waiting)
    assert (ticket["status"], ticket["close_reason"], ticket["closed_at"]) == ("Closed", "no_response", house.now)
    assert steps(house) == ["reminder_1", "reminder_2"]
    house.ana.sees("we did not hear back, so this is closed").sees("Press *Reopen* above by Mon 7 Dec")
    house.bo.sees("Closed by Steward: the client was reminded and did not answer.")


def test_the_system_is_the_actor_and_the_rule_version_is_kept(house: House, waiting: int):
    for days in (2, 4, 7):
        days_later(house, days)
        sweeps(house)
    rows = house.rows(
        "select kind, actor_id, action, source, target, rule_version from event where ticket_id = 101 order by id"
    )[3:]
    assert [row["actor_id"] for row in rows] == [None] * 3
    assert [(row["kind"], row["source"], row["target"]) for row in rows] == [
        ("reminded", "Waiting on client", None), ("reminded", "Waiting on client", None),
        ("moved", "Waiting on client", "Closed"),
    ]  # fmt: skip
    assert {row["rule_version"] for row in rows} == {1}


def test_whoever_was_silent_reopens_it_with_the_button(house: House, waiting: int):
    for days in (2, 4, 7):
        days_later(house, days)
        sweeps(house)
    house.ana.clicks("Reopen", on="Help centre search").fills({"What is still missing?": "It is empty again"}).submits()
    assert (house.ticket(waiting)["status"], house.ticket(waiting)["close_reason"]) == ("Triage", None)


def test_an_answer_ends_the_waiting_and_no_reminder_comes(house: House, waiting: int):
    days_later(house, 1)
    thread = house.ana.messages("C0ACME")[0]["ts"]
    house.ana.types("C0ACME", "“macro” and “field”", thread=thread)
    house.slack.settle()
    for days in (2, 4, 7, 8):
        days_later(house, days)
        assert sweeps(house) == []
    assert house.ticket(waiting)["status"] == "Triage"


def test_a_second_wait_begins_anew(house: House, waiting: int):
    days_later(house, 2)
    sweeps(house)
    moves(house, waiting, Action.BACK_TO_TRIAGE)
    moves(house, waiting, Action.ASK_CLIENT, reason=QUESTION, whom="Ana")
    house.delivers()
    days_later(house, 3)
    assert sweeps(house) == []
    days_later(house, 4)
    assert sweeps(house) == ["client-silence 1"]
    assert steps(house) == ["reminder_1", "reminder_1"]


@pytest.fixture
def to_confirm(house: House) -> int:
    """Acme's ticket is done and waits for its confirmation."""
    number = files(house)
    does(house, "update ticket set request_type = 'question', status = 'In progress', assignee_id ="
                " (select id from person where name = 'Bo') where id = :id", id=number)  # fmt: skip
    moves(house, number, Action.SEND_TO_CLIENT, note=NOTE)
    house.delivers()
    return number


def test_work_that_nobody_confirms_closes_with_its_note(house: House, to_confirm: int):
    days_later(house, 2)
    sweeps(house)
    assert said(house)[-1] == (
        "<@U0ANA>, please look at what we did, and press *Close* above if it is right, *Reopen* if not. "
        "If we hear nothing, it closes on Mon 30 Nov; you can reopen it then."
    )
    for days in (4, 7):
        days_later(house, days)
        sweeps(house)
    ticket = house.ticket(to_confirm)
    assert (ticket["status"], ticket["close_reason"]) == ("Closed", "no_response")
    assert "closed as it stands" in said(house)[-1]
    house.ana.sees("Done: Macros are explained")


def test_what_a_client_writes_while_it_should_confirm_begins_the_count_again(house: House, to_confirm: int):
    days_later(house, 2)
    sweeps(house)
    thread = house.ana.messages("C0ACME")[0]["ts"]
    house.ana.types("C0ACME", "I look at it tomorrow", thread=thread)
    house.slack.settle()
    days_later(house, 3)
    assert sweeps(house) == []
    days_later(house, 4)
    assert sweeps(house) == ["client-silence 1"]
    assert steps(house) == ["reminder_1", "reminder_1"]


def test_after_an_outage_only_the_latest_step_comes_and_nothing_closes_unreminded(house: House, waiting: int):
    days_later(house, 14)
    assert sweeps(house) == ["client-silence 1"]
    assert steps(house) == ["reminder_2"]
    assert "it closes on Tue 8 Dec" in said(house)[-1]
    days_later(house, 14, hours=6)
    assert sweeps(house) == []
    days_later(house, 15)
    assert sweeps(house) == ["client-silence 1"]
    assert house.ticket(waiting)["status"] == "Closed"


def test_nothing_follows_a_reminder_that_slack_has_not_taken_yet(house: House, waiting: int):
    days_later(house, 2)
    ticker.tick(house.sessions, house.now)  # and nothing is delivered
    days_later(house, 8)
    assert [done for done in ticker.tick(house.sessions, house.now) if "silence" in done] == []
    house.delivers()
    assert sweeps(house) == ["client-silence 1"]
    assert house.ticket(waiting)["status"] == "Closed"


def test_scheduled_work_is_never_nagged_about(house: House, waiting: int):
    does(house, "update ticket set status = 'Scheduled' where id = :id", id=waiting)
    days_later(house, 10)
    before = house.ticket(waiting)
    assert sweeps(house) == []
    assert house.ticket(waiting) == before


def test_an_import_that_nobody_announced_stays_silent(house: House, waiting: int):
    does(house, "delete from outbox")
    does(house, "delete from post where parent_id is not null")
    does(house, "delete from post")
    days_later(house, 10)
    before = house.ticket(waiting)
    assert sweeps(house) == []
    assert (house.ticket(waiting), pending(house), steps(house)) == (before, [], [])


def test_the_clients_holidays_are_no_days_of_silence(house: House):
    house.now = datetime.fromisoformat("2026-12-23T10:00:00+00:00")  # a Wednesday; 25 and 26 December, 1 January off
    number = files(house)
    moves(house, number, Action.TAKE)
    moves(house, number, Action.ASK_CLIENT, reason=QUESTION, whom="Ana")
    house.delivers()
    for day, due in (("2026-12-25", []), ("2026-12-28", ["client-silence 1"])):
        house.now = datetime.fromisoformat(f"{day}T10:00:00+00:00")
        assert sweeps(house) == due


def test_many_workers_at_once_remind_once_and_close_once(house: House, waiting: int):
    for days, word in ((2, "reminded"), (4, "reminded"), (7, "moved")):
        days_later(house, days)
        before = len(house.rows("select 1 from event where kind = :kind", kind=word))
        with ThreadPoolExecutor(4) as workers:
            list(workers.map(lambda _: ticker.tick(house.sessions, house.now), range(8)))
        house.delivers()
        assert len(house.rows("select 1 from event where kind = :kind", kind=word)) == before + 1


def test_a_ticket_that_somebody_has_in_hand_is_left_to_the_next_tick(house: House, waiting: int):
    days_later(house, 2)
    with house.owner.begin() as held:
        held.exec_driver_sql(f"select 1 from ticket where id = {waiting} for update")
        assert sweeps(house) == []
    assert sweeps(house) == ["client-silence 1"]


def test_only_the_account_itself_reads_of_it(house: House, waiting: int):
    for days in (2, 4, 7):
        days_later(house, days)
        sweeps(house)
        house.rex.does_not_see("answer")
    assert posted(house, "C0UMBRELLA") == []


def test_whom_it_waits_for_is_asked_by_name_even_where_another_one_filed_it(house: House):
    number = files(house)
    moves(house, number, Action.TAKE)
    moves(house, number, Action.ASK_CLIENT, reason=QUESTION, whom="Cleo")
    house.delivers()
    days_later(house, 2)
    sweeps(house)
    assert said(house)[-1].startswith("<@U0CLEO>, ")


def test_the_days_are_the_firms_to_choose(house: House, waiting: int):
    does(
        house,
        "update playbook set content = jsonb_set(content, '{silence_days}', '{\"reminders\": [1, 2], \"close\": 3}')",
    )
    for days in (1, 2, 3):
        days_later(house, days)
        sweeps(house)
    assert house.ticket(waiting)["close_reason"] == "no_response"


def test_it_can_be_run_by_hand(house: House, waiting: int):
    days_later(house, 2)
    assert ticker.sweep(house.sessions, SWEEPS["client-silence"], house.now) == 1
    assert ticker.sweep(house.sessions, SWEEPS["client-silence"], house.now) == 0
