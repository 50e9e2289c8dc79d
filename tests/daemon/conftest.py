"""A desk with well-behaved and awkward channels, and a daemon that serves it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.daemon.running import AWKWARD, Daemon, add_agent, make_desk, running

MakeDesk = Callable[[str], Path]


@pytest.fixture
def desk_with(tmp_path: Path, desk_url: str) -> MakeDesk:
    """`desk_with(channels)`: the folder of a desk with a console channel `ops` and these; on each engine."""

    def make(channels: str = "") -> Path:
        folder = tmp_path / "desk"
        ops = '[channels.ops]\ntype = "console"\nteam = "support"\ninbox = "in"\nanswers = "out.jsonl"\npoll = "1s"\n'
        return make_desk(folder, desk_url, ops + channels, {"awkward": AWKWARD})

    return make


@pytest.fixture
def daemon(desk_with: MakeDesk) -> Iterator[Daemon]:
    """A running daemon with the console channel `ops` and the agent `ana`."""
    with running(desk_with("")) as daemon:
        add_agent(daemon)
        yield daemon
