"""A small Bolt app behind the local Slack: enough of everything for the page to show and press."""

import threading
import time
from http.server import HTTPServer
from typing import Any

from slack_bolt import App
from slack_bolt.app.app import SlackAppDevelopmentServer
from slack_sdk import WebClient

from bot.playground import LocalSlack
from tests.browser import blocks

MANIFEST: dict[str, Any] = {
    "display_information": {"name": "Steward"},
    "features": {
        "app_home": {"home_tab_enabled": True, "messages_tab_enabled": True, "messages_tab_read_only_enabled": False},
        "bot_user": {"display_name": "Steward", "always_online": True},
        "slash_commands": [
            {"command": "/request", "description": "File a request", "usage_hint": "[words]", "should_escape": True},
            {"command": "/time", "description": "Log time on a ticket", "usage_hint": "T-1 45m", "should_escape": True},
            {"command": "/everything", "description": "Every control", "usage_hint": "", "should_escape": True},
            {"command": "/slow", "description": "Answers too late", "usage_hint": "", "should_escape": True},
        ],
        "shortcuts": [{"name": "Make a request", "type": "message", "callback_id": "from_message", "description": "-"}],
    },
    "oauth_config": {"scopes": {"bot": [
        "commands", "chat:write", "channels:read", "groups:read", "channels:history", "groups:history", "im:history",
        "im:write", "users:read", "files:read", "files:write", "pins:write",
    ]}},
    "settings": {
        "event_subscriptions": {"bot_events": ["app_home_opened", "message.channels", "message.im"]},
        "interactivity": {"is_enabled": True},
    },
}  # fmt: skip

PEOPLE = [
    {"id": "U0BO", "name": "bo", "real_name": "Bo", "title": "Engineer"},
    {"id": "U0LEA", "name": "lea", "real_name": "Lea", "title": "Service lead, approver"},
    {"id": "U0ANA", "name": "ana", "real_name": "Ana", "title": "Acme: support desk", "guest": True},
    {"id": "U0CLEO", "name": "cleo", "real_name": "Cleo", "title": "Head of care", "team": "T0ACME", "outsider": True},
]  # fmt: skip
TEAMS = [{"id": "T0ACME", "name": "Acme"}]
CHANNELS = [
    {"id": "C0TRIAGE", "name": "triage", "members": ["U0BO", "U0LEA"], "bot_member": True, "topic": "New tickets"},
    {
        "id": "C0ACME", "name": "acme", "members": ["U0BO", "U0LEA", "U0ANA", "U0CLEO"], "bot_member": True,
        "shared_with": ["T0ACME"],
    },
]  # fmt: skip


class SmallApp:
    """The local Slack, the app behind it, and what the app was told."""

    def __init__(self) -> None:
        self.slack = LocalSlack(MANIFEST, PEOPLE, CHANNELS, other_teams=TEAMS, seconds=0.4, enforce_rate_limits=False)
        self.submitted: list[dict[str, Any]] = []
        self.pressed: list[dict[str, Any]] = []

    def start(self) -> "SmallApp":
        self.slack.start()
        self.client = WebClient(self.slack.token, base_url=self.slack.api_url)
        bolt = App(
            signing_secret=self.slack.signing_secret, client=self.client,
            token_verification_enabled=False, process_before_response=True,
        )  # fmt: skip
        self._listen(bolt)
        development = SlackAppDevelopmentServer(0, "/slack/events", bolt, http_server_logger_enabled=False)
        server: HTTPServer = development._server
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self._server = server
        self.slack.app_url = f"http://127.0.0.1:{server.server_port}/slack/events"
        return self

    def stop(self) -> None:
        self.slack.stop()
        self._server.shutdown()
        self._server.server_close()

    @property
    def url(self) -> str:
        return self.slack.url

    def post(self, channel: str, content: list[dict[str, Any]], text: str = "A message", **more: Any) -> str:
        return self.client.chat_postMessage(channel=channel, text=text, blocks=content, **more)["ts"]

    def _listen(self, bolt: App) -> None:
        bolt.command("/request")(self._open_request)
        bolt.command("/everything")(self._open_everything)
        bolt.command("/time")(lambda ack, command: ack(f"Logged: {command['text']}"))
        bolt.command("/slow")(lambda ack: time.sleep(1.6))
        bolt.view("request")(self._submitted)
        bolt.view("everything")(self._submitted)
        bolt.options("ticket")(self._find_tickets)
        bolt.event("app_home_opened")(self._publish_home)
        bolt.event("message")(lambda: None)
        bolt.action("fail")(lambda: time.sleep(1.6))
        bolt.shortcut("from_message")(self._from_message)
        bolt.action("add_field")(self._add_field)
        bolt.action("explain")(self._explain)
        bolt.action({"type": "block_actions", "block_id": "pressing"})(self._pressed)

    def _open_request(self, ack: Any, command: dict[str, Any], client: WebClient) -> None:
        client.views_open(trigger_id=command["trigger_id"], view=blocks.request_form(command["text"]))
        ack()

    def _open_everything(self, ack: Any, command: dict[str, Any], client: WebClient) -> None:
        client.views_open(trigger_id=command["trigger_id"], view=blocks.every_input())
        ack()

    def _from_message(self, ack: Any, shortcut: dict[str, Any], client: WebClient) -> None:
        client.views_open(trigger_id=shortcut["trigger_id"], view=blocks.request_form(shortcut["message"]["text"]))
        ack()

    def _submitted(self, ack: Any, view: dict[str, Any]) -> None:
        values = view["state"]["values"]
        self.submitted.append(values)
        words = values.get("summary", {}).get("value", {}).get("value") or ""
        if words == "slow":
            time.sleep(1.6)
        if words == "nonsense":
            ack(response_action="errors", errors={"summary": "Please say what you need."})
        else:
            ack()

    def _find_tickets(self, ack: Any, payload: dict[str, Any]) -> None:
        found = [f"T-{n} Printer {n}" for n in range(101, 106)]
        ack(options=[blocks.option(words) for words in found if payload["value"].lower() in words.lower()])

    def _publish_home(self, event: dict[str, Any], client: WebClient) -> None:
        client.views_publish(user_id=event["user"], view={"type": "home", "blocks": blocks.home(event["user"])})

    def _pressed(self, ack: Any, action: dict[str, Any]) -> None:
        self.pressed.append(action)
        ack()

    def _explain(self, ack: Any, body: dict[str, Any], client: WebClient) -> None:
        client.views_push(trigger_id=body["trigger_id"], view=blocks.explanation())
        ack()

    def _add_field(self, ack: Any, body: dict[str, Any], client: WebClient) -> None:
        longer = blocks.request_form("", extra=True)
        client.views_update(view_id=body["view"]["id"], view=longer)
        ack()
