"""A wall clock that a test can set while a process runs (libfaketime)."""

from __future__ import annotations

from pathlib import Path

from tests.servers.process import missing

_PLACES = ("/usr/lib/*/faketime/libfaketime.so.1", "/usr/lib/faketime/libfaketime.so.1")


class SetClock:
    """`environ` is for the process; `set("+3h")` sets its clock. Monotonic clocks are not affected."""

    def __init__(self, file: Path) -> None:
        found = [path for place in _PLACES for path in Path("/").glob(place.removeprefix("/"))]
        if not found:
            missing("libfaketime", "apt-get install faketime")
        self._file = file
        self.set("+0")
        self.environ = {
            "LD_PRELOAD": str(found[0]),
            "FAKETIME_TIMESTAMP_FILE": str(file),
            "FAKETIME_NO_CACHE": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        }

    def set(self, by: str) -> None:
        """Set the clock to this offset from the true time."""
        new = self._file.with_suffix(".new")
        new.write_text(f"{by}\n")
        new.replace(self._file)
