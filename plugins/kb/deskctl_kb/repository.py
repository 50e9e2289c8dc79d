"""Articles in the store: reading, and changes through `ArticleWriter`."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Container, Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, func, insert, select, update

from deskctl.plugins import NotFound, Refused, UsageError

from . import index
from .article import Article, Content, State, slug_from
from .messages import _
from .tables import articles, state, versions

#: The maximum number of values in one statement.
_BATCH = 900


@dataclass(frozen=True, slots=True)
class Version:
    """A version of an article. `change` is added, edited, imported, published, drafted or retired."""

    version: int
    change: str
    author: str
    changed_at: datetime
    content: Content


def get_article(connection: Connection, number: int) -> Article:
    """Return an article by number. Raises NotFound."""
    row = connection.execute(select(articles).where(articles.c.id == number)).first()
    if row is None:
        raise NotFound(_("no article {number}", number=number), _("deskctl kb list shows all articles"))
    return _article(row)


def get_articles(connection: Connection, numbers: Iterable[int]) -> dict[int, Article]:
    """Return the existing articles among `numbers`, by number."""
    wanted = list(numbers)
    found: dict[int, Article] = {}
    for start in range(0, len(wanted), _BATCH):
        query = select(articles).where(articles.c.id.in_(wanted[start : start + _BATCH]))
        found.update((row.id, _article(row)) for row in connection.execute(query))
    return found


def all_articles(connection: Connection) -> list[Article]:
    """Return all articles in the order of their numbers."""
    return [_article(row) for row in connection.execute(select(articles).order_by(articles.c.id))]


def find_by_slug(connection: Connection, slug: str) -> Article | None:
    row = connection.execute(select(articles).where(articles.c.slug == slug)).first()
    return None if row is None else _article(row)


def resolve_article(connection: Connection, reference: str) -> Article:
    """Return an article by number or slug. Raises NotFound."""
    if reference.isdecimal():
        return get_article(connection, int(reference))
    found = find_by_slug(connection, reference)
    if found is None:
        raise NotFound(_('no article "{reference}"', reference=reference), _("deskctl kb list shows all articles"))
    return found


def edit_conflict(article: Article) -> Refused:
    return Refused(
        _(
            "{author} edited article {number} meanwhile: it is at version {version}",
            author=article.author,
            number=article.number,
            version=article.version,
        ),
        _("check deskctl kb show {number}, then edit again", number=article.number),
    )


@dataclass(frozen=True, slots=True)
class Outline:
    """The fields of an article that decide which translation a search returns."""

    number: int
    slug: str
    language: str
    public: bool
    state: State
    translation_of: str | None

    @property
    def family(self) -> str:
        """Return the slug of the original, which an article and its translations have in common."""
        return self.translation_of or self.slug


def outlines(connection: Connection, numbers: Collection[int]) -> dict[int, Outline]:
    """Return the outlines of the articles and of their translations, by number. Pass at most a few hundred numbers."""
    c = articles.c
    query = select(c.id, c.slug, c.language, c.public, c.state, c.translation_of)
    found = {}
    for row in connection.execute(query.where(c.id.in_(numbers))):
        found[row.id] = Outline(row.id, row.slug, row.language, bool(row.public), State(row.state), row.translation_of)
    families = {outline.family for outline in found.values()}
    for row in connection.execute(query.where(c.slug.in_(families) | c.translation_of.in_(families))):
        found[row.id] = Outline(row.id, row.slug, row.language, bool(row.public), State(row.state), row.translation_of)
    return found


def languages(connection: Connection) -> list[str]:
    """Return the languages of the published articles."""
    query = select(articles.c.language).where(articles.c.state == State.PUBLISHED.value).distinct()
    return sorted(connection.execute(query).scalars())


def headings(connection: Connection) -> dict[int, tuple[str, tuple[str, ...], str]]:
    """Return title, tags and language of each published article, by number."""
    c = articles.c
    query = select(c.id, c.title, c.tags, c.language).where(c.state == State.PUBLISHED.value)
    return {row.id: (row.title, tuple(json.loads(row.tags)), row.language) for row in connection.execute(query)}


def containing(connection: Connection, words: Collection[str], limit: int) -> list[int]:
    """Return the newest published articles that contain each of the words literally."""
    c = articles.c
    query = select(c.id).where(c.state == State.PUBLISHED.value).order_by(c.id.desc()).limit(limit)
    for word in words:
        pattern = "%" + word.replace("!", "!!").replace("%", "!%").replace("_", "!_") + "%"
        query = query.where(c.title.ilike(pattern, escape="!") | c.text.ilike(pattern, escape="!"))
    return list(connection.execute(query).scalars())


def translations(connection: Connection, slugs: Iterable[str]) -> dict[str, list[Article]]:
    """Return the originals and their translations by the slug of the original, in the order of their numbers."""
    wanted = list(slugs)
    found: dict[str, list[Article]] = {}
    query = select(articles).where(articles.c.slug.in_(wanted) | articles.c.translation_of.in_(wanted))
    for row in connection.execute(query.order_by(articles.c.id)):
        found.setdefault(row.translation_of or row.slug, []).append(_article(row))
    return found


def history(connection: Connection, number: int) -> list[Version]:
    """Return the versions of an article, newest first. Raises NotFound."""
    get_article(connection, number)
    query = select(versions).where(versions.c.article == number).order_by(versions.c.version.desc())
    return [_version(row) for row in connection.execute(query)]


def get_version(connection: Connection, number: int, wanted: int) -> Version:
    """Return a version of an article. Raises NotFound."""
    newest = get_article(connection, number)
    query = select(versions).where(versions.c.article == number, versions.c.version == wanted)
    row = connection.execute(query).first()
    if row is None:
        raise NotFound(
            _(
                "article {number} has no version {version}; the newest is {newest}",
                number=number,
                version=wanted,
                newest=newest.version,
            ),
            _("deskctl kb history {number} shows all versions", number=number),
        )
    return _version(row)


class ArticleWriter:
    """Changes of articles in one transaction.

    Creating a writer locks the plugin's tables: other writers wait until the transaction ends. Call `finish` to write
    the new articles and versions.
    """

    def __init__(self, connection: Connection, author: str, now: datetime) -> None:
        self._connection, self._author, self._now = connection, author, now
        connection.execute(update(state).where(state.c.name == "revision").values(value=state.c.value + 1))
        self._next = int(connection.execute(select(func.coalesce(func.max(articles.c.id), 0))).scalar_one()) + 1
        named = connection.execute(select(articles.c.slug, articles.c.id, articles.c.path)).all()
        self._slugs = {row.slug: row.id for row in named}
        self._paths = {row.path for row in named}
        self._new: list[dict[str, Any]] = []
        self._versions: list[dict[str, Any]] = []
        self._changes: list[index.Change] = []

    def add(self, content: Content, slug: str | None = None, path: str | None = None, change: str = "added") -> Article:
        """Add an article. Without a slug, make one from the title. Raises Refused if the slug is in use."""
        if slug is None:
            wanted = slug_from(content.title) or f"article-{self._next}"
            slug = _first_free(lambda n: wanted if n == 1 else f"{wanted}-{n}", self._slugs)
        elif slug in self._slugs:
            raise Refused(_("article {number} already has the slug {slug}", number=self._slugs[slug], slug=slug))
        self._check_original(slug, content)
        if path is None:
            path = _first_free(lambda n: f"{slug}.md" if n == 1 else f"{slug}-{n}.md", self._paths)
        new = Article(self._next, slug, path, 1, self._author, self._now, content)
        self._next += 1
        self._slugs[slug] = new.number
        self._paths.add(path)
        self._new.append(_row(new))
        self._add_version(new, change, None)
        return new

    def write(self, old: Article, content: Content, change: str = "edited") -> Article:
        """Write new content as a new version, and return the article; unchanged content makes no version."""
        if content == old.content:
            return old
        self._check_original(old.slug, content)
        new = replace(old, version=old.version + 1, author=self._author, changed_at=self._now, content=content)
        self._connection.execute(update(articles).where(articles.c.id == new.number).values(_row(new)))
        self._add_version(new, change, old.content)
        return new

    def move(self, old: Article, path: str) -> Article:
        """Change the path of the article's file without a new version."""
        self._connection.execute(update(articles).where(articles.c.id == old.number).values(path=path))
        return replace(old, path=path)

    def finish(self) -> None:
        """Write new articles and versions, and update the index."""
        if self._new:
            self._connection.execute(insert(articles), self._new)
        if self._versions:
            self._connection.execute(insert(versions), self._versions)
        index.update(self._connection, self._changes)
        self._new, self._versions, self._changes = [], [], []

    def _add_version(self, new: Article, change: str, old: Content | None) -> None:
        row = _row(new)
        kept = {column.name: row[column.name] for column in versions.c if column.name in row}
        self._versions.append({**kept, "article": new.number, "change": change})
        self._changes.append((new.number, old, new.content))

    def _check_original(self, slug: str, content: Content) -> None:
        if content.translation_of == slug:
            raise UsageError(_("an article cannot be a translation of itself"))


def _first_free(name: Callable[[int], str], used: Container[str]) -> str:
    return next(found for n in range(1, 1 << 30) if (found := name(n)) not in used)


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
