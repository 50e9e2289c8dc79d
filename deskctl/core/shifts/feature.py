"""Shifts, absences, handovers and staffing."""

from __future__ import annotations

from ..kernel.feature import Feature
from . import administration

FEATURE = Feature(
    "shifts",
    handlers=administration.HANDLERS,
    restorers=administration.RESTORERS,
)
