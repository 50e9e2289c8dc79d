"""The work of plugins that the daemon runs after a commit: automations, and the jobs of actions."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from ..core.kernel.command import Command
from .automation import AutomationType, Happening, PluginContext, Write
from .ticket_action import ActionJob, ActionType


class JobType(NamedTuple):
    """A kind of job. `run` takes the event for which the job was written, `run_many` takes several events.

    `seconds` is the time limit of a call.
    """

    run: Callable[[Happening, PluginContext], Iterable[Command | Write]]
    seconds: float
    run_many: Callable[[Sequence[Happening], PluginContext], Iterable[Iterable[Command | Write]]] | None = None


def of_automation(automation: AutomationType) -> JobType:
    return JobType(automation.run, automation.seconds, automation.run_many)


def of_action(action: ActionType) -> JobType | None:
    """Return the kind of job of an action, None if it has none."""
    work = action.job
    if work is None:
        return None

    def run(happening: Happening, context: PluginContext) -> Iterable[Command | Write]:
        facts = happening.facts
        assert happening.ticket is not None  # an action runs on a ticket
        value = action.parse(facts["value"], context)
        return work(
            ActionJob(facts["run"], value, happening.ticket, facts["cause"], facts["reason"], happening.at), context
        )

    return JobType(run, action.seconds)
