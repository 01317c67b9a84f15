"""The monthly review: once for each client, by its own clock, and nothing of ours in its channel."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from bot import cli
from bot.domain import people, tickets, time
from bot.domain.codes import Code
from bot.domain.people import Person
from bot.domain.tickets import ClosureNote
from bot.domain.workflow import Action
from bot.jobs import ticker
from bot.playground.records import Message
from bot.playground.validation import problems_in_message
from tests.house import House
from tests.slack.desk import does, files, moves, posted

IN_BERLIN = datetime(2026, 12, 1, 8, tzinfo=UTC)  # nine o'clock, an hour before London's
IN_TOKYO = datetime(2026, 12, 1, 0, tzinfo=UTC)
SECRET = "Nobody's business"
NOTE = ClosureNote("Search finds articles again", f"{SECRET} actions", f"{SECRET} systems", f"{SECRET} decisions",
                   f"{SECRET} follow-ups")  # fmt: skip


def ticks(house: House) -> list[str]:
    """A tick, and which reviews came of it."""
    return [done for done in house.ticks() if done.startswith("monthly-client")]


def runs(house: House) -> list[tuple[str, int]]:
    found = house.rows("select period, account from job_run where job = 'monthly-client-review' order by account")
    return [(row["period"], row["account"]) for row in found]


def account(house: House, name: str) -> int:
    return house.one("select id from account where name = :name", name=name)["id"]


def reviews_in(house: House, channel: str) -> list[Message]:
    return [message for message in posted(house, channel) if " in November 2026" in str(message.blocks)]


def whole_text(messages: list[Message]) -> str:
    return "\n".join(message.text + str(message.blocks) for message in messages)


def logs(house: House, number: int, minutes: int, day: date, **facts: Any) -> None:
    with house.sessions.begin() as session:
        people.enter_as_system(session)
        bo = session.scalars(select(Person).where(Person.name == "Bo")).one()
        ticket = tickets.visible_to(session, bo, number)
        time.log(session, ticket, by=bo, minutes=minutes, work_date=day, now=house.now, today=day, **facts)


def closes(house: House, number: int) -> None:
    bo_and_eve = house.rows("select id, name from person where name in ('Bo', 'Eve')")
    with house.sessions.begin() as session:
        people.enter_as_system(session)
        eve = session.scalars(select(Person).where(Person.name == "Eve")).one()
    assert len(bo_and_eve) == 2
    moves(house, number, Action.TAKE)
    moves(house, number, Action.START, estimate_minutes=60, code=Code.INCLUDED)
    moves(house, number, Action.SEND_TO_REVIEW, reviewer=eve)
    moves(house, number, Action.APPROVE, by="Eve", note=NOTE)
    moves(house, number, Action.CLOSE, by="Ana")


def a_november(house: House) -> int:
    """One request of Acme's that was closed, hours on it, and what no client may read."""
    number = files(house)
    closes(house, number)
    logs(house, number, 90, date(2026, 11, 23), note=f"{SECRET}: what he thought of it")
    logs(house, number, 45, date(2026, 11, 23), code=Code.INTERNAL, note=SECRET)
    house.delivers()
    return number


def test_each_client_has_its_review_at_nine_by_its_own_clock(house: House):
    house.now = IN_TOKYO - timedelta(microseconds=1)
    assert ticks(house) == []
    house.now = IN_TOKYO
    assert ticks(house) == ["monthly-client-review 2026-11 Umbrella"]
    house.now = IN_BERLIN
    assert ticks(house) == ["monthly-client-review 2026-11 Acme"]
    assert len(reviews_in(house, "C0ACME")) == len(reviews_in(house, "C0UMBRELLA")) == 1
    assert len(reviews_in(house, "C0LEADERS")) == 2


def test_however_many_workers_tick_each_review_is_posted_once(house: House):
    house.now = IN_BERLIN
    with ThreadPoolExecutor(8) as workers:
        done = [
            name for names in workers.map(lambda _: ticker.tick(house.sessions, house.now), range(16)) for name in names
        ]
    house.delivers()
    done = [name for name in done if name.startswith("monthly-client")]
    assert sorted(done) == ["monthly-client-review 2026-11 Acme", "monthly-client-review 2026-11 Umbrella"]
    assert len(reviews_in(house, "C0ACME")) == 1
    before = house.state_of_the_world()
    assert not [name for name in house.ticks() if "monthly" in name]
    assert house.state_of_the_world() == before


def test_a_client_that_went_live_in_december_is_not_told_of_november(house: House):
    does(house, "update account set live_since = '2026-12-01 07:00+00' where name = 'Acme'")
    house.now = IN_BERLIN
    assert ticks(house) == ["monthly-client-review 2026-11 Umbrella"]


