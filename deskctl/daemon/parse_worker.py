"""The process that parses messages for the daemon: `main` serves one parent over a socket until the parent ends.

It inherits no thread, lock or connection of the daemon, and imports only the plugin of a message. The daemon kills it
if a message takes too long. A parser in C code does not notice that the daemon has ended, therefore the kernel ends the
process in that case: through the parent-death signal of Linux, and through an alarm.
"""

from __future__ import annotations

import contextlib
import dataclasses
import functools
import importlib
import importlib.util
import io
import os
import pickle
import signal
import socket
import struct
import sys
from collections.abc import Callable
from typing import Any, NamedTuple

_LENGTH = struct.Struct("!Q")
#: Bytes that one system call reads.
_PIECE, _LARGEST_PIECE = 64 * 1024, 1024 * 1024
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
    file = io.BytesIO(bytes(_LENGTH.size))
    file.seek(_LENGTH.size)
    _Pickler(file, pickle.HIGHEST_PROTOCOL).dump(value)
    with file.getbuffer() as data:
        _LENGTH.pack_into(data, 0, len(data) - _LENGTH.size)
        connection.sendall(data)


class Frames:
    """The values that arrive on a connection. One system call can read several."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self._data = bytearray()

    def receive(self) -> Any:
        """Return the next value. Raises EOFError if the other side has ended."""
        self._fill(_LENGTH.size)
        end = _LENGTH.size + _LENGTH.unpack_from(self._data)[0]
        self._fill(end)
        with memoryview(self._data) as data:
            value = pickle.loads(data[_LENGTH.size : end])  # noqa: S301 - both sides are this program
        if len(self._data) == end:
            self._data = bytearray()  # frees the memory of a large value
        else:
            del self._data[:end]
        return value

    def _fill(self, size: int) -> None:
        while len(self._data) < size:
            data = self._connection.recv(max(_PIECE, min(size - len(self._data), _LARGEST_PIECE)))
            if not data:
                raise EOFError
            self._data += data


class _Pickler(pickle.Pickler):
    """Represents a data class by the arguments of its constructor, which is faster than by its state."""

    def reducer_override(self, value: Any) -> Any:
        kind: Any = type(value)
        names = _arguments(kind)
        return NotImplemented if names is None else (kind, tuple([getattr(value, name) for name in names]))


@functools.cache
def _arguments(kind: Any) -> tuple[str, ...] | None:
    """Return the fields that the constructor of a data class takes, None if they do not determine the object."""
    if "__dataclass_fields__" not in vars(kind) or not kind.__dataclass_params__.init or hasattr(kind, "__post_init__"):
        return None
    fields = dataclasses.fields(kind)
    return tuple(field.name for field in fields) if all(f.init and not f.kw_only for f in fields) else None


def main(descriptor: int, parent: int) -> None:
    """Answer requests of the process `parent` on an inherited socket until it is closed."""
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)  # the daemon ends its workers
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    _end_with(parent)
    parsers: dict[Source, Callable[..., Any]] = {}
    with socket.socket(fileno=descriptor) as connection, contextlib.suppress(EOFError, OSError):
        frames = Frames(connection)
        while True:
            request = frames.receive()
            if isinstance(request, Source):
                try:
                    parsers[request] = _load(request)
                except Exception as error:  # noqa: BLE001 - the daemon reports it
                    send(connection, Failed(type(error).__name__, str(error)))
                else:
                    send(connection, None)
                continue
            for index, (source, raw, envelope, seconds) in enumerate(request):
                signal.alarm(int(seconds) + 2)
                send(connection, _parse(parsers[source], raw, envelope))
                signal.alarm(0)
                request[index] = None  # frees the memory of the message
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
