"""A daemon that dies between two portions of a deactivation, or of its undo, continues after its next start."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from contextlib import closing, nullcontext
from pathlib import Path

import pytest

from deskctl.bootstrap import load, open_components, open_desk
from deskctl.core import features
from deskctl.core.administration.deactivation import PORTION
from deskctl.core.agents.commands import ChangeAgent
from deskctl.core.kernel.actor import Actor
from deskctl.core.kernel.unit import Unit
from deskctl.core.tickets.commands import Assign, Create
from deskctl.core.tickets.queries import ListTickets
from deskctl.core.undo.commands import Undo
from deskctl.desk import Desk
from deskctl.errors import Refused
from tests.daemon.running import add_agent, running

MakeDesk = Callable[[str], Path]
WaitUntil = Callable[..., object]
TICKETS = 3 * PORTION + 1
ANA = Actor.agent("ana")


def fill(folder: Path) -> None:
    """Assign many tickets to eve."""

    def work(unit: Unit) -> None:
        for number in range(TICKETS):
            made = features.execute(unit, Create("bob@example.org", f"Printer {number}", "It burns."), ANA)
            features.execute(unit, Assign(made.facts["number"], "eve"), ANA)

    components = open_components(*load(folder / "config.toml"))
    components.store.transaction(work)
    components.store.close()


def assignees(desk: Desk) -> Counter[str | None]:
    return Counter(row["assignee"] for row in desk.ask(ListTickets(limit=2 * TICKETS)))


def test_killed_daemon_continues_deactivation_and_undo(
    tmp_path: Path, desk_with: MakeDesk, wait_until: WaitUntil
) -> None:
    folder = desk_with("")
    with running(folder) as daemon:
        add_agent(daemon, "ana")
        add_agent(daemon, "eve")
    fill(folder)
    faults = tmp_path / "faults"
    faults.mkdir()
    (faults / "fault").write_text("KILL timer.commit 2\n")  # at the end of the second portion that a timer begins
    for command, complete in ((ChangeAgent("eve", active=False), {None: TICKETS}), (Undo(), {"eve": TICKETS})):
        with running(folder, DESKCTL_FAULT=str(faults)) as daemon, closing(daemon.desk()) as desk:
            desk.execute(command, agent="ana")
            assert daemon.process.wait(60) == -9
        with closing(open_desk(folder / "config.toml")) as alone:
            assert assignees(alone).keys() == {None, "eve"}, "it was killed between portions"
        with running(folder) as daemon, closing(daemon.desk()) as desk:
            wait_until(lambda: assignees(desk) == complete, 60, "the portions that were left")  # noqa: B023


@pytest.mark.parametrize("served", [True, False], ids=["daemon", "alone"])
def test_undo_is_refused_if_someone_changed_a_ticket_of_any_portion(
    desk_with: MakeDesk, wait_until: WaitUntil, served: bool
) -> None:
    folder = desk_with("")
    with running(folder) as daemon:
        add_agent(daemon, "ana")
        add_agent(daemon, "eve")
    fill(folder)
    with closing(open_desk(folder / "config.toml")) as desk:
        deactivation = desk.execute(ChangeAgent("eve", active=False), agent="ana")
        later = min(set(range(1, TICKETS + 1)) - set(deactivation.tickets))  # not in the first portion
        desk.execute(Assign(later, "ana"), agent="ana")
    with running(folder) if served else nullcontext(), closing(open_desk(folder / "config.toml")) as desk:
        with pytest.raises(Refused, match=f"you changed ticket {later} later"):
            desk.execute(Undo(deactivation.command), agent="ana")
        assert assignees(desk) == {None: TICKETS - 1, "ana": 1}
        desk.execute(Undo(), agent="ana")
        desk.execute(Undo(deactivation.command), agent="ana")
        wait_until(lambda: assignees(desk) == {"eve": TICKETS}, 60, "all portions are undone")
