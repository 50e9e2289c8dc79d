"""Now or later: the first thing goes at once, what follows within a window is gathered, quiet hours are waited out.

A window that gathered much is followed by one twice as long: while a storm lasts, messages come further apart.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from ..agents.model import Agent
from ..kernel.timers import Timer, TimerKind
from ..kernel.unit import Unit
from .model import URGENT, Notice, Window
from .quiet_hours import quiet_until

#: How often in a window something urgent does not wait.
AT_ONCE = 3
#: As many notices make a storm; a window becomes at most this many times as long.
MANY = 10
LONGEST = 16


def quiet_end(unit: Unit, agent: Agent) -> datetime | None:
    """When the agent may be told something again; None: now."""
    return quiet_until(agent.reach.quiet, agent.reach.timezone or unit.settings.timezone, unit.now)


def comes_through(agent: Agent, notice: Notice) -> bool:
    """Whether quiet hours do not hold it back."""
    return agent.reach.waking and notice.wakes


def goes_now(unit: Unit, agent: Agent, notice: Notice) -> bool:
    """Whether it is told at once; then the agent's window is kept. Otherwise it waits, and a timer is set."""
    end = quiet_end(unit, agent)
    known = unit.notices.window(agent.handle)
    if end is not None and not comes_through(agent, notice):
        unit.notices.put_window(replace(known or Window(agent.handle, unit.now, 0), waiting=True))
        _wait(unit, notice, end)
        return False
    base = int(unit.settings.digest.total_seconds())
    if not base:
        return True
    urgent = notice.about in URGENT
    if known is None or not (known.waiting or known.until > unit.now):
        until = unit.now + timedelta(seconds=base)
        unit.notices.put_window(Window(agent.handle, until, base, at_once=int(urgent)))
        return True
    if urgent and known.at_once < AT_ONCE:
        unit.notices.put_window(replace(known, at_once=known.at_once + 1))
        return True
    unit.notices.put_window(replace(known, waiting=True))
    _wait(unit, notice, _end(known, unit.now, base))
    return False


def _end(window: Window, now: datetime, seconds: int) -> datetime:
    """When the window ends; one that should have ended has its timer fired soon, and this is the next look."""
    if window.until > now:
        return window.until
    step = timedelta(seconds=seconds)
    return window.until + ((now - window.until) // step + 1) * step


def _wait(unit: Unit, notice: Notice, until: datetime) -> None:
    """Every notice sets its timer: whichever transaction ends last, one is there that comes after it."""
    unit.notices.keep(replace(notice, id=unit.source.next_id("notices")))
    wake(unit, notice.agent, until)


def wake(unit: Unit, agent: str, at: datetime) -> None:
    key = f"{TimerKind.DIGEST}:{agent}:{at:%Y%m%dT%H%M%S.%f}"
    if key not in unit.changes.timers:
        unit.set_timer(Timer(unit.source.next_id("timers"), TimerKind.DIGEST, at, key))


def look_again(unit: Unit, before: Agent, after: Agent) -> None:
    """What an agent is still to be told may be told now that their quiet hours are others."""
    if before.reach != after.reach and unit.notices.of(after.handle):
        wake(unit, after.handle, unit.now)


def agent_of(timer: Timer) -> str:
    return timer.key.removeprefix(f"{TimerKind.DIGEST}:").rpartition(":")[0]


def close_window(unit: Unit, agent: str, told: int, left: bool) -> None:
    """So much was told; the next window begins. `left`: something waits for the end of quiet hours."""
    base = int(unit.settings.digest.total_seconds())
    before = unit.notices.window(agent)
    length = base
    if told >= MANY and before is not None:
        length = min(max(before.seconds, base) * 2, base * LONGEST)
    late = before is None or before.until <= unit.now - timedelta(seconds=base)
    begun = unit.now if before is None or late else before.until
    until = begun + timedelta(seconds=length) if told else begun
    unit.notices.put_window(Window(agent, until, length, waiting=left))
