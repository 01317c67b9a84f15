"""Two people side by side, and what only one of them has: unread, windows, notices, files."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from bot.playground.records import Message
from tests.browser.by_hand import say
from tests.browser.small_app import SmallApp

sync_api = pytest.importorskip("playwright.sync_api")
expect = sync_api.expect

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

pytestmark = pytest.mark.browser
OpenPage = Callable[[str], "Page"]

BOTH = "as=U0ANA&channel=C0ACME&beside=U0BO&beside-channel=C0ACME"
PDF = b"""%PDF-1.4
1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj
2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj
3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 100]>>endobj
trailer<</Root 1 0 R>>"""


def sides(page: "Page") -> tuple["Locator", "Locator"]:
    return page.locator(".client[data-side='0']"), page.locator(".client[data-side='1']")


def line(ts: str, number: int) -> Message:
    return Message(ts, "C0ACME", "U0ANA", f"Line {number}")


def test_what_one_says_the_other_sees_at_once(open_page: OpenPage) -> None:
    page = open_page(BOTH)
    ana, bo = sides(page)
    ana.get_by_label("Message #acme").fill("Anybody there?")
    bo.get_by_label("Message #acme").fill("Half a sen")
    ana.get_by_label("Message #acme").press("Enter")
    expect(bo.locator(".message", has_text="Anybody there?")).to_contain_text("Ana")
    expect(bo.get_by_label("Message #acme")).to_have_value("Half a sen")


def test_a_form_opens_over_its_own_side_only(open_page: OpenPage) -> None:
    page = open_page(BOTH)
    ana, bo = sides(page)
    ana.get_by_label("Message #acme").fill("/request")
    ana.get_by_label("Message #acme").press("Enter")
    expect(ana.get_by_role("dialog")).to_be_visible()
    expect(bo.get_by_role("dialog")).to_have_count(0)
    bo.get_by_label("Message #acme").fill("I can still write")
    bo.get_by_label("Message #acme").press("Enter")
    expect(bo.locator(".message", has_text="I can still write")).to_be_visible()
    expect(ana.get_by_role("dialog")).to_be_visible()


def test_beside_is_opened_switched_and_closed(open_page: OpenPage) -> None:
    page = open_page("as=U0ANA&channel=C0ACME")
    page.get_by_role("button", name="Beside").click()
    expect(page.get_by_role("button", name="Viewing as Bo")).to_be_visible()
    assert "beside=U0BO" in page.url
    page.get_by_role("button", name="Viewing as Bo").click()
    page.get_by_role("option", name="Lea").click()
    expect(page.get_by_role("button", name="Viewing as Lea")).to_be_visible()
    page.get_by_role("button", name="Close Ana's side").click()
    expect(page.get_by_role("button", name="Viewing as Lea")).to_be_visible()
    expect(page.get_by_role("button", name="Viewing as Ana")).to_have_count(0)


def test_a_narrow_window_shows_one_of_them_at_a_time(small_app: SmallApp, open_page: OpenPage) -> None:
    root = small_app.client.chat_postMessage(channel="C0ACME", text="Root")["ts"]
    for number in range(40):
        small_app.client.chat_postMessage(channel="C0ACME", text=f"Line {number}")
    small_app.client.chat_postMessage(channel="C0ACME", thread_ts=root, text="An answer")
    page = open_page(BOTH)
    page.set_viewport_size({"width": 390, "height": 844})
    page.reload()
    ana, bo = sides(page)
    expect(ana.get_by_text("Line 39")).to_be_in_viewport()
    assert page.evaluate("document.documentElement.scrollHeight") == 844
    expect(bo).not_to_be_visible()
    page.get_by_role("button", name="Show Bo's side").click()
    expect(bo.get_by_text("Line 39")).to_be_in_viewport()
    expect(ana).not_to_be_visible()
    page.goto(f"{page.url}&beside-thread={root}")
    expect(bo.locator(".thread").get_by_text("An answer")).to_be_in_viewport()


def test_what_is_new_stands_below_a_line_and_pins_are_found(small_app: SmallApp, open_page: OpenPage) -> None:
    page = open_page("as=U0BO&channel=C0ACME&guide=off")
    say(page, "Seen")
    page.get_by_role("navigation").get_by_role("button", name="triage").click()
    expect(page.get_by_role("heading", name="triage", exact=True)).to_be_visible()
    ts = small_app.client.chat_postMessage(channel="C0ACME", text="Not seen yet")["ts"]
    small_app.client.pins_add(channel="C0ACME", timestamp=ts)
    expect(page.get_by_role("navigation").get_by_role("button", name="acme")).to_contain_text("1 unread")
    page.get_by_role("navigation").get_by_role("button", name="acme").click()
    expect(page.locator(".new-line + .message")).to_contain_text("Not seen yet")
    page.get_by_role("button", name="1 pinned").click()
    page.get_by_role("dialog", name="Pinned messages").get_by_role("button", name="Not seen yet").click()
    expect(page.locator(".message.marked")).to_contain_text("Not seen yet")


def test_ten_thousand_messages_are_a_window_that_moves(small_app: SmallApp, open_page: OpenPage) -> None:
    with small_app.slack.workspace.change() as workspace:
        for number in range(10_000):
            workspace.put(line(workspace.new_ts(), number))
    page = open_page("as=U0BO&channel=C0ACME&guide=off")
    expect(page.get_by_text("Line 9999", exact=True)).to_be_in_viewport()
    page.get_by_label("Message #acme").fill("half a sentence")
    for _ in range(8):
        page.locator("main .scroller").evaluate("el => { el.scrollTop = 0; }")
        page.wait_for_timeout(150)
    shown = page.locator("main .message")
    assert int(shown.first.inner_text().split("Line ")[1].split()[0]) < 9600
    assert shown.count() <= 320
    small_app.client.chat_postMessage(channel="C0ACME", text="Meanwhile")
    expect(page.get_by_label("Message #acme")).to_have_value("half a sentence")
    page.get_by_role("button", name="To the newest").click()
    expect(page.get_by_text("Meanwhile", exact=True)).to_be_in_viewport()


def test_a_link_into_the_far_past_shows_its_message(small_app: SmallApp, open_page: OpenPage) -> None:
    with small_app.slack.workspace.change() as workspace:
        old = [workspace.put(line(workspace.new_ts(), number)) for number in range(600)]
    page = open_page(f"as=U0BO&channel=C0ACME&guide=off&at={old[100].ts}")
    expect(page.locator(".message.marked")).to_contain_text("Line 100")
    expect(page.locator(".message.marked")).to_be_in_viewport()


def test_files_are_opened_in_the_page(small_app: SmallApp, open_page: OpenPage) -> None:
    page = open_page("as=U0BO&channel=C0ACME&guide=off")
    files = [
        {"name": "report.pdf", "mimeType": "application/pdf", "buffer": PDF},
        {"name": "notes.txt", "mimeType": "text/plain", "buffer": b"<b>plain</b> words"},
        {"name": "evil.html", "mimeType": "text/html", "buffer": b"<script>parent.document.title='owned'</script>"},
        {"name": "dump.bin", "mimeType": "application/octet-stream", "buffer": b"\x00"},
    ]
    page.locator(".composer").get_by_label("Attach files").set_input_files(files)
    expect(page.locator(".composer .file-chip")).to_have_count(4)
    page.get_by_label("Message #acme").press("Enter")
    page.get_by_role("button", name="Open report.pdf").click()
    frame = page.locator(".viewer iframe")
    expect(frame).to_have_attribute("title", "report.pdf")
    page.keyboard.press("Escape")
    for name, words in {"notes.txt": "<b>plain</b> words", "evil.html": "<script>parent"}.items():
        page.get_by_role("button", name=f"Open {name}").click()
        expect(page.locator(".viewer-text")).to_contain_text(words)
        page.keyboard.press("Escape")
        expect(page.get_by_role("button", name=f"Open {name}")).to_be_focused()
    assert page.get_by_role("button", name="Open dump.bin").count() == 0
    expect(page.get_by_role("link", name="Download dump.bin")).to_be_visible()
    assert "owned" not in page.title()
