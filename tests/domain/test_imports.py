"""Other systems' tickets: nothing lost, nothing twice, whatever the file looks like."""

import csv
import gzip
import io
import signal
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine, select, text
from sqlalchemy.orm import Session, sessionmaker

from bot.domain import changes, people
from bot.domain.accounts import Account
from bot.domain.events import Event, Kind
from bot.domain.imports import BadImport, ImportedRow, RejectedRow, Report, import_tickets, servicenow
from bot.domain.imports.foreign import Into, Row
from bot.domain.priority import Effect, Priority, Timing, Users
from bot.domain.provider import Provider
from bot.domain.releases.figures import figures
from bot.domain.routing import RequestType
from bot.domain.tickets import Filing, Ticket, file
from bot.domain.workflow import CloseReason, Status

COLUMNS = [
    *servicenow.LOG.columns,
    "caller_id",
    "rfc",
    "caused_by",
    "closed_code",
    "resolved_by",
    "resolved_at",
    "closed_at",
]
JIRA = "Summary,Issue id,Status,Priority,Resolution,Created,Resolved,Affects Version/s,Description\n"
ROOT = Path(__file__).resolve().parents[2]

Counts = Callable[[], dict[str, int]]


def update(number: str, state: str, at: str, **facts: str) -> dict[str, str]:
    """One row of a ServiceNow log; what is not said is null."""
    usual = {
        "number": number, "incident_state": state, "sys_updated_at": at, "opened_at": "2/3/2026 08:00",
        "sys_mod_count": "0", "priority": "3 - Moderate", "impact": "2 - Medium", "urgency": "2 - Medium",
        "category": "Category 55", "subcategory": "Subcategory 170", "u_symptom": "Symptom 72",
        "closed_at": "30/3/2026 12:00", "resolved_at": "29/3/2026 12:00", "closed_code": "code 5",
    }  # fmt: skip
    return dict.fromkeys(COLUMNS, "?") | usual | facts


def incident(number: str) -> list[dict[str, str]]:
    """The path most incidents take."""
    return [
        update(number, "New", "2/3/2026 08:05"),
        update(number, "Active", "2/3/2026 09:00", sys_mod_count="1"),
        update(number, "Resolved", "2/3/2026 16:00", sys_mod_count="2"),
        update(number, "Closed", "9/3/2026 16:00", sys_mod_count="3"),
    ]


def written(rows: list[dict[str, str]]) -> str:
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, COLUMNS)
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


@pytest.fixture
def load(database_url: str, owner: Engine, tmp_path: Path) -> Callable[..., Report]:
    """Import rows, text or bytes for Acme in Berlin; Globex is there as well."""
    with Session(owner) as session, session.begin():
        session.add(Account(name="Acme", timezone="Europe/Berlin"))
        session.add(Account(name="Globex", timezone="America/New_York"))

    def load(content: Any, *, name: str = "log.csv", account: str = "Acme", source: str | None = None) -> Report:
        path = tmp_path / name
        content = written(content) if isinstance(content, list) else content
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return import_tickets(database_url, path, account=account, source=source, progress=lambda done, total: None)

    return load


@pytest.fixture
def stored(owner: Engine) -> Callable[[type], list[Any]]:
    """All rows of an entity, in the order of their ids."""

    def stored(entity: Any) -> list[Any]:
        with Session(owner) as session:
            return list(session.scalars(select(entity).order_by(entity.id)))

    return stored


def moves(events: list[Event]) -> list[tuple[str | None, str | None]]:
    return [(event.source, event.target) for event in events if event.kind is Kind.MOVED]


def test_a_log_becomes_tickets_with_their_history(load, stored) -> None:
    report = load(incident("INC1"))

    assert (report.rows, report.new, report.already_there, report.rejected_rows) == (4, 1, 0, 0)
    (ticket,) = stored(Ticket)
    assert ticket.key == "T-101"
    assert (ticket.source, ticket.source_key) == ("servicenow", "INC1")
    assert ticket.title == "Category 55 / Subcategory 170: Symptom 72"
    assert ticket.request_type is RequestType.INCIDENT
    assert ticket.status is Status.CLOSED
    assert ticket.created_at == datetime(2026, 3, 2, 7, tzinfo=UTC), "Berlin is an hour ahead in winter"
    assert ticket.closed_at == ticket.status_since == datetime(2026, 3, 9, 15, tzinfo=UTC)
    events = stored(Event)
    assert [event.kind for event in events] == [Kind.IMPORTED, Kind.MOVED, Kind.MOVED, Kind.MOVED]
    assert moves(events) == [
        ("New", "In progress"), ("In progress", "Client review"), ("Client review", "Closed"),
    ]  # fmt: skip
    assert ticket.version == 4
    assert {(event.ticket_id, event.account_id, event.actor_id) for event in events} == {(101, ticket.account_id, None)}


