"""What nothing needs any more is cleared away at night; what a repeat or a person still needs stays."""

from sqlalchemy import text

from bot.domain import dead_letters, people
from bot.domain.workflow import Action
from bot.jobs import JOBS, housekeeping, ticker
from tests.house import House
from tests.slack.desk import delivers, does, files, moves


def night(house: House) -> None:
    """The job, whenever it last ran."""
    does(house, "delete from job_run")
    (outcome,) = ticker.run_now(house.sessions, "housekeeping", house.now)
    assert outcome.done


def aged(house: House, days: int) -> None:
    """Everything became that much older."""
    for table, columns in {"receipt": ["at"], "outbox": ["created_at", "done_at", "dead_at", "let_go_at"]}.items():
        for column in columns:
            does(house, f"update {table} set {column} = {column} - make_interval(days => :days)", days=days)


def left(house: House, table: str) -> int:
    return house.one(f"select count(*) as n from {table}")["n"]


def test_a_month_later_receipts_and_deliveries_go_and_nothing_else_does(house: House):
    house.files_a_request()
    house.bo.clicks("Take it", on="Help centre search")
    house.delivers()
    night(house)
    before = house.state_of_the_world()
    assert before["receipt"]["n"]
    assert before["outbox"]["n"]
    aged(house, 29)
    night(house)
    assert (left(house, "receipt"), left(house, "outbox")) == (before["receipt"]["n"], before["outbox"]["n"])
    aged(house, 2)
    night(house)
    after = house.state_of_the_world()
    assert (left(house, "receipt"), left(house, "outbox")) == (0, 0)
    assert {name for name in before if before[name] != after[name]} <= {"receipt", "outbox", "job_run"}


def test_a_repeat_meets_its_receipt_for_a_month(house: House):
    house.files_a_request()
    sent = house.last_sent("view_submission")
    answered = house.sends_payload(sent)
    aged(house, 29)
    night(house)
    assert house.sends_payload(sent) == answered
    assert left(house, "ticket") == 1


def test_a_channel_that_was_asked_about_is_not_asked_again_after_a_year(house: House):
    with house.sessions.begin() as session:
        people.enter_as_system(session)
        session.execute(text("insert into receipt (key, digest) values ('asked:C0GENERAL', 'x'), ('view:x', 'x')"))
    aged(house, 400)
    night(house)
    assert house.one("select key from receipt") == {"key": "asked:C0GENERAL"}


def test_what_still_waits_or_stands_as_a_dead_letter_stays_however_old(house: House):
    house.slack.workspace.channels["C0ACME"].archived = True
    files(house)
    delivers(house)
    number = files(house, "Umbrella's own matter", account="Umbrella", by="Rex")
    aged(house, 400)
    night(house)
    rows = house.rows("select dead_at is null as waits from outbox order by id")
    assert rows == [{"waits": False}, {"waits": True}, {"waits": True}]
    delivers(house)
    assert house.rex.sees(f"T-{number}")


def test_a_dead_letter_that_a_later_delivery_replaced_goes_before_it_and_never_stands_again(house: House):
    house.slack.workspace.channels["C0ACME"].archived = True
    number = files(house)
    delivers(house)
    house.slack.workspace.channels["C0ACME"].archived = False
    moves(house, number, Action.TAKE)
    delivers(house)
    aged(house, 31)
    total = left(house, "outbox")
    with house.sessions.begin() as session:
        people.enter_as_system(session)
        for cleared in range(1, total + 1):
            assert housekeeping.outbox.purge(session, most=1) == 1
            assert dead_letters.count(session) == 0
            assert session.scalar(text("select count(*) from outbox")) == total - cleared


def test_a_dead_letter_that_was_let_go_goes(house: House):
    house.slack.workspace.channels["C0ACME"].archived = True
    files(house)
    delivers(house)
    house.maya.opens_home().clicks("Let it go")
    aged(house, 31)
    night(house)
    assert left(house, "outbox") == 0


def test_more_than_a_portion_is_cleared_in_one_night(house: House, monkeypatch):
    monkeypatch.setattr(housekeeping, "AT_ONCE", 2)
    does(house, "insert into receipt (key, digest) select 'view:' || n, 'x' from generate_series(1, 9) n")
    aged(house, 31)
    night(house)
    assert left(house, "receipt") == 0
    assert JOBS["housekeeping"].why
