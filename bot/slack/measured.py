"""Slack's Web API with a watch in hand: each call's method, its outcome and how long it took."""

import time
from typing import Any

from slack_sdk import WebClient
from slack_sdk.web import SlackResponse

from bot import metrics
from bot.slack.unanswered import code_of


class MeasuredClient(WebClient):
    """Any call ends up here; nothing but the measure is added."""

    @classmethod
    def of(cls, client: WebClient) -> "MeasuredClient":
        """The same client, measured: Bolt makes plain ones of its own for each request."""
        return cls(
            token=client.token, base_url=client.base_url, timeout=client.timeout, ssl=client.ssl, proxy=client.proxy,
            headers=client.headers, retry_handlers=client.retry_handlers,
        )  # fmt: skip

    def api_call(self, api_method: str, **arguments: Any) -> SlackResponse:  # pyright: ignore[reportIncompatibleMethodOverride]
        """As the SDK's own."""
        started, outcome = time.perf_counter(), "ok"
        try:
            return super().api_call(api_method, **arguments)
        except Exception as error:
            outcome = code_of(error)
            raise
        finally:
            metrics.SLACK_CALLS.labels(api_method, outcome).observe(time.perf_counter() - started)
