"""The house holds it against the app when Slack could not have carried out what it said."""

from collections.abc import Iterator
from contextlib import suppress
from urllib.error import URLError
from urllib.request import urlopen

import pytest
from slack_sdk.errors import SlackApiError
from starlette.applications import Starlette

from tests.house import House, running, served


@pytest.fixture
def lenient(database_url: str) -> Iterator[House]:
    """A house that is not asked at its end."""
    with running(database_url) as house:
        yield house


def says_something_wrong(house: House) -> None:
    with suppress(SlackApiError):
        house.courier._client.chat_postMessage(channel="C0TRIAGE", text="x", blocks=[{"type": "poem"}])


def test_a_call_that_could_not_succeed_is_found(lenient: House):
    lenient.was_understood()
    says_something_wrong(lenient)

    with pytest.raises(AssertionError, match="unsupported type: poem"):
        lenient.was_understood()


def test_a_failure_that_a_test_asked_for_is_not(lenient: House):
    lenient.slack.fail_next("chat.postMessage", "invalid_blocks")
    says_something_wrong(lenient)

    lenient.was_understood()


def test_an_answer_that_could_not_be_carried_out_is_found(lenient: House):
    lenient.ana.opens("/request")
    lenient.was_understood()
    lenient.slack.deliveries.kept[-1].error = "errors name no input block: x"

    with pytest.raises(AssertionError, match="errors name no input block"):
        lenient.was_understood()


def test_silence_is_not_held_against_it(lenient: House):
    lenient.ana.opens("/request")
    lenient.slack.deliveries.kept[-1].error = "operation_timeout"

    lenient.was_understood()


def test_an_app_ends_with_the_test_that_failed():
    with pytest.raises(ZeroDivisionError), served(Starlette()) as address:
        raise ZeroDivisionError
    with pytest.raises(URLError):
        urlopen(address, timeout=5)
