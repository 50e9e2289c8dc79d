"""Notify agents, at once or together with the notifications that follow soon."""

from __future__ import annotations

from datetime import timedelta

from ...errors import NotFound
from ...i18n import _
from ..agents.repository import Agents
from ..delivery.notification_mail import compose, destination
from ..delivery.repository import Outbox
from ..delivery.settings import DeliverySettings
from ..kernel.actor import Actor
from ..kernel.command import Command
from ..kernel.handler import Handler, Steps
from ..kernel.outcome import Outcome
from ..kernel.unit import Unit
from ..messages.repository import Messages
from ..tickets.repository import Tickets
from . import schedule as timing
from . import texts as wording
from .commands import NotifyAgent
from .content import shown
from .events import AgentNotified
from .followers import AFTER_UNDO_WINDOW
from .model import URGENT_IN_QUIET_HOURS, Notification
from .repository import Notifications


def notify_agent(unit: Unit, command: NotifyAgent, actor: Actor) -> Steps:
    """Put a notification into the outbox, or add it to the pending ones; repetitions in one transaction are skipped.

    An agent who cannot be notified is not an error. Raises NotFound for an unknown agent or ticket.
    """
    agent = Agents.of(unit).agents.get(command.agent)
    if agent is None:
        raise NotFound(_('no agent is called "{name}"', name=command.agent))
    through = destination(unit.settings, agent)
    if through is None:
        return Outcome(_("{agent} cannot be notified", agent=agent.handle))
    ticket = Tickets.of(unit).get(command.ticket) if command.ticket is not None else None
    notification = Notification(
        id=0,
        agent=agent.handle,
        about=command.about,
        at=unit.now,
        ticket=command.ticket,
        message=next((m.id for m in reversed(Messages.of(unit).changes.messages) if m.ticket == command.ticket), None),
        detail=command.detail,
        personal=command.personal
        or (ticket is not None and ticket.assignee == agent.handle and command.about in URGENT_IN_QUIET_HOURS),
    )
    before = Notifications.of(unit).sent_or_stored(notification)
    if before is not None:
        if not before.is_pending or before.personal or not notification.personal:
            return Outcome(_("{agent} is already notified", agent=agent.handle))
        Notifications.of(unit).drop(before)  # it is pending until the morning; this one is sent in quiet hours
    if not timing.send_now(unit, agent, notification):
        return Outcome(_("the notification to {agent} is postponed", agent=agent.handle))
    Notifications.of(unit).record_sent(notification)
    subject, text = wording.single(unit, notification)
    wait = unit.settings.of(DeliverySettings).undo_window if command.about in AFTER_UNDO_WINDOW else timedelta()
    shows = shown(unit, notification, text, command.shows)
    entry = compose(unit, agent, through, subject, text, command.ticket, shows, wait)
    Outbox.of(unit).add(entry)
    yield AgentNotified(command.ticket, agent.handle, command.about, entry.id)
    return Outcome(_("{agent} is notified", agent=agent.handle), facts={"outbox": entry.id})


HANDLERS: dict[type[Command], Handler] = {NotifyAgent: notify_agent}
