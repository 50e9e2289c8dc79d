"""Without a daemon the same rules hold: who does not own the desk is an agent, an ingest user, or nobody."""

from __future__ import annotations

import os
import pwd
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.daemon.running import make_desk

MAIL = "From: Ann <ann@example.org>\nSubject: Printer\nMessage-ID: <a@b>\n\nIt burns.\n"


@pytest.fixture
def desk(desk_url: str) -> Iterator[Path]:
    """A desk of root's on PostgreSQL: no file keeps others from opening the store."""
    if desk_url.startswith("sqlite") or os.getuid() != 0:
        pytest.skip("several users at one local desk: on PostgreSQL, tried by root")
    with tempfile.TemporaryDirectory(prefix="desk-") as folder:
        channel = '[channels.ops]\ntype = "console"\nteam = "support"\ninbox = "in"\nanswers = "out.jsonl"\n'
        made = make_desk(Path(folder) / "desk", desk_url, channel)
        made.chmod(0o755)
        Path(folder).chmod(0o755)
        yield made


@pytest.fixture
def stranger(desk_url: str) -> str:
    """The account that may open the server's socket."""
    (host,) = parse_qs(urlsplit(desk_url).query)["host"]
    return pwd.getpwuid(Path(host).stat().st_uid).pw_name


def run(desk: Path, user: str, *words: str, code: int = 0) -> str:
    account = pwd.getpwnam(user)
    done = subprocess.run(
        [sys.executable, "-m", "deskctl.cli.main", "--config", str(desk / "config.toml"), *words],
        user=account.pw_uid,
        group=account.pw_gid,
        extra_groups=[],
        env={**os.environ, "HOME": "/nonexistent", "PYTHONDONTWRITEBYTECODE": "1"},
        input=MAIL,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == code, f"{words}: {done.returncode}\n{done.stdout}\n{done.stderr}"
    return done.stdout + done.stderr


def test_a_local_desk_lets_nobody_do_what_the_daemon_would_refuse(desk: Path, stranger: str) -> None:
    run(desk, "root", "agent", "add", "ana", "--name", "Ana", "--email", "ana@acme.test")
    run(desk, "root", "--as", "ana", "new", "--from", "ann@example.org", "--subject", "Printer", "-m", "It burns.")
    for words in (["list"], ["show", "1"], ["note", "1", "-m", "x", "--as", "ana"], ["mail", "ingest", "ops"]):
        assert stranger in run(desk, stranger, *words, code=4)
    run(desk, "root", "agent", "add", "eve", "--name", "Eve", "--email", "eve@acme.test", "--login", stranger)
    assert "Printer" in run(desk, stranger, "list")
    run(desk, stranger, "note", "1", "-m", "mine")
    for words in (
        ["list", "--as", "ana"],
        ["note", "1", "-m", "x", "--as", "ana"],
        ["agent", "set", "ana", "--login", stranger],
        ["team", "set", "support", "--name", "x"],
        ["channel", "test", "ops"],
        ["db", "upgrade"],
        ["db", "reindex"],
        ["mail", "ingest", "ops"],
    ):
        run(desk, stranger, *words, code=4)
    config = desk / "config.toml"
    config.write_text(config.read_text().replace("[desk]\n", f'[desk]\ningest_users = ["{stranger}"]\n'))
    run(desk, stranger, "mail", "ingest", "ops")
