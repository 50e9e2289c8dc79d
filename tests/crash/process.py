"""A command that the crash tests stop, kill and limit while it runs."""

from __future__ import annotations

import os
import signal
from collections.abc import Mapping, Sequence
from pathlib import Path

from tests.servers import zygote


class Process:
    """A running command, a fork of the zygote that all tests share, with its output in a file."""

    def __init__(self, process: zygote.Process, log: Path) -> None:
        self.pid = process.pid
        self._process = process
        self._log = log

    @classmethod
    def start(cls, words: Sequence[str], env: Mapping[str, str], log: Path) -> Process:
        with log.open("ab") as output, Path(os.devnull).open("rb") as nothing:
            streams = [nothing.fileno(), output.fileno(), output.fileno()]
            process = zygote.shared().spawn(words, log.parent, env, streams)
        assert isinstance(process, zygote.Process)
        return cls(process, log)

    @property
    def log(self) -> str:
        return self._log.read_text(errors="replace")

    def alive(self) -> bool:
        return self._process.poll() is None

    def stopped(self) -> bool:
        try:
            said = Path(f"/proc/{self.pid}/stat").read_text()
        except OSError:
            return False
        return self.alive() and said.rpartition(")")[2].split()[0] == "T"

    def send(self, number: signal.Signals) -> None:
        self._process.send_signal(number)
