"""A file system in memory, for files of tests that need not survive anything.

SQLite waits for the disk at the end of each transaction, and a new PostgreSQL database has hundreds of files. On a disk
both take longer than most tests.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

FOLDER = Path("/dev/shm")
_ROOM = 1 << 30


def has_room() -> bool:
    """Return True if the file system has room for the stores of a test run; in containers it may be small."""
    return FOLDER.is_dir() and os.access(FOLDER, os.W_OK) and shutil.disk_usage(FOLDER).free > _ROOM