def test_the_raw_lines_are_kept(load, stored) -> None:
    load(incident("INC1"))

    (kept,) = stored(ImportedRow)
    assert (kept.source_key, kept.ticket_id, kept.rejected_because) == ("INC1", 101, None)
    assert kept.raw.split("\n") == written(incident("INC1")).splitlines()[1:]


def test_twice_adds_nothing(load, counts: Counts) -> None:
    rows = [*incident("INC1"), *incident("INC2"), update("INC3", "-100", "2/3/2026 08:00")]
    load(rows)
    before = counts()
    again = load(rows)

    assert counts() == before
    assert (again.new, again.already_there) == (0, 2)


def test_a_longer_log_adds_only_what_is_new(load, stored) -> None:
    load(incident("INC1")[:2])
    report = load([*incident("INC1"), *incident("INC2")])

    assert (report.new, report.already_there) == (1, 1)
    first, second = stored(Ticket)
    assert first.status is Status.IN_PROGRESS, "it stays as it was, somebody may have worked on it here"
    assert second.source_key == "INC2"


def test_nobody_in_slack_hears_of_it(load, counts: Counts) -> None:
    load([*incident("INC1"), *incident("INC2")[:2]])

    assert (counts()["post"], counts()["outbox"], counts()["intake"]) == (0, 0, 0)


def test_numbers_go_on_where_the_import_ends(load, owner: Engine) -> None:
    load([*incident("INC1"), *incident("INC2")])
    filing = Filing(RequestType.QUESTION, "How do I export?", Effect.MINOR, Users.ONE, Timing.WHENEVER)
    with Session(owner) as session, session.begin():
        account = session.scalars(select(Account).where(Account.name == "Acme")).one()
        person = people.Person(name="Ana", account_id=account.id)
        session.add(person)
        session.flush()
        provider = Provider(team_slack_id="T0")
        ticket = file(
            session, filing, account=account, provider=provider, requester=person, now=datetime(2026, 3, 2, tzinfo=UTC)
        )
        assert ticket.key == "T-103"


def test_a_junk_state_is_rejected_and_the_incident_stays(load, stored) -> None:
    junk = update("INC1", "-100", "2/3/2026 12:00", sys_mod_count="2")
    first, second, *rest = incident("INC1")
    report = load([first, second, junk, *rest])

    assert report.rejected == [RejectedRow(4, "the state “-100” is not known")]
    assert len(moves(stored(Event))) == 3
    rejected = next(row for row in stored(ImportedRow) if row.rejected_because)
    assert (rejected.source_key, rejected.ticket_id) == ("line 4", None)
    assert rejected.raw == written([junk]).splitlines()[1]


def test_an_incident_of_junk_alone_becomes_no_ticket(load, stored) -> None:
    report = load([update("INC1", "?", "2/3/2026 12:00"), *incident("INC2")])

    assert (report.new, report.rejected_rows) == (1, 1)
    assert [ticket.source_key for ticket in stored(Ticket)] == ["INC2"]


def test_the_same_line_of_another_file_is_kept_too(load, stored) -> None:
    for state in ("-100", "-100", "-200"):
        load([update("INC1", state, "2/3/2026 12:00")])

    one, other = stored(ImportedRow)
    assert one.source_key == "line 2"
    assert other.source_key.startswith("line 2 ")
    assert ("-100" in one.raw, "-200" in other.raw) == (True, True)


@pytest.mark.parametrize(("at", "day"), [("3/4/2026 10:00", 3), ("13/4/2026 10:00", 13), ("03/04/2026 10:00:59", 3)])
def test_the_day_comes_before_the_month(load, stored, at: str, day: int) -> None:
    load([update("INC1", "New", at, opened_at=at)])

    assert stored(Ticket)[0].created_at.date() == date(2026, 4, day)


