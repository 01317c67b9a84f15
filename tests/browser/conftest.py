"""A Chromium, the small app, and a page that fails its test when the console complains."""

import os
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import pytest

from tests.browser.small_app import SmallApp

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

QUIET = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update",
         "--disable-sync", "--no-first-run"]  # fmt: skip
EXPECTED = "ERR_NAME_NOT_RESOLVED"  # a picture that lives elsewhere, on a machine without a network


@pytest.fixture(scope="module")
def chromium() -> Iterator["Browser"]:
    """Gone before other tests begin: while Playwright is open, no event loop can run in its thread."""
    sync_api = pytest.importorskip("playwright.sync_api")
    with sync_api.sync_playwright() as playwright:
        found = os.environ.get("STEWARD_CHROMIUM", "/usr/bin/chromium")
        browser = playwright.chromium.launch(executable_path=found, args=QUIET)
        yield browser
        browser.close()


@pytest.fixture
def small_app() -> Iterator[SmallApp]:
    app = SmallApp().start()
    yield app
    app.stop()


@pytest.fixture
def open_page(chromium: "Browser", small_app: SmallApp) -> Iterator[Callable[[str], "Page"]]:
    """`open_page("as=U0BO&channel=C0TRIAGE")`."""
    context = chromium.new_context(viewport={"width": 1440, "height": 900}, locale="en-GB", timezone_id="Europe/London")
    context.set_default_timeout(8000)
    complaints: list[str] = []

    def open_it(address: str) -> "Page":
        page = context.new_page()
        page.on("console", lambda message: message.type == "error" and complaints.append(message.text))
        page.on("pageerror", lambda problem: complaints.append(str(problem)))
        page.goto(f"{small_app.url}#{address}")
        page.wait_for_selector(".pane-head")
        return page

    yield open_it
    context.close()
    assert [words for words in complaints if EXPECTED not in words] == []
