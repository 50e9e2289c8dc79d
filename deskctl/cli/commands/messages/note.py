"""`deskctl note`."""

from __future__ import annotations

import click

from ...context import CliContext
from ...execution import report
from ...options import dry_run
from ...text_input import given, text_options
from ...ticket_arguments import TICKET
from .composition import author
from .editor import checked, needs_terminal


@click.command("note")
@click.argument("ticket", type=TICKET, metavar="TICKET")
@text_options
@dry_run
@click.pass_obj
def note(context: CliContext, ticket: int, message: str | None, file: str | None) -> None:
    """Write a note that only agents see.

    The text comes from -m, a file, standard input (-), or your editor.

    \b
    Examples:
      deskctl note 42 -m "asked finance"
      git log -1 | deskctl note 42 -
    """
    from ....core.messages.commands import Note

    with author(context, "note", ticket) as writing:
        if writing.again is None or message is not None or file is not None:
            writing.text = given(message, file)
        if writing.text is None:
            from .ticket_editor import ticket_in_editor

            needs_terminal()
            checked(context, Note(ticket, "text"))
            writing.text = ticket_in_editor(context, ticket, writing, reply=False)
        outcome = context.execute(Note(ticket, writing.text))
    context.release()
    report(context, outcome)
