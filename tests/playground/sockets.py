"""An app's side of Socket Mode, one frame at a time."""

import contextlib
import json
from collections.abc import Iterator
from typing import Any

from slack_sdk import WebClient
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from tests.driver import Slack

Json = dict[str, Any]
PATIENCE = 10.0


class Socket:
    """`with connected(slack) as socket:`, then `socket.hears()` and `socket.acknowledges(envelope)`."""

    def __init__(self, connection: ClientConnection):
        self.connection = connection
        self.hello = self.hears()

    def hears(self) -> Json:
        return json.loads(self.connection.recv(PATIENCE))

    def acknowledges(self, envelope: Json, payload: Json | None = None) -> None:
        answer = {"envelope_id": envelope["envelope_id"]} | ({"payload": payload} if payload is not None else {})
        self.connection.send(json.dumps(answer))

    def is_closed(self) -> bool:
        with contextlib.suppress(ConnectionClosed):
            self.connection.recv(PATIENCE)
            return False
        return True


def url_of(slack: Slack, token: str | None = None) -> str:
    client = WebClient(base_url=slack.api_url, retry_handlers=[], timeout=5)
    return client.apps_connections_open(app_token=token or slack.app_token)["url"]


@contextlib.contextmanager
def connected(slack: Slack) -> Iterator[Socket]:
    with connect(url_of(slack), proxy=None, close_timeout=1) as connection:
        yield Socket(connection)
