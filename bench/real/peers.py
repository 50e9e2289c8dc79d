"""Compare the intake with that of django-helpdesk: the same mails from the same server, with default settings."""

from __future__ import annotations

import json
import shutil
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

import pytest

from bench.real.intake import MAILS, fill
from bench.real.measure import ROOT, WORK, Figure, compare, without_floor
from bench.real.reading import Reading, read
from tests.servers.dovecot import Mailbox, open_dovecot

PYTHON = WORK / "peers" / "venv" / "bin" / "python"
SCRIPT = ROOT / "bench" / "peers" / "django_helpdesk.py"
LIMIT_SECONDS = 1800.0


def peers(runs: int) -> list[Figure]:
    """Read the mails with both, in turn. Both times contain the start of the process and the login."""
    if not PYTHON.exists():
        pytest.skip("django-helpdesk is not installed: run make bench-peers")
    server = open_dovecot(None)
    try:
        theirs: list[Peer] = []
        ours: list[Reading] = []
        for number in range(runs):
            theirs.append(peer_once(server.mailbox()))
            ours.append(read(server.mailbox(), f"peers-{number}"))
    finally:
        server.close()
    return [
        compare(
            "intake over IMAP : django-helpdesk",
            "mails/s",
            [run.rate for run in theirs],
            [run.rate for run in ours],
            at_least=20,
        ),
        compare(
            f"tickets from {ours[0].threads} threads : django-helpdesk",
            "tickets",
            [float(run.tickets) for run in theirs],
            [float(run.tickets) for run in ours],
        ),
        without_floor(
            "threads that differ from the generated ones", "threads", [run.differing for run in ours], at_most=0
        ),
        without_floor(
            "mails that django-helpdesk did not store", "mails", [float(MAILS - run.mails) for run in theirs]
        ),
    ]


@dataclass(frozen=True, slots=True)
class Peer:
    """The result of django-helpdesk: mails per second, and the numbers of tickets and of stored mails."""

    rate: float
    tickets: int
    mails: int


def peer_once(box: Mailbox) -> Peer:
    """Read the workload with django-helpdesk."""
    folder = WORK / "peers" / "desk"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    fill(box)
    _peer(folder, "create", box.host, str(box.port), box.user, box.password)
    began = time.perf_counter()
    _peer(folder, "get_email", "--quiet")
    seconds = time.perf_counter() - began
    counted = json.loads(_peer(folder, "count"))
    return Peer(counted["mails"] / seconds, counted["tickets"], counted["mails"])


def _peer(folder: Path, *words: str) -> str:
    """Run a command of django-helpdesk and return its output."""
    command = [PYTHON, SCRIPT, folder, *words]
    done = subprocess.run(command, capture_output=True, text=True, timeout=LIMIT_SECONDS)
    if done.returncode:
        raise RuntimeError(f"django-helpdesk {words[0]}: {done.stderr[-2000:]}")
    return done.stdout
