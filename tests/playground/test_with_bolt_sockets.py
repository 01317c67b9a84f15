"""The local Slack against Bolt's own Socket Mode: an ordinary app works with it unchanged."""

from collections.abc import Iterator

import pytest
from slack_bolt.adapter.socket_mode.builtin import SocketModeHandler
from slack_sdk import WebClient

from tests.driver import Slack
from tests.playground.conftest import Start
from tests.playground.parts import actions, button
from tests.playground.test_with_bolt import small_app


@pytest.fixture
def served(start: Start) -> Iterator[Slack]:
    slack = start(socket_mode=True)
    handler = SocketModeHandler(small_app(slack), slack.app_token, ping_interval=1)
    handler.connect()
    assert slack.sockets.wait_for(lambda numbers: len(numbers) == 1)
    yield slack
    handler.client.auto_reconnect_enabled = False
    slack.stop()  # its client waits in recv(), and would not close before it hears something
    handler.close()


def test_from_the_command_to_the_click(served: Slack):
    ana, bo = served.person("U0ANA", "C0ACME"), served.person("U0BO")
    ana.opens("/request").fills({"Short description": "No"}).submits(refused="Please say more.")
    ana.fills({"Short description": "Printer on fire"}).submits()

    assert ana.modal() is None
    bo.sees("Printer on fire, asked by @Ana").clicks("Take it", on="Printer on fire").sees("@Bo has it")
    assert {delivery.transport for delivery in served.deliveries.kept} == {"socket"}


def test_a_mention_is_answered_in_its_thread(served: Slack):
    ana = served.person("U0ANA")
    ts = ana.types("C0ACME", "@Steward hello")

    assert [m["text"] for m in ana.thread("C0ACME", ts)][1:] == ["Yes?"]


def test_it_comes_anew_when_it_is_asked_to(served: Slack):
    served.refresh_connections()
    assert served.sockets.wait_for(lambda numbers: numbers == [2])

    served.person("U0ANA", "C0ACME").opens("/request").fills({"Short description": "Printer on fire"}).submits()
    served.person("U0BO").sees("Printer on fire")


def test_it_comes_back_when_its_connection_is_lost(served: Slack):
    served.drop_connections()
    assert served.sockets.wait_for(lambda numbers: numbers == [2])

    served.person("U0ANA", "C0ACME").opens("/request").fills({"Short description": "Printer on fire"}).submits()


def test_an_unknown_button_is_never_acknowledged(served: Slack):
    served.deliveries.deadline = 0.1
    client = WebClient(served.token, base_url=served.api_url)
    client.chat_postMessage(channel="C0ACME", text="x", blocks=[actions(button("Old", "from-an-older-version"))])

    served.person("U0ANA").clicks("Old", refused="did not answer in time")
