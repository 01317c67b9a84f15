"""The second wall: even a query that forgets to ask finds only what the person who entered may see."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import Connection, Engine, inspect, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from bot import database
from bot.domain import (
    approvals,
    billing,
    burn,
    bypasses,
    changes,
    events,
    intakes,
    invoices,
    people,
    projects,
    quotes,
    receipts,
    recurring,
    releases,
    tickets,
    time,
)
from bot.domain.accounts import Account
from bot.domain.allowance import Burn
from bot.domain.approvals import Delegation, Purpose
from bot.domain.bypass import Criterion
from bot.domain.cadence import Cadence
from bot.domain.changes import Content, Template, Touch
from bot.domain.imports import ImportedRow
from bot.domain.priority import Effect, Timing, Users
from bot.domain.provider import get
from bot.domain.releases import Freeze, Package
from bot.domain.risk import EMERGENCY_REVIEW
from bot.domain.routing import RequestType
from bot.domain.schema import metadata
from bot.domain.seats import Verdict
from bot.domain.tickets import Visibility, conversation
from bot.domain.time import timers
from bot.domain.time.write_offs import WriteOff
from bot.domain.workflow import Action, Status
from tests.cast import by_name
from tests.domain.desk import MONDAY, NOTE, complete, person

APP = database.APP_ROLE

# Row-level security holds these to the accounts a transaction has entered (people.enter). The value
# is whether rows without an account (staff, provider-wide posts) are seen by everybody.
GUARDED: dict[str, bool] = {
    "account": False,
    "agenda_item": False,
    "agreement": False,
    "approval": False,
    "attachment": False,
    "billed_ticket": False,
    "billed_time": False,
    "billing_review": False,
    "bypass": False,
    "change": False,
    "change_link": False,
    "change_template": False,
    "closure": False,
    "decision": False,
    "delegation": False,
    "event": False,
    "imported_row": False,
    "intake": False,
    "invoice": False,
    "invoice_line": False,
    "message": False,
    "outbox": False,
    "person": True,
    "post": False,
    "project": False,
    "quote": False,
    "receipt": False,
    "recurring": False,
    "recurring_run": False,
    "release_freeze": False,
    "rollout_message": False,
    "ticket": False,
    "ticket_link": False,
    "ticket_text": False,
    "time_entry": False,
    "timer": False,
    "told_burn": False,
    "waived_finding": False,
    "write_off": False,
}
OF_THE_TEAM = {"complete_day", "release"}  # they belong to no account: to a contact there is none
# History, and what was billed, cannot be handed anywhere.
FIXED = {"agreement", "billed_ticket", "billed_time", "closure", "decision", "event", "time_entry", "told_burn",
         "write_off"}  # fmt: skip
ASKED = {"approval"}  # what was asked of whom cannot either


def billed(session: Session, ticket: tickets.Ticket, entry: time.TimeEntry, by: people.Person) -> None:
    """What a month leaves behind once it was looked at and charged."""
    own, first = {"account_id": ticket.account_id}, MONDAY.date().replace(day=1)
    quote = quotes.Quote(
        **own, ticket_id=ticket.id, minutes=60, rate_amount=Decimal(150), rate_currency="EUR", cap_minutes=60,
        valid_until=MONDAY.date(), made_by_id=by.id, made_at=MONDAY,
    )  # fmt: skip
    review = billing.BillingReview(**own, month=date(2001, 1, 1), opened_at=MONDAY)
    invoice = invoices.Invoice(
        **own, month=first, kind=invoices.InvoiceKind.INVOICE, currency="EUR", made_at=MONDAY
    )  # fmt: skip
    event = events.record(session, events.Kind.BURN_TOLD, **own, at=MONDAY)
    session.add_all([quote, review, invoice])
    session.flush()
    line = invoices.InvoiceLine(
        **own, invoice_id=invoice.id, position=1, code="fee", description="Fee", quantity=Decimal(1), unit="month",
        unit_price=Decimal(1), amount=Decimal(1), tax_rate=Decimal(0),
    )  # fmt: skip
    session.add(line)
    session.flush()
    session.add_all([
        invoices.BilledTime(**own, entry_id=entry.id, invoice_id=invoice.id, line_id=line.id),
        invoices.BilledTicket(**own, ticket_id=ticket.id, invoice_id=invoice.id),
        WriteOff(**own, entry_id=entry.id, reason="ours", by_id=by.id, at=MONDAY),
        billing.WaivedFinding(**own, review_id=review.id, finding="late:1", reason="so", by_id=by.id, at=MONDAY),
        burn.ToldBurn(**own, period=first, burn=Burn.USED_80, event_id=event.id),
    ])  # fmt: skip
    session.flush()


def account_column(table: str) -> str:
    return "id" if table == "account" else "account_id"


def fill(session: Session, account: str, contact: str) -> None:
    """Something of an account's in every guarded table."""
    bo, requester, owner = person(session, "Bo"), person(session, contact), by_name(session, account)
    filing = tickets.Filing(
        RequestType.QUESTION, "How do macros work?", Effect.MINOR, Users.ONE, Timing.WHENEVER,
        files=[{"id": "F0PLAN", "name": "plan.pdf"}],
    )  # fmt: skip
    ticket = intakes.submit(session, filing, by=requester, account=owner, provider=get(session), now=MONDAY)
    plan = replace(filing, request_type=RequestType.PLANNING)
    intakes.submit(session, plan, by=requester, account=owner, provider=get(session), now=MONDAY)
    bypasses.ask(session, ticket, Criterion.FAILED_RELEASE, by=requester, now=MONDAY)
    ticket.status, ticket.assignee_id = Status.IN_PROGRESS, bo.id
    ticket.act(
        session, Action.SEND_TO_CLIENT, by=bo, now=MONDAY, inputs=complete(assignee=None, reviewer=None, note=NOTE)
    )
    other = tickets.file(session, filing, account=owner, provider=get(session), requester=requester, now=MONDAY)
    tickets.link(session, other, ticket, tickets.LinkKind.FOLLOWS_UP, by=bo, now=MONDAY)
    projects.from_ticket(
        session, other, name="A new help centre", owner=bo, budget_minutes=60, approval="Approved", reason="Large",
        by=bo, now=MONDAY, seen=other.version,
    )  # fmt: skip
    rule = recurring.make(
        session, owner.id, title="Check the backups", details="", request_type=RequestType.SERVICE_REQUEST,
        related_system=None, owner=bo, estimate_minutes=30, code=None, cadence=Cadence.WEEKLY,
        first_on=date(2026, 11, 30), by=bo, now=MONDAY,
    )  # fmt: skip
    recurring.open_due(session, rule.id, today=date(2026, 11, 30), provider=get(session), now=MONDAY)
    today = MONDAY.date()
    entry = time.log(session, ticket, by=bo, minutes=30, work_date=today, now=MONDAY, today=today)
    billed(session, ticket, entry, bo)
    timers.end(timers.start(session, ticket, by=bo, now=MONDAY), now=MONDAY)
    session.flush()
    conversation.say(session, ticket, Visibility.FROM_CLIENT, "Any news?", by=requester, now=MONDAY)
    receipts.claim(session, f"view.{account}", "content", account_id=owner.id)
    session.add(ImportedRow(account_id=owner.id, source="JIRA", source_key=account, raw="a,b,c"))
    fill_changes(session, owner, other, requester)
    session.flush()


