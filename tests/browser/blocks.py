"""Block Kit for the browser tests: every block and control the page draws."""

from typing import Any

Json = dict[str, Any]


def plain(text: str) -> Json:
    return {"type": "plain_text", "text": text, "emoji": True}


def mrkdwn(text: str) -> Json:
    return {"type": "mrkdwn", "text": text}


def option(text: str, value: str = "", description: str = "") -> Json:
    more = {"description": plain(description)} if description else {}
    return {"text": plain(text), "value": value or text, **more}


def section(text: str, **more: Any) -> Json:
    return {"type": "section", "text": mrkdwn(text), **more}


def button(text: str, action_id: str, **more: Any) -> Json:
    return {"type": "button", "text": plain(text), "action_id": action_id, **more}


def asked(label: str, block_id: str, element: Json, **more: Any) -> Json:
    return {
        "type": "input",
        "label": plain(label),
        "block_id": block_id,
        "element": {"action_id": "value"} | element,
        **more,
    }


# --- a message with everything

CONFIRM: Json = {
    "title": plain("Close it?"), "text": mrkdwn("The client will be *asked* how it went."), "confirm": plain("Close"),
    "deny": plain("Not yet"), "style": "danger",
}  # fmt: skip
OVERFLOW = {
    "type": "overflow",
    "action_id": "more",
    "options": [option("Reopen"), option("Merge", description="into another")],
}


MARKDOWN = """### Notes

- **one** and `two`
- [three](https://example.com)

| a | b |
|---|---|
| 1 | 2 |
"""


def reading(now: int) -> list[Json]:
    """Blocks that are only read."""
    return [
        {"type": "header", "text": plain("Every block :tada:")},
        section(
            "*bold* _italic_ ~struck~ `code` <https://example.com|a link> <@U0BO> <#C0ACME> <!here> :fire: "
            f"&lt;b&gt; &amp; <!date^{now}^{{date_short_pretty}} at {{time}}|then>\n"
            "> quoted\nsnake_case_name 2*3*4\n```pre\nformatted```"
        ),
        section("Fields", fields=[mrkdwn(f"*{name}*\nvalue") for name in ("Status", "Owner", "Due", "Allowance")]),
        {"type": "divider"},
        {"type": "context", "elements": [mrkdwn("Opened by <@U0ANA>"), plain("a plain one")]},
        {"type": "image", "image_url": "https://example.invalid/chart.png", "alt_text": "A chart that is offline"},
        rich_text(now),
        table(),
        {"type": "markdown", "text": MARKDOWN},
    ]  # fmt: skip


def rich_text(now: int) -> Json:
    text = {"type": "text", "text": "Rich "}
    bold = {"type": "text", "text": "bold", "style": {"bold": True}}
    item = {"type": "rich_text_section", "elements": [{"type": "text", "text": "an item"}]}
    date = {"type": "date", "timestamp": now, "format": "{date_short} {time}", "fallback": "then"}
    link = {"type": "link", "url": "https://example.com", "text": " linked "}
    return {
        "type": "rich_text",
        "elements": [
            {
                "type": "rich_text_section",
                "elements": [text, bold, link, {"type": "emoji", "name": "eyes"}, {"type": "user", "user_id": "U0BO"},
                             {"type": "channel", "channel_id": "C0ACME"}, date],
            },
            {"type": "rich_text_list", "style": "bullet", "elements": [item, item]},
            {"type": "rich_text_list", "style": "ordered", "indent": 1, "elements": [item]},
            {"type": "rich_text_quote", "elements": [text]},
            {"type": "rich_text_preformatted", "elements": [{"type": "text", "text": "fixed"}]},
        ],
    }  # fmt: skip


def raw(text: str) -> Json:
    return {"type": "raw_text", "text": text}


def table() -> Json:
    rows = [["Ticket", "Owner", "Due"], ["T-101", "Bo", "today"], ["T-102", "Lea", "Friday"]]
    return {"type": "table", "rows": [[raw(cell) for cell in row] for row in rows]}


def data_table() -> Json:
    rows: list[list[Json]] = [[raw("Account"), raw("Hours")]]
    rows += [[raw(f"Account {n}"), {"type": "raw_number", "value": n}] for n in range(1, 13)]
    return {"type": "data_table", "caption": "Hours used", "page_size": 5, "rows": rows}


