"""Where a desk's socket is, however deep its folder: the kernel takes at most 107 bytes of path."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

#: sizeof(sun_path) - 1 on Linux (unix(7)).
LONGEST = 107


@contextmanager
def reachable(path: str) -> Iterator[str]:
    """A name of `path` that fits into a socket address; through an open folder where the path itself is too long."""
    if len(os.fsencode(path)) <= LONGEST:
        yield path
        return
    folder = os.open(os.path.dirname(path) or ".", os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)  # noqa: PTH120
    try:
        yield f"/proc/self/fd/{folder}/{os.path.basename(path)}"  # noqa: PTH119 - pathlib costs a short command 5 ms
    finally:
        os.close(folder)
