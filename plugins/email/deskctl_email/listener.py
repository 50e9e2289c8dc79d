"""The SMTP and LMTP listener. It replies `250` only after the mail is committed to the journal.

The listener runs in the daemon's event loop: a session needs no thread, and no task except that of its connection.
"""

from __future__ import annotations

import asyncio
import collections
import logging
import os
import re
import ssl
from typing import Any, Final

from aiosmtpd.lmtp import LMTP
from aiosmtpd.smtp import SMTP

from deskctl.plugins import ChannelContext, Envelope, StoreUnavailable, Unavailable
from deskctl.plugins.faultpoints import reach

from . import journal_keys
from .admission import Admission, peer_of
from .config import EmailConfig, Listen
from .messages import _
from .probe import ProbeTokens, carries_probe
from .spool import Spool

MAX_RECIPIENTS: Final = 100
#: Large mails (from the spool's file) that are in memory at the same time. Small ones have no limit of their own.
LARGE_AT_ONCE: Final = 2
#: Bytes of a mail that are read at once. Lines have no limit except the maximum size of the mail.
CHUNK: Final = 64 * 1024
#: Longer than any command of RFC 5321 with the extensions offered.
COMMAND_BYTES: Final = 2048

_BUSY = b"421 4.3.2 This desk cannot accept mail now, try again later\r\n"
_TOO_MANY_CONNECTIONS = b"421 4.7.0 Too many connections, try again later\r\n"
_IDLE = b"421 4.4.2 No data for too long, closing the connection\r\n"
_NO_ROOM = "452 4.3.1 Too much unfinished mail, try again later"
_NOT_SPOOLED = "452 4.3.1 The mail could not be written to a temporary file, try again later"
_NOT_STORED = "451 4.3.0 The mail could not be stored, try again later"
_TOO_LARGE = "552 5.3.4 The mail exceeds the maximum size"

#: The usual form of MAIL and RCPT, parsed on a fast path; aiosmtpd's parser handles all other forms.
_PLAIN_ADDRESS = re.compile(r"<([A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]+@[A-Za-z0-9.-]+)>(?: +(.*))?", re.ASCII)


class Listener:
    """The listener of one channel."""

    def __init__(self, config: EmailConfig, listen: Listen, context: ChannelContext, probes: ProbeTokens) -> None:
        self._config = config
        self._listen = listen
        self._context = context
        self._probes = probes
        self._own = config.own_addresses
        self._tls: ssl.SSLContext | None = None
        self._server: asyncio.AbstractServer | None = None
        self._open: set[_Session] = set()
        self.admission = Admission(listen, config.max_size)
        self.large = asyncio.Semaphore(LARGE_AT_ONCE)
        self._hostname = config.address.rpartition("@")[2]

    async def serve(self) -> None:
        """Ingest mail until cancelled.

        Raises Unavailable if the listening address is in use or the certificate is unreadable.
        """
        # aiosmtpd logs each line of each session at INFO, including the customers' addresses.
        logging.getLogger("mail.log").setLevel(logging.WARNING)
        loop = asyncio.get_running_loop()
        try:
            self._tls = self._tls_context()
            if self._listen.path is not None:
                # The umask prevents connections by other users from the start; owner and group may connect.
                mask = os.umask(0o117)
                try:
                    self._server = await loop.create_unix_server(self._protocol, self._listen.path, backlog=200)
                finally:
                    os.umask(mask)
            else:
                self._server = await loop.create_server(
                    self._protocol, self._listen.host, self._listen.port, backlog=200
                )
        except OSError as error:
            raise Unavailable(
                _("cannot listen at {address}: {error}", address=self._listen.location, error=error.strerror or error),
                _("check that no other program listens there; ports below 1024 need a privilege"),
            ) from error
        self._context.log.info("listening for %s at %s", self._listen.protocol.upper(), self.location)
        self._context.listening()
        try:
            await asyncio.get_running_loop().create_future()
        finally:
            await self.close()

    async def close(self) -> None:
        """Stop listening and close all sessions. Senders repeat mail for which they got no `250`."""
        server, self._server = self._server, None
        if server is not None:
            server.close()
            if self._listen.path is not None:
                self._listen.path.unlink(missing_ok=True)
        for session in list(self._open):
            if session.transport is not None:
                session.transport.close()

    @property
    def port(self) -> int | None:
        """Return the TCP port in use; None while not listening."""
        sockets = getattr(self._server, "sockets", ())
        return int(sockets[0].getsockname()[1]) if sockets and self._listen.path is None else None

    @property
    def location(self) -> str:
        """Return the listening address for display."""
        return self._listen.location if self.port is None else f"{self._listen.host}:{self.port}"

    async def take(self, session: _Session, content: bytes) -> str:
        """Journal one mail and return the SMTP reply."""
        envelope, peer = session.envelope, session.peer_address
        assert envelope is not None  # DATA is accepted only after MAIL
        recipients = tuple(envelope.rcpt_tos)
        if carries_probe(content) and await asyncio.to_thread(self._probes.is_own_probe, content):
            return "250 2.0.0 Probe received"
        about = Envelope(
            via=self._listen.protocol,
            received_at=self._context.now(),
            sender="" if envelope.mail_from == "<>" else envelope.mail_from,
            recipients=recipients,
            extra={"peer": peer} if peer else {},
        )
        try:
            await self._context.deliver(content, journal_keys.content_key(recipients, content), about)
        except StoreUnavailable as error:
            self._context.log.warning("mail deferred: %s", error)
            return _NOT_STORED
        except Exception:
            self._context.log.exception("mail could not be journalled; the sender will retry")
            return _NOT_STORED
        return "250 2.0.0 Accepted"

    def accepts_address(self, address: str) -> bool:
        """Return True for the channel's address, its aliases, and these with a +suffix."""
        local, _, domain = address.lower().rpartition("@")
        return f"{local}@{domain}" in self._own or f"{local.partition('+')[0]}@{domain}" in self._own

    def open_session(self, peer: str) -> _Session | bytes:
        """Return the session for a new connection, or the reply with which the connection is closed."""
        if not self.admission.admits(peer):
            return _TOO_MANY_CONNECTIONS
        if not self._context.accepting():
            return _BUSY
        kind = _LmtpSession if self._listen.protocol == "lmtp" else _Session
        session = kind(self, peer, self._hostname, self._tls, self._config.max_size, self._listen.idle.total_seconds())
        self._open.add(session)
        self.admission.enter(peer)
        return session

    def remove_session(self, session: _Session) -> None:
        """Remove a closed session."""
        if session in self._open:
            self._open.remove(session)
            self.admission.leave(session.peer)

    def _protocol(self) -> asyncio.BaseProtocol:
        return _NewConnection(self)

    def _tls_context(self) -> ssl.SSLContext | None:
        if self._listen.cert is None:
            return None
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        try:
            context.load_cert_chain(self._listen.cert, self._listen.key)
        except (OSError, ssl.SSLError) as error:
            raise Unavailable(
                _(
                    "the certificate {file} cannot be used: {error}",
                    file=self._listen.cert,
                    error=error.strerror or error,
                ),
                _("cert must be a PEM file with the chain, key its private key, both readable by the daemon's user"),
            ) from error
        return context


