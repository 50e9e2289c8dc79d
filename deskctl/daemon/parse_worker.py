"""The process that parses messages for the daemon: `main` serves one parent over a socket until the parent ends.

It inherits no thread, lock or connection of the daemon, and imports only the plugin of a message. The daemon kills it
if a message takes too long. A parser in C code does not notice that the daemon has ended, therefore the kernel ends the
process in that case: through the parent-death signal of Linux, and through an alarm.
"""

from __future__ import annotations

import contextlib
import importlib
import importlib.util
import os
import pickle
import signal
import socket
import struct
import sys
from collections.abc import Callable
from typing import Any, NamedTuple

_LENGTH = struct.Struct("!Q")
#: <sys/prctl.h>.
_PARENT_DEATH_SIGNAL = 1


class Source(NamedTuple):
    """The place of a parse function: its module, the module's file, and the name in the module."""

    module: str
    file: str | None
    name: str


class Failed(NamedTuple):
    """An exception that a parse function raised: the name of its type, and its text."""

    kind: str
    text: str


def send(connection: socket.socket, value: Any) -> None:
    """Send a value. Raises OSError if the other side has ended."""
    data = pickle.dumps(value, pickle.HIGHEST_PROTOCOL)
    connection.sendall(_LENGTH.pack(len(data)))
    connection.sendall(data)


def receive(connection: socket.socket) -> Any:
    """Receive a value. Raises EOFError if the other side has ended."""
    data = _read(connection, _LENGTH.unpack(_read(connection, _LENGTH.size))[0])
    return pickle.loads(data)  # noqa: S301 - both sides are this program


def _read(connection: socket.socket, size: int) -> bytearray:
    data = bytearray(size)
    view, at = memoryview(data), 0
    while at < size:
        count = connection.recv_into(view[at:])
        if not count:
            raise EOFError
        at += count
    return data


def main(descriptor: int, parent: int) -> None:
    """Answer requests of the process `parent` on an inherited socket until it is closed."""
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)  # the daemon ends its workers
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    _end_with(parent)
    parsers: dict[Source, Callable[..., Any]] = {}
    with socket.socket(fileno=descriptor) as connection, contextlib.suppress(EOFError, OSError):
        while True:
            source, raw, envelope, seconds = receive(connection)
            if raw is None:
                try:
                    parsers[source] = _load(source)
                except Exception as error:  # noqa: BLE001 - the daemon reports it
                    send(connection, Failed(type(error).__name__, str(error)))
                else:
                    send(connection, None)
                continue
            signal.alarm(int(seconds) + 2)
            send(connection, _parse(parsers[source], raw, envelope))
            signal.alarm(0)
            del raw


def _parse(parse: Callable[..., Any], raw: bytes, envelope: Any) -> Any:
    try:
        return parse(raw, envelope)
    except MemoryError:
        raise
    except Exception as error:  # noqa: BLE001 - the daemon quarantines the message
        return Failed(type(error).__name__, str(error))


def _load(source: Source) -> Callable[..., Any]:
    try:
        found: Any = importlib.import_module(source.module)
    except ModuleNotFoundError:
        spec = importlib.util.spec_from_file_location(source.module, source.file) if source.file else None
        if spec is None or spec.loader is None:
            raise
        found = importlib.util.module_from_spec(spec)
        sys.modules[source.module] = found
        spec.loader.exec_module(found)
    for name in source.name.split("."):
        found = getattr(found, name)
    return found  # type: ignore[no-any-return]


def _end_with(parent: int) -> None:
    """Let the kernel end this process when its parent ends."""
    with contextlib.suppress(OSError, AttributeError, ImportError):
        import ctypes

        ctypes.CDLL(None).prctl(_PARENT_DEATH_SIGNAL, signal.SIGKILL)
    if os.getppid() != parent:
        sys.exit()
