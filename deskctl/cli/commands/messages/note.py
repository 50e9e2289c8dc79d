"""`deskctl note`."""

from __future__ import annotations

import click

from ...context import CliContext
from ...execution import report
from ...options import dry_run
from ...text_input import read_text, text_options
from ...ticket_arguments import TICKET
from .composition import keep_draft_on_failure
from .editor import dry_run_command, require_terminal
from .text_command import TextCommand


@click.command("note", cls=TextCommand)
@click.argument("ticket", type=TICKET, metavar="TICKET")
@text_options
@dry_run
@click.pass_obj
def note(context: CliContext, ticket: int, message: str | None, file: str | None) -> None:
    """Add an internal note to a ticket.

    Customers do not see notes. The text comes from -m, a file, standard input (-), or your editor.

    \b
    Examples:
      deskctl note 42 -m "asked finance"
      git log -1 | deskctl note 42 -
    """
    from ....core.messages.commands import Note

    with keep_draft_on_failure(context, "note", ticket) as composition:
        if composition.draft is None or message is not None or file is not None:
            composition.text = read_text(message, file)
        if composition.text is None:
            from .ticket_editor import edit_with_thread

            require_terminal()
            dry_run_command(context, Note(ticket, "text"))
            composition.text = edit_with_thread(context, ticket, composition, reply=False)
        outcome = context.execute(Note(ticket, composition.text))
    context.release()
    report(context, outcome)
