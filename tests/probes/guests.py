"""Another account's things, under numbers of their own, as rows that only a ghost's transactions have."""

import json

from sqlalchemy import create_engine, text
from sqlalchemy.orm import Session

from bot import database
from bot.domain import people
from bot.domain.schema import metadata
from tests.domain.test_row_security import fill

NUMBER = 4242  # whatever of Umbrella's is a guest: its ticket, its project, its person, its rule …
NOBODYS = 987654  # the number of nothing at all
TS, NO_TS = "1794242424.424242", "1794987654.987654"


def of_umbrella(url: str) -> str:
    """The SQL that brings them, made in a furnished database that is thrown away after."""
    owner = create_engine(url)
    with owner.begin() as connection:
        for table in metadata.sorted_tables:
            if "id" in table.c and (
                sequence := connection.scalar(text(f"select pg_get_serial_sequence('{table}', 'id')"))
            ):
                connection.execute(text(f"select setval('{sequence}', {NUMBER}, false)"))
        connection.execute(text("insert into person (name, slack_id, account_id, roles, skills, weekly_minutes, active)"
                                " select 'Una', 'U0UNA', id, '{requester}', '{}', 2400, true from account"
                                " where name = 'Umbrella'"))  # fmt: skip
    engine = database.app_engine(url)
    with database.sessions(engine).begin() as session:
        people.enter_as_system(session)
        fill(session, "Umbrella", "Rex")
    engine.dispose()
    with Session(owner) as session:
        session.execute(text("update post set ts = :ts where id = (select min(id) from post where channel_slack_id ="
                             " 'C0UMBRELLA' and id >= :first)"), {"ts": TS, "first": NUMBER})  # fmt: skip
        brought = [_brought(session, table.name) for table in metadata.sorted_tables if table.name != "account"]
    owner.dispose()
    return "; ".join(["set local session_replication_role = replica", *filter(None, brought),
                      "set local session_replication_role = origin"])  # fmt: skip


def _brought(session: Session, table: str) -> str:
    columns = session.scalars(
        text("select column_name from information_schema.columns where table_name = :t and table_schema = 'public'"
             " and is_generated = 'NEVER' order by ordinal_position"), {"t": table},
    ).all()  # fmt: skip
    if "account_id" not in columns:
        return ""
    mine = "r.account_id = (select id from account where name = 'Umbrella')"
    mine += f" and r.id >= {NUMBER}" if "id" in columns else ""
    rows = session.scalar(text(f'select json_agg(r) from "{table}" r where {mine}'))
    if not rows:
        return ""
    names = ", ".join(f'"{name}"' for name in columns)
    values = json.dumps(rows).replace("'", "''")
    return (
        f'insert into "{table}" ({names}) overriding system value'
        f" select {names} from json_populate_recordset(null::\"{table}\", '{values}')"
    )
