"""The rate limit for outgoing messages. Each message gets a turn and keeps it when it is retried."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable
from typing import Final
from weakref import WeakKeyDictionary

from deskctl.plugins import TryLater

from .config import Smtp, parse_rate
from .messages import _

#: Delays up to this many seconds are spent in the channel; longer ones in the outbox, where they are visible.
MAX_DELAY_SECONDS: Final = 3.0


class RateLimit:
    """A limit of `count` turns in any period of `seconds`. Thread-safe."""

    def __init__(self, count: int, seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._seconds = seconds
        self._clock = clock
        self._turns: deque[float] = deque(maxlen=count)
        self._assigned: dict[int, float] = {}
        self._lock = threading.Lock()

    def seconds_until_turn(self, outbox_id: int) -> float:
        """Return the seconds until the message's turn."""
        with self._lock:
            now = self._clock()
            for number in [number for number, turn in self._assigned.items() if turn < now - self._seconds - 3600]:
                del self._assigned[number]  # the message was cancelled
            turn = self._assigned.get(outbox_id)
            if turn is None:
                full = len(self._turns) == self._turns.maxlen
                turn = max(now, self._turns[0] + self._seconds) if full else now
                self._turns.append(turn)
                self._assigned[outbox_id] = turn
            return max(0.0, turn - now)

    def use_turn(self, outbox_id: int) -> None:
        """Use the message's turn; another attempt needs a new one."""
        with self._lock:
            self._assigned.pop(outbox_id, None)


_RATE_LIMITS: WeakKeyDictionary[Smtp, RateLimit] = WeakKeyDictionary()


def rate_limit_of(smtp: Smtp) -> RateLimit | None:
    """Return the rate limit of a relay, which is shared by all instances of its channel; None without a limit."""
    parsed = parse_rate(smtp.rate) if smtp.rate else None
    return _RATE_LIMITS.setdefault(smtp, RateLimit(*parsed)) if parsed else None


def turn_delay(rate: RateLimit, smtp: Smtp, outbox_id: int) -> float:
    """Return the seconds to wait before sending. Raises TryLater if the message's turn is later."""
    seconds = rate.seconds_until_turn(outbox_id)
    if seconds > MAX_DELAY_SECONDS:
        raise TryLater(_("waiting for the rate limit of {rate}", rate=smtp.rate), retry_after=seconds, tried=False)
    rate.use_turn(outbox_id)
    return seconds
