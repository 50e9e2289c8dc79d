"""Closed and full streams, removed folders, huge numbers and terminals without a size: no crash, nothing lost."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from tests.cli.shell import COMMAND, Shell, environment, mail

HALFWAY = """
import click

from deskctl.plugins import NotFound


@click.command()
@click.argument("error")
def halfway(error):
    print('{"ticket": 1}')
    raise NotFound("no ticket 2") if error == "known" else ValueError("a defect")
"""
CLOSED = (">&-", "2>&-", "<&-", "<&- >&- 2>&-", ">&- 2>&-")


@pytest.mark.parametrize("streams", CLOSED)
def test_note_is_added_once_if_a_stream_is_closed(desk: Shell, streams: str) -> None:
    desk.ingest(mail())
    desk.pipe(f"deskctl note 1 -m written {streams}", cold=True)
    notes = [m["text"] for m in desk.show(1)["messages"] if m["kind"] == "note"]
    assert notes == ["written"]


def test_closed_output_of_a_query_is_an_error(desk: Shell) -> None:
    desk.ingest(mail())
    result = desk.pipe("deskctl list >&-", code=74, cold=True)
    assert "standard output is closed" in result.err
    assert "Traceback" not in result.err


def test_full_output_reports_that_the_command_was_executed(desk: Shell) -> None:
    desk.ingest(mail())
    result = desk.pipe("deskctl note 1 -m written > /dev/full", code=74, cold=True)
    assert "the command was carried out" in result.err
    assert [m["text"] for m in desk.show(1)["messages"] if m["kind"] == "note"] == ["written"]
    assert "carried out" not in desk.pipe("deskctl list > /dev/full", code=74, cold=True).err


@pytest.mark.parametrize(("error", "code"), [("known", 3), ("unknown", 70)])
def test_output_of_a_plugin_command_that_fails_halfway_is_printed(tmp_path: Path, error: str, code: int) -> None:
    info = tmp_path / "halfway-1.dist-info"
    info.mkdir()
    (info / "entry_points.txt").write_text("[deskctl.commands]\nhalfway = halfway:halfway\n")
    (tmp_path / "halfway.py").write_text(HALFWAY)
    env = environment()
    env["PYTHONPATH"] += f"{os.pathsep}{tmp_path}"
    line = [*COMMAND, "halfway", error]
    done = subprocess.run(line, env=env, capture_output=True, text=True, timeout=100)
    assert (done.returncode, done.stdout) == (code, '{"ticket": 1}\n'), done.stderr
    assert "error: " in done.stderr
    with Path("/dev/full").open("w") as full:
        again = subprocess.run(line, env=env, stdout=full, stderr=subprocess.PIPE, text=True, timeout=100)
    assert (again.returncode, again.stderr) == (code, done.stderr)


def test_full_standard_error_does_not_change_the_exit_code(desk: Shell) -> None:
    desk.pipe("deskctl show 99 2>/dev/full", code=3, cold=True)
    desk.pipe("deskctl list --bogus 2>/dev/full", code=2, cold=True)


def test_opened_files_never_get_the_number_of_a_stream(local_desk: Shell) -> None:
    """With closed streams, the store must not become the standard output of a child process."""
    local_desk.ingest(mail())
    local_desk.pipe("deskctl --debug note 1 -m one <&- >&- 2>&-", cold=True)
    assert local_desk("db", "check", code=None).code in (0, 2)
    assert local_desk.show(1)["messages"][-1]["text"] == "one"


NUMBERED = (
    "mail raw", "mail reparse", "inbox show", "inbox retry", "inbox drop", "outbox show", "outbox retry",
    "outbox cancel", "undo", "show", "split 1", "contact show", "attachment save", "shift remove",
    "plugin jobs --retry", "kb show", "list --limit", "sla move x",
)  # fmt: skip


@pytest.mark.parametrize("number", [2**63, 10**400], ids=["64 bits", "400 digits"])
def test_number_beyond_64_bits_is_a_usage_error_or_not_found(desk: Shell, number: int) -> None:
    for words in NUMBERED:
        result = desk(*words.split(), str(number), code=None)
        assert result.code in ((0, 2) if words == "list --limit" else (2, 3)), (words, result.err)
        assert "unexpected" not in result.err
        assert "OverflowError" not in result.err


def test_deleted_current_folder_is_reported(desk: Shell) -> None:
    desk.ingest(mail(subject="Lamp"))
    gone = 'mkdir gone && cd gone && rmdir ../gone && deskctl --config "$OLDPWD/config.toml" '
    assert "Lamp" in desk.pipe(gone + "list", cold=True).out
    desk.pipe(gone + "note 1 -m x", cold=True)
    result = desk.pipe("mkdir gone && cd gone && rmdir ../gone && deskctl list", code=5, cold=True)
    assert "no longer exists" in result.err
    result = desk.pipe("mkdir gone && cd gone && rmdir ../gone && deskctl --config config.toml list", code=5, cold=True)
    assert "no longer exists" in result.err


def test_terminal_without_a_size_has_80_columns(desk: Shell) -> None:
    import fcntl
    import os
    import struct
    import termios

    desk.ingest(mail(subject="A subject of some length for the table"))
    ours, theirs = os.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 0, 0, 0, 0))
    process = desk.spawn("list", streams=[theirs] * 3, NO_COLOR="1")
    code = process.wait(60)
    os.close(theirs)
    seen = os.read(ours, 65536).decode()
    os.close(ours)
    assert code == 0
    assert "A subject of some length" in seen
