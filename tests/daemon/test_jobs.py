"""Automations run once per event, even if the daemon dies, and a faulty one does not affect others."""

from __future__ import annotations

import contextlib
import os
import subprocess
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest

from deskctl.core.tickets.commands import Create
from deskctl.core.tickets.queries import ListTickets, ShowTicket
from deskctl.desk.remote import RemoteDesk
from deskctl.errors import NotFound, Unavailable
from tests.crash.named import job_points
from tests.daemon.running import Daemon, add_agent, command, launch, make_desk, running
from tests.servers import zygote

WaitUntil = Callable[..., Any]

ROBIN = '''
"""Marks every new ticket once. It waits or fails if a file in its folder requests it."""
import time
from dataclasses import dataclass
from pathlib import Path
from deskctl.plugins import AutomationType, Write, hookimpl
from deskctl.plugins.actions import Note, Tag
from deskctl.plugins.queries import ShowTicket

HERE = Path(__file__).parent

def mark(happening, context):
    subject = context.desk.ask(ShowTicket(happening.ticket))["subject"]
    (HERE / f"begun-{happening.ticket}").touch()
    while (HERE / "wait").exists():
        time.sleep(0.01)
    if "broken" in subject and not (HERE / "mended").exists():
        raise ValueError("this is beyond me")
    yield Tag(happening.ticket, add=("marked",))
    yield Write(lambda context: context.execute(Note(happening.ticket, "marked by robin")))

@hookimpl
def deskctl_automations():
    return [AutomationType("mark", frozenset({"ticket_created", "note_added"}), mark, seconds=SECONDS)]
'''
#: Reacts to the notes of robin, and robin to its notes: without a limit this would not end.
WREN = """
from deskctl.plugins import AutomationType, hookimpl
from deskctl.plugins.actions import Note

@hookimpl
def deskctl_automations():
    return [AutomationType("sing", frozenset({"note_added"}), lambda h, c: [Note(h.ticket, "sung by wren")])]
"""
#: Handles several events in one call, and fails there if one of them is broken. It wants no event of each third ticket.
FINCH = """
import time
from pathlib import Path
from deskctl.plugins import AutomationType, hookimpl
from deskctl.plugins.actions import Tag
from deskctl.plugins.queries import ShowTickets

HERE = Path(__file__).parent

def mark_all(happenings, context):
    while (HERE / "wait").exists():
        time.sleep(0.01)
    found = context.desk.ask(ShowTickets(tuple(happening.ticket for happening in happenings)))
    if len(happenings) > 1:
        (HERE / "together").touch()
    if any("broken" in document["subject"] for document in found):
        raise ValueError("this is beyond me")
    return [[Tag(document["number"], add=("seen",))] for document in found]

def mark(happening, context):
    return mark_all([happening], context)[0]

@hookimpl
def deskctl_automations():
    wants = lambda happening, settings: happening.ticket % 3 != 0
    return [AutomationType("mark", frozenset({"ticket_created"}), mark, seconds=60, wants=wants, run_many=mark_all)]
"""


def desk_of(tmp_path: Path, url: str, seconds: str = "30", **plugins: str) -> Path:
    return make_desk(tmp_path / "desk", url, "", {"robin": ROBIN.replace("SECONDS", seconds), **plugins})


@contextmanager
def at_work(folder: Path) -> Iterator[tuple[Daemon, RemoteDesk]]:
    """Run a daemon with the agent `ana`, and connect to it."""
    with running(folder) as daemon:
        with closing(daemon.desk()) as desk:
            if not desk.info.agents:
                add_agent(daemon)
        with closing(daemon.desk()) as desk:
            yield daemon, desk


def notes(desk: RemoteDesk, ticket: int) -> list[str]:
    """Return the authors of the notes of a ticket."""
    return [e["by"] for e in desk.ask(ShowTicket(ticket))["events"] if e["kind"] == "note_added"]


def tags(desk: RemoteDesk, ticket: int) -> list[str]:
    found: list[str] = desk.ask(ShowTicket(ticket))["tags"]
    return found


