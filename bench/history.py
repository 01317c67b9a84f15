"""A firm with a past, for benchmarks and for the tests that count what Postgres touches.

So many closed tickets behind so many open ones, with their events, posts, hours, intakes and notes, made by a few
statements. One ticket closes every so often: a longer history reaches further back, and its last weeks are the
same. The text that the search keeps is left out.
"""

from datetime import UTC, datetime, timedelta

from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from bot import database, embedded, playbook
from bot.domain import setup

NOW = datetime(2026, 11, 23, 10, tzinfo=UTC)  # a Monday: the digest then also says where the time stood
EVERY = timedelta(minutes=12)
ACCOUNTS, ENGINEERS = 50, 20
LEAD, ENGINEER, CLIENT = "U0MAYA", "U0E0", "U0C0"  # the client's account is the one with the most requests
SETUP = f"""
provider: {{team: T0BENCH, timezone: Europe/London, channels: {{triage: C0TRIAGE, leadership: C0LEADERS}}}}
people:
  - {{slack: {LEAD}, name: Maya, roles: [lead, approver, account_manager]}}
{"".join(f"  - {{slack: U0E{n}, name: Engineer {n}, roles: [engineer]}}{chr(10)}" for n in range(ENGINEERS))}
accounts:
{
    "".join(
        f"  - {{name: Account {n}, channel: C0ACC{n}, contacts: [{{slack: U0C{n}, name: Client {n}}}]}}{chr(10)}"
        for n in range(ACCOUNTS)
    )
}
"""
# Keys are not looked up one by one, and nothing is kept for the search.
HASTE = """
select set_config('session_replication_role', 'replica', true) from pg_roles where rolname = current_user and rolsuper
"""
# A few accounts ask for much, most for little.
TICKETS = """
with place as (
  select account.id, row_number() over (order by account.id) - 1 as number, count(*) over () as many,
         (select min(person.id) from person where person.account_id = account.id) as contact
  from account),
team as (select array_agg(id order by id) as people from person where account_id is null and slack_id like 'U0E%'),
made as (
  select n, case when :closed then cast(:now as timestamptz) - (:count - n) * cast(:every as interval) end as closed_at
  from generate_series(1, cast(:count as bigint)) as n)
insert into ticket (account_id, title, request_type, priority, computed_priority, priority_why, created_at,
  status_since, closed_at, requester_id, assignee_id, reviewer_id, status, version, details, blocks_revenue,
  consequence, related_system, estimate_minutes, client_visible, extra, follower_ids)
select place.id, 'Request number ' || n, (array['question', 'incident', 'access', 'change'])[1 + n % 4],
  'P' || 1 + n % 4, 'P3', 'minor, for one person',
  coalesce(closed_at - interval '3 days', :now - n * interval '2 hours'),
  coalesce(closed_at, :now - n * interval '1 hour'), closed_at, place.contact,
  case when :closed or n % 10 > 0 then people[1 + n % cardinality(people)] end,
  people[1 + (n + 1) % cardinality(people)],
  case when :closed then 'Closed' else
    (array['New', 'Triage', 'Waiting on client', 'Scheduled', 'In progress', 'Internal review', 'Client review'])
    [1 + n % 7] end,
  6, 'It has been like this since the morning, for everybody who looks.', false, '',
  case when n % 3 = 0 then 'System ' || n % 40 end, 60, true, '{}', '{}'
from made join team on true
join place on place.number = floor(place.many * power((n * 7919 % 1000) / 1000.0, 2))
order by n
"""
EVENTS = """
insert into event (kind, at, account_id, ticket_id, actor_id, action, source, target, data, rule_version)
select kind, ticket.created_at + share * (coalesce(closed_at, status_since) - ticket.created_at), account_id, ticket.id,
  case when kind = 'filed' then requester_id else assignee_id end, step.action, step.source, step.target, '{}', 1
from ticket join (values
  ('filed', 0, null, null, 'New'),
  ('moved', 0.1, 'take', 'New', 'In progress'),
  ('time_logged', 0.5, null, null, null),
  ('moved', 0.6, 'send_to_client', 'In progress', 'Client review'),
  ('moved', 1, 'close', 'Client review', 'Closed')
) as step (kind, share, action, source, target)
on ticket.status = 'Closed' or share < 0.5 and (share = 0 or ticket.status = 'In progress')
order by 2
"""
POSTS = """
insert into post (subject, subject_id, place, channel_slack_id, account_id, ts, shown_version)
select 'ticket', ticket.id, place, case when place = 'triage' then 'C0TRIAGE' else account.channel_slack_id end,
  account.id, extract(epoch from ticket.created_at)::bigint || '.' || lpad((ticket.id % 1000000)::text, 6, '0'), 6
from ticket join account on account.id = ticket.account_id cross join (values ('client'), ('triage')) as two (place)
order by ticket.id
"""
BROUGHT = """
insert into outbox (post_id, lane_id, account_id, attempts, created_at, first_attempt_at, not_before, done_at)
select post.id, post.id, post.account_id, 1, at, at, at, at
from post join (select id, coalesce(closed_at, created_at) as at from ticket) as changed on changed.id = post.subject_id
where at > cast(:now as timestamptz) - interval '30 days' order by at
"""
HOURS = """
insert into time_entry (account_id, person_id, work_date, period, minutes, category, code, created_at, ticket_id, note)
select account_id, assignee_id, (created_at + part * interval '1 day')::date,
  date_trunc('month', created_at + part * interval '1 day')::date, 15 + id % 4 * 15, 'ticket_resolution',
  'included', created_at + part * interval '1 day', id, 'Looked into it'
from ticket cross join generate_series(1, 2) as part where assignee_id is not null order by created_at, part
"""
TAKEN_BACK = """
insert into time_entry (account_id, person_id, work_date, period, minutes, category, code, created_at, ticket_id, note,
  reverses_id)
select account_id, person_id, work_date, period, -minutes, category, code, created_at, ticket_id, note, id
from time_entry where id % 50 = 0 order by id
"""
INTAKES = """
insert into intake (account_id, person_id, disposition, door, at, request_type, title, details, ticket_id)
select account_id, requester_id, 'ticket', 'command', created_at, request_type, title, details, id
from ticket order by created_at
"""
NOTES = """
insert into closure (ticket_id, account_id, written_by_id, at, summary, actions, systems, decisions, follow_ups,
  time_spent)
select id, account_id, assignee_id, closed_at, 'It works again', 'Cleared the cache', 'Help centre', 'none', 'none',
  '{"included": 60}'
from ticket where status = 'Closed' order by closed_at
"""


def seeded(server: str, name: str, *, closed: int, open_: int) -> str:
    """The URL of a new database with that firm in it; Postgres has counted its rows."""
    url = embedded.create_database(server, name)
    database.migrate(url)
    engine = database.owner_engine(url)
    with Session(engine) as session, session.begin():
        playbook.seed(session, playbook.from_file())
    fill(engine, closed=closed, open_=open_)
    engine.dispose()
    return url


def fill(engine: Engine, *, closed: int, open_: int, every: timedelta = EVERY) -> None:
    """The same in a database that is migrated and has a playbook, as its owner."""
    with Session(engine) as session, session.begin():
        setup.apply(session, setup.read(SETUP), now=NOW)
    with engine.begin() as connection:
        connection.execute(text("delete from outbox"))  # the welcome
        connection.execute(text("delete from post"))
        connection.execute(text(HASTE))
        for count, is_closed in ((closed, True), (open_, False)):
            connection.execute(text(TICKETS), {"count": count, "closed": is_closed, "now": NOW, "every": every})
        for statement in (EVENTS, POSTS, BROUGHT, HOURS, TAKEN_BACK, INTAKES, NOTES):
            connection.execute(text(statement), {"now": NOW} if ":now" in statement else {})
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("vacuum (analyze)"))