def fill_changes(session: Session, owner: Account, ticket: tickets.Ticket, requester: people.Person) -> None:
    """A change before its approvers with one decision taken, in a release with a freeze; and a template."""
    bo, today = person(session, "Bo"), MONDAY.date()
    content = Content("Route the invoices", "They go astray.", touches=(Touch.ROUTING,), implementer_id=bo.id)
    change = changes.draft(session, content, owner, by=bo, now=MONDAY, ticket=ticket)
    package = Package("Tuesday", MONDAY + timedelta(days=1), MONDAY + timedelta(days=1, hours=1), (change.id,), "Now")
    releases.make(session, package, by=bo, now=MONDAY)
    approval = approvals.ask(
        session, Purpose.EMERGENCY_REVIEW, change.id, EMERGENCY_REVIEW, account_id=owner.id, barred=change.barred,
        content_hash=change.content_hash, by=bo, now=MONDAY,
    )  # fmt: skip
    approvals.decide(session, approval, Verdict.APPROVE, by=person(session, "Eve"), now=MONDAY)
    session.add(Delegation(
        account_id=owner.id, person_id=requester.id, delegate_id=bo.id, starts=today, ends=today, named_at=MONDAY
    ))  # fmt: skip
    session.add(Freeze(account_id=owner.id, starts=today, ends=today, reason="Black Friday", by_id=bo.id))
    session.add(Template(
        account_id=owner.id, name="A text", steps={}, owner_id=bo.id, made_of_id=change.id, created_at=MONDAY
    ))  # fmt: skip


