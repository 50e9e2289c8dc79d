"""Moving people to a channel that is too busy, and back: one at a time, those who allow it, from quieter ones."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from dataclasses import replace
from datetime import datetime
from typing import TypeVar

from ..agents.model import Team
from ..kernel.event import Event
from ..kernel.unit import Unit
from . import events as re
from .candidates import Kinds, Place
from .capacity import Floor
from .model import ANY

#: Who was moved goes back when no more than this part of either limit is reached.
QUIET = 0.5

T = TypeVar("T")


def moves(unit: Unit, team: Team, floor: Floor) -> Generator[Event, None, bool]:
    """Whether somebody was moved."""
    plan = team.plan
    helpers = [p for p in floor.places.values() if p.presence.moved is not None and p.presence.moved_by == team.handle]
    if not (plan.surge_queue or plan.surge_wait or helpers):
        return False
    waiting = unit.roster.busy(team.handle)
    pressure = {channel: _pressure(team, channel, waiting, floor) for channel in waiting}
    moved = False
    for place in helpers:
        now_at = place.presence.moved
        if now_at is not None and pressure.get(now_at, 0.0) <= QUIET:
            unit.roster.put_presence(replace(place.presence, moved=None, moved_by=None))
            yield re.AgentMoved(None, place.agent, None, team.handle, f"{now_at} is quiet again")
            moved = True
    for channel in sorted(name for name, by in pressure.items() if by > 1):
        helper = _helper(floor, channel, pressure)
        if helper is not None:
            unit.roster.put_presence(replace(helper.presence, moved=channel, moved_by=team.handle))
            count, first = waiting[channel]
            minutes = int((unit.now - first).total_seconds() // 60)
            why = f"{count} wait on {channel}, the first of them for {minutes} minutes"
            yield re.AgentMoved(None, helper.agent, channel, team.handle, why)
            moved = True
    return moved


def lasts(unit: Unit, team: Team) -> bool:
    """Whether it has to be looked at again by and by, though nothing else happens."""
    return bool(team.plan.surge_queue or team.plan.surge_wait) and bool(
        unit.roster.busy(team.handle)
        or any(unit.roster.presence(handle).moved_by == team.handle for handle in unit.agents)
    )


def _helper(floor: Floor, channel: str, pressure: Mapping[str, float]) -> Place | None:
    """Who has most to spare of those who allow it and are on no busy channel themselves."""

    def spare(place: Place) -> tuple[float, str]:
        return -place.room(channel, floor.plan, floor.kinds)[1], place.agent

    free = [
        place
        for place in floor.places.values()
        if place.seat.surge
        and floor.is_there(place.agent)
        and place.presence.moved is None
        and not place.serves(channel, floor.plan, floor.kinds)
        and not any(by > 1 and place.serves(name, floor.plan, floor.kinds) for name, by in pressure.items())
    ]
    return min(free, key=spare, default=None)


def _pressure(team: Team, channel: str, waiting: Mapping[str, tuple[int, datetime]], floor: Floor) -> float:
    """How far a channel has come to its limits; above 1 is too far."""
    count, first = waiting[channel]
    queue = _limit(team.plan.surge_queue, channel, floor.kinds)
    wait = _limit(team.plan.surge_wait, channel, floor.kinds)
    return max(
        count / queue if queue is not None else 0.0,
        (floor.now - first) / wait if wait is not None else 0.0,
    )


def _limit(limits: Mapping[str, T], channel: str, kinds: Kinds) -> T | None:
    for name in (channel, kinds.get(channel, channel), ANY):
        if name in limits:
            return limits[name]
    return None
