"""What imports share: the owner's connection, the account they are for, and rows that are copied as they are.

COPY is refused to the role that row security holds, hence the owner's connection.
"""

from collections.abc import Callable, Iterable
from typing import Any

import psycopg
from psycopg import sql
from psycopg.types.json import Jsonb
from sqlalchemy import ColumnElement
from sqlalchemy.dialects.postgresql import JSONB

from bot.domain.base import Base
from bot.domain.imports.foreign import Rejected
from bot.domain.imports.records import BadImport

Connection = psycopg.Connection[Any]
Progress = Callable[[int, int | None], None]  # rows done, and of how many once that is known

# What is rejected stands under its line. Where another file's line of that number was rejected
# before, neither is lost; the same line of the same file is there already.
REJECT = """
insert into imported_row (account_id, source, source_key, raw, rejected_because)
select %(account)s, %(source)s,
       %(key)s || case when exists (select from imported_row
                                    where source = %(source)s and source_key = %(key)s and raw <> %(raw)s)
                  then ' ' || left(md5(%(raw)s), 8) else '' end,
       %(raw)s, %(reason)s
on conflict (source, source_key) do nothing
"""
RESERVE = "select nextval(pg_get_serial_sequence(%s, 'id')) from generate_series(1, %s)"


def conninfo(url: str) -> str:
    """The database's address as psycopg takes it."""
    return url.replace("postgresql+psycopg:", "postgresql:", 1)


def account_named(connection: Connection, name: str) -> tuple[int, str, str]:
    """An account's number, name and zone; who names none that exists is told which do."""
    accounts = connection.execute("select id, name, timezone from account order by name").fetchall()
    for found in accounts:
        if found[1].casefold() == name.strip().casefold():
            return found
    there = ", ".join(found[1] for found in accounts) or "none yet"
    raise BadImport(f"There is no account “{name}”. There are: {there}.")


def take_turns(connection: Connection, source: str) -> None:
    """Two imports of one system would each find the other's records missing. The lock goes with the connection."""
    connection.execute("select pg_advisory_lock(hashtextextended(%s, 0))", [f"import {source}"])


def reserve(connection: Connection, entity: type[Base], count: int) -> list[int]:
    """So many numbers that nobody else will use."""
    return [number for (number,) in connection.execute(RESERVE, [entity.__tablename__, count])]


def copy(connection: Connection, entity: type[Base], rows: Iterable[Base], *, with_ids: bool = False) -> None:
    """Write entities as they are, with the defaults they were made with; unless they have ids, Postgres gives them."""
    columns = [column for column in entity.__table__.columns if column.key != "id" or with_ids]
    statement = sql.SQL("copy {} ({}) from stdin").format(
        sql.Identifier(entity.__tablename__), sql.SQL(", ").join(sql.Identifier(column.key) for column in columns)
    )
    with connection.cursor().copy(statement) as copying:
        for row in rows:
            copying.write_row([_plain(getattr(row, column.key), column) for column in columns])


def _plain(value: Any, column: ColumnElement[Any]) -> Any:
    return Jsonb(value) if isinstance(column.type, JSONB) and value is not None else getattr(value, "value", value)


def keep_rejected(connection: Connection, account_id: int, source: str, rows: Iterable[Rejected]) -> None:
    """What became nothing stays as it was, beside why."""
    told = [
        {"account": account_id, "source": source, "key": f"line {row.line}", "raw": row.raw, "reason": row.reason}
        for row in rows
    ]
    connection.cursor().executemany(REJECT, told)
