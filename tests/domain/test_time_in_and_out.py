"""Timesheets in and out: nothing lost, nothing twice, and what was printed is read again."""

import csv
import io
import json
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import create_engine, func, select, text
from sqlalchemy.orm import Session, sessionmaker

from bot.domain import people, time
from bot.domain.agreements import AgreementType
from bot.domain.codes import Category, Code
from bot.domain.events import Event, Kind
from bot.domain.exports import Wanted, export, stream
from bot.domain.imports import BadImport, ImportedRow, TimeReport, import_time
from bot.domain.months import Month
from bot.domain.people import Person
from bot.domain.tickets import Ticket
from bot.domain.time import TimeEntry
from bot.domain.vagueness import is_vague
from bot.domain.workflow import Status
from tests.cast import by_name
from tests.domain.billed import answers, bought, numbered, quoted, reviewed, signed
from tests.domain.desk import MONDAY, file_a_ticket, person

TODAY = MONDAY.date()
SAMPLE = Path(__file__).with_name("crm_timesheet.csv")
CRM = ("Name", "Start Time", "Hours", "Time Spent", "Category", "Owner", "Case")
NOVEMBER = Month(2026, 11)


def crm(*rows: dict[str, str]) -> str:
    """A sheet of Bo's, each row an hour after the one before; say only what matters."""
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, CRM)
    writer.writeheader()
    for number, row in enumerate(rows):
        usual = {"Name": "Rebuilt the search index", "Start Time": f"2026-11-20T{9 + number:02}:00:00+00:00",
                 "Hours": "0.75", "Time Spent": "45", "Category": "Support", "Owner": "Bo", "Case": ""}  # fmt: skip
        writer.writerow(usual | row)
    return out.getvalue()


@pytest.fixture
def load(cast_url: str, tmp_path: Path) -> Callable[..., TimeReport]:
    """Import a sheet, for Acme unless it is said otherwise."""

    def load(content: str | bytes, *, account: str | None = "Acme", **more: Any) -> TimeReport:
        path = tmp_path / "sheet.csv"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return import_time(cast_url, path, account=account, **{"now": MONDAY, "progress": lambda *_: None} | more)

    return load


@pytest.fixture
def in_it(cast_sessions: sessionmaker[Session]) -> Callable[[Callable[[Session], Any]], Any]:
    """Do something in a transaction of the System's."""

    def do(work: Callable[[Session], Any]) -> Any:
        with cast_sessions.begin() as session:
            people.enter_as_system(session)
            return work(session)

    return do


@pytest.fixture
def world(cast_url: str) -> Callable[[], dict[str, tuple[int, str]]]:
    """Each table's rows as a count and a sum, as their owner sees them."""
    engine = create_engine(cast_url)

    def look() -> dict[str, tuple[int, str]]:
        with engine.connect() as connection:
            names = connection.scalars(text("select tablename from pg_tables where schemaname = 'public'")).all()
            digest = "select count(*), md5(string_agg(t::text, '|' order by t::text)) from \"{}\" t"
            return {name: tuple(connection.execute(text(digest.format(name))).one()) for name in names}

    yield look
    engine.dispose()


def entries(session: Session) -> list[TimeEntry]:
    return list(session.scalars(select(TimeEntry).order_by(TimeEntry.id)))


def printed(session: Session, **wanted: Any) -> bytes:
    return b"".join(stream(session, "time", "csv", Wanted(**wanted)))


def rows_of(made: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(made.decode(), newline="")))


def log(session: Session, ticket: Ticket, minutes: int = 45, *, by: str = "Bo", **more: Any) -> TimeEntry:
    facts = {"work_date": TODAY, "now": MONDAY, "today": TODAY, "note": "Rebuilt the search index"} | more
    return time.log(session, ticket, by=person(session, by), minutes=minutes, **facts)


# --- in


def test_a_real_timesheet_becomes_entries_and_keeps_its_notes_and_lines(load, in_it):
    in_it(lambda session: session.execute(text("update person set email = 'ORG/consultant.1' where name = 'Bo'")))
    report = load(SAMPLE.read_bytes())
    assert (report.rows, report.new, report.minutes, report.rejected_rows) == (45, 45, 4691, 0)
    found = in_it(entries)
    assert sum(entry.minutes for entry in found) == 4691
    assert sum(entry.note.startswith("(Undescribed") for entry in found) == 30
    assert sum(is_vague(entry.note) for entry in found) == 41
    assert {entry.work_date for entry in found} >= {date(2019, 5, 14), date(2019, 5, 24)}
    assert {(entry.source, entry.code) for entry in found} == {("crm", Code.INCLUDED)}
    kept = in_it(lambda session: session.scalars(select(ImportedRow.raw)).all())
    assert sorted(kept) == sorted(SAMPLE.read_text().splitlines()[1:])


