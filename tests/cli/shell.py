"""Run the real `deskctl`, as a person or a script does, in a separate desk."""

from __future__ import annotations

import base64
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from deskctl.bootstrap import open_desk
from deskctl.core.intake.queries import ListInbox
from deskctl.core.tickets.queries import ShowTicket
from deskctl.desk import Desk
from tests.servers import zygote
from tests.servers.waiting import free_port, wait_until

COMMAND = [sys.executable, "-m", "deskctl.cli.main"]
ROOT = Path(__file__).parents[2]


@dataclass(frozen=True, slots=True)
class Result:
    """The output and exit code of a command."""

    code: int
    out: str
    err: str

    @property
    def rows(self) -> list[Any]:
        """The JSON documents of the output, one per line."""
        return [json.loads(line) for line in self.out.splitlines()]

    @property
    def row(self) -> Any:
        (only,) = self.rows
        return only


def environment(**more: str) -> dict[str, str]:
    """Return the environment of a user on a UTF-8 system without variables of deskctl."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("DESKCTL_", "XDG_")) and k != "COLUMNS"}
    coverage = {k: v for k, v in os.environ.items() if k.startswith("COVERAGE")}
    path = os.pathsep.join([str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])])
    return {**kept, **coverage, "LC_ALL": "C.UTF-8", "TZ": "UTC", "PYTHONPATH": path, "HOME": "/nonexistent", **more}


@dataclass
class Shell:
    """`shell("list", "--json")` runs a command in the desk's folder. With a daemon, when `start` was called.

    Commands and the daemon are forks of a process that has imported everything (tests/servers/zygote.py).
    """

    folder: Path
    env: dict[str, str] = field(default_factory=environment)
    """Its PATH begins with a folder that has a `deskctl` for shell scripts. Drafts are below the desk's folder."""
    daemon: zygote.Process | subprocess.Popen[bytes] | None = None
    waits_for_command: bool = False
    """Start the daemon with the first command, so that it need not start a process to parse the mails before it."""

    def __post_init__(self) -> None:
        path = f"{zygote.shared().script.parent}{os.pathsep}{os.environ['PATH']}"
        self.env = {"XDG_STATE_HOME": str(self.folder / "state"), **self.env, "PATH": path}

    def __call__(
        self, *words: str, input: str | bytes = b"", code: int | None = 0, env: Mapping[str, str] | None = None
    ) -> Result:
        """Run a command. Raises AssertionError for an exit code other than `code` (None: any)."""
        self._first_command()
        given = input.encode() if isinstance(input, str) else input
        done = zygote.shared().run(words, self.folder, {**self.env, **(env or {})}, given)
        result = Result(done.returncode, done.stdout.decode(), done.stderr.decode())
        said = f"{' '.join(words)}: {result.code}\n{result.out}\n{result.err}"
        assert "Traceback" not in result.err, said
        assert code is None or result.code == code, said
        return result

    def spawn(
        self, *words: str, streams: Sequence[int], session: bool = False, **env: str
    ) -> zygote.Process | subprocess.Popen[bytes]:
        """Start a command; `streams` are its standard input, output and error. `session`: in a new session."""
        self._first_command()
        return zygote.shared().spawn(words, self.folder, {**self.env, **env}, streams, session=session)

    def pipe(self, line: str, code: int = 0, *, cold: bool = False) -> Result:
        """Run a line of the shell in which `deskctl` is the command.

        `cold`: the command is a new Python process, not a fork, where its start matters (closed streams).
        """
        self._first_command()
        env = self.env
        if cold:
            wrapper = self.folder / ".bin" / "deskctl"
            wrapper.parent.mkdir(exist_ok=True)
            wrapper.write_text("#!/bin/sh\nexec " + " ".join(COMMAND) + ' "$@"\n')
            wrapper.chmod(0o755)
            env = {**env, "PATH": f"{wrapper.parent}{os.pathsep}{env['PATH']}"}
        done = subprocess.run(
            ["bash", "-o", "pipefail", "-c", line], cwd=self.folder, env=env, capture_output=True, timeout=300
        )
        result = Result(done.returncode, done.stdout.decode(), done.stderr.decode())
        assert result.code == code, f"{line}: {result.code}\n{result.out}\n{result.err}"
        return result

    # --- steps that a test needs but does not check: in this process they take a fraction of the time of a command

    def ingest(self, raw: bytes) -> None:
        """Ingest a mail, and wait until it is on its ticket, because the daemon processes it after it accepts it."""
        with self.open() as desk:
            desk.call("ingest", raw_base64=base64.b64encode(raw).decode(), channel=None)
            wait_until(lambda: not desk.ask(ListInbox()), what="the inbox is empty")

    def show(self, number: int) -> Any:
        """Return the document of a ticket without an agent, so that no messages count as seen."""
        with self.open() as desk:
            return desk.ask(ShowTicket(number))

    @contextmanager
    def open(self) -> Iterator[Desk]:
        """Open the desk: through the daemon if it runs, else in this process, which then has the lock."""
        with pytest.MonkeyPatch.context() as patch:
            for name, value in self.env.items():  # secrets of channels
                patch.setenv(name, value)
            with closing(open_desk(self.folder / "config.toml")) as desk:
                yield desk

    def tickets(self, *words: str) -> list[Any]:
        return self("list", "--json", *words).rows

    # --- the daemon -------------------------------------------------------------------------------

    def _first_command(self) -> None:
        if self.waits_for_command:
            self.start()

    def start(self) -> None:
        """Start the daemon and wait until it is ready."""
        self.waits_for_command = False
        read, write = os.pipe()
        with open(write, "wb") as stderr, open(os.devnull, "r+b") as nothing:  # noqa: PTH123
            streams = [nothing.fileno(), nothing.fileno(), stderr.fileno()]
            self.daemon = zygote.shared().spawn(["daemon", "run"], self.folder, self.env, streams)
        log = open(read, "rb")  # noqa: PTH123, SIM115 - closed by its reader
        said = []
        for line in log:
            said.append(line.decode())
            if "ready" in said[-1]:
                break
        else:
            code, self.daemon = self.daemon.wait(10), None
            log.close()
            raise AssertionError(f"the daemon ended with {code}: {''.join(said)}")
        self._drain = _Reader(log)

    def stop(self) -> None:
        self.waits_for_command = False
        if self.daemon is not None:
            self.daemon.terminate()
            try:
                self.daemon.wait(60)
            except subprocess.TimeoutExpired:
                self.daemon.kill()
                self.daemon.wait(10)
            self._drain.join()
            self.daemon = None


