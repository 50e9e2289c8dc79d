"""An SMTP client for tests of a listener."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable
from typing import Any

ADDRESS = "support@acme.test"


class Client:
    """An SMTP client that sends single lines over a socket."""

    def __init__(self, address: tuple[str, int] | str, source: str | None = None) -> None:
        family = socket.AF_UNIX if isinstance(address, str) else socket.AF_INET
        self.line = socket.socket(family)
        self.line.settimeout(10)
        if source is not None:
            self.line.bind((source, 0))
        self.line.connect(address)
        self.file = self.line.makefile("rb")
        self.greeting = self.answer()

    def answer(self) -> str:
        lines = []
        while True:
            line = self.file.readline().decode()
            lines.append(line)
            if line[3:4] != "-":
                return "".join(lines)

    def say(self, words: str | bytes) -> str:
        self.send(words if isinstance(words, bytes) else words.encode() + b"\r\n")
        return self.answer()

    def send(self, data: bytes) -> None:
        self.line.sendall(data)

    def open_mail(self, recipient: str = ADDRESS, sender: str = "ana@example.org", hello: str = "EHLO x") -> None:
        for words in (hello, f"MAIL FROM:<{sender}>", f"RCPT TO:<{recipient}>"):
            assert self.say(words).startswith("250"), words
        assert self.say("DATA").startswith("354")

    def close(self) -> None:
        self.file.close()
        self.line.close()


def run_client(work: Callable[[Client], Any], address: tuple[str, int] | str) -> Any:
    def run() -> Any:
        client = Client(address)
        try:
            return work(client)
        finally:
            client.close()

    return asyncio.to_thread(run)
