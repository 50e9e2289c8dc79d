"""The commands `deskctl kb search, suggest, stats, gaps`."""

from __future__ import annotations

from typing import Any

import click

from deskctl.plugins.commands import CommandContext, pass_context

from ..messages import _
from .options import TICKET, parse_since

_LIMIT_HELP = "Show at most N."
_limit = click.option(
    "--limit", type=click.IntRange(1, 1000), default=10, show_default=True, metavar="N", help=_LIMIT_HELP
)
_exit_code = click.option("--exit-code", is_flag=True, help="Exit with 1 if nothing is found.")
_since = click.option("--since", metavar="MOMENT", help="Count from this date or age, such as 2026-01-31 or 90d.")


@click.command("search")
@click.argument("words", nargs=-1, required=True, metavar="QUESTION...")
@_limit
@click.option("--language", metavar="LANGUAGE", help="Language of the customer; default: guessed.")
@click.option("--public", is_flag=True, help="Only articles that customers may see.")
@_exit_code
@pass_context
def search(
    context: CommandContext, words: tuple[str, ...], limit: int, language: str | None, public: bool, exit_code: bool
) -> int:
    """Find articles that answer a question, best first.

    A question without a good match is recorded for `kb gaps`.

    \b
    Examples:
      deskctl kb search "카드 환불"
      deskctl kb search how do I get my money back --json --limit 3
    """
    question = " ".join(words).encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    answer = context.request("kb.search", text=question, limit=limit, language=language, customers=public)
    if not answer["good"]:
        context.request("kb.missed", query=question)
    _print(context, answer["found"], _("no article found; deskctl kb add adds one"))
    return 1 if exit_code and not answer["found"] else 0


@click.command("suggest")
@click.argument("ticket", type=TICKET, metavar="TICKET")
@click.option("--limit", type=click.IntRange(1, 50), default=5, show_default=True, metavar="N", help=_LIMIT_HELP)
@_exit_code
@pass_context
def suggest(context: CommandContext, ticket: int, limit: int, exit_code: bool) -> int:
    """Suggest articles for a ticket, best first.

    `deskctl reply TICKET --kb ID` replies with one of them.

    \b
    Example:
      deskctl kb suggest 42
    """
    found = context.request("kb.suggest", ticket=ticket, limit=limit)
    _print(context, found, _("no article found for ticket {ticket}", ticket=ticket))
    return 1 if exit_code and not found else 0


@click.command("stats")
@_since
@pass_context
def stats(context: CommandContext, since: str | None) -> None:
    """Count the uses of articles: shown automatically, inserted by agents, solved, contradicted.

    \b
    Examples:
      deskctl kb stats
      deskctl kb stats --since 30d --json
    """
    answer = context.request("kb.stats", since=parse_since(since))
    context.release()
    if context.json:
        context.document(answer)
        return
    articles, tickets = answer["articles"], answer["tickets"]
    context.say(
        _("articles  {public} public, {internal} internal, {draft} draft, {retired} retired", **articles),
    )
    context.say(
        _(
            "tickets   {shown} shown, {inserted} inserted, {solved} solved, {contradicted} contradicted",
            **tickets,
        )
    )
    context.say(_("missed    {count} questions without a good match: deskctl kb gaps", count=answer["missed"]))
    if answer["used"]:
        context.say("")
        context.emit(answer["used"], ["id", "shown", "inserted", "solved", "contradicted", ("title", 20)])


@click.command("gaps")
@_since
@click.option("--limit", type=click.IntRange(1, 500), default=20, show_default=True, metavar="N", help=_LIMIT_HELP)
@pass_context
def gaps(context: CommandContext, since: str | None, limit: int) -> None:
    """Group the questions without a good match: topics for new articles.

    The questions are the first messages of tickets and the searches of agents.

    \b
    Example:
      deskctl kb gaps --since 30d
    """
    rows: list[dict[str, Any]] = context.request("kb.gaps", since=parse_since(since), limit=limit)
    if not rows and not context.json:
        context.release()
        context.say(_("no gaps: all questions have a good match"))
        return
    if not context.json:
        for row in rows:
            row["tickets"] = ", ".join(f"#{number}" for number in row["tickets"][:5])
    context.emit(rows, ["count", "tickets", ("question", 30)])


def _print(context: CommandContext, rows: list[dict[str, Any]], none: str) -> None:
    for row in rows:
        if not context.json:
            row["for"] = "customers" if row["public"] else "agents"
    if not rows:
        context.release()
        if not context.json:
            context.warn(none)
        return
    context.emit(rows, ["id", "for", "language", "score", ("title", 20), ("snippet", 20)])
