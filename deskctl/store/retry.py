"""Retry a transaction after a conflict with another one (PostgreSQL)."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from typing import TypeVar

from ..errors import Unavailable
from ..i18n import _
from .errors import Conflict, Inconsistent

T = TypeVar("T")

_MAX_ATTEMPTS = 8


def retry_on_conflict(attempt: Callable[[], T]) -> T:
    """Call `attempt` until it meets no conflict. It must be a whole transaction without other side effects.

    Raises Inconsistent if the same conflict occurs each time: then the cause is not concurrency.
    """
    last: Conflict | None = None
    for number in range(_MAX_ATTEMPTS):
        try:
            return attempt()
        except Conflict as conflict:
            last = conflict
            time.sleep(
                random.uniform(0, 0.01) * 2**number
            )  # random, so that the same transactions do not conflict again
    if "40P01" in str(last) or "40001" in str(last):  # deadlock_detected, serialization_failure
        raise Unavailable(_("the store is too busy: other transactions were always faster"), _("try again")) from last
    raise Inconsistent(_("the store refused the write: {reason}", reason=str(last))) from last
