"""`deskctl view`."""

from __future__ import annotations

import click

from ...context import CliContext
from ...execution import run_command
from ...messages import _
from ...name_completion import completer
from ...options import columns, dry_run
from ...output import field

COLUMNS = (field("name"), field("query", least=24))


@click.group("view")
def view() -> None:
    """Manage saved views: queries that have a name.

    Everyone at the desk can use them: "deskctl list @urgent-vip", or "deskctl @urgent-vip". A view can be part of a
    longer query and of other views.
    """


@view.command("list")
@click.option("--exit-code", is_flag=True, help="Exit with 1 if the list is empty.")
@columns(COLUMNS)
@click.pass_obj
def list_(context: CliContext, exit_code: bool) -> int:
    """List the saved views.

    \b
    Example:
      deskctl view list
    """
    from ....core.saved_views.queries import ListViews

    rows = context.ask(ListViews())
    context.emit(rows, COLUMNS, empty=_("no saved views"))
    return 1 if exit_code and not rows else 0


@view.command("add")
@click.argument("name")
@click.argument("query", nargs=-1, required=True, metavar="QUERY...", shell_complete=completer("query"))
@dry_run
@click.pass_obj
def add(context: CliContext, name: str, query: tuple[str, ...]) -> None:
    """Save a query under a name.

    \b
    Examples:
      deskctl view add urgent-vip "contact.tier:vip is:open priority:>=high"
      deskctl view add 오래된-환불 "tag:refund waiting:>12h"
    """
    from ....core.saved_views.commands import AddView

    run_command(context, AddView(name, " ".join(query)))


@view.command("edit")
@click.argument("name", shell_complete=completer("view"))
@click.argument("query", nargs=-1, required=True, metavar="QUERY...", shell_complete=completer("query"))
@dry_run
@click.pass_obj
def edit(context: CliContext, name: str, query: tuple[str, ...]) -> None:
    """Replace the query of a saved view.

    \b
    Example:
      deskctl view edit urgent-vip "contact.tier:vip is:open"
    """
    from ....core.saved_views.commands import EditView

    run_command(context, EditView(name, " ".join(query)))


@view.command("remove")
@click.argument("name", shell_complete=completer("view"))
@dry_run
@click.pass_obj
def remove(context: CliContext, name: str) -> None:
    """Remove a saved view.

    \b
    Example:
      deskctl view remove urgent-vip
    """
    from ....core.saved_views.commands import RemoveView

    run_command(context, RemoveView(name))