def test_one_clients_missing_channel_holds_up_nobody_else_and_is_made_up_for(house: House):
    does(house, "update account set channel_slack_id = null where name = 'Acme'")
    house.now = IN_BERLIN
    assert ticks(house) == ["monthly-client-review 2026-11 Umbrella"]
    assert runs(house) == [("2026-11", account(house, "Umbrella"))]
    does(house, "update account set channel_slack_id = 'C0ACME' where name = 'Acme'")
    assert "monthly-client-review 2026-11 Acme" in house.ticks()


def test_a_mistake_of_ours_with_one_client_holds_up_nobody_else(house: House):
    does(house, "update account set holidays = 'XX' where name = 'Acme'")  # no such country: nothing can be computed
    house.now = IN_BERLIN
    assert ticks(house) == ["monthly-client-review 2026-11 Umbrella"]


def test_the_client_reads_its_month_and_nothing_that_is_ours(house: House):
    does(house, "update account set billed_carry = 1200 where name = 'Acme'")
    number = a_november(house)
    house.now = IN_BERLIN
    house.ticks()
    (post,) = reviews_in(house, "C0ACME")
    assert problems_in_message(post.blocks) == []
    house.ana.sees("Acme in November 2026").sees("1 request came in, 1 was closed.").sees("Search finds articles again")
    house.ana.sees("The agreement includes 40h a month, and 20h came over from the month before: 2 % used")
    assert f"|T-{number}>" in str(post.blocks)
    assert SECRET not in whole_text(posted(house, "C0ACME"))
    assert "45m" not in whole_text([post])
    assert "internal" not in whole_text([post]).casefold()
    assert "150" not in whole_text([post])
    stored = house.one(
        "select snapshot::text as kept from post where channel_slack_id = 'C0ACME' and subject = 'job_run'"
    )
    assert "internal_hours" not in stored["kept"]
    assert "load" not in stored["kept"]


def test_leadership_reads_beside_it_what_was_not_charged(house: House):
    a_november(house)
    house.now = IN_BERLIN
    house.ticks()
    house.maya.looks_at("C0LEADERS").sees("Acme in November 2026: our side").sees("45m internal").sees(
        "What Acme reads"
    )
    for person in (house.ana, house.cleo, house.rex, house.zed, house.bo):
        person.does_not_see("our side")


def test_a_change_is_begun_from_our_side_of_the_review(house: House):
    does(house, "update person set roles = '{engineer,service_owner}' where name = 'Maya'")
    a_november(house)
    house.now = IN_BERLIN
    house.ticks()
    house.maya.looks_at("C0LEADERS").clicks("Plan a change", on="Acme in November 2026: our side")
    house.maya.sees("Seen in the review of November 2026:").fills({"Title": "Search indexes again"}).submits()
    change = house.one("select title, purpose, account_id from change")
    assert change["title"] == "Search indexes again"
    assert change["purpose"].startswith("Seen in the review of November 2026")
    assert change["account_id"] == house.one("select id from account where name = 'Acme'")["id"]


@pytest.mark.parametrize("value", ["", "1", "x:2026-11", "1:2026-13", "999999999999:2026-11", f"{'9' * 30}:2026-11"])
def test_a_forged_review_begins_no_change(house: House, value: str):
    a_november(house)
    house.now = IN_BERLIN
    house.ticks()
    does(house, "update person set roles = '{engineer}' where name = 'Maya'")
    house.maya.looks_at("C0LEADERS").clicks("Plan a change", on="Acme in November 2026: our side").closes()
    forged = house.last_sent("block_actions")
    forged["actions"][0]["value"] = value
    forged["trigger_id"] = ""
    before = house.state_of_the_world()
    assert house.sends_payload(forged)[0] == 200
    assert house.maya.modal() is None
    assert house.state_of_the_world() == before


def test_another_client_reads_nothing_of_it(house: House):
    a_november(house)
    house.now = IN_BERLIN
    house.ticks()
    house.rex.sees("Nothing was filed in November").does_not_see("Acme").does_not_see("Search finds articles again")


def test_without_a_leadership_channel_our_side_goes_to_triage(house: House):
    does(house, """update provider set channels = '{"triage": "C0TRIAGE"}'""")
    house.now = IN_BERLIN
    house.ticks()
    house.bo.sees("Acme in November 2026: our side")


