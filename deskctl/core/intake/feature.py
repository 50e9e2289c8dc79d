"""The feature intake: received messages open tickets or are added to existing ones."""

from __future__ import annotations

from ..kernel.feature import Feature
from . import quarantine, receive, reparse

FEATURE = Feature(
    "intake",
    handlers={**receive.HANDLERS, **quarantine.HANDLERS, **reparse.HANDLERS},
)
