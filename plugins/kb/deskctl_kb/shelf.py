"""Articles in the store: reading them, and the one way in which they change."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, func, insert, select, update

from deskctl.plugins import NotFound, Refused, UsageError

from . import index
from .article import Article, Content, State, slug_from
from .tables import articles, state, versions

#: Values in one statement.
_MOST = 900


@dataclass(frozen=True, slots=True)
class Version:
    """`change` is added, edited, imported, published, drafted, retired, shown or hidden."""

    version: int
    change: str
    author: str
    changed_at: datetime
    content: Content


def article(connection: Connection, number: int) -> Article:
    """Raises NotFound."""
    row = connection.execute(select(articles).where(articles.c.id == number)).first()
    if row is None:
        raise NotFound(f"there is no article {number}", "deskctl kb list")
    return _article(row)


def several(connection: Connection, numbers: Iterable[int]) -> dict[int, Article]:
    """Those that are there, by number."""
    wanted = list(numbers)
    found: dict[int, Article] = {}
    for start in range(0, len(wanted), _MOST):
        asked = select(articles).where(articles.c.id.in_(wanted[start : start + _MOST]))
        found.update((row.id, _article(row)) for row in connection.execute(asked))
    return found


def every(connection: Connection) -> list[Article]:
    """By number."""
    return [_article(row) for row in connection.execute(select(articles).order_by(articles.c.id))]


def called(connection: Connection, slug: str) -> Article | None:
    row = connection.execute(select(articles).where(articles.c.slug == slug)).first()
    return None if row is None else _article(row)


def referred(connection: Connection, reference: str) -> Article:
    """By number or slug. Raises NotFound."""
    if reference.isdecimal():
        return article(connection, int(reference))
    found = called(connection, reference)
    if found is None:
        raise NotFound(f"no article is called {reference}", "deskctl kb list")
    return found


def edited_meanwhile(article: Article) -> Refused:
    return Refused(
        f"{article.author} edited article {article.number} meanwhile: it is at version {article.version}",
        f"deskctl kb show {article.number}, then edit again",
    )


def translations(connection: Connection, slugs: Iterable[str]) -> dict[str, list[Article]]:
    """By the slug of an original: it and its translations, by number."""
    wanted = list(slugs)
    found: dict[str, list[Article]] = {}
    asked = select(articles).where(articles.c.slug.in_(wanted) | articles.c.translation_of.in_(wanted))
    for row in connection.execute(asked.order_by(articles.c.id)):
        found.setdefault(row.translation_of or row.slug, []).append(_article(row))
    return found


def history(connection: Connection, number: int) -> list[Version]:
    """Newest first. Raises NotFound."""
    article(connection, number)
    asked = select(versions).where(versions.c.article == number).order_by(versions.c.version.desc())
    return [_version(row) for row in connection.execute(asked)]


def version(connection: Connection, number: int, wanted: int) -> Version:
    """Raises NotFound."""
    newest = article(connection, number)
    asked = select(versions).where(versions.c.article == number, versions.c.version == wanted)
    row = connection.execute(asked).first()
    if row is None:
        raise NotFound(
            f"article {number} has no version {wanted}; its newest is {newest.version}", f"deskctl kb history {number}"
        )
    return _version(row)


class Pen:
    """Changes articles within one transaction. Whoever makes one is the next to write: others wait for its end."""

    def __init__(self, connection: Connection, author: str, now: datetime) -> None:
        self._connection, self._author, self._now = connection, author, now
        connection.execute(update(state).where(state.c.name == "revision").values(value=state.c.value + 1))
        self._next = int(connection.execute(select(func.coalesce(func.max(articles.c.id), 0))).scalar_one()) + 1
        self._changes: list[index.Change] = []

    def add(self, content: Content, slug: str | None = None, path: str | None = None, change: str = "added") -> Article:
        """A new article. Without a slug it gets one out of its title. Raises Refused when the slug is taken."""
        if slug is None:
            slug = self._free(slug_from(content.title) or f"article-{self._next}")
        elif (other := called(self._connection, slug)) is not None:
            raise Refused(f"article {other.number} is called {slug} already")
        self._check_original(slug, content)
        new = Article(self._next, slug, path or self._free_path(slug), 1, self._author, self._now, content)
        self._next += 1
        self._connection.execute(insert(articles), _row(new))
        self._remember(new, change, None)
        return new

    def write(self, old: Article, content: Content, change: str = "edited") -> Article:
        """The article with other content: a version more; the same article when nothing is other."""
        if content == old.content:
            return old
        self._check_original(old.slug, content)
        new = replace(old, version=old.version + 1, author=self._author, changed_at=self._now, content=content)
        self._connection.execute(update(articles).where(articles.c.id == new.number).values(_row(new)))
        self._remember(new, change, old.content)
        return new

    def move(self, old: Article, path: str) -> None:
        """The article's file has another name now: no new version."""
        self._connection.execute(update(articles).where(articles.c.id == old.number).values(path=path))

    def finish(self) -> None:
        """Bring the index to what was written."""
        index.update(self._connection, self._changes)
        self._changes = []

    def _remember(self, new: Article, change: str, old: Content | None) -> None:
        row = _row(new)
        kept = {column.name: row[column.name] for column in versions.c if column.name in row}
        self._connection.execute(insert(versions), {**kept, "article": new.number, "change": change})
        self._changes.append((new.number, old, new.content))

    def _free(self, slug: str) -> str:
        taken = set(
            self._connection.execute(
                select(articles.c.slug).where(articles.c.slug.startswith(slug, autoescape=True))
            ).scalars()
        )
        return next(name for n in range(1, 1 << 30) if (name := slug if n == 1 else f"{slug}-{n}") not in taken)

    def _free_path(self, slug: str) -> str:
        asked = select(articles.c.path).where(articles.c.path.startswith(slug, autoescape=True))
        taken = set(self._connection.execute(asked).scalars())
        return next(p for n in range(1, 1 << 30) if (p := f"{slug}.md" if n == 1 else f"{slug}-{n}.md") not in taken)

    def _check_original(self, slug: str, content: Content) -> None:
        if content.translation_of == slug:
            raise UsageError(f"{slug} cannot be a translation of itself")


def _row(article: Article) -> dict[str, Any]:
    content = article.content
    return {
        "id": article.number,
        "slug": article.slug,
        "path": article.path,
        "version": article.version,
        "author": article.author,
        "changed_at": article.changed_at.astimezone(UTC).isoformat(timespec="microseconds"),
        "title": content.title,
        "text": content.text,
        "language": content.language,
        "public": content.public,
        "state": content.state.value,
        "tags": json.dumps(content.tags, ensure_ascii=False),
        "translation_of": content.translation_of,
        "extra": json.dumps(content.extra, ensure_ascii=False),
    }


def _article(row: Any) -> Article:
    moment = datetime.fromisoformat(row.changed_at)
    return Article(row.id, row.slug, row.path, row.version, row.author, moment, _content(row))


def _version(row: Any) -> Version:
    return Version(row.version, row.change, row.author, datetime.fromisoformat(row.changed_at), _content(row))


def _content(row: Any) -> Content:
    return Content(
        title=row.title,
        text=row.text,
        language=row.language,
        public=bool(row.public),
        state=State(row.state),
        tags=tuple(json.loads(row.tags)),
        translation_of=row.translation_of,
        extra=json.loads(row.extra),
    )
