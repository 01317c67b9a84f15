import pytest
from slack_sdk import WebClient

from tests.driver import Person, Slack
from tests.playground.canned import CannedApp
from tests.playground.conftest import Start, client_of
from tests.playground.test_chat import refusal


def texts(answer) -> list[str]:
    return [message["text"] for message in answer["messages"]]


@pytest.fixture
def three(client: WebClient) -> list[str]:
    return [client.chat_postMessage(channel="C0ACME", text=f"m{n}")["ts"] for n in range(3)]


def test_history_is_newest_first_and_comes_in_pages(client: WebClient, three: list[str]):
    first = client.conversations_history(channel="C0ACME", limit=2)
    second = client.conversations_history(channel="C0ACME", limit=2, cursor=first["response_metadata"]["next_cursor"])

    assert (texts(first), first["has_more"]) == (["m2", "m1"], True)
    assert (texts(second), second["has_more"]) == (["m0"], False)


def test_history_between_two_moments(client: WebClient, three: list[str]):
    def between(**bounds) -> list[str]:
        return texts(client.conversations_history(channel="C0ACME", **bounds))

    assert between(oldest=three[0], latest=three[2]) == ["m1"]
    assert between(oldest=three[0], latest=three[2], inclusive=True) == ["m2", "m1", "m0"]
    assert between(oldest=three[1]) == ["m2"]


def test_history_leaves_replies_to_their_threads(client: WebClient, three: list[str]):
    client.chat_postMessage(channel="C0ACME", text="reply", thread_ts=three[0])
    client.chat_postMessage(channel="C0ACME", text="loud", thread_ts=three[0], reply_broadcast=True)

    history = client.conversations_history(channel="C0ACME")
    assert texts(history) == ["loud", "m2", "m1", "m0"]
    assert history["messages"][-1]["reply_count"] == 2
    assert texts(client.conversations_replies(channel="C0ACME", ts=three[0])) == ["m0", "reply", "loud"]


def test_a_thread_that_is_not_there(client: WebClient):
    assert refusal(client.conversations_replies, channel="C0ACME", ts="1.000000")["error"] == "thread_not_found"


def test_metadata_comes_only_when_asked_for(client: WebClient):
    metadata = {"event_type": "post", "event_payload": {"id": "abc"}}
    ts = client.chat_postMessage(channel="C0ACME", text="x", metadata=metadata)["ts"]
    without = client.conversations_history(channel="C0ACME")["messages"][0]
    given = client.conversations_history(channel="C0ACME", include_all_metadata=True)["messages"][0]
    thread = client.conversations_replies(channel="C0ACME", ts=ts, include_all_metadata=True)["messages"][0]

    assert "metadata" not in without
    assert given["metadata"] == thread["metadata"] == metadata


def test_a_deleted_root_leaves_a_tombstone_for_its_replies(client: WebClient, three: list[str]):
    client.chat_postMessage(channel="C0ACME", text="reply", thread_ts=three[0])
    client.chat_delete(channel="C0ACME", ts=three[0])
    client.chat_delete(channel="C0ACME", ts=three[1])

    rows = client.conversations_history(channel="C0ACME")["messages"]
    assert [row.get("subtype") for row in rows] == [None, "tombstone"]


@pytest.mark.parametrize(
    ("channel", "error"),
    [("C0OPEN", "not_in_channel"), ("C0SECRET", "channel_not_found"), ("C0GONE", "channel_not_found")],
)
def test_what_the_bot_cannot_read(client: WebClient, channel: str, error: str):
    assert refusal(client.conversations_history, channel=channel)["error"] == error


@pytest.mark.parametrize(
    ("arguments", "error"),
    [({"limit": 0}, "invalid_limit"), ({"cursor": "zzz"}, "invalid_cursor"), ({"oldest": "soon"}, "invalid_ts_oldest")],
)
def test_bad_bounds_are_refused(client: WebClient, arguments: dict, error: str):
    assert refusal(client.conversations_history, channel="C0ACME", **arguments)["error"] == error


@pytest.mark.parametrize(
    ("channel", "scope"), [("C0ACME", "channels:history"), ("C0TEAM", "groups:history"), ("D0BO", "im:history")]
)
def test_each_kind_of_conversation_has_its_own_scope(start: Start, channel: str, scope: str):
    slack = start(without=(scope,))
    slack.person("U0BO").looks_at("D0BO")

    answer = refusal(client_of(slack).conversations_history, channel=channel)
    assert (answer["error"], answer["needed"]) == ("missing_scope", scope)


