"""The order of the queue, by waiting time and priority."""

from __future__ import annotations

from datetime import datetime, timedelta

from .model import Priority

#: The time that is added to the start of waiting, by priority. A ticket of low priority that has waited for three days
#: comes before an urgent one of this minute, so every ticket gets its turn.
ALLOWANCE = {
    Priority.URGENT: timedelta(hours=1),
    Priority.HIGH: timedelta(hours=4),
    Priority.NORMAL: timedelta(days=1),
    Priority.LOW: timedelta(days=3),
}


def virtual_due(eligible_since: datetime, priority: Priority) -> datetime:
    """Return the time that orders the queue, for a ticket that has waited since `eligible_since`."""
    return eligible_since + ALLOWANCE[priority]
