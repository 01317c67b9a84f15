"""What operators can read of a running house: figures for Prometheus, and one name for an interaction in every line."""

import io
import json
import re
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import structlog
from prometheus_client import REGISTRY

from bot import logs, metrics
from bot.domain.workflow import Action
from tests.handlers.test_arrival import a_form, get
from tests.house import House
from tests.slack.desk import delivers, does, files, moves, waits_are_over
from tests.test_processes import PATIENCE, ROOT, a_free_port, a_moment, applied, env, process, slack  # noqa: F401

Kept = io.StringIO


@pytest.fixture(autouse=True)
def log() -> Iterator[Kept]:
    """The logs as a process writes them."""
    kept = io.StringIO()
    logs.configure("info")
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(kept))
    yield kept
    structlog.reset_defaults()


def lines(log: Kept, event: str | None = None) -> list[dict[str, Any]]:
    told = [json.loads(line) for line in log.getvalue().splitlines()]
    return [line for line in told if event in (None, line["event"])]


def value(name: str, **labels: str) -> float:
    return REGISTRY.get_sample_value(name, labels) or 0.0


def delivered(outcome: str, method: str = "chat.postMessage") -> float:
    return value("steward_deliveries_total", method=method, outcome=outcome)


# --- one name for an interaction


def test_one_line_per_interaction_carries_the_name_that_its_deliveries_carry_too(house: House, log: Kept):
    house.files_a_request()
    (filed,) = (line for line in lines(log, "arrival") if line["kind"] == "view")
    assert {row["reference"] for row in house.rows("select reference from outbox")} == {filed["reference"]}
    brought = lines(log, "delivered")
    assert [line["reference"] for line in brought] == [filed["reference"]] * 2
    references = [line["reference"] for line in lines(log, "arrival")]
    assert len(references) == len(set(references))


def test_what_no_person_asked_for_bears_nobodys_name(house: House, log: Kept):
    house.ticks()
    brought = lines(log, "delivered")
    assert brought
    assert not [one for one in brought if "reference" in one]


def test_the_reference_a_person_is_told_is_the_one_in_the_logs(house: House, log: Kept):
    payload = a_form(house)
    does(house, "alter table ticket add constraint broken check (false) not valid")
    payload["view"]["id"] = "V0BROKEN"
    _, said = house.sends_payload(payload)
    told = re.search(r"tell us (\w{8})", said)
    assert told, said
    assert lines(log, "arrival")[-1]["reference"] == told[1]
    (failed,) = lines(log, "could not be done")
    assert failed["reference"] == told[1]


def test_an_arrival_that_is_over_leaves_its_name_with_nobody(house: House, log: Kept):
    house.bo.opens("/steward")
    assert logs.reference() is None
    with logs.referring_to("one"):
        assert logs.reference() == "one"
    assert logs.reference() is None


# --- figures


def test_deliveries_are_counted_by_what_became_of_them(house: House):
    outcomes = ("brought", "found", "later", "held", "dead")
    before = {outcome: delivered(outcome) for outcome in outcomes}
    retries = value("steward_delivery_retries_total")
    house.slack.fault("lost", method="chat.postMessage", channel="C0ACME")
    files(house)
    delivers(house)  # Acme's answer is lost, the team's card stands
    waits_are_over(house)
    delivers(house)
    house.slack.fail_next("chat.postMessage", 429, channel="C0UMBRELLA")
    files(house, account="Umbrella", by="Rex")
    delivers(house)
    house.slack.workspace.channels["C0UMBRELLA"].archived = True
    waits_are_over(house)
    delivers(house)
    grown = {outcome: delivered(outcome) - before[outcome] for outcome in outcomes}
    assert grown == {"brought": 3, "found": 1, "later": 1, "held": 1, "dead": 1}
    assert value("steward_delivery_retries_total") - retries == 1  # what was held certainly did not arrive


def test_edits_are_told_apart_from_posts(house: House):
    number = files(house)
    delivers(house)
    before = delivered("brought", "chat.update")
    moves(house, number, Action.TAKE)
    delivers(house)
    assert delivered("brought", "chat.update") - before == 2


def test_calls_to_slack_are_measured_by_method_and_answer(house: House):
    ok, failed = ({"method": "views.open", "outcome": outcome} for outcome in ("ok", "internal_error"))
    before = value("steward_slack_call_seconds_count", **ok), value("steward_slack_call_seconds_count", **failed)
    house.ana.opens("/request").closes()
    house.slack.fail_next("views.open", "internal_error")
    house.ana.opens("/request")
    after = value("steward_slack_call_seconds_count", **ok), value("steward_slack_call_seconds_count", **failed)
    assert (after[0] - before[0], after[1] - before[1]) == (1, 1)


def test_a_job_tells_how_late_it_was(house: House):
    count, total = "steward_job_late_seconds_count", "steward_job_late_seconds_sum"
    before = value(count, job="daily-digest"), value(total, job="daily-digest")
    house.ticks()  # at ten; it was due at nine
    assert value(count, job="daily-digest") - before[0] == 1
    assert value(total, job="daily-digest") - before[1] == 3600


def test_scraping_tells_of_the_outbox_and_the_pool_and_of_nobody(house: House):
    house.slack.workspace.channels["C0ACME"].archived = True
    files(house)
    delivers(house)
    status, told = get(house, "/metrics")
    deadline = time.monotonic() + 30
    while "steward_connections_in_use 0.0" not in told and time.monotonic() < deadline:  # Slack tells of its posts
        status, told = get(house, "/metrics")
    assert status == 200
    for line in ("steward_outbox_dead 1.0", "steward_connections_in_use 0.0", "steward_arrivals_waiting 0.0"):
        assert line in told, line
    assert "C0ACME" not in told
    assert "U0ANA" not in told


def test_every_metric_is_described_on_the_page_and_none_twice():
    page = (ROOT / "docs" / "reference.md").read_text(encoding="utf-8")
    names = [name for name, *_ in metrics.described()]
    assert len(names) == len(set(names)) > 10
    ours = {family.name for family in REGISTRY.collect() if family.name.startswith("steward_")}
    assert {name.removesuffix("_total") for name in names} == ours
    assert [name for name in names if f"`{name}`" not in page] == []


def test_a_worker_has_its_own_figures_where_it_is_told_to(applied: dict[str, str], tmp_path: Path):  # noqa: F811
    port = a_free_port()
    log = tmp_path / "worker.log"
    with log.open("wb") as told:
        worker = subprocess.Popen(
            [sys.executable, "-m", "bot", "worker", "--port", str(port)], cwd=ROOT, env=applied, stderr=told
        )
        try:
            ticked = ""
            while not re.search(r"steward_last_tick_timestamp_seconds 1\.\d+e\+09", ticked):
                assert worker.poll() is None, log.read_text()
                a_moment()
                try:
                    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=2) as answer:
                        ticked = answer.read().decode()
                except OSError:
                    continue
            assert "steward_deliveries_total" in ticked
        finally:
            worker.terminate()
            assert worker.wait(PATIENCE) == 0
