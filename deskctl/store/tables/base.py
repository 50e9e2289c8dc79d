"""Common column types, and a naming convention for constraints, which migrations on SQLite need."""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, MetaData, Text, text

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


def partial_index(name: str, where: str, *columns: Column[Any]) -> Index:
    """Return an index of the rows for which `where` is true."""
    return Index(name, *columns, info={"where": where})


def declare_conditions(tables: MetaData, dialect: str) -> None:
    """Set the conditions of partial indexes as options of a dialect, for comparisons with a database.

    The options are not set with the index because SQLAlchemy then imports each dialect: PostgreSQL takes 2.5 MB.
    """
    for table in tables.tables.values():
        for index in table.indexes:
            if (where := index.info.get("where")) is not None:
                index.dialect_options[dialect]["where"] = text(where)
