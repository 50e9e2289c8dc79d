"""Agents and teams."""

from __future__ import annotations

from ..kernel.feature import Feature
from . import administration

FEATURE = Feature(
    "agents",
    handlers=administration.HANDLERS,
    restorers=administration.RESTORERS,
)
