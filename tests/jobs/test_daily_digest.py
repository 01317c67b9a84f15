"""The morning's digest: short, linked, owned, and the same however late it is delivered."""

import re
from datetime import timedelta
from typing import Any

import pytest

from bot import cli
from bot.domain.workflow import Action
from bot.jobs import ticker
from bot.messages.mrkdwn import LONGEST_TEXT
from bot.playground.records import Message
from tests.house import House
from tests.slack.desk import does, files, moves, posted

LINK = re.compile(r"<https?://[^|<>]+/archives/C0TRIAGE/p\d+\|(T-\d+)>")


def the_digest(house: House) -> Message:
    found = [message for message in posted(house, "C0TRIAGE") if "Queue review" in str(message.blocks)]
    assert len(found) == 1, found
    return found[0]


def texts(node: Any) -> list[str]:
    """Everything that is read as text, the buttons' words apart."""
    if isinstance(node, list):
        return [text for child in node for text in texts(child)]
    if not isinstance(node, dict) or node.get("type") == "button":
        return []
    own = [node["text"]] if isinstance(node.get("text"), str) else []
    return own + [text for child in node.values() if isinstance(child, dict | list) for text in texts(child)]


def lines(message: Message) -> list[str]:
    return [line for text in texts(message.blocks) for line in text.split("\n")]


def standup_of(message: Message) -> list[str]:
    """The heading and a line for each person."""
    read = lines(message)
    return read[next(n for n, line in enumerate(read) if line.startswith("*Standup")) :]


def a_full_queue(house: House, *, people: int = 7) -> None:
    """More of everything than the digest shows."""
    for n in range(people):
        does(house, "insert into person (name, slack_id, roles, skills, weekly_minutes, active)"
                    " values (:name, :slack, '{engineer}', '{}', 2400, true)",
             name=f"Engineer Number {n}", slack=f"U0ENG{n}")  # fmt: skip
    team = house.rows("select id from person where name like 'Engineer%' order by id")
    for n, person in enumerate(team):
        for kind in range(9):
            number = files(house, f"{'A title as long as they come ' * 4}{n} {kind}"[:150])
            status, since = [("In progress", 9), ("Waiting on client", 3), ("Internal review", 0)][kind % 3]
            does(house, "update ticket set status = :status, assignee_id = :who, waiting_for = :what,"
                        " waiting_whom = 'Ana', status_since = :since where id = :id",
                 status=status, who=person["id"], id=number, since=house.now - timedelta(days=since),
                 what="the words you searched for, please " * 5)  # fmt: skip
            does(house, "insert into event (kind, at, account_id, ticket_id, actor_id, data, rule_version)"
                        " select 'moved', :at, account_id, id, :who, '{}', 1 from ticket where id = :id",
                 who=person["id"], id=number, at=house.now - timedelta(hours=30 * 2))  # fmt: skip
    for n in range(6):
        files(house, f"Nobody has looked at this one yet, number {n}")
    house.delivers()


@pytest.mark.slow
def test_it_reads_in_twenty_lines_however_much_there_is(house: House):
    a_full_queue(house)
    house.ticks()
    read = lines(the_digest(house))
    assert len(read) <= 20, "\n".join(read)
    assert not any(line.strip() == "" for line in read)


@pytest.mark.slow
def test_a_team_with_full_hands_is_told_of_in_whole(house: House):
    a_full_queue(house)
    house.ticks()
    standup = standup_of(the_digest(house))
    assert len(standup) == 6
    for line in standup:
        assert len(line) <= LONGEST_TEXT
        assert "<" not in re.sub(r"<[^<>]+>", "", line)  # no link was cut in two
        assert "…" not in line


def test_an_empty_queue_is_said_plainly(house: House):
    house.ticks()
    house.bo.sees("Nothing needs you").sees("*Unowned:* none").sees("*Stalled:* none")
    house.bo.sees("*Waiting on clients:* none")
    house.bo.sees("*Standup:* nobody has anything in hand").sees("0 open · 0 came in and 0 closed")


