"""The mapped base: naming convention, column types and the enums' way into the database."""

from datetime import datetime
from enum import StrEnum
from functools import cache
from typing import Annotated, Any, TypeVar, cast

from sqlalchemy import (
    BigInteger,
    DateTime,
    Enum,
    ForeignKey,
    Insert,
    MetaData,
    Table,
    Text,
    Update,
    bindparam,
    insert,
    inspect,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import JSONB, dialect
from sqlalchemy.orm import DeclarativeBase, MappedAsDataclass, Session, mapped_column
from sqlalchemy.orm.attributes import get_history, set_committed_value

from bot.connection import NOBODY_WAITS

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)


Alias = TypeVar("Alias")


def for_all_threads(alias: Alias) -> Alias:
    """An alias that is made once: what SQLAlchemy works out at its first use is worked out now.

    Two threads that come first together would each make columns of their own, and from then on what is read by it is
    not found, or is asked of the table itself, until the process ends.
    """
    inspected: Any = inspect(alias)
    columns = [getattr(alias, one.key).expression for one in inspected.mapper.column_attrs]
    select(inspected, *columns).compile(dialect=dialect())
    return alias


def _values(enum: type[StrEnum]) -> list[str]:
    return [member.value for member in enum]


class Base(MappedAsDataclass, DeclarativeBase, kw_only=True):
    """Every entity. Text and CHECK instead of database enums: adding a word is one migration."""

    metadata = metadata
    type_annotation_map = {  # noqa: RUF012  SQLAlchemy's own declaration
        int: BigInteger(),
        str: Text(),
        datetime: DateTime(timezone=True),
        dict[str, Any]: JSONB(),
        list[Any]: JSONB(),
        StrEnum: Enum(StrEnum, native_enum=False, create_constraint=False, values_callable=_values, length=64),
    }


Id = Annotated[int, mapped_column(BigInteger(), primary_key=True)]
AccountRef = Annotated[int, mapped_column(BigInteger(), ForeignKey("account.id"), index=True)]


# The session's own way to store waits for each kind of row, because it wants their ids and counts. Where people wait
# (docs/performance.md) rows go by these two: what is written so goes with what is sent next.


def write(session: Session, *rows: Base) -> None:
    """INSERT rows that nothing in this transaction refers to by an id it has yet to learn; they are not kept in it."""
    for row in rows:
        # What was not set has the column's default, an id its sequence's.
        values = {column.name: row.__dict__[column.name] for column in row.__table__.columns
                  if column.name in row.__dict__}  # fmt: skip
        session.connection().execute(_insert(type(row)), values, execution_options=NOBODY_WAITS)
    session.info["wrote"] = True


def store(session: Session, row: Base) -> None:
    """UPDATE what changed of a row that this transaction has locked, so that it is there for certain."""
    keys = [column.name for column in row.__table__.columns]
    changed = {key: getattr(row, key) for key in keys if get_history(row, key).has_changes()}
    if not changed:
        return
    which = {"this": row.__dict__["id"]}
    session.connection().execute(_update(type(row)), {**changed, **which}, execution_options=NOBODY_WAITS)
    for key, value in changed.items():
        set_committed_value(row, key, value)
    session.info["wrote"] = True


@cache
def _insert(entity: type[Base]) -> Insert:
    return insert(_table(entity)).inline()


@cache
def _update(entity: type[Base]) -> Update:
    table = _table(entity)
    return update(table).where(table.c.id == bindparam("this"))


def _table(entity: type[Base]) -> Table:
    return cast(Table, entity.__table__)
