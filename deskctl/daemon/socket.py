"""The socket of the desk. The kernel identifies each client, and clients cannot disturb each other."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import re
import socket
import struct
from dataclasses import dataclass
from pathlib import Path
from weakref import WeakValueDictionary

from deskctl.daemon.request_handler import RequestHandler
from deskctl.desk.address import reachable
from deskctl.desk.caller import Caller
from deskctl.desk.decode import parse_line, request
from deskctl.desk.wire import LINE_LIMIT, error_document, line
from deskctl.errors import DeskctlError, Unavailable, UsageError
from deskctl.i18n import _

log = logging.getLogger("deskctl.daemon.socket")

#: The maximum number of connections, of which some are for the owner of the desk and root only, and of one user.
MAX_CLIENTS = 200
RESERVED = 1
MAX_PER_USER = 100
#: Bytes of a line that each connection may keep in memory. A user sends one longer line at a time.
SMALL_LINE = 64 * 1024
#: Longer lines that are in memory at the same time, apart from those of the owner and root.
LONG_AT_ONCE = 2
#: Seconds without a request after which a connection is closed. A client connects again when it needs to.
IDLE_TIMEOUT = 60.0
#: Seconds that a client may take to send a line, to wait until it may send a long one, and to read an answer.
CLIENT_TIMEOUT = 60.0
#: Permissions for owner and group: users of the desk are members of the group of its folder.
SOCKET_MODE = 0o660

_UCRED = struct.Struct("iII")  # pid, uid, gid
#: The begin of a request, as clients write it.
_HEAD = re.compile(rb'\{"id":\s*[^,{}]{1,64},\s*"(execute|ask|call|request)":\s*\{"([\w.-]{1,100})":')


@dataclass(slots=True, eq=False)
class _Client:
    """A connection. `busy`: a request is being answered."""

    caller: Caller
    busy: bool = False


class _Closing(Exception):
    """An error of a client after which its connection is closed.

    `rest`: bytes to read before, so that a client that still sends its request can read the error.
    """

    def __init__(self, error: DeskctlError, rest: int = 0) -> None:
        self.error = error
        self.rest = rest


class SocketServer:
    """Serves `desk` on the socket `path`. The owner lock guarantees that no other process serves it."""

    def __init__(self, path: Path, desk: RequestHandler, idle: float = IDLE_TIMEOUT) -> None:
        """`idle`: seconds without a request after which a connection is closed."""
        self._path = path
        self._idle = idle
        self._desk = desk
        self._server: asyncio.Server | None = None
        self._clients: dict[asyncio.Task[None], _Client] = {}
        self._long = asyncio.Semaphore(LONG_AT_ONCE)
        self._long_of: WeakValueDictionary[int, asyncio.Lock] = WeakValueDictionary()  # by uid
        self._stopping = False

    async def start(self) -> None:
        """Listen and accept clients. Raises Unavailable if the socket cannot be created."""
        listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            with reachable(str(self._path)) as name:
                before = os.umask(0o777 & ~SOCKET_MODE)
                try:
                    listener.bind(name)
                finally:
                    os.umask(before)
        except OSError as error:
            listener.close()
            raise Unavailable(
                _("cannot create {path}: {reason}", path=self._path, reason=error.strerror),
                _("check the permissions of its folder"),
            ) from error
        self._server = await asyncio.start_unix_server(self._serve, sock=listener, backlog=128)

    async def stop(self, within: float) -> None:
        """Accept no more clients, disconnect idle clients, and finish the current requests."""
        self._stopping = True
        if self._server is None:
            return
        self._server.close()
        with contextlib.suppress(OSError):
            self._path.unlink()
        for task, client in self._clients.items():
            if not client.busy:
                task.cancel()
        if self._clients:
            _, hanging = await asyncio.wait(self._clients, timeout=within)
            for task in hanging:
                task.cancel()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        try:
            client = _Client(_caller(writer))
            error = self._refusal(client.caller)
            self._clients[task] = client
            if error is not None:
                await _send(writer, line({"error": error_document(error)}))
                return
            await _send(writer, await self._hello(client.caller))
            buffer = bytearray()
            while not self._is_stopping() and await self._exchange(reader, writer, buffer, client):
                client.busy = False
        except _Closing as closing:
            with contextlib.suppress(OSError, TimeoutError):
                await _send(writer, line({"error": error_document(closing.error)}))
                await _discard(reader, closing.rest)
        except (OSError, TimeoutError, asyncio.CancelledError):
            return  # the client disconnected or was too slow; other clients are not affected
        except Exception:
            log.exception("the connection of a client failed")
        finally:
            self._clients.pop(task, None)
            writer.close()

    def _refusal(self, caller: Caller) -> DeskctlError | None:
        """Return the error if the caller cannot have one more connection."""
        if self._is_stopping():
            return _too_many_clients()
        callers = [client.caller for client in self._clients.values()]
        if sum(other.uid == caller.uid for other in callers) >= MAX_PER_USER:
            return Unavailable(
                _("{user} has too many connections to the desk: {limit}", user=caller.name, limit=MAX_PER_USER),
                _("end commands that are no longer needed, or try again in a moment"),
            )
        if len(callers) >= MAX_CLIENTS:
            return _too_many_clients()
        others = sum(not other.trusted for other in callers)
        return None if caller.trusted or others < MAX_CLIENTS - RESERVED else _too_many_clients()

    async def _exchange(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, buffer: bytearray, client: _Client
    ) -> bool:
        """Read a request and answer it. Return False at the end of the connection."""
        try:
            raw = await _short_line(reader, buffer, self._idle)
        except _LineIsLong:
            return await self._exchange_long(reader, writer, buffer, client)
        if raw is None:
            return False
        client.busy = True
        await self._answer(raw, client.caller, writer)
        return True

    async def _exchange_long(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, buffer: bytearray, client: _Client
    ) -> bool:
        """Do the same for a long line. Its bytes count until the answer is sent."""
        head = _HEAD.match(buffer)
        verb, name = (head[1].decode(), head[2].decode()) if head is not None else ("", "")
        limit = await self._desk.largest(verb, name, client.caller)
        if limit <= SMALL_LINE:
            raise _Closing(_too_long(SMALL_LINE), LINE_LIMIT)
        async with contextlib.AsyncExitStack() as stack:
            try:
                async with asyncio.timeout(CLIENT_TIMEOUT):
                    lock = self._long_of.setdefault(client.caller.uid, asyncio.Lock())
                    await stack.enter_async_context(lock)
                    if not client.caller.trusted:
                        await stack.enter_async_context(self._long)
            except TimeoutError:
                what = _("other large requests to the desk are not finished")
                raise _Closing(Unavailable(what, _("try again in a moment"))) from None
            try:
                async with asyncio.timeout(CLIENT_TIMEOUT):
                    raw = await _long_line(reader, buffer, limit)
            except TimeoutError:
                raise _Closing(_too_slow()) from None
            if raw is None:
                return False
            client.busy = True
            await self._answer(raw, client.caller, writer)
        return True

    def _is_stopping(self) -> bool:
        return self._stopping

    async def _hello(self, caller: Caller) -> bytes:
        try:
            return await self._desk.hello(caller)
        except DeskctlError as error:
            return line({"error": error_document(error)})

    async def _answer(self, raw: bytes, caller: Caller, writer: asyncio.StreamWriter) -> None:
        number = None
        try:
            if len(raw) > SMALL_LINE:
                document = await asyncio.to_thread(parse_line, raw)
            else:
                document = parse_line(raw)
            del raw
            number = document.get("id")
            decoded = request(document)
            if decoded.stream:
                async with contextlib.aclosing(self._desk.stream(decoded, caller)) as lines:
                    async for part in lines:
                        await _send(writer, part)
                return
            answer = await self._desk.answer(decoded, caller)
        except DeskctlError as error:
            answer = line({"id": number, "error": error_document(error)})
        except (OSError, TimeoutError):
            raise
        except Exception as error:
            log.exception("a request failed")
            what = f"the daemon failed on this request: {type(error).__name__}"
            answer = line({"id": number, "error": error_document(DeskctlError(what, _("see the log of the daemon")))})
        await _send(writer, answer)


class _LineIsLong(Exception):
    """The present line is longer than SMALL_LINE."""


async def _short_line(reader: asyncio.StreamReader, buffer: bytearray, idle: float) -> bytes | None:
    """Return the next line, None at the end. Bytes after it stay in `buffer`. Raises _LineIsLong and _Closing."""
    waiting = not buffer
    try:
        async with asyncio.timeout(idle if waiting else CLIENT_TIMEOUT) as limit:
            while (end := buffer.find(b"\n")) < 0:
                if len(buffer) > SMALL_LINE:
                    raise _LineIsLong
                piece = await reader.read(1 << 16)
                if not piece:
                    return None
                if waiting:
                    waiting = False
                    limit.reschedule(asyncio.get_running_loop().time() + CLIENT_TIMEOUT)
                buffer += piece
    except TimeoutError:
        raise _Closing(_no_request(idle) if waiting else _too_slow()) from None
    raw = bytes(buffer[:end])
    del buffer[: end + 1]
    return raw


async def _long_line(reader: asyncio.StreamReader, buffer: bytearray, limit: int) -> bytes | None:
    """Return the next line of at most `limit` bytes, None at the end. Raises _Closing."""
    seen = 0
    while (end := buffer.find(b"\n", seen)) < 0:
        if len(buffer) > limit:
            raise _Closing(_too_long(limit), LINE_LIMIT)
        seen = len(buffer)
        piece = await reader.read(1 << 16)
        if not piece:
            return None
        buffer += piece
    raw = bytes(memoryview(buffer)[:end])
    rest = bytes(memoryview(buffer)[end + 1 :])
    buffer.clear()
    buffer += rest
    return raw


async def _discard(reader: asyncio.StreamReader, most: int) -> None:
    """Read to the end of the line or of the connection, at most this number of bytes."""
    async with asyncio.timeout(CLIENT_TIMEOUT):
        while most > 0 and (piece := await reader.read(1 << 16)) and b"\n" not in piece:
            most -= len(piece)


async def _send(writer: asyncio.StreamWriter, answer: bytes) -> None:
    writer.write(answer)
    async with asyncio.timeout(CLIENT_TIMEOUT):
        await writer.drain()


def _caller(writer: asyncio.StreamWriter) -> Caller:
    """Return the user of the client from SO_PEERCRED (unix(7)). The owner of the desk and root may act as any agent."""
    connection = writer.get_extra_info("socket")
    _, uid, _ = _UCRED.unpack(connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _UCRED.size))
    return Caller.of(uid, (os.getuid(),))


def _too_many_clients() -> DeskctlError:
    return Unavailable(_("the desk has too many clients"), _("try again in a moment"))


def _too_long(limit: int) -> DeskctlError:
    size = f"{limit // 1024} KB" if limit < 1024 * 1024 else f"{limit // 1024 // 1024} MB"
    return UsageError(_("the request is too large"), _("the limit of this request is {size}", size=size))


def _too_slow() -> DeskctlError:
    return Unavailable(
        _("the request was not complete after {seconds} s", seconds=f"{CLIENT_TIMEOUT:g}"), _("try again in a moment")
    )


def _no_request(idle: float) -> DeskctlError:
    return Unavailable(
        _("the connection had no request for {seconds} s", seconds=f"{idle:g}"), _("run the command again")
    )
