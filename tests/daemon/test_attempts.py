"""A message over which the process died three times is quarantined; other kills do not count against it."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from deskctl.core.intake.journal import MAX_ATTEMPTS
from deskctl.core.intake.queries import ListInbox
from deskctl.core.tickets.queries import ListTickets
from tests.daemon.running import launch, make_desk, running

WaitUntil = Callable[..., Any]
pytestmark = pytest.mark.crash

CHANNEL = '[channels.ops]\ntype = "console"\ninbox = "in"\nanswers = "out.jsonl"\npoll = "1s"\n'
MAIL = "From: ann@example.org\nSubject: Printer\n\nIt burns.\n"


def desk_with_mail(tmp_path: Path, url: str) -> Path:
    """Return a desk with one message that the next daemon receives."""
    folder = make_desk(tmp_path / "desk", url, CHANNEL)
    (folder / "in").mkdir()
    (folder / "in" / "one").write_text(MAIL)
    return folder


def kill_at(folder: Path, point: str, times: int) -> None:
    """Start a daemon that kills itself at a fault point, several times."""
    faults = folder / "faults"
    faults.mkdir(exist_ok=True)
    (faults / "fault").write_text(f"KILL {point} 1\n")
    log = folder / "killed.log"
    for _ in range(times):
        process = launch(folder, log, DESKCTL_FAULT=str(faults))
        try:
            assert process.wait(60) == -9, f"{point} was not reached: {log.read_text()}"
        finally:
            process.kill()
            process.wait()


@pytest.mark.parametrize(
    "point",
    ["journal.start_single.committed", "intake.parse", "intake.parsed", "intake.begin"],  # parsing is another process
)
def test_kills_while_a_message_waits_do_not_count_against_it(
    tmp_path: Path, desk_url: str, wait_until: WaitUntil, point: str
) -> None:
    folder = desk_with_mail(tmp_path, desk_url)
    kill_at(folder, point, MAX_ATTEMPTS + 1)
    with running(folder) as daemon, closing(daemon.desk()) as desk:
        wait_until(lambda: [row["subject"] for row in desk.ask(ListTickets())] == ["Printer"], 30, "it is a ticket")
        assert [row["state"] for row in desk.ask(ListInbox(all=True))] == ["done"]


def test_message_during_whose_processing_the_process_dies_is_quarantined(
    tmp_path: Path, desk_url: str, wait_until: WaitUntil
) -> None:
    folder = desk_with_mail(tmp_path, desk_url)
    kill_at(folder, "intake.parsed", 2)  # these do not count
    kill_at(folder, "intake.commit", MAX_ATTEMPTS)
    with running(folder) as daemon, closing(daemon.desk()) as desk:
        wait_until(lambda: [row["state"] for row in desk.ask(ListInbox())] == ["quarantined"], 30, "it is quarantined")
        [row] = desk.ask(ListInbox())
        assert row["reason"] == f"the process died {MAX_ATTEMPTS} times while it processed the message"
        assert desk.ask(ListTickets()) == []


def test_kill_while_a_message_waits_leaves_earlier_attempts_counted(
    tmp_path: Path, desk_url: str, wait_until: WaitUntil
) -> None:
    folder = desk_with_mail(tmp_path, desk_url)
    kill_at(folder, "intake.commit", MAX_ATTEMPTS - 1)
    kill_at(folder, "intake.parsed", 2)
    kill_at(folder, "intake.commit", 1)
    with running(folder) as daemon, closing(daemon.desk()) as desk:
        wait_until(lambda: [row["state"] for row in desk.ask(ListInbox())] == ["quarantined"], 30, "it is quarantined")
