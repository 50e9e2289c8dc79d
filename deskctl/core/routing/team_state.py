"""Build the router of a team from the state that a transaction sees."""

from __future__ import annotations

from collections.abc import Callable

from ..agents import targets
from ..agents.model import Team
from ..kernel.unit import Unit
from ..messages.channels import Channels
from ..shifts.repository import Shifts
from ..shifts.work_periods import on_shift as rota_on_shift
from .candidate import Candidate
from .model import Presence
from .repository import Routing
from .team_router import TeamRouter

#: Returns whether an agent is on shift; None if no rota applies to the agent.
OnShift = Callable[[str], bool | None]


def router_for(unit: Unit, team: Team, on_shift: OnShift | None = None, moved: Presence | None = None) -> TeamRouter:
    """Return the router of a team. `moved` replaces the presence of one agent, `on_shift` the rota."""
    agents = targets.members(unit, team.handle)
    asked = on_shift or (lambda agent: rota_on_shift(Shifts.of(unit).rota, agent, unit.now, team.handle))
    handles = [agent.handle for agent in agents]
    loads, turns = Routing.of(unit).loads(handles), Routing.of(unit).turns(handles)
    candidates = [
        Candidate(
            agent.handle,
            agent.seat,
            moved if moved is not None and moved.agent == agent.handle else Routing.of(unit).presence(agent.handle),
            loads[agent.handle],
            turns[agent.handle],
            asked(agent.handle),
        )
        for agent in agents
    ]
    return TeamRouter(team.plan, candidates, kinds_of(unit), unit.now)


def kinds_of(unit: Unit) -> dict[str, str]:
    """Return the channel types by channel name."""
    return {name: channel.kind for name, channel in unit.settings.of(Channels).channels.items()}
