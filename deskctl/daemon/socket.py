"""The socket of the desk. The kernel identifies each client, and clients cannot disturb each other."""

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
from deskctl.i18n import _

log = logging.getLogger("deskctl.daemon.socket")

#: The maximum number of clients. Further clients get an error and try again.
MAX_CLIENTS = 200
#: Bytes of a line that each client may keep in memory. Only one client at a time may send a longer line (a mail).
SMALL_LINE = 1024 * 1024
#: Seconds that a client may take to send the rest of a large line, and to read an answer.
CLIENT_TIMEOUT = 60.0
#: Permissions for owner and group: users of the desk are members of the group of its folder.
SOCKET_MODE = 0o660

_UCRED = struct.Struct("iII")  # pid, uid, gid


class SocketServer:
    """Serves `desk` on the socket `path`. The owner lock guarantees that no other process serves it."""

    def __init__(self, path: Path, desk: RequestHandler) -> None:
        self._path = path
        self._desk = desk
        self._server: asyncio.Server | None = None
        self._clients: dict[asyncio.Task[None], bool] = {}  # by task: True while a request is being answered
        self._large = asyncio.Lock()
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
            if len(self._clients) > MAX_CLIENTS or self._is_stopping():
                await _send(writer, line({"error": error_document(_too_many_clients())}))
                return
            await _send(writer, await self._hello(caller))
            buffer = bytearray()
            while not self._is_stopping() and (raw := await self._read_line(reader, buffer)) is not None:
                self._clients[task] = True
                await _send(writer, await self._answer(raw, caller))
                del raw
                self._clients[task] = False
        except (OSError, TimeoutError, asyncio.CancelledError):
            return  # the client disconnected or was too slow; other clients are not affected
        except Exception:
            log.exception("the connection of a client failed")
        finally:
            del self._clients[task]
            writer.close()

    def _is_stopping(self) -> bool:
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
            what = f"the daemon failed on this request: {type(error).__name__}"
            return line({"id": number, "error": error_document(DeskctlError(what, _("see the log of the daemon")))})

    async def _read_line(self, reader: asyncio.StreamReader, buffer: bytearray) -> bytes | None:
        """Return the next line, None at the end. Bytes after it stay in `buffer`."""
        while (end := buffer.find(b"\n")) < 0:
            if len(buffer) > SMALL_LINE:
                async with self._large, asyncio.timeout(CLIENT_TIMEOUT):
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
            raise TimeoutError("line too long")


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