class _NewConnection(asyncio.Protocol):
    """A connection before its session. It ends here with one reply if a limit is reached."""

    def __init__(self, listener: Listener) -> None:
        self._listener = listener

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        opened = self._listener.open_session(peer_of(transport))
        if isinstance(opened, bytes):
            transport.write(opened)
            transport.close()
        else:
            transport.set_protocol(opened)
            opened.connection_made(transport)


class _Session(SMTP):
    """One SMTP session."""

    line_length_limit = CHUNK
    answers_each_recipient = False

    def __init__(
        self, listener: Listener, peer: str, hostname: str, tls: ssl.SSLContext | None, max_size: int, idle: float
    ) -> None:
        self.peer = peer
        self._listener = listener
        self._max_size = max_size
        self._last_data = asyncio.get_running_loop().time()
        self._deciding = False  # the client waits for the reply to a mail
        # aiosmtpd shares these limits among all sessions and increases them at each EHLO.
        self.command_size_limits = collections.defaultdict(lambda: COMMAND_BYTES)
        super().__init__(
            self,
            data_size_limit=max_size,
            enable_SMTPUTF8=True,
            hostname=hostname,
            ident="deskctl",
            tls_context=tls,
            timeout=idle,
            loop=asyncio.get_running_loop(),
        )

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        reach("listener.connected")
        super().connection_made(transport)

    def connection_lost(self, error: Exception | None) -> None:
        self._listener.remove_session(self)
        super().connection_lost(error)

    def data_received(self, data: bytes) -> None:
        self._last_data = self.loop.time()
        super().data_received(data)

    def _timeout_cb(self) -> None:
        """Close the connection if no data arrived for the idle time. Waiting for the store does not count."""
        now = self.loop.time()
        if self._deciding:
            self._last_data = now
        left = self._last_data + self._timeout_duration - now
        if left > 0:
            self._reset_timeout(left)
            return
        assert isinstance(self.transport, asyncio.Transport)
        if self.transport.get_write_buffer_size():
            self.transport.abort()  # the client does not read replies either
        else:
            self.transport.write(_IDLE)
            self.transport.close()

    def eof_received(self) -> bool:
        """Close the connection when the client closes it.

        aiosmtpd leaves the connection half open if it is closed before the session's task starts, so that a client
        could fill the listener with such connections.
        """
        super().eof_received()
        return False

    @property
    def peer_address(self) -> str:
        """Return the client's IP address; "" on a UNIX socket."""
        peer: Any = self.session.peer if self.session is not None else None
        return str(peer[0]) if isinstance(peer, tuple) else ""

    async def handle_EHLO(  # noqa: N802 - aiosmtpd's name, like the others here
        self, server: Any, session: Any, envelope: Any, hostname: str, responses: list[str]
    ) -> list[str]:
        session.host_name = hostname
        offered = [line for line in responses if not line.startswith("250-AUTH")]  # the listener has no logins
        return [*offered[:-1], "250-PIPELINING", "250 ENHANCEDSTATUSCODES"]

    async def handle_MAIL(  # noqa: N802
        self, server: Any, session: Any, envelope: Any, address: str, options: list[str]
    ) -> str:
        declared = next((option[5:] for option in options if option.startswith("SIZE=")), "0")
        if not self._listener.admission.has_room(self.peer, int(declared)):
            return _NO_ROOM
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 2.1.0 OK"

    async def handle_RCPT(  # noqa: N802
        self, server: Any, session: Any, envelope: Any, address: str, options: list[str]
    ) -> str:
        if not self._listener.accepts_address(address):
            return "550 5.1.1 There is no such mailbox here"
        if len(envelope.rcpt_tos) >= MAX_RECIPIENTS:
            return "452 4.5.3 Too many recipients"
        reach("listener.recipient")
        envelope.rcpt_tos.append(address)
        envelope.rcpt_options.extend(options)
        return "250 2.1.5 OK"

    async def handle_exception(self, error: Exception) -> str:
        """Reply to an internal error so that the sender keeps the mail and retries."""
        logging.getLogger(__name__).error("session failed", exc_info=error)
        return "451 4.3.0 Internal error, try again later"

    async def smtp_DATA(self, arg: str | None) -> None:  # noqa: N802
        if await self.check_helo_needed():
            return
        recipients = self.envelope.rcpt_tos if self.envelope is not None else []
        if not recipients:
            await self.push("503 5.5.1 Error: need RCPT command")
            return
        if arg:
            await self.push("501 5.5.4 Syntax: DATA")
            return
        if not self._listener.admission.has_room(self.peer, 1):
            await self.push(_NO_ROOM)
            return
        reach("listener.data")
        await self.push("354 End data with <CR><LF>.<CR><LF>")
        spool = Spool()
        try:
            status = await self._receive(spool)
        finally:
            self._discard(spool)
            self._deciding = False
        reach("listener.decided")
        replies = len(recipients) if self.answers_each_recipient else 1
        self.envelope = self._create_envelope()
        await self.push("\r\n".join([status] * replies))
        reach("listener.answered")

    async def _receive(self, spool: Spool) -> str:
        """Read a mail to its end, journal it, and return the reply."""
        problem = await self._read_content(spool)
        reach("listener.content")
        if problem is not None:
            return problem
        self._deciding = True
        size = spool.size - 2  # without the line end of the final dot
        if not spool.on_disk:
            return await self._listener.take(self, await spool.read(size))
        async with self._listener.large:
            try:
                content = await spool.read(size)
            except OSError as error:
                return _not_spooled(error)
            return await self._listener.take(self, content)

    async def _read_content(self, spool: Spool) -> str | None:
        """Read a mail into the spool, without the dot-stuffing; return a reply if it is refused, after its end.

        Only CRLF "." CRLF ends a mail; accepting a bare LF around the dot would allow SMTP smuggling. Pieces end at
        each dot at a line's end or fill the buffer, so lines have no limit and a large mail takes few steps.
        """
        reader, edge = self._reader, b"\r\n"  # the line end of DATA counts
        problem: str | None = None
        left = self._max_size + 3  # including the final dot
        while True:
            try:
                piece = await reader.readuntil(b".\r\n")
                ended = (edge + piece[-5:])[-5:] == b"\r\n.\r\n"
            except asyncio.LimitOverrunError as longer:
                piece = await reader.read(longer.consumed)
                ended = False
            left -= len(piece)
            if left < 0:
                problem = _TOO_LARGE
            elif problem is None:
                problem = await self._keep(spool, (edge + piece).replace(b"\r\n.", b"\r\n")[len(edge) :])
            if problem is not None and spool.size:
                self._discard(spool)
            if ended:
                return problem
            edge = (edge + piece[-2:])[-2:]

    async def _keep(self, spool: Spool, piece: bytes) -> str | None:
        """Add a piece to the spool, or return the reply that refuses the mail."""
        if not self._listener.admission.reserve(self.peer, len(piece)):
            return _NO_ROOM
        try:
            await spool.append(piece)
        except OSError as error:
            return _not_spooled(error)
        return None

    def _discard(self, spool: Spool) -> None:
        self._listener.admission.release(self.peer, spool.size)
        spool.close()

    def _getaddr(self, arg: str) -> tuple[str | None, str | None]:
        plain = _PLAIN_ADDRESS.fullmatch(arg)
        return (plain[1], plain[2] or "") if plain else super()._getaddr(arg)


class _LmtpSession(_Session, LMTP):
    """An LMTP session (RFC 2033): LHLO, and one reply for each recipient after the data."""

    answers_each_recipient = True


def _not_spooled(error: OSError) -> str:
    logging.getLogger(__name__).error("a mail could not be written to a temporary file: %s", error.strerror or error)
    return _NOT_SPOOLED