def test_twice_adds_nothing(load, in_it, world):
    sheet = crm({}, {"Case": "T-999"}, {"Owner": "Nobody"})
    load(sheet)
    before = world()
    again = load(sheet)
    assert world() == before
    assert (again.new, again.already_there, again.rejected_rows) == (0, 1, 2)


def test_a_longer_sheet_adds_what_is_new(load, in_it):
    load(crm({}))
    report = load(crm({}, {}))
    assert (report.new, report.already_there, len(in_it(entries))) == (1, 1, 2)


TOGGL = "User,Email,Client,Project,Task,Description,Billable,Start date,Start time,End date,End time,Duration,Tags\n"


def test_toggls_detailed_report_names_its_accounts(load, in_it):
    key = in_it(lambda session: file_a_ticket(session).key)
    rows = (
        f"Bo,,Acme,Search,,{key} rebuilt the index,Yes,2026-11-20,09:00:00,2026-11-20,10:30:00,01:30:00,\n"
        "Bo,,Umbrella,,,A call about the report,No,2026-11-20,11:00:00,2026-11-20,11:20:29,00:20:29,\n"
        "Bo,,Globex,,,Who are they,No,2026-11-20,12:00:00,2026-11-20,12:30:00,00:30:00,\n"
        "Bo,,,,,For whom,No,2026-11-20,13:00:00,2026-11-20,13:30:00,00:30:00,\n"
    )
    report = load(TOGGL + rows, account=None)
    assert [(entry.minutes, entry.ticket_id is None) for entry in in_it(entries)] == [(90, False), (20, True)]
    assert [(row.line, row.reason) for row in report.rejected] == [
        (4, "there is no account “Globex”; write one of: Acme, Umbrella"),
        (5, "it names neither account nor ticket; say whose it is with --account"),
    ]
    assert load(TOGGL + rows, account=None).already_there == 2
    assert in_it(lambda session: session.scalar(select(func.count()).select_from(ImportedRow))) == 2


def test_each_entry_has_its_event(load, in_it):
    load(crm({}))
    (entry,) = in_it(entries)
    event = in_it(lambda session: session.scalars(select(Event).where(Event.kind == Kind.TIME_LOGGED)).one())
    assert (event.data["entry"], event.data["minutes"], event.data["source"]) == (entry.id, 45, "crm")
    assert (event.account_id, event.actor_id) == (entry.account_id, entry.person_id)


@pytest.mark.parametrize("called", ["Bo", "bo", "U0BO", "bo@example.com", "BO@Example.com"])
def test_people_are_known_by_name_e_mail_or_slack_id(load, in_it, called):
    in_it(lambda session: session.execute(text("update person set email = 'bo@example.com' where name = 'Bo'")))
    assert load(crm({"Owner": called})).new == 1
    assert in_it(lambda session: entries(session)[0].person_id == person(session, "Bo").id)


def test_tickets_are_known_by_our_key_or_by_the_one_they_came_with(load, in_it):
    def file_two(session: Session) -> tuple[int, int]:
        ours, theirs = file_a_ticket(session), file_a_ticket(session, source="servicenow", source_key="INC7")
        ours.code = Code.ADVISORY
        return ours.id, theirs.id

    ours, theirs = in_it(file_two)
    report = load(crm({"Case": f"T-{ours}"}, {"Case": "INC7"}))
    assert report.new == 2
    found = in_it(entries)
    assert [entry.ticket_id for entry in found] == [ours, theirs]
    assert [entry.code for entry in found] == [Code.ADVISORY, Code.INCLUDED], "the ticket's own code wins"


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ({"Owner": "Nobody"}, "nobody in the team is “Nobody”; add them"),
        ({"Owner": "Ana"}, "nobody in the team is “Ana”"),  # a contact logs no time
        ({"Owner": ""}, "does not say who worked"),
        ({"Case": "INC404"}, "there is no ticket “INC404”; import it first"),
        ({"Case": "T-999999"}, "there is no ticket “T-999999”"),
        ({"Time Spent": "0", "Hours": "0"}, "0 minutes are not between 1 and 720"),
        ({"Time Spent": "1500", "Hours": "25"}, "1500 minutes are not between"),
        ({"Time Spent": "-45", "Hours": ""}, "-45 minutes are not between"),
        ({"Start Time": "2027-11-20T09:00:00+00:00"}, "2027-11-20 has not come yet"),
        ({"Category": "Lunch"}, "the category “Lunch” is not known"),
    ],
)
def test_a_row_that_cannot_be_placed_is_told_and_the_others_are_taken(load, in_it, row, says):
    report = load(crm({}, row, {}))
    assert (report.new, report.rejected_rows) == (2, 1)
    (left,) = report.rejected
    assert left.line == 3
    assert says in left.reason
    assert f"  line 3: {left.reason}" in report.sentences()
    assert len(in_it(entries)) == 2


