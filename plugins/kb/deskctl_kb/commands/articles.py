"""`deskctl kb add, edit, show, history, publish, draft, retire, list`."""

from __future__ import annotations

from typing import Any

import click

from deskctl.plugins import UsageError
from deskctl.plugins.commands import CommandContext, dry_run_option, pass_context

from .options import ID, given, in_editor

_text = click.option("-m", "--message", metavar="TEXT", help="The text itself.")
_file = click.option("-f", "--file", metavar="FILE", help="A file with the text; - is standard input.")
_public = click.option("--public/--internal", default=None, help="For customers too, or for agents only.")
_language = click.option("--language", metavar="LANGUAGE", help="As in ko or en; told from the text where it can be.")
_original = click.option(
    "--translation-of", metavar="ARTICLE", help="The article that this one translates: number or slug."
)


@click.command("add")
@click.argument("title")
@_text
@_file
@click.option("--public", is_flag=True, help="Customers may see it; else only agents.")
@click.option("--tag", "tags", multiple=True, metavar="TAG", help="May be repeated.")
@_language
@_original
@click.option("--draft", is_flag=True, help="Do not publish it yet.")
@dry_run_option
@pass_context
def add(
    context: CommandContext,
    title: str,
    message: str | None,
    file: str | None,
    public: bool,
    tags: tuple[str, ...],
    language: str | None,
    translation_of: str | None,
    draft: bool,
) -> None:
    """Write a new article.

    The text is Markdown: from -m, a file, standard input (-f -), or your editor. It is published at once, for agents
    only unless --public says otherwise.

    \b
    Examples:
      deskctl kb add "환불 방법" -f refund.md --public --tag billing
      deskctl kb add "How to get a refund" -f refund.en.md --public --translation-of 1
      deskctl kb add "Whom to call at night" -m "Mina: 010-0000-0000" --tag on-call
    """
    text = given(message, file)
    if text is None:
        text = in_editor(f"# {title}\n\n")
        if text is None:
            raise UsageError("the text is empty; nothing was written")
    answer = context.request(
        "kb.add",
        text=text,
        title=title,
        public=True if public else None,
        tags=tags,
        language=language,
        translation_of=translation_of,
        draft=draft,
    )
    _said(context, answer, "would be" if context.dry_run else "is")


@click.command("edit")
@click.argument("id", type=ID, metavar="ID")
@_text
@_file
@click.option("--title", metavar="TITLE")
@_public
@click.option("--tag", "add_tags", multiple=True, metavar="TAG", help="Add a tag; may be repeated.")
@click.option("--remove-tag", "remove_tags", multiple=True, metavar="TAG", help="May be repeated.")
@_language
@_original
@dry_run_option
@pass_context
def edit(
    context: CommandContext,
    /,
    id: int,
    message: str | None,
    file: str | None,
    title: str | None,
    public: bool | None,
    add_tags: tuple[str, ...],
    remove_tags: tuple[str, ...],
    language: str | None,
    translation_of: str | None,
) -> None:
    """Change an article: its text, its title, who may see it.

    The new text comes from -m, a file or standard input; without any option your editor opens with the whole article.
    The old text stays as a version.

    \b
    Examples:
      deskctl kb edit 3 -f refund.md
      deskctl kb edit 3 --title "환불과 교환" --tag exchange
      deskctl kb edit 3 --internal
      deskctl kb edit 3
    """
    fields = {"title": title, "public": public, "language": language, "translation_of": translation_of}
    tags = {"add_tags": add_tags, "remove_tags": remove_tags}
    text = given(message, file)
    seen = None
    if text is None and not any(value not in (None, ()) for value in (*fields.values(), *tags.values())):
        from ..frontmatter import write

        old = context.request("kb.show", id=id)
        context.release()
        text, seen = in_editor(write(old["slug"], _content(old))), old["version"]
        if text is None:
            context.say(f"article {id} stays as it is")
            return
    answer = context.request("kb.edit", id=id, text=text, seen=seen, **fields, **tags)
    if answer["changed"] or context.json:
        _said(context, answer, "would be" if context.dry_run else "is now")
    else:
        context.say(f"article {id} was like that already")


