"""No fault at any point loses or duplicates a mail, or sends a reply twice.

`make test` kills the process at every point on SQLite and runs a sample of the other cases; `make crash`
(DESKCTL_CRASH=all) runs each case separately.
"""

from __future__ import annotations

import os

import pytest

from tests.crash import matrix
from tests.crash.books import reconcile
from tests.crash.conftest import NewWorld
from tests.crash.matrix import Case
from tests.crash.strike import strike
from tests.crash.world import World

pytestmark = [pytest.mark.crash, pytest.mark.timeout(900)]

ALL = os.environ.get("DESKCTL_CRASH") == "all"
#: Cases after which a desk is replaced, so that the comparison of its data stays fast.
_FRESH_AFTER = 25


def chains() -> list[list[Case]]:
    """Return series of faults for one desk, which is checked at the end."""
    kill_cases = matrix.kill_cases("sqlite")
    some = [
        *[
            case
            for case in matrix.kill_cases("postgresql")
            if case.point in ("journal.append.committed", "intake.committed")
        ],
        Case("postgresql", "kill", "relay.sent"),
        Case("postgresql", "gone", "intake.commit", "heals"),
        Case("postgresql", "locked", "journal.append.begin", "heals"),
    ]
    hindered = [
        Case("sqlite", "limit", "journal.append.commit", "heals"),
        Case("sqlite", "gone", "journal.append.begin", "heals"),
        Case("sqlite", "locked", "journal.append.begin", "killed"),
        Case("sqlite", "limit", "settle.commit", "heals"),
        *[case for case in matrix.pipe_cases("sqlite") if case.point == "pipe.read" or case.detail == "alone"][:3],
    ]
    cut = [
        Case("sqlite", "cut", "smtp.content", "unanswered"),
        Case("sqlite", "cut", "lmtp.content", "in command"),
        Case("sqlite", "cut", "imap.FETCH", "in answer"),
        Case("sqlite", "cut", "imap.MOVE", "unanswered"),
        Case("sqlite", "cut", "relay.content", "unanswered"),
        Case("sqlite", "cut", "relay.DATA", "before"),
    ]
    return [kill_cases[0::4], kill_cases[1::4], kill_cases[2::4], kill_cases[3::4], some, hindered, cut]


@pytest.mark.skipif(ALL, reason="every case runs separately")
@pytest.mark.parametrize("chain", chains(), ids=[f"{n}-{chain[0].store}" for n, chain in enumerate(chains())])
def test_series_of_faults_loses_and_duplicates_nothing(new_world: NewWorld, chain: list[Case]) -> None:
    world = new_world(chain[0].store)
    for case in chain:
        try:
            strike(world, case)
        except AssertionError as error:
            raise AssertionError(f"{case}: {error}") from error
    start_if_stopped(world)
    reconcile(world)
    world.end()
    world.close()


def start_if_stopped(world: World) -> None:
    """Make sure that a daemon without faults runs."""
    if world.daemon is None or not world.daemon.alive():
        world.start_well()


class Worlds:
    """The desk of each store, replaced after a failure and after some cases."""

    def __init__(self, new_world: NewWorld) -> None:
        self._new = new_world
        self._there: dict[str, tuple[World, int]] = {}

    def of(self, store: str) -> World:
        world, uses = self._there.pop(store, (None, 0))
        if world is not None and uses >= _FRESH_AFTER:
            world.close()
            world, uses = None, 0
        world = world or self._new(store)
        self._there[store] = world, uses + 1
        return world

    def discard(self, store: str) -> None:
        world, _ = self._there.pop(store)
        world.close()


@pytest.fixture(scope="module")
def worlds(new_world: NewWorld) -> Worlds:
    return Worlds(new_world)


@pytest.mark.parametrize("case", matrix.all_cases() if ALL else [], ids=str)
def test_fault_loses_and_duplicates_nothing(worlds: Worlds, case: Case) -> None:
    world = worlds.of(case.store)
    try:
        strike(world, case)
        start_if_stopped(world)
        reconcile(world)
    except BaseException:
        worlds.discard(case.store)
        raise
