"""Set the presence of an agent: online, away or offline."""

from __future__ import annotations

from collections.abc import Iterator
from zoneinfo import ZoneInfo

from ...errors import NotFound, Refused, UsageError
from ...i18n import Text, _
from ..agents import targets
from ..agents.repository import Agents
from ..kernel.actor import Actor
from ..kernel.command import Command
from ..kernel.event import Event
from ..kernel.feature import Restorer
from ..kernel.handler import Handler, Steps
from ..kernel.outcome import Outcome
from ..kernel.undo import Restore
from ..kernel.unit import Unit
from ..values.dataclass_json import differing, with_fields
from ..values.moments import format_moment, future_moment
from ..values.suggestions import did_you_mean
from .commands import SetPresence
from .events import PresenceChanged, RestorePresence
from .model import Presence, State
from .repository import Routing
from .triggers import schedule_at_presence_end

#: The fields that undo restores. Moves to another channel belong to routing.
_KEPT = ("state", "since", "until")


def set_presence(unit: Unit, command: SetPresence, actor: Actor) -> Steps:
    """Set an agent's presence. Raises UsageError, NotFound and Refused."""
    handle = command.agent or actor.handle
    if handle is None:
        raise UsageError(_("no agent given"), _("use deskctl agent online AGENT, or --as AGENT"))
    if handle not in Agents.of(unit).agents:
        raise NotFound(
            _(
                'no agent is called "{name}"{suggestion}',
                name=handle,
                suggestion=did_you_mean(handle, targets.active_agents(unit)),
            ),
            _("see deskctl agent list"),
        )
    if not Agents.of(unit).agents[handle].active:
        raise Refused(
            _("agent {agent} is deactivated", agent=handle),
            _("deskctl agent set {agent} --active activates the agent", agent=handle),
        )
    state = State(command.state)
    until = None
    if command.until is not None:
        until = future_moment(command.until, unit.now, ZoneInfo(unit.settings.timezone))
    old = Routing.of(unit).presence(handle)
    if (old.at(unit.now), old.until) == (state, until):
        return Outcome(_unchanged(handle, state), facts={"agent": handle, "state": state.value})
    new = Presence(handle, state, unit.now, until)
    Routing.of(unit).put_presence(new)
    schedule_at_presence_end(unit, handle, until)
    yield PresenceChanged(None, handle, old.at(unit.now).value, state.value, until, differing(old, new, _KEPT))
    facts = {"agent": handle, "state": state.value, "until": until.isoformat() if until else None}
    shown_until = None if until is None else format_moment(until, ZoneInfo(unit.settings.timezone))
    return Outcome(_changed(handle, state, shown_until), facts=facts)


def _unchanged(agent: str, state: State) -> Text:
    match state:
        case State.ONLINE:
            return _("{agent} is already online", agent=agent)
        case State.AWAY:
            return _("{agent} is already away", agent=agent)
        case State.OFFLINE:
            return _("{agent} is already offline", agent=agent)


def _changed(agent: str, state: State, until: str | None) -> Text:
    match state:
        case State.ONLINE if until is None:
            return _("{agent} is online", agent=agent)
        case State.ONLINE:
            return _("{agent} is online until {until}", agent=agent, until=until)
        case State.AWAY if until is None:
            return _("{agent} is away", agent=agent)
        case State.AWAY:
            return _("{agent} is away until {until}", agent=agent, until=until)
        case State.OFFLINE if until is None:
            return _("{agent} is offline", agent=agent)
        case State.OFFLINE:
            return _("{agent} is offline until {until}", agent=agent, until=until)


def restore(unit: Unit, past: RestorePresence) -> Iterator[Event]:
    """Restore the presence before a change."""
    now = Routing.of(unit).presence(past.agent)
    restored = with_fields(now, past.fields)
    Routing.of(unit).put_presence(restored)
    schedule_at_presence_end(unit, past.agent, restored.until)
    old, new = now.at(unit.now).value, restored.at(unit.now).value
    yield PresenceChanged(None, past.agent, old, new, restored.until, differing(now, restored, _KEPT))


HANDLERS: dict[type[Command], Handler] = {SetPresence: set_presence}
RESTORERS: dict[type[Restore], Restorer] = {RestorePresence: restore}
