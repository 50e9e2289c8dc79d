"""Mark the journal row whose attempt is counted but not in progress, so that an outside kill does not count against it.

The journal counts an attempt durably before the row is processed, because a message may kill the process. Between
parsing and the transaction the row waits for the writer; a process that is killed then did not die because of the row.
The mark is in a file, because the store cannot be written at that moment. The file needs no fsync: it survives the
death of the process. If it is missing, the attempt counts.
"""

from __future__ import annotations

import contextlib
import os
from pathlib import Path
from typing import NamedTuple

#: The name of the file in the folder of the socket and the lock.
MARK_NAME = "desk.attempt"
_SIZE = 48


class CountedAttempt(NamedTuple):
    """A row with the number of its attempts, the last of which is not in progress."""

    row: int
    attempts: int


class AttemptMark:
    """The mark in a file. Each change is one system call. Errors of the file are ignored: the attempt then counts."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: int | None = None

    def read(self) -> CountedAttempt | None:
        """Return the mark that a process left when it died, None if there is none."""
        try:
            row, attempts = map(int, self._path.read_text(encoding="ascii").split())
        except (OSError, ValueError):
            return None
        return CountedAttempt(row, attempts)

    def set(self, row: int, attempts: int) -> None:
        """Mark that the counted attempt of a row is not in progress."""
        self._write(f"{row} {attempts}")

    def clear(self) -> None:
        """Remove the mark: a row is being processed, or none is counted."""
        self._write("")

    def close(self) -> None:
        if self._file is not None:
            os.close(self._file)
            self._file = None

    def _write(self, text: str) -> None:
        try:
            if self._file is None:
                self._file = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o600)
            os.pwrite(self._file, text.ljust(_SIZE).encode("ascii"), 0)
        except OSError:
            with contextlib.suppress(OSError):
                self._path.unlink(missing_ok=True)  # an old mark must not stay
