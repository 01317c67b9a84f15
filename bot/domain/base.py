"""The mapped base: naming convention, column types and the enums' way into the database."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any

from sqlalchemy import BigInteger, DateTime, Enum, ForeignKey, MetaData, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, MappedAsDataclass, mapped_column

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)


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
