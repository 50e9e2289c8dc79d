"""The plugin's tables. Rows of the index are small, so that an edit writes little."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Index, Integer, LargeBinary, MetaData, String, Table, Text

metadata = MetaData()

#: One row, `revision`: each change first increments it, so that concurrent changes wait for each other on every engine.
state = Table(
    "kb_state", metadata, Column("name", String(20), primary_key=True), Column("value", Integer, nullable=False)
)

#: Times are RFC 3339 text in UTC with microseconds, the same on every engine. `tags` and `extra` are JSON.
articles = Table(
    "kb_articles",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("slug", String(200), nullable=False, unique=True),
    Column("path", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("author", Text, nullable=False),
    Column("changed_at", String(32), nullable=False),
    Column("title", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("language", String(40), nullable=False),
    Column("public", Boolean, nullable=False),
    Column("state", String(10), nullable=False),
    Column("tags", Text, nullable=False),
    Column("translation_of", String(200)),
    Column("extra", Text, nullable=False),
    Index("ix_kb_articles_translation_of", "translation_of"),
    Index("ix_kb_articles_language", "state", "language"),
)

#: All versions of all articles, including the newest; `change` names the kind of change.
versions = Table(
    "kb_versions",
    metadata,
    Column("article", Integer, primary_key=True, autoincrement=False),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("change", String(20), nullable=False),
    Column("author", Text, nullable=False),
    Column("changed_at", String(32), nullable=False),
    Column("title", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("language", String(40), nullable=False),
    Column("public", Boolean, nullable=False),
    Column("state", String(10), nullable=False),
    Column("tags", Text, nullable=False),
    Column("translation_of", String(200)),
    Column("extra", Text, nullable=False),
)

#: The published articles of a segment that contain a term.
postings = Table(
    "kb_postings",
    metadata,
    Column("term", String(100), primary_key=True),
    Column("segment", Integer, primary_key=True, autoincrement=False),
    Column("entries", LargeBinary, nullable=False),
)

#: The lengths and flags of the articles of a segment.
segments = Table(
    "kb_segments",
    metadata,
    Column("segment", Integer, primary_key=True, autoincrement=False),
    Column("entries", LargeBinary, nullable=False),
)

#: Uses of articles: `what` is shown, inserted, solved or contradicted. The rows hold ids only, so that a person can be
#: erased.
uses = Table(
    "kb_uses",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("article", Integer, nullable=False),
    Column("what", String(20), nullable=False),
    Column("ticket", Integer),
    Column("contact", Integer),
    Column("at", String(32), nullable=False),
    Index("ix_kb_uses_article", "article"),
    Index("ix_kb_uses_ticket", "ticket"),
    Index("ix_kb_uses_contact", "contact"),
)

#: Questions without a good match: the text of an agent's search, or the ticket whose first message asks.
missed = Table(
    "kb_missed",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("at", String(32), nullable=False),
    Column("ticket", Integer),
    Column("query", Text),
    Index("ix_kb_missed_ticket", "ticket"),
)
