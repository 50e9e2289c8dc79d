"""The settings of automations."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class AutomationSettings:
    """The event kinds that each automation (PLUGIN.NAME) subscribes to."""

    automations: Mapping[str, frozenset[str]] = field(default_factory=dict)
