"""A proxy that can cut a connection before, during and after a command."""

from __future__ import annotations

import contextlib
import re
import socket
import threading
from dataclasses import dataclass, field
from typing import Literal

#: The time of the cut, relative to the command.
When = Literal["before", "in command", "unanswered", "in answer", "after"]
WHENS: tuple[When, ...] = ("before", "in command", "unanswered", "in answer", "after")
#: Seconds to wait for an answer.
_ANSWER_WITHIN = 5.0
#: Seconds without data after which an answer counts as complete.
_SILENCE = 0.05


@dataclass
class Cut:
    """A cut. `command` is that of the client, or None for the connection itself, whose answer is the greeting."""

    command: bytes | None
    when: When
    done: threading.Event = field(default_factory=threading.Event)


class Proxy:
    """Listens on loopback, forwards to `port`, and cuts the connection once as configured."""

    def __init__(self, port: int) -> None:
        self._upstream = port
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._cut: Cut | None = None
        self._lock = threading.Lock()
        self._closed = False
        self._lines: set[_Line] = set()
        threading.Thread(target=self._accept, daemon=True).start()

    def arm(self, cut: Cut) -> None:
        with self._lock:
            self._cut = cut

    def take(self, said: bytes | None) -> Cut | None:
        """Return the cut for this command, if there is one. It happens once."""
        with self._lock:
            cut = self._cut
            if cut is None or (cut.command is None) != (said is None):
                return None
            if cut.command is not None and said is not None and not re.search(cut.command, said):
                return None
            self._cut = None
            return cut

    def close(self) -> None:
        self._closed = True
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for line in list(self._lines):
            line.cut()

    def _accept(self) -> None:
        while not self._closed:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        try:
            server = socket.create_connection(("127.0.0.1", self._upstream), timeout=5)
        except OSError:
            client.close()
            return
        server.settimeout(None)
        line = _Line(self, client, server)
        self._lines.add(line)
        try:
            line.run()
        finally:
            self._lines.discard(line)


class _Line:
    """Handle one connection: a second thread forwards the output of the server."""

    def __init__(self, proxy: Proxy, client: socket.socket, server: socket.socket) -> None:
        self._proxy = proxy
        self._client = client
        self._server = server
        self._pending: Cut | None = None
        self._answered = threading.Event()

    def run(self) -> None:
        greeting = self._proxy.take(None)
        if greeting is not None:
            if greeting.when in ("before", "in command"):
                self._close()
                greeting.done.set()
                return
            self._pending = greeting
        answers = threading.Thread(target=self._answers, daemon=True)
        answers.start()
        try:
            if greeting is None or not self._wait_for_answer(greeting):
                self._commands()
        except OSError:
            pass
        finally:
            self.cut()
            answers.join(10)
            self._close()

    def _close(self) -> None:
        self._client.close()
        self._server.close()

    def _commands(self) -> None:
        while said := self._client.recv(65536):
            cut = self._proxy.take(said)
            if cut is None:
                self._server.sendall(said)
                continue
            if cut.when == "before":
                self.cut(cut)
                return
            if cut.when == "in command":
                self._server.sendall(said[: len(said) // 2])
                self.cut(cut)
                return
            self._answered.clear()
            self._pending = cut
            self._server.sendall(said)
            self._wait_for_answer(cut)
            return

    def _wait_for_answer(self, cut: Cut) -> bool:
        self._answered.wait(_ANSWER_WITHIN)
        self.cut(cut)
        return True

    def _answers(self) -> None:
        try:
            while said := self._server.recv(65536):
                cut = self._pending
                if cut is None:
                    self._client.sendall(said)
                    continue
                if cut.when == "in answer":
                    self._client.sendall(said[: len(said) // 2])
                elif cut.when == "after":
                    self._client.sendall(said)
                    self._server.settimeout(_SILENCE)
                    with contextlib.suppress(TimeoutError):
                        while more := self._server.recv(65536):
                            self._client.sendall(more)
                self._answered.set()
                return
        except OSError:
            pass
        finally:
            self._answered.set()
            with contextlib.suppress(OSError):
                if self._pending is None:
                    self._client.shutdown(socket.SHUT_RDWR)

    def cut(self, cut: Cut | None = None) -> None:
        for end in (self._client, self._server):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
        if cut is not None:
            cut.done.set()
