import json

import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from tests.driver import Person, Slack
from tests.playground.conftest import Start, client_of
from tests.playground.parts import actions, button, section


def refusal(call, *args, **kwargs):
    with pytest.raises(SlackApiError) as caught:
        call(*args, **kwargs)
    return caught.value.response


def test_a_post_is_seen_by_the_members_of_its_channel(slack: Slack, client: WebClient):
    posted = client.chat_postMessage(channel="C0TEAM", text="Hello <@U0BO>")

    assert posted["message"]["bot_id"] == "B0STEWARD"
    slack.person("U0LEA").sees("Hello @Bo")
    slack.person("U0ANA").does_not_see("Hello")


def test_in_an_archived_channel_nothing_is_edited_but_deleting_goes_on(slack: Slack, client: WebClient):
    ts = client.chat_postMessage(channel="C0ACME", text="Before")["ts"]
    slack.workspace.channels["C0ACME"].archived = True

    assert refusal(client.chat_update, channel="C0ACME", ts=ts, text="After")["error"] == "is_inactive"
    assert slack.workspace.channels["C0ACME"].messages[ts].text == "Before"
    assert client.chat_delete(channel="C0ACME", ts=ts)["ok"]


def test_every_post_has_its_own_timestamp(client: WebClient):
    stamps = [client.chat_postMessage(channel="C0ACME", text="x")["ts"] for _ in range(5)]

    assert len(set(stamps)) == 5
    assert stamps == sorted(stamps)


@pytest.mark.parametrize(
    ("token", "error"),
    [
        (None, "not_authed"),
        ("xoxb-other", "invalid_auth"),
        ("rubbish", "invalid_auth"),
        ("xapp-1-demo", "not_allowed_token_type"),
        ("xoxp-1-demo", "not_allowed_token_type"),
    ],
)
def test_a_token_is_needed_and_checked(slack: Slack, token: str | None, error: str):
    assert refusal(client_of(slack, token).chat_postMessage, channel="C0ACME", text="x")["error"] == error
    assert slack.workspace.channels["C0ACME"].messages == {}


@pytest.mark.parametrize("why", ["token_revoked", "account_inactive"])
def test_a_token_can_be_taken_away(slack: Slack, client: WebClient, why: str):
    slack.refuse_token(why)
    assert refusal(client.chat_postMessage, channel="C0ACME", text="x")["error"] == why
    assert client.api_call("api.test")["ok"]  # which needs none

    slack.refuse_token("")
    assert client.auth_test()["ok"]


@pytest.mark.parametrize(
    ("channel", "error"),
    [
        ("C0NOWHERE", "channel_not_found"),
        ("C0SECRET", "channel_not_found"),
        ("C0GONE", "channel_not_found"),
        ("C0OPEN", "not_in_channel"),
        ("C0OLD", "is_archived"),
        ("U0DEE", "channel_not_found"),
        ("U0OTTO", "channel_not_found"),
    ],
)
def test_where_the_bot_cannot_post(client: WebClient, channel: str, error: str):
    assert refusal(client.chat_postMessage, channel=channel, text="x")["error"] == error


def test_a_missing_scope_is_named(start: Start):
    answer = refusal(client_of(start(without=("chat:write",))).chat_postMessage, channel="C0ACME", text="x")

    assert (answer["error"], answer["needed"]) == ("missing_scope", "chat:write")
    assert "users:read" in answer["provided"]


def test_something_has_to_be_said(client: WebClient):
    answer = refusal(client.api_call, "chat.postMessage", json={"channel": "C0ACME", "text": ""})

    assert answer["error"] == "no_text"


def test_a_text_that_is_far_too_long_is_cut(client: WebClient):
    whole = client.chat_postMessage(channel="C0ACME", text="x" * 40_000)
    cut = client.chat_postMessage(channel="C0ACME", text="x" * 40_001)

    assert "warning" not in whole
    assert (len(cut["message"]["text"]), cut["warning"]) == (40_000, "message_truncated")
    assert cut["response_metadata"]["warnings"] == ["message_truncated"]


