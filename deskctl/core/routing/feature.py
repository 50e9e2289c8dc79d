"""Routing: presence, capacity, and the assignment of waiting tickets."""

from __future__ import annotations

from ..kernel.feature import Feature, Reaction
from . import automatic_assignment, presence, triggers

FEATURE = Feature(
    "routing",
    handlers={**automatic_assignment.HANDLERS, **presence.HANDLERS},
    reactions=(Reaction("routing", triggers.routing),),
    restorers=presence.RESTORERS,
    timers={triggers.ROUTE: automatic_assignment.fire},
)
