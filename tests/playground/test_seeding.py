"""The demo's two weeks: everything in them came about by the rules."""

import json
import os
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import yaml
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session, sessionmaker

from bot import database, embedded
from bot.domain import accounts, billing, burn, invoices, people, provider, reviews, setup
from bot.domain.accounts import Account
from bot.domain.allowance import Burn
from bot.domain.billing import Fix
from bot.domain.events import Event, Kind
from bot.domain.intakes import LONGEST_TITLE, SHORTEST_TITLE, Intake
from bot.domain.invoices import Invoice, InvoiceAction
from bot.domain.invoices.documents import documents
from bot.domain.invoicing import ubl
from bot.domain.months import Month
from bot.domain.outbox import Post, Subject
from bot.domain.people import Person
from bot.domain.priority import Priority
from bot.domain.tickets import Closure, Ticket
from bot.domain.time import TimeEntry
from bot.domain.workflow import WORKFLOW, Status
from bot.playground import seeding, seeding_month

NOW = datetime(2026, 11, 25, 9, 30, tzinfo=UTC)
PLAYGROUND = Path(seeding.__file__).parent
REQUESTS = yaml.safe_load(seeding.REQUESTS.read_text(encoding="utf-8"))
WORKSPACE = json.loads((PLAYGROUND / "sample" / "workspace.json").read_text(encoding="utf-8"))

Sessions = sessionmaker[Session]
LEADS_TO = {(move.source.value, move.target.value) for move in WORKFLOW}
PAUSED = {Status.WAITING, Status.SCHEDULED, Status.CLIENT_REVIEW}


def apply(sessions: Sessions) -> None:
    wanted = setup.read((PLAYGROUND / "demo.yaml").read_text(encoding="utf-8"), "demo.yaml")
    with sessions.begin() as session:
        setup.apply(session, wanted, now=NOW - timedelta(days=30))


def seed(sessions: Sessions, now: datetime = NOW) -> None:
    apply(sessions)
    seeding.seed(sessions, now=now)


@pytest.fixture
def looked(owner: Engine):
    """All rows of an entity, in the order of their ids."""

    def looked(entity: Any) -> list[Any]:
        with Session(owner) as session:
            return list(session.scalars(select(entity).order_by(entity.id)))

    return looked


def test_there_is_something_of_everything(sessions: Sessions, looked) -> None:
    seed(sessions)

    tickets = looked(Ticket)
    statuses = Counter(ticket.status for ticket in tickets)
    assert statuses.keys() == set(Status)
    assert 20 <= sum(count for status, count in statuses.items() if status is not Status.CLOSED) <= 30
    assert 10 <= statuses[Status.CLOSED] <= 15
    assert {ticket.priority for ticket in tickets} == set(Priority)
    assert len({ticket.account_id for ticket in tickets}) == 3
    assert any(ticket.is_open and ticket.assignee_id is None for ticket in tickets)
    assert {ticket.close_reason is None for ticket in tickets if not ticket.is_open} == {True, False}
    assert [intake.title for intake in looked(Intake) if intake.ticket_id is None] == ["Start developing the UI"]


def test_every_ticket_stands_where_its_history_leaves_it(sessions: Sessions, looked) -> None:
    seed(sessions)

    for ticket in looked(Ticket):
        history = [event for event in looked(Event) if event.ticket_id == ticket.id]
        assert history[0].kind is Kind.FILED
        moved = [event for event in history if event.kind in {Kind.FILED, Kind.MOVED}]
        assert ticket.status.value == moved[-1].target
        assert ticket.status_since == moved[-1].at
        assert ticket.version == sum(event.action is not None for event in history) + 1
        for before, after in pairwise(moved):
            assert before.target == after.source
            assert (after.source, after.target) in LEADS_TO


def test_nobody_is_left_without_what_the_rules_ask_for(sessions: Sessions, looked) -> None:
    seed(sessions)

    noted = {closure.ticket_id for closure in looked(Closure)}
    for ticket in looked(Ticket):
        assert ticket.status is Status.NEW or ticket.assignee_id
        assert (ticket.status is Status.CLOSED) == (ticket.closed_at is not None)
        if ticket.status in PAUSED:
            assert ticket.waiting_for or ticket.planned_start or ticket.confirm_by
        if ticket.status is Status.CLIENT_REVIEW or (ticket.status is Status.CLOSED and not ticket.close_reason):
            assert ticket.id in noted
        if ticket.status is Status.INTERNAL_REVIEW:
            assert ticket.reviewer_id not in {None, ticket.assignee_id}


def test_time_goes_forward_through_last_month_and_the_last_ten_working_days(sessions: Sessions, looked) -> None:
    seed(sessions)

    events = [event for event in looked(Event) if event.ticket_id]
    assert [event.at for event in events] == sorted(event.at for event in events)
    assert (events[0].at.year, events[0].at.month) == (2026, 10)
    assert not [event for event in events if event.at.month == 11 and event.at < NOW - timedelta(days=15)]
    assert events[-1].at < NOW
    assert {event.at.weekday() for event in events} <= set(range(5))
    tickets = looked(Ticket)
    assert [ticket.created_at for ticket in tickets] == sorted(ticket.created_at for ticket in tickets)
    assert all(ticket.planned_start > NOW.date() for ticket in tickets if ticket.status is Status.SCHEDULED)


