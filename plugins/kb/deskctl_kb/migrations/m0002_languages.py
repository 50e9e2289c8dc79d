"""The languages of articles, to be found without reading the articles."""

from __future__ import annotations

from sqlalchemy import Connection

from ..tables import articles


def upgrade(connection: Connection) -> None:
    for index in articles.indexes:
        if index.name == "ix_kb_articles_language":
            index.create(connection, checkfirst=True)
