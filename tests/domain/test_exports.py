"""What an auditor reads: every decision, no formula, and the same bytes each time."""

import csv
import io
import json
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain import changes, releases
from bot.domain.cells import guarded
from bot.domain.changes import ChangeState
from bot.domain.exports import export
from bot.domain.months import Month
from bot.domain.routing import RequestType
from bot.domain.seats import Verdict
from tests.cast import by_name
from tests.domain.desk import MONDAY, file_a_ticket
from tests.domain.test_changes import NIGHT, a_change, asks, cast, released, says  # noqa: F401  a fixture


def table(session, **wanted) -> list[dict[str, str]]:
    made = export(session, "changes", "csv", **{"month": None, "account": None, **wanted})
    return list(csv.DictReader(io.StringIO(made.decode(), newline="")))


def records(session) -> list[dict]:
    return json.loads(export(session, "changes", "json", month=None, account=None))["changes"]


@pytest.fixture
def failed(session, cast, acme):  # noqa: F811
    """A change with a title that would run, rejected once, approved, released, and blamed for an incident."""
    change = a_change(session, acme, title='=HYPERLINK("http://evil.example")')
    says(session, asks(session, change), "Maya", Verdict.REJECT, "@here: not like that")
    says(session, asks(session, change), "Eve")
    release = released(session, change)
    releases.go(session, release, by=cast("Bo"), now=NIGHT, seen=release.version)
    incident = file_a_ticket(session, now=NIGHT + timedelta(days=2), request_type=RequestType.INCIDENT)
    changes.link(session, change, incident, by=cast("Bo"), now=NIGHT + timedelta(days=2))
    return change, incident


def test_a_change_is_one_row_with_every_decision(session, failed):
    change, incident = failed
    (row,) = table(session)
    assert (row["change"], row["account"], row["class"], row["outcome"]) == (change.key, "Acme", "routine", "released")
    assert (row["score"], row["level"], row["implementer"]) == ("2", "low", "Bo (U0BO)")
    assert (row["released_at"], row["incidents"]) == ("2026-11-24T18:00:00+00:00", incident.key)
    decisions = row["decisions"].splitlines()
    assert [line.split(" | ")[:4] for line in decisions] == [
        ["Maya (U0MAYA)", "Maya (U0MAYA)", "peer", "reject"],
        ["Eve (U0EVE)", "Eve (U0EVE)", "peer", "approve"],
        ["Sam (U0SAM)", "Sam (U0SAM)", "release_approver", "approve"],
    ]
    assert decisions[0].endswith(f"rejected | {change.content_hash} | @here: not like that")


def test_json_tells_the_whole_history(session, failed):
    (record,) = records(session)
    kinds = [event["kind"] for event in record["history"]]
    assert kinds[0] == "change_made"
    assert {"approval_asked", "approval_decided", "release_made", "release_moved", "change_blamed"} <= set(kinds)
    moves = [event["to"] for event in record["history"] if event["kind"] == "change_moved"]
    assert moves == ["waiting for approval", "rejected", "waiting for approval", "approved", "scheduled", "released"]
    assert record["decisions"][2]["on"].startswith("release ")


def test_no_cell_runs(session, failed):
    (row,) = table(session)
    assert row["title"] == '\'=HYPERLINK("http://evil.example")'


@given(st.text(alphabet=st.sampled_from("=+-@\t\r\n ＝＋－＠ab1\u00a0\ufeff"), max_size=6))
def test_whatever_is_written_begins_no_formula(words):
    assert guarded(words).lstrip(" \n\x00\ufeff\u00a0")[:1] not in set("=+-@\t\r＝＋－＠")
    assert guarded(words).endswith(words)


@pytest.mark.parametrize("how", ["csv", "json"])
def test_the_same_rows_give_the_same_bytes(session, failed, how):
    once, again = (export(session, "changes", how, month=None, account=None) for _ in range(2))
    assert once == again


def test_a_month_and_an_account_narrow_it(session, cast, acme, failed):  # noqa: F811
    change, _ = failed
    umbrella = a_change(session, by_name(session, "Umbrella"))
    umbrella.created_at = MONDAY - timedelta(days=60)
    session.flush()
    assert [row["change"] for row in table(session)] == [change.key, umbrella.key]
    assert [row["change"] for row in table(session, month=Month(2026, 11))] == [change.key]
    assert [row["change"] for row in table(session, month=Month(2026, 9))] == [umbrella.key]
    assert [row["change"] for row in table(session, account=acme)] == [change.key]
    assert table(session, month=Month(2026, 8)) == []


def test_what_another_system_names_is_not_ours(session, cast, acme):  # noqa: F811
    a_change(session, acme).state = ChangeState.IMPORTED
    session.flush()
    assert table(session) == records(session) == []
