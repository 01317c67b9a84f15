"""`check --live`, against the local Slack's validator: never against the real one."""

import pytest

from bot import check
from bot.check.samples import Sample, collect
from tests.check.conftest import a_closed_port
from tests.house import House

GOOD = {"blocks": [{"type": "section", "text": {"type": "mrkdwn", "text": "Fine"}}]}
LONG = {"blocks": [{"type": "header", "text": {"type": "plain_text", "text": "h" * 151}}]}
LONG_TITLE = {
    "type": "modal",
    "title": {"type": "plain_text", "text": "A title of more than twenty-four"},
    "blocks": [{"type": "divider"}],
}


def run(*samples: Sample, sleep=pytest.fail) -> check.Report:
    return check.live(say=said.append, samples=lambda: list(samples), sleep=sleep)


said: list[str] = []


@pytest.fixture(autouse=True)
def the_local_slack(house: House, environment) -> None:
    """Its address is all that the environment says: no token is needed."""
    said.clear()
    environment(SLACK_API_URL=house.slack.api_url)


def test_before_anything_is_sent_it_says_what_leaves_the_machine(house: House):
    run(Sample("message", GOOD))
    assert "the demo's texts only, and no token" in " ".join(said)
    assert house.slack.api_url in " ".join(said)


def test_what_is_refused_is_told_with_its_place(house: House):
    house.slack.asks_for("blocks.validate", "invalid_blocks")
    house.slack.asks_for("blocks.validate", "invalid_view")
    report = run(Sample("message", GOOD), Sample("long", LONG), Sample("window", {"view": LONG_TITLE}))
    assert set(report.groups) - {"message"} == {"long", "window"}
    assert "/0/text/text: " in report.groups["long"][0].says
    assert "/title/text: " in report.groups["window"][0].says


def test_it_asks_without_a_token_and_changes_nothing(house: House):
    before = house.state_of_the_world()
    report = run(Sample("message", GOOD))
    assert report.as_text().startswith("Slack\n  ✓ The validator accepts all 1 payloads.")
    assert house.state_of_the_world() == before
    assert [call.method for call in house.slack.calls if call.method == "blocks.validate"] == ["blocks.validate"]


def test_it_waits_when_it_is_asked_to(house: House):
    house.slack.fail_next("blocks.validate", 429, retry_after=4)
    waited: list[float] = []
    assert run(Sample("message", GOOD), sleep=waited.append).wrong == []
    assert waited == [4.0]


def test_slack_is_away(environment):
    environment(SLACK_API_URL=f"http://127.0.0.1:{a_closed_port()}/api/")
    (finding,) = run(Sample("message", GOOD), Sample("message", GOOD)).wrong
    assert "can't be reached" in finding.says


def test_everything_that_pressing_brings_up_is_among_the_samples_once(house: House):
    house.files_a_request()
    house.bo.clicks("Take it", on="Help centre search")
    house.ticks()
    samples = collect(house.slack, ["U0BO", "U0ANA"])
    names = {sample.name for sample in samples}
    assert {"message", "home", "request", "time", "ticket.window", "queue.window", "search.window", "ticket.move",
            "help.window", "away.form", "rota.window", "hours.window", "message.write"} <= names  # fmt: skip
    assert len(samples) < 80
    assert run(*samples, sleep=pytest.fail).wrong == []