@pytest.mark.parametrize("at", ["4/13/2026 10:00", "31/2/2026 10:00", "?", "2026-04-13 10:00", "1/1/2026 25:00", ""])
def test_what_is_no_date_is_rejected(load, stored, at: str) -> None:
    report = load([update("INC1", "New", at), *incident("INC2")])

    assert [row.line for row in report.rejected] == [2]
    assert "is not a date" in report.rejected[0].reason
    assert [ticket.source_key for ticket in stored(Ticket)] == ["INC2"]


def test_without_an_opening_time_the_first_update_counts(load, stored) -> None:
    load([update("INC1", "New", "2/3/2026 10:00", opened_at="?")])

    assert stored(Ticket)[0].created_at == datetime(2026, 3, 2, 9, tzinfo=UTC)


def test_dates_are_read_in_the_accounts_zone(load, stored) -> None:
    report = load(incident("INC1"), account="globex")

    assert stored(Ticket)[0].created_at == datetime(2026, 3, 2, 13, tzinfo=UTC)
    assert "they were read as day/month/year, in America/New_York" in report.sentences()[2]


def test_closed_twice_closes_once(load, stored) -> None:
    again = update("INC1", "Closed", "12/3/2026 16:00", sys_mod_count="4")
    load([*incident("INC1"), again])

    (ticket,) = stored(Ticket)
    assert ticket.closed_at == datetime(2026, 3, 9, 15, tzinfo=UTC)
    assert len(moves(stored(Event))) == 3


def test_reopened_after_closing(load, stored) -> None:
    back = update("INC1", "Active", "10/3/2026 08:00", sys_mod_count="4")
    load([*incident("INC1"), back])
    (ticket,) = stored(Ticket)
    assert (ticket.status, ticket.closed_at) == (Status.IN_PROGRESS, None)
    assert moves(stored(Event))[-1] == ("Closed", "In progress")


def test_reopened_and_closed_again_counts_from_the_last_closing(load, stored) -> None:
    back = update("INC1", "Active", "10/3/2026 08:00", sys_mod_count="4")
    load([*incident("INC1"), back, update("INC1", "Closed", "11/3/2026 08:00", sys_mod_count="5")])

    assert stored(Ticket)[0].closed_at == datetime(2026, 3, 11, 7, tzinfo=UTC)


def test_the_columns_that_know_the_future_are_not_believed(load, stored) -> None:
    load(incident("INC1")[:2])

    (ticket,) = stored(Ticket)
    assert (ticket.status, ticket.closed_at) == (Status.IN_PROGRESS, None)
    assert not {"closed_code", "resolved_by"} & ticket.extra.keys()


def test_the_order_of_the_rows_does_not_matter(load, stored) -> None:
    load([row for pair in zip(incident("INC1")[::-1], incident("INC2"), strict=True) for row in pair])

    assert [ticket.source_key for ticket in stored(Ticket)] == ["INC1", "INC2"], "in order of appearance"
    of_one, of_other = ([e for e in stored(Event) if e.ticket_id == number] for number in (101, 102))
    assert moves(of_one) == moves(of_other)
    assert [event.at for event in of_one] == [event.at for event in of_other]


@given(order=st.permutations(range(4)))
def test_any_order_is_the_same_history(order: list[int]) -> None:
    rows = [Row(line, str(line), values) for line, values in enumerate(incident("INC1"))]
    into = Into(1, "servicenow", ZoneInfo("Europe/Berlin"))
    reading = servicenow.read("INC1", [rows[place] for place in order], into)

    assert reading.raw == ["0", "1", "2", "3"]
    assert [event.target for event in reading.events] == ["New", "In progress", "Client review", "Closed"]


def test_updates_of_one_minute_go_by_their_count(load, stored) -> None:
    at = "2/3/2026 09:00"
    states = ["New", "Active", "Awaiting User Info", "Resolved", "Closed"]
    rows = [update("INC1", state, at, sys_mod_count=str(number)) for number, state in enumerate(states)]
    load(rows[::-1])

    path = ["New", "In progress", "Waiting on client", "Client review", "Closed"]
    assert [event.target for event in stored(Event)] == path


