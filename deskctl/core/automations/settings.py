"""The settings of automations."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import field

from ...dataclass import dataclass
from ..kernel.records import RecordedEvent


@dataclass(frozen=True, slots=True)
class AutomationSettings:
    """The event kinds that each automation (PLUGIN.NAME) subscribes to.

    `wanted` has a function for automations that need only some of these events: it returns False for an event that
    needs no job.
    """

    automations: Mapping[str, frozenset[str]] = field(default_factory=dict)
    wanted: Mapping[str, Callable[[RecordedEvent], bool]] = field(default_factory=dict)
