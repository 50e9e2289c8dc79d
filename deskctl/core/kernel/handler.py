"""Handlers: a function that takes a command, yields events, and returns the outcome."""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import Any, NamedTuple

from .actor import Actor
from .event import Event
from .outcome import Outcome
from .unit import Unit


class By(NamedTuple):
    """An event that somebody else caused than whoever gave the command: an agent whose mail intake works off."""

    event: Event
    actor: Actor


#: Events are recorded, and their ticket changed, as they are yielded: the handler sees the new state when it goes on.
Steps = Generator[Event | By, None, Outcome]
Handler = Callable[[Unit, Any, Actor], Steps]


def acting(steps: Steps, actor: Actor) -> Steps:
    """The same steps, caused by `actor`."""
    while True:
        try:
            step = next(steps)
        except StopIteration as stop:
            outcome: Outcome = stop.value
            return outcome
        yield By(step, actor) if isinstance(step, Event) else step
