"""The client of the daemon's socket, for short commands. It blocks and imports little.

It uses `_socket` directly: the import of `socket` (enumerations, selectors) takes a tenth of the time of a short
command.
"""

from __future__ import annotations

import errno
import json
import os
import time
from _socket import AF_UNIX, MSG_PEEK, SOCK_CLOEXEC, SOCK_STREAM, socket
from typing import TYPE_CHECKING, Any

from deskctl import __version__
from deskctl.desk import DeskInfo
from deskctl.desk.address import reachable
from deskctl.desk.wire import LINE_LIMIT, PROTOCOL, answer_from, error_from, line, request_document
from deskctl.errors import DeskctlError, Refused, Unavailable, UsageError
from deskctl.i18n import _

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from deskctl.core.kernel.command import Command
    from deskctl.core.kernel.outcome import Outcome
    from deskctl.core.kernel.query import Query

#: Seconds to wait for the hello of a daemon and for an answer. A locked store delays an answer by at most 60 s.
HELLO_WITHIN = 10.0
ANSWER_WITHIN = 90.0
#: Time limits of slow calls in seconds, in addition to their parameter `seconds`.
SLOW_CALLS = {"channel_test": 300.0, "channel_action": 600.0, "reparse": 600.0, "wait_delivery": ANSWER_WITHIN}

_NOBODY_LISTENS = (errno.ENOENT, errno.ECONNREFUSED, errno.ENOTDIR)


class RemoteDesk:
    """A connection to the daemon. Use it in one thread at a time."""

    def __init__(
        self,
        connection: socket,
        path: str,
        hello: dict[str, Any],
        answer_within: float,
        invocation: str | None = None,
    ) -> None:
        self._socket = connection
        self._path = path
        self._answer_within = answer_within
        self._hello = hello
        self._invocation = {} if invocation is None else {"invocation": invocation}
        self._last = 0
        self._reader = _Reader(connection, path)

    @classmethod
    def connect(
        cls,
        path: str | os.PathLike[str],
        *,
        hello_within: float | None = None,
        answer_within: float = ANSWER_WITHIN,
        invocation: str | None = None,
    ) -> RemoteDesk | None:
        """Connect to the socket `path`. Return None if no daemon listens there.

        All commands of one `invocation` (letters and digits) are undone together; None: each separately.

        `hello_within`: seconds to wait for the hello of the daemon; None: `HELLO_WITHIN`.

        Raises Unavailable if the daemon does not answer or has another protocol version, Refused if the caller may not
        use the socket.
        """
        path = os.fspath(path)
        opened = _open(path, HELLO_WITHIN if hello_within is None else hello_within)
        return None if opened is None else cls(*opened, answer_within, invocation)

    @property
    def info(self) -> DeskInfo:
        hello = self._hello
        return DeskInfo(
            name=hello["desk"],
            timezone=hello["timezone"],
            language=hello["language"],
            version=hello["deskctl"],
            daemon=True,
            agent=hello["agent"],
            agents=tuple(hello["agents"]),
        )

    def execute(self, command: Command, *, agent: str | None = None, dry_run: bool = False) -> Outcome:
        from deskctl.core.kernel.outcome import outcome_from

        asked = {"execute": request_document(command), "as": agent, "dry_run": dry_run, **self._invocation}
        return outcome_from(self._request(asked))

    def ask(self, query: Query, *, agent: str | None = None) -> Any:
        return self._request({"ask": request_document(query), "as": agent})

    def rows(self, query: Query, *, agent: str | None = None) -> Collection[Any]:
        asked = {"ask": request_document(query), "as": agent}
        if not self._hello.get("stream"):  # an older daemon
            answer: list[Any] = self._request(asked)
            return answer
        from deskctl.desk.rows import Rows

        found = Rows()
        for raw, document in self._exchange({**asked, "stream": True}, self._answer_within):
            if "part" in document:
                found.add(raw, len(document["part"]))
        return found

    def request(self, name: str, /, *, agent: str | None = None, dry_run: bool = False, **params: Any) -> Any:
        return self._request({"request": {name: params}, "as": agent, "dry_run": dry_run, **self._invocation})

    def call(self, request: str, *, agent: str | None = None, **params: Any) -> Any:
        within = SLOW_CALLS.get(request, self._answer_within) + float(params.get("seconds") or 0)
        return self._request({"call": {request: params}, "as": agent}, within)

    def close(self) -> None:
        self._socket.close()

    def _request(self, document: dict[str, Any], within: float | None = None) -> Any:
        within = self._answer_within if within is None else within
        *_, (_raw, answer) = self._exchange(document, within)
        return answer_from(answer)

    def _exchange(self, document: dict[str, Any], within: float) -> Iterator[tuple[bytes, dict[str, Any]]]:
        """Send a request and yield the lines of its answer. `within` is the time limit of each line."""
        self._last += 1
        message = line({"id": self._last, **document})
        if len(message) > LINE_LIMIT:
            size = LINE_LIMIT // 1024 // 1024
            raise UsageError(_("the request is too large"), _("the limit is {size} MB", size=size))
        if self._was_closed():
            self._connect_again()
        self._socket.settimeout(within)
        try:
            self._socket.sendall(message)
        except OSError as error:
            if isinstance(error, TimeoutError):
                raise _no_answer(self._path, within) from error
            raise self._reason() or _connection_closed() from error
        del message
        while True:
            raw = self._reader.line(within)
            answer = _document(raw)
            if "error" in answer:
                raise error_from(answer["error"])
            if answer.get("id") != self._last:
                raise DeskctlError(_("the daemon answered another request"))
            if "part" not in answer:
                yield raw, answer
                return
            yield raw, answer

    def _was_closed(self) -> bool:
        """Return True if the daemon closed the connection, for example because it had no request for long."""
        self._socket.settimeout(0)
        try:
            self._socket.recv(1, MSG_PEEK)
        except BlockingIOError:
            return False
        except OSError:
            return True
        return True  # the end, or the reason for it

    def _connect_again(self) -> None:
        opened = _open(self._path, HELLO_WITHIN)
        if opened is None:
            raise self._reason() or _connection_closed()
        self._socket.close()
        self._socket, self._path, self._hello = opened[0], opened[1], opened[2]
        self._reader = _Reader(self._socket, self._path)

    def _reason(self) -> DeskctlError | None:
        """Return the error that the daemon sent before it closed the connection, None if there is none."""
        try:
            answer = _document(self._reader.line(1.0))
        except (DeskctlError, ValueError):
            return None
        return error_from(answer["error"]) if "error" in answer else None