def test_somebody_elses_ticket_is_told(load, in_it):
    theirs = in_it(lambda session: file_a_ticket(session, account="Umbrella", by="Rex").id)
    (left,) = load(crm({"Case": f"T-{theirs}"})).rejected
    assert left.reason == f"T-{theirs} is not Acme’s; correct the key or the account"
    assert in_it(entries) == []


def test_two_of_one_name_are_told_apart_by_more(load, in_it):
    in_it(lambda session: session.add(Person(name="Bo", slack_id="U0BO2")))
    (left,) = load(crm({})).rejected
    assert "2 people are called “Bo”" in left.reason
    assert load(crm({"Owner": "U0BO2"})).new == 1


def test_what_says_something_else_by_now_is_told_and_nothing_changes(load, in_it, world):
    load(crm({}))
    before = {name: sum_ for name, sum_ in world().items() if name != "imported_row"}
    report = load(crm({"Time Spent": "60", "Hours": "1"}))
    assert (report.new, report.already_there) == (0, 0)
    assert "it is here with 45 minutes on 2026-11-20; correct that entry in Slack" in report.rejected[0].reason
    assert {name: sum_ for name, sum_ in world().items() if name != "imported_row"} == before


def test_what_is_of_a_month_that_was_billed_counts_in_the_open_one_and_is_told(load, in_it):
    in_it(lambda session: setattr(by_name(session, "Acme"), "billed_through", date(2026, 10, 31)))
    report = load(crm({"Start Time": "2026-10-30T09:00:00+00:00"}, {}))
    assert (report.new, report.after_billing) == (2, 1)
    assert (
        "1 of the new ones are of months that are billed: they count in the first that is open." in report.sentences()
    )
    assert [entry.period for entry in in_it(entries)] == [date(2026, 11, 1)] * 2
    assert [row["period"] for row in rows_of(in_it(printed))] == ["2026-11"] * 2


def test_the_same_row_twice_in_a_sheet_counts_once(load, in_it):
    row = {"Start Time": "2026-11-20T09:00:00+00:00"}
    report = load(crm(row, row))
    assert (report.new, report.already_there, len(in_it(entries))) == (1, 1, 1)


@pytest.mark.parametrize(
    ("start", "zone", "day"),
    [
        ("2026-11-19T23:30:00+00:00", "Europe/London", date(2026, 11, 19)),
        ("2026-11-19T23:30:00+00:00", "Asia/Tokyo", date(2026, 11, 20)),
        ("2026-11-20T00:30:00+01:00", "Europe/London", date(2026, 11, 19)),
        ("2026-11-20T00:30:00", "Asia/Tokyo", date(2026, 11, 20)),  # without a zone it is theirs already
        ("2026-10-25T00:30:00Z", "Europe/Berlin", date(2026, 10, 25)),  # the hour that comes twice
    ],
)
def test_a_day_is_where_its_person_is(load, in_it, start, zone, day):
    in_it(lambda session: session.execute(text("update person set timezone = :zone where name = 'Bo'"), {"zone": zone}))
    assert load(crm({"Start Time": start})).new == 1
    assert in_it(entries)[0].work_date == day


@pytest.mark.parametrize(
    ("content", "account", "says"),
    [(crm({}), None, "--account"), (crm({}), "Nobody", "There is no account “Nobody”"), ("a,b\n1,2\n", "Acme", "a, b"),
     ("", "Acme", "nothing")],
)  # fmt: skip
def test_a_file_that_cannot_be_imported_is_one_sentence_and_changes_nothing(load, world, content, account, says):
    before = world()
    with pytest.raises(BadImport, match=says):
        load(content, account=account)
    assert world() == before


