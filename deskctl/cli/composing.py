"""Write on a ticket in the editor, with its thread below; the desk is let go while the agent writes."""

from __future__ import annotations

from .context import CliContext
from .editor import compose
from .thread import Screen, ticket


def ticket_in_editor(context: CliContext, number: int) -> tuple[str, int]:
    """The text, and the newest customer message that its author had before their eyes (0: there was none)."""
    from ..core.queries.tickets import ShowTicket

    desk = context.desk()
    document, timezone = desk.ask(ShowTicket(number)), desk.info.timezone
    context.release()
    return compose(ticket(document, Screen(width=78, timezone=timezone, color=False, newest_first=True))), document[
        "newest_in"
    ]
