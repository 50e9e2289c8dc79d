"""What only SQLite needs: the counters that number rows, and the full-text index."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, MetaData, Table, Text

from .base import NAMING

metadata = MetaData(naming_convention=NAMING)

#: The last id given out, by kind. PostgreSQL has sequences for this.
counters = Table(
    "counters",
    metadata,
    Column("kind", Text, primary_key=True),
    Column("last", BigInteger, nullable=False),
)

#: The words are cut before they come here (`search.cut`), hence the plainest tokenizer; only the index is kept.
CREATE_SEARCH_INDEX = "CREATE VIRTUAL TABLE search_index USING fts5(tokens, content='', columnsize=0, tokenize='ascii')"
