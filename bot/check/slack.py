"""Reading Slack: one call at a time, patient where it asks to wait, page after page."""

import logging
import re
import urllib.parse
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot.slack.unanswered import NO_ANSWER

SECONDS = 10
TRIES = 5
LONGEST_WAIT = 60.0
PAGE = 200
NAME = re.compile(r"[a-z][a-z0-9_]{1,60}")  # how Slack names what it refuses


class Away(Exception):
    """Slack can't be reached, or can't answer now; the message says which."""


class Refusal(Exception):
    """Slack answered, and said no."""

    def __init__(self, method: str, told: dict[str, Any]):
        super().__init__(f"{method}: {told['error']}")
        self.method, self.told = method, told
        self.code = str(told["error"])
        self.needed = str(told.get("needed") or "")


class Answer(NamedTuple):
    """What a call told, and its headers in small letters."""

    told: dict[str, Any]
    headers: dict[str, str]


class Slack:
    """`Slack(token, address, sleep=time.sleep).call("auth.test")`."""

    def __init__(self, token: str | None, address: str, *, sleep: Callable[[float], None]):
        silent = logging.getLogger("bot.check.slack")
        silent.setLevel(logging.CRITICAL)  # what went wrong is said in the report
        self._address, self._sleep = address, sleep
        self._client = WebClient(token=token, base_url=address, timeout=SECONDS, retry_handlers=[], logger=silent)

    def call(self, method: str, **arguments: Any) -> Answer:
        """One answer; raises Refusal or Away."""
        for _ in range(TRIES):
            try:
                response = self._client.api_call(method, params=arguments)
            except SlackApiError as error:
                status = getattr(error.response, "status_code", 200)
                told = getattr(error.response, "data", error.response)  # a dict where the body was no JSON at all
                if status == 429:
                    self._sleep(_seconds(_small(error.response.headers).get("retry-after", "")))
                    continue
                if status >= 500:
                    raise Away(f"{self._host} is out of order (HTTP {status})") from error
                if not isinstance(told, dict) or not NAME.fullmatch(str(told.get("error"))):
                    raise Away(self._unlike_slack) from error
                raise Refusal(method, told) from error
            except (UnicodeDecodeError, AttributeError) as error:  # the SDK takes any JSON for an object
                raise Away(self._unlike_slack) from error
            except NO_ANSWER as error:
                raise Away(f"{self._host} can't be reached ({getattr(error, 'reason', error)})") from error
            return Answer(response.data, _small(response.headers))  # pyright: ignore[reportArgumentType]  ok, so JSON
        raise Away(f"{self._host} asked {TRIES} times to wait")

    def pages(self, method: str, rows: str, **arguments: Any) -> Iterator[Any]:
        """Every row of a list that comes in pages."""
        cursor = ""
        while True:
            told = self.call(method, limit=PAGE, **({"cursor": cursor} if cursor else {}), **arguments).told
            yield from told[rows]
            cursor = (told.get("response_metadata") or {}).get("next_cursor") or ""
            if not cursor:
                return

    @property
    def _unlike_slack(self) -> str:
        return f"what {self._host} sends is not Slack's; a proxy may stand in between"

    @property
    def _host(self) -> str:
        return urllib.parse.urlsplit(self._address).netloc


def _seconds(asked: str) -> float:
    return min(float(asked), LONGEST_WAIT) if asked.isdecimal() else 1.0


def _small(headers: Any) -> dict[str, str]:
    return {str(name).lower(): str(value) for name, value in dict(headers).items()}
