import json
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest
from slack_sdk import WebClient

from tests.driver import Person, Slack
from tests.playground.canned import CannedApp
from tests.playground.conftest import Start, client_of
from tests.playground.parts import modal, section
from tests.playground.test_chat import refusal


def test_an_upload_in_three_steps_is_seen_in_its_thread(client: WebClient, bo: Person):
    root = client.chat_postMessage(channel="C0ACME", text="Report")["ts"]
    sent = client.files_upload_v2(
        channel="C0ACME", thread_ts=root, content=b"a,b\n1,2\n", filename="hours.csv", initial_comment="Here"
    )

    reply = bo.thread("C0ACME", root)[1]
    assert [f["name"] for f in reply["files"]] == ["hours.csv"]
    assert client.files_info(file=sent["files"][0]["id"])["file"]["size"] == 8


def test_a_file_tells_where_it_was_shared(client: WebClient, bo: Person):
    sent = client.files_upload_v2(channel="C0ACME", content=b"a,b", filename="hours.csv", initial_comment="Here")
    alone = client.files_upload_v2(content=b"a,b", filename="hours.csv")

    (message,) = bo.messages("C0ACME")
    shares = client.files_info(file=sent["files"][0]["id"])["file"]["shares"]
    assert [places["C0ACME"] for places in shares.values()] == [[{"ts": message["ts"]}]]
    assert client.files_info(file=alone["files"][0]["id"])["file"]["shares"] == {}


def test_a_channel_the_bot_is_not_in_gets_no_file(client: WebClient):
    answer = refusal(client.files_upload_v2, channel="C0OPEN", content=b"x", filename="x.txt")

    assert answer["error"] == "not_in_channel"


def test_a_file_is_complete_only_with_its_bytes(client: WebClient):
    step = client.files_getUploadURLExternal(filename="x.txt", length=3)

    assert refusal(client.files_info, file=step["file_id"])["error"] == "file_not_found"
    answer = refusal(client.files_completeUploadExternal, files=[{"id": step["file_id"]}])
    assert answer["error"] == "file_not_found"


def upload(client: WebClient, name: str = "shot.png", data: bytes = b"pixels") -> str:
    """The three steps, without a channel; the file's id."""
    return client.files_upload_v2(content=data, filename=name)["files"][0]["id"]


def show(file_id: str) -> dict:
    return {"type": "image", "alt_text": "x", "slack_file": {"id": file_id}}


def test_a_file_is_ready_a_moment_after_its_upload(start: Start):
    slack = start(clock=lambda: 1_800_000_000)
    client = client_of(slack)
    file_id = upload(client)
    fresh = client.files_info(file=file_id)["file"]
    answer = refusal(client.chat_postMessage, channel="C0ACME", text="not yet", blocks=[show(file_id)])
    slack.advance(1)

    assert (fresh["mimetype"], fresh["filetype"], fresh["name"]) == ("", "", "shot.png")
    assert answer["errors"] == ["invalid slack file [json-pointer:/blocks/0/slack_file]"]
    slack.person("U0ANA", "C0ACME").does_not_see("not yet")
    assert client.files_info(file=file_id)["file"]["mimetype"] == "image/png"
    assert client.chat_postMessage(channel="C0ACME", text="x", blocks=[show(file_id)])["ok"]


def test_how_long_a_file_takes_can_be_set(start: Start):
    slack = start(clock=lambda: 1_800_000_000)
    slack.local.file_delay = 60
    client = client_of(slack)
    file_id = upload(client)
    slack.advance(59)
    assert client.files_info(file=file_id)["file"]["mimetype"] == ""
    slack.advance(1)

    assert client.files_info(file=file_id)["file"]["mimetype"] == "image/png"


def test_only_a_picture_that_is_there_can_be_shown(slack: Slack, client: WebClient, ana: Person):
    slack.local.file_delay = 0
    picture, words = upload(client), upload(client, "notes.txt")
    link = client.files_info(file=picture)["file"]["permalink"]

    for file in ({"id": words}, {"id": "F0NOWHERE00"}, {"url": "https://x.example/F0NOWHERE00"}):
        blocks = [show(picture) | {"slack_file": file}]
        answer = refusal(client.chat_postMessage, channel="C0ACME", text="not posted", blocks=blocks)
        assert answer["error"] == "invalid_blocks"
    ana.does_not_see("not posted")
    blocks = [show(picture) | {"slack_file": {"url": link}}]
    assert client.chat_postMessage(channel="C0ACME", text="x", blocks=blocks)["ok"]


def test_a_window_shows_only_pictures_that_are_there(app: CannedApp, client: WebClient, ana: Person):
    ana.opens("/request")
    trigger = app.last("command")["trigger_id"]
    answer = refusal(client.views_open, trigger_id=trigger, view=modal(section(), show("F0NOWHERE00"), submit=None))

    assert answer["response_metadata"]["messages"][-1] == (
        "[ERROR] invalid slack file [json-pointer:/view/blocks/1/slack_file]"
    )
    ana.does_not_see("A form")


def test_steps_out_of_order(slack: Slack, client: WebClient):
    slack.local.file_delay = 0
    file_id = upload(client)

    answer = refusal(client.files_completeUploadExternal, files=[{"id": file_id}])
    assert answer["error"] == "file_not_found"  # it is complete already
    with pytest.raises(HTTPError, match="404"):
        urlopen(Request(f"{slack.url}upload/v1/{file_id}", b"other bytes", method="POST"))
    assert client.files_info(file=file_id)["file"]["size"] == 6


