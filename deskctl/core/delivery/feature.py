"""Delivery: the outbox, its outcomes, and bounces."""

from __future__ import annotations

from ..kernel.feature import Feature
from . import outcomes

FEATURE = Feature(
    "delivery",
    handlers=outcomes.HANDLERS,
)
