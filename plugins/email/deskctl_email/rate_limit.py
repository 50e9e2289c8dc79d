"""How many messages may leave in a time. Every message gets the moment of its turn, and keeps it when it comes back."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable
from typing import Final
from weakref import WeakKeyDictionary

from deskctl.plugins import TryLater

from .config import Smtp, parse_rate

#: Waits up to this many seconds are spent in the channel; longer ones in the outbox, where they can be seen and ended.
MAX_DELAY_SECONDS: Final = 3.0


class RateLimit:
    """At most `count` turns in any `seconds`. Safe to use from any thread."""

    def __init__(self, count: int, seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._seconds = seconds
        self._clock = clock
        self._turns: deque[float] = deque(maxlen=count)
        self._promised: dict[int, float] = {}
        self._lock = threading.Lock()

    def seconds_until_turn(self, outbox_id: int) -> float:
        """Seconds until it is this message's turn."""
        with self._lock:
            now = self._clock()
            for number in [number for number, turn in self._promised.items() if turn < now - self._seconds - 3600]:
                del self._promised[number]  # it was taken back meanwhile
            turn = self._promised.get(outbox_id)
            if turn is None:
                full = len(self._turns) == self._turns.maxlen
                turn = max(now, self._turns[0] + self._seconds) if full else now
                self._turns.append(turn)
                self._promised[outbox_id] = turn
            return max(0.0, turn - now)

    def use_turn(self, outbox_id: int) -> None:
        """The turn is used up: another attempt needs another."""
        with self._lock:
            self._promised.pop(outbox_id, None)


_RATE_LIMITS: WeakKeyDictionary[Smtp, RateLimit] = WeakKeyDictionary()


def rate_limit_of(smtp: Smtp) -> RateLimit | None:
    """One for each relay in the configuration, however often its channel is opened anew."""
    parsed = parse_rate(smtp.rate) if smtp.rate else None
    return _RATE_LIMITS.setdefault(smtp, RateLimit(*parsed)) if parsed else None


def turn_delay(rate: RateLimit, smtp: Smtp, outbox_id: int) -> float:
    """Seconds to wait here. Raises TryLater when the turn is further away."""
    seconds = rate.seconds_until_turn(outbox_id)
    if seconds > MAX_DELAY_SECONDS:
        raise TryLater(f"waits for its turn: no more than {smtp.rate} leave here", retry_after=seconds, tried=False)
    rate.use_turn(outbox_id)
    return seconds
