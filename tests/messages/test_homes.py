"""The Home and the queue as they are drawn: whatever there is fits into Slack's limits, in as many statements."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from itertools import combinations

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from bot import database, playbook
from bot.domain import approvals, changes, people, provider, reviews, setup, tickets
from bot.domain.roles import Role
from bot.domain.seats import Seat
from bot.domain.tickets import QueueFilter, Selection, filters_for
from bot.messages import home, queue
from bot.messages.home import MOST_BLOCKS, SECTIONS, State, sections_of
from bot.messages.shown import load
from bot.messages.tickets import triage_card
from bot.modals import windows
from bot.playground.validation import problems_in_view
from tests import cast
from tests.domain.desk import MONDAY, counted, person
from tests.messages.shown import alive, texts

# Many of everything: accounts, people, and tickets in every status, with the longest words there may be.
MANY = """
insert into account (name, timezone, channel_slack_id)
select repeat('Long & <name> ', 6) || n, 'Europe/Berlin', null from generate_series(1, 150) n;
insert into person (name, slack_id, roles, skills, weekly_minutes, active)
select repeat('<!channel> ', 9) || n, 'U0X' || n, array['engineer'], array[]::text[], 2400, true
  from generate_series(1, 60) n;
"""
TICKETS = """
insert into ticket (account_id, title, request_type, priority, computed_priority, priority_why, created_at,
    status_since, requester_id, assignee_id, reviewer_id, status, version, details, blocks_revenue, consequence,
    related_system, estimate_minutes, planned_start, confirm_by, waiting_for, client_visible, extra)
select (array[a.id, a.id, other.id])[1 + n % 3], rpad('<!here> & a title ' || n, 150, ' <words> &'), 'question',
    'P' || 1 + n % 4, 'P3', 'many', :now - n * interval '1 hour', :now - n * interval '1 hour',
    r.id, case n % 5 when 0 then null when 1 then e.id else s.id end, case when n % 14 = 6 then s.id end,
    (array['New', 'Triage', 'Waiting on client', 'Scheduled', 'In progress', 'Client review', 'Internal review'])
      [1 + n % 7], 1, '', false, '', 'System ' || n % 9, 60, (:now)::date, (:now)::date,
    repeat('why & ', 60), true, '{}'
  from generate_series(1, :count) n, account a, person r, person s,
    lateral (select id from account where id > a.id order by id offset n % 120 limit 1) other,
    lateral (select id from person where slack_id = 'U0X' || 1 + n % 60) e
 where a.name = 'Acme' and r.name = 'Ana' and s.name = 'Maya'
"""
# Maya logged time, her timer runs, and something was put into her hands.
A_DAYS_WORK = """
with her as (select t.id, t.account_id, p.id as person_id from ticket t join person p on p.id = t.assignee_id
              where p.name = 'Maya' order by t.id limit 1),
 handed as (insert into event (kind, at, account_id, ticket_id, action, data, rule_version)
  select 'assigned', :now, account_id, id, 'assign',
         jsonb_build_object('assignee', jsonb_build_object('id', person_id)), 1 from her),
 timed as (insert into timer (person_id, account_id, started_at, ticket_id)
  select person_id, account_id, :now, id from her)
insert into time_entry (account_id, person_id, work_date, minutes, category, code, created_at, ticket_id, note)
select account_id, person_id, (:now)::date, 45, 'ticket_resolution', 'included', :now, id, '' from her
"""
# More than a page of posts that Slack refused.
DEAD_LETTERS = """
with cards as (insert into post (subject, subject_id, place, channel_slack_id)
  select 'ticket', n, 'triage', 'C0TRIAGE' from generate_series(1, 9) n returning id)
