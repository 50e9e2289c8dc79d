"""Dispatch: every change is a command that `Dispatcher.execute` carries out."""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from ...errors import UsageError
from ...i18n import _
from .actor import Actor
from .command import Command
from .feature import Feature, Reaction, TimerHandler
from .handler import By, Handler, Steps
from .outcome import Outcome
from .settings import Settings
from .source import KernelSource
from .timer_command import ContinueUndo, FireTimer
from .timers import TimerKind
from .unit import Unit

#: The longest chain of reactions from the command that started them; a longer one is a programming error.
MAX_DEPTH = 10


class Dispatcher:
    """Carries out the commands of the given features."""

    def __init__(self, features: Sequence[Feature]) -> None:
        self.handlers: Mapping[type[Command], Handler] = {
            FireTimer: self._fire,
            ContinueUndo: self._fire,
            **{command: handler for feature in features for command, handler in feature.handlers.items()},
        }
        self.timers: Mapping[TimerKind, TimerHandler] = {
            kind: handler for feature in features for kind, handler in feature.timers.items()
        }
        self._undo_timers = frozenset[TimerKind]().union(*(feature.undo_timers for feature in features))
        self._reactions: list[Reaction] = [reaction for feature in features for reaction in feature.reactions]
        self._consequences = [consequence for feature in features for consequence in feature.consequences]
        self._observers = [observe for feature in features for observe in feature.observers]
        self._projections = [project for feature in features for project in feature.projections]
        self._preloads = [feature.preload for feature in features if feature.preload is not None]

    def unit(self, source: KernelSource, settings: Settings, now: datetime) -> Unit:
        """Return a new unit. `now` is aware, UTC."""
        return Unit(source, settings, now, self._projections)

    def execute(self, unit: Unit, command: Command, actor: Actor) -> Outcome:
        """Carry out `command` in `unit`, then everything that follows from it.

        The commands of reactions belong to the same numbered command, so that `undo` undoes them too. Raises
        DeskctlError; the caller must then discard the unit.
        """
        if isinstance(command, FireTimer):
            timer = unit.timer(command.timer)
            if timer is not None and timer.kind in self._undo_timers:
                command = ContinueUndo(command.timer)
        number = unit.begin(type(command).__name__, actor, command.undoable)
        before = len(unit.events)
        outcome = self._run_all(unit, command, actor)
        changed = len(unit.events) > before
        for observe in self._observers:
            observe(unit, command, actor, unit.events[before:])
        return replace(outcome, command=number if changed else None)

    def preload_timers(self, unit: Unit, timers: Sequence[int]) -> None:
        """Load what the timers with these ids need, in a few statements for all of them."""
        unit.load_timers(timers)
        tickets = [found.ticket for number in timers if (found := unit.timer(number)) is not None and found.ticket]
        for preload in self._preloads:
            preload(unit, tickets)

    def _run_all(self, unit: Unit, command: Command, actor: Actor) -> Outcome:
        first: Outcome | None = None
        queue: deque[tuple[Command, Actor, int]] = deque([(command, actor, 0)])
        settled, depth = len(unit.events), 0
        while queue:
            current, by, depth = queue.popleft()
            events, outcome = self._run(unit, current, by)
            first = first or outcome
            if depth < MAX_DEPTH:
                queue.extend((follower, system, depth + 1) for follower, system in self._react(unit, current, events))
            if not queue and depth < MAX_DEPTH and settled < len(unit.events):
                recorded, settled = unit.events[settled:], len(unit.events)
                for consequence in self._consequences:
                    last = consequence.follow(unit, recorded, command.undoes)
                    if last is not None:
                        queue.append((last, Actor.system(consequence.name), depth + 1))
        assert first is not None
        return first

    def _run(self, unit: Unit, command: Command, actor: Actor) -> tuple[list[By], Outcome]:
        """Record the events of one handler, one by one, as it yields them."""
        handler = self.handlers.get(type(command))
        if handler is None:
            raise UsageError(_("no such command: {name}", name=type(command).__name__))
        events: list[By] = []
        steps = handler(unit, command, actor)
        while True:
            try:
                step = next(steps)
            except StopIteration as stop:
                outcome: Outcome = stop.value
                return events, outcome
            by = step if isinstance(step, By) else By(step, actor)
            unit.record(by.event, by.actor)
            events.append(by)

    def _react(self, unit: Unit, cause: Command, events: Collection[By]) -> list[tuple[Command, Actor]]:
        """Return the commands of all reactions. During an undo the reactions adjust timers, but their commands are
        dropped: no one is notified.
        """
        followers = [
            (command, Actor.system(reaction.name))
            for event, actor in events
            for reaction in self._reactions
            for command in reaction.follow(unit, event, actor, cause)
        ]
        return [] if cause.undoes else followers

    def _fire(self, unit: Unit, command: FireTimer, actor: Actor) -> Steps:
        """Handle a timer. One that was removed or moved to a later time does nothing."""
        timer = unit.timer(command.timer)
        if timer is None or timer.due_at > unit.now:
            return Outcome(_("nothing is due"))
        unit.drop_timer(timer.key)
        return (yield from self.timers[timer.kind](unit, timer))