#: Makes a desk: see the fixture `new_desk`.
NewDesk = Callable[..., Shell]


class _Reader:
    """Reads the output of the daemon, so that its pipe does not fill up."""

    def __init__(self, stream: Any) -> None:
        import threading

        self._stream = stream
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        for _ in self._stream:
            pass

    def join(self) -> None:
        self._thread.join(10)
        self._stream.close()


def make(
    folder: Path,
    *,
    store: str | None = None,
    smtp: int | None = None,
    agents: bool = True,
) -> Shell:
    """Create a desk with `deskctl init`, with the agents agent1, agent2 and lead."""
    folder.mkdir(parents=True, exist_ok=True)
    shell = Shell(folder)
    where = ["--listen", f"127.0.0.1:{free_port()}", "--smtp", f"127.0.0.1:{smtp or free_port()}"]
    shell(
        *("init", "--dir", ".", "--name", "Acme Support", "--timezone", "Asia/Seoul", "--address", "support@acme.test"),
        *(*where, *(("--store", store) if store else ()), "--yes"),
    )
    for handle, name in (("agent1", "Agent One"), ("agent2", "Agent Two"), ("lead", "The Lead")) if agents else ():
        shell("agent", "add", handle, "--name", name, "--email", f"{handle}@acme.test", "--team", "support")
    shell.env["DESKCTL_AGENT"] = "agent1"
    return shell


def copy(template: Path, folder: Path, smtp: int | None = None) -> Shell:
    """Create a copy of the desk in `template` with other ports."""
    shutil.copytree(template, folder, dirs_exist_ok=True)
    config = folder / "config.toml"
    text = config.read_text()
    for key, port in (("listen", free_port()), ("smtp", smtp or free_port())):
        text = re.sub(rf"(?m)^({key} = .*port = )\d+", rf"\g<1>{port}", text)
    config.write_text(text)
    return Shell(folder, {**environment(), "DESKCTL_AGENT": "agent1"})


def mail(
    sender: str = "Ana Kim <ana@example.org>",
    subject: str = "Printer",
    text: str = "It burns.",
    headers: Sequence[tuple[str, str]] = (),
) -> bytes:
    """Return a small mail in UTF-8 with a unique Message-ID."""
    from email.message import EmailMessage
    from uuid import uuid4

    message = EmailMessage()
    message["From"] = sender
    message["To"] = "support@acme.test"
    message["Subject"] = subject
    message["Message-ID"] = f"<{uuid4().hex}@example.org>"
    message["Date"] = "Sat, 21 Nov 2026 10:00:00 +0900"
    for name, value in headers:
        message[name] = value
    message.set_content(text)
    return message.as_bytes()
