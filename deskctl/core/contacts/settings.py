"""The settings of contacts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class ContactSettings:
    """`link_valid` is the lifetime of a one-time code."""

    link_valid: timedelta = timedelta(hours=24)
