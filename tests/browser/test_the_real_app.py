"""The main job in a real browser, with the real app behind the page: request, take, start, note, closed."""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import pytest

from tests.house import House
from tests.slack.desk import files

sync_api = pytest.importorskip("playwright.sync_api")
expect = sync_api.expect

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Locator, Page

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


@pytest.fixture
def both(screen_of, house: House) -> "tuple[Locator, Locator]":
    """Ana in her channel and Bo in triage, side by side on one page."""
    page = screen_of("U0ANA", "C0ACME&beside=U0BO&beside-channel=C0TRIAGE")
    expect(page.get_by_role("button", name="Viewing as Bo")).to_be_visible()
    return page.locator(".client[data-side='0']"), page.locator(".client[data-side='1']")


def types(side: "Locator | Page", words: str, into: str = "Message #") -> None:
    side.get_by_role("textbox", name=into).first.fill(words)
    side.get_by_role("textbox", name=into).first.press("Enter")


def fills(form: "Locator", **more: str) -> None:
    chosen = {"Request type": "Question", "Business impact": "Minor", "Who is affected": "A few"}
    for label, choice in (chosen | {"Desired timing": "Whenever"} | more).items():
        form.get_by_label(label).select_option(label=choice)
        expect(form.locator("form[aria-busy]")).to_have_count(0)


def test_a_request_is_filed_taken_answered_and_closed_by_two_people_side_by_side(house: House, both):
    ana, bo = both
    types(ana, "/request How do I add a macro?")
    form = ana.get_by_role("dialog")
    fills(form)
    form.get_by_role("button", name="Send").click()
    form.get_by_text("Priority P4.").wait_for()
    form.get_by_role("button", name="Done").click()
    house.delivers()
    ana.get_by_text("Received; review due").wait_for()

    bo.get_by_role("button", name="Take it").click()
    expect(bo.locator("button[aria-busy]")).to_have_count(0)
    house.delivers()
    ana.locator(".message", has_text="How do I add a macro?").last.get_by_role("button", name="Reply in thread").click()
    types(ana, "It is urgent now", into="Write a reply")
    bo.get_by_role("navigation").get_by_role("button", name="acme").click()
    bo.locator(".thread-link").first.click()
    bo.locator(".thread").get_by_text("It is urgent now").wait_for()
    bo.get_by_role("navigation").get_by_role("button", name="triage").click()

    bo.get_by_role("button", name="Start").click()
    bo.get_by_role("dialog").get_by_label("Estimate").fill("15m")
    bo.get_by_role("dialog").get_by_role("button", name="Start").click()
    bo.get_by_role("dialog").wait_for(state="detached")
    house.delivers()
    ana.get_by_text("Bo is working on it").first.wait_for()

    bo.get_by_role("button", name="Close", exact=True).click()
    note = bo.get_by_role("dialog")
    note.get_by_label("Summary").fill("Macros are under Admin, Workspaces")
    for label in ("Actions taken", "Systems or files affected", "Decisions made", "Follow-up items"):
        note.get_by_label(label).fill("none")
    note.get_by_role("button", name="Close", exact=True).last.click()
    note.wait_for(state="detached")
    house.delivers()
    ana.get_by_text("Done: Macros are under Admin, Workspaces").first.wait_for()
    assert house.ticket()["status"] == "Closed"


def test_what_was_asked_before_is_offered_in_the_form(house: House, screen_of):
    files(house, "Invoice export is empty since Monday")
    house.delivers()
    ana = screen_of("U0ANA", "C0ACME")
    types(ana, "/request The invoice export is empty again")
    form = ana.get_by_role("dialog")
    fills(form, **{"Request type": "Incident", "Business impact": "Degraded", "Who is affected": "Many or a team"})
    form.get_by_role("button", name="It's this one").click()
    ana.get_by_text("Added to T-101").first.wait_for()
    assert len(house.rows("select 1 from ticket")) == 1


def test_the_home_takes_and_opens_and_the_queue_and_the_search_find(house: House, screen_of):
    files(house, "Invoice export is empty since Monday")
    house.delivers()
    bo = screen_of("U0BO", "C0TRIAGE&home=1")
    bo.locator("main").get_by_role("button", name="Take it").click()
    bo.locator("main").get_by_text("Yours: 1").wait_for()
    bo.get_by_role("navigation").get_by_role("button", name="triage").click()
    for command, words in {"/queue mine": "Invoice export is empty", "/ticket search invoice": "1 found"}.items():
        types(bo, command)
        bo.get_by_role("dialog").get_by_text(words).first.wait_for()
        bo.keyboard.press("Escape")
        bo.get_by_role("dialog").wait_for(state="detached")
    assert house.ticket()["assignee_id"] is not None


def test_a_dead_app_is_shown_as_slack_shows_it_and_the_text_stays(house: House, screen_of):
    house.slack.app_url = "http://127.0.0.1:9/slack/events"
    ana = screen_of("U0ANA", "C0ACME")
    ana.locator("textarea").first.fill("/request nobody answers")
    ana.keyboard.press("Enter")
    ana.get_by_text("failed with the error").first.wait_for()
