"""The commands `deskctl kb add, edit, show, history, publish, draft, retire, list`."""

from __future__ import annotations

from typing import Any

import click

from deskctl.plugins import UsageError
from deskctl.plugins.commands import CommandContext, dry_run_option, pass_context

from ..messages import _, _p
from .options import ID, edit_in_editor, given_text

_text = click.option("-m", "--message", metavar="TEXT", help="Text of the article.")
_file = click.option("-f", "--file", metavar="FILE", help="Read the text from a file; - is standard input.")
_public = click.option("--public/--internal", default=None, help="Visible to customers, or to agents only.")
_language = click.option(
    "--language", metavar="LANGUAGE", help="Language code such as ko; default: guessed from the text."
)
_original = click.option("--translation-of", metavar="ARTICLE", help="Original of this translation: number or slug.")


@click.command("add")
@click.argument("title")
@_text
@_file
@click.option("--public", is_flag=True, help="Make it visible to customers; default: agents only.")
@click.option("--tag", "tags", multiple=True, metavar="TAG", help="Add a tag; repeatable.")
@_language
@_original
@click.option("--draft", is_flag=True, help="Save it as a draft, unpublished.")
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
    """Add an article.

    The text is Markdown, from -m, a file, standard input (-f -) or your editor. The article is published immediately,
    for agents only unless you pass --public.

    \b
    Examples:
      deskctl kb add "환불 방법" -f refund.md --public --tag billing
      deskctl kb add "How to get a refund" -f refund.en.md --public --translation-of 1
      deskctl kb add "Night shift contacts" -m "Mina: 010-0000-0000" --tag on-call
    """
    text = given_text(message, file)
    if text is None:
        text = edit_in_editor(f"# {title}\n\n")
        if text is None:
            raise UsageError(_("the text is empty; no article was added"))
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
    _report(context, answer)


@click.command("edit")
@click.argument("id", type=ID, metavar="ID")
@_text
@_file
@click.option("--title", metavar="TITLE", help="Change the title.")
@_public
@click.option("--tag", "add_tags", multiple=True, metavar="TAG", help="Add a tag; repeatable.")
@click.option("--remove-tag", "remove_tags", multiple=True, metavar="TAG", help="Remove a tag; repeatable.")
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
    """Edit an article: text, title, visibility, tags.

    The new text comes from -m, a file or standard input. Without options, your editor opens with the whole article. The
    old text remains as a version.

    \b
    Examples:
      deskctl kb edit 3 -f refund.md
      deskctl kb edit 3 --title "환불과 교환" --tag exchange
      deskctl kb edit 3 --internal
      deskctl kb edit 3
    """
    fields = {"title": title, "public": public, "language": language, "translation_of": translation_of}
    tags = {"add_tags": add_tags, "remove_tags": remove_tags}
    text = given_text(message, file)
    seen = None
    if text is None and not any(value not in (None, ()) for value in (*fields.values(), *tags.values())):
        from ..frontmatter import write

        old = context.request("kb.show", id=id)
        context.release()
        text, seen = edit_in_editor(write(old["slug"], _content(old))), old["version"]
        if text is None:
            context.say(_("article {number} is unchanged", number=id))
            return
    answer = context.request("kb.edit", id=id, text=text, seen=seen, **fields, **tags)
    if answer["changed"] or context.json:
        _report(context, answer)
    else:
        context.say(_("article {number} is unchanged", number=id))


@click.command("show")
@click.argument("id", type=ID, metavar="ID")
@click.option("--version", type=click.IntRange(1, 10**9), metavar="N", help="Show this version.")
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
    context.say(
        _(
            "{state}, {visibility}, {language}",
            state=_state(answer["state"]),
            visibility=_p("visibility", "public") if answer["public"] else _p("visibility", "internal"),
            language=answer["language"],
        )
    )
    if answer["tags"]:
        context.say(_("tags: {list}", list=", ".join(answer["tags"])))
    context.say(
        _(
            "version {version} by {author}, {time}",
            version=answer["version"],
            author=_author(answer["author"]),
            time=_local_time(answer["changed_at"]),
        )
    )
    if answer.get("translations"):
        translations = ", ".join(f"{other['language']} (#{other['id']})" for other in answer["translations"])
        context.say(_("translations: {list}", list=translations))
    uses = answer.get("uses", {})
    if any(uses.values()):
        context.say(_("uses: {shown} shown, {inserted} inserted, {solved} solved, {contradicted} contradicted", **uses))
    context.say("")
    for line in answer["text"].rstrip("\n").split("\n"):
        context.say(line)


@click.command("history")
@click.argument("id", type=ID, metavar="ID")
@pass_context
def history(context: CommandContext, id: int) -> None:
    """List the versions of an article, newest first.

    \b
    Example:
      deskctl kb history 3
    """
    rows = context.request("kb.history", id=id)
    for row in rows:
        row["for"] = "customers" if row["public"] else "agents"
        if not context.json:
            row["changed_at"], row["author"] = _local_time(row["changed_at"]), _author(row["author"])
    context.emit(rows, ["version", "change", "changed_at", "author", "state", "for", ("title", 12)])


@click.command("list")
@click.option("--state", type=click.Choice(["draft", "published", "retired"]), help="Only articles in this state.")
@_public
@click.option("--language", metavar="LANGUAGE", help="Only articles in this language.")
@click.option("--tag", metavar="TAG", help="Only articles with this tag.")
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
    """Publish drafts or retired articles, so that searches find them.

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
    """Turn articles into drafts, so that searches no longer find them.

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
    """Retire articles, so that searches no longer find them; `kb show` still shows them.

    \b
    Example:
      deskctl kb retire 3
    """
    _set_state(context, ids, "retired", None)


def _set_state(context: CommandContext, ids: tuple[int, ...], state: str, public: bool | None) -> None:
    for answer in context.request("kb.state", ids=ids, state=state, public=public):
        if answer["changed"] or context.json:
            _report(context, answer)
        else:
            context.say(_("article {number} is already {state}", number=answer["id"], state=_state(state)))


def _report(context: CommandContext, answer: dict[str, Any]) -> None:
    """Print the article after a change, or after a trial with `--dry-run`."""
    if context.json:
        context.document(answer)
        return
    facts = {"number": answer["id"], "title": answer["title"], "version": answer["version"]}
    state = _state(answer["state"])
    if answer["state"] == "published":
        state = _("published for customers and agents") if answer["public"] else _("published for agents only")
    if context.dry_run:
        context.say(_("article {number} would be “{title}”, version {version}: {state}", **facts, state=state))
    else:
        context.say(_("article {number} is now “{title}”, version {version}: {state}", **facts, state=state))


def _state(state: str) -> str:
    names = {
        "draft": _p("state", "draft"),
        "published": _p("state", "published"),
        "retired": _p("state", "retired"),
    }
    return names[state]


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


def _author(author: str) -> str:
    """Return an agent's handle without the prefix, as in other commands; another author stays `user:ana`."""
    return author.removeprefix("agent:")


def _local_time(timestamp: str) -> str:
    """Return the time in the caller's time zone, to the minute."""
    from datetime import datetime

    return datetime.fromisoformat(timestamp).astimezone().strftime("%Y-%m-%d %H:%M %Z")
