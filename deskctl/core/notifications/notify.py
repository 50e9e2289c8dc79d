"""Telling agents what concerns them, at once or together with what comes soon after."""

from __future__ import annotations

from datetime import timedelta

from ...errors import NotFound
from ..kernel.actor import Actor
from ..kernel.command import Command
from ..kernel.handler import Handler, Said, Steps
from ..kernel.unit import Unit
from . import schedule as timing
from . import texts as wording
from .commands import Tell
from .content import shown
from .events import AgentTold
from .followers import AFTER_UNDO_WINDOW
from .model import WAKING, Notice
from .sending import message, way


def tell(unit: Unit, command: Tell, actor: Actor) -> Steps:
    """Put a notification into the outbox, or among those that wait; what the transaction has told already is not told
    again. Nothing to say it through, or nobody to say it to, is no error. Raises NotFound for an agent or a ticket that
    there is not."""
    agent = unit.agents.get(command.agent)
    if agent is None:
        raise NotFound(f"no agent is called “{command.agent}”")
    through = way(unit.settings, agent)
    if through is None:
        return Said(f"{agent.handle} cannot be told anything")
    ticket = unit.ticket(command.ticket) if command.ticket is not None else None
    notice = Notice(
        id=0,
        agent=agent.handle,
        about=command.about,
        at=unit.now,
        ticket=command.ticket,
        message=next((m.id for m in reversed(unit.changes.messages) if m.ticket == command.ticket), None),
        detail=command.detail,
        personal=command.personal
        or (ticket is not None and ticket.assignee == agent.handle and command.about in WAKING),
    )
    before = unit.notices.said(notice)
    if before is not None:
        if not before.waits or before.wakes or not notice.wakes:
            return Said(f"{agent.handle} is told already")
        unit.notices.drop(before)  # it was to wait for the morning, and this does not
    if not timing.goes_now(unit, agent, notice):
        return Said(f"{agent.handle} is told later")
    unit.notices.told(notice)
    subject, text = wording.single(unit, notice)
    wait = unit.settings.undo_window if command.about in AFTER_UNDO_WINDOW else timedelta()
    shows = shown(unit, notice, text, command.shows)
    entry = message(unit, agent, through, subject, text, command.ticket, shows, wait)
    unit.enqueue(entry)
    yield AgentTold(command.ticket, agent.handle, command.about, entry.id)
    return Said(f"{agent.handle} is told", facts={"outbox": entry.id})


HANDLERS: dict[type[Command], Handler] = {Tell: tell}
