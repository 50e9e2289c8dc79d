"""Key the full-text index by message, with weighted fields, and add an index of contacts.

`migrate.upgrade` rebuilds the content, because text is also split differently.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import TSVECTOR

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

INTEGER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.drop_table("search_index")
    op.drop_table("search_rows")
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DELETE FROM counters WHERE kind = 'search_rows'")
        # Text is split into words before (`values.tokens`), so the simplest tokenizer is enough. The rowid is the id of
        # the message, so that reading the index backwards gives the newest first. Only the index is stored (no
        # content): the texts are in `messages`. Deleting by id without content needs SQLite 3.43, which is too new.
        op.execute("CREATE VIRTUAL TABLE search_index USING fts5(subject, files, text, content='', tokenize='ascii')")
        op.execute("CREATE VIRTUAL TABLE search_contacts USING fts5(words, tokenize='ascii')")
    else:
        op.execute(sa.schema.DropSequence(sa.Sequence("search_rows_number")))
        _vectors()
    made = sa.text("message IS NOT NULL")
    op.create_index("ix_journal_message", "journal", ["message"], sqlite_where=made, postgresql_where=made)


def _vectors() -> None:
    op.create_table(
        "search_index",
        sa.Column("message", INTEGER, autoincrement=False, nullable=False),
        sa.Column("piece", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("long", sa.Boolean(), nullable=False),
        sa.Column("tokens", TSVECTOR(), nullable=False),
        sa.PrimaryKeyConstraint("message", "piece", name=op.f("pk_search_index")),
    )
    op.create_index("ix_search_index_tokens", "search_index", ["tokens"], postgresql_using="gin")
    op.create_index(
        "ix_search_index_long", "search_index", ["tokens"], postgresql_using="gin", postgresql_where=sa.text("long")
    )
    op.create_table(
        "search_contacts",
        sa.Column("contact", INTEGER, autoincrement=False, nullable=False),
        sa.Column("tokens", TSVECTOR(), nullable=False),
        sa.PrimaryKeyConstraint("contact", name=op.f("pk_search_contacts")),
    )
    op.create_index("ix_search_contacts_tokens", "search_contacts", ["tokens"], postgresql_using="gin")
