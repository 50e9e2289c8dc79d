"""Handlers: a function that takes a command, yields events, and returns the outcome."""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import Any, NamedTuple

from .actor import Actor
from .event import Event
from .outcome import Outcome
from .unit import Unit


class By(NamedTuple):
    """An event with another actor than the command, for example an agent whose mail the intake processes."""

    event: Event
    actor: Actor


#: Each event is recorded and applied to its ticket when it is yielded; the handler then continues with the new state.
Steps = Generator[Event | By, None, Outcome]
Handler = Callable[[Unit, Any, Actor], Steps]


def acting(steps: Steps, actor: Actor) -> Steps:
    """Yield the same events with `actor` as their actor."""
    while True:
        try:
            step = next(steps)
        except StopIteration as stop:
            outcome: Outcome = stop.value
            return outcome
        yield By(step, actor) if isinstance(step, Event) else step