@pytest.fixture(scope="module")
def filled(shared_engine: Engine) -> Iterator[tuple[Connection, dict[str, int]]]:
    """Rows of Acme's and of Umbrella's in every guarded table, taken back in the end."""
    with shared_engine.connect() as connection:
        transaction = connection.begin()
        with Session(connection, join_transaction_mode="create_savepoint", expire_on_commit=False) as session:
            people.enter_as_system(session)
            fill(session, "Acme", "Ana")
            fill(session, "Umbrella", "Rex")
            ids = {name: by_name(session, name).id for name in ("Acme", "Umbrella")}
            session.commit()
        yield connection, ids
        transaction.rollback()


@pytest.fixture
def both(filled) -> Iterator[Session]:
    with Session(filled[0], join_transaction_mode="create_savepoint") as session:
        yield session


@pytest.fixture
def ids(filled) -> dict[str, int]:
    return filled[1]


def owners_seen(session: Session, table: str) -> set[int | None]:
    return set(session.scalars(text(f"select {account_column(table)} from {table}")))


@pytest.mark.parametrize("table", GUARDED)
def test_a_contact_sees_its_own_rows_and_none_of_another_accounts(both, ids, table):
    people.enter_as_system(both)
    assert {ids["Acme"], ids["Umbrella"]} <= owners_seen(both, table), f"no rows to hide in {table}"
    shared = {None} if GUARDED[table] else set()
    for slack_id, account in (("U0ANA", "Acme"), ("U0REX", "Umbrella")):
        people.enter(both, slack_id)
        assert owners_seen(both, table) == {ids[account]} | shared


NULLED = ("approval", "decision", "delegation", "release_freeze")  # a row of no account is the team's own


def without_an_account(session: Session, table: str) -> None:
    """A copy of a row that belongs to nobody's account, as the System writes it."""
    names = [column.name for column in metadata.tables[table].columns if column.name not in {"id", "account_id"}]
    sam = str(person(session, "Sam").id)  # nobody decides twice, and one question is asked once
    other = {"subject_id": "subject_id + 1000", "person_id": sam, "authority_id": sam}
    copied = ", ".join(other.get(name, name) for name in names)
    session.execute(text(
        f"insert into {table} ({', '.join(names)}, account_id) select {copied}, null from {table} order by id limit 1"
    ))  # fmt: skip


@pytest.mark.parametrize("table", NULLED)
def test_what_belongs_to_no_account_is_read_by_the_team_alone(both, ids, table):
    people.enter_as_system(both)
    without_an_account(both, table)
    people.enter(both, "U0SAM")
    assert None in owners_seen(both, table)
    people.enter(both, "U0ANA")
    assert owners_seen(both, table) == {ids["Acme"]}