def failed(desk: RemoteDesk) -> set[int]:
    """Return the tickets whose events the plugin finch could not handle."""
    return {job["ticket"] for job in desk.call("jobs") if job["plugin"] == "finch" and job["last_error"]}


def new(desk: RemoteDesk, subject: str = "Printer") -> int:
    made = desk.execute(Create("bob@example.org", subject, "It burns."), agent="ana")
    return int(made.facts["number"])


def test_automation_acts_as_its_plugin_and_does_not_see_its_own_events(
    tmp_path: Path, desk_url: str, wait_until: WaitUntil
) -> None:
    with at_work(desk_of(tmp_path, desk_url)) as (_, desk):
        ticket = new(desk)
        wait_until(lambda: notes(desk, ticket) == ["system:robin"], 20, "robin's note")
        wait_until(lambda: desk.call("jobs") == [], 20, "no job is left")
        assert desk.ask(ShowTicket(ticket))["tags"] == ["marked"]
        assert notes(desk, ticket) == ["system:robin"]


def test_events_are_handled_together_and_one_by_one_after_a_failure(
    tmp_path: Path, desk_url: str, wait_until: WaitUntil
) -> None:
    """The first calls wait until all tickets exist, so the events of the others are handled together."""
    folder = make_desk(tmp_path / "desk", desk_url, "", {"finch": FINCH})
    (folder / "plugins" / "wait").touch()
    with at_work(folder) as (_, desk):
        tickets = [new(desk, subject) for _ in range(4) for subject in ("Printer", "broken", "unwanted")]
        assert tickets == list(range(1, 13))
        (folder / "plugins" / "wait").unlink()
        wait_until(lambda: all("seen" in tags(desk, ticket) for ticket in tickets[::3]), 30, "the events are handled")
        wait_until(lambda: failed(desk) == set(tickets[1::3]), 30, "the broken events are reported")
        assert not any("seen" in tags(desk, ticket) for ticket in tickets[2::3])
        assert (folder / "plugins" / "together").exists()


def test_two_automations_that_trigger_each_other_stop(tmp_path: Path, desk_url: str, wait_until: WaitUntil) -> None:
    with at_work(desk_of(tmp_path, desk_url, wren=WREN)) as (_, desk):
        ticket = new(desk)
        wait_until(lambda: len(notes(desk, ticket)) >= 3 and desk.call("jobs") == [], 20, "the last answer")
        assert notes(desk, ticket) == ["system:robin", "system:wren", "system:robin"]


def test_job_of_a_killed_daemon_runs_once_after_the_restart(
    tmp_path: Path, desk_url: str, wait_until: WaitUntil
) -> None:
    folder = desk_of(tmp_path, desk_url)
    plugins = folder / "plugins"
    (plugins / "wait").touch()
    with at_work(folder) as (daemon, desk):
        ticket = new(desk)
        wait_until((plugins / f"begun-{ticket}").exists, 20, "the job begins")
        daemon.kill()
    (plugins / "wait").unlink()
    with at_work(folder) as (daemon, desk):
        wait_until(lambda: notes(desk, ticket) == ["system:robin"], 20, "robin's note")
        wait_until(lambda: desk.call("jobs") == [], 20, "no job is left")
        assert notes(desk, ticket) == ["system:robin"]


