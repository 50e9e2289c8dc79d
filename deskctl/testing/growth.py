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
FLOOR = 0.01
"""Seconds of work below which a ratio is not significant."""
HOPELESS = 10.0
"""Seconds of work that are not measured again."""
ATTEMPTS = 6
"""Runs of each size before a function is reported."""


@dataclass(frozen=True, slots=True)
class Growth:
    """The work (seconds of processor time) for an input, and for the same kind of input of `factor` times the size."""

    small: float
    large: float
    factor: int

    @property
    def ratio(self) -> float:
        """Return the work for twice the size, in relation to the work for the size."""
        return float((self.large / max(self.small, 1e-9)) ** (1 / (self.factor.bit_length() - 1)))

    @property
    def bounded(self) -> bool:
        """Return True if the work grows at most a little faster than the size, or is too small to tell."""
        return self.large < FLOOR or self.ratio <= MAX_PER_DOUBLING


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

    Repeat the measurement while it exceeds the limit, because a single one can be disturbed.
    """
    small, large = make(size), make(size * factor)
    least = most = float("inf")
    for _ in range(ATTEMPTS):
        most = min(most, work(function, large))
        if most < FLOOR:
            return Growth(min(most, least), most, factor)
        least = min(least, work(function, small))
        growth = Growth(least, most, factor)
        if growth.bounded or most > HOPELESS:
            break
    return growth
