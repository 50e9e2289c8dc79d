"""JSON documents that the requests return."""

from __future__ import annotations

from typing import Any

from .article import Article, Content
from .repository import Version
from .timestamps import timestamp


def summary(article: Article) -> dict[str, Any]:
    """Return an article without its text."""
    return {
        "id": article.number,
        "slug": article.slug,
        **_facts(article.content),
        "version": article.version,
        "author": article.author,
        "changed_at": timestamp(article.changed_at),
    }


def full(article: Article) -> dict[str, Any]:
    return {**summary(article), "text": article.content.text}


def version(one: Version) -> dict[str, Any]:
    return {
        "version": one.version,
        "change": one.change,
        "author": one.author,
        "changed_at": timestamp(one.changed_at),
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