@pytest.mark.parametrize("slack_id", ["U0ANA", "U0CLEO", "U0REX", "U0ZED"])
def test_to_a_contact_there_are_no_releases(both, slack_id):
    people.enter_as_system(both)
    assert both.scalar(text("select count(*) from release")) == 2
    people.enter(both, slack_id)
    assert both.scalar(text("select count(*) from release")) == 0
    assert both.execute(text("update release set name = 'Mine'")).rowcount == 0
    with pytest.raises(DBAPIError, match="row-level security"):
        both.execute(text(
            "insert into release (name, starts, ends, made_by_id, created_at, state_since, exception, state, reason,"
            " version) values ('Mine', now(), now(), 1, now(), now(), '', 'draft', '', 1)"
        ))  # fmt: skip


@pytest.mark.parametrize("table", GUARDED)
@pytest.mark.parametrize("setting", [None, "", "0", "U0ZED"])
def test_who_has_not_entered_sees_nothing(both, table, setting):
    if setting == "U0ZED":
        people.enter(both, setting)
    else:
        both.execute(text("select set_config('steward.accounts', :value, true)"), {"value": setting})
    assert owners_seen(both, table) == ({None} if GUARDED[table] else set())


@pytest.mark.parametrize("table", GUARDED)
def test_nobody_writes_a_row_into_another_account(both, ids, table):
    """It copies a row of one's own, so that only its account can be what is wrong with it."""
    people.enter(both, "U0ANA")
    account = account_column(table)
    others = ", ".join(column.name for column in metadata.tables[table].columns if column.name not in {"id", account})
    statement = f"insert into {table} ({others}, {account}) select {others}, :other from {table} where {account} = :own"
    values = {"own": ids["Acme"], "other": 10**9 if table == "account" else ids["Umbrella"]}
    with pytest.raises(DBAPIError, match="row-level security"):
        both.execute(text(statement), values)


@pytest.mark.parametrize("table", [name for name in GUARDED if name not in {"account", *FIXED, *ASKED}])
def test_nobody_hands_a_row_to_another_account(both, ids, table):
    """History cannot be handed anywhere: see the tests of events."""
    people.enter(both, "U0ANA")
    with pytest.raises(DBAPIError, match="row-level security"):
        both.execute(
            text(f"update {table} set account_id = :other where account_id = :own"),
            {"other": ids["Umbrella"], "own": ids["Acme"]},
        )


@pytest.mark.parametrize("table", [name for name in GUARDED if name not in FIXED])
def test_nobody_changes_another_accounts_rows(both, ids, table):
    people.enter(both, "U0ANA")
    column = account_column(table)
    done = both.execute(text(f"update {table} set {column} = {column} where {column} = :o"), {"o": ids["Umbrella"]})
    assert done.rowcount == 0


@pytest.mark.parametrize(
    "statement",
    [
        "insert into person (name, roles, skills, weekly_minutes, active) values ('X', '{admin}', '{}', 0, true)",
        "update person set account_id = null where slack_id = 'U0ANA'",
    ],
)
def test_a_contact_makes_nobody_staff(both, statement):
    people.enter(both, "U0ANA")
    with pytest.raises(DBAPIError, match="row-level security"):
        both.execute(text(statement))


def test_a_contact_changes_nothing_about_staff(both):
    people.enter(both, "U0ANA")
    with pytest.raises(DBAPIError, match="row-level security"):
        both.execute(text("update person set name = 'X' where slack_id = 'U0BO'"))


def test_a_connection_that_comes_back_to_the_pool_leaks_nothing(cast_sessions):
    pids = set()
    for slack_id, seen in (("U0BO", 2), (None, 0), ("U0ANA", 1), (None, 0)):
        with cast_sessions() as session:
            if slack_id:
                people.enter(session, slack_id)
            pids.add(session.scalar(text("select pg_backend_pid()")))
            assert session.scalar(text("select count(*) from account")) == seen
            session.rollback() if seen == 1 else session.commit()
    assert len(pids) == 1


