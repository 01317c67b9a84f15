"""What people do with their hands on the page."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Page


def say(page: "Page", text: str, label: str = "Message #acme") -> None:
    page.get_by_label(label).fill(text)
    page.get_by_label(label).press("Enter")


def submit(page: "Page") -> None:
    page.get_by_role("dialog").get_by_role("button", name="Send").click()
