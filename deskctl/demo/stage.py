"""The environment of the demo: a temporary folder, the daemon and other processes, and a terminal."""

from __future__ import annotations

import fcntl
import json
import os
import re
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
import urllib.request
from collections.abc import Callable
from email import message_from_bytes
from email.message import Message
from importlib.metadata import entry_points
from pathlib import Path
from types import TracebackType
from typing import Any, TypeVar
from urllib.parse import urlencode

from ..bootstrap import open_desk
from ..cli.output import terminal_width
from ..cli.style import paint
from ..desk import Desk
from .mails import DESK, Mail

T = TypeVar("T")

DESKCTL = (sys.executable, "-m", "deskctl.cli.main")
#: Seconds that each step may take.
TIMEOUT = 8.0
_COLOR = re.compile(r"\x1b\[[0-9;]*m")
#: The sandbox runs on this machine, so proxies are not used.
_web = urllib.request.build_opener(urllib.request.ProxyHandler({}))


class DemoFailed(Exception):
    """A step of the demo did not happen within the time limit."""


class Stage:
    """Runs the processes of the demo. With `keep`, folder and processes stay at the end."""

    def __init__(self, *, color: bool, keep: bool) -> None:
        self.color = color
        self.keep = keep
        self.kept = False
        self.folder = Path(tempfile.mkdtemp(prefix="deskctl-demo-"))
        self.home = self.folder / "desk"
        self.outside = self.folder / "outside"
        self.outside.mkdir()
        self.listen, self.relay, self.bots = _free_ports(3)
        self.checks: list[tuple[str, bool]] = []
        self.plugins = {entry.name for entry in entry_points(group="deskctl")}
        self._processes: dict[str, subprocess.Popen[bytes]] = {}
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
        processes = list(reversed(self._processes.values()))
        for process in processes:
            process.terminate()
        for process in processes:
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)

    # --- output -----------------------------------------------------------------------------------

    def title(self, text: str) -> None:
        self._write("\n" + self._paint(f"── {text}", "bold") + "\n")

    def print(self, text: str) -> None:
        self._write(text + "\n")

    def check(self, promise: str, kept: bool) -> None:
        """Print and record the result of a check."""
        self.checks.append((promise, kept))
        mark = self._paint("✓", "green") if kept else self._paint("✗", "red")
        self._write(f"{mark} {promise}\n")

    # --- steps ------------------------------------------------------------------------------------

    def run(self, *words: str, codes: tuple[int, ...] = (0,)) -> str:
        """Run a command on a terminal, print its output, and return it without colors.

        A wrong exit code is recorded as a failed check.
        """
        self._prompt(shlex.join(["deskctl", *words]))
        code, output = _in_terminal([*DESKCTL, *words], self.folder, self._environment())
        self._write(output)
        if code not in codes:
            self.check(f"deskctl {words[0]} exits with {codes[0]} (it exited with {code})", False)
        return _COLOR.sub("", output)

    def start_world(self) -> None:
        """Start the SMTP server of the customers."""
        words = [sys.executable, "-m", "deskctl.demo.world", str(self.relay), str(self.outside)]
        self._spawn("world", words)
        self.wait("the SMTP server of the customers listens", (self.outside / "ready").exists)

    def start_sandbox(self) -> None:
        """Start the Bot API sandbox of the Telegram plugin on loopback."""
        words = [sys.executable, "-m", "deskctl_telegram.sandbox", "--port", str(self.bots)]
        process = self._spawn("sandbox", words)
        log = self.folder / "sandbox.log"

        def ready() -> bool:
            if process.poll() is not None:
                raise DemoFailed(f"the Bot API ended: {log.read_text().strip()}")
            return "http://" in log.read_text()

        self.wait("the Bot API listens", ready)

    def start_daemon(self) -> None:
        self._prompt("deskctl daemon run &")
        process = self._spawn("daemon", [*DESKCTL, "daemon", "run"])
        log = self.folder / "daemon.log"

        def ready() -> bool:
            if process.poll() is not None:
                raise DemoFailed(f"the daemon ended: {log.read_text().strip()}")
            return "ready" in log.read_text()

        self.wait("the daemon reports that it is ready", ready)
        self._write(next(line for line in log.read_text().splitlines() if "ready" in line) + "\n")

    def send(self, mail: Mail) -> None:
        """Send a mail of a customer over SMTP to the listener of the desk."""
        with smtplib.SMTP("127.0.0.1", self.listen, timeout=10) as smtp:
            smtp.sendmail(mail.sender, [DESK], mail.raw, mail_options=["BODY=8BITMIME"])
        self._write(self._paint(f"✉ from {mail.sender}: {mail.kind}", "cyan") + "\n")

    def arrived(self, subject: str, to: str) -> Message:
        """Wait for a mail with this subject and recipient, and return it. Raises DemoFailed."""

        def look() -> Message | None:
            for file in sorted(self.outside.glob("*.eml")):
                message = message_from_bytes(file.read_bytes())
                if subject in str(message["Subject"]) and to in str(message["To"]):
                    return message
            return None

        return self.wait(f"a mail about {subject!r} arrives at {to}", look)

    def chats(self, user: int, name: str, text: str) -> None:
        """Send a message of a customer to the bot."""
        body = urlencode({"text": text, "name": name}).encode()
        with _web.open(self.chat_url(user), body, timeout=10) as answer:
            answer.read()
        self._write(self._paint(f"✈ {name} to the bot: {text}", "cyan") + "\n")

    def wait_for_bot(self, user: int, words: str) -> str:
        """Wait for a message of the bot in the customer's chat that contains `words`, and return it."""

        def look() -> str | None:
            with _web.open(self.chat_url(user), timeout=10) as answer:
                messages: list[dict[str, Any]] = [json.loads(line) for line in answer.read().splitlines()]
            return next((m["text"] for m in messages if m["from"] == "bot" and words in m["text"]), None)

        return self.wait(f"{words!r} arrives in the chat", look)

    def chat_url(self, user: int) -> str:
        """Return the URL to write and read a customer's chat with the bot."""
        return f"http://127.0.0.1:{self.bots}/chats/{user}"

    @property
    def desk(self) -> Desk:
        """The desk, for queries about its state."""
        if self._desk is None:
            self._desk = open_desk(self.home / "config.toml")
        return self._desk

    def wait(self, what: str, condition: Callable[[], T | None]) -> T:
        """Wait until the condition is true and return its result. Raises DemoFailed."""
        deadline = time.monotonic() + TIMEOUT
        while True:
            answer = condition()
            if answer:
                return answer
            if time.monotonic() > deadline:
                raise DemoFailed(f"did not happen within {TIMEOUT:g} s: {what}")
            time.sleep(0.02)

    def pids(self) -> list[int]:
        """Return the pids of all processes except the daemon, which `deskctl daemon stop` stops."""
        return [process.pid for name, process in self._processes.items() if name != "daemon"]

    # --- processes --------------------------------------------------------------------------------

    def _environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("DESKCTL_")}
        if not self.color:
            kept["NO_COLOR"] = "1"
        return {
            **kept,
            "DESKCTL_CONFIG": str(self.home / "config.toml"),
            "DESKCTL_AGENT": "agent1",
            "XDG_STATE_HOME": str(self.folder / "state"),  # drafts are deleted with the desk
            "PAGER": "cat",
            "COLUMNS": str(terminal_width()),
        }

    def _spawn(self, name: str, words: list[str]) -> subprocess.Popen[bytes]:
        """Start a process that writes to `NAME.log`."""
        with (self.folder / f"{name}.log").open("wb") as output:
            process = subprocess.Popen(
                words,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd=self.folder,
                env=self._environment(),
                start_new_session=True,  # Ctrl-C stops only the demo, which then stops the others
            )
        self._processes[name] = process
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
    """Run a command on a terminal, and return its exit code and its output as a person sees it."""
    controller, terminal = os.openpty()
    try:
        fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 50, int(environment["COLUMNS"]), 0, 0))
        process = subprocess.Popen(
            words, stdin=subprocess.DEVNULL, stdout=terminal, stderr=terminal, cwd=folder, env=environment
        )
    finally:
        os.close(terminal)
    pieces = []
    try:
        while True:
            try:
                piece = os.read(controller, 65536)
            except OSError:  # on Linux: the other end is closed
                break
            if not piece:
                break
            pieces.append(piece)
        return process.wait(60), b"".join(pieces).decode("utf-8", "replace").replace("\r\n", "\n")
    finally:
        os.close(controller)
        if process.poll() is None:
            process.kill()
            process.wait()


def _free_ports(count: int) -> list[int]:
    """Return free loopback ports."""
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [each.getsockname()[1] for each in sockets]
    for each in sockets:
        each.close()
    return ports
