"""Business hours and holidays."""

from __future__ import annotations

from ..kernel.feature import Feature
from . import administration

FEATURE = Feature(
    "calendars",
    handlers=administration.HANDLERS,
    restorers=administration.RESTORERS,
)
