"""Intake: received messages become tickets or are added to them."""

from __future__ import annotations

from ..kernel.feature import Feature
from . import quarantine, receive, reparse

FEATURE = Feature(
    "intake",
    handlers={**receive.HANDLERS, **quarantine.HANDLERS, **reparse.HANDLERS},
)
