"""The local Slack against a real Bolt app: what Bolt verifies and how it routes has to agree with what is sent."""

import threading
from collections.abc import Iterator
from http.server import HTTPServer

import pytest
from slack_bolt import App
from slack_bolt.app.app import SlackAppDevelopmentServer
from slack_sdk import WebClient

from tests.driver import Slack
from tests.playground.conftest import Start
from tests.playground.parts import actions, button, modal, section, text_field


@pytest.fixture
def served(start: Start) -> Iterator[Slack]:
    slack = start()
    bolt = small_app(slack)
    development = SlackAppDevelopmentServer(0, "/slack/events", bolt)
    server: HTTPServer = development._server
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    slack.app_url = f"http://127.0.0.1:{server.server_port}/slack/events"
    yield slack
    server.shutdown()
    server.server_close()


def small_app(slack: Slack) -> App:
    client = WebClient(slack.token, base_url=slack.api_url)
    app = App(client=client, signing_secret=slack.signing_secret, process_before_response=True)

    @app.command("/request")
    def open_form(ack, body, client):
        client.views_open(trigger_id=body["trigger_id"], view=modal(text_field("Short description")))
        ack()

    @app.view("form")
    def file(ack, view, body, client):
        words = view["state"]["values"]["Short description"]["it"]["value"]
        if len(words) < 3:
            ack(response_action="errors", errors={"Short description": "Please say more."})
            return
        blocks = [section(f"{words}, asked by <@{body['user']['id']}>"), actions(button("Take it", "take"))]
        client.chat_postMessage(channel="C0TEAM", text=words, blocks=blocks)
        ack()

    @app.action("take")
    def take(ack, body, respond):
        respond(replace_original=True, text=f"<@{body['user']['id']}> has it")
        ack()

    @app.event("app_mention")
    def mentioned(event, say):
        say(text="Yes?", thread_ts=event["ts"])

    @app.event("message")
    def heard():
        pass

    return app


def test_from_the_command_to_the_click(served: Slack):
    ana, bo = served.person("U0ANA", "C0ACME"), served.person("U0BO")
    ana.opens("/request").fills({"Short description": "No"}).submits(refused="Please say more.")
    ana.fills({"Short description": "Printer on fire"}).submits()

    assert ana.modal() is None
    bo.sees("Printer on fire, asked by @Ana").clicks("Take it", on="Printer on fire").sees("@Bo has it")


def test_a_mention_is_answered_in_its_thread(served: Slack):
    ana = served.person("U0ANA")
    ts = ana.types("C0ACME", "@Steward hello")

    assert [m["text"] for m in ana.thread("C0ACME", ts)][1:] == ["Yes?"]


def test_bolt_refuses_a_wrong_signature(served: Slack):
    served.http.signing_secret = "another"
    ana = served.person("U0ANA", "C0ACME")

    ana.opens("/request", refused="dispatch_failed")
    assert ana.screen()["deliveries"][0]["status"] == 401


def test_an_unknown_button_is_a_failed_click(served: Slack):
    client = WebClient(served.token, base_url=served.api_url)
    client.chat_postMessage(channel="C0ACME", text="x", blocks=[actions(button("Old", "from-an-older-version"))])

    served.person("U0ANA").clicks("Old", refused="http_404")
