"""Where the demo plays: a temporary folder, the daemon and the outside world as real processes, and a terminal."""

from __future__ import annotations

import fcntl
import os
import shlex
import shutil
import smtplib
import socket
import struct
import subprocess
import sys
import tempfile
import termios
import time
from collections.abc import Callable
from email import message_from_bytes
from email.message import Message
from pathlib import Path
from types import TracebackType
from typing import TypeVar

from ..bootstrap import open_desk
from ..cli.output import terminal_width
from ..cli.style import paint
from ..desk import Desk
from .mails import DESK, Mail

T = TypeVar("T")

DESKCTL = (sys.executable, "-m", "deskctl.cli.main")
#: Seconds that anything in the story may take.
PATIENCE = 8.0


class NotHappened(Exception):
    """Something that the story needs did not happen in time."""


class Stage:
    """`keep` leaves folder and processes as they are at the end."""

    def __init__(self, *, color: bool, keep: bool) -> None:
        self.color = color
        self.keep = keep
        self.kept = False
        self.folder = Path(tempfile.mkdtemp(prefix="deskctl-demo-"))
        self.home = self.folder / "desk"
        self.outside = self.folder / "outside"
        self.outside.mkdir()
        self.listen, self.relay = _free_ports(2)
        self.checks: list[tuple[str, bool]] = []
        self._processes: list[subprocess.Popen[bytes]] = []
        self._desk: Desk | None = None

    def __enter__(self) -> Stage:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._desk is not None:
            self._desk.close()
        if self.kept:
            return
        for process in reversed(self._processes):
            process.terminate()
        for process in reversed(self._processes):
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)

    # --- what the audience sees -------------------------------------------------------------------

    def title(self, text: str) -> None:
        self._write("\n" + self._paint(f"── {text}", "bold") + "\n")

    def tell(self, text: str) -> None:
        self._write(text + "\n")

    def check(self, promise: str, kept: bool) -> None:
        """Whether something came out as promised; the end of the demo counts these."""
        self.checks.append((promise, kept))
        mark = self._paint("✓", "green") if kept else self._paint("✗", "red")
        self._write(f"{mark} {promise}\n")

    # --- what happens -----------------------------------------------------------------------------

    def run(self, *words: str, codes: tuple[int, ...] = (0,)) -> None:
        """A command as a person types it, with its real output; it counts as a check when its exit code is wrong."""
        self._prompt(shlex.join(["deskctl", *words]))
        code, output = _in_terminal([*DESKCTL, *words], self.folder, self._environment())
        self._write(output)
        if code not in codes:
            self.check(f"deskctl {words[0]} ends with {codes[0]} (it ended with {code})", False)

    def start_world(self) -> None:
        """The SMTP server that stands for everybody else."""
        words = [sys.executable, "-m", "deskctl.demo.world", str(self.relay), str(self.outside)]
        self._spawn(words, "world.log")
        self.wait("the outside world listens", (self.outside / "ready").exists)

    def start_daemon(self) -> None:
        self._prompt("deskctl daemon run &")
        process = self._spawn([*DESKCTL, "daemon", "run"], "daemon.log")
        log = self.folder / "daemon.log"

        def ready() -> bool:
            if process.poll() is not None:
                raise NotHappened(f"the daemon ended: {log.read_text().strip()}")
            return "ready" in log.read_text()

        self.wait("the daemon says that it is ready", ready)
        self._write(next(line for line in log.read_text().splitlines() if "ready" in line) + "\n")

    def send(self, mail: Mail) -> None:
        """A customer's mail, over SMTP to the desk's own listener."""
        with smtplib.SMTP("127.0.0.1", self.listen, timeout=10) as smtp:
            smtp.sendmail(mail.sender, [DESK], mail.raw, mail_options=["BODY=8BITMIME"])
        self._write(self._paint(f"✉ from {mail.sender}: {mail.kind}", "cyan") + "\n")

    def arrived(self, subject: str, to: str) -> Message:
        """The mail in the outside world with that subject and addressee, once it is there. Raises NotHappened."""

        def look() -> Message | None:
            for file in sorted(self.outside.glob("*.eml")):
                message = message_from_bytes(file.read_bytes())
                if subject in str(message["Subject"]) and to in str(message["To"]):
                    return message
            return None

        return self.wait(f"a mail about {subject!r} arrives at {to}", look)

    @property
    def desk(self) -> Desk:
        """The desk as a program sees it: how the story knows what has happened."""
        if self._desk is None:
            self._desk = open_desk(self.home / "config.toml")
        return self._desk

    def wait(self, what: str, condition: Callable[[], T | None]) -> T:
        """The condition's first answer that is not false. Raises NotHappened."""
        deadline = time.monotonic() + PATIENCE
        while True:
            answer = condition()
            if answer:
                return answer
            if time.monotonic() > deadline:
                raise NotHappened(f"waited {PATIENCE:g} s in vain: {what}")
            time.sleep(0.02)

    def pid(self, name: str) -> int:
        """Of `world` or `daemon`."""
        return self._processes[("world", "daemon").index(name)].pid

    # --- how --------------------------------------------------------------------------------------

    def _environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("DESKCTL_")}
        if not self.color:
            kept["NO_COLOR"] = "1"
        return {
            **kept,
            "DESKCTL_CONFIG": str(self.home / "config.toml"),
            "DESKCTL_AGENT": "agent1",
            "PAGER": "cat",
            "COLUMNS": str(terminal_width()),
        }

    def _spawn(self, words: list[str], log: str) -> subprocess.Popen[bytes]:
        with (self.folder / log).open("wb") as output:
            process = subprocess.Popen(
                words,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd=self.folder,
                env=self._environment(),
                start_new_session=True,  # Ctrl-C is the demo's; it ends the others itself
            )
        self._processes.append(process)
        return process

    def _prompt(self, line: str) -> None:
        self._write("\n" + self._paint(f"$ {line}", "bold") + "\n")

    def _paint(self, text: str, style: str) -> str:
        return paint(text, style) if self.color else text

    @staticmethod
    def _write(text: str) -> None:
        sys.stdout.write(text)
        sys.stdout.flush()


def _in_terminal(words: list[str], folder: Path, environment: dict[str, str]) -> tuple[int, str]:
    """Run a command on a terminal of its own, so that it prints what a person sees: its exit code and output."""
    ours, theirs = os.openpty()
    try:
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 50, int(environment["COLUMNS"]), 0, 0))
        process = subprocess.Popen(
            words, stdin=subprocess.DEVNULL, stdout=theirs, stderr=theirs, cwd=folder, env=environment
        )
    finally:
        os.close(theirs)
    pieces = []
    try:
        while True:
            try:
                piece = os.read(ours, 65536)
            except OSError:  # how Linux says that the other end is closed
                break
            if not piece:
                break
            pieces.append(piece)
        return process.wait(60), b"".join(pieces).decode("utf-8", "replace").replace("\r\n", "\n")
    finally:
        os.close(ours)
        if process.poll() is None:
            process.kill()
            process.wait()


def _free_ports(count: int) -> list[int]:
    """Loopback ports that nobody listens on."""
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [each.getsockname()[1] for each in sockets]
    for each in sockets:
        each.close()
    return ports
