"""The three standard streams, made safe before anything uses them: closed, full, or of another encoding."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Callable


class OutputError(OSError):
    """Standard output cannot be written: its disk is full, or its device failed."""


class _Output(io.FileIO):
    def write(self, data: object, /) -> int:
        try:
            return super().write(data)  # type: ignore[arg-type]
        except BrokenPipeError:
            raise
        except OSError as error:
            raise OutputError(error.errno, error.strerror) from error


class _Complaints(io.FileIO):
    """Standard error. What cannot be written there is lost: no other place is left, and the exit code says enough."""

    def write(self, data: object, /) -> int:
        try:
            return super().write(data)  # type: ignore[arg-type]
        except OSError:
            return len(data)  # type: ignore[arg-type]


class _Nowhere(io.FileIO):
    """Standard output where it was closed; remembers whether there was something to write."""

    lost = False

    def write(self, data: object, /) -> int:
        self.lost = True
        return len(data)  # type: ignore[arg-type]


def prepare() -> Callable[[], bool]:
    """Replace closed streams by the null device, and let the others raise OutputError.

    Return a function that tells whether output was lost because standard output is closed; flush it first.

    cron and service managers start programs with closed streams. The next file that is opened would then take the
    number of a stream, and what is written there would end in it.
    """
    closed = [number for number in (0, 1, 2) if not _is_open(number)]
    for _ in closed:
        os.open(os.devnull, os.O_RDWR)  # takes the lowest free number
    if sys.stdin is None:
        sys.stdin = open(0, encoding="utf-8", closefd=False)  # noqa: SIM115
    for stream in (sys.stdin, sys.stdout, sys.stderr):
        if stream is not None:
            # Bytes that are not text become marks, letters that a terminal cannot show become numbers: no crash.
            errors = "replace" if stream is sys.stdin else "backslashreplace"
            getattr(stream, "reconfigure", lambda **_: None)(errors=errors)
    nowhere = _Nowhere(1, "wb", closefd=False) if 1 in closed else None
    sys.stdout = _text(nowhere or _Output(1, "wb", closefd=False), sys.stdout)
    sys.stderr = _text(_Complaints(2, "wb", closefd=False), sys.stderr)
    return lambda: nowhere is not None and nowhere.lost


def silence() -> None:
    """Let what is left in the buffer of standard output go nowhere: Python flushes it once more at exit."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)


def _is_open(number: int) -> bool:
    try:
        os.fstat(number)
    except OSError:
        return False
    return True


#: The streams that were replaced. One that owns its file would close it when it is collected.
_REPLACED: list[object] = []


def _text(raw: io.FileIO, before: object) -> io.TextIOWrapper:
    _REPLACED.append(before)
    encoding = getattr(before, "encoding", None) or "utf-8"
    people = raw.isatty() or raw.fileno() == 2
    return io.TextIOWrapper(io.BufferedWriter(raw), encoding=encoding, errors="backslashreplace", line_buffering=people)
