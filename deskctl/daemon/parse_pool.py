"""Parse messages in processes that can be killed, so that no message blocks the daemon.

A message that exceeds its time limit, or whose parser ends the process twice, is kept with its headers and a remark.
The processes start with the first message and end after a minute without one.
"""

from __future__ import annotations

import contextlib
import hashlib
import logging
import os
import re
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from deskctl.core.messages.model import PROBLEM, Envelope, InboundMessage
from deskctl.daemon.parse_worker import Failed, Frames, Source, send
from deskctl.errors import Unavailable
from deskctl.i18n import _

log = logging.getLogger("deskctl.daemon.parse")

Parse = Callable[[bytes, Envelope], InboundMessage]

SECONDS_PER_MB, LEAST_SECONDS = 2.0, 5.0
"""The time limit of a message."""
IDLE_SECONDS = 60.0
"""Seconds without a message after which a process ends."""
_START_SECONDS = 60.0
#: Bytes of messages that a process gets at once, or one message. Each exchange costs two changes of the process.
_BYTES_AT_ONCE = 512 * 1024
_MAX_HEADERS = 65_536
_BLANK_LINE = re.compile(rb"\r?\n\r?\n")
_START = (
    "import sys, os; sys.path[:] = sys.argv[3].split(os.pathsep); "
    "from deskctl.daemon.parse_worker import main; main(int(sys.argv[1]), int(sys.argv[2]))"
)


class _Ended(Exception):
    """The process ended."""


def _start_process(connection: socket.socket) -> subprocess.Popen[bytes]:
    """Start a process that parses, and that reads its requests from the connection."""
    path = os.pathsep.join(entry for entry in sys.path if entry)
    return subprocess.Popen(
        [sys.executable, "-c", _START, str(connection.fileno()), str(os.getpid()), path],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        pass_fds=(connection.fileno(),),
    )


@dataclass(frozen=True, slots=True)
class _Item:
    """A message to parse in a process."""

    source: Source
    raw: bytes
    envelope: Envelope

    @property
    def seconds(self) -> float:
        """The time limit."""
        return max(LEAST_SECONDS, SECONDS_PER_MB * len(self.raw) / 1e6)


class _Worker:
    """A process that parses one message after another."""

    def __init__(self) -> None:
        self._connection, worker_socket = socket.socketpair()
        with worker_socket:
            self.process = _start_process(worker_socket)
        self._frames = Frames(self._connection)
        self._loaded: set[Source] = set()
        self.idle_since = time.monotonic()

    def load(self, source: Source) -> Failed | None:
        """Import a parse function; return the error if it cannot be imported."""
        if source in self._loaded:
            return None
        with self._until(_START_SECONDS):
            send(self._connection, source)
            found: Failed | None = self._frames.receive()
        if found is None:
            self._loaded.add(source)
        return found

    def parse(self, items: Sequence[_Item]) -> Iterator[Any]:
        """Yield the message or `Failed` of each item. Raises TimeoutError or `_Ended`; then close the worker.

        The process reads several messages before it parses the first. The time limit of a message starts when the
        result of the previous one is here.
        """
        for some in _exchanges(items):
            with self._until(some[0].seconds):
                send(self._connection, [(item.source, item.raw, item.envelope, item.seconds) for item in some])
            for item in some:
                with self._until(item.seconds):
                    found = self._frames.receive()
                yield found

    @contextlib.contextmanager
    def _until(self, seconds: float) -> Iterator[None]:
        self._connection.settimeout(seconds)
        try:
            yield
        except TimeoutError:
            raise
        except (OSError, EOFError) as error:
            raise _Ended from error
        finally:
            self.idle_since = time.monotonic()

    def close(self) -> None:
        """Kill the process."""
        self._connection.close()
        self.process.kill()
        self.process.wait()


def _exchanges(items: Sequence[_Item]) -> Iterator[list[_Item]]:
    """Divide messages into those that a process gets at once."""
    some: list[_Item] = []
    size = 0
    for item in items:
        if some and size + len(item.raw) > _BYTES_AT_ONCE:
            yield some
            some, size = [], 0
        some.append(item)
        size += len(item.raw)
    if some:
        yield some


def _started() -> _Worker:
    try:
        return _Worker()
    except OSError as error:
        raise Unavailable(
            _("cannot start a process that parses messages: {error}", error=error.strerror or str(error)),
            _("free memory, or raise the limit of processes"),
        ) from error


