"""`deskctl kb search, suggest, stats, gaps`."""

from __future__ import annotations

from typing import Any

import click

from deskctl.plugins.commands import CommandContext, pass_context

from .options import TICKET, since

_limit = click.option("--limit", type=click.IntRange(1, 1000), default=10, show_default=True, metavar="N")
_exit_code = click.option("--exit-code", is_flag=True, help="Exit with 1 when nothing is found.")
_since = click.option("--since", "since_", metavar="MOMENT", help="2026-01-31, or an age as in 90d.")


@click.command("search")
@click.argument("words", nargs=-1, required=True, metavar="QUESTION...")
@_limit
@click.option("--language", metavar="LANGUAGE", help="The asker's; told from the question where it can be.")
@click.option("--public", is_flag=True, help="Only what customers may see.")
@_exit_code
@pass_context
def search(
    context: CommandContext, words: tuple[str, ...], limit: int, language: str | None, public: bool, exit_code: bool
) -> int:
    """Find the articles that answer a question, best first.

    What finds nothing good is remembered for `kb gaps`.

    \b
    Examples:
      deskctl kb search "카드 환불"
      deskctl kb search how do I get my money back --json --limit 3
    """
    asked = " ".join(words).encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    answer = context.request("kb.search", text=asked, limit=limit, language=language, customers=public)
    if not answer["good"]:
        context.request("kb.missed", query=asked)
    _list(context, answer["found"], "no article is about that; deskctl kb add writes one")
    return 1 if exit_code and not answer["found"] else 0


@click.command("suggest")
@click.argument("ticket", type=TICKET, metavar="TICKET")
@click.option("--limit", type=click.IntRange(1, 50), default=5, show_default=True, metavar="N")
@_exit_code
@pass_context
def suggest(context: CommandContext, ticket: int, limit: int, exit_code: bool) -> int:
    """Suggest articles for a ticket, best first.

    `deskctl reply TICKET --kb ID` answers with one.

    \b
    Example:
      deskctl kb suggest 42
    """
    found = context.request("kb.suggest", ticket=ticket, limit=limit)
    _list(context, found, f"no article fits ticket {ticket}")
    return 1 if exit_code and not found else 0


@click.command("stats")
@_since
@pass_context
def stats(context: CommandContext, since_: str | None) -> None:
    """Count what came of articles: shown by the machine, inserted by agents, solved, contradicted.

    \b
    Examples:
      deskctl kb stats
      deskctl kb stats --since 30d --json
    """
    answer = context.request("kb.stats", since=since(since_))
    context.release()
    if context.json:
        context.document(answer)
        return
    articles, tickets = answer["articles"], answer["tickets"]
    context.say("articles  " + ", ".join(f"{count} {state}" for state, count in articles.items()))
    context.say("tickets   " + ", ".join(f"{count} {what}" for what, count in tickets.items()))
    context.say(f"missed    {answer['missed']} questions found nothing good: deskctl kb gaps")
    if answer["used"]:
        context.say("")
        context.emit(answer["used"], ["id", "shown", "inserted", "solved", "contradicted", ("title", 20)])


@click.command("gaps")
@_since
@click.option("--limit", type=click.IntRange(1, 500), default=20, show_default=True, metavar="N")
@pass_context
def gaps(context: CommandContext, since_: str | None, limit: int) -> None:
    """Group the questions that found nothing good: the articles to write next.

    Questions are the first messages of tickets, and what agents searched for.

    \b
    Example:
      deskctl kb gaps --since 30d
    """
    rows: list[dict[str, Any]] = context.request("kb.gaps", since=since(since_), limit=limit)
    if not rows and not context.json:
        context.release()
        context.say("every question found an article")
        return
    if not context.json:
        for row in rows:
            row["tickets"] = ", ".join(f"#{number}" for number in row["tickets"][:5])
    context.emit(rows, ["count", "tickets", ("question", 30)])


def _list(context: CommandContext, rows: list[dict[str, Any]], none: str) -> None:
    for row in rows:
        if not context.json:
            row["for"] = "customers" if row["public"] else "agents"
    if not rows:
        context.release()
        if not context.json:
            click.echo(none, err=True)
        return
    context.emit(rows, ["id", "for", "language", "score", ("title", 20), ("snippet", 20)])
