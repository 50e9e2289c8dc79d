"""`deskctl search`."""

from __future__ import annotations

import click

from ..columns import TICKETS
from ..context import CliContext
from ..options import columns


@click.command("search")
@click.argument("words", nargs=-1, required=True, metavar="WORD...")
@click.option("--limit", type=click.IntRange(min=1), default=50, show_default=True, help="At most so many.")
@columns(TICKETS)
@click.pass_obj
def search(context: CliContext, words: tuple[str, ...], limit: int) -> int:
    """Find tickets by words in subjects and messages.

    Every word must be there; solved and closed tickets are searched, too. Exits with 1 when nothing is found.

    \b
    Examples:
      deskctl search printer fire
      deskctl search 환불
    """
    from ...core.queries.lookups import SearchMessages

    rows = context.ask(SearchMessages(" ".join(words), limit))
    context.emit(rows, TICKETS)
    return 0 if rows else 1