def test_the_longer_list_stands_in_the_thread(house: House):
    for number in [files(house, f"Help centre search is empty, case {n}") for n in range(6)]:
        closes(house, number)
    house.delivers()
    house.now = IN_BERLIN
    house.ticks()
    post, longer = reviews_in(house, "C0ACME")[0], posted(house, "C0ACME")[-1]
    assert longer.thread_ts == post.ts
    assert problems_in_message(longer.blocks) == []
    assert len(longer.blocks[1]["rows"]) == 7
    assert "6: closed" not in longer.text
    assert "All that was closed in November: 6" in longer.text


def test_the_figures_are_those_of_the_claim_however_late_it_is_delivered(house: House):
    house.now = IN_BERLIN
    ticker.tick(house.sessions, house.now)
    files(house, "Filed after the review was written")
    house.delivers()
    assert "Nothing was filed in November*, and nothing is open" in whole_text(reviews_in(house, "C0ACME"))


def test_new_request_on_the_review_opens_the_form(house: House):
    house.now = IN_BERLIN
    house.ticks()
    house.ana.clicks("New request", on="Acme in November 2026").sees("Short description")


def test_the_history_tells_that_the_month_was_reviewed(house: House):
    house.now = IN_BERLIN
    house.ticks()
    event = house.one("select * from event where kind = 'reviewed' and account_id = :id", id=account(house, "Acme"))
    assert event["data"] == {"job": "monthly-client-review", "period": "2026-11"}


# --- steward run


@pytest.fixture
def at_the_command_line(house: House, house_url: str, monkeypatch: pytest.MonkeyPatch) -> House:
    monkeypatch.setenv("DATABASE_URL", house_url)
    return house


REVIEW = ["run", "monthly-client-review"]
FOR_ACME = [*REVIEW, "--account", "acme", "--at", "2026-12-01T09:00+01:00"]


def test_steward_run_reviews_one_clients_month_and_says_when_it_was_done(at_the_command_line: House, capsys):
    house = at_the_command_line
    assert cli.main(FOR_ACME) == 0
    assert capsys.readouterr().out == "monthly-client-review, Acme, 2026-11: written; the worker posts it.\n"
    house.delivers()
    assert (len(reviews_in(house, "C0ACME")), reviews_in(house, "C0UMBRELLA")) == (1, [])
    before = house.state_of_the_world()
    assert cli.main(FOR_ACME) == 0
    assert capsys.readouterr().out == (
        "monthly-client-review, Acme, 2026-11: done already for that month; nothing is posted twice.\n"
    )
    assert house.state_of_the_world() == before


@pytest.mark.parametrize("moment", ["2026-12-01T00:00+01:00", "2026-12-15T12:00+01:00", "2026-12-31T23:59+01:00"])
def test_on_any_day_of_december_steward_run_reviews_november(at_the_command_line: House, capsys, moment: str):
    assert cli.main([*REVIEW, "--account", "Acme", "--at", moment]) == 0
    assert runs(at_the_command_line) == [("2026-11", account(at_the_command_line, "Acme"))]


def test_steward_run_takes_the_month_of_each_clients_own_clock(at_the_command_line: House, capsys):
    assert cli.main([*REVIEW, "--at", "2026-11-30T20:00+00:00"]) == 0  # December in Tokyo, November in Berlin
    periods = {account(at_the_command_line, "Acme"): "2026-10", account(at_the_command_line, "Umbrella"): "2026-11"}
    assert dict(map(reversed, runs(at_the_command_line))) == periods


def test_steward_run_for_an_account_that_does_not_exist_names_those_that_do(at_the_command_line: House, capsys):
    before = at_the_command_line.state_of_the_world()
    assert cli.main([*REVIEW, "--account", "Initech"]) == 1
    assert "There is no account “Initech”. There are: Acme, Umbrella." in capsys.readouterr().err
    assert at_the_command_line.state_of_the_world() == before


def test_steward_run_for_one_account_of_a_job_for_all_is_told_so(at_the_command_line: House, capsys):
    before = at_the_command_line.state_of_the_world()
    assert cli.main(["run", "daily-digest", "--account", "Acme"]) == 1
    assert "Leave --account out" in capsys.readouterr().err
    assert at_the_command_line.state_of_the_world() == before


def test_steward_run_does_the_others_and_names_the_one_that_could_not_be(at_the_command_line: House, capsys):
    does(at_the_command_line, "update account set channel_slack_id = null where name = 'Acme'")
    assert cli.main([*REVIEW, "--at", "2026-12-01T12:00+00:00"]) == 1
    told = capsys.readouterr()
    assert told.out == "monthly-client-review, Umbrella, 2026-11: written; the worker posts it.\n"
    assert "give Acme a channel, and apply" in told.err
    assert runs(at_the_command_line) == [("2026-11", account(at_the_command_line, "Umbrella"))]
