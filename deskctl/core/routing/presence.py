"""Coming, going, and being away for a while."""

from __future__ import annotations

from collections.abc import Iterator
from zoneinfo import ZoneInfo

from ...errors import NotFound, Refused, UsageError
from ..agents import targets
from ..kernel.actor import Actor
from ..kernel.command import Command
from ..kernel.event import Event
from ..kernel.handler import Handler, Restorer, Said, Steps
from ..kernel.undo import Restore
from ..kernel.unit import Unit
from ..values.dataclass_json import differing, with_fields
from ..values.moments import ahead
from ..values.suggestions import did_you_mean
from .commands import SetPresence
from .events import PresenceChanged, RestorePresence
from .model import Presence, State
from .triggers import wake_for_agent

#: What undo puts back; a move to a busy channel is routing's.
_KEPT = ("state", "since", "until")
_THERE = {State.ONLINE: "is online", State.AWAY: "is away", State.OFFLINE: "is offline"}


def set_presence(unit: Unit, command: SetPresence, actor: Actor) -> Steps:
    handle = command.agent or actor.handle
    if handle is None:
        raise UsageError("who is meant?", "deskctl agent online AGENT, or --as AGENT")
    if handle not in unit.agents:
        raise NotFound(
            f"no agent is called “{handle}”{did_you_mean(handle, targets.active_agents(unit))}",
            "deskctl agent list shows them",
        )
    if not unit.agents[handle].active:
        raise Refused(f"{handle} does not work here any more", f"deskctl agent set {handle} --active")
    state = State(command.state)
    until = None
    if command.until is not None:
        until = ahead(command.until, unit.now, ZoneInfo(unit.settings.timezone))
    old = unit.roster.presence(handle)
    words = _THERE[state]
    if until is not None:
        words += f" until {until.astimezone(ZoneInfo(unit.settings.timezone)):%Y-%m-%d %H:%M %Z}"
    if (old.at(unit.now), old.until) == (state, until):
        return Said(f"{handle} {_THERE[state]} already", facts={"agent": handle, "state": state.value})
    new = Presence(handle, state, unit.now, until)
    unit.roster.put_presence(new)
    wake_for_agent(unit, handle, until)
    yield PresenceChanged(None, handle, old.at(unit.now).value, state.value, until, differing(old, new, _KEPT))
    facts = {"agent": handle, "state": state.value, "until": until.isoformat() if until else None}
    return Said(f"{handle} {words}", facts=facts)


def restore(unit: Unit, past: RestorePresence) -> Iterator[Event]:
    """Undo `set_presence`."""
    now = unit.roster.presence(past.agent)
    restored = with_fields(now, past.fields)
    unit.roster.put_presence(restored)
    wake_for_agent(unit, past.agent, restored.until)
    old, new = now.at(unit.now).value, restored.at(unit.now).value
    yield PresenceChanged(None, past.agent, old, new, restored.until, differing(now, restored, _KEPT))


HANDLERS: dict[type[Command], Handler] = {SetPresence: set_presence}
RESTORERS: dict[type[Restore], Restorer] = {RestorePresence: restore}
