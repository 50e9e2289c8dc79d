"""Doing a transaction again when another one was faster (PostgreSQL)."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from typing import TypeVar

from ..errors import Unavailable
from ..i18n import _
from .errors import Conflict, Inconsistent

T = TypeVar("T")

_TRIES = 8


def again(attempt: Callable[[], T]) -> T:
    """`attempt` until it meets no conflict. It must be a whole transaction, and pure but for that.

    Raises Inconsistent when the same conflict comes every time: then it is no race.
    """
    last: Conflict | None = None
    for turn in range(_TRIES):
        try:
            return attempt()
        except Conflict as conflict:
            last = conflict
            time.sleep(random.uniform(0, 0.01) * 2**turn)  # whoever collided must not collide again in step
    if "40P01" in str(last) or "40001" in str(last):  # deadlock_detected, serialization_failure
        raise Unavailable(_("the store is too busy: other transactions were always faster"), _("try again")) from last
    raise Inconsistent(f"the store refuses what was to be written: {last}") from last
