"""Handlers of requests that change articles: add, edit, publish, draft, retire, import."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from deskctl.plugins import RequestContext, UsageError

from . import documents, frontmatter, repository
from .article import Article, Content, State, slug_from, validate_language, validate_slug, validate_tags, validate_title
from .folder import BadFile, parse_files
from .messages import _
from .params import Add, Edit, Import, SetState

#: The value of a version's `change` for each new state.
_CHANGES = {State.PUBLISHED: "published", State.DRAFT: "drafted", State.RETIRED: "retired"}


def add(params: Add, context: RequestContext) -> dict[str, Any]:
    """Add an article. Raises UsageError or Refused."""
    read = frontmatter.read(params.text, language=context.language, title=params.title)
    content = _with(read.content, params.title, params.public, params.language)
    tags = validate_tags((*content.tags, *params.tags))
    state = State.DRAFT if params.draft else content.state
    content = replace(content, tags=tags, state=state)
    writer = _writer(context)
    content = _translated(context, content, params.translation_of)
    article = writer.add(content, read.slug)
    writer.finish()
    return documents.full(article)


def edit(params: Edit, context: RequestContext) -> dict[str, Any]:
    """Edit an article. Raises Refused if it changed since the version that the agent saw."""
    writer = _writer(context)
    old = repository.get_article(context.connection, params.id)
    if params.seen is not None and params.seen != old.version:
        raise repository.edit_conflict(old)
    content = old.content if params.text is None else frontmatter.revise(params.text, old.content)
    content = _with(content, params.title, params.public, params.language)
    removed = set(validate_tags(params.remove_tags))
    tags = validate_tags((*(tag for tag in content.tags if tag not in removed), *params.add_tags))
    content = _translated(context, replace(content, tags=tags), params.translation_of)
    article = writer.write(old, content)
    writer.finish()
    return {**documents.full(article), "changed": article.version != old.version}


def set_state(params: SetState, context: RequestContext) -> list[dict[str, Any]]:
    """Set the state of all given articles, or of none if one does not exist. Raises NotFound."""
    state = State(params.state)
    writer = _writer(context)
    answer = []
    for number in dict.fromkeys(params.ids):
        old = repository.get_article(context.connection, number)
        content = replace(
            old.content, state=state, public=old.content.public if params.public is None else params.public
        )
        article = writer.write(old, content, _CHANGES[state])
        answer.append({**documents.summary(article), "changed": article.version != old.version})
    writer.finish()
    return answer


def import_(params: Import, context: RequestContext) -> dict[str, Any]:
    """Import all files, or none if the returned `problems` is not empty."""
    writer = _writer(context)
    everything = repository.all_articles(context.connection)
    by_slug = {article.slug: article for article in everything}
    by_path = {article.path: article for article in everything}
    added: list[Article] = []
    changed: list[Article] = []
    unchanged = 0
    files, problems = parse_files(params.files, public=params.public, language=context.language)
    paths: dict[str, str] = {}
    plan = []
    for path, file in files:
        old = by_slug.get(file.slug) if file.slug else by_path.get(path)
        slug = file.slug or (old.slug if old else slug_from(path.removesuffix(".md")))
        if old is None:
            old = by_slug.get(slug)
        if not slug:
            problems.append(
                BadFile(path, _("cannot make a slug from the file name; write `slug: …` in the front matter"))
            )
        elif slug in paths:
            problem = _("same slug {slug} as {file}; write another `slug: …`", slug=slug, file=paths[slug])
            problems.append(BadFile(path, problem))
        elif file.content.translation_of == slug:
            problems.append(BadFile(path, _("an article cannot be a translation of itself")))
        else:
            paths[slug] = path
            plan.append((path, validate_slug(slug), old, file.content))
    if problems:
        return _rejected(problems)
    for path, slug, old, content in plan:
        if old is None:
            added.append(writer.add(content, slug, path, "imported"))
            continue
        if old.path != path:
            old = writer.move(old, path)
        new = writer.write(old, content, "imported")
        if new is old:
            unchanged += 1
        else:
            changed.append(new)
    writer.finish()
    return {
        "added": [documents.summary(article) for article in added],
        "changed": [documents.summary(article) for article in changed],
        "unchanged": unchanged,
        "problems": [],
    }


def _rejected(problems: list[BadFile]) -> dict[str, Any]:
    listed = [{"file": bad.path, "problem": bad.problem} for bad in sorted(problems, key=lambda bad: bad.path)]
    return {"added": [], "changed": [], "unchanged": 0, "problems": listed}


def _writer(context: RequestContext) -> repository.ArticleWriter:
    return repository.ArticleWriter(context.connection, context.actor, context.now())


def _with(content: Content, title: str | None, public: bool | None, language: str | None) -> Content:
    return replace(
        content,
        title=content.title if title is None else validate_title(title),
        public=content.public if public is None else public,
        language=content.language if language is None else validate_language(language),
    )


def _translated(context: RequestContext, content: Content, reference: str | None) -> Content:
    """Set the original by number or slug; an empty `reference` removes it. Raises NotFound or UsageError."""
    if reference is None:
        return content
    if not reference:
        return replace(content, translation_of=None)
    original = repository.resolve_article(context.connection, reference)
    if original.content.translation_of is not None:
        raise UsageError(
            _("article {number} is itself a translation", number=original.number),
            _("give its original instead: {slug}", slug=original.content.translation_of),
        )
    return replace(content, translation_of=original.slug)
