"""The bytes of a mail while it is received: a small mail in memory, a large one in a temporary file.

The file has no name, so it ends with the process. It is in /var/tmp or $TMPDIR, because /tmp is often in memory.
"""

from __future__ import annotations

import asyncio
import os
import tempfile
from typing import IO, Final

#: Bytes of one mail in memory. More are written to the file.
IN_MEMORY: Final = 256 * 1024
_LARGE_FILES: Final = "/var/tmp"  # noqa: S108 - the file never has a name


class Spool:
    """A sequence of bytes that grows. Close it after use."""

    def __init__(self) -> None:
        self.size = 0
        self._pieces: list[bytes] = []
        self._pending = 0
        self._file: IO[bytes] | None = None
        self._closed = False

    @property
    def on_disk(self) -> bool:
        """True if a part of the bytes is in the file."""
        return self._file is not None

    async def append(self, piece: bytes) -> None:
        """Add bytes at the end. Raises OSError if the file cannot be written."""
        self.size += len(piece)
        self._pieces.append(piece)
        self._pending += len(piece)
        if self._pending > IN_MEMORY:
            pending = b"".join(self._pieces)
            self._pieces.clear()
            self._pending = 0
            await asyncio.to_thread(self._write, pending)

    async def read(self, size: int) -> bytes:
        """Return the first `size` bytes. Raises OSError if the file cannot be read."""
        if self._file is None:
            return b"".join(self._pieces)[:size]
        return await asyncio.to_thread(self._read, size)

    def close(self) -> None:
        """Discard the bytes."""
        self._closed = True
        self.size = self._pending = 0
        self._pieces.clear()
        if self._file is not None:
            self._file.close()

    def _write(self, pending: bytes) -> None:
        if self._file is None:
            self._file = tempfile.TemporaryFile(dir=_folder(), buffering=0)  # noqa: SIM115 - closed by `close`
            if self._closed:  # the client disconnected meanwhile
                self._file.close()
                return
        left = memoryview(pending)
        while left:
            left = left[self._file.write(left) :]

    def _read(self, size: int) -> bytes:
        assert self._file is not None
        self._write(b"".join(self._pieces))
        self._pieces.clear()
        content = bytearray(size)
        self._file.seek(0)
        done, view = 0, memoryview(content)
        while done < size:
            done += self._file.readinto(view[done:])  # type: ignore[attr-defined]
        return bytes(content)


def _folder() -> str | None:
    usable = "TMPDIR" not in os.environ and os.access(_LARGE_FILES, os.W_OK | os.X_OK)
    return _LARGE_FILES if usable else None
