"""`deskctl block`."""

from __future__ import annotations

import click

from ...context import CliContext
from ...execution import run_each
from ...messages import _
from ...options import columns, dry_run
from ...output import field

COLUMNS = (field("pattern"),)


@click.group("block")
def block() -> None:
    """Manage blocked senders.

    New mail from a blocked sender becomes spam and gets no reply. Blocked senders can still write to tickets in which
    they participate.
    """


@block.command("list")
@click.option("--exit-code", is_flag=True, help="Exit with 1 if the list is empty.")
@columns(COLUMNS)
@click.pass_obj
def list_(context: CliContext, exit_code: bool) -> int:
    """List blocked addresses and domains.

    \b
    Example:
      deskctl block list
    """
    from ....core.messages.queries import ListBlocks

    rows = context.ask(ListBlocks())
    context.emit(rows, COLUMNS, empty=_("no blocked senders"))
    return 1 if exit_code and not rows else 0


@block.command("add")
@click.argument("patterns", nargs=-1, required=True, metavar="ADDRESS|@DOMAIN...")
@dry_run
@click.pass_obj
def add(context: CliContext, patterns: tuple[str, ...]) -> int:
    """Block an address, or all addresses of a domain.

    \b
    Examples:
      deskctl block add eve@spam.example
      deskctl block add @spam.example
    """
    from ....core.messages.commands import Block

    return run_each(context, map(Block, patterns))


@block.command("remove")
@click.argument("patterns", nargs=-1, required=True, metavar="ADDRESS|@DOMAIN...")
@dry_run
@click.pass_obj
def remove(context: CliContext, patterns: tuple[str, ...]) -> int:
    """Unblock addresses and domains.

    \b
    Example:
      deskctl block remove @spam.example
    """
    from ....core.messages.commands import Block

    return run_each(context, (Block(pattern, blocked=False) for pattern in patterns))
