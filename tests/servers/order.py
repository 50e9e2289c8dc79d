"""Start the longest tests first, so that at the end of a run no worker is busy with one alone."""

from __future__ import annotations

from pathlib import Path

import pytest

_ROOT = Path(__file__).parents[2]
#: Files and folders with tests that take many seconds, the longest first.
LONGEST = tuple(
    _ROOT / path
    for path in (
        "tests/crash/test_matrix.py",
        "tests/daemon/test_two_daemons.py",
        "tests/daemon/test_kill.py",
        "tests/unit/plugins/test_contract.py",
        "tests/cli/test_transcript_channels.py",
        "tests/journeys",
        "tests/packaging",
        "tests/daemon/test_clock.py",
        "tests/cli/test_distant_dates.py",
        "tests/cli/test_demo.py",
        "plugins/email/tests/test_mailbox_commands.py",
        "tests/daemon",
    )
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    places: dict[Path, int] = {}

    def place(item: pytest.Item) -> int:
        if item.path not in places:
            found = (at for at, path in enumerate(LONGEST) if item.path.is_relative_to(path))
            places[item.path] = next(found, len(LONGEST))
        return places[item.path]

    items.sort(key=place)
