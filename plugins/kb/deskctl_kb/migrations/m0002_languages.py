"""Add an index on the languages of articles, so that listing the languages does not read the articles."""

from __future__ import annotations

from sqlalchemy import Connection

from ..tables import articles


def upgrade(connection: Connection) -> None:
    for index in articles.indexes:
        if index.name == "ix_kb_articles_language":
            index.create(connection, checkfirst=True)