def test_as_many_bytes_as_were_announced(slack: Slack, client: WebClient, bo: Person):
    step = client.files_getUploadURLExternal(filename="x.txt", length=3)
    urlopen(Request(step["upload_url"], b"four", method="POST"))
    files = [{"id": step["file_id"]}]

    answer = refusal(client.files_completeUploadExternal, files=files, channel_id="C0ACME")
    assert answer["error"] == "file_upload_size_restricted"
    assert slack.workspace.channels["C0ACME"].messages == {}


@pytest.mark.parametrize(
    ("args", "error"),
    [
        ({"length": 0}, "missing_argument"),
        ({"length": -1}, "invalid_arguments"),
        ({"length": ""}, "invalid_arguments"),
        ({"length": 1_000_000_001}, "file_upload_size_restricted"),
        ({"length": 1_000_001, "snippet_type": "text"}, "snippet_too_large"),
        ({"length": 3, "alt_txt": "x" * 1001}, "alt_txt_too_large"),
    ],
)
def test_what_may_not_be_uploaded(slack: Slack, client: WebClient, args: dict, error: str):
    assert refusal(client.files_getUploadURLExternal, filename="x.txt", **args)["error"] == error
    assert slack.workspace.files == {}


def test_what_may_just_be_uploaded(client: WebClient):
    for args in ({"length": 1_000_000_000}, {"length": 1_000_000, "snippet_type": "text"}, {"length": 3}):
        assert client.files_getUploadURLExternal(filename="x.txt", alt_txt="x" * 1000, **args)["ok"]


def test_a_file_is_not_shared_with_bad_blocks(slack: Slack, client: WebClient):
    step = client.files_getUploadURLExternal(filename="x.txt", length=1)
    urlopen(Request(step["upload_url"], b"x", method="POST"))
    sharing = {"files": [{"id": step["file_id"]}], "channel_id": "C0ACME"}

    answer = refusal(client.files_completeUploadExternal, **sharing, blocks=json.dumps([{"type": "poem"}]))
    assert answer["error"] == "invalid_blocks"
    assert slack.workspace.channels["C0ACME"].messages == {}
    assert refusal(client.files_info, file=step["file_id"])["error"] == "file_not_found"
    assert client.files_completeUploadExternal(**sharing, blocks=json.dumps([section("Here")]))["ok"]


@pytest.mark.parametrize(
    ("channels", "error"),
    [
        ("C0OLD", "posting_to_channel_denied"),
        ("C0OPEN", "not_in_channel"),
        ("C0SECRET", "channel_not_found"),
        (",".join(["C0ACME"] * 101), "channels_limit_exceeded"),
    ],
)
def test_where_a_file_cannot_be_shared(slack: Slack, client: WebClient, channels: str, error: str):
    step = client.files_getUploadURLExternal(filename="x.txt", length=1)
    urlopen(Request(step["upload_url"], b"x", method="POST"))
    sharing = {"files": json.dumps([{"id": step["file_id"]}]), "channels": channels}

    assert refusal(client.api_call, "files.completeUploadExternal", params=sharing)["error"] == error
    assert not any(channel.messages for channel in slack.workspace.channels.values())
    assert not slack.workspace.files[step["file_id"]].complete


def test_own_files_can_be_deleted(client: WebClient, bo: Person):
    sent = client.files_upload_v2(channel="C0ACME", content=b"x", filename="x.txt", initial_comment="Here")
    own, his = sent["files"][0]["id"], bo.uploads("his.txt", b"x")
    client.files_delete(file=own)

    assert refusal(client.files_info, file=own)["error"] == "file_not_found"
    assert bo.messages("C0ACME")[-1]["files"] == []
    assert refusal(client.files_delete, file=his)["error"] == "cant_delete_file"
    assert client.files_info(file=his)["ok"]


def test_the_old_way_to_upload_is_gone(slack: Slack, client: WebClient):
    answer = refusal(client.api_call, "files.upload", params={"content": "x", "channels": "C0ACME"})

    assert answer["error"] == "method_deprecated"
    assert slack.workspace.files == {}


def test_the_app_downloads_with_its_token_only(app: CannedApp, slack: Slack, ana: Person):
    ana.types("C0ACME", "See this", files=[("shot.txt", b"pixels")])
    private = app.events("message")[-1]["files"][0]["url_private"]

    with urlopen(Request(private, headers={"Authorization": "Bearer xoxb-demo"})) as answer:
        assert answer.read() == b"pixels"
    with pytest.raises(HTTPError, match="403"):
        urlopen(private)


def test_an_uploaded_page_is_saved_and_never_shown(slack: Slack, ana: Person):
    file_id = ana.uploads("evil.html", b"<script>", "text/html")

    with urlopen(f"{slack.url}playground/files/{file_id}") as answer:
        assert answer.headers["Content-Disposition"] == "attachment; filename*=UTF-8''evil.html"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_a_pdf_is_shown_by_its_name_where_it_can_do_no_harm(slack: Slack, ana: Person):
    file_id = ana.uploads('Prüfung "1".pdf', b"%PDF-1.4", "application/pdf")

    with urlopen(f"{slack.url}playground/files/{file_id}") as answer:
        assert answer.headers["Content-Disposition"] == "inline; filename*=UTF-8''Pr%C3%BCfung%20%221%22.pdf"
        assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox; frame-ancestors 'self'"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