def test_a_direct_conversation_is_opened_once(client: WebClient):
    first = client.conversations_open(users="U0ANA")
    again = client.conversations_open(users="U0ANA")

    assert first["channel"]["id"] == again["channel"]["id"] == "D0ANA"
    assert again["already_open"]


@pytest.mark.parametrize(
    ("people", "error"),
    [("U0NOBODY", "user_not_found"), ("U0DEE", "user_disabled"), ("U0OTTO", "user_not_visible"),
     ("", "users_list_not_supplied")],
)  # fmt: skip
def test_whom_the_bot_cannot_write_to(client: WebClient, people: str, error: str):
    assert refusal(client.conversations_open, users=people)["error"] == error


def test_a_persons_id_stands_for_the_conversation_with_them(client: WebClient, ana: Person):
    assert client.chat_postMessage(channel="U0ANA", text="Just for you")["channel"] == "D0ANA"
    ana.sees("Just for you")


def test_shared_channels_say_so(client: WebClient):
    shared = client.conversations_info(channel="C0ACME")["channel"]
    own = client.conversations_info(channel="C0OPEN")["channel"]

    assert (shared["is_ext_shared"], shared["is_member"]) == (True, True)
    assert (own["is_ext_shared"], own["is_member"]) == (False, False)


def test_lists_leave_out_private_channels_without_the_bot(client: WebClient):
    found = client.conversations_list(types="public_channel,private_channel", exclude_archived=True)["channels"]

    assert {c["id"] for c in found} == {"C0ACME", "C0OPEN", "C0TEAM"}


def test_conversations_of_the_bot_and_of_a_person(client: WebClient):
    assert {c["id"] for c in client.users_conversations()["channels"]} == {"C0ACME", "C0OLD"}
    assert {c["id"] for c in client.users_conversations(user="U0ANA")["channels"]} == {"C0ACME"}


def test_members_come_in_pages(client: WebClient):
    first = client.conversations_members(channel="C0ACME", limit=3)
    rest = client.conversations_members(channel="C0ACME", limit=3, cursor=first["response_metadata"]["next_cursor"])

    assert first["members"] + rest["members"] == ["U0BO", "U0ANA", "U0OTTO", "U0STEWARD"]


def test_joining_opens_a_public_channel(client: WebClient):
    client.conversations_join(channel="C0OPEN")

    assert client.chat_postMessage(channel="C0OPEN", text="Hello")["ok"]


def test_people_and_what_is_known_of_them(client: WebClient):
    bo, otto, dee = (client.users_info(user=who)["user"] for who in ("U0BO", "U0OTTO", "U0DEE"))

    assert (bo["tz"], bo["profile"]["email"]) == ("Europe/London", "bo@northwind.example")
    assert (otto["team_id"], bo["team_id"]) == ("T0ACME", "T0PROVIDER")
    assert dee["deleted"]
    assert client.users_info(user="U0ANA")["user"]["is_restricted"]
    assert refusal(client.users_info, user="U0NOBODY")["error"] == "user_not_found"


def test_people_of_other_workspaces_hide_their_address_or_are_strangers(slack: Slack, client: WebClient):
    otto = slack.workspace.people["U0OTTO"]
    known = client.users_info(user="U0OTTO")["user"]
    otto.hides_email = True
    hidden = client.users_info(user="U0OTTO")["user"]
    slack.workspace.channels["C0ACME"].members.remove("U0OTTO")
    stranger = client.users_info(user="U0OTTO")["user"]

    assert (known["profile"]["email"], "is_stranger" in known) == ("otto@acme.example", False)
    assert ("email" in hidden["profile"], "tz" in hidden) == (False, True)
    assert (stranger["is_stranger"], stranger["team_id"], stranger["real_name"]) == (True, "T0ACME", "Otto")
    assert not {"email", "title"} & set(stranger["profile"])
    assert "tz" not in stranger


def test_email_addresses_need_their_scope(start: Start):
    client = client_of(start(without=("users:read.email",)))

    assert "email" not in client.users_info(user="U0BO")["user"]["profile"]
    assert refusal(client.users_lookupByEmail, email="bo@northwind.example")["needed"] == "users:read.email"


@pytest.mark.parametrize("email", ["nobody@x.example", "dee@northwind.example", "otto@acme.example"])
def test_whom_an_address_does_not_find(client: WebClient, email: str):
    assert refusal(client.users_lookupByEmail, email=email)["error"] == "users_not_found"


