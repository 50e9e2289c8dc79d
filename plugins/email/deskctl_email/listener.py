"""The SMTP and LMTP listener. `250` is said only after the journal's commit.

It lives in the daemon's own loop: a conversation costs no thread, and no task beyond its connection's own.
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
from .probe import ProbeTokens, carries_probe

MAX_CONNECTIONS: Final = 200
MAX_RECIPIENTS: Final = 100
#: RFC 5321, 4.5.3.2.7: a server waits at least five minutes for the next command.
COMMAND_SECONDS: Final = 300
#: How much of a mail is read at once, in bytes; the limit of a line in a mail is the limit of the mail.
CHUNK: Final = 64 * 1024
#: Longer than any command of RFC 5321 with the extensions offered.
COMMAND_BYTES: Final = 2048

_BUSY = b"421 4.3.2 This desk cannot take mail now, try again later\r\n"
_TOO_MANY_CONNECTIONS = b"421 4.7.0 Too many connections, try again later\r\n"
_NOT_STORED = "451 4.3.0 The mail could not be stored, try again later"
_TOO_LARGE = "552 5.3.4 The mail is larger than this desk takes"

#: What nearly every MAIL and RCPT looks like; anything else goes the long way through aiosmtpd's own parser.
_PLAIN_ADDRESS = re.compile(r"<([A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]+@[A-Za-z0-9.-]+)>(?: +(.*))?", re.ASCII)


class Listener:
    """Takes mail for one channel's addresses."""

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
        """Take mail in until cancelled. Raises Unavailable: the address is taken, the certificate unreadable."""
        # aiosmtpd tells every line of every conversation at INFO, with the customers' addresses.
        logging.getLogger("mail.log").setLevel(logging.WARNING)
        loop = asyncio.get_running_loop()
        try:
            self._tls = self._tls_context()
            if self._listen.path is not None:
                # Created with the mask, so that no stranger can connect in between. Who may: owner and group.
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
                f"cannot listen at {self._listen.location}: {error.strerror or error}",
                "Is another program listening there? Ports below 1024 need a privilege.",
            ) from error
        self._context.log.info("listening for %s at %s", self._listen.protocol.upper(), self.location)
        try:
            await asyncio.get_running_loop().create_future()
        finally:
            await self.close()

    async def close(self) -> None:
        """Stop listening and end the conversations. Mail that got no `250` is offered again by its sender."""
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
        """The TCP port in use, while listening."""
        sockets = getattr(self._server, "sockets", ())
        return int(sockets[0].getsockname()[1]) if sockets and self._listen.path is None else None

    @property
    def location(self) -> str:
        return self._listen.location if self.port is None else f"{self._listen.host}:{self.port}"

    async def take(self, session: _Session, content: bytes) -> str:
        """Journal one mail and say what the sender hears."""
        envelope, peer = session.envelope, session.peer_address
        assert envelope is not None  # there was a MAIL before any DATA
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
            self._context.log.warning("a mail was put off: %s", error)
            return _NOT_STORED
        except Exception:
            self._context.log.exception("a mail could not be journalled; its sender keeps it")
            return _NOT_STORED
        return "250 2.0.0 Taken"

    def accepts_address(self, address: str) -> bool:
        """Whether mail to `address` is this channel's: its address, an alias, or one of them with a +suffix."""
        local, _, domain = address.lower().rpartition("@")
        return f"{local}@{domain}" in self._own or f"{local.partition('+')[0]}@{domain}" in self._own

    def add_session(self, session: _Session) -> None:
        self._open.add(session)

    def remove_session(self, session: _Session) -> None:
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
                f"the certificate {self._listen.cert} cannot be used: {error.strerror or error}",
                "cert is a PEM file with the chain, key its private key; the daemon's user must be able to read both.",
            ) from error
        return context


class _RefuseConnection(asyncio.Protocol):
    """One line, and goodbye."""

    def __init__(self, words: bytes) -> None:
        self._words = words

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.WriteTransport)
        transport.write(self._words)
        transport.close()


class _Session(SMTP):
    """One conversation."""

    line_length_limit = CHUNK
    answers_each_recipient = False

    def __init__(self, listener: Listener, hostname: str, tls: ssl.SSLContext | None, max_size: int) -> None:
        self._listener = listener
        self._max_size = max_size
        # aiosmtpd shares these limits among all conversations and widens them at every EHLO.
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
        """Whoever closes the line is gone. (aiosmtpd leaves the connection half open when it is closed before the
        conversation's task has begun: anybody could fill the listener with such.)"""
        super().eof_received()
        return False

    @property
    def peer_address(self) -> str:
        """The client's IP address, "" on a UNIX socket."""
        peer: Any = self.session.peer if self.session is not None else None
        return str(peer[0]) if isinstance(peer, tuple) else ""

    async def handle_EHLO(  # noqa: N802 - aiosmtpd's name, like the others here
        self, server: Any, session: Any, envelope: Any, hostname: str, responses: list[str]
    ) -> list[str]:
        session.host_name = hostname
        offered = [line for line in responses if not line.startswith("250-AUTH")]  # nobody logs in here
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
        """Whatever goes wrong here is our fault: the sender keeps the mail and tries again."""
        logging.getLogger(__name__).error("a conversation failed", exc_info=error)
        return "451 4.3.0 Something went wrong here, try again later"

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
        """The mail without its dots of transparency; None when it is too large (it is read to its end all the same).

        Only CRLF "." CRLF ends it (a bare LF around the dot is how mail is smuggled in). Pieces end at every
        dot at a line's end, or are as long as the buffer: no limit on lines, and few steps for a large mail.
        """
        reader, edge = self._reader, b"\r\n"  # the end of the line DATA counts
        pieces: list[bytes] = []
        left = self._max_size + 3  # with the dot that ends it
        while True:
            try:
                piece = await reader.readuntil(b".\r\n")
                ended = (edge + piece[-5:])[-5:] == b"\r\n.\r\n"
            except asyncio.LimitOverrunError as longer:
                piece = await reader.read(longer.consumed)
                ended = False
                self._reset_timeout()  # a large mail over a slow line takes as long as it takes
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
    """RFC 2033: LHLO, and after the data one answer for each recipient."""

    answers_each_recipient = True