def test_handovers_are_told_with_what_changed(load, stored) -> None:
    load([
        update("INC1", "New", "2/3/2026 08:05", assignment_group="Group 70"),
        update("INC1", "New", "2/3/2026 08:10", assignment_group="Group 70", rfc="CHG1"),
        update("INC1", "New", "2/3/2026 08:30", assignment_group="Group 24", rfc="CHG1", sys_updated_by="Bo"),
    ])  # fmt: skip

    imported, handed = stored(Event)
    assert imported.data == {
        "source": "servicenow", "key": "INC1", "assignment_group": "Group 70", "priority": "3 - Moderate",
    }  # fmt: skip
    assert handed.kind is Kind.ASSIGNED
    assert handed.data["assignee"]["name"] == "Group 24"
    assert (handed.data["rfc"], handed.data["updated_by"]) == ("CHG1", "Bo")
    assert "priority" not in handed.data, "that did not change"


def test_every_ticket_stands_where_its_history_leaves_it(load, stored) -> None:
    rows = [update(f"INC{n}", state, "2/3/2026 09:00") for n, state in enumerate(servicenow.STATES)]
    load(rows)

    last = {event.ticket_id: event for event in stored(Event)}
    for ticket, status in zip(stored(Ticket), servicenow.STATES.values(), strict=True):
        assert ticket.status is status
        assert last[ticket.id].target == status.value
        assert last[ticket.id].at <= ticket.status_since


@pytest.mark.parametrize(
    ("priority", "impact", "urgency", "expected", "computed"),
    [
        ("1 - Critical", "1 - High", "1 - High", Priority.P1, Priority.P1),
        ("2 - High", "1 - High", "2 - Medium", Priority.P2, Priority.P2),
        ("3 - Moderate", "2 - Medium", "2 - Medium", Priority.P3, Priority.P3),
        ("4 - Low", "3 - Low", "3 - Low", Priority.P4, Priority.P4),
        ("1 - Critical", "3 - Low", "3 - Low", Priority.P1, Priority.P4),
        ("?", "1 - High", "1 - High", Priority.P1, Priority.P1),
        ("?", "?", "?", Priority.P4, Priority.P4),
    ],
)
def test_priorities_are_ours(load, stored, priority, impact, urgency, expected, computed) -> None:
    load([update("INC1", "New", "2/3/2026 08:05", priority=priority, impact=impact, urgency=urgency)])

    (ticket,) = stored(Ticket)
    assert (ticket.priority, ticket.computed_priority) == (expected, computed)
    assert ("imported without a priority" in ticket.priority_why) == (priority == "?")


def test_a_question_mark_is_nothing(load, stored) -> None:
    load([update("INC1", "New", "2/3/2026 08:05", category="?", subcategory="?", u_symptom="?", caller_id="Caller 7")])

    (ticket,) = stored(Ticket)
    assert ticket.title == "Incident INC1"
    assert ticket.extra["caller"] == "Caller 7"
    assert "?" not in ticket.extra.values()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "latin-1"])
def test_any_encoding_is_read(load, stored, encoding: str) -> None:
    rows = [update("INC1", "New", "2/3/2026 08:05", category="Störung", subcategory="Müller")]
    load(written(rows).encode(encoding))

    assert stored(Ticket)[0].title == "Störung / Müller: Symptom 72"


def test_bytes_that_no_windows_page_has_are_read_as_latin_1(load, stored) -> None:
    load(written([update("INC1", "New", "2/3/2026 08:05", category="Caf\xe9 \x81")]).encode("latin-1"))

    assert stored(Ticket)[0].title.startswith("Café \x81 /")


def test_a_gzipped_log_needs_no_name_that_says_so(load) -> None:
    assert load(gzip.compress(written(incident("INC1")).encode())).new == 1


def test_a_null_character_does_not_stop_the_rest(load, stored) -> None:
    load([update("INC1", "New", "2/3/2026 08:05", category="a\0b"), *incident("INC2")])

    assert [ticket.title[:3] for ticket in stored(Ticket)] == ["a\ufffdb", "Cat"]


