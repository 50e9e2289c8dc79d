"""Act temporarily as another user for file access."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

NOBODY = 65534


@contextmanager
def as_stranger() -> Iterator[bool]:
    """Run the block as an account that owns nothing. If the caller is not root, return False and change nothing.

    Modules that the block imports must be loaded before.
    """
    user = os.geteuid()
    if user == 0:
        os.seteuid(NOBODY)
    try:
        yield user == 0
    finally:
        os.seteuid(user)
