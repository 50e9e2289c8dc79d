"""Desks for the tests of the command line. The suite runs twice: over the daemon's socket, and without a daemon."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from deskctl.testing.smtp_sink import SmtpSink
from tests.cli import shell
from tests.cli.shell import Shell


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a desk that is created once; each test works on a copy."""
    return shell.make(tmp_path_factory.mktemp("template")).folder


@pytest.fixture(scope="session")
def zygote(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Return the socket of a process that runs commands without waiting for imports."""
    path = str(tmp_path_factory.mktemp("zygote") / "socket")
    with subprocess.Popen(
        [sys.executable, "-m", "tests.cli.zygote", path],
        env=shell.environment(),
        stdout=subprocess.PIPE,
        cwd=shell.ROOT,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"ready\n"
        yield path
        process.kill()


@pytest.fixture(params=["socket", "alone"])
def desk(
    request: pytest.FixtureRequest, template: Path, tmp_path: Path, sink: SmtpSink, zygote: str
) -> Iterator[Shell]:
    """Return a desk with the agents agent1, agent2 and lead. `agent1` runs the commands, and `sink` is the relay."""
    made = shell.copy(template, tmp_path / "desk", smtp=sink.port, zygote=zygote)
    if request.param == "socket":
        made.start()
    yield made
    made.stop()


@pytest.fixture
def alone(template: Path, tmp_path: Path, sink: SmtpSink, zygote: str) -> Iterator[Shell]:
    """Return the same desk without a daemon, unless the test starts one."""
    made = shell.copy(template, tmp_path / "desk", smtp=sink.port, zygote=zygote)
    yield made
    made.stop()