def test_an_edit_and_an_ephemeral_have_a_length(client: WebClient, ana: Person):
    ts = client.chat_postMessage(channel="C0ACME", text="as it was")["ts"]
    assert refusal(client.chat_update, channel="C0ACME", ts=ts, text="x" * 4_001)["error"] == "msg_too_long"
    ana.sees("as it was")
    answer = refusal(client.chat_postEphemeral, channel="C0ACME", user="U0ANA", text="x" * 40_001)
    assert answer["error"] == "msg_too_long"

    assert client.chat_update(channel="C0ACME", ts=ts, text="x" * 4_000)["ok"]
    assert client.chat_postEphemeral(channel="C0ACME", user="U0ANA", text="x" * 40_000)["ok"]


def written(*sizes: int, markdown: int = 0) -> list[dict]:
    """Sections of these sizes, and markdown beside them."""
    beside = [{"type": "markdown", "text": "x" * markdown}] if markdown else []
    return [*(section("x" * size) for size in sizes), *beside]


@pytest.mark.parametrize(
    ("fits", "too_much"),
    [
        (written(3000, 3000, 3000, 2000), written(3000, 3000, 3000, 2001)),
        (written(1000, markdown=12_000), written(1001, markdown=12_000)),
    ],
)
def test_only_a_post_minds_how_long_all_blocks_are_together(client: WebClient, ana: Person, fits, too_much):
    ts = client.chat_postMessage(channel="C0ACME", text="x", blocks=fits)["ts"]
    answer = refusal(client.chat_postMessage, channel="C0ACME", text="not posted", blocks=too_much)

    assert answer["error"] == "msg_blocks_too_long"
    ana.does_not_see("not posted")
    assert client.chat_update(channel="C0ACME", ts=ts, text="x", blocks=too_much)["ok"]


def test_blocks_in_attachments_count_as_blocks(client: WebClient):
    attachments = [{"text": "plain ones are as lenient as ever"}, {"blocks": [section("x" * 3001)]}]
    answer = refusal(client.chat_postMessage, channel="C0ACME", text="x", attachments=attachments)

    assert answer["errors"] == ["must be less than 3001 characters [json-pointer:/attachments/1/blocks/0/text/text]"]
    answer = refusal(client.chat_postMessage, channel="C0ACME", text="x", attachments=[{"text": "x"}] * 101)
    assert answer["error"] == "too_many_attachments"
    assert client.chat_postMessage(channel="C0ACME", text="x", attachments=[{"text": "x"}] * 100)["ok"]


def test_markdown_text_is_a_message_of_its_own(client: WebClient, ana: Person):
    client.chat_postMessage(channel="C0ACME", markdown_text="**Done**")
    ana.sees("**Done**")

    answer = refusal(client.chat_postMessage, channel="C0ACME", markdown_text="x", text="x")
    assert answer["error"] == "markdown_text_conflict"
    answer = refusal(client.chat_postMessage, channel="C0ACME", markdown_text="x" * 12_001)
    assert answer["error"] == "msg_too_long"


def test_bad_blocks_are_refused_with_pointers(client: WebClient):
    answer = refusal(client.chat_postMessage, channel="C0ACME", text="x", blocks=[section() for _ in range(51)])

    assert answer["error"] == "invalid_blocks"
    assert answer["errors"] == ["no more than 50 items allowed [json-pointer:/blocks]"]
    assert answer["response_metadata"]["messages"] == ["[ERROR] no more than 50 items allowed [json-pointer:/blocks]"]


def test_blocks_that_are_not_json_are_refused(client: WebClient):
    assert refusal(client.chat_postMessage, channel="C0ACME", text="x", blocks="[{")["error"] == "invalid_blocks_format"


def test_missing_ids_are_invented(client: WebClient):
    row = {"type": "actions", "elements": [{k: v for k, v in button().items() if k != "action_id"}]}
    block = client.chat_postMessage(channel="C0ACME", text="x", blocks=[row])["message"]["blocks"][0]

    assert block["block_id"]
    assert block["elements"][0]["action_id"]