@pytest.mark.crash
@pytest.mark.timeout(300)
def test_job_runs_once_after_a_kill_at_any_point(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, wait_until: WaitUntil
) -> None:
    """Kill the daemon of one desk at each fault point of a job, one after the other."""
    folder = desk_of(tmp_path, f"sqlite:///{tmp_path / 'desk.db'}")
    faults = tmp_path / "faults"
    faults.mkdir()
    with running(folder) as daemon:
        add_agent(daemon)
    for point in job_points():
        (faults / "fault").write_text(f"KILL {point} 1\n")
        monkeypatch.setenv("DESKCTL_FAULT", str(faults))
        if point.startswith("jobs.recover"):
            _leave_one_in_hand(folder, monkeypatch, wait_until)
        process = launch(folder, tmp_path / "daemon.log")
        try:
            if not point.startswith("jobs.recover"):
                _create_ticket(process, folder, "broken" if "put_back" in point else point, wait_until)
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(15)
            said = (tmp_path / "daemon.log").read_text()
            assert process.returncode == -9, f"{point} was not reached: {said}"
        finally:
            process.kill()
            process.wait()
    monkeypatch.delenv("DESKCTL_FAULT")
    (folder / "plugins" / "mended").touch()
    with at_work(folder) as (daemon, desk):
        for job in desk.call("jobs"):
            with contextlib.suppress(NotFound):  # it runs, or is done
                desk.call("job_retry", job=job["id"])
        wait_until(lambda: desk.call("jobs") == [], 60, "no job is left")
        tickets = [row["number"] for row in desk.ask(ListTickets(all=True))]
        assert len(tickets) > 3
        assert {ticket: notes(desk, ticket) for ticket in tickets} == {ticket: ["system:robin"] for ticket in tickets}


def _create_ticket(
    process: zygote.Process | subprocess.Popen[bytes], folder: Path, subject: str, wait_until: WaitUntil
) -> None:
    """Create a ticket. The daemon may die before it answers, or at its start because of an earlier job."""

    def done() -> bool:
        with contextlib.suppress(Unavailable):
            desk = RemoteDesk.connect(folder / "desk.sock")
            if desk is not None:
                with closing(desk):
                    new(desk, subject)
                return True
        return process.poll() is not None

    wait_until(done, 30, "the daemon takes a ticket")


def _leave_one_in_hand(folder: Path, monkeypatch: pytest.MonkeyPatch, wait_until: WaitUntil) -> None:
    wait = folder / "plugins" / "wait"
    wait.touch()
    faults = os.environ["DESKCTL_FAULT"]
    monkeypatch.delenv("DESKCTL_FAULT")
    with at_work(folder) as (daemon, desk):
        new(desk)
        wait_until(lambda: any(job["state"] == "running" for job in desk.call("jobs")), 20, "a job begins")
        daemon.kill()
    wait.unlink()
    monkeypatch.setenv("DESKCTL_FAULT", faults)


def test_automation_that_hangs_or_fails_is_reported_and_the_daemon_continues(
    tmp_path: Path, desk_url: str, wait_until: WaitUntil
) -> None:
    folder = desk_of(tmp_path, desk_url, "2", wren=WREN)
    with at_work(folder) as (daemon, desk):
        broken = new(desk, "broken")
        wait_until(lambda: any(job["last_error"] for job in desk.call("jobs")), 20, "the job failed")
        [job] = (job for job in desk.call("jobs") if job["plugin"] == "robin")
        assert (job["plugin"], job["ticket"], job["state"], job["attempts"]) == ("robin", broken, "waiting", 1)
        assert job["last_error"] == "ValueError: this is beyond me"

        (folder / "plugins" / "wait").touch()
        new(desk)
        wait_until(lambda: _row(desk, "robin")["error"], 20, "robin is disabled")
        assert "robin.mark hangs" in _row(desk, "robin")["error"]
        assert _row(desk, "wren")["enabled"]
        assert "the plugin robin took longer than 2 s" in daemon.log
        assert new(desk, "still at work") > broken
        doctor = _doctor(folder)
        assert "robin" in doctor
        assert "hangs" in doctor
        (folder / "plugins" / "wait").unlink()
    (folder / "plugins" / "mended").touch()
    with at_work(folder) as (daemon, desk):
        for waiting in desk.call("jobs"):
            with contextlib.suppress(NotFound):
                desk.call("job_retry", job=waiting["id"])
        wait_until(lambda: "system:robin" in notes(desk, broken), 30, "robin finishes its jobs")


def _row(desk: RemoteDesk, name: str) -> Any:
    return next(row for row in desk.call("plugins") if row["name"] == name)


def _doctor(folder: Path) -> str:
    return command(folder, "doctor").stdout