def test_what_the_code_says_is_guarded_is_what_the_database_guards(owner: Engine):
    with owner.connect() as connection:
        guarded = connection.scalars(
            text("select relname from pg_class where relrowsecurity and relnamespace = 'public'::regnamespace")
        )
        assert set(guarded) == set(GUARDED) | OF_THE_TEAM


def test_every_table_that_names_an_account_is_guarded(owner: Engine):
    with owner.connect() as connection:
        found = inspect(connection)
        named = {
            table for table in found.get_table_names()
            if "account_id" in {column["name"] for column in found.get_columns(table)}
        }  # fmt: skip
    assert named | {"account"} == set(GUARDED)


def test_the_applications_role_is_held_by_the_policies(engine: Engine, owner: Engine):
    database.require_safe_role(engine)
    with engine.connect() as connection:
        assert connection.scalar(text("select current_user")) == APP
    with owner.connect() as connection:
        assert connection.execute(
            text("select rolsuper, rolbypassrls, rolcanlogin from pg_roles where rolname = :role"), {"role": APP}
        ).one() == (False, False, False)
        owned = text("select count(*) from pg_tables where tableowner = :role")
        assert connection.scalar(owned, {"role": APP}) == 0


def test_a_superuser_is_refused_with_what_to_do(owner: Engine):
    with pytest.raises(database.UnsafeRole, match=r"sees past row-level security\. Run `steward migrate`"):
        database.require_safe_role(owner)


CLEARED = {"outbox": "created_at", "receipt": "at"}  # notes of the machinery's own, when they are old


@pytest.mark.parametrize("table", GUARDED)
@pytest.mark.parametrize("verb", ["delete from", "truncate"])
def test_the_application_deletes_nothing(session, table, verb):
    if table in CLEARED and verb != "truncate":
        return
    with pytest.raises(DBAPIError, match="permission denied"):
        session.execute(text(f"{verb} {table}"))


def delete_all(session: Session, table: str) -> int:
    return len(session.execute(text(f"delete from {table} returning 1")).all())


@pytest.mark.parametrize("table", CLEARED)
def test_what_it_may_clear_away_is_a_week_old_and_settled(both, ids, table):
    people.enter_as_system(both)
    there = both.scalar(text(f"select count(*) from {table}"))
    assert there
    assert delete_all(both, table) == 0
    both.execute(text(f"update {table} set {CLEARED[table]} = now() - interval '6 days'"))
    assert delete_all(both, table) == 0
    both.execute(text(f"update {table} set {CLEARED[table]} = now() - interval '8 days'"))
    if table == "outbox":
        assert delete_all(both, table) == 0  # it still waits
        both.execute(text("update outbox set done_at = now() - interval '8 days'"))
    people.enter(both, "U0ANA")
    assert delete_all(both, table) == 0  # nor is it a client's to clear
    people.enter_as_system(both)
    assert delete_all(both, table) == there


@pytest.mark.parametrize(
    "statement",
    [
        "update playbook set by = 'me'",
        "update alembic_version set version_num = '9999'",
        "insert into alembic_version values ('9999')",
        "create table secret_copy as select 1",
        "alter table ticket disable row level security",
        "drop policy ticket_by_account on ticket",
    ],
)
def test_the_application_changes_neither_rules_nor_schema(session, statement):
    with pytest.raises(DBAPIError, match=r"permission denied|must be owner"):
        session.execute(text(statement))


def test_looking_somebody_up_cannot_be_led_astray_by_a_temporary_table(session):
    session.execute(text("create temporary table person on commit drop as select * from public.person limit 0"))
    assert people.enter(session, "U0ANA") is not None