def test_the_numbers_come_first_and_also_in_the_notification(house: House):
    house.files_a_request()
    house.passes(minutes=1)
    house.ticks()
    digest = the_digest(house)
    assert "1 open · 1 came in and 0 closed since Fri 20 Nov · 1 unowned · 0 stalled" in digest.text
    assert texts(digest.blocks)[1] == digest.text


def test_a_form_opened_and_closed_again_did_not_come_in(house: House):
    house.ana.opens("/request").closes()
    house.passes(minutes=1)
    house.ticks()
    assert "0 came in" in the_digest(house).text


def test_each_ticket_line_is_linked_to_its_card(house: House):
    number = files(house)
    waiting = files(house, "Reports do not load")
    house.delivers()
    moves(house, waiting, Action.TAKE)
    moves(house, waiting, Action.ASK_CLIENT, reason="Which report is it?", whom="Ana")
    house.delivers()
    house.ticks()
    about = [line for line in lines(the_digest(house)) if "T-" in line]
    assert len(about) >= 3  # unowned, waiting, and Bo's own
    for line in about:
        assert len(LINK.findall(line)) == len(re.findall(r"T-\d+", line)), line
    card = next(message for message in posted(house, "C0TRIAGE") if f"T-{number}" in str(message.blocks))
    assert f"p{card.ts.replace('.', '')}|T-{number}>" in str(the_digest(house).blocks)


def test_ill_take_it_takes_it_and_says_so_to_the_person(house: House):
    files(house)
    house.ticks()
    house.bo.clicks("I'll take it", on="Queue review")
    ticket = house.ticket()
    assert (ticket["status"], ticket["version"]) == ("Triage", 2)
    assert house.one("select name from person where id = :id", id=ticket["assignee_id"])["name"] == "Bo"
    assert [message["text"] for message in house.bo.ephemerals("C0TRIAGE")] == [
        "T-101 is yours now. Its card in this channel has the next steps."
    ]
    assert house.eve.ephemerals("C0TRIAGE") == []


def test_the_second_person_reads_who_was_first_and_nothing_changes(house: House):
    files(house)
    house.ticks()
    house.bo.clicks("I'll take it", on="Queue review")
    before = house.state_of_the_world()
    house.eve.clicks("I'll take it", on="Queue review").sees("Bo was first: “Take it”. T-101 is now Triage.")
    assert house.state_of_the_world() == before
    assert "is yours now" not in house.eve.text()


def test_who_does_not_work_tickets_can_not_take_one_from_the_digest(house: House):
    files(house)
    house.ticks()
    before = house.state_of_the_world()
    house.sam.clicks("I'll take it", on="Queue review").sees("“Take it” is for an engineer or a lead")
    assert house.state_of_the_world() == before


def test_the_standup_says_what_moved_what_is_in_hand_and_what_is_blocked(house: House):
    first, second = files(house), files(house, "Reports do not load")
    house.delivers()
    moves(house, first, Action.TAKE)
    moves(house, second, Action.TAKE, by="Eve")
    moves(house, second, Action.ASK_CLIENT, by="Eve", reason="Which report is it?", whom="Ana")
    house.delivers()
    house.passes(days=1)
    house.ticks()
    standup = "\n".join(standup_of(the_digest(house)))
    plain = re.sub(r"<[^|>]+\|(T-\d+)>", r"\1", standup)
    assert "Bo: moved T-101 · in hand T-101" in plain
    assert "Eve: moved T-102 · blocked T-102 on Ana" in plain
    assert "Maya" not in plain


def test_stalled_is_what_has_not_moved_for_two_business_days_and_names_its_owner(house: House):
    number = files(house)
    moves(house, number, Action.TAKE)
    house.delivers()
    house.passes(days=2, hours=1)
    house.ticks()
    stalled = next(line for line in lines(the_digest(house)) if "Help centre" in line)
    assert "Triage for 2 business days · <@U0BO>" in stalled
    assert "*Unowned:* none" in str(the_digest(house).blocks)


