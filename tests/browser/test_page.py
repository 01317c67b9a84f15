"""The playground's page in a real browser: what it draws, for whom, and talking in it."""

import time
from collections.abc import Callable

import pytest

from tests.browser import blocks
from tests.browser.by_hand import say
from tests.browser.small_app import SmallApp

sync_api = pytest.importorskip("playwright.sync_api")
expect = sync_api.expect

pytestmark = pytest.mark.browser
OpenPage = Callable[[str], "sync_api.Page"]

TRIAGE = "as=U0BO&channel=C0TRIAGE&guide=off"
ACME = "as=U0BO&channel=C0ACME&guide=off"
NASTY = "<img src=x onerror=\"document.title='owned'\"><script>document.title='owned'</script>"


# --- drawing


def test_every_block_is_drawn_without_a_red_box(small_app: SmallApp, open_page: OpenPage) -> None:
    kinds = [blocks.reading(int(time.time())), [blocks.data_table()], blocks.pressing()]
    kinds += [[blocks.chart(kind)] for kind in ("bar", "line", "area", "pie")]
    for content in kinds:
        small_app.post("C0TRIAGE", content)
    page = open_page(TRIAGE)
    expect(page.locator("main .message")).to_have_count(len(kinds))
    expect(page.locator(".unknown-block")).to_have_count(0)
    expect(page.locator(".chart svg")).to_have_count(4)
    drawn = page.locator("main [data-block]").count()
    assert drawn == sum(len(content) for content in kinds)


def test_every_control_is_drawn_without_a_red_box(open_page: OpenPage) -> None:
    page = open_page(ACME)
    say(page, "/everything")
    dialog = page.get_by_role("dialog", name="Every control")
    expect(dialog).to_be_visible()
    expect(page.locator(".unknown-block")).to_have_count(0)
    for block in blocks.every_input()["blocks"][1:]:
        expect(dialog.locator(f"[data-block={block['block_id']}] .label")).to_be_visible()


def test_mrkdwn_is_formatted(small_app: SmallApp, open_page: OpenPage) -> None:
    small_app.post("C0TRIAGE", blocks.reading(int(time.time())))
    text = open_page(TRIAGE).locator(".section-text").first
    for tag, words in {"strong": "bold", "em": "italic", "s": "struck", "code": "code", "blockquote": "quoted"}.items():
        expect(text.locator(tag).first).to_have_text(words)
    expect(text).to_contain_text("@Bo #acme @here 🔥 <b> & Today at")
    expect(text).to_contain_text("snake_case_name 2*3*4")


def test_a_block_nobody_knows_shows_as_a_red_box(open_page: OpenPage) -> None:
    page = open_page(TRIAGE)
    words = page.evaluate(
        """async () => {
            const { drawBlocks } = await import("/static/blocks/index.js");
            const { patch } = await import("/static/dom.js");
            const root = document.createElement("div");
            patch(root, drawBlocks({ blocks: [{ type: "hologram" }], key: "t", container: {}, errors: {} }));
            return root.querySelector(".unknown-block").textContent;
        }"""
    )
    assert words == "Unknown block: hologram"


def test_hostile_text_stays_text(small_app: SmallApp, open_page: OpenPage) -> None:
    escaped = NASTY.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    content = [
        {"type": "header", "text": blocks.plain(NASTY)}, blocks.section(escaped), {"type": "markdown", "text": NASTY},
        blocks.section("<javascript:alert(1)|press me>"),
    ]  # fmt: skip
    small_app.post("C0ACME", content)
    page = open_page(ACME)
    say(page, NASTY)
    expect(page.locator(".message").last).to_contain_text(NASTY)
    expect(page.locator(".header-text")).to_have_text(NASTY)
    assert page.locator("main img[src=x], main script, main a[href^='javascript']").count() == 0
    assert "owned" not in page.title()


def test_a_tab_nobody_looks_at_gives_its_connection_back(small_app: SmallApp, open_page: OpenPage) -> None:
    pages = [open_page(TRIAGE)]
    turn = """hidden => {
        Object.defineProperty(document, "hidden", { value: hidden, configurable: true });
        document.dispatchEvent(new Event("visibilitychange"));
    }"""
    for _ in range(7):
        pages[-1].evaluate(turn, True)
        pages.append(open_page(TRIAGE))
    small_app.post("C0TRIAGE", [blocks.section("Meanwhile")])
    expect(pages[-1].get_by_text("Meanwhile")).to_be_visible()
    expect(pages[0].get_by_text("Meanwhile")).to_have_count(0)
    pages[0].evaluate(turn, False)
    expect(pages[0].get_by_text("Meanwhile")).to_be_visible()


# --- people


def test_switching_the_person_shows_what_that_person_sees(small_app: SmallApp, open_page: OpenPage) -> None:
    small_app.post("C0TRIAGE", [blocks.section("For the team only")])
    page = open_page(TRIAGE)
    expect(page.get_by_text("For the team only")).to_be_visible()
    page.get_by_role("button", name="Viewing as Bo").click()
    page.get_by_role("option", name="Ana").click()
    expect(page.get_by_role("button", name="Viewing as Ana")).to_be_visible()
    expect(page.get_by_text("For the team only")).to_have_count(0)
    expect(page.get_by_role("navigation").get_by_text("triage")).to_have_count(0)
    assert "as=U0ANA" in page.url