def test_interrupted_nothing_is_half_done(load, in_it, world, monkeypatch):
    monkeypatch.setattr("bot.domain.imports.time_loading.BATCH", 1)
    before, seen = world(), []

    def progress(done: int, _total: int | None) -> None:
        seen.append(done)
        if done == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        load(crm({}, {}, {}), progress=progress)
    assert seen == [1, 2]
    assert world() == before


# --- out


def test_an_entry_is_one_row(session, a_ticket):
    entry = log(session, a_ticket(), by="Bo")
    (row,) = rows_of(printed(session))
    expected = {
        "work_date": "2026-11-23", "person": "Bo", "account": "Acme", "ticket": f"T-{entry.ticket_id}", "project": "",
        "title": "How do macros work?", "minutes": "45", "category": "ticket_resolution", "code": "included",
        "note": "Rebuilt the search index", "vague": "no", "late": "no", "after_hours": "no",
        "logged_at": "2026-11-23T10:00:00+00:00",
        "period": "2026-11", "entry": str(entry.id), "stands": "yes", "reverses": "", "replaces": "", "reason": "",
        "source": "", "source_key": "", "steward": "T0PROVIDER", "person_id": "U0BO",
        "decision": "", "invoice": "",
    }  # fmt: skip
    assert row == expected


def test_what_was_charged_names_its_decision_and_its_invoice(session, who):
    who("Eve").roles = ["engineer", "finance"]
    ticket = file_a_ticket(session, status=Status.TRIAGE, assignee_id=who("Bo"))
    bought(session, type=AgreementType.TIME_AND_MATERIALS)
    quote = quoted(session, ticket, 60)
    answers(session, quote)
    log(session, ticket, 60, by="Bo", code=Code.OUT_OF_SCOPE)
    (made,) = signed(session, reviewed(session))
    (row,) = rows_of(printed(session))
    assert (row["decision"], row["invoice"]) == (str(quote.decision_id), "")
    numbered(session, made)
    (row,) = rows_of(printed(session))
    assert row["invoice"] == made.number


def test_late_and_vague_ones_say_so(session, a_ticket):
    ticket = a_ticket()
    log(session, ticket, work_date=TODAY - timedelta(days=6), note="calls")
    log(session, ticket, note="")
    first, second = rows_of(printed(session))
    assert (first["late"], first["vague"]) == ("yes", "yes")
    assert (second["late"], second["vague"]) == ("no", "no"), "on a ticket the note is optional"


def test_history_is_told_when_it_is_asked_for(session, a_ticket, who):
    ticket = a_ticket()
    first, second = log(session, ticket, 45), log(session, ticket, 30)
    time.reverse(session, first.id, by=who("Bo"), now=MONDAY)
    third = time.correct(
        session, second.id, ticket, by=who("Bo"), minutes=60, work_date=TODAY, category=Category.TICKET_RESOLUTION,
        code=None, note="Rebuilt it", reason="forgot the call", now=MONDAY, today=TODAY,
    )  # fmt: skip
    assert [row["entry"] for row in rows_of(printed(session))] == [str(third.id)]
    told = rows_of(printed(session, history=True))
    assert [(row["minutes"], row["stands"]) for row in told] == [
        ("45", "no"), ("30", "no"), ("-45", "no"), ("-30", "no"), ("60", "yes"),
    ]  # fmt: skip
    assert [row["reverses"] for row in told] == ["", "", str(first.id), str(second.id), ""]
    assert (told[4]["replaces"], told[4]["reason"]) == (str(second.id), "forgot the call")
    assert sum(int(row["minutes"]) for row in told) == 60, "what was taken back nets to nothing"


def test_a_month_and_an_account_narrow_it(session, a_ticket):
    log(session, a_ticket())
    log(session, a_ticket(account="Umbrella", by="Rex"), work_date=date(2026, 10, 31))
    assert len(rows_of(printed(session))) == 2
    assert [row["account"] for row in rows_of(printed(session, month=NOVEMBER))] == ["Acme"]
    assert [row["account"] for row in rows_of(printed(session, account=by_name(session, "Umbrella")))] == ["Umbrella"]
    assert rows_of(printed(session, month=Month(2026, 9))) == []


def test_no_cell_runs(session, a_ticket):
    log(session, a_ticket(title="@SUM(1)"), note='=HYPERLINK("http://evil.example")')
    (row,) = rows_of(printed(session))
    assert (row["note"], row["title"]) == ('\'=HYPERLINK("http://evil.example")', "'@SUM(1)")