def _open(path: str, within: float) -> tuple[socket, str, dict[str, Any]] | None:
    """Connect and read the hello of the daemon. Return None if no daemon listens."""
    connection = _connect(path, within)
    if connection is None:
        return None
    try:
        hello = _document(_Reader(connection, path).line(within))
        _check(hello)
    except BaseException:
        connection.close()
        raise
    return connection, path, hello


def _connect(path: str, within: float) -> socket | None:
    deadline = time.monotonic() + within
    connection = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC)
    connection.settimeout(within)
    while True:
        try:
            with reachable(path) as name:
                connection.connect(name)
            return connection
        except BlockingIOError:  # the queue of new connections is full
            if time.monotonic() < deadline:
                time.sleep(0.02)
                continue
            connection.close()
            raise _no_answer(path, within) from None
        except OSError as error:
            connection.close()
            if error.errno in _NOBODY_LISTENS:
                return None
            if error.errno in (errno.EACCES, errno.EPERM):
                hint = _("its owner can add you to the group of its folder")
                raise Refused(_("you may not use the desk at {path}", path=path), hint) from error
            raise Unavailable(f"{path}: {error.strerror or error}") from error


class _Reader:
    """Reads lines from a connection."""

    def __init__(self, connection: socket, path: str) -> None:
        self._socket = connection
        self._path = path
        self._rest = b""

    def line(self, within: float) -> bytes:
        """Return the next line. The time limit `within` applies to the whole line."""
        deadline = time.monotonic() + within
        pieces: list[bytes] = []
        piece, self._rest = self._rest, b""
        while True:
            end = piece.find(b"\n") + 1
            if end:
                pieces.append(piece[:end])
                self._rest = piece[end:]
                return b"".join(pieces)
            pieces.append(piece)
            try:
                self._socket.settimeout(max(deadline - time.monotonic(), 0.001))
                piece = self._socket.recv(1 << 18)
            except TimeoutError:
                raise _no_answer(self._path, within) from None
            except OSError as error:
                raise _connection_closed() from error
            if not piece:
                raise _connection_closed()


def _document(raw: bytes) -> dict[str, Any]:
    document = json.loads(raw)
    assert isinstance(document, dict)
    return document


def _check(hello: dict[str, Any]) -> None:
    if "error" in hello:
        raise error_from(hello["error"])
    if hello.get("protocol") != PROTOCOL:
        raise Unavailable(
            _(
                "the daemon has version {daemon}, this command has version {command}",
                daemon=hello.get("deskctl", "?"),
                command=__version__,
            ),
            _("restart the daemon, so that both have the same version"),
        )


def _no_answer(path: str, within: float) -> Unavailable:
    return Unavailable(
        _("the daemon does not answer ({seconds} s at {path})", seconds=f"{within:g}", path=path),
        _("see its log, or restart it and try again"),
    )


def _connection_closed() -> Unavailable:
    hint = _("check if the change was made before you repeat it")
    return Unavailable(_("the daemon closed the connection before it answered"), hint)