def test_an_address_finds_its_owner(client: WebClient):
    assert client.users_lookupByEmail(email="BO@northwind.example")["user"]["id"] == "U0BO"


def test_the_list_of_people_has_no_outsiders(client: WebClient):
    ids = {m["id"] for m in client.users_list()["members"]}

    assert {"U0BO", "U0DEE", "U0STEWARD"} <= ids
    assert "U0OTTO" not in ids


def test_the_bot_knows_itself(client: WebClient):
    me = client.auth_test()
    assert (me["user_id"], "app_id" in me) == ("U0STEWARD", False)
    assert client.bots_info(bot="B0STEWARD")["bot"]["user_id"] == "U0STEWARD"


def test_pins(client: WebClient, slack: Slack):
    ts = client.chat_postMessage(channel="C0ACME", text="Start here")["ts"]
    client.pins_add(channel="C0ACME", timestamp=ts)

    assert [i["message"]["ts"] for i in client.pins_list(channel="C0ACME")["items"]] == [ts]
    assert refusal(client.pins_add, channel="C0ACME", timestamp=ts)["error"] == "already_pinned"
    assert refusal(client.pins_add, channel="C0ACME", timestamp="1.0")["error"] == "message_not_found"


def test_reactions(client: WebClient, ana: Person):
    ts = ana.types("C0ACME", "Thanks")
    client.reactions_add(channel="C0ACME", timestamp=ts, name="eyes")

    assert ana.messages("C0ACME")[0]["reactions"] == [{"name": "eyes", "count": 1, "users": ["U0STEWARD"]}]
    assert refusal(client.reactions_add, channel="C0ACME", timestamp=ts, name="eyes")["error"] == "already_reacted"


@pytest.mark.parametrize(
    ("args", "error"),
    [({"name": "no such emoji"}, "invalid_name"), ({"timestamp": "yesterday"}, "bad_timestamp"),
     ({"timestamp": ""}, "no_item_specified"), ({"timestamp": "1.0"}, "message_not_found"),
     ({"channel": "C0OLD"}, "is_archived")],
)  # fmt: skip
def test_what_nobody_can_react_to(slack: Slack, client: WebClient, args: dict[str, str], error: str):
    ts = client.chat_postMessage(channel="C0ACME", text="x")["ts"]
    places = slack.workspace.channels
    places["C0OLD"].messages[ts] = places["C0ACME"].messages[ts]

    given = {"channel": "C0ACME", "timestamp": ts, "name": "eyes"} | args
    assert refusal(client.reactions_add, **given)["error"] == error
    assert places["C0ACME"].messages[ts].reactions == {}


def test_people_react_and_take_it_back_and_the_app_hears_of_it_if_it_asked(start: Start, app: CannedApp):
    slack = start(also=("reaction_added", "reaction_removed"))
    bo = slack.person("U0BO")
    ts = bo.types("C0ACME", "Done")
    bo.reacts("C0ACME", ts, "tada")
    assert bo.messages("C0ACME")[-1]["reactions"] == [{"name": "tada", "count": 1, "users": ["U0BO"]}]

    bo.reacts("C0ACME", ts, "tada")
    assert bo.messages("C0ACME")[-1]["reactions"] == []
    heard = [app.events(kind)[0] for kind in ("reaction_added", "reaction_removed")]
    assert [(each["reaction"], each["item"]["ts"], each["user"]) for each in heard] == [("tada", ts, "U0BO")] * 2


def test_reactions_and_new_ids_are_told_only_to_who_may_read_them(start: Start, app: CannedApp):
    events = ("reaction_added", "reaction_removed", "channel_id_changed")
    bo = start(without=("reactions:read", "groups:read"), also=events).person("U0BO")
    ts = bo.types("C0TEAM", "Done")
    bo.reacts("C0TEAM", ts, "tada").reacts("C0TEAM", ts, "tada").shares("C0TEAM", "T0ACME")

    assert {envelope["event"]["type"] for envelope in app.of("event_callback")} == {"message"}


def test_an_event_that_would_never_come_is_refused_at_the_start(start: Start):
    with pytest.raises(ValueError, match=r"^The local Slack does not send team_join; take it out of the manifest"):
        start(also=("team_join",))


def test_a_reaction_needs_a_message_and_an_emoji(slack: Slack, ana: Person):
    ts = ana.types("C0ACME", "Done")
    ana.reacts("C0ACME", ts, "no such emoji", refused="There is no such emoji.")
    ana.reacts("C0ACME", "1.000001", "tada", refused="There is no such message.")

    assert ana.messages("C0ACME")[-1]["reactions"] == []
