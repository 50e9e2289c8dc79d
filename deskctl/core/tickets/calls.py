"""Phone calls: the facts of a call, and reminders of promised callbacks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final
from zoneinfo import ZoneInfo

from ...errors import UsageError
from ...i18n import _
from ..kernel.actor import Actor
from ..kernel.command import Command
from ..kernel.event import Event
from ..kernel.handler import Handler, Steps
from ..kernel.outcome import Outcome
from ..kernel.timers import Timer, TimerKind
from ..kernel.unit import Unit
from ..messages.channels import ChannelInfo
from ..messages.thread import Call
from ..values import phone
from ..values.suggestions import did_you_mean
from .commands import Create, SettleCallback
from .events import CallbackChanged, CallbackDue, MarkedSpam, StatusChanged
from .model import FINAL, Status
from .repository import Tickets

#: Reminds of a promised call.
CALLBACK: Final = TimerKind("callback")


DIRECTIONS = ("in", "out")
#: The statuses that cancel a promised callback.
_CANCELS = FINAL | {Status.SOLVED}


def parse_call(command: Create, channel: ChannelInfo) -> Call | None:
    """Return the phone call that the new ticket records, or None if it records none. Raises UsageError."""
    if channel.kind != "phone":
        if command.direction is not None or command.seconds is not None:
            raise UsageError(
                _("channel {channel} has no phone calls", channel=channel.name),
                _("--direction and --duration need --channel phone"),
            )
        return None
    if phone.normalised(command.sender) is None and "@" not in command.sender:
        raise UsageError(
            _('not a phone number: "{value}"', value=command.sender),
            _("write it as +82-2-555-0101 or 02-555-0101"),
        )
    direction = command.direction or "in"
    if direction not in DIRECTIONS:
        suggestion = did_you_mean(direction, DIRECTIONS)
        raise UsageError(
            _('not a direction of a call: "{value}"{suggestion}', value=direction, suggestion=suggestion),
            _("use in or out"),
        )
    if command.seconds is not None and not 0 <= command.seconds <= 7 * 86400:
        raise UsageError(_("not a duration of a call: {seconds} seconds; use 0 to 7 days", seconds=command.seconds))
    return Call(direction, command.seconds)


def callback_time(unit: Unit, number: int) -> str | None:
    """Return the time of the promised callback in the time zone of the desk, for a reminder."""
    due = Tickets.of(unit).get(number).callback_at
    return None if due is None else due.astimezone(ZoneInfo(unit.settings.timezone)).strftime("%Y-%m-%d %H:%M %Z")


def schedule_callback(unit: Unit, event: Event, actor: Actor, cause: Command) -> Iterator[Command]:
    """Set the timer of a promised callback, and cancel the callback when the ticket is done."""
    number = event.ticket
    if number is None:
        return
    if isinstance(event, CallbackChanged):
        key = f"{CALLBACK}:{number}"
        due = Tickets.of(unit).get(number).callback_at
        if due is None:
            unit.drop_timer(key)
        else:
            unit.set_timer(Timer(unit.source.next_id("timers"), CALLBACK, due, key, number))
    elif isinstance(event, StatusChanged | MarkedSpam):
        ticket = Tickets.of(unit).get(number)
        if ticket.callback_at is not None and ticket.status in _CANCELS:
            yield SettleCallback(number)


def cancel_callback(unit: Unit, command: SettleCallback, actor: Actor) -> Steps:
    """Cancel a promised callback, or move it to another ticket, which keeps the earlier of the two."""
    ticket = Tickets.of(unit).get(command.ticket)
    due = ticket.callback_at
    if due is None:
        return Outcome(_("ticket {number} has no promised callback", number=ticket.number), (ticket.number,))
    yield CallbackChanged(ticket.number, due, None)
    if command.into is not None:
        other = Tickets.of(unit).get(command.into).callback_at
        if other is None or due < other:
            yield CallbackChanged(command.into, other, due)
    return Outcome(_("the callback of ticket {number} is cancelled", number=ticket.number), (ticket.number,))


def remind_of_callback(unit: Unit, timer: Timer) -> Steps:
    """Handle a callback timer: record that the callback is due."""
    ticket = None if timer.ticket is None else Tickets.of(unit).find(timer.ticket)
    if ticket is None or ticket.callback_at is None:
        return Outcome(_("nothing is due"))
    yield CallbackDue(ticket.number)
    return Outcome(_("the callback of ticket {number} is due", number=ticket.number), (ticket.number,))


HANDLERS: dict[type[Command], Handler] = {SettleCallback: cancel_callback}