insert into outbox (post_id, lane_id, dead_at, last_error) select id, id, now(), 'is_archived' from cards
"""


def waiting_changes(session: Session) -> None:
    """More than a page of changes that wait for a lead."""
    bo, acme = person(session, "Bo"), cast.by_name(session, "Acme")
    for number in range(9):
        content = changes.Content(title=f"<!here> & {number} ".ljust(150, "x"), purpose="why & " * 400)
        change = changes.draft(session, content, acme, by=bo, now=MONDAY)
        approvals.ask(
            session, approvals.Purpose.CHANGE, change.id, ((Seat.LEAD,),), account_id=acme.id, barred=change.barred,
            content_hash=change.content_hash, by=bo, now=MONDAY,
        )  # fmt: skip


@pytest.fixture
def session(engine: Engine) -> Iterator[Session]:
    """The cast, as the System sees it."""
    with database.sessions(engine)() as session:
        setup.apply(session, setup.read(cast.SETUP), now=MONDAY - timedelta(days=30))
        people.enter_as_system(session)
        yield session


@pytest.fixture
def crowd(session: Session) -> Callable[[int], None]:
    """`crowd(300)`: that many open tickets, Maya's and nobody's, Acme's and others'."""

    def make(count: int) -> None:
        session.execute(text("set local statement_timeout = 0"))  # as an import has it
        for statement in MANY.split(";"):
            session.execute(text(statement)) if statement.strip() else None
        session.execute(text(TICKETS), {"count": count, "now": MONDAY})

    return make


def drawn(session: Session, name: str, *roles: Role, state: State | None = None) -> dict:
    actor = person(session, name)
    actor.roles = [role.value for role in roles] if roles else actor.roles
    return home.view(session, actor, state or State(), MONDAY)


def test_a_home_of_every_role_with_everything_on_it_fits_into_slacks_limits(session: Session, crowd):
    crowd(300)
    view = drawn(session, "Maya", *Role)
    assert [problem.text() for problem in problems_in_view(view, "home")] == []
    assert len(view["blocks"]) <= MOST_BLOCKS
    assert len(str(view)) < 200_000  # Slack takes 250 KB
    assert [alive(said) for said in texts(view) if alive(said)] == []


def test_whatever_roles_somebody_has_the_home_fits(session: Session, crowd):
    crowd(900)
    session.execute(text(A_DAYS_WORK), {"now": MONDAY})
    session.execute(text(DEAD_LETTERS))
    waiting_changes(session)
    full = State(pages={section.key: 1 for section in SECTIONS})  # with Previous, Next and Show all
    assert len(drawn(session, "Maya", *Role, state=full)["blocks"]) > MOST_BLOCKS - 15  # nearly full
    for roles in [some for count in (1, 2, len(Role)) for some in combinations(Role, count)]:
        view = drawn(session, "Maya", *roles, state=full)
        assert len(view["blocks"]) <= MOST_BLOCKS, roles
        assert problems_in_view(view, "home") == [], roles


def test_a_clients_home_and_windows_fit_and_show_nothing_of_others(session: Session, crowd):
    crowd(300)
    ana = person(session, "Ana")
    view = home.view(session, ana, State(account_id=2), MONDAY)
    assert problems_in_view(view, "home") == []
    assert "Long &" not in str(view)
    assert {block["block_id"] for block in view["blocks"] if "block_id" in block} == set()  # no filters of the team's


@pytest.mark.parametrize("name", ["Maya", "Ana"])
def test_every_filter_of_the_queue_fits_into_a_window(session: Session, crowd, name: str):
    crowd(300)
    actor = person(session, name)
    since = reviews.stalled_since(session, MONDAY)
    for chosen in filters_for(actor):
        for number in (0, 1, 10**6):
            selection = Selection(what=chosen, system="System")
            found = tickets.page(session, actor, selection, stalled_since=since, number=number)
            rows = queue.rows(session, actor, found.tickets, MONDAY)
            view = windows.queue(actor, selection, rows, found, [])
            assert [problem.text() for problem in problems_in_view(view)] == []
            assert [alive(said) for said in texts(view) if alive(said)] == []


def test_a_section_and_what_show_all_opens_count_the_same(session: Session, crowd):
    crowd(300)
    maya = person(session, "Maya")
    maya.roles = [role.value for role in Role]
    since = reviews.stalled_since(session, MONDAY)
    seen: list[set[int]] = []
    for section in sections_of(maya):
        if section.tickets:
            found = tickets.page(session, maya, section.tickets, stalled_since=since, size=1000)
            assert found.total == len(found.tickets)
            seen.append(
                {ticket.id for ticket in found.tickets} if section.key in {"mine", "check", "review"} else set()
            )
    assert sum(map(len, seen)) == len(set().union(*seen))  # what is theirs stands in one place


def test_everything_a_client_may_see_stands_in_one_section_and_no_more(session: Session, crowd):
    crowd(60)
    ana = person(session, "Ana")
    since = reviews.stalled_since(session, MONDAY)
    listed = [tickets.page(session, ana, section.tickets, stalled_since=since, size=1000).tickets
              for section in sections_of(ana) if section.tickets]  # fmt: skip
    everything = tickets.page(session, ana, QueueFilter.ALL, stalled_since=since, size=1000)
    shown = [ticket.id for found in listed for ticket in found]
    assert sorted(shown) == sorted(ticket.id for ticket in everything.tickets)


def everybodys_home(session: Session) -> None:
    for name, roles in (("Maya", tuple(Role)), ("Bo", ()), ("Ana", ())):
        drawn(session, name, *roles)


def every_queue(session: Session) -> None:
    for name in ("Maya", "Ana"):
        actor = person(session, name)
        for chosen in (QueueFilter.ALL, QueueFilter.MINE):
            since = reviews.stalled_since(session, MONDAY)
            found = tickets.page(session, actor, chosen, stalled_since=since)
            queue.rows(session, actor, found.tickets, MONDAY)


def a_card(session: Session) -> None:
    bo = person(session, "Bo")
    found = tickets.page(session, bo, QueueFilter.ALL, stalled_since=MONDAY, size=1)
    triage_card(load(session, found.tickets[0], MONDAY))


@pytest.mark.parametrize("draw", [everybodys_home, every_queue, a_card])
def test_five_tickets_and_three_hundred_take_as_many_statements(session: Session, crowd, draw):
    took = []
    for count in (5, 300):
        nested = session.begin_nested()
        crowd(count)
        session.expunge_all()
        playbook.of(session)
        provider.get(session)  # both are read once a session
        with counted(session) as said:
            draw(session)
        took.append(len(said))
        nested.rollback()
    assert took[0] == took[1]
    assert took[0] > 0
