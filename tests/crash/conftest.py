"""Desks for the crash tests. DESKCTL_CRASH=all runs every case of the matrix; otherwise a quick part of it."""

from __future__ import annotations

import itertools
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.crash.world import World
from tests.servers import stores
from tests.servers.dovecot import DovecotServer

NewWorld = Callable[[str], World]


@pytest.fixture(scope="session")
def disk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A separate disk of 64 MB. Skips the test if it cannot be mounted."""
    folder = tmp_path_factory.mktemp("disk")
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64m", "tmpfs", str(folder)], capture_output=True)
    if done.returncode:
        pytest.skip("a small disk can only be mounted by root")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


@pytest.fixture(scope="session")
def new_world(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, dovecot: DovecotServer
) -> Iterator[NewWorld]:
    """`new_world(store)` returns a started desk on sqlite, postgresql or tmpfs."""
    made: list[World] = []
    numbers = itertools.count()

    def make(store: str) -> World:
        folder = tmp_path_factory.mktemp("world") / "desk"
        if store == "postgresql":
            url, where = stores.new_postgresql(request.getfixturevalue("postgres")), folder
        elif store == "tmpfs":
            where = request.getfixturevalue("disk") / str(next(numbers))
            where.mkdir()
            url = f"sqlite:///{where / 'desk.db'}"
        else:
            url, where = f"sqlite:///{folder / 'desk.db'}", folder
        world = World(folder, url, dovecot, where)
        made.append(world)
        world.begin()
        return world

    yield make
    for world in made:
        world.close()
