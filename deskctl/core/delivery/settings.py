"""The settings of delivery."""

from __future__ import annotations

from datetime import timedelta

from ...dataclass import dataclass


@dataclass(frozen=True, slots=True)
class DeliverySettings:
    """`undo_window` is the wall-clock time before a reply is sent, in which it can be undone."""

    undo_window: timedelta = timedelta(seconds=10)