def test_issues_with_commas_and_line_ends_inside(load, stored) -> None:
    report = load(
        JIRA + 'Fix it,1,Resolved,Blocker,Fixed,30/Sep/21 17:20,20/Jul/22 20:51,2.9,"one, two\r\nthree ""four"""\r\n'
        "Broken again,2,Reopened,Trivial,,01/Oct/21 08:00,,,\r\n"
    )

    assert (report.rows, report.rejected_rows) == (2, 0)
    done, back = stored(Ticket)
    assert (done.title, done.details) == ("Fix it", 'one, two\r\nthree "four"')
    assert (done.status, done.priority, done.extra) == (
        Status.CLOSED, Priority.P1, {"resolution": "Fixed", "affects_versions": "2.9"},
    )  # fmt: skip
    assert done.created_at == datetime(2021, 9, 30, 15, 20, tzinfo=UTC)
    assert done.closed_at == datetime(2022, 7, 20, 18, 51, tzinfo=UTC)
    assert (back.status, back.priority, back.closed_at) == (Status.TRIAGE, Priority.P4, None)
    assert stored(ImportedRow)[0].raw.count("\n") == 1


def test_a_long_summary_is_cut_and_stays_whole_in_the_details(load, stored) -> None:
    load(JIRA + f"{'long ' * 40}end,1,Open,Major,,30/Sep/21 17:20,,,why\n")

    (ticket,) = stored(Ticket)
    assert (len(ticket.title), ticket.title[-1]) == (150, "…")
    assert ticket.details.endswith("long end\n\nwhy")


def test_issues_that_cannot_be_read_say_why(load) -> None:
    report = load(
        JIRA + "a title,1,Resolved,Major,Fixed,30/Sep/21 17:20,,,\n"
        "a title,2,Mislaid,Major,,30/Sep/21 17:20,,,\n"
        "a title,3,Open,Major,,30/Zep/21 17:20,,,\n"
        "a title,4,Open,Major,,31/Sep/21 17:20,,,\n"
        "a title,5,Open,Major,,30/Sep/21 17:20,,,\n"
        "a title,5,Open,Major,,30/Sep/21 17:20,,,\n"
    )

    assert report.new == 1
    assert [row.reason.split("”")[-1] for row in report.rejected] == [
        "it is resolved, but the date is missing",
        " is not known",
        " is not a date as this export writes them: 30/Sep/21 17:20",
        " is not a date",
        "the issue 5 stands on line 6 already",
    ]


def test_duplicates_close_as_duplicates(load, stored) -> None:
    load(JIRA + "a title,1,Resolved,Major,Duplicate,30/Sep/21 5:20 PM,1/Oct/21 12:05 AM,,\n")

    (ticket,) = stored(Ticket)
    assert ticket.close_reason is CloseReason.DUPLICATE
    assert ticket.created_at == datetime(2021, 9, 30, 15, 20, tzinfo=UTC)
    assert ticket.closed_at == datetime(2021, 9, 30, 22, 5, tzinfo=UTC)


def test_rows_that_are_not_whole_are_rejected_and_the_rest_is_read(load) -> None:
    lines = written(incident("INC1") + incident("INC2")).splitlines()
    lines[2] += ",one too many"
    lines[3] = lines[3].replace("INC1", "  ")
    lines.append('"' + "and never closed" * 10_000)
    report = load("\n".join(lines))

    assert report.new == 2
    assert report.rejected == [
        RejectedRow(3, "it has 22 fields, the header has 21"),
        RejectedRow(4, "it does not say which record it belongs to"),
        RejectedRow(10, "a quotation mark opens here and does not close in time"),
    ]


def test_columns_may_stand_in_any_order_with_others_beside_them(load, stored) -> None:
    rows = [line.split(",") for line in written(incident("INC1")).splitlines()]
    load("\n".join(",".join(["what" if not number else "ever", *row[::-1]]) for number, row in enumerate(rows)))

    assert stored(Ticket)[0].status is Status.CLOSED


@pytest.mark.parametrize("content", ["", "\n\n", "a,b,c\n1,2,3\n", written([]).replace("number", "nummer")])
def test_an_unknown_header_is_refused_with_those_understood(load, counts: Counts, content: str) -> None:
    before = counts()
    with pytest.raises(BadImport, match=r"A ServiceNow event log has the columns number, .*A Jira export has"):
        load(content)
    assert counts() == before


def test_an_unknown_account_is_refused_with_those_there_are(load, counts: Counts) -> None:
    before = counts()
    with pytest.raises(BadImport, match=r"no account “Acmee”\. There are: Acme, Globex\."):
        load(incident("INC1"), account="Acmee")
    assert counts() == before