def test_work_has_its_hours_and_the_notes_tell_them(sessions: Sessions, looked) -> None:
    seed(sessions)

    entries = looked(TimeEntry)
    worked = {entry.ticket_id for entry in entries}
    for closure in looked(Closure):
        assert closure.ticket_id in worked
        assert closure.time_spent
    assert all(entry.note for entry in entries)
    assert all(entry.work_date == entry.created_at.date() for entry in entries)


def history(sessions: Sessions) -> list[tuple[Any, ...]]:
    with sessions.begin() as session:
        people.enter_as_system(session)
        events = session.scalars(select(Event).where(Event.ticket_id.is_not(None)).order_by(Event.id))
        return [(event.at, event.kind, event.ticket_id, event.actor_id, event.data) for event in events]


@pytest.fixture
def elsewhere(server_url: str, template: str) -> Iterator[Sessions]:
    """The application's sessions on a second fresh database."""
    name = f"steward_test_{os.getpid()}_elsewhere"
    engine = database.app_engine(embedded.create_database(server_url, name, template=template))
    yield database.sessions(engine)
    engine.dispose()
    embedded.drop_database(server_url, name)


def test_it_is_the_same_every_time(sessions: Sessions, elsewhere: Sessions) -> None:
    seed(sessions)
    seed(elsewhere)

    assert history(sessions) == history(elsewhere)


def test_a_workspace_that_is_filled_already_is_left_alone(sessions: Sessions, counts: Any) -> None:
    seed(sessions)
    before = counts()
    seeding.seed(sessions, now=NOW + timedelta(days=1))

    assert counts() == before


@pytest.mark.parametrize(
    "now",
    [
        datetime(2026, 11, 28, 23, 0, tzinfo=UTC),  # a Saturday night
        datetime(2026, 11, 30, 0, 5, tzinfo=UTC),  # five past midnight
        datetime(2026, 3, 30, 8, 0, tzinfo=UTC),  # the day after the clocks went forward
        datetime(2027, 1, 4, 9, 0, tzinfo=UTC),  # after the holidays
    ],
)
def test_it_can_be_any_day(sessions: Sessions, looked, now: datetime) -> None:
    seed(sessions, now)

    assert {ticket.status for ticket in looked(Ticket)} == set(Status)
    assert max(event.at for event in looked(Event) if event.ticket_id) < now


def test_the_digest_has_something_to_say(sessions: Sessions) -> None:
    seed(sessions)
    with sessions.begin() as session:
        people.enter_as_system(session)
        digest = reviews.daily_queue(session, provider.get(session), NOW)

    assert digest["came_in"] >= 2
    assert digest["closed"] >= 1
    for section in ("unowned", "stalled", "waiting"):
        assert digest[section]["total"] >= 2, section
    assert all(line["waiting_for"] or line["status"] == Status.CLIENT_REVIEW for line in digest["waiting"]["tickets"])
    assert {row["name"] for row in digest["people"]["rows"]} >= {"Bo", "Eve", "Maya"}


def test_both_cards_of_every_ticket_are_on_their_way(sessions: Sessions, owner: Engine, looked) -> None:
    seed(sessions)
    with Session(owner) as session:
        cards = select(Post.channel_slack_id).where(Post.parent_id.is_(None), Post.subject == Subject.TICKET)
        roots = Counter(session.scalars(cards))
    assert roots.keys() == {"C0TRIAGE", "C0ACME", "C0GLOBEX", "C0UMBRELLA"}
    assert roots["C0TRIAGE"] == len(looked(Ticket)) == sum(roots.values()) / 2


def test_without_a_provider_there_is_nothing_to_fill(sessions: Sessions, looked) -> None:
    seeding.seed(sessions, now=NOW)
    assert looked(Ticket) == []


def test_the_firm_and_its_slack_fit_together(sessions: Sessions, looked) -> None:
    apply(sessions)
    with sessions.begin() as session:
        people.enter_as_system(session)
        firm = provider.get(session)
        channels, team = set(firm.channels.values()), firm.team_slack_id
    slack = {person["id"]: person for person in WORKSPACE["people"]}
    places = {channel["id"]: channel for channel in WORKSPACE["channels"]}

    assert team == WORKSPACE["team"]["id"]
    assert {person.slack_id for person in looked(Person)} == slack.keys() - {"U0OTTO"}
    assert channels | {account.channel_slack_id for account in looked(Account)} == places.keys() - {"C0GENERAL"}
    staff = {person.slack_id for person in looked(Person) if person.is_staff}
    for account in looked(Account):
        contacts = {person.slack_id for person in looked(Person) if person.account_id == account.id}
        expected = contacts | ({"U0OTTO"} if account.name == "Acme" else set())
        assert set(places[account.channel_slack_id]["members"]) - staff == expected
    for name in channels:
        assert set(places[name]["members"]) <= staff
        assert (places[name]["private"], places[name]["bot_member"]) == (True, True)
    for person in looked(Person):
        assert slack[person.slack_id].get("guest", False) is not person.is_staff
    assert (slack["U0OTTO"]["team"], slack["U0OTTO"]["outsider"]) == ("T0ACME", True)


