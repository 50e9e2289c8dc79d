"""The desk's socket: who connects is known by the kernel's word, and no client can harm another."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import socket
import struct
from pathlib import Path

from deskctl.daemon.request_handler import RequestHandler
from deskctl.desk.address import reachable
from deskctl.desk.caller import Caller
from deskctl.desk.decode import parse_line, request
from deskctl.desk.wire import LINE_LIMIT, error_document, line
from deskctl.errors import DeskctlError, Unavailable

log = logging.getLogger("deskctl.daemon.socket")

#: Clients at once; one more is told to come again.
MOST_CLIENTS = 200
#: Bytes of a line that any client may have in memory; more (a mail) only one client at a time.
SMALL_LINE = 1024 * 1024
#: Seconds that a client may take to finish a large line, and to read an answer.
PATIENCE = 60.0
#: Owner and group: whoever may use the desk is in the group of its folder.
MODE = 0o660

_UCRED = struct.Struct("iII")  # pid, uid, gid


class SocketServer:
    """Serves `desk` on `path`, where the owner lock has made sure that nobody else does."""

    def __init__(self, path: Path, desk: RequestHandler) -> None:
        self._path = path
        self._desk = desk
        self._server: asyncio.Server | None = None
        self._clients: dict[asyncio.Task[None], bool] = {}  # by task: whether a request is in hand
        self._large = asyncio.Lock()
        self._stopping = False

    async def start(self) -> None:
        """Listen. Raises Unavailable when the socket cannot be made."""
        listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            with reachable(str(self._path)) as name:
                before = os.umask(0o777 & ~MODE)
                try:
                    listener.bind(name)
                finally:
                    os.umask(before)
        except OSError as error:
            listener.close()
            raise Unavailable(f"{self._path}: {error.strerror}", "is the folder writable?") from error
        self._server = await asyncio.start_unix_server(self._serve, sock=listener, backlog=128)

    async def stop(self, within: float) -> None:
        """Take no more clients and hang up on the idle; what is in hand is finished."""
        self._stopping = True
        if self._server is None:
            return
        self._server.close()
        with contextlib.suppress(OSError):
            self._path.unlink()
        for task, in_hand in self._clients.items():
            if not in_hand:
                task.cancel()
        if self._clients:
            _, hanging = await asyncio.wait(self._clients, timeout=within)
            for task in hanging:
                task.cancel()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._clients[task] = False
        try:
            caller = _caller(writer)
            if len(self._clients) > MOST_CLIENTS or self._hanging_up():
                await _send(writer, line({"error": error_document(_full())}))
                return
            await _send(writer, await self._hello(caller))
            buffer = bytearray()
            while not self._hanging_up() and (raw := await self._read_line(reader, buffer)) is not None:
                self._clients[task] = True
                await _send(writer, await self._answer(raw, caller))
                del raw
                self._clients[task] = False
        except (OSError, TimeoutError, asyncio.CancelledError):
            return  # it went away, or was too slow; nobody else is the worse for it
        except Exception:
            log.exception("a client's connection failed")
        finally:
            del self._clients[task]
            writer.close()

    def _hanging_up(self) -> bool:
        return self._stopping

    async def _hello(self, caller: Caller) -> bytes:
        try:
            return await self._desk.hello(caller)
        except DeskctlError as error:
            return line({"error": error_document(error)})

    async def _answer(self, raw: bytes, caller: Caller) -> bytes:
        number = None
        try:
            if len(raw) > SMALL_LINE:
                document = await asyncio.to_thread(parse_line, raw)
            else:
                document = parse_line(raw)
            number = document.get("id")
            return await self._desk.answer(request(document), caller)
        except DeskctlError as error:
            return line({"id": number, "error": error_document(error)})
        except Exception as error:
            log.exception("a request failed")
            what = f"the daemon failed over this: {type(error).__name__}"
            return line({"id": number, "error": error_document(DeskctlError(what, "its log says more"))})

    async def _read_line(self, reader: asyncio.StreamReader, buffer: bytearray) -> bytes | None:
        """The next line; None at the end. What came after it stays in `buffer`."""
        while (end := buffer.find(b"\n")) < 0:
            if len(buffer) > SMALL_LINE:
                async with self._large, asyncio.timeout(PATIENCE):
                    return await _large_line(reader, buffer)
            piece = await reader.read(1 << 16)
            if not piece:
                return None
            buffer += piece
        raw = bytes(buffer[:end])
        del buffer[: end + 1]
        return raw


async def _large_line(reader: asyncio.StreamReader, buffer: bytearray) -> bytes | None:
    while True:
        seen = len(buffer)
        piece = await reader.read(1 << 16)
        if not piece:
            return None
        buffer += piece
        if (end := buffer.find(b"\n", seen)) >= 0:
            raw = bytes(memoryview(buffer)[:end])
            rest = bytes(memoryview(buffer)[end + 1 :])
            buffer.clear()
            buffer += rest
            return raw
        if len(buffer) > LINE_LIMIT:
            raise TimeoutError("a line without end")


async def _send(writer: asyncio.StreamWriter, answer: bytes) -> None:
    writer.write(answer)
    async with asyncio.timeout(PATIENCE):
        await writer.drain()


def _caller(writer: asyncio.StreamWriter) -> Caller:
    """Who is at the other end, by SO_PEERCRED (unix(7)). The desk's owner and root may name any agent."""
    connection = writer.get_extra_info("socket")
    _, uid, _ = _UCRED.unpack(connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _UCRED.size))
    return Caller.of(uid, (os.getuid(),))


def _full() -> DeskctlError:
    return Unavailable("the desk serves as many clients as it can", "try again in a moment")
