"""Migrations: one line of them, each there and back, and what they make is what the code says."""

import os
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from alembic import command
from alembic.script import ScriptDirectory
from sqlalchemy import NullPool, create_engine, inspect, text

from bot import database, embedded
from bot.domain.schema import metadata

ROOT = Path(__file__).parent.parent


@pytest.fixture
def empty_url(server_url: str) -> Iterator[str]:
    """A database with nothing in it."""
    name = f"steward_empty_{os.getpid()}"
    yield embedded.create_database(server_url, name)
    embedded.drop_database(server_url, name)


def run(url: str, what: str, *arguments: str) -> None:
    engine = create_engine(url, poolclass=NullPool)
    config = database.alembic_config()
    with engine.connect() as connection:
        config.attributes["connection"] = connection
        getattr(command, what)(config, *arguments)


def tables(url: str) -> set[str]:
    with create_engine(url, poolclass=NullPool).connect() as connection:
        return set(inspect(connection).get_table_names())


def facts(url: str) -> list[tuple]:
    """Policies, triggers, functions and grants: what the models do not say."""
    query = """
        select 'policy', tablename, policyname, qual, with_check from pg_policies
        union all select 'trigger', c.relname::text, t.tgname, pg_get_triggerdef(t.oid), null
          from pg_trigger t join pg_class c on c.oid = t.tgrelid where not t.tgisinternal
        union all select 'function', proname, prosrc, prosecdef::text, proconfig::text from pg_proc
          where pronamespace = 'public'::regnamespace and proname like 'steward%'
        union all select 'grant', table_name, privilege_type, null, null
          from information_schema.role_table_grants where grantee = 'steward_app'
        order by 1, 2, 3
    """
    with create_engine(url, poolclass=NullPool).connect() as connection:
        return [tuple(row) for row in connection.execute(text(query))]


def test_there_is_one_head_and_one_line_to_it():
    script = ScriptDirectory.from_config(database.alembic_config())
    assert len(script.get_heads()) == 1
    assert len(script.get_bases()) == 1
    assert all(revision.doc for revision in script.walk_revisions())


def test_an_empty_database_comes_to_what_the_code_says(empty_url):
    database.migrate(empty_url)
    run(empty_url, "check")
    assert tables(empty_url) == {*metadata.tables, "alembic_version"}


def test_migrating_again_changes_nothing(empty_url):
    database.migrate(empty_url)
    before = facts(empty_url)
    database.migrate(empty_url)
    assert facts(empty_url) == before


def test_there_and_back_and_there_again(empty_url):
    database.migrate(empty_url)
    before = facts(empty_url)
    run(empty_url, "downgrade", "base")
    assert tables(empty_url) == {"alembic_version"}
    assert [fact for fact in facts(empty_url) if fact[1] != "alembic_version"] == [], "something was left behind"
    database.migrate(empty_url)
    run(empty_url, "check")
    assert facts(empty_url) == before


def test_two_releases_at_once_take_turns(empty_url):
    release = [sys.executable, "-c", "import sys; from bot import database; database.migrate(sys.argv[1])", empty_url]
    both = [subprocess.Popen(release, cwd=ROOT, stderr=subprocess.PIPE, text=True) for _ in range(2)]
    said = [process.communicate()[1] for process in both]
    assert [process.returncode for process in both] == [0, 0], said
    run(empty_url, "check")
    with create_engine(empty_url, poolclass=NullPool).connect() as connection:
        held = text("select count(*) from pg_locks where locktype = 'advisory' and database = "
                    "(select oid from pg_database where datname = current_database())")  # fmt: skip
        assert connection.scalar(held) == 0


