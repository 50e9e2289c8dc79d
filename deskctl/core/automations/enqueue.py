"""Write the jobs of automations and actions."""

from __future__ import annotations

from collections.abc import Sequence

from ..actions.events import ActionRun
from ..kernel.actor import Actor
from ..kernel.command import Command
from ..kernel.records import RecordedEvent
from ..kernel.unit import Unit
from ..tickets.repository import Tickets
from .jobs import MAX_DEPTH, Job, plugin_of
from .repository import Jobs
from .settings import AutomationSettings


def enqueue_jobs(unit: Unit, cause: Command, actor: Actor, events: Sequence[RecordedEvent]) -> None:
    """Write the jobs that follow from these events of the command `cause` of `actor`.

    They are the jobs of actions that ran, and one for each automation that wants an event. Events that the automation's
    own plugin caused, undo, spam, and imported mail that is older than the desk start no automation.
    """
    for record in events:
        if isinstance(record.event, ActionRun) and record.event.job:
            _add(unit, record.event.action, record)
    settings = unit.settings.of(AutomationSettings)
    automations, wanted = settings.automations, settings.wanted
    if not automations or cause.undoes or cause.historical:
        return
    if unit.job_depth >= MAX_DEPTH:
        return
    for record in events:
        number = record.event.ticket
        subscribed = [
            name
            for name, kinds in sorted(automations.items())
            if record.event.kind in kinds and Actor.system(plugin_of(name)) not in (actor, record.actor)
        ]
        wanting = [name for name in subscribed if name not in wanted or wanted[name](record)]
        if not wanting or (number is not None and Tickets.of(unit).get(number).spam):
            continue
        for name in wanting:
            _add(unit, name, record)


def _add(unit: Unit, name: str, record: RecordedEvent) -> None:
    Jobs.of(unit).add(Job(unit.source.next_id("jobs"), name, record.id, unit.now, unit.job_depth))
