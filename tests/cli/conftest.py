"""Desks for the tests of the command line. The suite runs twice: over the daemon's socket, and without a daemon."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from deskctl.testing.smtp_sink import SmtpSink
from tests.cli import shell
from tests.cli.shell import Shell


@pytest.fixture(params=["socket", "alone"])
def desk(request: pytest.FixtureRequest, template: Path, tmp_path: Path, sink: SmtpSink) -> Iterator[Shell]:
    """Return a desk with the agents agent1, agent2 and lead. `agent1` runs the commands, and `sink` is the relay."""
    made = shell.copy(template, tmp_path / "desk", smtp=sink.port)
    made.waits_for_command = request.param == "socket"
    yield made
    made.stop()


@pytest.fixture
def local_desk(template: Path, tmp_path: Path, sink: SmtpSink) -> Iterator[Shell]:
    """Return the same desk without a daemon, unless the test starts one."""
    made = shell.copy(template, tmp_path / "desk", smtp=sink.port)
    yield made
    made.stop()


@pytest.fixture(scope="module", params=["socket", "alone"])
def unchanged(
    request: pytest.FixtureRequest, template: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Shell]:
    """Return a desk with ticket 1 that the tests of a module share, because their commands change nothing."""
    made = shell.copy(template, tmp_path_factory.mktemp("unchanged") / "desk")
    made.ingest(shell.mail())
    made.waits_for_command = request.param == "socket"
    yield made
    made.stop()
