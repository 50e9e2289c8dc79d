"""How many messages may leave in a time. Every message gets the moment of its turn, and keeps it when it comes back."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable
from typing import Final
from weakref import WeakKeyDictionary

from deskctl.plugins import TryLater

from .config import Smtp, parsed_rate

#: Waits up to this many seconds are spent in the channel; longer ones in the outbox, where they can be seen and ended.
WAIT_HERE: Final = 3.0


class Rate:
    """At most `count` turns in any `seconds`. Safe to use from any thread."""

    def __init__(self, count: int, seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._seconds = seconds
        self._clock = clock
        self._turns: deque[float] = deque(maxlen=count)
        self._promised: dict[int, float] = {}
        self._lock = threading.Lock()

    def wait(self, outbox_id: int) -> float:
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

    def took(self, outbox_id: int) -> None:
        """The turn is used up: another attempt needs another."""
        with self._lock:
            self._promised.pop(outbox_id, None)


_RATES: WeakKeyDictionary[Smtp, Rate] = WeakKeyDictionary()


def rate_of(smtp: Smtp) -> Rate | None:
    """One for each relay in the configuration, however often its channel is opened anew."""
    parsed = parsed_rate(smtp.rate) if smtp.rate else None
    return _RATES.setdefault(smtp, Rate(*parsed)) if parsed else None


def turn(rate: Rate, smtp: Smtp, outbox_id: int) -> float:
    """Seconds to wait here. Raises TryLater when the turn is further away."""
    seconds = rate.wait(outbox_id)
    if seconds > WAIT_HERE:
        raise TryLater(f"waits for its turn: no more than {smtp.rate} leave here", retry_after=seconds, tried=False)
    rate.took(outbox_id)
    return seconds
