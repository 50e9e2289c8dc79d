"""The telephone: what is known of a call, and the reminder of one that was promised."""

from __future__ import annotations

from collections.abc import Iterator
from zoneinfo import ZoneInfo

from ...errors import UsageError
from ..kernel.actor import Actor
from ..kernel.command import Command
from ..kernel.event import Event
from ..kernel.handler import Handler, Steps
from ..kernel.outcome import Outcome
from ..kernel.settings import ChannelInfo
from ..kernel.timers import Timer, TimerKind
from ..kernel.unit import Unit
from ..messages.thread import Call
from ..values import phone
from ..values.suggestions import did_you_mean
from . import commands as c
from . import events as e
from . import merge_events as je
from .commands import SettleCallback
from .events import CallbackDue
from .model import FINAL, Status
from .repository import Tickets

DIRECTIONS = ("in", "out")
#: What ends a ticket ends the promise to call.
_ENDS = FINAL | {Status.SOLVED}


def spoken(command: c.Create, channel: ChannelInfo) -> Call | None:
    """The call that a ticket is written down from, None when it was none. Raises UsageError."""
    if channel.kind != "phone":
        if command.direction is not None or command.seconds is not None:
            raise UsageError(f"nobody telephones by {channel.name}", "--direction and --duration need --channel phone")
        return None
    if phone.normalised(command.sender) is None and "@" not in command.sender:
        raise UsageError(f"“{command.sender}” is no telephone number", "as in +82-2-555-0101 or 02-555-0101")
    direction = command.direction or "in"
    if direction not in DIRECTIONS:
        raise UsageError(f"a call has no direction “{direction}”{did_you_mean(direction, DIRECTIONS)}", "in or out")
    if command.seconds is not None and not 0 <= command.seconds <= 7 * 86400:
        raise UsageError(f"no call takes {command.seconds} seconds")
    return Call(direction, command.seconds)


def promise(unit: Unit, number: int) -> str | None:
    """For whoever is reminded: when the call was promised for, in the desk's time."""
    due = Tickets.of(unit).get(number).callback_at
    return None if due is None else due.astimezone(ZoneInfo(unit.settings.timezone)).strftime("%Y-%m-%d %H:%M %Z")


def follow_callbacks(unit: Unit, event: Event, actor: Actor, cause: Command) -> Iterator[Command]:
    """A reaction: the reminder follows the promise, and the promise ends with the ticket."""
    number = event.ticket
    if number is None:
        return
    if isinstance(event, e.CallbackChanged):
        key = f"{TimerKind.CALLBACK}:{number}"
        due = Tickets.of(unit).get(number).callback_at
        if due is None:
            unit.drop_timer(key)
        else:
            unit.set_timer(Timer(unit.source.next_id("timers"), TimerKind.CALLBACK, due, key, number))
    elif isinstance(event, (e.StatusChanged, je.Merged, e.MarkedSpam)):
        ticket = Tickets.of(unit).get(number)
        if ticket.callback_at is not None and ticket.status in _ENDS:
            yield SettleCallback(number, event.into if isinstance(event, je.Merged) else None)


def settle(unit: Unit, command: SettleCallback, actor: Actor) -> Steps:
    ticket = Tickets.of(unit).get(command.ticket)
    due = ticket.callback_at
    if due is None:
        return Outcome(f"nobody promised to call about ticket {ticket.number}", (ticket.number,))
    yield e.CallbackChanged(ticket.number, due, None)
    if command.into is not None:
        other = Tickets.of(unit).get(command.into).callback_at
        if other is None or due < other:
            yield e.CallbackChanged(command.into, other, due)
    return Outcome(f"nobody need call about ticket {ticket.number} any more", (ticket.number,))


def remind(unit: Unit, timer: Timer) -> Steps:
    """Handle a callback timer: the customer waits for a call now."""
    ticket = None if timer.ticket is None else Tickets.of(unit).find(timer.ticket)
    if ticket is None or ticket.callback_at is None:
        return Outcome("nothing is due")
    yield CallbackDue(ticket.number)
    return Outcome(f"the customer of ticket {ticket.number} waits for a call", (ticket.number,))


HANDLERS: dict[type[Command], Handler] = {SettleCallback: settle}
