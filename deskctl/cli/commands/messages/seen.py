"""The messages of a ticket that the author of a reply has seen, and those that they have not."""

from __future__ import annotations

import sys
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ....errors import DeskctlError
from ...context import CliContext
from ...messages import _

if TYPE_CHECKING:
    from .draft_files import Draft


@dataclass(slots=True)
class SeenState:
    """The ticket as it was when the command started. `error` is the error of the query, if it failed."""

    agent: str | None = None
    timezone: str = "UTC"
    mark: dict[str, Any] | None = None
    composing: list[Any] = field(default_factory=list)
    error: DeskctlError | None = None

    @classmethod
    def load(cls, context: CliContext, ticket: int, message: str | None, file: str | None) -> SeenState:
        """Return the state now. Release the desk if the command will wait for standard input or the editor."""
        from ....core.search.queries import Seen

        state = cls()
        try:
            info = context.desk().info
            state.agent, state.timezone = context.agent or info.agent, info.timezone
            if state.agent is not None:
                state.mark = context.ask(Seen(ticket, state.agent))
                state.composing = state.mark["composing"]
        except DeskctlError as error:
            state.error = error  # `check` raises it after the text is read, so that the text is kept as a draft
        if file == "-" or (message is None and file is None):
            context.release()
        return state

    def check(self) -> None:
        """Raise the error of the query, if it failed."""
        if self.error is not None:
            raise self.error

    def known_versions(self, draft: Draft | None) -> tuple[tuple[int, int], ...] | None:
        """Return ids and versions of the messages that the author saw, now or when the draft was written.

        Without a record of what the author saw, all messages at the start of the command count as seen.
        """
        if self.mark is None:
            return None
        known: dict[int, int] = dict((draft and draft.known) or ())  # type: ignore[arg-type]
        for message, version in self.mark["shown"] or (() if known else self.mark["now"]):
            known[message] = max(version, known.get(message, 0))
        return tuple(sorted(known.items()))


def print_unseen(context: CliContext, ticket: int, agent: str | None, known: dict[int, int]) -> None:
    """Print the messages that the author has not seen, and the new text of edited ones, to standard error."""
    from ....core.tickets.queries import ShowTicket
    from ....safe import visible
    from ...output import terminal_width
    from ...screen import Screen
    from ..tickets.ticket_view import message_body

    desk = context.desk()
    document, timezone, colleagues = desk.ask(ShowTicket(ticket)), desk.info.timezone, desk.info.agents
    context.release()
    screen = Screen(width=terminal_width(), timezone=timezone, color=False)
    for message in document["messages"]:
        from_customer = message["kind"] == "in" and message["automatic"] is None
        from_colleague = message["kind"] == "out" and message["author"] in colleagues and message["author"] != agent
        if (from_customer or from_colleague) and message["version"] > known.get(message["id"], -1):
            edited = " · " + _("edited") if message["id"] in known else ""
            header = f"── {visible(message['author'] or '?')} · {screen.moment(message['sent_at'])}{edited}"
            sys.stderr.write(header + "\n" + "\n".join(message_body(message, screen)) + "\n\n")
