"""`deskctl tag`."""

from __future__ import annotations

from typing import Any

import click

from ..acting import act_on_each
from ..completing import completes, words
from ..context import CliContext
from ..options import dry_run
from ..tickets import collect


def _complete(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[Any]:
    return words(ctx, "tag" if incomplete.startswith("+") else "ticket", incomplete)


@click.command("tag")
@click.argument("words", nargs=-1, required=True, metavar="TICKET... [+TAG]...", shell_complete=_complete)
@click.option("--add", multiple=True, metavar="TAG", shell_complete=completes("tag"), help="The same as +TAG.")
@click.option("--remove", multiple=True, metavar="TAG", shell_complete=completes("tag"), help="Take this tag away.")
@dry_run
@click.pass_obj
def tag(context: CliContext, words: tuple[str, ...], add: tuple[str, ...], remove: tuple[str, ...]) -> int:
    """Add tags to tickets or remove them.

    \b
    Examples:
      deskctl tag 42 +refund --remove spam
      deskctl tag 42 43 +refund +vip
    """
    from ...core.commands.tickets import Tag
    from ...errors import UsageError

    added = (*(word[1:] for word in words if word.startswith("+")), *add)
    if not added and not remove:
        raise UsageError("no tag is named", "deskctl tag 42 +refund --remove spam")
    tickets = collect(tuple(word for word in words if not word.startswith("+")))
    return act_on_each(context, (Tag(ticket, added, remove) for ticket in tickets))
