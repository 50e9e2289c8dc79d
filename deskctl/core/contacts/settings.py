"""The settings of contacts."""

from __future__ import annotations

from datetime import timedelta

from ...dataclass import dataclass


@dataclass(frozen=True, slots=True)
class ContactSettings:
    """`link_valid` is the lifetime of a one-time code."""

    link_valid: timedelta = timedelta(hours=24)
