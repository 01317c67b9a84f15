"""The main job in a real browser, with the real app behind the page: request, take, start, note, closed."""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import pytest

from tests.house import House

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser


@pytest.fixture
def screen_of(chromium: "Browser", house: House) -> Iterator[Callable[[str, str], "Page"]]:
    """`screen_of("U0ANA", "C0ACME")`: that person's browser."""
    context = chromium.new_context(viewport={"width": 1440, "height": 1000}, locale="en-GB")
    context.set_default_timeout(8000)

    def open_it(person: str, channel: str) -> "Page":
        page = context.new_page()
        page.goto(f"{house.slack.url}#as={person}&channel={channel}&guide=off")
        page.wait_for_selector(".pane-head")
        return page

    yield open_it
    context.close()


def test_a_request_is_filed_taken_and_closed_by_people_at_their_screens(house: House, screen_of):
    ana, bo = screen_of("U0ANA", "C0ACME"), screen_of("U0BO", "C0TRIAGE")
    ana.locator("textarea").first.fill("/request How do I add a macro?")
    ana.keyboard.press("Enter")
    form = ana.get_by_role("dialog")
    for label, choice in {
        "Request type": "Question",
        "Business impact": "Minor",
        "Who is affected": "A few",
        "Desired timing": "Whenever",
    }.items():
        form.get_by_label(label).select_option(label=choice)
    form.get_by_role("button", name="Send").click()
    form.get_by_text("Priority P4.").wait_for()
    form.get_by_role("button", name="Done").click()
    house.delivers()
    ana.get_by_text("Received; review due").wait_for()

    bo.get_by_role("button", name="Take it").click()
    bo.wait_for_timeout(300)
    house.delivers()
    bo.get_by_role("button", name="Start").click()
    bo.get_by_role("dialog").get_by_label("Estimate").fill("15m")
    bo.get_by_role("dialog").get_by_role("button", name="Start").click()
    bo.get_by_role("dialog").wait_for(state="detached")
    house.delivers()
    ana.get_by_text("Bo is working on it").wait_for()

    bo.get_by_role("button", name="Close").click()
    note = bo.get_by_role("dialog")
    note.get_by_label("Summary").fill("Macros are under Admin, Workspaces")
    for label in ("Actions taken", "Systems or files affected", "Decisions made", "Follow-up items"):
        note.get_by_label(label).fill("none")
    note.get_by_role("button", name="Close", exact=True).last.click()
    note.wait_for(state="detached")
    house.delivers()
    ana.get_by_text("Done: Macros are under Admin, Workspaces").wait_for()
    assert house.ticket()["status"] == "Closed"


def test_a_dead_app_is_shown_as_slack_shows_it_and_the_text_stays(house: House, screen_of):
    house.slack.app_url = "http://127.0.0.1:9/slack/events"
    ana = screen_of("U0ANA", "C0ACME")
    ana.locator("textarea").first.fill("/request nobody answers")
    ana.keyboard.press("Enter")
    ana.get_by_text("failed with the error").first.wait_for()
