"""What a handler is: a command in, events out, one sentence for whoever asked."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from .actor import Actor
from .event import Event
from .unit import Unit


@dataclass(frozen=True, slots=True)
class Said:
    """A handler's last word. `facts` are the ids it made; `tickets` those it was about."""

    text: str
    tickets: tuple[int, ...] = ()
    facts: dict[str, Any] = field(default_factory=dict)


class By(NamedTuple):
    """An event that somebody else caused than whoever gave the command: an agent whose mail intake works off."""

    event: Event
    actor: Actor


#: Events are recorded, and their ticket changed, as they are yielded: the handler sees the new state when it goes on.
Steps = Generator[Event | By, None, Said]
Handler = Callable[[Unit, Any, Actor], Steps]
#: Puts back what a `Restore` says, as events.
Restorer = Callable[[Unit, Any], Iterator[Event | By]]


def acting(steps: Steps, actor: Actor) -> Steps:
    """The same steps, caused by `actor`."""
    while True:
        try:
            step = next(steps)
        except StopIteration as stop:
            said: Said = stop.value
            return said
        yield By(step, actor) if isinstance(step, Event) else step
