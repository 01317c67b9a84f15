import pytest
from slack_sdk import WebClient

from tests.driver import Person, Slack
from tests.playground.canned import CannedApp, signature_of
from tests.playground.conftest import Start
from tests.playground.parts import home, section


def test_a_message_arrives_in_its_envelope(slack: Slack, app: CannedApp, ana: Person):
    ts = ana.types("C0ACME", "Hello @Bo & all")
    envelope = app.last("event_callback")
    event = dict(envelope["event"])

    assert envelope["team_id"] == "T0PROVIDER"
    assert envelope["event_id"].startswith("Ev")
    assert envelope["authorizations"][0]["user_id"] == "U0STEWARD"
    assert envelope["is_ext_shared_channel"] is True
    assert app.heard[-1].headers["x-slack-signature"] == signature_of(slack.signing_secret, app.heard[-1])
    assert event.pop("client_msg_id")
    assert event.pop("blocks")[0]["type"] == "rich_text"
    assert event == {
        "type": "message", "user": "U0ANA", "ts": ts, "text": "Hello <@U0BO> &amp; all", "team": "T0PROVIDER",
        "channel": "C0ACME", "event_ts": ts, "channel_type": "channel",
    }  # fmt: skip


def test_a_reply_names_its_thread(app: CannedApp, ana: Person):
    root = ana.types("C0ACME", "Root")
    ana.types("C0ACME", "Reply", thread=root)
    event = app.events("message")[-1]

    assert (event["thread_ts"], event["parent_user_id"]) == (root, "U0ANA")


def test_a_reply_may_go_to_the_channel_too(app: CannedApp, client: WebClient, ana: Person):
    root = ana.types("C0ACME", "Root")
    ts = ana.types("C0ACME", "For all", thread=root, broadcast=True)
    event = app.events("message")[-1]

    assert (event["subtype"], event["thread_ts"], event["root"]["text"]) == ("thread_broadcast", root, "Root")
    assert event["root"]["reply_count"] == 1
    assert client.conversations_history(channel="C0ACME")["messages"][0]["ts"] == ts
    assert ana.types("C0ACME", "Loud", broadcast=True, refused="Only replies can also be sent to the channel.") == ""
    assert len(app.events("message")) == 2


def test_an_outsiders_message_says_whose_it_is(app: CannedApp, otto: Person, ana: Person):
    otto.types("C0ACME", "From Acme")
    ana.types("C0ACME", "From here")
    theirs, ours = app.events("message")

    assert (theirs["user_team"], theirs["team"]) == ("T0ACME", "T0ACME")
    assert "user_team" not in ours


def test_a_mention_comes_twice(app: CannedApp, ana: Person):
    ts = ana.types("C0ACME", "@Steward please help")

    assert [e["ts"] for e in app.events("message")] == [e["ts"] for e in app.events("app_mention")] == [ts]
    assert app.events("app_mention")[0]["text"] == "<@U0STEWARD> please help"


@pytest.mark.parametrize(("channel", "kind"), [("C0TEAM", "group"), ("D0BO", "im")])
def test_each_kind_of_conversation_says_which_it_is(app: CannedApp, bo: Person, channel: str, kind: str):
    bo.types(channel, "Hello")

    assert app.events("message")[-1]["channel_type"] == kind


def test_where_the_bot_is_not_it_hears_nothing(app: CannedApp, bo: Person):
    bo.types("C0OPEN", "Among ourselves @Steward")

    assert app.heard == []


def test_an_undeclared_event_is_not_sent(start: Start, app: CannedApp):
    start(without=("message.channels",)).person("U0ANA").types("C0ACME", "Hello")

    assert app.heard == []


def test_before_there_is_an_app_nothing_is_kept_for_it(slack: Slack, app: CannedApp, ana: Person):
    slack.app_url = None
    ana.types("C0ACME", "Too early")
    slack.app_url = app.url
    slack.advance(3600)

    assert app.heard == []
    ana.sees("Too early")


def test_edits_and_deletions_bring_what_was_there_before(app: CannedApp, ana: Person):
    ts = ana.types("C0ACME", "Old")
    ana.edits("C0ACME", ts, "New").deletes("C0ACME", ts)
    _, changed, deleted = app.events("message")

    assert (changed["subtype"], changed["message"]["text"]) == ("message_changed", "New")
    assert changed["message"]["edited"]["user"] == "U0ANA"
    assert changed["previous_message"]["text"] == "Old"
    assert (deleted["subtype"], deleted["deleted_ts"], deleted["previous_message"]["text"]) == (
        "message_deleted", ts, "New"
    )  # fmt: skip
    ana.does_not_see("New")


def test_a_deleted_root_changes_into_a_tombstone_until_its_last_reply_is_gone(app: CannedApp, ana: Person):
    root = ana.types("C0ACME", "Root")
    reply = ana.types("C0ACME", "Reply", thread=root)
    ana.deletes("C0ACME", root)
    buried = app.events("message")[-1]
    ana.deletes("C0ACME", reply)
    gone = app.events("message")[3:]

    assert (buried["subtype"], buried["previous_message"]["text"]) == ("message_changed", "Root")
    assert buried["message"] == {
        "type": "message", "subtype": "tombstone", "user": "USLACKBOT", "text": "This message was deleted.",
        "ts": root, "thread_ts": root, "hidden": True, "parent_user_id": "USLACKBOT", "reply_count": 1,
        "reply_users_count": 1, "latest_reply": reply, "reply_users": ["U0ANA"], "is_locked": False,
    }  # fmt: skip
    assert [(e["subtype"], e["deleted_ts"]) for e in gone] == [("message_deleted", reply), ("message_deleted", root)]
    assert gone[1]["previous_message"]["subtype"] == "tombstone"