def test_a_file_that_cannot_be_read_is_refused(database_url: str, load, tmp_path: Path) -> None:
    for path in (tmp_path / "nowhere.csv", tmp_path):
        with pytest.raises(BadImport, match=r"can't be read: .*Check the path"):
            import_tickets(database_url, path, account="Acme", progress=lambda done, total: None)


def test_a_damaged_archive_is_refused_before_anything_is_stored(load, counts: Counts) -> None:
    before = counts()
    with pytest.raises(BadImport, match="is damaged"):
        load(gzip.compress(written(incident("INC1") * 500).encode())[:-20])
    assert counts() == before


def test_a_file_without_line_ends_is_refused(load) -> None:
    with pytest.raises(BadImport, match="Line 1 is longer"):
        load("x" * 2_000_000)


def test_two_clients_systems_may_count_alike(load, stored) -> None:
    load(incident("INC1"))
    with pytest.raises(BadImport, match="“servicenow” is where Acme's tickets came from"):
        load(incident("INC1"), account="Globex")
    load(incident("INC1"), account="Globex", source="servicenow-globex")

    assert [ticket.source for ticket in stored(Ticket)] == ["servicenow", "servicenow-globex"]


def test_the_client_sees_what_was_imported_and_nobody_else_does(
    load, owner: Engine, sessions: sessionmaker[Session]
) -> None:
    load(incident("INC1"))
    with Session(owner) as session, session.begin():
        for name in ("Acme", "Globex"):
            account = session.scalars(select(Account).where(Account.name == name)).one()
            session.add(people.Person(name=name, slack_id=f"U0{name}", account_id=account.id))

    for name, seen in (("Acme", 1), ("Globex", 0)):
        with sessions.begin() as session:
            people.enter(session, f"U0{name}")
            assert len(session.scalars(select(Ticket)).all()) == seen
            assert len(session.scalars(select(Event).where(Event.ticket_id.is_not(None))).all()) == seen * 4


def test_progress_is_told_to_the_end(database_url: str, load, tmp_path: Path) -> None:
    (tmp_path / "log.csv").write_text(written([row for n in range(1300) for row in incident(f"INC{n}")]))
    told: list[tuple[int, int | None]] = []
    import_tickets(database_url, tmp_path / "log.csv", account="Acme", progress=lambda *step: told.append(step))

    assert told[0] == (5000, None)
    assert told[-1] == (5200, 5200)
    assert told == sorted(told, key=lambda step: (step[1] is not None, step[0]))


IMPORT_AND_DIE = """
import os, signal, sys
from pathlib import Path
from bot.domain.imports import copying, import_tickets, loading

loading.BATCH = 10
copy, copied = copying.copy, []

def die(connection, entity, rows, **more):
    copied.append(entity)
    if len(copied) == 5:  # the second batch: its tickets are written, their events are not
        os.kill(os.getpid(), signal.SIGKILL)
    copy(connection, entity, rows, **more)

copying.copy = die
import_tickets(sys.argv[1], Path(sys.argv[2]), account="Acme", progress=lambda done, total: None)
"""


def test_killed_midway_it_is_finished_by_the_next_run(load, database_url: str, tmp_path: Path, owner: Engine) -> None:
    rows = [row for n in range(25) for row in incident(f"INC{n}")] + [update("INC99", "-100", "2/3/2026 08:00")]
    (tmp_path / "big.csv").write_text(written(rows))
    command = [sys.executable, "-c", IMPORT_AND_DIE, database_url, str(tmp_path / "big.csv")]
    killed = subprocess.run(command, cwd=ROOT, check=False)
    assert killed.returncode == -signal.SIGKILL

    report = load(rows)

    assert (report.already_there, report.new, report.rejected_rows) == (10, 15, 1)
    with owner.connect() as connection:
        whole = connection.execute(
            text("select count(distinct ticket.id), count(*) from ticket join event on ticket_id = ticket.id")
        ).one()
        assert tuple(whole) == (25, 100)
        assert connection.scalar(text("select count(*) from imported_row")) == 26


