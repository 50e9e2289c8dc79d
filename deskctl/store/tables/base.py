"""Common column types, and a naming convention for constraints, which migrations on SQLite need."""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger, Column, ForeignKey, Integer, MetaData, Text

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}

metadata = MetaData(naming_convention=NAMING)

#: A 64-bit id; on SQLite the rowid.
Id = BigInteger().with_variant(Integer(), "sqlite")
#: Microseconds since 1970-01-01T00:00:00Z.
Moment = BigInteger().with_variant(Integer(), "sqlite")

#: Text that both databases compare byte by byte, independent of the locale of the database.
Binary = Text().with_variant(Text(collation="C"), "postgresql")


def key(name: str = "id") -> Column[Any]:
    """Return a primary key column whose ids the desk generates."""
    return Column(name, Id, primary_key=True, autoincrement=False)


def reference(name: str, to: str, *, optional: bool = False, part_of_key: bool = False) -> Column[Any]:
    """Return a foreign key column."""
    return Column(name, Id, ForeignKey(to), nullable=optional, primary_key=part_of_key, autoincrement=False)
