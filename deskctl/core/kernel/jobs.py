"""Work for plugins after a commit: what happened is noted for each automation that wants to hear of it.

A job is written with its event and goes with what the automation has done about it, so nothing is missed or done twice.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from .actor import Actor
from .command import Command
from .records import RecordedEvent
from .unit import Unit

#: Tries before a job counts as failed.
MAX_TRIES = 5
#: How far automations may lead from one to another: what they cause further on is told to none. Two that answer each
#: other would never end.
MAX_DEPTH = 3
#: How long a job waits after a failure, by the number of tries so far.
WAITS = (timedelta(seconds=10), timedelta(minutes=1), timedelta(minutes=10), timedelta(hours=1))


@dataclass(frozen=True, slots=True)
class Job:
    """`automation` is PLUGIN.NAME; `depth` how many automations led here. `due_at` is aware, UTC."""

    id: int
    automation: str
    event: int
    due_at: datetime
    depth: int = 0


class JobAtHand(NamedTuple):
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


def wait(tries: int) -> timedelta | None:
    """How long to wait after so many tries that failed; None: no more."""
    return None if tries >= MAX_TRIES else WAITS[min(tries, len(WAITS)) - 1]


def note(unit: Unit, cause: Command, actor: Actor, events: Sequence[RecordedEvent]) -> None:
    """Write a job for each automation that wants to hear of one of these events, which `cause` of `actor` led to.

    An automation does not hear of what its own plugin caused, of what was taken back, of spam, and of mail that was
    there before the desk.
    """
    automations = unit.settings.automations
    if not automations or cause.undoes or cause.historical:
        return
    if unit.job_depth >= MAX_DEPTH:
        return
    for record in events:
        number = record.event.ticket
        wanting = [name for name, kinds in sorted(automations.items()) if record.event.kind in kinds]
        if not wanting or (number is not None and unit.ticket(number).spam):
            continue
        for name in wanting:
            if Actor.system(plugin_of(name)) not in (actor, record.actor):
                unit.add_job(Job(unit.source.next_id("jobs"), name, record.id, unit.now, unit.job_depth))