def test_a_migration_waits_for_the_one_before_it(empty_url):
    """Whoever holds the lock is first; the other begins only afterwards."""
    engine = create_engine(empty_url, isolation_level="AUTOCOMMIT", poolclass=NullPool)
    with engine.connect() as connection, ThreadPoolExecutor(1) as pool:
        connection.execute(text("select pg_advisory_lock(7118271)"))
        other = pool.submit(database.migrate, empty_url)
        waiting = text("select count(*) from pg_locks, pg_sleep(0.005) where locktype = 'advisory' and not granted")
        while not other.done() and not connection.scalar(waiting):
            pass
        assert not other.done()
        assert tables(empty_url) == set()
        connection.execute(text("select pg_advisory_unlock(7118271)"))
        other.result()
    assert "ticket" in tables(empty_url)


def test_a_database_that_was_never_migrated_is_not_ready(empty_url):
    engine = create_engine(empty_url, poolclass=NullPool)
    assert not database.is_migrated(engine)


# A month as it was billed before 0017: an hour of each of two projects, a credit note by hand, one of a review that is
# an hour less, and an addition to the other, which December charges beside an hour of its own.
BILLED = """
insert into invoice (id, account_id, month, kind, state, currency, net, tax, total, made_at, review_id,
  credits_id, number) values
  (1, 1, '2026-11-01', 'invoice', 'approved', 'EUR', 0, 0, 0, now(), 1, null, 'INV-1'),
  (2, 1, '2026-11-01', 'credit_note', 'approved', 'EUR', 0, 0, 0, now(), null, 1, 'INV-2'),
  (3, 1, '2026-12-01', 'credit_note', 'approved', 'EUR', 0, 0, 0, now(), 2, 1, 'INV-3'),
  (4, 1, '2026-12-01', 'invoice', 'approved', 'EUR', 0, 0, 0, now(), 2, null, 'INV-4');
insert into invoice_line (id, account_id, invoice_id, position, code, description, quantity, unit, unit_price, amount,
  tax_rate) values
  (1, 1, 1, 1, 'project', 'Project delivery, PR-1 One', 1, 'hour', 150, 150, 0),
  (2, 1, 1, 2, 'project', 'Project delivery, PR-12 Two', 1, 'hour', 150, 150, 0),
  (3, 1, 2, 2, 'project', 'Project delivery, PR-12 Two', 1, 'piece', 40, 40, 0),
  (4, 1, 3, 1, 'project', 'Project delivery, PR-1 One, correction of November 2026', 1, 'hour', 150, 150, 0),
  (5, 1, 4, 1, 'project', 'Project delivery, PR-12 Two', 1, 'hour', 150, 150, 0),
  (6, 1, 4, 2, 'project', 'Project delivery, PR-12 Two, correction of November 2026', 1, 'hour', 150, 150, 0);
insert into time_entry (id, account_id, person_id, project_id, work_date, period, minutes, category, code, created_at,
  note, reverses_id, replaces_id)
select id, 1, 1, project, '2026-11-02', '2026-11-01', minutes, 'project_delivery', 'project', now(), '', reverses,
  replaces from (values (1, 1, 60, null, null), (2, 12, 60, null, null), (3, 1, -60, 1, null), (4, 12, -60, 2, null),
  (5, 12, 120, null, 2), (6, 12, 60, null, null)) as told (id, project, minutes, reverses, replaces);
insert into billed_time (account_id, entry_id, invoice_id, code, rate) values
  (1, 1, 1, 'project', 150), (1, 2, 1, 'project', 150), (1, 3, 3, 'project', 150), (1, 4, 4, 'project', 150),
  (1, 5, 4, 'project', 150), (1, 6, 4, 'project', 150);
"""


