"""What the author of a reply has seen of its ticket, and what they have not."""

from __future__ import annotations

import sys
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ....errors import DeskctlError
from ...context import CliContext

if TYPE_CHECKING:
    from .draft_files import Draft


@dataclass(slots=True)
class Start:
    """The ticket as it was when the command started. `fault`: what kept the desk from saying so."""

    agent: str | None = None
    timezone: str = "UTC"
    mark: dict[str, Any] | None = None
    composing: list[Any] = field(default_factory=list)
    fault: DeskctlError | None = None

    @classmethod
    def of(cls, context: CliContext, ticket: int, message: str | None, file: str | None) -> Start:
        """Ask the desk, and let go of it: what follows may wait for a pipe or for a person."""
        from ....core.search.queries import Seen

        start = cls()
        try:
            info = context.desk().info
            start.agent, start.timezone = context.agent or info.agent, info.timezone
            if start.agent is not None:
                start.mark = context.ask(Seen(ticket, start.agent))
                start.composing = start.mark["composing"]
        except DeskctlError as fault:
            start.fault = fault  # raised when the text is there, so that it is kept
        if file == "-" or (message is None and file is None):
            context.release()
        return start

    def check(self) -> None:
        """Raises what kept the desk from answering."""
        if self.fault is not None:
            raise self.fault

    def known(self, draft: Draft | None) -> tuple[tuple[int, int], ...] | None:
        """What the author was shown, now and when the draft was written; without a record the ticket as it was."""
        if self.mark is None:
            return None
        known: dict[int, int] = dict((draft and draft.known) or ())  # type: ignore[arg-type]
        for message, version in self.mark["shown"] or (() if known else self.mark["now"]):
            known[message] = max(version, known.get(message, 0))
        return tuple(sorted(known.items()))


def show_unseen(context: CliContext, ticket: int, agent: str | None, known: dict[int, int]) -> None:
    """Print what the author has not seen on standard error: new messages, and new words of those that were changed."""
    from ....core.tickets.queries import ShowTicket
    from ....safe import visible
    from ...output import terminal_width
    from ..tickets.ticket_view import Screen, body

    desk = context.desk()
    document, timezone, colleagues = desk.ask(ShowTicket(ticket)), desk.info.timezone, desk.info.agents
    context.release()
    screen = Screen(width=terminal_width(), timezone=timezone, color=False)
    for message in document["messages"]:
        theirs = message["kind"] == "in" and message["automatic"] is None
        reply = message["kind"] == "out" and message["author"] in colleagues and message["author"] != agent
        if (theirs or reply) and message["version"] > known.get(message["id"], -1):
            changed = " · changed" if message["id"] in known else ""
            head = f"── {visible(message['author'] or '?')} · {screen.moment(message['sent_at'])}{changed}"
            sys.stderr.write(head + "\n" + "\n".join(body(message, screen)) + "\n\n")
