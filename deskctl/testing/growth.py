"""Measure how the work of a function grows with the size of its input.

The measure is the processor time of the calling thread. It also counts the work of C code, such as regular expressions,
which a profiler of Python code cannot see, and it does not count the time in which other processes run. Shared caches
and clock rates still disturb it, always upwards: therefore the smallest of several runs counts, and a suspicion is
confirmed by more runs. A quadratic function takes 16 times the work for four times the size, a linear one four times.
"""

from __future__ import annotations

import gc
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

T = TypeVar("T")

MAX_PER_DOUBLING = 2.5
"""The most work for twice the size, in relation to the work for the size."""
FLOOR = 0.02
"""Seconds of work below which a ratio is not significant."""
SECONDS_PER_MB, LEAST_SECONDS = 2.0, 0.5
"""The most work for a megabyte, and for a small input."""
ATTEMPTS = 6
"""Runs of each size before a function is reported."""
HOPELESS = 10.0
"""Seconds of work that are not measured again."""


@dataclass(frozen=True, slots=True)
class Growth:
    """The work (seconds of processor time) for an input, and for the same kind of input of `factor` times the size."""

    size: int
    factor: int
    small: float
    large: float

    @property
    def ratio(self) -> float:
        """Return the work for twice the size, in relation to the work for the size."""
        return float((self.large / max(self.small, 1e-9)) ** (1 / (self.factor.bit_length() - 1)))

    @property
    def bounded(self) -> bool:
        """Return True if the work grows at most a little faster than the size, and is small for the size."""
        if self.large > max(LEAST_SECONDS, SECONDS_PER_MB * self.size * self.factor / 1e6):
            return False
        return self.large < FLOOR or self.ratio <= MAX_PER_DOUBLING

    def __str__(self) -> str:
        return (
            f"{self.size} characters {self.small:.3f} s, {self.factor} times as many {self.large:.3f} s, "
            f"{self.ratio:.1f} for each doubling"
        )


def work(function: Callable[[T], object], value: T) -> float:
    """Return the processor time of one call in seconds, without the garbage collector."""
    enabled = gc.isenabled()
    gc.disable()
    start = time.thread_time()
    try:
        function(value)
        return time.thread_time() - start
    finally:
        if enabled:
            gc.enable()


def measure(function: Callable[[T], object], make: Callable[[int], T], size: int, factor: int = 4) -> Growth:
    """Return the growth of the work from `make(size)` to `make(size * factor)`. `factor` is a power of two.

    Repeat the measurement while it exceeds the limits, because a single one can be disturbed.
    """
    small, large = make(size), make(size * factor)
    least = most = float("inf")
    growth = Growth(size, factor, least, most)
    for _ in range(ATTEMPTS):
        most = min(most, work(function, large))
        if most >= FLOOR:
            least = min(least, work(function, small))
        growth = Growth(size, factor, min(least, most), most)
        if growth.bounded or most > HOPELESS:
            break
    return growth
