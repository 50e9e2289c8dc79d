"""Write on a ticket in the editor, with the thread below. The desk is released while the agent writes."""

from __future__ import annotations

import contextlib
import sys
import threading
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from ....core.messages.seen_commands import Compose, MarkSeen
from ....errors import DeskctlError
from ...context import CliContext
from ...messages import _
from ...screen import Screen
from ..tickets.ticket_view import render_ticket
from .editor import edit_text
from .recipients import recipient_header

if TYPE_CHECKING:
    from ....core.tickets.views import TicketDocument
    from .composition import Composition

#: To and Cc.
Recipients = tuple[Sequence[str], Sequence[str]]
#: The seconds between two renewals of the composing lease.
RENEW_EVERY = 20.0


def edit_with_thread(
    context: CliContext, number: int, composition: Composition, *, reply: bool, recipients: Recipients | None = None
) -> str:
    """Return the text that the agent writes below the ticket's thread.

    The shown messages become `composition.known` and count as seen. With `reply`, other agents see that a reply is
    being written. `recipients` stand above the text and can be edited.
    """
    from ....core.tickets.queries import ShowTicket

    desk = context.desk()
    document, timezone = desk.ask(ShowTicket(number)), desk.info.timezone
    agent = context.agent or desk.info.agent
    context.release()
    composition.known = shown_versions(document)
    if reply:
        print_other_composers(document["composing"], agent, timezone)
    screen = Screen(width=78, timezone=timezone, color=False, newest_first=True)
    with composing_lease(context, number, agent if reply else None):
        header = recipient_header(*recipients, document) if recipients is not None else ()
        text = edit_text(render_ticket(document, screen), composition, header)
    if agent is not None:
        with contextlib.suppress(DeskctlError):
            context.desk().execute(MarkSeen(number, document["newest_in"], composition.known), agent=agent)
    return text


def shown_versions(document: TicketDocument) -> tuple[tuple[int, int], ...]:
    """Return ids and versions of the public messages of a ticket, for `Reply.known` and `MarkSeen.shown`."""
    return tuple((m["id"], m["version"]) for m in document["messages"] if m["kind"] in ("in", "out"))


@contextlib.contextmanager
def composing_lease(context: CliContext, number: int, agent: str | None) -> Iterator[None]:
    """Show other agents that `agent` is composing while the block runs. Ignore errors, so that the agent can write."""
    if agent is None:
        yield
        return
    done = threading.Event()
    _send(context, Compose(number, "begin"), agent)
    context.release()
    thread = threading.Thread(target=_renew, args=(context.config, number, agent, done), daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()
        _send(context, Compose(number, "end"), agent)
        context.release()


def _renew(config: str | None, number: int, agent: str, done: threading.Event) -> None:
    """Renew the lease until `done`. Uses a separate context, which holds the desk only for each renewal."""
    while not done.wait(RENEW_EVERY):
        context = CliContext()
        context.config = config
        _send(context, Compose(number, "renew"), agent)
        with contextlib.suppress(Exception):
            context.release()


def _send(context: CliContext, command: Compose, agent: str) -> None:
    with contextlib.suppress(Exception):
        context.desk().execute(command, agent=agent)


def print_other_composers(rows: list[Any], me: str | None, timezone: str) -> None:
    """Print a note for each other agent who is writing a reply."""
    from ....safe import visible
    from ...times import local_time

    for row in rows:
        if row["agent"] != me:
            text = _(
                "{agent} has been writing a reply since {time}",
                agent=visible(row["agent"]),
                time=local_time(row["since"], timezone),
            )
            sys.stderr.write(_("note: {text}", text=text) + "\n")
