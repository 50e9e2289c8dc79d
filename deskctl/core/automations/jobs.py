"""Jobs of plugins: a job runs an automation of a plugin for an event, or the work of an action that ran, after the
event is committed.

A job is written in the transaction of its event and removed in the transaction of the automation's commands, so that no
event is missed or handled twice.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from ...dataclass import dataclass

#: The number of tries after which a job has failed.
MAX_TRIES = 5
#: The maximum length of a chain of automations that trigger each other. Events at this depth trigger no automation;
#: without a limit, two automations that respond to each other would never stop.
MAX_DEPTH = 3
#: The delays after a failure, by the number of tries so far.
RETRY_DELAYS = (timedelta(seconds=10), timedelta(minutes=1), timedelta(minutes=10), timedelta(hours=1))


@dataclass(frozen=True, slots=True)
class Job:
    """A job. `automation` is PLUGIN.NAME of an automation or an action. `due_at` is aware, UTC.

    `depth` is the number of automations that led to the event.
    """

    id: int
    automation: str
    event: int
    due_at: datetime
    depth: int = 0


class ClaimedJob(NamedTuple):
    """A job that a worker has claimed, with its event. `tries` includes the current one."""

    id: int
    automation: str
    tries: int
    depth: int
    event: int
    kind: str
    ticket: int | None
    actor: str
    at: datetime
    facts: Mapping[str, Any]


def plugin_of(automation: str) -> str:
    """Return the name of the plugin of an automation."""
    return automation.rpartition(".")[0]


def retry_delay(tries: int) -> timedelta | None:
    """Return the delay after `tries` failed tries; None if the job is not tried again."""
    return None if tries >= MAX_TRIES else RETRY_DELAYS[min(tries, len(RETRY_DELAYS)) - 1]
