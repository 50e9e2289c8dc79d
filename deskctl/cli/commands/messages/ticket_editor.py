"""Write on a ticket in the editor, with its thread below; the desk is let go while the agent writes."""

from __future__ import annotations

import contextlib
import sys
import threading
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from ....core.messages.seen_commands import Compose, MarkSeen
from ....errors import DeskctlError
from ...context import CliContext
from ..tickets.ticket_view import Screen, ticket
from .editor import compose
from .recipients import above

if TYPE_CHECKING:
    from ....core.tickets.views import TicketDocument
    from .composition import Author

#: To and Cc.
Recipients = tuple[Sequence[str], Sequence[str]]
#: Seconds between two signs of life of an agent who is composing.
RENEW_EVERY = 20.0


def ticket_in_editor(
    context: CliContext, number: int, author: Author, *, reply: bool, recipients: Recipients | None = None
) -> str:
    """The text that is written. What the author had before their eyes is `author.known`, and counts as seen.

    `reply`: others are told that a reply is being written. `recipients` (To, Cc) stand above the text to be edited.
    """
    from ....core.tickets.queries import ShowTicket

    desk = context.desk()
    document, timezone = desk.ask(ShowTicket(number)), desk.info.timezone
    agent = context.agent or desk.info.agent
    context.release()
    author.known = shown(document)
    if reply:
        say_others(document["composing"], agent, timezone)
    screen = Screen(width=78, timezone=timezone, color=False, newest_first=True)
    with lease(context, number, agent if reply else None):
        lines = above(*recipients, document) if recipients is not None else ()
        text = compose(ticket(document, screen), author, lines)
    if agent is not None:
        with contextlib.suppress(DeskctlError):
            context.desk().execute(MarkSeen(number, document["newest_in"], author.known), agent=agent)
    return text


def shown(document: TicketDocument) -> tuple[tuple[int, int], ...]:
    """The public messages of a ticket that was shown, as `Reply.known` and `MarkSeen.shown` want them."""
    return tuple((m["id"], m["version"]) for m in document["messages"] if m["kind"] in ("in", "out"))


@contextlib.contextmanager
def lease(context: CliContext, number: int, agent: str | None) -> Iterator[None]:
    """Let others know that the agent is composing, as long as the block runs. What fails stops nobody."""
    if agent is None:
        yield
        return
    over = threading.Event()
    _say(context, Compose(number, "begin"), agent)
    context.release()
    thread = threading.Thread(target=_renew, args=(context.config, number, agent, over), daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
        _say(context, Compose(number, "end"), agent)
        context.release()


def _renew(config: str | None, number: int, agent: str, over: threading.Event) -> None:
    """On a desk of its own: the desk is open only as long as it takes."""
    while not over.wait(RENEW_EVERY):
        own = CliContext()
        own.config = config
        _say(own, Compose(number, "renew"), agent)
        with contextlib.suppress(Exception):
            own.release()


def _say(context: CliContext, command: Compose, agent: str) -> None:
    with contextlib.suppress(Exception):
        context.desk().execute(command, agent=agent)


def others(rows: list[Any], me: str | None, timezone: str) -> list[str]:
    """Who else is composing, one line each."""
    from ....safe import visible
    from ...times import local

    return [
        f"{visible(row['agent'])} has been writing a reply since {local(row['since'], timezone)}"
        for row in rows
        if row["agent"] != me
    ]


def say_others(rows: list[Any], me: str | None, timezone: str) -> None:
    for line in others(rows, me, timezone):
        sys.stderr.write(f"note: {line}\n")
