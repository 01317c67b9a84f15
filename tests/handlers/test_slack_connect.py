"""A client who comes from its own workspace (Slack Connect): buttons and threads, and Slack's shorter payloads."""

import json

import pytest

from bot.domain import setup
from tests import cast
from tests.driver import Person
from tests.house import House
from tests.slack.desk import does

FORM = {
    "Request type": "Incident", "Short description": "Orders stuck in the queue", "Business impact": "Degraded",
    "Who is affected": "A few", "Desired timing": "This week",
}  # fmt: skip


@pytest.fixture
def connected(house: House) -> House:
    """Acme's channel is shared with Acme's workspace, and Otto is there."""
    does(house, "update account set team_slack_id = 'T0ACME' where name = 'Acme'")
    with house.slack.workspace.change() as workspace:
        workspace.add_person({"id": "U0OTTO", "name": "otto", "real_name": "Otto Ohm", "team": "T0ACME",
                              "email": "otto@acme.example", "outsider": True})  # fmt: skip
        workspace.channels["C0ACME"].members.append("U0OTTO")
        workspace.channels["C0ACME"].shared_with.append("T0ACME")
    return house


@pytest.fixture
def otto(connected: House) -> Person:
    return connected.slack.person("U0OTTO", "C0ACME")


def test_a_mention_becomes_a_request_and_everything_after_it_is_buttons(connected: House, otto: Person):
    otto.types("C0ACME", "@Steward Orders stuck in the queue since noon, please help")
    otto.clicks("Make it a request").fills(FORM).submits().closes()
    connected.delivers()

    otto.sees("Orders stuck in the queue")
    connected.bo.clicks("Take it", on="Orders stuck")
    connected.delivers()
    otto.sees("Bo")
    assert connected.one("select requester.name from ticket join person requester on requester.id = requester_id") == {
        "name": "Otto Ohm"
    }
    connected.rex.does_not_see("Orders stuck")


def test_commands_and_shortcuts_do_not_exist_for_them(connected: House, otto: Person):
    before = connected.state_of_the_world()
    otto.opens("/request", refused="/request is not a valid command.")

    assert otto.screen()["commands"] == otto.screen()["shortcuts"] == []
    assert connected.state_of_the_world() == before


def test_a_file_of_theirs_has_its_name_and_its_link_though_slack_sends_neither(connected: House, otto: Person):
    root = a_thread(connected)
    otto.types("C0ACME", "Here is what I see", thread=root, files=[("stuck orders.csv", b"1,2")])
    connected.slack.settle()
    connected.delivers()

    event = next(d for d in reversed(connected.slack.deliveries.kept) if d.kind == "event" and d.person == "U0OTTO")
    assert event.request["event"]["files"][0].keys() == {"id", "mode", "file_access", "created", "timestamp", "user"}
    assert event.request["event"]["user_team"] == "T0ACME"
    connected.bo.sees("stuck orders.csv")
    kept = connected.one("select permalink from attachment")
    assert kept["permalink"].startswith("http")


@pytest.mark.parametrize("failure", [500, "file_not_found", "lost"])
def test_a_file_slack_says_nothing_of_is_still_there(connected: House, otto: Person, failure: str | int):
    root = a_thread(connected)
    connected.slack.fail_next("files.info", failure)
    otto.types("C0ACME", "Here is what I see", thread=root, files=[("stuck orders.csv", b"1,2")])
    connected.slack.settle()
    connected.delivers()

    connected.bo.sees("Here is what I see").sees("a file")


def test_many_files_that_slack_tells_slowly_of_do_not_cost_the_message(connected: House, otto: Person):
    root = a_thread(connected)
    connected.slack.fault("slow", method="files.info", seconds=0.3, times=None)
    files = [(f"list {n}.csv", b"1,2") for n in range(8)]
    otto.types("C0ACME", "Here is what I see", thread=root, files=files)
    connected.slack.settle()
    said = next(m for m in connected.bo.messages("C0ACME") if m["ts"] == root)
    connected.bo.uses_shortcut("Have we seen this?", on=said, channel="C0ACME")

    kept = [row["name"] for row in connected.rows("select name from attachment order by id")]
    assert (len(kept), kept[0], kept[-1]) == (8, "list 0.csv", "a file")


def test_a_message_of_theirs_turned_into_a_request_brings_its_files(connected: House, otto: Person):
    otto.types("C0ACME", "Orders stuck, see the list", files=[("stuck orders.csv", b"1,2")])
    said = next(m for m in connected.bo.messages("C0ACME") if "see the list" in m["text"])
    connected.bo.uses_shortcut("Turn into request", on=said, channel="C0ACME").sees("stuck orders.csv")


def test_somebody_of_a_third_workspace_sees_and_presses_nothing(connected: House, otto: Person):
    """A channel may be shared with more than the client: whoever is not Acme's has no request of Acme's."""
    root = a_thread(connected)
    with connected.slack.workspace.change() as workspace:
        workspace.add_person({"id": "U0TESS", "name": "tess", "team": "T0OTHER", "outsider": True})
        workspace.channels["C0ACME"].members.append("U0TESS")
        workspace.channels["C0ACME"].shared_with.append("T0OTHER")
    tess = connected.slack.person("U0TESS", "C0ACME")
    tess.types("C0ACME", "Tess here", thread=root)
    connected.slack.settle()
    connected.delivers()

    tess.types("C0ACME", "@Steward what about T-101?")
    tess.sees("I don't know you yet.")
    connected.bo.does_not_see("tess wrote")
    assert connected.rows("select 1 from person where slack_id = 'U0TESS'") == []


