"""Rows of a list that can be long: after the first megabyte they are in a temporary file."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator
from typing import IO, Any

#: Bytes of rows in memory.
IN_MEMORY = 1024 * 1024


class Rows(Collection[Any]):
    """Rows that were received in parts. They can be read several times, and are read in parts too."""

    def __init__(self) -> None:
        self._count = 0
        self._parts: list[bytes] = []
        self._size = 0
        self._file: IO[bytes] | None = None

    def add(self, part: bytes, count: int) -> None:
        """Add a line of JSON with `count` rows under "part"."""
        self._count += count
        self._size += len(part)
        if self._file is None and self._size > IN_MEMORY:
            from tempfile import TemporaryFile

            self._file = TemporaryFile()  # noqa: SIM115 - it ends with this object
            self._file.writelines(self._parts)
            self._parts.clear()
        if self._file is None:
            self._parts.append(part)
        else:
            self._file.write(part)

    def __len__(self) -> int:
        return self._count

    def __contains__(self, row: object) -> bool:
        return any(row == each for each in self)

    def __iter__(self) -> Iterator[Any]:
        if self._file is not None:
            self._file.seek(0)
        for part in self._file or self._parts:
            yield from json.loads(part)["part"]
