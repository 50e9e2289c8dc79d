"""The settings of tickets."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class TicketSettings:
    """`close_after` is the wall-clock time after which a solved ticket is closed."""

    close_after: timedelta = timedelta(days=4)
