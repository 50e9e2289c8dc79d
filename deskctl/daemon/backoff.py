"""How long to wait before something that failed is tried again."""

from __future__ import annotations

#: Seconds: the first wait, and the longest.
FIRST = 1.0
LONGEST = 300.0
#: Seconds of good running after which the past is forgotten.
FORGIVEN_AFTER = 60.0


def delay(failures: int, jitter: float) -> float:
    """Seconds to wait after `failures` (≥ 1) failures in a row.

    Doubles up to LONGEST; `jitter` in [0, 1) takes up to half of it away, so that many do not return at once
    ("equal jitter": https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/).
    """
    whole = min(LONGEST, FIRST * 2.0 ** min(failures - 1, 30))
    return whole * (1 - jitter / 2)
