"""Run contract tests for faulty plugins in one process, and find which of them fail."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

#: Seconds. A busy machine takes many times the usual time.
TIMEOUT = 500


def failed_tests(
    file: Path, faults: Mapping[str, set[str]], *options: str, config: Path | None = None
) -> dict[str, set[str]]:
    """Return the names of the failed tests by fault.

    `file` has a class `TestN` for each of the faults, in their order. Of a faulty plugin only the named tests run,
    because only these must fail; without names, all tests of the class run.
    """
    chosen: Sequence[str] = [
        f"{file}::Test{number}{test}"
        for number, names in enumerate(faults.values())
        for test in (sorted(f"::{name}" for name in names) or [""])
    ]
    done = subprocess.run(
        [
            *(sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--hypothesis-seed=0", "--tb=no", "-rf"),
            *(f"--rootdir={file.parent}", *options, *(("-c", str(config)) if config else ()), *chosen),
        ],
        cwd=file.parent if config is None else config.parent,
        capture_output=True,
        text=True,
        timeout=TIMEOUT,
    )
    assert done.returncode == 1, done.stdout + done.stderr
    found: dict[str, set[str]] = {fault: set() for fault in faults}
    for number, test in re.findall(r"^FAILED .*::Test(\d+)::(\w+)", done.stdout, re.MULTILINE):
        found[list(faults)[int(number)]].add(test)
    return found
