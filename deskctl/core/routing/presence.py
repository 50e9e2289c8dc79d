"""Coming, going, and being away for a while."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from ...errors import NotFound, Refused, UsageError
from .. import targets
from ..commands import Command
from ..commands.routing import SetPresence
from ..handling import Handler, Said, Steps
from ..moments import ahead
from ..people import Actor
from ..suggest import did_you_mean
from ..unit import Unit
from .events import PresenceChanged
from .model import Presence, State
from .waking import wake_for_agent

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
    unit.roster.put_presence(Presence(handle, state, unit.now, until))
    wake_for_agent(unit, handle, until)
    yield PresenceChanged(None, handle, old.at(unit.now).value, state.value, until)
    facts = {"agent": handle, "state": state.value, "until": until.isoformat() if until else None}
    return Said(f"{handle} {words}", facts=facts)


HANDLERS: dict[type[Command], Handler] = {SetPresence: set_presence}