def test_two_runs_at_once_take_turns(load) -> None:
    rows = [row for n in range(300) for row in incident(f"INC{n}")]
    with ThreadPoolExecutor() as pool:
        reports = list(pool.map(lambda name: load(rows, name=name), ("one.csv", "other.csv")))

    assert sorted((report.new, report.already_there) for report in reports) == [(0, 300), (300, 0)]


def test_the_report_reads_well() -> None:
    report = Report("Jira export", "Acme", "Europe/Berlin", "day/month/year", rows=1200, new=1000, already_there=5)
    assert report.sentences() == [
        "Read 1,200 rows of a Jira export for Acme.",
        "1,000 tickets are new, 5 were already there and stay as they are.",
        "Its dates carry no zone: they were read as day/month/year, in Europe/Berlin.",
        "No row was rejected.",
    ]
    for line in range(1, 1101):
        report.reject(line, "it is not whole")
    told = report.sentences()
    assert told[3:5] == ["1,100 rows were rejected, and are kept as they were:", "  line 1: it is not whole"]
    assert (len(told), told[-1]) == (25, "  and 1,080 more.")
    assert len(report.rejected) == 1000, "however many there are, they fit into memory"


# --- changes that a log names


def names(number: str, **facts: str) -> list[dict[str, str]]:
    return [row | facts for row in incident(number)]


NAMING = [
    *names("INC1", rfc="CHG1"), *names("INC2", rfc="CHG1", caused_by="CHG2"), *names("INC3"),
    *names("INC4", caused_by="CHG1"),
]  # fmt: skip
LINKS = """
select source_key, ticket.source_key as ticket, relation, ended_at from change_link
join change on change.id = change_id join ticket on ticket.id = ticket_id order by 1, 2, 3
""".replace("select source_key", "select change.source_key")


def linked(owner: Engine) -> list[tuple[str, str, str]]:
    with owner.connect() as connection:
        return [(row[0], row[1], row[2]) for row in connection.execute(text(LINKS))]


def test_changes_that_a_log_names_become_links(load, owner):
    report = load(NAMING)
    expected = [("CHG1", "INC1", "named"), ("CHG1", "INC2", "named"), ("CHG1", "INC4", "caused"),
                ("CHG2", "INC2", "caused")]  # fmt: skip
    assert linked(owner) == expected
    assert "It names 2 changes we did not know; 4 links to tickets are kept." in report.sentences()
    with owner.connect() as connection:
        found = connection.execute(text("select distinct state, source, released_at, author_ids from change")).all()
    assert [tuple(row) for row in found] == [("imported", "servicenow", None, [])]


def test_twice_adds_no_change_and_no_link_and_one_that_was_ended_stays_so(load, owner, counts):
    load(NAMING)
    with owner.begin() as connection:
        connection.execute(text("update change_link set ended_at = now() where relation = 'caused'"))
    before = counts()
    report = load(NAMING)
    assert (report.changes, report.links, counts()) == (0, 0, before)
    assert "It names" not in " ".join(report.sentences())


def test_what_an_earlier_release_imported_is_linked_by_the_next_import(load, owner):
    load(NAMING)
    with owner.begin() as connection:
        connection.execute(text("delete from change_link"))
        connection.execute(text("delete from change"))
    load(names("INC5", rfc="CHG1"))
    assert len(linked(owner)) == 5


def test_two_systems_count_their_changes_alike(load, owner):
    load(names("INC1", rfc="CHG1"))
    load(names("INC1", rfc="CHG1"), account="Globex", source="globex")
    with owner.connect() as connection:
        found = connection.execute(text(
            "select change.source, change.account_id = ticket.account_id from change_link"
            " join change on change.id = change_id join ticket on ticket.id = ticket_id order by 1"
        )).all()  # fmt: skip
    assert [tuple(row) for row in found] == [("globex", True), ("servicenow", True)]


def test_a_named_change_is_in_no_list(load, sessions):
    load(NAMING)
    with sessions.begin() as session:
        people.enter_as_system(session)
        bo = people.Person(name="Bo", slack_id="U0BO", roles=["lead"])
        session.add(bo)
        session.flush()
        assert changes.listed(session, bo, limit=9) == changes.possibilities(session, bo, "") == []
        assert figures(session, datetime(2020, 1, 1, tzinfo=UTC), datetime(2030, 1, 1, tzinfo=UTC)).released == 0
