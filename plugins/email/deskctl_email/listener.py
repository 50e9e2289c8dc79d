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
from .config import EmailConfig, Listen
from .messages import _
from .probe import ProbeTokens, carries_probe

MAX_CONNECTIONS: Final = 200
MAX_RECIPIENTS: Final = 100
#: RFC 5321, 4.5.3.2.7: a server waits at least five minutes for the next command.
COMMAND_SECONDS: Final = 300
#: Bytes of a mail that are read at once. Lines have no limit except the maximum size of the mail.
CHUNK: Final = 64 * 1024
#: Longer than any command of RFC 5321 with the extensions offered.
COMMAND_BYTES: Final = 2048

_BUSY = b"421 4.3.2 This desk cannot accept mail now, try again later\r\n"
_TOO_MANY_CONNECTIONS = b"421 4.7.0 Too many connections, try again later\r\n"
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

    def add_session(self, session: _Session) -> None:
        """Register an open session."""
        self._open.add(session)

    def remove_session(self, session: _Session) -> None:
        """Remove a closed session."""
        self._open.discard(session)

    def _protocol(self) -> asyncio.BaseProtocol:
        if len(self._open) >= MAX_CONNECTIONS:
            return _RefuseConnection(_TOO_MANY_CONNECTIONS)
        if not self._context.accepting():
            return _RefuseConnection(_BUSY)
        kind = _LmtpSession if self._listen.protocol == "lmtp" else _Session
        return kind(self, self._hostname, self._tls, self._config.max_size)

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


class _RefuseConnection(asyncio.Protocol):
    """A connection that is closed with one reply."""

    def __init__(self, words: bytes) -> None:
        self._words = words

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.WriteTransport)
        transport.write(self._words)
        transport.close()


class _Session(SMTP):
    """One SMTP session."""

    line_length_limit = CHUNK
    answers_each_recipient = False

    def __init__(self, listener: Listener, hostname: str, tls: ssl.SSLContext | None, max_size: int) -> None:
        self._listener = listener
        self._max_size = max_size
        # aiosmtpd shares these limits among all sessions and increases them at each EHLO.
        self.command_size_limits = collections.defaultdict(lambda: COMMAND_BYTES)
        super().__init__(
            self,
            data_size_limit=max_size,
            enable_SMTPUTF8=True,
            hostname=hostname,
            ident="deskctl",
            tls_context=tls,
            timeout=COMMAND_SECONDS,
            loop=asyncio.get_running_loop(),
        )

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        reach("listener.connected")
        self._listener.add_session(self)
        super().connection_made(transport)

    def connection_lost(self, error: Exception | None) -> None:
        self._listener.remove_session(self)
        super().connection_lost(error)

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
        reach("listener.data")
        await self.push("354 End data with <CR><LF>.<CR><LF>")
        content = await self._content()
        reach("listener.content")
        status = _TOO_LARGE if content is None else await self._listener.take(self, content)
        reach("listener.decided")
        replies = len(recipients) if self.answers_each_recipient else 1
        self.envelope = self._create_envelope()
        await self.push("\r\n".join([status] * replies))
        reach("listener.answered")

    async def _content(self) -> bytes | None:
        """Read a mail and remove the dot-stuffing; return None if it is too large, after reading it to its end.

        Only CRLF "." CRLF ends a mail; accepting a bare LF around the dot would allow SMTP smuggling. Pieces end at
        each dot at a line's end or fill the buffer, so lines have no limit and a large mail takes few steps.
        """
        reader, edge = self._reader, b"\r\n"  # the line end of DATA counts
        pieces: list[bytes] = []
        left = self._max_size + 3  # including the final dot
        while True:
            try:
                piece = await reader.readuntil(b".\r\n")
                ended = (edge + piece[-5:])[-5:] == b"\r\n.\r\n"
            except asyncio.LimitOverrunError as longer:
                piece = await reader.read(longer.consumed)
                ended = False
                self._reset_timeout()  # a large mail over a slow connection has no total time limit
            left -= len(piece)
            if left >= 0:
                pieces.append(piece)
            else:
                pieces.clear()
            if ended:
                break
            edge = (edge + piece[-2:])[-2:]
        if left < 0:
            return None
        content = b"".join(pieces)[:-3]
        if content.startswith(b"."):
            content = content[1:]
        return content.replace(b"\r\n.", b"\r\n")

    def _getaddr(self, arg: str) -> tuple[str | None, str | None]:
        plain = _PLAIN_ADDRESS.fullmatch(arg)
        return (plain[1], plain[2] or "") if plain else super()._getaddr(arg)


class _LmtpSession(_Session, LMTP):
    """An LMTP session (RFC 2033): LHLO, and one reply for each recipient after the data."""

    answers_each_recipient = True