def test_it_is_read_as_it_is_written_and_never_held_whole(session, a_ticket):
    ticket = a_ticket()
    for minutes in range(1, 6):
        log(session, ticket, minutes)
    parts = stream(session, "time", "csv", Wanted())
    assert b"work_date" in next(parts)
    assert b'"1"' in next(parts)
    assert session.scalar(text("select count(*) from pg_cursors")) == 1
    assert len(list(parts)) == 4


@pytest.mark.parametrize("how", ["csv", "json"])
def test_the_same_rows_give_the_same_bytes(session, a_ticket, how):
    ticket = a_ticket()
    for minutes in range(1, 20):
        log(session, ticket, minutes)
    once, again = (export(session, "time", how, month=NOVEMBER, account=None) for _ in range(2))
    assert once == again
    if how == "json":
        assert [one["minutes"] for one in json.loads(once)["time"]] == list(range(1, 20))


# --- round


def test_what_was_printed_changes_nothing_where_it_came_from(load, in_it, world):
    def work(session: Session) -> bytes:
        ticket = file_a_ticket(session)
        first = log(session, ticket, note="=cmd()")
        log(session, ticket, 30, by="Eve", category=Category.ESCALATION_SUPPORT)
        time.reverse(session, first.id, by=person(session, "Bo"), now=MONDAY)
        return printed(session, history=True)

    load(crm({}))
    made = in_it(work)
    before = world()
    report = load(made, account=None)
    assert (report.new, report.already_there, report.history, report.rejected_rows) == (0, 2, 2, 0)
    assert world() == before


def rewritten(made: bytes, **facts: str) -> str:
    """The same rows, each with other cells."""
    out = io.StringIO(newline="")
    rows = [row | facts for row in rows_of(made)]
    writer = csv.DictWriter(out, rows[0])
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def test_what_another_steward_printed_comes_in_once(load, in_it, world):
    made = in_it(lambda session: [log(session, file_a_ticket(session), note="-5 done"), printed(session)][1])
    key = rows_of(made)[0]["ticket"]
    elsewhere = rewritten(made, steward="T0OTHER")
    (left,) = load(elsewhere, account=None).rejected
    assert f"there is no ticket “{key}”" in left.reason, "another Steward's ticket is not ours of that number"
    in_it(lambda session: file_a_ticket(session, source="other", source_key=key) and None)
    assert load(elsewhere, account=None).new == 1
    before = world()
    assert load(elsewhere, account=None).already_there == 1
    assert world() == before
    entry = in_it(entries)[1]
    assert (entry.note, entry.created_at, entry.source) == ("-5 done", MONDAY, "steward T0OTHER")
    again = in_it(printed)
    assert load(again, account=None).already_there == 2, "printed here, it is known here"
    assert world() == before


def test_what_replaces_an_entry_that_stands_here_is_told(load, in_it):
    made = in_it(lambda session: [log(session, file_a_ticket(session)), printed(session)][1])
    first = rows_of(made)[0]["entry"]
    assert load(rewritten(made, steward="T0OTHER", ticket=""), account=None).new == 1
    later = rewritten(made, steward="T0OTHER", ticket="", entry="9999", replaces=first)
    (left,) = load(later, account=None).rejected
    assert "which stands here; undo that one in Slack first" in left.reason


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    drafts=st.lists(
        st.tuples(st.integers(1, 720), st.sampled_from(list(Category)), st.sampled_from([None, *Code]),
                  st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=40),
                  st.integers(0, 40), st.booleans()),
        max_size=6,
    )
)  # fmt: skip
def test_whatever_was_logged_is_printed_and_read_again_with_nothing_changed(load, in_it, world, drafts):
    def work(session: Session) -> bytes:
        ticket = file_a_ticket(session)
        for minutes, category, code, note, ago, taken_back in drafts:
            day = TODAY - timedelta(days=ago)
            entry = log(session, ticket, minutes, category=category, code=code, note=note, work_date=day)
            if taken_back:
                time.reverse(session, entry.id, by=person(session, "Bo"), now=MONDAY)
        total = session.scalar(select(func.coalesce(func.sum(TimeEntry.minutes), 0)))
        made = printed(session)
        assert sum(int(row["minutes"]) for row in rows_of(made)) == total
        return made

    made = in_it(work)
    before = world()
    report = load(made, account=None)
    assert (report.new, report.rejected) == (0, [])
    assert world() == before
