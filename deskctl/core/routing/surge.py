"""Surges: move agents who allow it from quiet channels to an overloaded one, one at a time, and back."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from dataclasses import replace
from datetime import datetime
from typing import TypeVar

from ..agents.model import Team
from ..agents.repository import Agents
from ..agents.routing_profile import ANY
from ..kernel.event import Event
from ..kernel.unit import Unit
from . import events as routing_events
from .candidate import Candidate, Kinds
from .repository import Routing
from .team_router import TeamRouter

#: A moved agent returns when the channel is at or below this share of both limits.
QUIET = 0.5

T = TypeVar("T")


def rebalance(unit: Unit, team: Team, router: TeamRouter) -> Generator[Event, None, bool]:
    """Move agents where a channel is overloaded or quiet again. Return True if an agent was moved."""
    plan = team.plan
    helpers = [
        p for p in router.candidates.values() if p.presence.moved is not None and p.presence.moved_by == team.handle
    ]
    if not (plan.surge_queue or plan.surge_wait or helpers):
        return False
    waiting = Routing.of(unit).busy(team.handle)
    pressure = {channel: _pressure(team, channel, waiting, router) for channel in waiting}
    moved = False
    for candidate in helpers:
        now_at = candidate.presence.moved
        if now_at is not None and pressure.get(now_at, 0.0) <= QUIET:
            Routing.of(unit).put_presence(replace(candidate.presence, moved=None, moved_by=None))
            yield routing_events.AgentMoved(None, candidate.agent, None, team.handle, f"{now_at} is quiet again")
            moved = True
    for channel in sorted(name for name, by in pressure.items() if by > 1):
        helper = _find_helper(router, channel, pressure)
        if helper is not None:
            Routing.of(unit).put_presence(replace(helper.presence, moved=channel, moved_by=team.handle))
            count, first = waiting[channel]
            minutes = int((unit.now - first).total_seconds() // 60)
            why = f"{count} wait on {channel}, the first of them for {minutes} minutes"
            yield routing_events.AgentMoved(None, helper.agent, channel, team.handle, why)
            moved = True
    return moved


def needs_recheck(unit: Unit, team: Team) -> bool:
    """Return True if the team must be checked again after a tick, even if nothing else happens."""
    return bool(team.plan.surge_queue or team.plan.surge_wait) and bool(
        Routing.of(unit).busy(team.handle)
        or any(Routing.of(unit).presence(handle).moved_by == team.handle for handle in Agents.of(unit).agents)
    )


def _find_helper(router: TeamRouter, channel: str, pressure: Mapping[str, float]) -> Candidate | None:
    """Return the agent with the most free capacity who allows moves and does not serve an overloaded channel."""

    def spare(candidate: Candidate) -> tuple[float, str]:
        return -candidate.free_capacity(channel, router.plan, router.kinds)[1], candidate.agent

    free = [
        candidate
        for candidate in router.candidates.values()
        if candidate.seat.surge
        and router.is_available(candidate.agent)
        and candidate.presence.moved is None
        and not candidate.serves(channel, router.plan, router.kinds)
        and not any(by > 1 and candidate.serves(name, router.plan, router.kinds) for name, by in pressure.items())
    ]
    return min(free, key=spare, default=None)


def _pressure(team: Team, channel: str, waiting: Mapping[str, tuple[int, datetime]], router: TeamRouter) -> float:
    """Return the load of a channel relative to its limits; above 1 it is overloaded."""
    count, first = waiting[channel]
    queue = _limit(team.plan.surge_queue, channel, router.kinds)
    wait = _limit(team.plan.surge_wait, channel, router.kinds)
    return max(
        count / queue if queue is not None else 0.0,
        (router.now - first) / wait if wait is not None else 0.0,
    )


def _limit(limits: Mapping[str, T], channel: str, kinds: Kinds) -> T | None:
    for name in (channel, kinds.get(channel, channel), ANY):
        if name in limits:
            return limits[name]
    return None