def chart(kind: str) -> Json:
    points = [{"label": month, "value": value} for month, value in (("Sep", 12), ("Oct", 18), ("Nov", 9))]
    if kind == "pie":
        return {"type": "data_visualization", "title": "Shares", "chart": {"type": "pie", "segments": points}}
    series = [
        {"name": "Opened", "data": points},
        {"name": "Closed", "data": [p | {"value": p["value"] - 3} for p in points]},
    ]
    axis = {"categories": ["Sep", "Oct", "Nov"], "x_label": "Month", "y_label": "Tickets"}
    return {"type": "data_visualization", "title": kind, "chart": {"type": kind, "series": series, "axis_config": axis}}


def pressing() -> list[Json]:
    """Blocks that are pressed and chosen from."""
    choices = [option("Red"), option("Green")]
    return [
        {
            "type": "actions", "block_id": "pressing", "elements": [
                button("Take it", "take", style="primary", value="T-102"),
                button("Close", "close", style="danger", confirm=CONFIRM),
                {"type": "static_select", "action_id": "pick", "placeholder": plain("Move to"), "options": choices},
                OVERFLOW,
                {"type": "datepicker", "action_id": "day"},
                {"type": "users_select", "action_id": "who", "placeholder": plain("Assign")},
            ],
        },
        section("With an accessory", accessory=button("Open", "open", url="https://example.com")),
        {"type": "actions", "block_id": "failing", "elements": [button("Break it", "fail")]},
    ]  # fmt: skip


# --- forms


def request_form(words: str, extra: bool = False) -> Json:
    kinds = [option(kind) for kind in ("Incident", "Question", "Service request", "Access")]
    more = [asked("By which date", "date", {"type": "datepicker"})] if extra else []
    summary: Json = {"type": "plain_text_input", "max_length": 80}
    if words:
        summary["initial_value"] = words[:80]
    return {
        "type": "modal", "callback_id": "request", "title": plain("New request"), "submit": plain("Send"),
        "close": plain("Cancel"),
        "blocks": [
            asked("Request type", "kind", {"type": "static_select", "options": kinds, "initial_option": kinds[0]}),
            asked("Short description", "summary", summary, hint=plain("One line is enough.")),
            asked("Details", "details", {"type": "plain_text_input", "multiline": True}, optional=True),
            *more,
            {
                "type": "actions", "block_id": "growing",
                "elements": [button("Add a date", "add_field"), button("What is this?", "explain")],
            },
        ],
    }  # fmt: skip


def explanation() -> Json:
    return {"type": "modal", "title": plain("About requests"), "blocks": [section("A request becomes a ticket.")]}


EXTERNAL = {"type": "external_select", "action_id": "ticket", "min_query_length": 1}


def every_input() -> Json:
    choices = [option("Red", "red", "like a rose"), option("Green", "green"), option("Blue", "blue")]
    return {
        "type": "modal", "callback_id": "everything", "title": plain("Every control"), "submit": plain("Send"),
        "blocks": [
            {"type": "alert", "text": plain("Nothing is kept."), "level": "warning"},
            asked("A line", "line", {"type": "plain_text_input"}, optional=True),
            asked("A link", "link", {"type": "url_text_input"}, optional=True),
            asked("An e-mail", "mail", {"type": "email_text_input"}, optional=True),
            asked("A number", "number", {"type": "number_input", "is_decimal_allowed": True}, optional=True),
            asked("One colour", "one", {"type": "static_select", "options": choices}, optional=True),
            asked("Colours", "many", {"type": "multi_static_select", "options": choices}, optional=True),
            asked("Ticket", "ticket", EXTERNAL, optional=True),
            asked("Person", "person", {"type": "users_select"}, optional=True),
            asked("People", "people", {"type": "multi_users_select"}, optional=True),
            asked("Channel", "channel", {"type": "channels_select"}, optional=True),
            asked("Conversation", "talk", {"type": "conversations_select"}, optional=True),
            asked("Radio", "radio", {"type": "radio_buttons", "options": choices}, optional=True),
            asked("Boxes", "boxes", {"type": "checkboxes", "options": choices}, optional=True),
            asked("Date", "date", {"type": "datepicker"}, optional=True),
            asked("Time", "time", {"type": "timepicker"}, optional=True),
            asked("Moment", "moment", {"type": "datetimepicker"}, optional=True),
            asked("Files", "files", {"type": "file_input", "max_files": 2}, optional=True),
        ],
    }  # fmt: skip


def home(user: str) -> list[Json]:
    buttons = [button("New request", "new", style="primary"), button("My requests", "mine")]
    return [
        {"type": "header", "text": plain("Your work")},
        section(f"Hello <@{user}>, two tickets wait for you."),
        {"type": "actions", "block_id": "pressing", "elements": buttons},
        {"type": "divider"},
        table(),
    ]
