"""The playground's page in a real browser: pressing, forms, the keyboard, and keeping what people are doing."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.browser import blocks
from tests.browser.by_hand import say, submit
from tests.browser.small_app import SmallApp

sync_api = pytest.importorskip("playwright.sync_api")
expect = sync_api.expect

pytestmark = pytest.mark.browser
OpenPage = Callable[[str], "sync_api.Page"]

TRIAGE = "as=U0BO&channel=C0TRIAGE&guide=off"
ACME = "as=U0BO&channel=C0ACME&guide=off"


# --- pressing


def test_a_button_with_a_confirmation_asks_first(small_app: SmallApp, open_page: OpenPage) -> None:
    small_app.post("C0TRIAGE", blocks.pressing())
    page = open_page(TRIAGE)
    page.locator("main").get_by_role("button", name="Close", exact=True).click()
    page.get_by_role("button", name="Not yet").click()
    page.get_by_role("button", name="Take it").click()
    page.wait_for_timeout(300)
    assert [action["action_id"] for action in small_app.pressed] == ["take"]
    page.locator("main").get_by_role("button", name="Close", exact=True).click()
    page.get_by_role("dialog").get_by_role("button", name="Close").click()
    page.wait_for_timeout(300)
    assert [action["action_id"] for action in small_app.pressed] == ["take", "close"]


def test_menus_and_choices_in_a_message_are_sent(small_app: SmallApp, open_page: OpenPage) -> None:
    small_app.post("C0TRIAGE", blocks.pressing())
    page = open_page(TRIAGE)
    page.get_by_label("Move to").select_option("Green")
    page.locator(".block-actions").get_by_role("button", name="More actions").click()
    page.get_by_role("menuitem", name="Reopen").click()
    page.get_by_label("Assign").select_option("Lea")
    page.wait_for_timeout(300)
    sent = {action["action_id"]: action for action in small_app.pressed}
    assert sent["pick"]["selected_option"]["value"] == "Green"
    assert sent["more"]["selected_option"]["value"] == "Reopen"
    assert sent["who"]["selected_user"] == "U0LEA"
    expect(page.get_by_label("Move to")).to_have_value("Green")


def test_a_failed_delivery_is_visible(small_app: SmallApp, open_page: OpenPage) -> None:
    small_app.post("C0TRIAGE", blocks.pressing())
    page = open_page(f"{TRIAGE}&inspector=1")
    page.get_by_role("button", name="Break it").click()
    failed = page.locator(".delivery.failed")
    expect(failed).to_contain_text("We had some trouble connecting")
    expect(page.locator(".message-error")).to_be_visible()
    failed.get_by_role("button").click()
    expect(failed.locator(".json").first).to_contain_text('"type": "block_actions"')


# --- forms


def test_a_form_is_filled_and_submitted_by_keyboard_alone(small_app: SmallApp, open_page: OpenPage) -> None:
    page = open_page(ACME)
    page.get_by_label("Message #acme").focus()
    page.keyboard.type("/request")
    page.keyboard.press("Enter")
    expect(page.get_by_label("Request type")).to_be_focused()
    page.keyboard.type("Que")
    page.keyboard.press("Tab")
    page.keyboard.type("Printer on fire")
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog")).to_have_count(0)
    [values] = small_app.submitted
    assert values["kind"]["value"]["selected_option"]["value"] == "Question"
    assert values["summary"]["value"]["value"] == "Printer on fire"
    expect(page.get_by_label("Message #acme")).to_be_focused()


def test_tab_stays_inside_the_form_and_escape_closes_it(open_page: OpenPage) -> None:
    page = open_page(ACME)
    say(page, "/request")
    dialog = page.get_by_role("dialog", name="New request")
    expect(dialog).to_be_visible()
    for _ in range(12):
        page.keyboard.press("Tab")
        assert dialog.locator(":focus").count() == 1
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)


def test_a_wrong_field_says_so_beside_it_and_nothing_is_lost(small_app: SmallApp, open_page: OpenPage) -> None:
    page = open_page(ACME)
    say(page, "/request")
    summary = page.get_by_label("Short description")
    page.get_by_label("Details").fill("Since Monday")
    submit(page)
    expect(page.locator("[data-block=summary] .field-error")).to_have_text("Please complete this required field.")
    summary.fill("nonsense")
    submit(page)
    expect(page.locator("[data-block=summary] .field-error")).to_have_text("Please say what you need.")
    expect(summary).to_be_focused()
    expect(page.get_by_label("Details")).to_have_value("Since Monday")


def test_a_late_answer_shows_as_trouble_and_keeps_the_form(open_page: OpenPage) -> None:
    page = open_page(ACME)
    say(page, "/request")
    page.get_by_label("Short description").fill("slow")
    submit(page)
    expect(page.locator(".spinner")).to_be_visible()
    expect(page.get_by_role("alert")).to_contain_text("We had some trouble connecting")
    expect(page.get_by_label("Short description")).to_have_value("slow")


def test_a_form_above_a_form_leads_back_to_what_was_typed(open_page: OpenPage) -> None:
    page = open_page(ACME)
    say(page, "/request")
    page.get_by_label("Short description").fill("Printer")
    page.get_by_role("button", name="What is this?").click()
    expect(page.get_by_role("dialog", name="About requests")).to_contain_text("A request becomes a ticket.")
    page.get_by_role("button", name="Back").click()
    expect(page.get_by_label("Short description")).to_have_value("Printer")


def test_every_control_sends_what_was_entered(small_app: SmallApp, open_page: OpenPage, tmp_path: Path) -> None:
    page = open_page(ACME)
    say(page, "/everything")
    form = page.get_by_role("dialog")
    form.get_by_label("A line").fill("line")
    form.get_by_label("A link").fill("https://example.com")
    form.get_by_label("An e-mail").fill("bo@example.com")
    form.get_by_label("A number").fill("4.5")
    form.get_by_label("One colour").select_option("green")
    for word in ("Red", "Blue"):
        form.get_by_label("Colours").fill(word)
        page.get_by_role("listbox").get_by_role("option", name=word).click()
    form.get_by_label("Ticket").fill("T-10")
    page.get_by_role("listbox").get_by_role("option", name="T-103").click()
    form.get_by_label("Person").select_option("Lea")
    form.get_by_label("People").fill("An")
    form.get_by_label("People").press("Enter")
    form.get_by_label("Channel").select_option("#acme")
    form.get_by_label("Conversation").select_option("#triage")
    form.get_by_role("radiogroup", name="Radio").get_by_label("Green").check()
    form.get_by_role("group", name="Boxes").get_by_label("Blue").check()
    form.get_by_label("Date").fill("2026-12-01")
    form.get_by_label("Time").fill("09:30")
    form.get_by_label("Moment").fill("2026-12-01T09:30")
    note = tmp_path / "note.txt"
    note.write_text("hello")
    form.get_by_label("Add files").set_input_files(note)
    expect(form.get_by_text("note.txt")).to_be_visible()
    form.get_by_role("button", name="Send").click()
    expect(form).to_have_count(0)

    [values] = small_app.submitted
    entered = {block: next(iter(controls.values())) for block, controls in values.items()}
    assert [entered[name]["value"] for name in ("line", "link", "mail", "number")] == [
        "line", "https://example.com", "bo@example.com", "4.5",
    ]  # fmt: skip
    assert entered["one"]["selected_option"]["value"] == "green"
    assert [option["value"] for option in entered["many"]["selected_options"]] == ["red", "blue"]
    assert entered["ticket"]["selected_option"]["value"] == "T-103 Printer 103"
    assert entered["person"]["selected_user"] == "U0LEA"
    assert entered["people"]["selected_users"] == ["U0ANA"]
    assert (entered["channel"]["selected_channel"], entered["talk"]["selected_conversation"]) == ("C0ACME", "C0TRIAGE")
    assert entered["radio"]["selected_option"]["value"] == "green"
    assert [option["value"] for option in entered["boxes"]["selected_options"]] == ["blue"]
    assert (entered["date"]["selected_date"], entered["time"]["selected_time"]) == ("2026-12-01", "09:30")
    assert entered["moment"]["selected_date_time"] == 1796117400
    assert [file["name"] for file in entered["files"]["files"]] == ["note.txt"]


# --- keeping what people are doing


def test_focus_caret_and_half_typed_text_survive_a_change(small_app: SmallApp, open_page: OpenPage) -> None:
    page = open_page(ACME)
    field = page.get_by_label("Message #acme")
    field.fill("half a sentence")
    field.press("Home")
    field.press("ArrowRight")
    small_app.post("C0ACME", [blocks.section("Meanwhile")])
    expect(page.get_by_text("Meanwhile")).to_be_visible()
    expect(field).to_be_focused()
    field.press_sequentially("X")
    expect(field).to_have_value("hXalf a sentence")


def test_a_form_keeps_its_fields_when_the_app_changes_it(open_page: OpenPage) -> None:
    page = open_page(ACME)
    say(page, "/request")
    page.get_by_label("Short description").fill("Typed already")
    page.get_by_role("button", name="Add a date").click()
    expect(page.get_by_label("By which date")).to_be_visible()
    expect(page.get_by_label("Short description")).to_have_value("Typed already")


def test_the_list_stays_where_the_reader_is(small_app: SmallApp, open_page: OpenPage) -> None:
    for number in range(40):
        small_app.client.chat_postMessage(channel="C0ACME", text=f"Line {number}")
    page = open_page(ACME)
    expect(page.get_by_text("Line 39")).to_be_in_viewport()
    small_app.client.chat_postMessage(channel="C0ACME", text="Newest")
    expect(page.get_by_text("Newest", exact=True)).to_be_in_viewport()
    page.locator("main .scroller").evaluate("el => el.scrollTop = 100")
    page.wait_for_timeout(100)
    small_app.client.chat_postMessage(channel="C0ACME", text="Later still")
    expect(page.get_by_text("Later still", exact=True)).to_be_attached()
    assert page.locator("main .scroller").evaluate("el => el.scrollTop") == 100


def test_the_clock_can_be_moved(small_app: SmallApp, open_page: OpenPage) -> None:
    page = open_page(ACME)
    page.get_by_role("button", name="Clock").click()
    page.get_by_role("menuitem", name="Next working day").click()
    expect(page.get_by_role("button", name="Clock")).to_contain_text("09:00")
    assert small_app.slack.clock.offset > 0
