"""Everything one meets on the page, read by axe: WCAG 2.1 AA and its best practices, in light and in dark."""

import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Literal

import pytest

from tests.browser import blocks
from tests.browser.by_hand import say, submit
from tests.browser.small_app import SmallApp

sync_api = pytest.importorskip("playwright.sync_api")
axe = pytest.importorskip("axe_playwright_python.sync_playwright")

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser
OpenPage = Callable[[str], "Page"]

RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"]}
COLOURS = {"runOnly": ["color-contrast"]}
ACME = "as=U0BO&channel=C0ACME&guide=off"
TRIAGE = "as=U0BO&channel=C0TRIAGE&guide=off"


def holds(page: "Page") -> None:
    """Nothing on the page is a hurdle; else it says what, and where. Of the dark theme only the colours differ."""
    assert hurdles(page, "light", RULES) == []
    assert hurdles(page, "dark", COLOURS) == []
    page.emulate_media(color_scheme="light")


def hurdles(page: "Page", theme: Literal["light", "dark"], rules: dict[str, list[str]]) -> list[str]:
    page.emulate_media(color_scheme=theme)
    page.locator(f"html[data-theme={theme}]").wait_for()
    # What is still fading in would be measured half transparent.
    page.evaluate("Promise.allSettled(document.getAnimations().map(one => one.finished))")
    found = axe.Axe().run(page, options=rules).response["violations"]
    return [f"{one['id']}: {node['html'][:160]}" for one in found for node in one["nodes"]]


def test_a_channel_with_every_block_and_its_popups(small_app: SmallApp, open_page: OpenPage) -> None:
    for content in (blocks.reading(int(time.time())), [blocks.data_table()], blocks.pressing()):
        small_app.post("C0TRIAGE", content)
    for kind in ("bar", "line", "pie"):
        small_app.post("C0TRIAGE", [blocks.chart(kind)])
    page = open_page(TRIAGE)
    say(page, "Hello @Ana", label="Message #triage")
    page.locator(".message", has_text="Hello").last.wait_for()
    holds(page)
    for name in ("Viewing as Bo", "Clock"):
        page.get_by_role("button", name=name).click()
        holds(page)
        page.keyboard.press("Escape")
    for name in ("Add reaction", "More actions"):
        page.locator(".message").last.get_by_role("button", name=name).click()
        holds(page)
        page.keyboard.press("Escape")
    page.keyboard.press("Control+k")
    holds(page)


def test_a_form_with_every_control_and_its_errors(open_page: OpenPage) -> None:
    page = open_page(ACME)
    say(page, "/everything")
    page.get_by_role("dialog").wait_for()
    holds(page)
    page.keyboard.press("Escape")
    say(page, "/request")
    submit(page)
    page.locator(".field-error:not(:empty)").wait_for()
    holds(page)
    page.get_by_label("Short description").fill("slow")
    submit(page)
    page.get_by_role("alert").filter(has_text="trouble").wait_for()
    holds(page)


def test_trouble_in_a_channel_and_the_inspector(small_app: SmallApp, open_page: OpenPage) -> None:
    small_app.post("C0TRIAGE", blocks.pressing())
    page = open_page(f"{TRIAGE}&inspector=1")
    page.locator("main").get_by_role("button", name="Close", exact=True).click()
    holds(page)
    page.get_by_role("button", name="Not yet").click()
    page.get_by_role("button", name="Break it").click()
    page.get_by_role("button", name="Look behind it").click()
    page.locator(".delivery-detail").wait_for()
    holds(page)


def test_two_people_a_thread_and_the_home(small_app: SmallApp, open_page: OpenPage) -> None:
    root = small_app.post("C0ACME", [blocks.section("Root")])
    small_app.client.chat_postMessage(channel="C0ACME", text="An answer", thread_ts=root)
    page = open_page(f"as=U0ANA&channel=C0ACME&thread={root}&beside=U0BO&beside-home=1")
    page.get_by_role("heading", name="Your work").wait_for()
    holds(page)
    note = {"name": "notes.txt", "mimeType": "text/plain", "buffer": b"words"}
    page.locator(".composer").last.get_by_label("Attach files").set_input_files(note)
    page.locator(".file-chip").wait_for()
    page.get_by_label("Write a reply").press("Enter")
    page.get_by_role("button", name="Open notes.txt").click()
    holds(page)


def test_the_guide_and_a_small_window(open_page: OpenPage) -> None:
    page = open_page("as=U0ANA&channel=C0ACME&guide=on")
    page.get_by_role("heading", name="Try this").wait_for()
    holds(page)
    page.set_viewport_size({"width": 420, "height": 800})
    page.get_by_role("button", name="Close guide").click()
    page.get_by_role("button", name="Channels").click()
    holds(page)


def test_the_keyboard_alone_is_enough(small_app: SmallApp, open_page: OpenPage) -> None:
    for number in range(3):
        small_app.client.chat_postMessage(channel="C0ACME", text=f"Line {number}")
    page = open_page(ACME)
    expect = sync_api.expect
    page.keyboard.press("Tab")
    page.get_by_role("link", name="Skip to the messages").press("Enter")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowUp")
    expect(page.locator(".message:focus")).to_contain_text("Line 1")
    page.keyboard.press("t")
    expect(page.get_by_role("complementary", name="Thread")).to_be_visible()
    page.get_by_label("Write a reply").press("Escape")
    expect(page.locator(".message:focus")).to_contain_text("Line 1")
    page.keyboard.press("r")
    expect(page.locator(".board button").first).to_be_focused()
    page.keyboard.press("ArrowRight")
    expect(page.locator(".board button").nth(1)).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator(".react-button:focus")).to_have_count(1)
    page.get_by_label("Message #acme").focus()
    page.keyboard.type("Firts")
    page.keyboard.press("Enter")
    page.locator(".message", has_text="Firts").wait_for()
    page.keyboard.press("ArrowUp")
    expect(page.get_by_label("Edit message")).to_be_focused()


BOTH_KEYS_AT_ONCE = """async reply => {
  const press = (el, key) => el.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));
  press(reply, "Escape");
  await Promise.resolve();
  press(document.activeElement, "r");
}"""


def test_what_is_opened_right_after_a_thread_was_closed_stays_open(small_app: SmallApp, open_page: OpenPage) -> None:
    root = small_app.post("C0ACME", [blocks.section("Root")])
    page = open_page(f"{ACME}&thread={root}")
    page.get_by_label("Write a reply").evaluate(BOTH_KEYS_AT_ONCE)
    sync_api.expect(page.get_by_role("complementary", name="Thread")).to_have_count(0)
    sync_api.expect(page.get_by_role("dialog", name="Reactions")).to_be_visible()


def test_new_messages_are_told_to_those_who_listen(small_app: SmallApp, open_page: OpenPage) -> None:
    page = open_page(ACME)
    say(page, "My own")
    page.locator(".message", has_text="My own").wait_for()
    small_app.client.chat_postMessage(channel="C0ACME", text="*Somebody* asks")
    sync_api.expect(page.locator("[aria-live].visually-hidden")).to_have_text("Steward: Somebody asks")
