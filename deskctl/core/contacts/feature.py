"""Customers and the addresses that they are reached at."""

from __future__ import annotations

from ..kernel.feature import Feature
from . import edit, erasure, linking

FEATURE = Feature(
    "contacts",
    handlers={**edit.HANDLERS, **linking.HANDLERS, **erasure.HANDLERS},
    restorers={**edit.RESTORERS, **linking.RESTORERS},
)
