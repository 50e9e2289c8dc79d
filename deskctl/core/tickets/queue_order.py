"""The order of the queue: who has waited longest for what their matter is worth."""

from __future__ import annotations

from datetime import datetime, timedelta

from .model import Priority

#: How long a ticket of each priority may wait before it stands first. Because the allowance is added to a
#: moment, a low one that has waited three days comes before an urgent one of this minute: nothing starves.
ALLOWANCE = {
    Priority.URGENT: timedelta(hours=1),
    Priority.HIGH: timedelta(hours=4),
    Priority.NORMAL: timedelta(days=1),
    Priority.LOW: timedelta(days=3),
}


def virtual_due(eligible_since: datetime, priority: Priority) -> datetime:
    """When a ticket that waits since `eligible_since` would be due; the queue is ordered by it."""
    return eligible_since + ALLOWANCE[priority]
