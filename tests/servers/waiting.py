"""Wait for a condition without a fixed pause."""

from __future__ import annotations

import select
import socket
import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")

#: The factor for time limits, which are chosen for an idle machine. A wait ends as soon as its condition is true.
PATIENCE = 5


def wait_until(condition: Callable[[], T], timeout: float = 10, what: str = "") -> T:
    """Call `condition` until its result is true, and return that result.

    `timeout` is the limit in seconds on an idle machine; the actual limit is `PATIENCE` times as long.
    The pauses between calls grow, because many conditions ask the tested program, which takes time from it.
    Raises AssertionError with `what`.
    """
    began = time.monotonic()
    deadline = began + timeout * PATIENCE
    pause = 0.002
    while True:
        answer = condition()
        if answer:
            return answer
        now = time.monotonic()
        if now >= deadline:
            raise AssertionError(
                f"not within {timeout * PATIENCE:g} s: {what or getattr(condition, '__name__', 'the condition')}"
            )
        select.select([], [], [], pause)
        pause = min(pause * 1.5, max(0.05, (now - began) / 10), 0.25)


def free_port() -> int:
    """Return a free TCP port of the loopback interface."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def answers(port: int, host: str = "127.0.0.1") -> bool:
    """Return True if a process accepts connections on the port."""
    try:
        with socket.create_connection((host, port), timeout=1):
            return True
    except OSError:
        return False
