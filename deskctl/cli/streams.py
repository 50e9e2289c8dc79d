"""Prepare the standard streams for use: they may be closed, full, or have an encoding that lacks characters."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Callable


class OutputError(OSError):
    """Standard output cannot be written, for example because the disk is full."""


class _Output(io.FileIO):
    def write(self, data: object, /) -> int:
        try:
            return super().write(data)  # type: ignore[arg-type]
        except BrokenPipeError:
            raise
        except OSError as error:
            raise OutputError(error.errno, error.strerror) from error


class _ErrorOutput(io.FileIO):
    """Standard error. Output that cannot be written is dropped, because no other stream is left."""

    def write(self, data: object, /) -> int:
        try:
            return super().write(data)  # type: ignore[arg-type]
        except OSError:
            return len(data)  # type: ignore[arg-type]


class _ClosedOutput(io.FileIO):
    """A closed standard output. `lost` is True after an attempt to write."""

    lost = False

    def write(self, data: object, /) -> int:
        self.lost = True
        return len(data)  # type: ignore[arg-type]


def prepare() -> Callable[[], bool]:
    """Replace closed streams by the null device, and make the others raise OutputError.

    Return a function that returns True if output was lost because standard output is closed; flush before calling it.

    cron and service managers start programs with closed streams. The next opened file would get the number of a
    stream, and output to the stream would be written to that file.
    """
    closed = [number for number in (0, 1, 2) if not _is_open(number)]
    for _ in closed:
        os.open(os.devnull, os.O_RDWR)  # takes the lowest free number
    if sys.stdin is None:
        sys.stdin = open(0, encoding="utf-8", closefd=False)  # noqa: SIM115
    for stream in (sys.stdin, sys.stdout, sys.stderr):
        if stream is not None:
            # Replace invalid bytes in the input, and escape characters that the terminal's encoding does not have.
            errors = "replace" if stream is sys.stdin else "backslashreplace"
            getattr(stream, "reconfigure", lambda **_: None)(errors=errors)
    closed_output = _ClosedOutput(1, "wb", closefd=False) if 1 in closed else None
    sys.stdout = _text(closed_output or _Output(1, "wb", closefd=False), sys.stdout)
    sys.stderr = _text(_ErrorOutput(2, "wb", closefd=False), sys.stderr)
    return lambda: closed_output is not None and closed_output.lost


def discard_output() -> None:
    """Discard the buffer of standard output. Python would flush it again at exit and fail."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)


def _is_open(number: int) -> bool:
    try:
        os.fstat(number)
    except OSError:
        return False
    return True


#: The original streams. Garbage collection would close their files.
_REPLACED: list[object] = []


def _text(raw: io.FileIO, before: object) -> io.TextIOWrapper:
    _REPLACED.append(before)
    encoding = getattr(before, "encoding", None) or "utf-8"
    people = raw.isatty() or raw.fileno() == 2
    return io.TextIOWrapper(io.BufferedWriter(raw), encoding=encoding, errors="backslashreplace", line_buffering=people)