def test_an_address_without_a_person_begins_as_somebody(open_page: OpenPage) -> None:
    page = open_page("")
    expect(page.get_by_role("button", name="Viewing as Ana")).to_be_visible()


def test_an_ephemeral_message_is_marked_and_only_for_one(small_app: SmallApp, open_page: OpenPage) -> None:
    small_app.client.chat_postEphemeral(channel="C0ACME", user="U0BO", text="Between us")
    page = open_page(ACME)
    expect(page.locator(".message", has_text="Between us")).to_contain_text("Only visible to you")
    expect(open_page("as=U0LEA&channel=C0ACME").get_by_text("Between us")).to_have_count(0)


def test_home_shows_what_the_app_published(open_page: OpenPage) -> None:
    page = open_page("as=U0BO&home=1")
    expect(page.get_by_role("heading", name="Your work")).to_be_visible()
    expect(page.get_by_role("button", name="New request")).to_be_visible()


# --- talking


def test_commands_are_suggested_and_completed(open_page: OpenPage) -> None:
    page = open_page(ACME)
    field = page.get_by_label("Message #acme")
    field.press_sequentially("/ti")
    expect(page.get_by_role("option", name="/time")).to_contain_text("Log time on a ticket")
    field.press("Tab")
    expect(field).to_have_value("/time ")
    field.press_sequentially("T-102 45m")
    field.press("Enter")
    expect(page.locator(".message", has_text="Logged: T-102 45m")).to_contain_text("Only visible to you")
    expect(field).to_have_value("")


def test_a_command_in_a_thread_is_refused_and_its_text_kept(small_app: SmallApp, open_page: OpenPage) -> None:
    root = small_app.post("C0ACME", [blocks.section("Root")])
    page = open_page(f"{ACME}&thread={root}")
    say(page, "/request", label="Write a reply")
    expect(page.get_by_role("status")).to_contain_text("/request is not supported in threads")
    expect(page.get_by_label("Write a reply")).to_have_value("/request")


def test_replies_are_counted_and_a_link_leads_to_them(small_app: SmallApp, open_page: OpenPage) -> None:
    root = small_app.post("C0ACME", [blocks.section("Root")])
    page = open_page(f"{ACME}&thread={root}")
    say(page, "An answer", label="Write a reply")
    expect(page.locator("main .thread-link")).to_contain_text("1 reply")
    reply = page.locator(".thread .message", has_text="An answer").get_attribute("data-ts")
    address = f"https://northwind.slack.com/archives/C0ACME/p{str(reply).replace('.', '')}?thread_ts={root}"
    small_app.post("C0TRIAGE", [blocks.section(f"See <{address}|the answer>")])
    page.goto(f"{small_app.url}#{TRIAGE}")
    page.get_by_role("link", name="the answer").click()
    expect(page.locator(".thread .message.marked")).to_contain_text("An answer")


def test_escape_closes_a_menu_and_not_the_thread_behind_it(small_app: SmallApp, open_page: OpenPage) -> None:
    root = small_app.post("C0ACME", [blocks.section("Root")])
    page = open_page(f"{ACME}&thread={root}")
    thread = page.get_by_role("complementary", name="Thread")
    for button in ("Add reaction", "More actions"):
        thread.locator(".message").hover()
        thread.get_by_role("button", name=button).first.click()
        expect(page.locator(".menu")).to_be_visible()
        page.keyboard.press("Escape")
        expect(page.locator(".menu")).to_have_count(0)
        expect(thread.get_by_role("button", name=button).first).to_be_focused()
    page.keyboard.press("Escape")
    expect(thread).to_have_count(0)


def test_own_messages_can_be_edited_and_deleted(open_page: OpenPage) -> None:
    page = open_page(ACME)
    say(page, "Firts & <last>")
    message = page.locator(".message", has_text="Firts & <last>")
    message.get_by_role("button", name="More actions").click()
    page.get_by_role("menuitem", name="Edit message").click()
    page.get_by_label("Edit message").fill("First")
    page.get_by_label("Edit message").press("Enter")
    expect(page.locator(".message", has_text="First")).to_contain_text("(edited)")
    page.locator(".message", has_text="First").get_by_role("button", name="More actions").click()
    page.get_by_role("menuitem", name="Delete message").click()
    page.get_by_role("dialog", name="Delete message").get_by_role("button", name="Cancel").click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page.locator(".message", has_text="First")).to_have_count(1)
    page.locator(".message", has_text="First").get_by_role("button", name="More actions").click()
    page.get_by_role("menuitem", name="Delete message").click()
    page.get_by_role("dialog", name="Delete message").get_by_role("button", name="Delete").click()
    expect(page.locator(".message", has_text="First")).to_have_count(0)


def test_a_message_shortcut_reaches_the_app(open_page: OpenPage) -> None:
    page = open_page(ACME)
    say(page, "The printer is on fire")
    page.locator(".message", has_text="printer").get_by_role("button", name="More actions").click()
    page.get_by_role("menuitem", name="Make a request").click()
    dialog = page.get_by_role("dialog", name="New request")
    expect(dialog.get_by_label("Short description")).to_have_value("The printer is on fire")
