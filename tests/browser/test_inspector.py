"""The inspector and its faults: what went over the wire, and what is broken on purpose."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from slack_sdk.errors import SlackApiError

from tests.browser import blocks
from tests.browser.by_hand import say
from tests.browser.small_app import SmallApp

sync_api = pytest.importorskip("playwright.sync_api")
expect = sync_api.expect

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser
OpenPage = Callable[[str], "Page"]

TRIAGE = "as=U0BO&channel=C0TRIAGE&guide=off"


def test_deliveries_are_narrowed_to_what_one_looks_for(small_app: SmallApp, open_page: OpenPage) -> None:
    small_app.post("C0TRIAGE", blocks.pressing())
    page = open_page(f"{TRIAGE}&inspector=1")
    page.get_by_role("button", name="Take it").click()
    say(page, "/time T-1 5m", label="Message #triage")
    page.get_by_role("button", name="Break it").click()
    failed = page.locator(".delivery.failed")
    expect(failed).to_contain_text("no answer within 3 s")
    page.get_by_label("Every kind").select_option("command")
    expect(page.locator(".delivery")).to_have_count(1)
    expect(page.locator(".delivery")).to_contain_text("/time")
    page.get_by_label("Every kind").select_option("")
    page.get_by_label("Only errors").check()
    expect(page.locator(".delivery")).to_have_count(1)


def test_trouble_in_a_channel_leads_to_its_delivery(small_app: SmallApp, open_page: OpenPage) -> None:
    small_app.post("C0TRIAGE", blocks.pressing())
    page = open_page(TRIAGE)
    page.get_by_role("button", name="Break it").click()
    page.get_by_role("button", name="Look behind it").click()
    detail = page.locator(".delivery.failed .delivery-detail")
    detail.get_by_text("Request", exact=True).click()
    expect(detail.get_by_label("Request", exact=True)).to_contain_text('"block_id": "failing"')


def test_slack_is_broken_and_mended_by_a_press(small_app: SmallApp, open_page: OpenPage) -> None:
    page = open_page(TRIAGE)
    page.get_by_role("button", name="Inspector").click()
    page.get_by_text("Break Slack").click()
    page.get_by_role("button", name="Slack is down").click()
    expect(page.get_by_text("Slack is broken on purpose")).to_be_visible()
    expect(page.locator(".fault-list")).to_contain_text("every call, HTTP 503")
    with pytest.raises(SlackApiError):
        small_app.post("C0TRIAGE", blocks.pressing())
    page.get_by_role("button", name="Mend it").click()
    expect(page.get_by_text("Slack is broken on purpose")).to_have_count(0)
    small_app.post("C0TRIAGE", blocks.pressing())
    expect(page.get_by_role("button", name="Take it")).to_be_visible()


def test_a_call_that_failed_marks_its_delivery(small_app: SmallApp, open_page: OpenPage) -> None:
    page = open_page("as=U0BO&channel=C0ACME&guide=off&inspector=1")
    say(page, "/time T-1 5m")
    page.get_by_text("Break Slack").click()
    page.get_by_role("button", name="Slack is down").click()
    expect(page.get_by_text("Slack is broken on purpose")).to_be_visible()
    say(page, "/request")
    expect(page.locator(".delivery.failed")).to_contain_text("1 of 1 call failed")
    page.get_by_label("Only errors").check()
    expect(page.locator(".delivery")).to_have_count(1)
    expect(page.locator(".delivery")).to_contain_text("/request")


@pytest.mark.parametrize("width", [1440, 1100])
def test_beside_two_people_the_inspector_leaves_the_banner_free(open_page: OpenPage, width: int) -> None:
    page = open_page(f"{TRIAGE}&beside=U0LEA&beside-channel=C0TRIAGE&inspector=1")
    page.set_viewport_size({"width": width, "height": 900})
    page.get_by_text("Break Slack").click()
    page.get_by_role("button", name="Slack is slow").click()
    if width > 1180:
        second, drawer = (page.locator(at).bounding_box() for at in (".client[data-side='1']", ".inspector"))
        assert second is not None
        assert drawer is not None
        assert second["x"] + second["width"] <= drawer["x"]
    page.get_by_role("button", name="Mend it").click()
    expect(page.get_by_text("Slack is broken on purpose")).to_have_count(0)


def test_a_reaction_is_given_and_taken_back(small_app: SmallApp, open_page: OpenPage) -> None:
    small_app.post("C0TRIAGE", blocks.pressing())
    page = open_page(TRIAGE)
    page.get_by_role("button", name="Take it").hover()
    page.get_by_role("button", name="Add reaction").first.click()
    page.get_by_title(":tada:").click()
    given = page.get_by_role("button", name="tada, 1: you")
    given.click()
    expect(given).to_have_count(0)
