"""Execute commands on the store, for a local desk and for the daemon."""

from __future__ import annotations

import logging
from dataclasses import fields, replace
from datetime import UTC, datetime
from functools import partial

from deskctl.core import features as dispatch
from deskctl.core.administration.deactivation import UNASSIGN
from deskctl.core.agents.repository import Agents
from deskctl.core.kernel.actor import Actor
from deskctl.core.kernel.changes import Changes
from deskctl.core.kernel.command import Command
from deskctl.core.kernel.outcome import Outcome
from deskctl.core.kernel.timer_command import FireTimer
from deskctl.core.kernel.timers import Timer
from deskctl.core.kernel.unit import Unit
from deskctl.core.routing.triggers import ROUTE
from deskctl.core.tickets.events import FormerAssignee
from deskctl.core.tickets.repository import Tickets
from deskctl.core.undo import undo
from deskctl.core.undo.commands import Undo
from deskctl.core.values import numbers
from deskctl.dataclass import dataclass
from deskctl.desk.caller import Caller
from deskctl.desk.ports import Store
from deskctl.errors import DeskctlError

log = logging.getLogger("deskctl.desk")

_CLOCK = Actor.system("clock")

#: The timers of the portions of a command that changes many tickets.
PORTION_TIMERS = frozenset({UNASSIGN, undo.PORTION})


@dataclass(frozen=True, slots=True)
class Executed:
    """The outcome of a command and its changes. `then` are the changes of actions that followed at once (routing)."""

    outcome: Outcome
    changes: Changes
    then: tuple[Changes, ...] = ()


def execute_command(
    store: Store,
    command: Command,
    caller: Caller,
    claim: str | None,
    dry_run: bool = False,
    invocation: str | None = None,
) -> Executed:
    """Execute a command as a caller who has permission for it. Raises DeskctlError."""
    numbers.check(getattr(command, field.name) for field in fields(command))

    def work(unit: Unit) -> Executed:
        unit.invocation = invocation
        return execute_in_unit(unit, command, _actor(unit, command, caller, claim))

    executed = store.transaction(work, dry_run=dry_run)
    return executed if dry_run else replace(executed, then=route(store, executed.changes))


def check_undo(store: Store, command: Undo, caller: Caller, claim: str | None) -> None:
    """Raise DeskctlError if an undo is not possible now, with all of its portions."""
    store.transaction(lambda unit: undo.check(unit, command, _actor(unit, command, caller, claim)), dry_run=True)


def _actor(unit: Unit, command: Command, caller: Caller, claim: str | None) -> Actor:
    """Return the actor of a caller's command, and record the caller's rights in the unit. Raises DeskctlError."""
    agents = Agents.of(unit).agents.values()
    unit.by_owner = caller.trusted
    actor = caller.actor(agents, claim, needed=command.needs_agent)
    unit.aliases = caller.aliases(agents, claim)
    return actor


def route(store: Store, changes: Changes) -> tuple[Changes, ...]:
    """Route tickets that are due now, so that the next query sees the result. A timer retries failed routing."""
    now = datetime.now(UTC)
    due = [t for _, t in sorted(changes.timers.items()) if t.kind == ROUTE and t.due_at <= now]
    done = []
    for timer in due:
        try:
            done.append(
                store.transaction(partial(execute_in_unit, command=FireTimer(timer.id), actor=_CLOCK), name="timer")
            )
        except DeskctlError as error:
            log.warning("routing failed and is retried later: %s", error.what)
    return tuple(more for p in done for more in (p.changes, *_once_more(store, p.changes)))


def _once_more(store: Store, changes: Changes) -> tuple[Changes, ...]:
    """Route at once for the team of a ticket that routing itself has unassigned."""
    asked = [key for key, t in changes.timers.items() if key.startswith(f"{ROUTE}:team:")]
    reopened = any(isinstance(recorded.event, FormerAssignee) for recorded in changes.events)
    return route(store, changes) if asked and reopened else ()


def finish(store: Store, changes: Changes) -> None:
    """Carry out the rest of a command that is done in portions. In the daemon, the timers do it."""
    due = _portions(changes)
    while due:
        timer = due.pop(0)
        changes = store.transaction(
            partial(execute_in_unit, command=FireTimer(timer.id), actor=_CLOCK), name="timer"
        ).changes
        route(store, changes)
        due += _portions(changes)


def _portions(changes: Changes) -> list[Timer]:
    return [timer for _, timer in sorted(changes.timers.items()) if timer.kind in PORTION_TIMERS]


def execute_in_unit(unit: Unit, command: Command, actor: Actor) -> Executed:
    """Execute one command inside a transaction."""
    outcome = dispatch.execute(unit, command, actor)
    outcome = outcome.with_subjects(tuple(Tickets.of(unit).get(number).subject for number in outcome.tickets))
    return Executed(outcome, unit.changes)
