"""Connect to a socket with a long path: the kernel accepts at most 107 bytes in a socket address."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

#: sizeof(sun_path) - 1 on Linux (unix(7)).
LONGEST = 107


@contextmanager
def reachable(path: str) -> Iterator[str]:
    """Yield a name of `path` that fits into a socket address. A long path is replaced by one through an open folder."""
    if len(os.fsencode(path)) <= LONGEST:
        yield path
        return
    folder = os.open(os.path.dirname(path) or ".", os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)  # noqa: PTH120
    try:
        yield f"/proc/self/fd/{folder}/{os.path.basename(path)}"  # noqa: PTH119 - pathlib costs a short command 5 ms
    finally:
        os.close(folder)
