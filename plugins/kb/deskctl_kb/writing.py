"""Requests that change articles: add, edit, publish, draft, retire, import."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from deskctl.plugins import RequestContext, UsageError

from . import documents, frontmatter, shelf
from .article import Article, Content, State, checked_language, checked_slug, checked_tags, checked_title, slug_from
from .asks import Add, Edit, Import, SetState
from .folder import BadFile, parse_files

#: What each state's command did, as a version's `change`.
_CHANGES = {State.PUBLISHED: "published", State.DRAFT: "drafted", State.RETIRED: "retired"}


def add(params: Add, context: RequestContext) -> dict[str, Any]:
    read = frontmatter.read(params.text, language=context.language, title=params.title)
    content = _with(read.content, params.title, params.public, params.language)
    tags = checked_tags((*content.tags, *params.tags))
    state = State.DRAFT if params.draft else content.state
    content = replace(content, tags=tags, state=state)
    pen = _pen(context)
    content = _translated(context, content, params.translation_of)
    article = pen.add(content, read.slug)
    pen.finish()
    return documents.whole(article)


def edit(params: Edit, context: RequestContext) -> dict[str, Any]:
    """Raises Refused when somebody else edited it meanwhile."""
    pen = _pen(context)
    old = shelf.article(context.connection, params.id)
    if params.seen is not None and params.seen != old.version:
        raise shelf.edited_meanwhile(old)
    content = old.content if params.text is None else frontmatter.revise(params.text, old.content)
    content = _with(content, params.title, params.public, params.language)
    removed = set(checked_tags(params.remove_tags))
    tags = checked_tags((*(tag for tag in content.tags if tag not in removed), *params.add_tags))
    content = _translated(context, replace(content, tags=tags), params.translation_of)
    article = pen.write(old, content)
    pen.finish()
    return {**documents.whole(article), "changed": article.version != old.version}


def set_state(params: SetState, context: RequestContext) -> list[dict[str, Any]]:
    """All of them, or none. Raises NotFound."""
    state = State(params.state)
    pen = _pen(context)
    answer = []
    for number in dict.fromkeys(params.ids):
        old = shelf.article(context.connection, number)
        content = replace(
            old.content, state=state, public=old.content.public if params.public is None else params.public
        )
        article = pen.write(old, content, _CHANGES[state])
        answer.append({**documents.brief(article), "changed": article.version != old.version})
    pen.finish()
    return answer


def import_(params: Import, context: RequestContext) -> dict[str, Any]:
    """All files, or none: `problems` says what is wrong with which, and then nothing was changed."""
    pen = _pen(context)
    everything = shelf.every(context.connection)
    by_slug = {article.slug: article for article in everything}
    by_path = {article.path: article for article in everything}
    added: list[Article] = []
    changed: list[Article] = []
    unchanged = 0
    files, problems = parse_files(params.files, public=params.public, language=context.language)
    taken: dict[str, str] = {}
    plan = []
    for path, file in files:
        old = by_slug.get(file.slug) if file.slug else by_path.get(path)
        slug = file.slug or (old.slug if old else slug_from(path.removesuffix(".md")))
        if old is None:
            old = by_slug.get(slug)
        if not slug:
            problems.append(BadFile(path, "its name has no letters to make a slug of; write `slug: …` at its head"))
        elif slug in taken:
            problems.append(BadFile(path, f"it is the article {slug}, and so is {taken[slug]}; give it a slug"))
        elif file.content.translation_of == slug:
            problems.append(BadFile(path, "it cannot be a translation of itself"))
        else:
            taken[slug] = path
            plan.append((path, checked_slug(slug), old, file.content))
    if problems:
        return _refused(problems)
    for path, slug, old, content in plan:
        if old is None:
            added.append(pen.add(content, slug, path, "imported"))
            continue
        if old.path != path:
            old = pen.move(old, path)
        new = pen.write(old, content, "imported")
        if new is old:
            unchanged += 1
        else:
            changed.append(new)
    pen.finish()
    return {
        "added": [documents.brief(article) for article in added],
        "changed": [documents.brief(article) for article in changed],
        "unchanged": unchanged,
        "problems": [],
    }


def _refused(problems: list[BadFile]) -> dict[str, Any]:
    listed = [{"file": bad.path, "problem": bad.problem} for bad in sorted(problems, key=lambda bad: bad.path)]
    return {"added": [], "changed": [], "unchanged": 0, "problems": listed}


def _pen(context: RequestContext) -> shelf.Pen:
    return shelf.Pen(context.connection, context.actor, context.now())


def _with(content: Content, title: str | None, public: bool | None, language: str | None) -> Content:
    return replace(
        content,
        title=content.title if title is None else checked_title(title),
        public=content.public if public is None else public,
        language=content.language if language is None else checked_language(language),
    )


def _translated(context: RequestContext, content: Content, reference: str | None) -> Content:
    """`reference` is the original's number or slug, "" for none. Raises NotFound."""
    if reference is None:
        return content
    if not reference:
        return replace(content, translation_of=None)
    original = shelf.referred(context.connection, reference)
    if original.content.translation_of is not None:
        raise UsageError(
            f"article {original.number} is itself a translation",
            f"name its original: {original.content.translation_of}",
        )
    return replace(content, translation_of=original.slug)
