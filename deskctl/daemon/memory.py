"""Settings of the memory allocator, so that the daemon returns the memory of large mails to the system."""

from __future__ import annotations

import contextlib
import ctypes

#: glibc: <malloc.h>.
_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD, _M_ARENA_MAX = -1, -3, -8

#: Larger blocks get their own mapping, which ends with the block. Without a fixed limit, glibc raises it to 32 MB after
#: the first large mail, and later blocks of that size remain in the heap.
_OWN_MAPPING = 512 * 1024
#: Free bytes at the end of the heap that are kept for the next allocation.
_KEPT = 1024 * 1024
#: Heaps for threads. The default is eight per core; each keeps the memory of its busiest moment.
_ARENAS = 2


def configure_allocator() -> None:
    """Limit the memory that the allocator keeps. Does nothing where the C library has no such settings."""
    with contextlib.suppress(OSError, AttributeError):
        mallopt = ctypes.CDLL(None).mallopt
        mallopt(_M_ARENA_MAX, _ARENAS)
        mallopt(_M_MMAP_THRESHOLD, _OWN_MAPPING)
        mallopt(_M_TRIM_THRESHOLD, _KEPT)
