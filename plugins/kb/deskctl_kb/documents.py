"""What requests answer: JSON documents."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from .article import Article, Content
from .shelf import Version


def moment(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def brief(article: Article) -> dict[str, Any]:
    """Everything but the text."""
    return {
        "id": article.number,
        "slug": article.slug,
        **_facts(article.content),
        "version": article.version,
        "author": article.author,
        "changed_at": moment(article.changed_at),
    }


def whole(article: Article) -> dict[str, Any]:
    return {**brief(article), "text": article.content.text}


def version(one: Version) -> dict[str, Any]:
    return {
        "version": one.version,
        "change": one.change,
        "author": one.author,
        "changed_at": moment(one.changed_at),
        **_facts(one.content),
    }


def _facts(content: Content) -> dict[str, Any]:
    return {
        "title": content.title,
        "language": content.language,
        "public": content.public,
        "state": content.state.value,
        "tags": list(content.tags),
        "translation_of": content.translation_of,
    }