def test_what_was_billed_before_lines_said_what_they_correct_knows_it_afterwards(empty_url):
    run(empty_url, "upgrade", "0016")
    with create_engine(empty_url, poolclass=NullPool).begin() as connection:
        connection.execute(text("set local session_replication_role = replica"))
        connection.execute(text(BILLED))
    run(empty_url, "upgrade", "head")
    with create_engine(empty_url, poolclass=NullPool).connect() as connection:
        lines = connection.execute(text("select id, corrects_id from invoice_line order by id")).all()
        time = connection.execute(text("select entry_id, line_id from billed_time order by entry_id")).all()
        assert lines == [(1, None), (2, None), (3, 2), (4, 1), (5, None), (6, 2)]
        assert time == [(1, 1), (2, 2), (3, 1), (4, 2), (5, 2), (6, 5)]
    run(empty_url, "downgrade", "0016")
    with create_engine(empty_url, poolclass=NullPool).connect() as connection:
        assert set(connection.execute(text("select code, rate from billed_time"))) == {("project", 150)}


# December puts October's hour and November's right, at one price; what was put right in December is so once more.
PUT_RIGHT = """
insert into invoice (id, account_id, month, kind, state, currency, net, tax, total, made_at, review_id, number) values
  (1, 1, '2026-10-01', 'invoice', 'approved', 'EUR', 0, 0, 0, now(), 1, 'INV-1'),
  (2, 1, '2026-11-01', 'invoice', 'approved', 'EUR', 0, 0, 0, now(), 2, 'INV-2'),
  (3, 1, '2026-12-01', 'invoice', 'approved', 'EUR', 0, 0, 0, now(), 3, 'INV-3'),
  (4, 1, '2027-01-01', 'invoice', 'approved', 'EUR', 0, 0, 0, now(), 4, 'INV-4');
insert into invoice_line (id, account_id, invoice_id, position, code, description, quantity, unit, unit_price, amount,
  tax_rate) values
  (1, 1, 1, 1, 'advisory', 'Strategic advisory', 1, 'hour', 150, 150, 0),
  (2, 1, 2, 1, 'advisory', 'Strategic advisory', 1, 'hour', 150, 150, 0),
  (3, 1, 3, 1, 'advisory', 'Strategic advisory, correction of October 2026', 1, 'hour', 150, 150, 0),
  (4, 1, 3, 2, 'advisory', 'Strategic advisory, correction of November 2026', 1, 'hour', 150, 150, 0),
  (5, 1, 4, 1, 'advisory', 'Strategic advisory', 1, 'hour', 150, 150, 0),
  (6, 1, 4, 2, 'advisory', 'Strategic advisory, correction of October 2026', 1, 'hour', 150, 150, 0);
insert into time_entry (id, account_id, person_id, work_date, period, minutes, category, code, created_at, note,
  reverses_id, replaces_id)
select id, 1, 1, '2026-10-02', '2026-10-01', minutes, 'advisory', 'advisory', now(), '', reverses, replaces
  from (values (1, 60, null, null), (2, 60, null, null), (3, -60, 1, null), (4, 120, null, 1), (5, -60, 2, null),
  (6, 120, null, 2), (7, -120, 6, null), (8, 180, null, 6), (9, 60, null, null)) as told (id, minutes, reverses,
  replaces);
insert into billed_time (account_id, entry_id, invoice_id, code, rate)
select 1, entry, invoice, 'advisory', 150 from (values (1, 1), (2, 2), (3, 3), (4, 3), (5, 3), (6, 3), (7, 4), (8, 4),
  (9, 4)) as told (entry, invoice);
"""


def test_time_put_right_before_0017_belongs_to_the_line_that_charged_it_first(empty_url):
    run(empty_url, "upgrade", "0016")
    with create_engine(empty_url, poolclass=NullPool).begin() as connection:
        connection.execute(text("set local session_replication_role = replica"))
        connection.execute(text("insert into account (id, name, timezone) values (1, 'Acme', 'Europe/Berlin')"))
        connection.execute(text(PUT_RIGHT))
    run(empty_url, "upgrade", "head")
    with create_engine(empty_url, poolclass=NullPool).connect() as connection:
        time = dict(connection.execute(text("select entry_id, line_id from billed_time")).all())
    assert time == {1: 1, 3: 1, 4: 1, 2: 2, 5: 2, 6: 2, 7: 2, 8: 2, 9: 5}