def test_the_sample_can_be_filed_and_says_where_it_comes_from() -> None:
    attribution = (PLAYGROUND / "sample" / "ATTRIBUTION.md").read_text(encoding="utf-8")
    assert len({request["id"] for request in REQUESTS}) == len(REQUESTS) >= 50
    for request in REQUESTS:
        assert SHORTEST_TITLE <= len(request["title"]) <= LONGEST_TITLE, request["id"]
        assert f"`{request['from'].split()[0]}`" in attribution
        assert request.get("timing") != "Now" or request["consequence"], request["id"]
        assert not {"@", "://", "\\"} & set(request["title"] + request.get("details", "")), request["id"]
    assert {story.request for story in seeding.STORIES + seeding.LAST_MONTH} <= {request["id"] for request in REQUESTS}
    assert len({request.get("language", "en") for request in REQUESTS}) >= 6


@pytest.mark.parametrize("now", [NOW, datetime(2026, 12, 1, 10, 0, tzinfo=UTC)])
def test_the_month_before_has_something_to_put_right_in_each_way(sessions: Sessions, now: datetime) -> None:
    apply(sessions)
    seeding_month.seed(sessions, now=now)
    seeding.seed(sessions, now=now)
    with sessions.begin() as session:
        people.enter_as_system(session)
        month = Month.of(now.date()).before
        found = {account.name: _examined(session, account, month, now) for account in accounts.all_of_them(session)}

    assert Counter(one.finding for one in found["Acme"].open) == {"vague": 1, "mismatch": 1, "duplicate": 1}
    ways = {how for one in found["Acme"].shown for how in one.fixes}
    assert ways == set(Fix) - {Fix.CHARGE}  # nothing is written off yet
    assert {"no_ticket", "late"} <= {one.finding for one in found["Acme"].shown}
    assert [found[name].open for name in ("Globex", "Umbrella")] == [[], []]
    assert all(one.raw_minutes for one in found.values())


def _examined(session: Session, account: Account, month: Month, now: datetime) -> billing.Examined:
    review = billing.open_for(session, account, month, now)
    assert review is not None
    return billing.examined(session, review, now)


def test_one_account_runs_low_on_its_hours(sessions: Sessions) -> None:
    apply(sessions)
    seeding_month.seed(sessions, now=NOW)
    seeding.seed(sessions, now=NOW)
    with sessions.begin() as session:
        people.enter_as_system(session)
        down = burn.of(session, accounts.by_name(session, "Acme"), NOW)

    assert down is not None
    assert down.state is Burn.USED_80
    assert down.remaining > 4 * 60  # what a visitor starts is not held up at once


def test_a_month_that_holds_hours_already_is_left_as_it_is(sessions: Sessions, counts: Any) -> None:
    apply(sessions)
    seeding_month.seed(sessions, now=NOW)
    before = counts()
    seeding_month.seed(sessions, now=NOW)
    assert counts() == before


def test_the_month_of_every_account_can_be_signed_billed_and_sent_as_an_e_invoice(sessions: Sessions) -> None:
    apply(sessions)
    seeding_month.seed(sessions, now=NOW)
    seeding.seed(sessions, now=NOW)
    with sessions.begin() as session:
        people.enter_as_system(session)
        sam, fin = (session.scalars(select(Person).where(Person.name == name)).one() for name in ("Sam", "Fin"))
        for account in accounts.all_of_them(session):
            _sign(session, account, sam, fin)
        made = list(session.scalars(select(Invoice)))
        for invoice in made:
            for action in (InvoiceAction.REVIEW, InvoiceAction.APPROVE):
                invoices.act(session, invoice, action, by=fin, now=NOW, seen=invoice.version)
        files = ubl.write(documents(session, made))
    assert len(files) == 3
    assert all(content.startswith(b"<?xml") for _, content in files)


def _sign(session: Session, account: Account, sam: Person, fin: Person) -> None:
    review = billing.open_for(session, account, Month.of(NOW.date()).before, NOW)
    assert review is not None
    while still := billing.examined(session, review, NOW).open:
        how = Fix.WRITE_OFF if Fix.WRITE_OFF in still[0].fixes else Fix.WAIVE
        billing.fix(session, review, still[0].key, how, by=sam, now=NOW, reason="A slip")
    for who in (sam, fin):
        billing.sign(session, review, by=who, now=NOW)