def a_thread(house: House) -> str:
    house.files_a_request()
    return house.ana.messages("C0ACME")[0]["ts"]


# --- a private channel that is shared is called by another id from then on


def test_sharing_the_clients_channel_keeps_its_threads_its_people_and_its_posts(house: House):
    root = a_thread(house)
    new = house.bo.shares("C0ACME", "T0ACME")
    assert new != "C0ACME"
    house.slack.settle()

    house.ana.types(new, "Any news?", thread=root)
    house.bo.clicks("Take it", on="Help centre search", channel="C0TRIAGE")
    house.delivers()
    house.bo.sees("Ana wrote in the client's thread: “Any news?”")
    assert [m["ts"] for m in house.ana.messages(new)] == [root]
    house.slack.person("U0ANA", new).sees("Bo").opens("/request").sees("Short description")
    assert house.rows("select 1 from outbox where done_at is null and dead_at is null") == []


def test_what_slack_refused_before_the_new_id_was_known_arrives_after_all(house: House):
    house.files_a_request()
    url, house.slack.app_url = house.slack.app_url, None  # the app is away while the channel is shared
    new = house.bo.shares("C0ACME", "T0ACME")
    house.slack.app_url = url
    house.bo.clicks("Take it", on="Help centre search", channel="C0TRIAGE")
    house.delivers()
    assert house.rows("select last_error from outbox where dead_at is not null") == [
        {"last_error": "channel_not_found"}
    ]

    told = house.slack.events.channel_moved("C0ACME", new)
    house.slack.events.deliver(told, "U0BO", house.slack.workspace.channels[new])
    house.delivers()
    house.slack.person("U0ANA", new).sees("Bo")
    assert house.rows("select 1 from outbox where done_at is null and dead_at is null") == []


def test_the_setup_file_may_still_name_the_old_id(house: House):
    new = house.bo.shares("C0ACME", "T0ACME")
    house.slack.settle()
    with house.sessions.begin() as session:
        changes = setup.apply(session, setup.read(cast.SETUP), now=house.now)

    assert house.one("select channel_slack_id from account where name = 'Acme'") == {"channel_slack_id": new}
    assert not [change for change in changes if new in change or "C0ACME" in change]


def test_a_channel_that_is_nobodys_may_move_without_a_trace(house: House):
    with house.slack.workspace.change() as workspace:
        workspace.add_channel(
            {"id": "C0SIDE", "name": "side", "private": True, "members": ["U0BO"], "bot_member": True}
        )
    before = house.state_of_the_world()
    house.bo.shares("C0SIDE", "T0ACME")
    house.slack.settle()

    assert house.state_of_the_world() == before


@pytest.mark.parametrize("says", ["user_not_visible", "user_not_found"])
def test_a_stranger_of_whom_slack_says_nothing_is_not_taken_for_the_client(connected: House, otto: Person, says: str):
    root = a_thread(connected)
    with connected.slack.workspace.change() as workspace:
        workspace.add_person({"id": "U0TESS", "name": "tess", "team": "T0OTHER", "outsider": True})
        workspace.channels["C0ACME"].members.append("U0TESS")
    connected.slack.fault(says, method="users.info", times=None)
    connected.slack.person("U0TESS", "C0ACME").types("C0ACME", "Tess here", thread=root)
    otto.types("C0ACME", "Otto here", thread=root)
    connected.slack.settle()

    assert connected.rows("select 1 from person where slack_id = 'U0TESS'") == []
    assert len(connected.rows("select 1 from person where slack_id = 'U0OTTO' and account_id is not null")) == 1


def test_while_slack_is_out_of_order_nobody_joins_and_the_event_comes_again(connected: House, otto: Person):
    root = a_thread(connected)
    connected.slack.fail_next("users.info", "internal_error", times=2)
    otto.types("C0ACME", "Otto here", thread=root)
    assert connected.rows("select 1 from person where slack_id = 'U0OTTO'") == []
    connected.slack.advance(60)
    connected.slack.settle()
    assert len(connected.rows("select 1 from event where kind = 'client_wrote'")) == 1


def test_slackbot_is_nobody(connected: House):
    root = a_thread(connected)
    before = connected.state_of_the_world()
    event = {"type": "message", "channel": "C0ACME", "channel_type": "group", "user": "USLACKBOT", "text": "Reminder",
             "ts": "1795000000.000100", "thread_ts": root, "team": "T0PROVIDER"}  # fmt: skip
    envelope = connected.last_sent("event") | {"event": event, "event_id": "Ev0REMINDER"}
    assert connected.sends(json.dumps(envelope))[0] == 200
    assert connected.state_of_the_world() == before


def test_their_home_shows_their_own_requests(connected: House, otto: Person):
    otto.types("C0ACME", "@Steward Orders stuck in the queue since noon, please help")
    otto.clicks("Make it a request").fills(FORM).submits().closes()
    connected.delivers()
    otto.opens_home()

    assert "Orders stuck in the queue" in str(otto.screen()["home"])
