from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest
from slack_sdk import WebClient

from tests.driver import Person, Slack
from tests.playground.canned import CannedApp
from tests.playground.test_chat import refusal


def test_an_upload_in_three_steps_is_seen_in_its_thread(client: WebClient, bo: Person):
    root = client.chat_postMessage(channel="C0ACME", text="Report")["ts"]
    sent = client.files_upload_v2(
        channel="C0ACME", thread_ts=root, content=b"a,b\n1,2\n", filename="hours.csv", initial_comment="Here"
    )

    reply = bo.thread("C0ACME", root)[1]
    assert [f["name"] for f in reply["files"]] == ["hours.csv"]
    assert client.files_info(file=sent["files"][0]["id"])["file"]["size"] == 8


def test_a_channel_the_bot_is_not_in_gets_no_file(client: WebClient):
    answer = refusal(client.files_upload_v2, channel="C0OPEN", content=b"x", filename="x.txt")

    assert answer["error"] == "not_in_channel"


def test_a_file_is_complete_only_with_its_bytes(client: WebClient):
    step = client.files_getUploadURLExternal(filename="x.txt", length=3)

    assert refusal(client.files_info, file=step["file_id"])["error"] == "file_not_found"
    answer = refusal(client.files_completeUploadExternal, files=[{"id": step["file_id"]}])
    assert answer["error"] == "file_not_found"


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
        assert answer.headers["Content-Disposition"] == "attachment"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_a_pdf_is_shown_where_it_can_do_no_harm(slack: Slack, ana: Person):
    file_id = ana.uploads("report.pdf", b"%PDF-1.4", "application/pdf")

    with urlopen(f"{slack.url}playground/files/{file_id}") as answer:
        assert answer.headers["Content-Disposition"] == "inline"
        assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox; frame-ancestors 'self'"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
