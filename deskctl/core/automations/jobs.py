"""Work for plugins after a commit: what happened is noted for each automation that wants to hear of it.

A job is written with its event and goes with what the automation has done about it, so nothing is missed or done twice.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple

#: Tries before a job counts as failed.
MAX_TRIES = 5
#: How far automations may lead from one to another: what they cause further on is told to none. Two that answer each
#: other would never end.
MAX_DEPTH = 3
#: How long a job waits after a failure, by the number of tries so far.
RETRY_DELAYS = (timedelta(seconds=10), timedelta(minutes=1), timedelta(minutes=10), timedelta(hours=1))


@dataclass(frozen=True, slots=True)
class Job:
    """`automation` is PLUGIN.NAME; `depth` how many automations led here. `due_at` is aware, UTC."""

    id: int
    automation: str
    event: int
    due_at: datetime
    depth: int = 0


class ClaimedJob(NamedTuple):
    """A job that its owner has in hand, with what happened. `tries` counts this one."""

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
    return automation.rpartition(".")[0]


def retry_delay(tries: int) -> timedelta | None:
    """How long to wait after so many tries that failed; None: no more."""
    return None if tries >= MAX_TRIES else RETRY_DELAYS[min(tries, len(RETRY_DELAYS)) - 1]