def test_nobody_edits_the_words_of_others(ana: Person, bo: Person):
    ts = ana.types("C0ACME", "Mine")

    bo._do("edit", "your own messages", channel="C0ACME", ts=ts, text="Changed")


def test_files_come_along(app: CannedApp, ana: Person):
    ana.types("C0ACME", "See", files=[("a.txt", b"abc")])
    event = app.events("message")[-1]

    assert (event["subtype"], event["files"][0]["name"]) == ("file_share", "a.txt")


def test_the_bots_own_posts_come_back_to_it(slack: Slack, app: CannedApp, client: WebClient):
    client.chat_postMessage(channel="C0ACME", text="Mine")
    slack.settle()

    assert app.events("message")[-1]["bot_id"] == "B0STEWARD"


def test_other_apps_and_slackbot_write_too(slack: Slack, app: CannedApp, client: WebClient, ana: Person):
    slack.writes_as_app("C0ACME", "Build failed")
    slack.writes_as_app("C0ACME", "Build mended", user="U0OTHER")
    slack.writes_as_app("C0ACME", "Reminder: lunch", user="USLACKBOT")
    older, newer, slackbot = app.events("message")
    named = ("subtype", "bot_id", "app_id", "user", "username")

    assert [older.get(name) for name in named] == ["bot_message", "B0OTHER", "A0OTHER", None, "Another app"]
    assert [newer.get(name) for name in named] == [None, "B0OTHER", "A0OTHER", "U0OTHER", None]
    assert [slackbot.get(name) for name in named] == [None, None, None, "USLACKBOT", None]
    assert client.users_info(user="USLACKBOT")["user"]["is_bot"] is False
    ana.sees("Another app: Build failed").sees("Slackbot: Reminder: lunch")


def test_opening_the_home_tells_which_tab_and_what_is_there(app: CannedApp, client: WebClient, ana: Person):
    ana.opens_home()
    client.views_publish(user_id="U0ANA", view=home(section()))
    ana.opens_home()
    first, second = app.events("app_home_opened")

    assert (first["tab"], first["channel"], "view" in first) == ("home", "D0ANA", False)
    assert second["view"]["type"] == "home"
    ana.looks_at("D0ANA")
    assert app.events("app_home_opened")[-1]["tab"] == "messages"


def test_outsiders_open_the_home_and_no_conversation(app: CannedApp, client: WebClient, otto: Person):
    otto.opens_home()
    client.views_publish(user_id="U0OTTO", view=home(section("Yours")))
    opened = app.last("event_callback")["event"]

    otto.sees("Yours")
    assert (opened["type"], opened["user"], opened["tab"]) == ("app_home_opened", "U0OTTO", "home")
    assert otto.types("D0OTTO", "Hello", refused="can't message this app") == ""
    assert not any(channel["kind"] == "im" for channel in otto.screen()["channels"])


def test_joining_is_told(app: CannedApp, client: WebClient, slack: Slack):
    lea = slack.person("U0LEA").joins("C0ACME")

    event = app.events("member_joined_channel")[-1]
    assert (event["user"], event["channel"], event["channel_type"]) == ("U0LEA", "C0ACME", "C")
    lea.types("C0ACME", "Here I am")


def test_a_failing_event_is_sent_again_at_once_then_later(slack: Slack, app: CannedApp, ana: Person):
    app.answer = lambda heard: (500, "", {})
    ana.types("C0ACME", "Hello")
    tries = lambda: [heard.headers.get("x-slack-retry-num") for heard in app.heard]  # noqa: E731

    assert tries() == [None, "1"]
    slack.advance(61)
    assert tries() == [None, "1", "2"]
    slack.advance(301)
    assert tries() == [None, "1", "2", "3"]
    slack.advance(3600)
    assert len(tries()) == 4
    assert len({heard.payload["event_id"] for heard in app.heard}) == 1
    assert app.heard[-1].headers["x-slack-retry-reason"] == "http_error"


def test_a_recovered_app_hears_no_more_retries(slack: Slack, app: CannedApp, ana: Person):
    app.answer = lambda heard: (500, "", {}) if len(app.heard) == 1 else None
    ana.types("C0ACME", "Hello")
    slack.advance(3600)

    assert len(app.heard) == 2


def test_an_app_can_ask_for_no_retries(slack: Slack, app: CannedApp, ana: Person):
    app.answer = lambda heard: (500, "", {"X-Slack-No-Retry": "1"})
    ana.types("C0ACME", "Hello")
    slack.advance(3600)

    assert len(app.heard) == 1


def test_an_event_can_be_sent_twice_on_purpose(slack: Slack, app: CannedApp, ana: Person):
    ana.types("C0ACME", "Hello")
    slack.repeat(slack.deliveries.kept[-1])

    first, second = app.of("event_callback")
    assert first == second
    assert app.heard[-1].headers["x-slack-retry-num"] == "1"


def test_the_request_url_has_to_return_the_challenge(slack: Slack, app: CannedApp):
    app.answer = lambda heard: heard.payload["challenge"]

    assert slack.verify_url().response == "are-you-there"