def test_a_title_pings_nobody(house: House):
    files(house, "<!channel> <@U0BO> see <https://evil.example|the invoice>")
    house.ticks()
    said = str(the_digest(house).blocks) + the_digest(house).text
    assert "&lt;!channel&gt;" in said
    assert not re.search(r"<!(channel|here|everyone)|<@U0BO>|<https://evil", said)


def test_the_figures_are_those_of_the_claim_however_late_it_is_delivered(house: House):
    number = files(house)
    ticker.tick(house.sessions, house.now)
    moves(house, number, Action.TAKE)
    does(house, "update ticket set title = 'Another title than this morning'")
    files(house, "This came in after nine")
    house.passes(hours=3)
    house.delivers()
    digest = the_digest(house)
    assert "1 open" in digest.text
    assert "1 unowned" in digest.text
    assert "Help centre search is empty" in str(digest.blocks)
    assert "This came in after nine" not in str(digest.blocks)
    assert "Another title" not in str(digest.blocks)


def test_no_client_sees_the_teams_digest(house: House):
    files(house)
    house.ticks()
    house.bo.sees("Queue review")
    for person in (house.ana, house.cleo, house.rex, house.zed):
        person.does_not_see("Queue review").does_not_see("Standup").does_not_see("unowned")


def test_a_forged_ill_take_it_of_a_client_changes_nothing(house: House):
    files(house)
    house.ticks()
    house.bo.clicks("I'll take it", on="Queue review")
    files(house, "Another one to be taken")
    forged = house.last_sent("block_actions")
    forged["actions"][0]["value"] = "102:1"
    before = house.state_of_the_world()
    for client in ("U0ANA", "U0REX", "U0ZED"):
        forged["user"] = {**forged["user"], "id": client}
        assert house.sends_payload(forged)[0] == 200
    assert house.ticket(102)["status"] == "New"
    assert house.state_of_the_world()["event"] == before["event"]


# --- steward run


@pytest.fixture
def at_the_command_line(house: House, house_url: str, monkeypatch: pytest.MonkeyPatch) -> House:
    monkeypatch.setenv("DATABASE_URL", house_url)
    return house


def test_steward_run_does_it_now_and_says_when_it_was_done_already(at_the_command_line: House, capsys):
    house = at_the_command_line
    assert cli.main(["run", "daily-digest", "--at", "2026-11-23T07:30+00:00"]) == 0
    assert "daily-digest: written; the worker posts it." in capsys.readouterr().out
    house.delivers()
    before = house.state_of_the_world()
    assert cli.main(["run", "daily-digest", "--at", "2026-11-23T09:30"]) == 0
    assert "done already for that day; nothing is posted twice" in capsys.readouterr().out
    assert house.state_of_the_world() == before
    assert [done for done in house.ticks() if done.startswith("daily-digest")] == []
    assert "Mon 23 Nov" in lines(the_digest(house))[0]


def test_steward_run_counts_the_day_in_the_providers_zone(at_the_command_line: House, capsys):
    does(at_the_command_line, "update provider set timezone = 'Asia/Tokyo'")
    cli.main(["run", "daily-digest", "--at", "2026-11-23T20:00+00:00"])
    assert at_the_command_line.one("select period from job_run")["period"] == "2026-11-24"


def test_steward_run_works_on_a_day_off_for_whoever_wants_it(at_the_command_line: House, capsys):
    assert cli.main(["run", "daily-digest", "--at", "2026-11-28T10:00+00:00"]) == 0
    at_the_command_line.delivers()
    assert len(posted(at_the_command_line, "C0TRIAGE")) == 1


def test_steward_run_without_a_triage_channel_says_what_to_do(at_the_command_line: House, capsys):
    does(at_the_command_line, "update provider set channels = '{}'")
    before = at_the_command_line.state_of_the_world()
    assert cli.main(["run", "daily-digest"]) == 1
    assert "give the provider a triage channel" in capsys.readouterr().err
    assert at_the_command_line.state_of_the_world() == before