@click.command("show")
@click.argument("id", type=ID, metavar="ID")
@click.option("--version", type=click.IntRange(1, 10**9), metavar="N", help="How it was then.")
@pass_context
def show(context: CommandContext, id: int, version: int | None) -> None:
    """Show an article.

    \b
    Examples:
      deskctl kb show 3
      deskctl kb show 3 --version 1
    """
    answer = context.request("kb.show", id=id, version=version)
    context.release()
    if context.json:
        context.document(answer)
        return
    context.say(f"#{answer['id']} {answer['title']}")
    facts = [answer["state"], "public" if answer["public"] else "internal", answer["language"], *answer["tags"]]
    context.say(" · ".join(facts))
    context.say(f"version {answer['version']} by {_name(answer['author'])}, {_moment(answer['changed_at'])}")
    if answer.get("translations"):
        context.say("also in " + ", ".join(f"{other['language']} (#{other['id']})" for other in answer["translations"]))
    used = [f"{what} {count}" for what, count in answer.get("uses", {}).items() if count]
    if used:
        context.say("was " + ", ".join(used))
    context.say("")
    for line in answer["text"].rstrip("\n").split("\n"):
        context.say(line)


@click.command("history")
@click.argument("id", type=ID, metavar="ID")
@pass_context
def history(context: CommandContext, id: int) -> None:
    """List an article's versions, newest first.

    \b
    Example:
      deskctl kb history 3
    """
    rows = context.request("kb.history", id=id)
    for row in rows:
        row["for"] = "customers" if row["public"] else "agents"
        if not context.json:
            row["changed_at"], row["author"] = _moment(row["changed_at"]), _name(row["author"])
    context.emit(rows, ["version", "change", "changed_at", "author", "state", "for", ("title", 12)])


@click.command("list")
@click.option("--state", type=click.Choice(["draft", "published", "retired"]))
@_public
@click.option("--language", metavar="LANGUAGE")
@click.option("--tag", metavar="TAG")
@pass_context
def list_(
    context: CommandContext, state: str | None, public: bool | None, language: str | None, tag: str | None
) -> None:
    """List articles.

    \b
    Examples:
      deskctl kb list
      deskctl kb list --state draft
      deskctl kb list --public --language ko --json
    """
    rows = context.request("kb.list", state=state, public=public, language=language, tag=tag)
    for row in rows:
        row["for"] = "customers" if row["public"] else "agents"
    context.emit(rows, ["id", "state", "for", "language", "version", ("title", 20)])


@click.command("publish")
@click.argument("ids", nargs=-1, required=True, type=ID, metavar="ID...")
@_public
@dry_run_option
@pass_context
def publish(context: CommandContext, ids: tuple[int, ...], public: bool | None) -> None:
    """Let articles be found: drafts, and retired ones again.

    \b
    Examples:
      deskctl kb publish 3 4
      deskctl kb publish 3 --public
    """
    _set_state(context, ids, "published", public)


@click.command("draft")
@click.argument("ids", nargs=-1, required=True, type=ID, metavar="ID...")
@dry_run_option
@pass_context
def draft(context: CommandContext, ids: tuple[int, ...]) -> None:
    """Take articles back until they are better.

    \b
    Example:
      deskctl kb draft 3
    """
    _set_state(context, ids, "draft", None)


@click.command("retire")
@click.argument("ids", nargs=-1, required=True, type=ID, metavar="ID...")
@dry_run_option
@pass_context
def retire(context: CommandContext, ids: tuple[int, ...]) -> None:
    """Let articles be found no longer; they can still be shown.

    \b
    Example:
      deskctl kb retire 3
    """
    _set_state(context, ids, "retired", None)


def _set_state(context: CommandContext, ids: tuple[int, ...], state: str, public: bool | None) -> None:
    for answer in context.request("kb.state", ids=ids, state=state, public=public):
        if answer["changed"] or context.json:
            _said(context, answer, "would be" if context.dry_run else "is now")
        else:
            context.say(f"article {answer['id']} is {state} already")


def _said(context: CommandContext, answer: dict[str, Any], verb: str) -> None:
    if context.json:
        context.document(answer)
        return
    sees = "customers and agents" if answer["public"] else "agents"
    found = {"published": f"{sees} can find it", "draft": "a draft", "retired": "retired"}[answer["state"]]
    context.say(f"article {answer['id']} {verb} “{answer['title']}”, version {answer['version']}: {found}")


def _content(document: dict[str, Any]) -> Any:
    from ..article import Content, State

    return Content(
        title=document["title"],
        text=document["text"],
        language=document["language"],
        public=document["public"],
        state=State(document["state"]),
        tags=tuple(document["tags"]),
        translation_of=document["translation_of"],
    )


def _name(author: str) -> str:
    """An agent by their handle alone, as everywhere else; anybody else as `user:ana`."""
    return author.removeprefix("agent:")


def _moment(stamp: str) -> str:
    """In the caller's time zone, to the minute."""
    from datetime import datetime

    return datetime.fromisoformat(stamp).astimezone().strftime("%Y-%m-%d %H:%M %Z")
