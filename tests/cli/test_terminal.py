"""Colour, editor and pager on a terminal; waiting for a person or a pipe does not lock the desk."""

from __future__ import annotations

import fcntl
import os
import re
import struct
import subprocess
import termios
from pathlib import Path

from deskctl.cli.width import width
from tests.cli.shell import Shell, mail


def at_terminal(shell: Shell, *words: str, columns: int = 80, code: int = 0, **env: str) -> str:
    """Run a command on a terminal and return its output."""
    ours, theirs = os.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    process = shell.spawn(*words, streams=[theirs] * 3, session=True, **{"TERM": "xterm", **env})
    os.close(theirs)
    seen = b""
    try:
        while piece := os.read(ours, 65536):
            seen += piece
    except OSError:
        pass  # how Linux says that the other end is closed
    os.close(ours)
    text = seen.decode().replace("\r\n", "\n")
    assert process.wait(20) == code, text
    return text


def script(folder: Path, name: str, text: str) -> str:
    path = folder / name
    path.write_text(text)
    path.chmod(0o755)
    return str(path)


def test_list_is_a_coloured_table_of_80_columns(desk: Shell) -> None:
    desk.ingest(mail("김민수 <minsu@example.kr>", "환불 요청드립니다 " * 9))
    text = at_terminal(desk, "list")
    plain = re.sub(r"\x1b\[\d+m", "", text)
    assert text != plain
    assert "\x1b" not in plain
    heads = ["#", "STATUS", "PRIORITY", "SUBJECT", "FROM", "CHANGED"]
    assert plain.splitlines()[0].split() == heads
    assert max(map(width, plain.splitlines())) <= 80


def test_colour_can_be_switched_off(desk: Shell) -> None:
    desk.ingest(mail())
    assert "\x1b" not in at_terminal(desk, "list", NO_COLOR="1")
    assert "\x1b" not in at_terminal(desk, "list", "--no-color")


def test_deskctl_without_command_shows_the_next_ticket(desk: Shell) -> None:
    desk.ingest(mail(subject="환불"))
    text = at_terminal(desk)
    assert "no open tickets of agent1" in text
    assert "next: #1 환불 (normal" in text


def test_editor_shows_the_thread_and_the_text_above_is_sent(local_desk: Shell) -> None:
    local_desk.ingest(mail(text="It burns."))
    # The editor itself uses the desk: it would wait for the lock until its time limit if `reply` held it.
    editor = script(
        local_desk.folder,
        "editor",
        "#!/bin/sh\nset -e\ngrep -q '^# It burns' \"$1\"\ndeskctl take 1 >/dev/null\n"
        'printf "Written\\nin an editor\\n# not a comment\\n" | cat - "$1" > "$1.new"\nmv "$1.new" "$1"\n',
    )
    at_terminal(local_desk, "reply", "1", EDITOR=editor)
    assert local_desk.show(1)["messages"][1]["text"] == "Written\nin an editor\n# not a comment"


def test_empty_text_sends_nothing(local_desk: Shell) -> None:
    local_desk.ingest(mail())
    assert "nothing was sent" in at_terminal(local_desk, "reply", "1", EDITOR="true", code=1)
    assert "nothing was sent" in at_terminal(local_desk, "note", "1", EDITOR="false", code=1)
    assert len(local_desk.show(1)["messages"]) == 1


def test_message_received_during_editing_stops_the_reply(local_desk: Shell) -> None:
    first = mail()
    local_desk.ingest(first)
    found = re.search(rb"Message-ID: (<[^>]+>)", first)
    assert found is not None
    (local_desk.folder / "more.eml").write_bytes(mail(text="Wait!", headers=[("References", found[1].decode())]))
    editor = script(
        local_desk.folder,
        "editor",
        '#!/bin/sh\nset -e\ndeskctl mail ingest < more.eml\nsed -i "1i Too late" "$1"\n',
    )
    assert "Wait!" in at_terminal(local_desk, "reply", "1", EDITOR=editor, code=4)


def test_pager_runs_after_the_desk_is_released(local_desk: Shell) -> None:
    local_desk.ingest(mail(text="line\n" * 100))
    pager = script(local_desk.folder, "pager", "#!/bin/sh\ncat > paged\ndeskctl list --json > listed || exit 1\n")
    at_terminal(local_desk, "show", "1", PAGER=pager)
    assert (local_desk.folder / "paged").read_text().count("line") == 100
    assert '"number": 1' in (local_desk.folder / "listed").read_text()


def test_waiting_for_input_does_not_lock_the_desk(local_desk: Shell) -> None:
    local_desk.ingest(mail())
    waiting = subprocess.Popen(
        ["deskctl", "note", "1", "-"], cwd=local_desk.folder, env=local_desk.env, stdin=subprocess.PIPE
    )
    try:
        local_desk("take", "1")
        waiting.communicate(b"from a slow pipe", timeout=20)
    finally:
        waiting.kill()
    assert waiting.returncode == 0
    assert local_desk.show(1)["messages"][1]["text"] == "from a slow pipe"


def test_blocked_pipe_does_not_lock_the_desk(local_desk: Shell) -> None:
    local_desk.ingest(mail(text="long line of text\n" * 20_000))
    stuck = subprocess.Popen(
        ["deskctl", "show", "1"], cwd=local_desk.folder, env=local_desk.env, stdout=subprocess.PIPE
    )
    try:
        assert stuck.stdout is not None
        stuck.stdout.read(1)  # its output has begun, and stops where the pipe is full
        local_desk("take", "1")
    finally:
        stuck.kill()
        stuck.communicate()
