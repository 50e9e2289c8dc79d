"""`deskctl block`."""

from __future__ import annotations

import click

from ...context import CliContext
from ...execution import act_on_each
from ...options import columns, dry_run
from ...output import field

COLUMNS = (field("pattern"),)


@click.group("block")
def block() -> None:
    """Senders whose mail is spam.

    A new mail from one of them is kept apart and never answered. Who takes part in a ticket still reaches it.
    """


@block.command("list")
@click.option("--exit-code", is_flag=True, help="Exit with 1 when there is none.")
@columns(COLUMNS)
@click.pass_obj
def list_(context: CliContext, exit_code: bool) -> int:
    """List the addresses and domains that are blocked.

    \b
    Example:
      deskctl block list
    """
    from ....core.messages.queries import ListBlocks

    rows = context.ask(ListBlocks())
    context.emit(rows, COLUMNS, empty="no senders are blocked")
    return 1 if exit_code and not rows else 0


@block.command("add")
@click.argument("patterns", nargs=-1, required=True, metavar="ADDRESS|@DOMAIN...")
@dry_run
@click.pass_obj
def add(context: CliContext, patterns: tuple[str, ...]) -> int:
    """Take mail from an address, or from everybody at a domain, as spam.

    \b
    Examples:
      deskctl block add eve@spam.example
      deskctl block add @spam.example
    """
    from ....core.messages.commands import Block

    return act_on_each(context, map(Block, patterns))


@block.command("remove")
@click.argument("patterns", nargs=-1, required=True, metavar="ADDRESS|@DOMAIN...")
@dry_run
@click.pass_obj
def remove(context: CliContext, patterns: tuple[str, ...]) -> int:
    """Take mail from them as mail again.

    \b
    Example:
      deskctl block remove @spam.example
    """
    from ....core.messages.commands import Block

    return act_on_each(context, (Block(pattern, blocked=False) for pattern in patterns))