class ParsePool:
    """Processes that parse. A thread that parses has one of them for itself. Close the pool once."""

    def __init__(self, *, idle_seconds: float = IDLE_SECONDS) -> None:
        self._idle_seconds = idle_seconds
        self._idle: list[_Worker] = []
        self._all: set[_Worker] = set()
        self._lock = threading.Lock()
        self._timer: threading.Timer | None = None
        self._closed = False

    def wrap(self, parsers: Mapping[str, Parse]) -> dict[str, Parse]:
        """Return the parse functions by channel, each of which runs in a process if it can be imported there."""
        return {channel: self._wrapped(channel, parse) for channel, parse in parsers.items()}

    def parse_all(self, messages: Sequence[tuple[Parse, bytes, Envelope]]) -> list[InboundMessage]:
        """Return the messages that functions of `wrap` parse. Raises the error of the first one that fails."""
        items = [
            _Item(parse.source, raw, envelope) for parse, raw, envelope in messages if isinstance(parse, _InProcess)
        ]
        parsed = iter(self._parse_all(items))
        return [
            _message(next(parsed)) if isinstance(parse, _InProcess) else parse(raw, envelope)
            for parse, raw, envelope in messages
        ]

    @staticmethod
    def can_run(parse: Parse) -> bool:
        """Return True if a parse function can be imported in a process."""
        return _source(parse) is not None

    def close(self) -> None:
        """End all processes, also those that parse. Later calls raise Unavailable."""
        with self._lock:
            self._closed = True
            workers, self._all, self._idle = self._all, set(), []
            if self._timer is not None:
                self._timer.cancel()
        for worker in workers:
            worker.close()

    def _wrapped(self, channel: str, parse: Parse) -> Parse:
        source = _source(parse)
        if source is None:
            log.warning(
                "the parser of %s is not a function of a module; it runs in the daemon, without time limit", channel
            )
            return parse

        return _InProcess(self, source)

    def _parse_all(self, items: Sequence[_Item]) -> list[Any]:
        """Return the message or `Failed` of each item."""
        found: list[Any] = []
        while len(found) < len(items):
            try:
                with self._worker() as worker:
                    failed = next(filter(None, map(worker.load, {item.source for item in items})), None)
                    if failed is None:
                        for result in worker.parse(items[len(found) :]):
                            found.append(result)  # noqa: PERF402 - the results before an error count
                if failed is not None:
                    return [failed] * len(items)
            except TimeoutError:
                found.append(self._only_headers(items[len(found)], "timeout"))
            except _Ended:
                found.append(self._parse_alone(items[len(found)], ended=1))
        return found

    def parse_alone(self, source: Source, raw: bytes, envelope: Envelope) -> InboundMessage:
        """Parse one message in a process."""
        return _message(self._parse_alone(_Item(source, raw, envelope)))

    def _parse_alone(self, item: _Item, ended: int = 0) -> Any:
        """Return the message or `Failed`. `ended` is the number of processes that ended while they parsed it."""
        problem = "crash"
        for _attempt in range(ended, 2):
            try:
                return self._ask(item)
            except _Ended:
                continue
            except TimeoutError:
                problem = "timeout"
                break
        return self._only_headers(item, problem)

    def _only_headers(self, item: _Item, problem: str) -> InboundMessage:
        """Return a message with the headers of the raw one, as far as these can be parsed, and with the problem."""
        raw, envelope = item.raw, item.envelope
        log.warning(
            "a message of %d bytes is kept with its headers only: %s of %s", len(raw), problem, item.source.module
        )
        digest = hashlib.sha256(raw).hexdigest()
        end = _BLANK_LINE.search(raw, 0, _MAX_HEADERS)
        if end is not None:
            with contextlib.suppress(TimeoutError, _Ended, ParseError):
                message = _message(self._ask(replace(item, raw=raw[: end.end()])))
                headers = {**message.headers, PROBLEM: problem}
                return replace(message, text="", visible_text="", html=None, digest=digest, headers=headers)
        return InboundMessage(
            sender=envelope.sender or None,
            sender_name=None,
            subject="",
            text="",
            visible_text="",
            digest=digest,
            headers={PROBLEM: problem},
        )

    def _ask(self, item: _Item) -> Any:
        with self._worker() as worker:
            failed = worker.load(item.source)
            return failed if failed is not None else next(worker.parse([item]))

    @contextlib.contextmanager
    def _worker(self) -> Iterator[_Worker]:
        """Take an idle worker or start one; after an error, end it."""
        with self._lock:
            if self._closed:
                raise Unavailable(_("the daemon is stopping"), _("try again in a moment"))
            worker = self._living_worker() or _started()
            self._all.add(worker)
        try:
            yield worker
        except BaseException as error:
            worker.close()
            with self._lock:
                self._all.discard(worker)
                closed = self._closed
            if isinstance(error, TimeoutError | _Ended) and closed:
                raise Unavailable(_("the daemon is stopping"), _("try again in a moment")) from None
            raise
        with self._lock:
            if not self._closed:
                self._idle.append(worker)
                self._schedule()

    def _living_worker(self) -> _Worker | None:
        """Return an idle worker. A process that ended while it was idle ended without a message that caused it.

        Called with the lock.
        """
        while self._idle:
            worker = self._idle.pop()
            if worker.process.poll() is None:
                return worker
            self._all.discard(worker)
            worker.close()
        return None

    def _schedule(self) -> None:
        """End idle workers later. Called with the lock."""
        if self._timer is None:
            self._timer = threading.Timer(self._idle_seconds, self._end_idle)
            self._timer.daemon = True
            self._timer.start()

    def _end_idle(self) -> None:
        now = time.monotonic()
        with self._lock:
            self._timer = None
            ended = [worker for worker in self._idle if now - worker.idle_since >= self._idle_seconds]
            self._idle = [worker for worker in self._idle if worker not in ended]
            self._all.difference_update(ended)
            if self._idle and not self._closed:
                self._schedule()
        for worker in ended:
            worker.close()


@dataclass(frozen=True, slots=True)
class _InProcess:
    """A parse function that runs in a process of the pool."""

    pool: ParsePool
    source: Source

    def __call__(self, raw: bytes, envelope: Envelope) -> InboundMessage:
        return self.pool.parse_alone(self.source, raw, envelope)


class ParseError(Exception):
    """A parse function raised an exception, or cannot be imported."""


def _message(found: Any) -> InboundMessage:
    if isinstance(found, Failed):
        raise type(found.kind, (ParseError,), {})(found.text)
    return found  # type: ignore[no-any-return]


def _source(parse: Parse) -> Source | None:
    """Return the place of a parse function; None if the function cannot be found by its name.

    A bound method or a nested function has a name under which there is another object, or none.
    """
    name = getattr(parse, "__qualname__", "")
    module = sys.modules.get(getattr(parse, "__module__", None) or "__main__")
    if module is None or module.__name__ == "__main__":
        return None
    found: Any = module
    for part in name.split("."):
        found = getattr(found, part, None)
    return Source(module.__name__, getattr(module, "__file__", None), name) if found is parse else None
