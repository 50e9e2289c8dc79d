"""The floor as a transaction sees it."""

from __future__ import annotations

from collections.abc import Callable

from ..agents import targets
from ..agents.model import Team
from ..kernel.unit import Unit
from ..shifts.expand import on_shift as works
from .candidates import Place
from .capacity import Floor
from .model import Presence

#: Whether an agent's shift is on; None where no rota says anything of them.
OnShift = Callable[[str], bool | None]


def floor_of(unit: Unit, team: Team, on_shift: OnShift | None = None, moved: Presence | None = None) -> Floor:
    """Everybody of a team, as they are now. `moved` replaces what is known of one of them; `on_shift`, the rota."""
    agents = targets.members(unit, team.handle)
    asked = on_shift or (lambda agent: works(unit.shifts.rota, agent, unit.now, team.handle))
    handles = [agent.handle for agent in agents]
    loads, turns = unit.roster.loads(handles), unit.roster.turns(handles)
    places = [
        Place(
            agent.handle,
            agent.seat,
            moved if moved is not None and moved.agent == agent.handle else unit.roster.presence(agent.handle),
            loads[agent.handle],
            turns[agent.handle],
            asked(agent.handle),
        )
        for agent in agents
    ]
    return Floor(team.plan, places, kinds_of(unit), unit.now)


def kinds_of(unit: Unit) -> dict[str, str]:
    return {name: channel.kind for name, channel in unit.settings.channels.items()}
