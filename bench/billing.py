"""What a month costs to bill: 500 accounts reviewed, signed by two, locked and invoiced, behind ever more history.

Each month has the same hours; a longer past has more months behind it, billed and locked. What is measured is taken
back, so that every round bills the same month.
"""

import statistics
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from bench.figures import Figure, Report, at_most, table
from bench.history import HASTE
from bot import database, embedded, playbook
from bot.domain import billing, people, setup
from bot.domain.accounts import Account
from bot.domain.invoices import Invoice
from bot.domain.months import Month

MONTH = Month(2026, 10)
NOW = datetime(2026, 11, 3, 10, tzinfo=UTC)
ACCOUNTS, ENGINEERS, ENTRIES = 500, 200, 40  # entries a month and account
MONTHS, ROUNDS = (5, 50), 2  # 100,000 and 1,000,000 entries
QUICK_MONTHS, QUICK_ROUNDS = (2, 10), 1
SETUP = f"""
provider: {{team: T0BENCH, timezone: Europe/London, channels: {{triage: C0TRIAGE, billing: C0BILLING}}}}
people:
  - {{slack: U0SAM, name: Sam, roles: [account_manager]}}
  - {{slack: U0FIN, name: Fin, roles: [finance]}}
{"".join(f"  - {{slack: U0E{n}, name: Engineer {n}, roles: [engineer]}}{chr(10)}" for n in range(ENGINEERS))}
"""
FILL = (
    """
insert into account (name, timezone, billed_through)
select 'Account ' || n, 'Europe/London', cast(:first as date) - 1 from generate_series(1, :accounts) as n
""",
    # Every other account pays by the hour.
    """
insert into agreement (account_id, type, starts, included_minutes, rollover_cap, rate_amount, rate_currency, rounding,
  scope, excluded, fee_amount)
select id, case when id % 2 = 0 then 'retainer' else 'time_and_materials' end, '2015-01-01', 1200, 0.5, 150, 'EUR',
  '{"unit": 15, "mode": "up", "scope": "ticket_day"}', '[]', '[]', case when id % 2 = 0 then 3000 end from account
""",
    """
insert into ticket (account_id, title, request_type, priority, computed_priority, priority_why, created_at,
  status_since, status, version, details, blocks_revenue, consequence, client_visible, extra, follower_ids)
select account.id, 'Request', 'question', 'P3', 'P3', 'minor', :first, :first, 'In progress', 1, '', false, '', true,
  '{}', '{}' from account cross join generate_series(1, 10)
""",
    """
with team as (select array_agg(id order by id) as ids from person where slack_id like 'U0E%'),
work as (select account_id, array_agg(id order by id) as ids from ticket group by account_id)
insert into time_entry (account_id, person_id, work_date, period, minutes, category, code, created_at, ticket_id, note)
select work.account_id, team.ids[1 + (work.account_id * 3 + n % 4) % cardinality(team.ids)], day, first, 20 + n % 30,
  'ticket_resolution', case when n % 8 = 7 then 'advisory' else 'included' end, day + time '15:00',
  work.ids[1 + n % 10], 'rebuilt the search index'
from team, work, generate_series(0, :months - 1) as back,
  lateral (select (cast(:first as date) - back * interval '1 month')::date as first) as month,
  generate_series(0, :entries - 1) as n, lateral (select first + n % 27 as day) as dated
order by first, n
""",
    """
insert into invoice (account_id, month, kind, state, currency, net, tax, total, made_at, series, sequence, number)
select account_id, period, 'invoice', 'exported', 'EUR', 1, 0, 1, :now, 'INV', row_number() over (), 'INV-' ||
  row_number() over () from (select distinct account_id, period from time_entry where period < :first) as past
""",
    """
insert into invoice_line (account_id, invoice_id, position, code, description, quantity, unit, unit_price, amount,
  tax_rate)
select account_id, id, 1, 'included', 'Support', 1, 'hour', 150, 150, 0 from invoice
""",
    """
insert into billed_time (account_id, entry_id, invoice_id, line_id)
select entry.account_id, entry.id, invoice.id, line.id from time_entry as entry
join invoice on invoice.account_id = entry.account_id and invoice.month = entry.period
join invoice_line as line on line.invoice_id = invoice.id
where entry.account_id % 2 = 1 or entry.code = 'advisory'
""",
)


class Past:
    """A firm with so many months behind it."""

    def __init__(self, server: str, months: int):
        url = embedded.create_database(server, f"billed_{months}")
        database.migrate(url)
        owner = database.owner_engine(url)
        with Session(owner) as session, session.begin():
            playbook.seed(session, playbook.from_file())
            setup.apply(session, setup.read(SETUP), now=NOW)
        told = {"first": MONTH.first, "accounts": ACCOUNTS, "months": months, "entries": ENTRIES, "now": NOW}
        with owner.begin() as connection:
            connection.execute(text(HASTE))
            for statement in FILL:
                connection.execute(text(statement), {key: told[key] for key in told if f":{key}" in statement})
        with owner.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("vacuum (analyze)"))
            self.entries = int(connection.execute(text("select count(*) from time_entry")).scalar_one())
        owner.dispose()
        self._engine = database.app_engine(url, pool_size=1, statement_timeout_ms=None)
        self._sessions = database.sessions(self._engine)

    def bills(self) -> tuple[float, int]:
        """Seconds for the month of all accounts, and how many invoices came of it."""
        with self._sessions.begin() as session:
            people.enter_as_system(session)
            ids = list(session.scalars(select(Account.id).order_by(Account.id)))
        started, made = time.perf_counter(), 0
        for number in ids:
            made += self._bill(number)
        return time.perf_counter() - started, made

    def _bill(self, number: int) -> int:
        with self._sessions() as session:
            people.enter_as_system(session)
            account = session.scalars(select(Account).where(Account.id == number)).one()
            review = billing.open_for(session, account, MONTH, NOW)
            assert review is not None
            for who in ("U0SAM", "U0FIN"):
                actor = people.by_slack_id(session, who)
                assert actor is not None
                billing.sign(session, review, by=actor, now=NOW)
            made = len(session.scalars(select(Invoice.id).where(Invoice.review_id == review.id)).all())
            session.rollback()
        return made


def main(quick: bool) -> Report:
    """The longest past against the shortest."""
    months, rounds = (QUICK_MONTHS, QUICK_ROUNDS) if quick else (MONTHS, ROUNDS)
    with tempfile.TemporaryDirectory() as scratch, embedded.server(Path(scratch) / "pg", durable=False) as server:
        pasts = [Past(server, count) for count in months]
        turns = [[past.bills() for past in pasts] for _ in range(rounds)]
    times = [statistics.median(took for took, _ in turn) for turn in zip(*turns, strict=True)]
    made = turns[0][-1][1]
    figures = [
        at_most(f"the month of {ACCOUNTS} accounts behind {pasts[-1].entries:,} entries ÷ behind {pasts[0].entries:,}",
                times[-1] / times[0], 1.2),
        Figure("the two behind it", f"{times[-1]:.1f} and {times[0]:.1f} s"),
        Figure("an account", f"{times[-1] / ACCOUNTS * 1000:.0f} ms"),
    ]  # fmt: skip
    rows = [[f"{past.entries:,}", f"{took:.1f} s", f"{made}"] for past, took in zip(pasts, times, strict=True)]
    return Report(figures, table(["time entries", "reviewed, signed, locked and drafted in", "invoices"], rows))
