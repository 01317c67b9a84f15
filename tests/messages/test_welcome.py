"""The welcome and the question: within Slack's limits, in the client's own hours, and naming nobody else."""

from datetime import time

import pytest

from bot.domain.accounts import Account
from bot.domain.business_time import Calendar
from bot.messages.welcome import hours, question, welcome
from bot.playground.validation import problems_in_message


def account(name: str = "Acme") -> Account:
    return Account(name=name, channel_slack_id="C0ACME", timezone="Europe/Berlin", holidays="DE")


def test_the_welcome_reads_as_before(as_before):
    as_before("welcome", welcome(account(), "C0ACME")[1])


def test_the_question_reads_as_before_and_names_no_account(as_before):
    as_before("whose_channel", question(None)[1])
    assert "Acme" in question(account())[0]


@pytest.mark.parametrize("name", ["A" * 300, "<!channel> & <@U0BO>", "العربية", "🔥" * 60])
def test_whatever_an_account_is_called_slack_takes_it_and_nobody_is_pinged(name: str):
    for text, body in (welcome(account(name), "C0ACME"), question(account(name))):
        assert problems_in_message(body) == []
        sections = [block["text"]["text"] for block in body if block["type"] == "section"]
        assert not any("<!" in words or "<@" in words for words in [text, *sections])


@pytest.mark.parametrize(
    ("calendar", "sentence"),
    [
        (Calendar(zone="Europe/Berlin", country="DE"),
         "Monday to Friday, 09:00 to 17:00, Berlin time, except on public holidays."),
        (Calendar(zone="America/New_York", opens=time(8, 30)), "Monday to Friday, 08:30 to 17:00, New York time."),
        (Calendar(zone="UTC", weekdays=frozenset({0, 2, 6})), "Monday, Wednesday, Sunday, 09:00 to 17:00, UTC time."),
        (Calendar(zone="Asia/Dubai", weekdays=frozenset({0, 1, 2, 3})), "Monday to Thursday, 09:00 to 17:00, Dubai"),
    ],
)  # fmt: skip
def test_business_hours_are_told_in_the_clients_zone(calendar: Calendar, sentence: str):
    assert sentence in hours(calendar)