def test_a_reply_needs_its_thread(client: WebClient):
    answer = refusal(client.chat_postMessage, channel="C0ACME", text="x", thread_ts="1.000000")

    assert answer["error"] == "thread_not_found"


def test_replies_to_replies_land_in_the_same_thread(client: WebClient):
    root = client.chat_postMessage(channel="C0ACME", text="root")["ts"]
    reply = client.chat_postMessage(channel="C0ACME", text="reply", thread_ts=root)["ts"]
    nested = client.chat_postMessage(channel="C0ACME", text="nested", thread_ts=reply)

    assert nested["message"]["thread_ts"] == root


def test_an_update_keeps_the_blocks_it_does_not_mention(client: WebClient, ana: Person):
    ts = client.chat_postMessage(channel="C0ACME", text="x", blocks=[section("Old words")])["ts"]
    client.chat_update(channel="C0ACME", ts=ts, text="new")
    ana.sees("Old words")
    client.chat_update(channel="C0ACME", ts=ts, text="new", blocks=[section("New words")])

    ana.sees("New words").does_not_see("Old words")


def test_only_own_messages_can_be_changed(client: WebClient, bo: Person):
    ts = bo.types("C0ACME", "mine")

    assert refusal(client.chat_update, channel="C0ACME", ts=ts, text="x")["error"] == "cant_update_message"
    assert refusal(client.chat_delete, channel="C0ACME", ts=ts)["error"] == "cant_delete_message"
    assert refusal(client.chat_update, channel="C0ACME", ts="1.000000", text="x")["error"] == "message_not_found"


def test_a_deleted_message_is_gone(client: WebClient, ana: Person):
    ts = client.chat_postMessage(channel="C0ACME", text="oops")["ts"]
    client.chat_delete(channel="C0ACME", ts=ts)

    ana.does_not_see("oops")
    assert refusal(client.chat_update, channel="C0ACME", ts=ts, text="x")["error"] == "message_not_found"


def test_an_ephemeral_is_for_one_and_in_no_history(client: WebClient, ana: Person, bo: Person):
    client.chat_postEphemeral(channel="C0ACME", user="U0ANA", text="psst")

    ana.sees("psst")
    bo.does_not_see("psst")
    assert client.conversations_history(channel="C0ACME")["messages"] == []


@pytest.mark.parametrize(("person", "error"), [("U0LEA", "user_not_in_channel"), ("U0NOBODY", "user_not_found")])
def test_an_ephemeral_needs_a_reader(client: WebClient, person: str, error: str):
    assert refusal(client.chat_postEphemeral, channel="C0ACME", user=person, text="x")["error"] == error


def test_a_permalink_points_into_the_thread(client: WebClient):
    root = client.chat_postMessage(channel="C0ACME", text="root")["ts"]
    reply = client.chat_postMessage(channel="C0ACME", text="reply", thread_ts=root)["ts"]
    link = client.chat_getPermalink(channel="C0ACME", message_ts=reply)["permalink"]

    assert link.endswith(f"/archives/C0ACME/p{reply.replace('.', '')}?thread_ts={root}&cid=C0ACME")


@pytest.mark.parametrize(
    ("metadata", "error"),
    [({"event_type": "x"}, "invalid_metadata_format"), ({"event_type": "x", "event_payload": {"a": "y" * 20_000}},
                                                         "metadata_too_large")],
)  # fmt: skip
def test_metadata_is_checked(client: WebClient, metadata: dict, error: str):
    assert refusal(client.chat_postMessage, channel="C0ACME", text="x", metadata=metadata)["error"] == error


def test_an_unknown_method_says_so(client: WebClient):
    assert refusal(client.api_call, "chat.shout")["error"] == "unknown_method"


@pytest.mark.parametrize("verb", ["GET", "POST"])
def test_arguments_count_in_the_query_too(client: WebClient, verb: str):
    blocks = json.dumps([actions(button())])
    params = {"channel": "C0ACME", "text": "x", "blocks": blocks}

    assert client.api_call("chat.postMessage", http_verb=verb, params=params)["ok"]
