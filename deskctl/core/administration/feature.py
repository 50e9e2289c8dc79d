"""Administration of agents and teams."""

from __future__ import annotations

from ..kernel.feature import Feature
from . import agents, deactivation

FEATURE = Feature(
    "administration",
    handlers=agents.HANDLERS,
    restorers=agents.RESTORERS,
    timers={deactivation.UNASSIGN: deactivation.unassign_more},
)
