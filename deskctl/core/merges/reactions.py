"""Reactions to a merge and to its undo: the ticket's timer, its promised callback, its request for approval."""

from __future__ import annotations

from collections.abc import Iterator

from ..kernel.actor import Actor
from ..kernel.command import Command
from ..kernel.event import Event
from ..kernel.unit import Unit
from ..tickets.approvals import WithdrawApproval
from ..tickets.closing import update_auto_close
from ..tickets.commands import SettleCallback
from ..tickets.repository import Tickets
from .events import Merged, Unmerged


def schedule_auto_close(unit: Unit, event: Event, actor: Actor, cause: Command) -> Iterator[Command]:
    """Cancel the timer that closes a solved ticket when it is merged; set it again when the merge is undone."""
    yield from ()
    if isinstance(event, Merged | Unmerged) and event.ticket is not None:
        update_auto_close(unit, event.ticket)


def move_callback(unit: Unit, event: Event, actor: Actor, cause: Command) -> Iterator[Command]:
    """Move the promised callback of a merged ticket to the other one."""
    if not isinstance(event, Merged) or event.ticket is None:
        return
    if Tickets.of(unit).get(event.ticket).callback_at is not None:
        yield SettleCallback(event.ticket, event.into)


def withdraw_approval(unit: Unit, event: Event, actor: Actor, cause: Command) -> Iterator[Command]:
    """Withdraw the request for approval of a merged ticket."""
    if not isinstance(event, Merged) or event.ticket is None:
        return
    if Tickets.of(unit).get(event.ticket).approval is not None:
        yield WithdrawApproval(event.ticket)
