"""Schedule notifications: the first is sent at once, those that follow within a window are collected.

In quiet hours all are postponed. After a window with many notifications the next one is twice as long, so that messages
become less frequent during a storm.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from ..agents.model import Agent
from ..kernel.timers import Timer, TimerKind
from ..kernel.unit import Unit
from .model import URGENT, Notification, Window
from .quiet_hours import quiet_until
from .repository import Notifications
from .settings import NotificationSettings

#: Sends the collected notifications of an agent.
DIGEST: Final = TimerKind("digest")


#: The number of urgent notifications that are sent at once within a window.
MAX_URGENT_IN_WINDOW = 3
#: A digest with this many notifications makes the next window longer, at most by this factor.
STORM_SIZE = 10
MAX_WINDOW_FACTOR = 16


def quiet_end(unit: Unit, agent: Agent) -> datetime | None:
    """Return the end of the agent's quiet hours; None outside of them."""
    return quiet_until(agent.reach.quiet, agent.reach.timezone or unit.settings.timezone, unit.now)


def ignores_quiet_hours(agent: Agent, notification: Notification) -> bool:
    """Return True if a notification is sent in quiet hours."""
    return agent.reach.waking and notification.personal


def send_now(unit: Unit, agent: Agent, notification: Notification) -> bool:
    """Return True if a notification is sent at once, and update the agent's window; otherwise postpone it."""
    end = quiet_end(unit, agent)
    known = Notifications.of(unit).window(agent.handle)
    if end is not None and not ignores_quiet_hours(agent, notification):
        Notifications.of(unit).put_window(replace(known or Window(agent.handle, unit.now, 0), waiting=True))
        _postpone(unit, notification, end)
        return False
    base = int(unit.settings.of(NotificationSettings).digest.total_seconds())
    if not base:
        return True
    urgent = notification.about in URGENT
    if known is None or not (known.waiting or known.until > unit.now):
        until = unit.now + timedelta(seconds=base)
        Notifications.of(unit).put_window(Window(agent.handle, until, base, at_once=int(urgent)))
        return True
    if urgent and known.at_once < MAX_URGENT_IN_WINDOW:
        Notifications.of(unit).put_window(replace(known, at_once=known.at_once + 1))
        return True
    Notifications.of(unit).put_window(replace(known, waiting=True))
    _postpone(unit, notification, _end(known, unit.now, base))
    return False


def _end(window: Window, now: datetime, seconds: int) -> datetime:
    """Return the end of a window. If it is already over, its timer is due soon: return the next check after that."""
    if window.until > now:
        return window.until
    step = timedelta(seconds=seconds)
    return window.until + ((now - window.until) // step + 1) * step


def _postpone(unit: Unit, notification: Notification, until: datetime) -> None:
    """Store a pending notification and set a timer. Each transaction sets its own timer, the last one to commit too."""
    Notifications.of(unit).keep(replace(notification, id=unit.source.next_id("notices")))
    schedule_digest(unit, notification.agent, until)


def schedule_digest(unit: Unit, agent: str, at: datetime) -> None:
    key = f"{DIGEST}:{agent}:{at:%Y%m%dT%H%M%S.%f}"
    if key not in unit.changes.timers:
        unit.set_timer(Timer(unit.source.next_id("timers"), DIGEST, at, key))


def reschedule(unit: Unit, before: Agent, after: Agent) -> None:
    """Schedule a digest if an agent's preferences changed, because quiet hours may be over."""
    if before.reach != after.reach and Notifications.of(unit).waiting_for(after.handle):
        schedule_digest(unit, after.handle, unit.now)


def agent_of(timer: Timer) -> str:
    return timer.key.removeprefix(f"{DIGEST}:").rpartition(":")[0]


def close_window(unit: Unit, agent: str, count: int, left: bool) -> None:
    """Begin the next window after `count` notifications. `left`: some are pending until the end of quiet hours."""
    base = int(unit.settings.of(NotificationSettings).digest.total_seconds())
    before = Notifications.of(unit).window(agent)
    length = base
    if count >= STORM_SIZE and before is not None:
        length = min(max(before.seconds, base) * 2, base * MAX_WINDOW_FACTOR)
    late = before is None or before.until <= unit.now - timedelta(seconds=base)
    begun = unit.now if before is None or late else before.until
    until = begun + timedelta(seconds=length) if count else begun
    Notifications.of(unit).put_window(Window(agent, until, length, waiting=left))
