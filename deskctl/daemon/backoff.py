"""The wait before a failed operation is retried."""

from __future__ import annotations

#: The first and the longest wait, in seconds.
FIRST = 1.0
LONGEST = 300.0
#: Seconds without a failure after which the failure count starts again.
FORGIVEN_AFTER = 60.0


def delay(failures: int, jitter: float) -> float:
    """Return the seconds to wait after `failures` (≥ 1) failures in a row.

    The wait doubles up to LONGEST. `jitter` in [0, 1) removes up to half of it, so that not all clients retry at the
    same time ("equal jitter": https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/).
    """
    whole = min(LONGEST, FIRST * 2.0 ** min(failures - 1, 30))
    return whole * (1 - jitter / 2)
