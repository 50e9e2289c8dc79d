"""Run the real `deskctl`, as a person or a script does, in a separate desk."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any

from tests.cli import zygote
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

    With `zygote`, the path of its socket, commands are forks of a process that is warm; else processes of their own.
    """

    folder: Path
    env: dict[str, str] = field(default_factory=environment)
    zygote: str | None = None
    daemon: subprocess.Popen[bytes] | None = None

    def __call__(
        self, *words: str, input: str | bytes = b"", code: int | None = 0, env: Mapping[str, str] | None = None
    ) -> Result:
        """Run a command. Raises AssertionError for an exit code other than `code` (None: any)."""
        given = input.encode() if isinstance(input, str) else input
        result = (self._warm if self.zygote else self._cold)(words, given, {**self.env, **(env or {})})
        said = f"{' '.join(words)}: {result.code}\n{result.out}\n{result.err}"
        assert "Traceback" not in result.err, said
        assert code is None or result.code == code, said
        return result

    def _cold(self, words: Sequence[str], given: bytes, env: Mapping[str, str]) -> Result:
        done = subprocess.run(
            [*COMMAND, *words], cwd=self.folder, env=env, input=given, capture_output=True, timeout=60
        )
        return Result(done.returncode, done.stdout.decode(), done.stderr.decode())

    def _warm(self, words: Sequence[str], given: bytes, env: Mapping[str, str]) -> Result:
        assert self.zygote is not None
        with TemporaryFile() as stdin, TemporaryFile() as stdout, TemporaryFile() as stderr:
            stdin.write(given)
            stdin.seek(0)
            streams = [stream.fileno() for stream in (stdin, stdout, stderr)]
            code = zygote.ask(self.zygote, words, self.folder, env, streams)
            stdout.seek(0)
            stderr.seek(0)
            return Result(code, stdout.read().decode(), stderr.read().decode())

    def pipe(self, line: str, code: int = 0) -> Result:
        """Run a shell line that uses the command `deskctl`."""
        wrapper = self.folder / ".bin" / "deskctl"
        if not wrapper.exists():
            wrapper.parent.mkdir(exist_ok=True)
            wrapper.write_text("#!/bin/sh\nexec " + " ".join(COMMAND) + ' "$@"\n')
            wrapper.chmod(0o755)
        env = {**self.env, "PATH": f"{wrapper.parent}{os.pathsep}{os.environ['PATH']}"}
        done = subprocess.run(
            ["bash", "-o", "pipefail", "-c", line], cwd=self.folder, env=env, capture_output=True, timeout=120
        )
        result = Result(done.returncode, done.stdout.decode(), done.stderr.decode())
        assert result.code == code, f"{line}: {result.code}\n{result.out}\n{result.err}"
        return result

    def ingest(self, raw: bytes) -> None:
        """Ingest a mail, and wait until it is on its ticket, because the daemon processes it after it accepts it."""
        self("mail", "ingest", input=raw)
        wait_until(lambda: self("inbox", "list", "--exit-code", code=None).code == 1, what="the inbox is empty")

    def tickets(self, *words: str) -> list[Any]:
        return self("list", "--json", *words).rows

    def show(self, number: int) -> Any:
        """Return a ticket without an agent, so that no messages count as seen."""
        return self("show", str(number), "--json", env={"DESKCTL_AGENT": ""}).row

    # --- the daemon -------------------------------------------------------------------------------

    def start(self) -> None:
        """Start the daemon and wait until it is ready."""
        self.daemon = subprocess.Popen(
            [*COMMAND, "daemon", "run"], cwd=self.folder, env=self.env, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL
        )
        assert self.daemon.stderr is not None
        said = []
        for line in self.daemon.stderr:
            said.append(line.decode())
            if "ready" in said[-1]:
                break
        else:
            raise AssertionError(f"the daemon ended with {self.daemon.wait(10)}: {''.join(said)}")
        self._drain = _Reader(self.daemon.stderr)

    def stop(self) -> None:
        if self.daemon is not None:
            self.daemon.terminate()
            try:
                self.daemon.wait(20)
            except subprocess.TimeoutExpired:
                self.daemon.kill()
                self.daemon.wait(10)
            self._drain.join()
            self.daemon = None


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
    zygote: str | None = None,
) -> Shell:
    """Create a desk with `deskctl init`, with the agents agent1, agent2 and lead."""
    folder.mkdir(parents=True, exist_ok=True)
    shell = Shell(folder, zygote=zygote)
    where = ["--listen", f"127.0.0.1:{free_port()}", "--smtp", f"127.0.0.1:{smtp or free_port()}"]
    shell(
        *("init", "--dir", ".", "--name", "Acme Support", "--timezone", "Asia/Seoul", "--address", "support@acme.test"),
        *(*where, *(("--store", store) if store else ()), "--yes"),
    )
    for handle, name in (("agent1", "Agent One"), ("agent2", "Agent Two"), ("lead", "The Lead")) if agents else ():
        shell("agent", "add", handle, "--name", name, "--email", f"{handle}@acme.test", "--team", "support")
    shell.env["DESKCTL_AGENT"] = "agent1"
    return shell


def copy(template: Path, folder: Path, smtp: int | None = None, zygote: str | None = None) -> Shell:
    """Create a copy of the desk in `template` with other ports."""
    shutil.copytree(template, folder, dirs_exist_ok=True)
    config = folder / "config.toml"
    text = config.read_text()
    for key, port in (("listen", free_port()), ("smtp", smtp or free_port())):
        text = re.sub(rf"(?m)^({key} = .*port = )\d+", rf"\g<1>{port}", text)
    config.write_text(text)
    return Shell(folder, {**environment(), "DESKCTL_AGENT": "agent1"}, zygote)


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
